"""What a contribution keeps as it was: the price of its month, where the donor served, the account."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import or_, select

from rentan.asn.models import Penempatan
from rentan.asn.status import StatusAktif
from rentan.core.massal import chunks
from rentan.core.subject import reveal_values
from rentan.ext import db
from rentan.tarif.models import TarifKelas
from rentan.tarif.price import Tarif, iuran, kelas_untuk
from rentan.tarif.queries import batas_berkas, tarif_pada

PENDANAAN: Literal["pribadi"] = "pribadi"


def potret_harga(bulan: date, penghasilan: int, program: str, sektor: str) -> dict[str, Any]:
    """The price of one month in whole rupiah, with what it was computed from, as columns of ``Iuran``."""
    cache: dict[tuple[Any, ...], tuple[Tarif, dict[str, Any]]]
    cache = db.session.info.setdefault("potret_harga", {})
    tarif = tarif_pada(bulan)
    key = (bulan, penghasilan, program, sektor)
    if key not in cache or cache[key][0] is not tarif:  # somebody has changed the tariff since
        kelas = kelas_untuk(penghasilan, tarif)
        harga = iuran(bulan, kelas, cast(Any, program), cast(Any, sektor), PENDANAAN, tarif)
        cache[key] = (
            tarif,
            {
                "jumlah": harga.total,
                "jkk": harga.jkk,
                "jkm": harga.jkm,
                "jht": harga.jht,
                "program": program,
                "sektor": sektor,
                "pendanaan": PENDANAAN,
                "penghasilan": penghasilan,
                "tarif_kelas_id": _kelas_id(bulan, kelas.dasar),
            },
        )
    return cache[key][1]


def _kelas_id(bulan: date, dasar: int) -> uuid.UUID:
    query = (
        select(TarifKelas.id)
        .where(
            TarifKelas.berlaku_mulai <= bulan, TarifKelas.dasar == dasar, TarifKelas.dicabut_pada.is_(None)
        )
        .order_by(TarifKelas.berlaku_mulai.desc())
        .limit(1)
    )
    return db.session.scalars(query).one()


def hari_potret(bulan: Iterable[date], hari: date) -> dict[date, date]:
    """By month, the day on which the donor's OPD counts: its cut-off, or ``hari`` while that lies ahead."""
    return {one: min(batas_berkas(one), hari) for one in set(bulan)}


def penempatan_pada(
    asked: Collection[tuple[uuid.UUID, date]],
) -> dict[tuple[uuid.UUID, date], uuid.UUID]:
    """Where each of these donors served on that day; those who were not active then are missing."""
    found: dict[tuple[uuid.UUID, date], uuid.UUID] = {}
    for pada in sorted({day for _, day in asked}):
        query = select(Penempatan.asn_id, Penempatan.opd_id).where(
            Penempatan.mulai <= pada,
            or_(Penempatan.sampai.is_(None), Penempatan.sampai >= pada),
            Penempatan.status_aktif == StatusAktif.AKTIF,
        )
        for some in chunks(sorted({asn_id for asn_id, day in asked if day == pada})):
            for row in db.session.execute(query.where(Penempatan.asn_id.in_(some))):
                found[row.asn_id, pada] = row.opd_id
    return found


def buka_rekening(items: Iterable[tuple[uuid.UUID, uuid.UUID, bytes]]) -> dict[uuid.UUID, str]:
    """Account numbers of letters: (letter, donor, sealed) to letter and plain digits; never shown."""
    return reveal_values("surat_kuasa", "rekening", items)
