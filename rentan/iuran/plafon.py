"""Whose letter does not carry one of the coming months: counts per OPD, names for those who act on them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.ext import db, runtime
from rentan.iuran.pratinjau import PlafonKurang, list_plafon_kurang
from rentan.opd.models import Opd
from rentan.opd.queries import list_semua_opd
from rentan.tarif.queries import load_tabel


@dataclass(frozen=True)
class BarisPlafon:
    """One donor with the ceiling, the first month that exceeds it, and that month's sum in whole rupiah."""

    nama: str
    plafon: int
    bulan: date
    perlu: int


@dataclass(frozen=True)
class HalamanPlafon:
    """``per_opd``: the agencies in sight with their counts; ``baris``: one page of names of ``opd``."""

    banyak: int
    per_opd: tuple[tuple[Opd, int], ...]
    per_bulan: tuple[tuple[date, int], ...]
    opd: Opd | None
    baris: tuple[BarisPlafon, ...]
    halaman: int
    ada_lagi: bool


def halaman_plafon(*, seen_by: Pelaku, opd_kode: str | None, halaman: int = 1) -> HalamanPlafon:
    """The list as this person may see it: an operator the own OPD, others the city.

    Names are shown to the operator and the treasurer alone, one OPD at a time. Raises ``NotFound`` for an OPD
    that does not exist or is another operator's.
    """
    if halaman < 1 or halaman > 100_000:
        raise NotFound
    found = list_plafon_kurang(load_tabel())
    tempat = _tempat([one.asn_id for one in found])
    sempit = seen_by.has(Peran.OPERATOR_OPD) and not seen_by.has(
        Peran.BENDAHARA, Peran.PENYETUJU, Peran.ADMIN, Peran.PIMPINAN, Peran.PETUGAS_BPJS
    )
    if sempit:
        found = [one for one in found if tempat[one.asn_id][1] in seen_by.opd_ids]
    jumlah = Counter(tempat[one.asn_id][1] for one in found)
    tampak = [one for one in list_semua_opd() if (not sempit and jumlah[one.id]) or one.id in seen_by.opd_ids]
    opd = next((one for one in tampak if one.kode == opd_kode), None)
    if opd_kode and opd is None:
        raise NotFound
    if opd is None and len(tampak) == 1:
        opd = tampak[0]
    boleh = seen_by.has(Peran.BENDAHARA) or (opd is not None and opd.id in seen_by.opd_ids)
    names = [one for one in found if opd is not None and boleh and tempat[one.asn_id][1] == opd.id]
    banyak = runtime().profil.batas.baris_per_halaman
    awal = (halaman - 1) * banyak
    urut = sorted(names, key=lambda one: (one.bulan, tempat[one.asn_id][2], str(one.asn_id)))
    return HalamanPlafon(
        banyak=len(found),
        per_opd=tuple((one, jumlah[one.id]) for one in tampak),
        per_bulan=tuple(sorted(Counter(one.bulan for one in found).items())),
        opd=opd,
        baris=tuple(_baris(one, tempat[one.asn_id][0]) for one in urut[awal : awal + banyak]),
        halaman=halaman,
        ada_lagi=len(urut) > awal + banyak,
    )


def count_plafon_kurang(opd_ids: Collection[uuid.UUID] | None = None) -> int:
    """How many letters need a new version within twelve months, in these agencies: for the start page."""
    found = list_plafon_kurang(load_tabel())
    if opd_ids is None:
        return len(found)
    tempat = _tempat([one.asn_id for one in found])
    return sum(tempat[one.asn_id][1] in opd_ids for one in found)


def _baris(one: PlafonKurang, nama: str) -> BarisPlafon:
    return BarisPlafon(nama, one.plafon, one.bulan, one.perlu)


def _tempat(asn_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, uuid.UUID, str]]:
    found: dict[uuid.UUID, tuple[str, uuid.UUID, str]] = {}
    for some in chunks(sorted(asn_ids)):
        query = select(Asn.id, Asn.nama, Asn.opd_id, Asn.nama_urut).where(Asn.id.in_(some))
        found |= {row.id: (row.nama, row.opd_id, row.nama_urut) for row in db.session.execute(query)}
    return found
