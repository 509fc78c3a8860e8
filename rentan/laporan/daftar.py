"""Lists of names of one OPD: who has not joined, who has, who is not counted; page by page, searchable.

The running month reads the roster row itself (index ``ix_asn_halaman``); a past month reads placement and
rungs as they stood at its end, so that a move does not rewrite the past. The place in the list is a
person's id, never a name: addresses carry no names of ours.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, literal, or_, select, tuple_

from rentan.asn.hitungan_dasar import DI_LUAR, TAHAP_SUDAH_IKUT, URUTAN_TAHAP, berdiri, pekerja_pada
from rentan.asn.models import Asn, Penempatan, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.status import Status
from rentan.ext import db
from rentan.laporan.queries import penyebut
from rentan.opd.models import UnitKerja
from rentan.util.nama import nama_urut
from rentan.util.tanggal import awal_bulan

UKURAN_HALAMAN = 50
BATAS_HITUNG = 1_000


class Daftar(Status):
    """Which people of the OPD a list shows."""

    BELUM = "belum", "Belum ikut"
    IKUT = "ikut", "Sudah ikut"
    LUAR = "luar", "Tidak dihitung"


@dataclass(frozen=True)
class Saringan:
    """What a list shows. ``tahap``: a rung, or ``tanpa`` (not even activated); ``cari``: part of a
    name, or a NIP.
    """

    opd_id: uuid.UUID
    bulan: date
    daftar: Daftar = Daftar.BELUM
    unit_id: uuid.UUID | None = None
    status: StatusAsn | None = None
    tahap: str = ""
    cari: str = ""

    @property
    def disaring(self) -> bool:
        return bool(self.unit_id or self.status or self.tahap or self.cari)


@dataclass(frozen=True)
class Halaman:
    """A page of rows, and the ids from which the pages before and after it go on (``None``: no such page)."""

    baris: list[Row[Any]]
    sebelum: uuid.UUID | None
    sesudah: uuid.UUID | None


class _Sumber:
    """The same columns from the roster row (running month) or from the dated facts (past month)."""

    def __init__(self, saringan: Saringan) -> None:
        self.kini = saringan.bulan >= awal_bulan(today())
        asal: Any = Asn if self.kini else Penempatan
        self.opd_id, self.unit_id, self.jabatan = asal.opd_id, asal.unit_id, asal.jabatan
        self.status_asn, self.status_aktif = asal.status_asn, asal.status_aktif
        self.bulan = saringan.bulan
        self.ikut: Any = Asn.ikut if self.kini else self._berdiri_di(TAHAP_SUDAH_IKUT)
        self.tahap: Any = Asn.tahap if self.kini else self._puncak()

    def select(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        query = select(*columns).select_from(Asn)
        if self.kini:
            return query.where(self.opd_id.is_not(None))
        return query.join(Penempatan, Penempatan.asn_id == Asn.id).where(berdiri(Penempatan, self.bulan))

    def _berdiri_di(self, tahap: tuple[Tahap, ...]) -> ColumnElement[bool]:
        return (
            select(literal(1))
            .where(Tahapan.asn_id == Asn.id, Tahapan.tahap.in_(tahap), berdiri(Tahapan, self.bulan))
            .correlate(Asn)
            .exists()
        )

    def _puncak(self) -> ColumnElement[Any]:
        urutan = case({one: at for at, one in enumerate(URUTAN_TAHAP)}, value=Tahapan.tahap)
        return (
            select(Tahapan.tahap)
            .where(Tahapan.asn_id == Asn.id, berdiri(Tahapan, self.bulan))
            .order_by(urutan.desc())
            .limit(1)
            .correlate(Asn)
            .scalar_subquery()
        )


def _syarat(s: _Sumber, saringan: Saringan) -> list[ColumnElement[bool]]:
    dihitung = and_(s.status_aktif == StatusAktif.AKTIF, s.status_asn.in_(penyebut()))
    if saringan.daftar is Daftar.LUAR:
        lain = and_(s.status_aktif == StatusAktif.AKTIF, s.status_asn.not_in(penyebut()))
        syarat = [or_(s.status_aktif.in_(DI_LUAR), lain)]
    else:
        syarat = [s.ikut if saringan.daftar is Daftar.IKUT else s.ikut == false(), dihitung]
    if saringan.unit_id:
        syarat.append(s.unit_id == saringan.unit_id)
    if saringan.status:
        syarat.append(s.status_asn == saringan.status)
    if saringan.tahap == "tanpa":
        syarat.append(s.tahap.is_(None))
    elif saringan.tahap:
        syarat.append(s.tahap == next(one for one in Tahap if one.value == saringan.tahap))
    if saringan.cari:
        syarat.append(_cocok(saringan.cari))
    return syarat


def _cocok(cari: str) -> ColumnElement[bool]:
    """Digits are the beginning of a NIP; anything else is part of a name, without titles and case."""
    rapat = "".join(cari.split())
    if rapat.isascii() and rapat.isdigit():
        return Asn.nip.startswith(rapat, autoescape=True)
    return Asn.nama_urut.contains(nama_urut(cari) or cari.upper(), autoescape=True)


def list_asn(
    saringan: Saringan, *, sesudah: uuid.UUID | None = None, sebelum: uuid.UUID | None = None
) -> Halaman:
    """One page by name. ``NotFound`` when the place to go on from is nobody of this OPD and month."""
    s = _Sumber(saringan)
    mundur = sebelum is not None and sesudah is None
    syarat = [s.opd_id == saringan.opd_id, *_syarat(s, saringan)]
    patokan = sebelum if mundur else sesudah
    if patokan is not None:
        nama = db.session.scalar(
            s.select(Asn.nama_urut).where(s.opd_id == saringan.opd_id, Asn.id == patokan)
        )
        if nama is None:
            raise NotFound
        di, batas = tuple_(Asn.nama_urut, Asn.id), tuple_(literal(nama), literal(patokan, Asn.id.type))
        syarat.append(di < batas if mundur else di > batas)
    urut = (Asn.nama_urut.desc(), Asn.id.desc()) if mundur else (Asn.nama_urut, Asn.id)
    query = _kolom(s).where(*syarat)
    baris = list(db.session.execute(query.order_by(*urut).limit(UKURAN_HALAMAN + 1)))
    lebih, baris = len(baris) > UKURAN_HALAMAN, baris[:UKURAN_HALAMAN]
    if mundur:
        baris.reverse()
    ada_sebelum, ada_sesudah = (lebih, True) if mundur else (sesudah is not None, lebih)
    return Halaman(
        baris,
        sebelum=baris[0].id if baris and ada_sebelum else None,
        sesudah=baris[-1].id if baris and ada_sesudah else None,
    )


def list_semua(saringan: Saringan, batas: int) -> list[Row[Any]]:
    """The whole list by name, for paper and files; at most ``batas`` + 1 rows, so that the caller can
    refuse.
    """
    s = _Sumber(saringan)
    query = _kolom(s).where(s.opd_id == saringan.opd_id, *_syarat(s, saringan))
    return list(db.session.execute(query.order_by(Asn.nama_urut, Asn.id).limit(batas + 1)))


def count_asn(saringan: Saringan) -> int:
    """How many a filtered list has; counting stops after ``BATAS_HITUNG`` (the answer is then one more)."""
    s = _Sumber(saringan)
    satu = s.select(literal(1)).where(s.opd_id == saringan.opd_id, *_syarat(s, saringan))
    banyak = db.session.scalar(select(func.count()).select_from(satu.limit(BATAS_HITUNG + 1).subquery()))
    return int(banyak or 0)


def _kolom(s: _Sumber) -> Select[*tuple[Any, ...]]:
    return s.select(
        Asn.id,
        Asn.nip,
        Asn.nama,
        s.jabatan.label("jabatan"),
        UnitKerja.nama.label("unit"),
        s.status_asn.label("status_asn"),
        s.status_aktif.label("status_aktif"),
        s.ikut.label("ikut"),
        s.tahap.label("tahap"),
    ).join(UnitKerja, UnitKerja.id == s.unit_id, isouter=True)


def pekerja_per_asn(asn_ids: list[uuid.UUID], bulan: date) -> dict[uuid.UUID, int]:
    """Workers of the people on a page, in one query."""
    if not asn_ids:
        return {}
    pekerja = pekerja_pada(bulan).subquery()
    query = (
        select(pekerja.c.asn_id, func.count()).where(pekerja.c.asn_id.in_(asn_ids)).group_by(pekerja.c.asn_id)
    )
    return {asn_id: int(n) for asn_id, n in db.session.execute(query)}


def list_unit(opd_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """(id, name) of the OPD's sub-units, for choosing."""
    query = select(UnitKerja.id, UnitKerja.nama).where(UnitKerja.opd_id == opd_id)
    return [(one, nama) for one, nama in db.session.execute(query.order_by(UnitKerja.nama, UnitKerja.id))]


