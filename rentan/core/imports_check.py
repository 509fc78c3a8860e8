"""Reading and checking an upload in the queue, and what it carries with it: token, end, stored file."""

from __future__ import annotations

import hashlib
import hmac
import logging
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.imports_base import Hasil, Impor, PenanganImpor, StatusImpor, handler_of, limits
from rentan.core.queue import enqueue, task
from rentan.core.secrets import decrypt
from rentan.core.sheets import Table, read_table
from rentan.core.storage import MissingObject
from rentan.core.subject import KunciSubjek, dek_for
from rentan.ext import db, runtime

log = logging.getLogger(__name__)


@task("impor.periksa")
def check_impor(impor_id: str) -> None:
    """Read and check a waiting upload, and store what was found; commits by itself. Safe to run twice."""
    impor = db.session.get(Impor, uuid.UUID(impor_id))
    if impor is None or impor.status is not StatusImpor.DIBACA:
        return
    handler, pilihan = handler_of(impor.jenis), dict(impor.pilihan)
    by = Pelaku(akun_id=impor.dibuat_oleh)
    _progress(impor_id, 10)
    try:
        table = read_stored(impor, handler)
        _progress(impor_id, 60)
        hasil = check_reading(handler, table, pilihan, by)
    except RuleError as refused:
        _store_failure(impor_id, refused.pesan)
    except Exception as defect:
        log.error("import check failed: %s", type(defect).__name__, exc_info=defect)
        _store_failure(impor_id, "Berkas ini tidak dapat diperiksa karena gangguan pada aplikasi. Coba lagi.")
    else:
        _store_result(impor_id, hasil, by)


def check_reading(handler: PenanganImpor, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
    """The check takes seconds; in a read-only transaction nobody waits for it."""
    db.session.rollback()
    db.session.connection(execution_options={"postgresql_readonly": True})
    try:
        return check_table(handler, table, pilihan, by)
    finally:
        db.session.rollback()


def check_table(handler: PenanganImpor, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
    """What the room's handler says of these rows, with the reader's own notices; its sums are verified."""
    hasil = handler.check(table, pilihan, by)
    hasil.skipped_sheets = list(table.skipped_sheets)
    hasil.warnings = [*table.notices, *hasil.warnings]
    hasil.verify()
    return hasil


def read_stored(impor: Impor, handler: PenanganImpor) -> Table:
    """The stored file as rows; gives the database back before the slow part."""
    key, sha256, akhiran, row = impor.kunci_berkas, impor.sha256, impor.akhiran, impor.id
    dek = dek_for(row)
    db.session.rollback()
    try:
        data = decrypt(dek, runtime().store.get(key), table="impor", column="berkas", row=row)
    except (MissingObject, InvalidTag):
        data = b""
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), sha256):
        raise RuleError(
            "Berkas yang tersimpan tidak sama lagi dengan yang Anda unggah. Unggah kembali berkasnya.",
            kode="berkas_berubah",
        )
    return read_table(data, f"daftar{akhiran}", handler.columns, limits=limits())


def _progress(impor_id: str, persen: int) -> None:
    db.session.rollback()
    db.session.execute(
        db.update(Impor).where(Impor.id == uuid.UUID(impor_id), Impor.status == StatusImpor.DIBACA)
        .values(kemajuan=persen)
    )  # fmt: skip
    db.session.commit()


def _reload(impor_id: str) -> Impor | None:
    """The upload, if it still waits for this reading (it may have been cancelled meanwhile)."""
    db.session.rollback()
    impor = db.session.get(Impor, uuid.UUID(impor_id), with_for_update=True, populate_existing=True)
    return impor if impor is not None and impor.status is StatusImpor.DIBACA else None


def _store_failure(impor_id: str, pesan: str) -> None:
    if impor := _reload(impor_id):
        impor.status, impor.galat, impor.kemajuan = StatusImpor.GAGAL, pesan[:200], 100
        discard_later(impor)
        db.session.commit()


def _store_result(impor_id: str, hasil: Hasil, by: Pelaku) -> None:
    if not (impor := _reload(impor_id)):
        return
    impor.status, impor.kemajuan = StatusImpor.SIAP, 100
    impor.ringkasan = hasil.ringkasan
    impor.ditolak = [asdict(one) for one in hasil.refused]
    impor.kedaluwarsa_pada = next_expiry()
    impor.token_hash = hash_token(make_token(impor))
    record(
        Peristiwa.IMPOR_DIPERIKSA,
        by=by,
        objek=impor,
        jenis=impor.jenis,
        dibaca=hasil.read,
        baik=len(hasil.good),
        ditolak=len(hasil.refused),
    )
    db.session.commit()


def read_again(impor: Impor) -> None:
    """Check the same upload anew once this change is committed; what was shown is not to be confirmed."""
    impor.status, impor.kemajuan, impor.token_hash = StatusImpor.DIBACA, 0, None
    enqueue("impor.periksa", impor_id=str(impor.id))


def make_token(impor: Impor) -> str:
    """The confirmation's word: bound to file, person and time (IMP-4)."""
    bound = f"{impor.id}|{impor.sha256}|{impor.dibuat_oleh}|{impor.kedaluwarsa_pada.isoformat()}"
    return runtime().keyring.code_hash("impor", bound).hex()


def hash_token(token: str) -> bytes:
    """As it is stored: the word itself stands only in the form."""
    return runtime().keyring.code_hash("impor-token", token)


def next_expiry() -> datetime:
    """How long a preview made now may be confirmed."""
    return now() + timedelta(minutes=runtime().profil.batas.menit_pratinjau)


def discard_later(impor: Impor) -> None:
    """Destroy the upload's file once this change is committed."""
    enqueue("impor.buang_berkas", impor_id=str(impor.id), kunci=impor.kunci_berkas)


@task("impor.buang_berkas")
def discard_file(impor_id: str, kunci: str) -> None:
    """Destroy the stored file of a finished import, and its key with it."""
    runtime().store.delete(kunci)
    db.session.execute(db.delete(KunciSubjek).where(KunciSubjek.id == uuid.UUID(impor_id)))
