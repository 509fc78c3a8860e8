"""Lists from outside: read in the sandbox, checked, shown, applied once the same person confirms (IMP-1…5).

A room announces a handler (:class:`PenanganImpor`) per kind of list; everything around it is here. The rows
are read and checked again at the confirmation, and what was shown must still be what happens: a list is never
applied on top of a city that has changed since its preview.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.imports_apply import (
    apply_impor,
    impor_kemajuan,
    is_panjang,
    lock_apply,
    refuse_unless,
    start_apply,
    write_hasil,
)
from rentan.core.imports_base import (
    Ditolak,
    Hasil,
    Impor,
    JenisImpor,
    PenanganImpor,
    StatusImpor,
    find_diterapkan,
    handler_of,
    limits,
    register,
)
from rentan.core.imports_check import (
    check_reading,
    check_table,
    discard_later,
    make_token,
    next_expiry,
    read_again,
)
from rentan.core.queue import at_start, enqueue
from rentan.core.secrets import encrypt
from rentan.core.sheets import Column, Table, file_kind, read_table
from rentan.core.storage import new_key, sweep_orphans
from rentan.core.subject import dek_for
from rentan.ext import db, runtime
from rentan.util.tanggal import format_waktu

__all__ = [
    "Column",
    "Ditolak",
    "Hasil",
    "Impor",
    "JenisImpor",
    "PenanganImpor",
    "StatusImpor",
    "Table",
    "apply_impor",
    "cancel_impor",
    "confirmation_token",
    "expire_imports",
    "get_impor",
    "impor_kemajuan",
    "is_panjang",
    "list_impor",
    "receive_impor",
    "recheck_impor",
    "register",
    "run_import",
    "start_apply",
]

PREFIX = "impor"
KEPT_AFTER_EXPIRY = timedelta(hours=24)
#: Uploads whose file is still needed.
MENUNGGU = (StatusImpor.DIBACA, StatusImpor.SIAP, StatusImpor.MENERAPKAN)
ORPHAN_AGE = timedelta(hours=48)  # UPL-5


# -- upload, confirm, cancel ---------------------------------------------------------------------------------


def receive_impor(
    jenis: JenisImpor, data: bytes, nama_file: str, pilihan: dict[str, Any], by: Pelaku
) -> Impor:
    """Keep the file under a key of its own and let the queue read it once the caller has committed.

    Raises ``RuleError`` at once for a file that by size, name or first bytes cannot be a table, and with
    ``sudah_diimpor`` for the second time of a file that counts once.
    """
    file_kind(data, nama_file, limits())
    _refuse_second(handler_of(jenis), data)
    impor = _new(jenis, data, nama_file, pilihan, by)
    db.session.add(impor)
    db.session.flush()
    sealed = encrypt(dek_for(impor.id), data, table="impor", column="berkas", row=impor.id)
    runtime().store.put(impor.kunci_berkas, sealed)
    enqueue("impor.periksa", impor_id=str(impor.id))
    return impor


def _new(jenis: JenisImpor, data: bytes, nama_file: str, pilihan: dict[str, Any], by: Pelaku) -> Impor:
    return Impor(
        id=uuid.uuid4(),
        jenis=jenis,
        status=StatusImpor.DIBACA,
        sha256=hashlib.sha256(data).hexdigest(),
        akhiran=PurePath(nama_file).suffix.lower()[:8],
        kunci_berkas=new_key(PREFIX),
        pilihan=pilihan,
        dibuat_oleh=by.akun_id,
        dibuat_pada=now(),
        kedaluwarsa_pada=next_expiry(),
    )


def _refuse_second(handler: PenanganImpor, data: bytes) -> None:
    pada = find_diterapkan(handler, hashlib.sha256(data).hexdigest())
    if pada is not None:
        raise RuleError(
            f"Berkas ini sudah diimpor {format_waktu(pada)}, sehingga tidak ada yang berubah.",
            "berkas",
            kode="sudah_diimpor",
        )


def get_impor(impor_id: uuid.UUID, *, jenis: JenisImpor, seen_by: Pelaku) -> Impor:
    """The person's own upload; anybody else's does not exist (IMP-4)."""
    impor = db.session.get(Impor, impor_id)
    if impor is None or impor.jenis is not jenis or impor.dibuat_oleh != seen_by.akun_id:
        raise NotFound
    return impor


def list_impor(jenis: JenisImpor, *, seen_by: Pelaku, limit: int = 10) -> list[Impor]:
    """The person's latest uploads of this kind, newest first."""
    query = db.select(Impor).where(Impor.jenis == jenis, Impor.dibuat_oleh == seen_by.akun_id)
    return list(db.session.scalars(query.order_by(Impor.dibuat_pada.desc(), Impor.id).limit(limit)))