@dataclass(frozen=True)
class BarisUnit:
    """A sub-unit's ladder; counted from the people, since counters are kept per OPD only."""

    id: uuid.UUID | None
    nama: str
    asn: int
    jumlah: tuple[int, ...]


def list_baris_unit(opd_id: uuid.UUID, bulan: date) -> list[BarisUnit]:
    """Every sub-unit with its counted ASN and how many stand on each rung, by name; those without unit
    last.
    """
    s = _Sumber(Saringan(opd_id, bulan))
    dihitung = (s.opd_id == opd_id, s.status_aktif == StatusAktif.AKTIF, s.status_asn.in_(penyebut()))
    nama = dict(list_unit(opd_id))
    asn = {
        unit: int(n)
        for unit, n in db.session.execute(
            s.select(s.unit_id, func.count()).where(*dihitung).group_by(s.unit_id)
        )
    }
    per_tahap: dict[tuple[uuid.UUID | None, Tahap], int] = {}
    query = (
        s.select(s.unit_id, Tahapan.tahap, func.count())
        .join(Tahapan, and_(Tahapan.asn_id == Asn.id, berdiri(Tahapan, bulan)))
        .where(*dihitung)
        .group_by(s.unit_id, Tahapan.tahap)
    )
    for unit, tahap, n in db.session.execute(query):
        per_tahap[unit, tahap] = int(n)
    urut = sorted(nama, key=lambda one: nama[one].casefold())
    if None in asn:
        urut.append(None)  # type: ignore[arg-type]
    return [
        BarisUnit(
            one,
            nama.get(one, "(tanpa unit kerja)"),
            asn.get(one, 0),
            tuple(per_tahap.get((one, tahap), 0) for tahap in URUTAN_TAHAP),
        )
        for one in urut
    ]
