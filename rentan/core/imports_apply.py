"""Applying a confirmed list: short ones at once, long ones in the queue, with the same checks (IMP-4).

Either way the rows are read and checked again and written in one transaction, and only if the outcome is
still what was shown. A long list waits as MENERAPKAN; when it is refused, or cut off by a stop of the
machine, nothing of it was written and it waits for its confirmation again, with the sentence that says why.
"""

from __future__ import annotations

import hmac
import logging
import uuid
from dataclasses import asdict
from typing import TypeGuard

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from rentan.core.actor import Pelaku, pelaku_kini
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.clock import now
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.imports_base import Hasil, Impor, PenanganImpor, StatusImpor, handler_of
from rentan.core.imports_check import check_table, discard_later, hash_token, read_again, read_stored
from rentan.core.permissions import Permission
from rentan.core.queue import BANYAK, at_start, enqueue, get_progress, lapor, reporting, task
from rentan.core.sheets import Table
from rentan.ext import db

log = logging.getLogger(__name__)

#: Advisory lock on PostgreSQL: one list is applied at a time; SQLite has one writer anyway.
APPLY_LOCK = 7_264_100
TERPUTUS = (
    "Penerapan daftar ini terputus karena aplikasi berhenti. Tidak ada yang berubah; terapkan sekali lagi."
)
GANGGUAN = (
    "Daftar ini belum diterapkan karena gangguan pada aplikasi. Tidak ada yang berubah; coba lagi, atau "
    "hubungi admin."
)


def apply_impor(impor: Impor, token: str, take_good: bool, by: Pelaku, *, setuju: bool = False) -> Hasil:
    """Read, check and write the list in the caller's one transaction; all rows or none unless ``take_good``.

    Ends the transaction in progress first, because reading the file takes seconds. ``setuju`` answers
    ``Hasil.perlu_setuju``. Raises ``NotFound`` for somebody else's upload, ``Stale`` when it is finished or
    the outcome is no longer what was shown, and ``RuleError`` with ``kode`` ``token_salah``,
    ``token_kedaluwarsa``, ``berkas_berubah``, ``impor_lain``, ``ada_ditolak`` or ``perlu_setuju``.
    """
    impor_id, handler = impor.id, handler_of(impor.jenis)
    _check_confirmation(impor, token, by)
    table = read_stored(impor, handler)
    lock_apply()
    impor = _hold(impor_id)
    _check_confirmation(impor, token, by)
    return _apply(impor, table, by, take_good=take_good, setuju=setuju)


def is_panjang(impor: Impor) -> bool:
    """Does applying this list take longer than a person waits at a page?"""
    return int(impor.ringkasan.get("read", 0)) > BANYAK


def start_apply(
    impor: Impor, token: str, take_good: bool, by: Pelaku, *, izin: Permission, setuju: bool = False
) -> None:
    """Apply the list in the background once the caller has committed.

    ``izin`` is what the person needs at that moment still. Raises what :func:`apply_impor` raises, as far as
    it can be told from what is stored.
    """
    impor = _hold(impor.id)
    _check_confirmation(impor, token, by)
    perlu_setuju = impor.ringkasan["perlu_setuju"]
    _refuse(len(impor.ditolak), perlu_setuju, take_good=take_good, setuju=setuju)
    impor.status, impor.kemajuan, impor.galat = StatusImpor.MENERAPKAN, 0, None
    db.session.flush()
    enqueue(
        "impor.terapkan",
        impor_id=str(impor.id),
        versi=impor.versi,
        baik=take_good,
        setuju=setuju,
        izin=izin.value,
    )


def impor_kemajuan(impor: Impor) -> int:
    """How far the reading or the applying of this list is, 0 to 100."""
    if impor.status is StatusImpor.MENERAPKAN:
        return get_progress(_kunci(impor.id, impor.versi))
    return impor.kemajuan


def _kunci(impor_id: uuid.UUID, versi: int) -> str:
    """Each attempt has a progress of its own."""
    return f"{impor_id}:{versi}"


@task("impor.terapkan")
def run_apply(impor_id: str, versi: int, baik: bool, setuju: bool, izin: str) -> None:
    """Apply a list that was confirmed as this version of its row; commits by itself. Safe to run twice."""
    key = uuid.UUID(impor_id)
    impor = db.session.get(Impor, key)
    if not _waits(impor, versi) or impor.dibuat_oleh is None:
        return
    handler, by = handler_of(impor.jenis), pelaku_kini(impor.dibuat_oleh)
    try:
        with reporting(_kunci(key, versi)):
            if not by.can(Permission(izin)):
                raise Forbidden
            lapor(5)
            table = read_stored(impor, handler)
            lapor(15)
            lock_apply()
            impor = _hold(key)
            if _waits(impor, versi):
                _apply(impor, table, by, take_good=baik, setuju=setuju)
            db.session.commit()
    except Stale as changed:
        _put_back(key, versi, changed.pesan, baca_lagi=True)
    except RuleError as refused:
        _put_back(key, versi, refused.pesan)
    except Exception as defect:
        log.error("import not applied: %s", type(defect).__name__, exc_info=defect)
        _put_back(key, versi, GANGGUAN)


