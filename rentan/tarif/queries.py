"""The tariff in force and the calendar of a sign-up, read from their dated tables."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select

from rentan.core.audit import Jejak, Peristiwa
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.tarif.models import HariKhusus, TarifKelas, TarifPotongan
from rentan.tarif.price import Kelas, Potongan, Tarif
from rentan.tarif.tabel import SusunanKelas, TabelTarif, nama_potongan
from rentan.util.kalender import geser_hari_kerja, hari_kerja_pertama
from rentan.util.tanggal import awal_bulan, tambah_bulan


def tarif_pada(bulan: date) -> Tarif:
    """The classes in force in that month, with every dated cut (``iuran`` picks the cuts of its month).

    Raises ``LookupError`` when no class is in force yet, ``TidakSah`` when the tables contradict themselves.
    """
    cache: dict[date, Tarif] = db.session.info.setdefault("tarif", {})
    bulan = awal_bulan(bulan)
    if bulan not in cache:
        if "tabel_tarif" not in db.session.info:
            db.session.info["tabel_tarif"] = load_tabel()
        cache[bulan] = db.session.info["tabel_tarif"].pada(bulan)
    return cache[bulan]


def penghasilan_terendah(bulan: date) -> int:
    """The base of the lowest class, in rupiah a month: what is preselected."""
    return tarif_pada(bulan).kelas[0].dasar


def forget_tarif() -> None:
    """Read the tables again: for whoever changes them."""
    db.session.info.pop("tarif", None)
    db.session.info.pop("tabel_tarif", None)
    db.session.info.pop("hari_khusus", None)


def load_tabel() -> TabelTarif:
    """Every dated row that was not withdrawn: for lists, previews and whoever adds one."""
    susunan: dict[date, list[TarifKelas]] = {}
    rows = db.session.scalars(
        select(TarifKelas)
        .where(TarifKelas.dicabut_pada.is_(None))
        .order_by(TarifKelas.berlaku_mulai, TarifKelas.penghasilan_min)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        susunan.setdefault(row.berlaku_mulai, []).append(row)
    cuts = db.session.scalars(
        select(TarifPotongan)
        .where(TarifPotongan.dicabut_pada.is_(None))
        .order_by(TarifPotongan.mulai, TarifPotongan.id)
        .execution_options(populate_existing=True)
    )
    return TabelTarif(
        susunan=tuple(
            SusunanKelas(
                mulai,
                tuple(
                    Kelas(one.penghasilan_min, one.penghasilan_maks, one.dasar, one.jkk, one.jkm, one.jht)
                    for one in some
                ),
                some[0].dasar_hukum,
            )
            for mulai, some in susunan.items()
        ),
        potongan={row.id: _potongan(row) for row in cuts},
    )


@dataclass(frozen=True)
class Dicabut:
    """A row that was withdrawn: which one, when, why and by which account."""

    nama: str
    mulai: date
    pada: datetime
    alasan: str
    oleh: uuid.UUID | None


def list_dicabut(banyak: int = 20) -> list[Dicabut]:
    """What was withdrawn, the latest first; a set of classes is one."""
    cuts = db.session.scalars(
        select(TarifPotongan)
        .where(TarifPotongan.dicabut_pada.is_not(None))
        .order_by(TarifPotongan.dicabut_pada.desc(), TarifPotongan.id)
        .limit(banyak)
    )
    found = [
        Dicabut(
            nama_potongan(_potongan(one)),
            one.mulai,
            one.dicabut_pada,
            one.alasan_cabut or "",
            one.dicabut_oleh,
        )
        for one in cuts
        if one.dicabut_pada is not None
    ]
    kelas = (
        TarifKelas.berlaku_mulai,
        TarifKelas.dicabut_pada,
        TarifKelas.alasan_cabut,
        TarifKelas.dicabut_oleh,
    )
    query = select(*kelas).where(TarifKelas.dicabut_pada.is_not(None)).distinct()
    for mulai, pada, alasan, oleh in db.session.execute(query.limit(banyak)):
        if pada is not None:
            found.append(Dicabut("Tabel kelas penghasilan", mulai, pada, alasan or "", oleh))
    return sorted(found, key=lambda one: one.pada, reverse=True)[:banyak]


def list_diubah() -> list[tuple[date, datetime]]:
    """Every change that an admin made: the first month it counts for, and when it was made.

    A contribution that was scheduled before may have another price than the tables say now.
    """
    query = select(Jejak.waktu, Jejak.rincian).where(Jejak.peristiwa == Peristiwa.TARIF_DIUBAH.value)
    return [
        (date.fromisoformat(json.loads(row.rincian)["mulai"]), row.waktu)
        for row in db.session.execute(query.order_by(Jejak.seq))
    ]


def _potongan(row: TarifPotongan) -> Potongan:
    return Potongan(
        mulai=row.mulai,
        sampai=row.sampai,
        # Words that price.py does not know are refused when the Tarif is made.
        sektor=cast(Any, row.sektor),
        pendanaan=cast(Any, row.pendanaan),
        program=cast(Any, row.program),
        persen=row.persen,
        dasar_hukum=row.dasar_hukum,
    )


def hari_khusus() -> dict[str, frozenset[date]]:
    """The admin's days as arguments of ``util.kalender``: ``tambahan`` (off) and ``dicabut`` (worked)."""
    cache: dict[str, frozenset[date]] = db.session.info.setdefault("hari_khusus", {})
    if not cache:
        rows = db.session.execute(select(HariKhusus.tanggal, HariKhusus.jenis)).all()
        cache["tambahan"] = frozenset(row.tanggal for row in rows if row.jenis == "libur")
        cache["dicabut"] = frozenset(row.tanggal for row in rows if row.jenis == "kerja")
    return cache


