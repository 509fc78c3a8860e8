"""Participation as people read it: ladders from the counters, lists of names page by page (product.md §3).

Everything here takes the viewer (``seen_by``) or an OPD that was found through the viewer's eyes. Ladders
read counters only; a list of names reads one table through one index, for past months the dated facts of
that month.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy import and_, func, or_, select

from rentan.asn.hitungan_dasar import berdiri, pekerja_pada
from rentan.asn.models import HitunganOpd, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.wilayah.models import Kecamatan, Kelurahan


@dataclass(frozen=True)
class Angka:
    """A ladder. ``asn`` is the denominator; the rungs count the same people; workers count for all donors.

    Of the workers (``pekerja``): registered at BPJS, covered by BPJS's word (``pekerja_aktif``), and those
    with their card in hand. These are three facts: a card never changes cover (states.md §4).

    ``di_luar``: retired, dead or on unpaid leave. ``lain``/``lain_ikut``: active ASN whose status the setting
    ``penyebut`` leaves out, and how many of those take part all the same.
    """

    asn: int = 0
    aktivasi: int = 0
    diajukan: int = 0
    terverifikasi: int = 0
    didebit: int = 0
    pekerja: int = 0
    pekerja_terdaftar: int = 0
    pekerja_aktif: int = 0
    pekerja_kartu: int = 0
    di_luar: int = 0
    lain: int = 0
    lain_ikut: int = 0

    def __add__(self, other: Angka) -> Angka:
        return Angka(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Angka)))

    @property
    def ikut(self) -> int:
        """Distinct ASN who have sent their own signed papers."""
        return self.diajukan

    @property
    def semua_ikut(self) -> int:
        """Everybody who takes part, also those whom the denominator leaves out."""
        return self.ikut + self.lain_ikut

    @property
    def belum(self) -> int:
        return self.asn - self.ikut

    @property
    def tidak_dihitung(self) -> int:
        return self.di_luar + self.lain

    @property
    def bagian(self) -> float:
        """Share that takes part, for sorting and drawing only."""
        return self.ikut / self.asn if self.asn else 0.0


@dataclass(frozen=True)
class BarisOpd:
    """One line of the dashboard. ``tingkat`` 1: part of the OPD above it."""

    kode: str
    nama: str
    singkatan: str
    tingkat: int
    angka: Angka


def penyebut() -> frozenset[StatusAsn]:
    """The ASN statuses that the setting counts."""
    return frozenset(one for one in StatusAsn if one.value in get_setting("penyebut"))


def parse_bulan(teks: str | None) -> date:
    """``YYYY-MM`` to its first day; nothing means the running month. ``NotFound`` for the future or
    nonsense.
    """
    kini = awal_bulan(today())
    if not teks:
        return kini
    cocok = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", teks)
    if cocok is None or (bulan := date(int(cocok[1]), int(cocok[2]), 1)) > kini:
        raise NotFound("Bulan ini tidak ada dalam laporan. Tulis seperti 2026-11.")
    return bulan


def list_bulan() -> list[date]:
    """The months for which there are figures, newest first."""
    kini = awal_bulan(today())
    pertama = db.session.scalar(select(func.min(HitunganOpd.bulan))) or kini
    bulan = [kini]
    while bulan[-1] > pertama:
        bulan.append(tambah_bulan(bulan[-1], -1))
    return bulan


def sees_all(by: Pelaku) -> bool:
    """Leadership and the admin read every OPD (AUZ-3)."""
    return by.has(Peran.PIMPINAN, Peran.ADMIN)


def list_opd(*, seen_by: Pelaku) -> list[Opd]:
    """The OPD whose table this person may open, in the city's order."""
    query = select(Opd).order_by(Opd.urutan, Opd.nama, Opd.id)
    if not sees_all(seen_by):
        query = query.where(Opd.id.in_(seen_by.opd_ids))
    return list(db.session.scalars(query))


# -- ladders ------------------------------------------------------------------------------------------------


