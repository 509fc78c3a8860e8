"""Lines of debit batches with their answers, for the treasurer's pages."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, tuple_

from rentan.autodebet.hasil_baris import Sasaran, baca_simpanan, load_sasaran
from rentan.autodebet.layout_debet import layout_debet
from rentan.core.errors import NotFound
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba
from rentan.paket.models import Paket, Pengecualian

_Sel = str | int | None


def get_percobaan(percobaan_id: uuid.UUID) -> Percobaan:
    """One line that has a reference, i.e. was frozen once. Raises ``NotFound``."""
    found = db.session.get(Percobaan, percobaan_id)
    if found is None or found.referensi is None:
        raise NotFound
    return found


def sasaran_of(percobaan: Percobaan) -> Sasaran:
    """The line as answers see it."""
    return load_sasaran([percobaan.referensi or ""])[percobaan.referensi or ""]


def list_tanpa_kabar(
    *, referensi: str = "", sesudah: uuid.UUID | None = None, banyak: int = 50
) -> list[tuple[Percobaan, str]]:
    """Lines without news with the number of their batch, the oldest batch first; or the one with this
    reference, however it stands.
    """
    query = select(Percobaan, Paket.nomor).join(Paket, Paket.id == Percobaan.paket_id)
    if referensi:
        query = query.where(Percobaan.referensi == referensi)
    else:
        query = query.where(Percobaan.hasil == HasilCoba.TANPA_KABAR)
    if sesudah is not None and (last := db.session.get(Percobaan, sesudah)) is not None:
        dikirim = select(Paket.dikirim_pada).where(Paket.id == last.paket_id).scalar_subquery()
        query = query.where(
            tuple_(Paket.dikirim_pada, Percobaan.urutan, Percobaan.id) > tuple_(dikirim, last.urutan, last.id)
        )
    query = query.order_by(Paket.dikirim_pada, Percobaan.urutan, Percobaan.id).limit(banyak)
    return [(one, nomor or "") for one, nomor in db.session.execute(query)]


def count_tanpa_kabar() -> int:
    """How many lines the bank has never answered."""
    query = select(func.count()).where(Percobaan.hasil == HasilCoba.TANPA_KABAR)
    return db.session.scalar(query) or 0


def count_hasil_impor(impor_id: uuid.UUID) -> dict[str, int]:
    """Lines that this file answered, and the exceptions that it left: all, and still open."""
    tanya = select(func.count(), func.count(Pengecualian.selesai_pada)).where(
        Pengecualian.impor_id == impor_id
    )
    semua, selesai = db.session.execute(tanya).one()
    baris = db.session.scalar(select(func.count()).where(Percobaan.impor_id == impor_id)) or 0
    return {"baris": baris, "pengecualian": semua, "terbuka": semua - selesai}


def list_baris_impor(impor_id: uuid.UUID) -> list[list[_Sel]]:
    """What this file answered, in the order of its batches."""
    query = (
        select(Percobaan, Iuran.periode)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .where(Percobaan.impor_id == impor_id)
        .order_by(Percobaan.paket_id, Percobaan.urutan)
    )
    kode = layout_debet().kode
    return [
        [
            one.urutan,
            one.referensi,
            f"{periode:%m-%Y}",
            one.jumlah,
            one.hasil.label,
            one.kode_hasil,
            kode[one.kode_hasil].kata if one.kode_hasil and one.kode_hasil in kode else one.keterangan,
        ]
        for one, periode in db.session.execute(query)
    ]


def list_pengecualian_impor(impor_id: uuid.UUID) -> list[list[_Sel]]:
    """The exceptions of this file as the bank can be asked about them: reference, amount, code, time."""
    query = select(Pengecualian).where(Pengecualian.impor_id == impor_id)
    rows = list(db.session.scalars(query.order_by(Pengecualian.lembar, Pengecualian.baris, Pengecualian.id)))
    load_deks(one.id for one in rows)
    found: list[list[_Sel]] = []
    for one in rows:
        said = baca_simpanan(reveal(one, "nilai") or "{}", one.lembar, one.baris)
        found.append([one.lembar, one.baris, said.ref, said.nominal, said.kode, said.waktu, one.pesan])
    return found