def list_hari_khusus(tahun: int) -> list[HariKhusus]:
    """The admin's days of a year, in order."""
    query = select(HariKhusus).where(HariKhusus.tanggal.between(date(tahun, 1, 1), date(tahun, 12, 31)))
    return list(db.session.scalars(query.order_by(HariKhusus.tanggal)))


def hari_debet(bulan: date) -> date:
    """The debit day of a month: its first working day (product.md §3 Debit calendar)."""
    return hari_kerja_pertama(bulan.year, bulan.month, **hari_khusus())


def batas_berkas(bulan: date) -> date:
    """The cut-off of a month: the last day on which a sign-up still makes that month's list."""
    return geser_hari_kerja(hari_debet(bulan), -int(get_setting("hari_batas_berkas")), **hari_khusus())


@dataclass(frozen=True)
class JadwalBulan:
    """Every date of one contribution month (states.md §6); working days of the city's calendar."""

    bulan: date
    kandidat: date
    kunci: date
    setuju: date
    kirim: date
    debet: date
    hasil: date
    ulang: date
    setor: date
    jawab: date


def jadwal_bulan(bulan: date, khusus: Mapping[str, frozenset[date]] | None = None) -> JadwalBulan:
    """The dates of the month in which ``bulan`` lies, from the debit day and the settings ``hari_…``.

    ``khusus``: days as ``hari_khusus`` answers them, for a calendar that is only planned.
    """
    days = hari_khusus() if khusus is None else khusus
    debet = hari_kerja_pertama(bulan.year, bulan.month, **days)

    def geser(kunci: str, tanda: int) -> date:
        return geser_hari_kerja(debet, tanda * int(get_setting(kunci)), **days)

    return JadwalBulan(
        bulan=awal_bulan(bulan),
        kandidat=geser("hari_kandidat", -1),
        kunci=geser("hari_batas_berkas", -1),
        setuju=geser("hari_setuju", -1),
        kirim=geser("hari_kirim", -1),
        debet=debet,
        hasil=geser("hari_hasil", 1),
        ulang=geser("hari_ulang", 1),
        setor=geser("hari_setor", 1),
        jawab=geser("hari_jawab_bpjs", 1),
    )


def bulan_pertama(pada: date) -> date:
    """First day of the first month whose list a sign-up of ``pada`` still makes."""
    bulan = awal_bulan(pada)
    while batas_berkas(bulan) < pada:
        bulan = tambah_bulan(bulan, 1)
    return bulan


def debet_pertama(pada: date) -> date:
    """The day of the first debit of a sign-up made on ``pada``: ages are judged on it (product.md §3)."""
    return hari_debet(bulan_pertama(pada))