def angka_opd(bulan: date, opd_ids: Iterable[uuid.UUID] | None = None) -> dict[uuid.UUID, Angka]:
    """The ladder of each OPD as it was at the end of the month (now, for the running one), from the
    counters.
    """
    h, syarat = HitunganOpd, [HitunganOpd.bulan <= bulan]
    if opd_ids is not None:
        syarat.append(h.opd_id.in_(list(opd_ids)))
    terakhir = (
        select(h.opd_id, h.status_asn, func.max(h.bulan).label("bulan"))
        .where(*syarat)
        .group_by(h.opd_id, h.status_asn)
        .subquery()
    )
    sama = and_(
        h.opd_id == terakhir.c.opd_id, h.status_asn == terakhir.c.status_asn, h.bulan == terakhir.c.bulan
    )
    dihitung, hasil = penyebut(), dict[uuid.UUID, Angka]()
    for row in db.session.execute(select(h.__table__).join(terakhir, sama)):
        satu = Angka(
            pekerja=row.pekerja,
            pekerja_terdaftar=row.pekerja_terdaftar,
            pekerja_aktif=row.pekerja_aktif,
            pekerja_kartu=row.pekerja_kartu,
            di_luar=row.di_luar,
        )
        if row.status_asn in dihitung:
            satu = replace(
                satu,
                asn=row.roster,
                aktivasi=row.aktivasi,
                diajukan=row.diajukan,
                terverifikasi=row.terverifikasi,
                didebit=row.didebit,
            )
        else:
            satu = replace(satu, lain=row.roster, lain_ikut=row.diajukan)
        hasil[row.opd_id] = hasil.get(row.opd_id, Angka()) + satu
    return hasil


def list_baris_opd(bulan: date) -> list[BarisOpd]:
    """All OPD of that month, zeros included, parts right after the OPD they belong to."""
    angka = angka_opd(bulan)
    berlaku = and_(
        or_(Opd.berlaku_mulai.is_(None), Opd.berlaku_mulai < tambah_bulan(bulan, 1)),
        or_(Opd.berlaku_sampai.is_(None), Opd.berlaku_sampai >= bulan),
    )
    # An OPD that has ended still shows in the months in which somebody served there.
    query = select(Opd).where(or_(berlaku, Opd.id.in_([k for k, v in angka.items() if v != Angka()])))
    semua = list(db.session.scalars(query.order_by(Opd.urutan, Opd.nama, Opd.id)))
    ada = {one.id for one in semua}
    bagian: dict[uuid.UUID | None, list[Opd]] = {}
    for one in semua:
        bagian.setdefault(one.induk_id if one.induk_id in ada else None, []).append(one)
    baris: list[BarisOpd] = []

    def tambah(induk: uuid.UUID | None, tingkat: int) -> None:
        for one in bagian.get(induk, ()):
            baris.append(BarisOpd(one.kode, one.nama, one.singkatan, tingkat, angka.get(one.id, Angka())))
            tambah(one.id, tingkat + 1)

    tambah(None, 0)
    return baris


def jumlah(angka: Iterable[Angka]) -> Angka:
    """The city row: the sum of its OPD rows, nothing else."""
    return sum(angka, Angka())


def pekerja_kecamatan(bulan: date) -> list[tuple[str, str, int]]:
    """(code, name, workers of active ASN who live there) of every district; the sum is the city's
    ``pekerja``.
    """
    pekerja = pekerja_pada(bulan).subquery()
    hitung = (
        select(Kelurahan.kecamatan_kode, func.count().label("n"))
        .select_from(pekerja)
        .join(Penempatan, and_(Penempatan.asn_id == pekerja.c.asn_id, berdiri(Penempatan, bulan)))
        .join(Pekerja, Pekerja.id == pekerja.c.pekerja_id)
        .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
        .where(Penempatan.status_aktif == StatusAktif.AKTIF)
        .group_by(Kelurahan.kecamatan_kode)
        .subquery()
    )
    query = (
        select(Kecamatan.kode, Kecamatan.nama, func.coalesce(hitung.c.n, 0))
        .join(hitung, hitung.c.kecamatan_kode == Kecamatan.kode, isouter=True)
        .order_by(Kecamatan.kode)
    )
    return [(kode, nama, int(n)) for kode, nama, n in db.session.execute(query)]