def recheck_impor(impor: Impor, *, by: Pelaku) -> None:
    """Read the same upload again: the city changed, an agency was mapped, or the confirmation expired."""
    if impor.dibuat_oleh != by.akun_id or impor.status is not StatusImpor.SIAP:
        raise Stale
    impor.galat = None
    read_again(impor)


def confirmation_token(impor: Impor, *, by: Pelaku) -> str:
    """The word in the preview's form: bound to file, person and time (IMP-4), never stored itself."""
    if impor.status is not StatusImpor.SIAP or impor.dibuat_oleh != by.akun_id:
        raise NotFound
    return make_token(impor)


def cancel_impor(impor: Impor, *, by: Pelaku) -> None:
    """Forget an upload that was not applied; its file is destroyed."""
    if impor.dibuat_oleh != by.akun_id:
        raise NotFound
    if impor.status is StatusImpor.MENERAPKAN:
        raise Stale("Daftar ini sedang diterapkan, sehingga tidak dapat dibatalkan lagi.")
    if impor.status not in (StatusImpor.DIBACA, StatusImpor.SIAP):
        raise Stale("Impor ini sudah selesai, sehingga tidak dapat dibatalkan.")
    impor.status, impor.token_hash = StatusImpor.DIBATALKAN, None
    record(Peristiwa.IMPOR_DIBATALKAN, by=by, objek=impor, jenis=impor.jenis)
    discard_later(impor)


# -- command line -------------------------------------------------------------------------------------------


def run_import(
    handler: PenanganImpor,
    data: bytes,
    nama_file: str,
    *,
    pilihan: dict[str, Any] | None = None,
    dry_run: bool = False,
    take_good: bool = False,
    setuju: bool = False,
    by: Pelaku = SISTEM,
    table: Table | None = None,
) -> Hasil:
    """Check a file and, unless ``dry_run`` or refused, apply it in the caller's transaction (commands).

    Raises ``RuleError`` for an unusable file, and with ``sudah_diimpor`` for one that counts once. A file
    with refused rows is not applied without ``take_good``. ``table``: the rows of a file that the program
    wrote itself, read already (the demo city).
    """
    _refuse_second(handler, data)
    table = table or read_table(data, nama_file, handler.columns, limits=limits())
    if dry_run:
        return check_reading(handler, table, pilihan or {}, by)
    lock_apply()
    hasil = check_table(handler, table, pilihan or {}, by)
    if hasil.refused and not take_good:
        return hasil
    refuse_unless(hasil, take_good=take_good, setuju=setuju)
    impor = _new(handler.jenis, data, nama_file, pilihan or {}, by)
    impor.kunci_berkas = ""  # the file stays with the operator
    impor.ringkasan, impor.kemajuan = hasil.ringkasan, 100
    impor.ditolak = [asdict(one) for one in hasil.refused]
    db.session.add(impor)
    db.session.flush()
    write_hasil(handler, hasil, impor, by)
    return hasil


# -- upkeep -------------------------------------------------------------------------------------------------


@at_start
def resume_imports() -> None:
    """Read again what a stopped process left unread."""
    for impor_id in db.session.scalars(db.select(Impor.id).where(Impor.status == StatusImpor.DIBACA)):
        enqueue("impor.periksa", impor_id=str(impor_id))


def expire_imports() -> int:
    """Cancel previews that nobody confirmed within a day after they expired (scheduled job); how many.

    Files that no waiting upload owns any more go as well.
    """
    query = db.select(Impor).where(
        Impor.status == StatusImpor.SIAP, Impor.kedaluwarsa_pada < now() - KEPT_AFTER_EXPIRY
    )
    waiting = list(db.session.scalars(query.order_by(Impor.id)))
    for impor in waiting:
        impor.status, impor.token_hash = StatusImpor.DIBATALKAN, None
        record(Peristiwa.IMPOR_DIBATALKAN, by=SISTEM, objek=impor, jenis=impor.jenis)
        discard_later(impor)
    owned = db.select(Impor.kunci_berkas).where(Impor.status.in_(MENUNGGU))
    sweep_orphans(runtime().store, PREFIX, set(db.session.scalars(owned)), now() - ORPHAN_AGE)
    return len(waiting)
