"""Changes to agencies by the admin: names, dates, and the spellings under which files know them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.opd.models import EjaanOpd, Opd
from rentan.opd.queries import ejaan_normal

PANJANG_EJAAN = 200  # characters: the key's width; folding case makes some letters two or three


def change_opd(
    opd: Opd,
    *,
    nama: str,
    singkatan: str,
    berlaku_mulai: date | None,
    berlaku_sampai: date | None,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """Rename an agency or date it; its code stays, because reports and files refer to it.

    The former name stays known as a spelling, so that last year's files can still be read.
    """
    check_version(opd, versi)
    if berlaku_mulai and berlaku_sampai and berlaku_sampai < berlaku_mulai:
        raise RuleError(
            "Tanggal akhir OPD mendahului tanggal mulainya. Periksa kedua tanggal.", "berlaku_sampai"
        )
    kembar = select(Opd.id).where(Opd.nama == nama, Opd.id != opd.id)
    if db.session.scalar(kembar.limit(1)) is not None:
        raise RuleError(
            "Nama ini sudah dipakai OPD lain. Pakai nama yang berbeda.", "nama", kode="nama_dipakai"
        )
    if nama != opd.nama:
        _remember(opd.nama, opd, by)
    opd.nama, opd.singkatan = nama, singkatan
    opd.berlaku_mulai, opd.berlaku_sampai = berlaku_mulai, berlaku_sampai
    record(Peristiwa.OPD_DIUBAH, by=by, objek=opd, kode=opd.kode)
    db.session.flush()


def map_ejaan(teks: str, opd: Opd, *, by: Pelaku) -> EjaanOpd:
    """From now on this spelling in a file means this agency; a spelling mapped before moves to it."""
    ejaan = ejaan_normal(teks)
    if not ejaan:
        raise RuleError("Tuliskan ejaan yang ingin dipetakan.", "ejaan", kode="ejaan_kosong")
    if len(ejaan) > PANJANG_EJAAN:
        raise RuleError(
            "Ejaan ini terlalu panjang untuk nama OPD. Persingkat.", "ejaan", kode="ejaan_panjang"
        )
    row = _remember(teks, opd, by)
    record(Peristiwa.EJAAN_OPD_DIPETAKAN, by=by, objek=opd, kode=opd.kode)
    db.session.flush()
    return row


def _remember(teks: str, opd: Opd, by: Pelaku) -> EjaanOpd:
    ejaan = ejaan_normal(teks)
    row = db.session.get(EjaanOpd, ejaan) or EjaanOpd(ejaan=ejaan)
    row.opd_id, row.dipetakan_oleh, row.dipetakan_pada = opd.id, by.akun_id, now()
    db.session.add(row)
    return row


def forget_ejaan(ejaan: str, *, by: Pelaku) -> None:
    """The spelling is unknown again, and the next file asks for it. Raises ``NotFound``."""
    row = db.session.get(EjaanOpd, ejaan)
    if row is None:
        raise NotFound
    record(Peristiwa.EJAAN_OPD_DIPETAKAN, by=by, objek=db.session.get_one(Opd, row.opd_id), dihapus=True)
    db.session.delete(row)
    db.session.flush()