def _waits(impor: Impor | None, versi: int) -> TypeGuard[Impor]:
    return impor is not None and impor.status is StatusImpor.MENERAPKAN and impor.versi == versi


def _put_back(impor_id: uuid.UUID, versi: int, pesan: str, *, baca_lagi: bool = False) -> None:
    """Nothing was written: the list waits for its confirmation again, or is shown anew first."""
    undo_changes()
    impor = _hold(impor_id)
    if _waits(impor, versi):
        impor.status, impor.galat = StatusImpor.SIAP, pesan[:200]
        if baca_lagi:
            read_again(impor)
    db.session.commit()


@at_start
def mark_cut_off() -> None:
    """Lists whose applying a stopped process left did nothing. One that another process is writing holds its
    row and is passed over; one that it is still reading gives up, since its row has changed."""
    query = select(Impor).where(Impor.status == StatusImpor.MENERAPKAN)
    for impor in db.session.scalars(query.with_for_update(skip_locked=True)).all():
        impor.status, impor.galat = StatusImpor.SIAP, TERPUTUS


def _hold(impor_id: uuid.UUID) -> Impor:
    """The row as it is now; not by ``get``, which fails when it differs from what was read before."""
    query = select(Impor).where(Impor.id == impor_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _apply(impor: Impor, table: Table, by: Pelaku, *, take_good: bool, setuju: bool) -> Hasil:
    """Check once more, and write if the outcome is what was shown."""
    handler = handler_of(impor.jenis)
    hasil = check_table(handler, table, dict(impor.pilihan), by)
    lapor(30)
    if hasil.ringkasan != impor.ringkasan or [asdict(one) for one in hasil.refused] != impor.ditolak:
        raise Stale(
            "Data kota berubah sejak pratinjau ini dibuat, sehingga hasilnya akan berbeda. "
            "Periksa pratinjau yang baru."
        )
    refuse_unless(hasil, take_good=take_good, setuju=setuju)
    write_hasil(handler, hasil, impor, by)
    discard_later(impor)
    return hasil


def _check_confirmation(impor: Impor, token: str, by: Pelaku) -> None:
    if impor.dibuat_oleh != by.akun_id:
        raise NotFound
    if impor.status is not StatusImpor.SIAP or impor.token_hash is None:
        raise Stale(
            "Impor ini sudah selesai, sedang diterapkan, atau sedang dibaca ulang. Muat ulang halaman untuk "
            "melihat keadaannya."
        )
    if not hmac.compare_digest(hash_token(token), impor.token_hash):
        raise RuleError(
            "Konfirmasi ini tidak cocok dengan pratinjau. Muat ulang halaman.", kode="token_salah"
        )
    if now() >= impor.kedaluwarsa_pada:
        raise RuleError(
            "Waktu konfirmasi sudah habis. Tekan “Periksa ulang” untuk pratinjau yang baru.",
            kode="token_kedaluwarsa",
        )


def lock_apply() -> None:
    """One list at a time: the second is told so instead of failing (SQLite: after waiting for its turn)."""
    try:
        if db.engine.dialect.name == "postgresql":
            free = db.session.scalar(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": APPLY_LOCK})
        else:
            free = db.session.scalar(text("SELECT 1"))  # begins the transaction, and so takes the write lock
    except OperationalError:
        free = False
    if not free:
        raise RuleError(
            "Daftar lain sedang diterapkan. Tunggu sebentar, lalu tekan tombolnya lagi.", kode="impor_lain"
        )


def refuse_unless(hasil: Hasil, *, take_good: bool, setuju: bool) -> None:
    """All or nothing by default (IMP-4), and what needs an agreement of its own has it."""
    _refuse(len(hasil.refused), hasil.perlu_setuju, take_good=take_good, setuju=setuju)


def _refuse(ditolak: int, perlu_setuju: str | None, *, take_good: bool, setuju: bool) -> None:
    if ditolak and not take_good:
        raise RuleError(
            f"{ditolak} baris ditolak, sehingga tidak ada yang diterapkan. Perbaiki berkasnya, "
            "atau pilih menerapkan baris yang baik saja.",
            kode="ada_ditolak",
        )
    if perlu_setuju and not setuju:
        raise RuleError(perlu_setuju, "setuju", kode="perlu_setuju")


def write_hasil(handler: PenanganImpor, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
    """The good rows, and the trace that the list was applied."""
    handler.apply(hasil, impor, by)
    impor.status, impor.token_hash, impor.diterapkan_pada = StatusImpor.DITERAPKAN, None, now()
    record(
        Peristiwa.IMPOR_DITERAPKAN,
        by=by,
        objek=impor,
        jenis=impor.jenis,
        baik=len(hasil.good),
        ditolak=len(hasil.refused),
        tetap=hasil.unchanged,
        berubah=hasil.changed,
    )
    db.session.flush()
