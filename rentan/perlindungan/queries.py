"""Whose cover runs out soon, why, and what helps; always through the viewer's eyes (AUZ-2, AUZ-3).

One read of columns for everybody concerned, then plain functions: the same cause that is shown is filtered,
counted and exported.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import exists, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.iuran.models import TERAMBIL, Iuran
from rentan.iuran.status import UANG_MASUK
from rentan.opd.models import Opd
from rentan.pekerja.masa import aman_sampai, tertinggal
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.perlindungan.sebab import JALAN, Fakta, Jalan, Sebab, sebab_dari
from rentan.perlindungan.termurah import Terakhir, Termurah, bulan_perlu, jumlah_perlu, terakhir
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.tarif.price import iuran, kelas_untuk
from rentan.tarif.queries import hari_khusus, jadwal_bulan, tarif_pada
from rentan.util.kalender import geser_hari_kerja
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan, usia

#: From this age on a lapse is final: whoever is 65 cannot be registered again.
USIA_TUA = 64
_KOTA = (Peran.PETUGAS_BPJS, Peran.BENDAHARA)


@dataclass(frozen=True)
class Baris:
    """One worker whose cover ends soon; ``aman`` is ``None`` for one whose first month is not recorded.

    ``separuh``: of the two months behind (``tenggang_2``) one is paid, which changes no state (W14).
    """

    pekerja_id: uuid.UUID
    nama: str
    status: StatusPekerja
    donatur: str
    opd_id: uuid.UUID
    opd_kode: str
    opd: str
    aman: date | None
    bulan: date
    sebab: Sebab
    tua: bool
    termurah: Termurah
    separuh: bool

    @property
    def jalan(self) -> Jalan:
        return JALAN[self.sebab]


@dataclass(frozen=True)
class Saringan:
    """What a list shows; ``belum``: who is registered but was never paid for, instead of who runs out."""

    opd: str = ""
    sebab: Sebab | None = None
    siapa: Peran | None = None
    belum: bool = False


def sees_names(by: Pelaku) -> bool:
    """Leadership reads counts of workers, never their names (AUZ-3)."""
    return by.has(*_KOTA, Peran.OPERATOR_OPD)


def bernama(rows: Iterable[Baris], by: Pelaku) -> list[Baris]:
    """Those whose names this person may read: the city's, or only the own OPD's."""
    if by.has(*_KOTA):
        return list(rows)
    return [one for one in rows if by.has(Peran.OPERATOR_OPD) and one.opd_id in by.opd_ids]


def batas_jatuh() -> date:
    """Whose cover ends on this day or before stands in the list (setting ``hari_jatuh``)."""
    return today() + timedelta(days=int(get_setting("hari_jatuh")))


def lunas_batas(batas: date) -> date:
    """The newest ``lunas_sampai`` whose cover ends on ``batas`` or before."""
    return tambah_bulan(awal_bulan(batas), -2 if batas == akhir_bulan(batas) else -3)


def list_jatuh(*, seen_by: Pelaku, belum: bool = False) -> list[Baris]:
    """Everybody of the viewer's scope whose cover ends soon: 64 and over first, then by date and name."""
    hari, batas = today(), batas_jatuh()
    rows = _pilih_asuhan(_rows(seen_by, batas, belum))
    if seen_by.has(Peran.OPERATOR_OPD) and not seen_by.has(*_KOTA, Peran.PIMPINAN):
        rows = [one for one in rows if one.opd_id in seen_by.opd_ids]
    surat = _surat([one.asuhan_id for one in rows if one.asuhan_id is not None])
    iuran_per = _iuran([one.id for one in rows], min((_bulan(one) for one in rows), default=hari))
    hitung = _Hitung(hari, batas)
    found = [hitung.baris(one, surat.get(one.asuhan_id), iuran_per.get(one.id, {})) for one in rows]
    return sorted(found, key=_urutan)


def _urutan(one: Baris) -> tuple[Any, ...]:
    return (not one.tua, one.aman or date.max, one.nama, one.pekerja_id)


def saring(rows: Iterable[Baris], saringan: Saringan) -> list[Baris]:
    """The rows that a filter leaves, in their order."""
    return [
        one
        for one in rows
        if saringan.opd in ("", one.opd_kode)
        and saringan.sebab in (None, one.sebab)
        and saringan.siapa in (None, one.jalan.siapa)
    ]


def count_sebab(rows: Iterable[Baris]) -> list[tuple[Sebab, int]]:
    """How many per cause, in the order of the table."""
    banyak = Counter(one.sebab for one in rows)
    return [(one, banyak[one]) for one in Sebab if banyak[one]]


def count_opd(rows: Sequence[Baris]) -> list[tuple[str, str, int]]:
    """(code, short name, how many) per OPD of the donors, the most first."""
    nama = {one.opd_kode: one.opd for one in rows}
    banyak = Counter(one.opd_kode for one in rows)
    return sorted(((kode, nama[kode], n) for kode, n in banyak.items()), key=lambda x: (-x[2], x[1], x[0]))


def _rows(by: Pelaku, batas: date, belum: bool) -> Sequence[Any]:
    p = Pekerja
    query = select(
        p.id, p.nama, p.tanggal_lahir, p.status, p.lunas_sampai, p.sektor,
        Asuhan.id.label("asuhan_id"), Asuhan.status.label("asuhan"), Asuhan.program, Asuhan.penghasilan,
        Asuhan.bulan_pertama, Asuhan.dibuat_pada, Asn.nama.label("donatur"), Opd.id.label("opd_id"),
        Opd.kode.label("opd_kode"), Opd.singkatan.label("opd"),
    )  # fmt: skip
    query = (
        query.join(Asuhan, Asuhan.pekerja_id == p.id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Opd, Opd.id == Asn.opd_id)
        .where(p.status.in_(TERDAFTAR_DI_BPJS))
    )
    if belum:
        query = query.where(p.lunas_sampai.is_(None))
    else:
        query = query.where(p.lunas_sampai <= lunas_batas(batas))
    if not by.has(*_KOTA, Peran.PIMPINAN):
        milik = select(Asn.id).where(Asn.opd_id.in_(by.opd_ids))
        punya = exists().where(Asuhan.pekerja_id == p.id, Asuhan.asn_id.in_(milik)).correlate(p)
        query = query.where(punya) if by.has(Peran.OPERATOR_OPD) else query.where(db.false())
    return db.session.execute(query).all()


def _pilih_asuhan(rows: Sequence[Any]) -> list[Any]:
    """One row per worker: the sponsorship that stands, else one looking for a successor, else the last.

    Who holds the worker from the board, or has held, has promised nothing and answers for nobody.
    """
    urut = dict.fromkeys(DIUSULKAN_KE_ATAS, 0) | {StatusAsuhan.MENCARI_PENGGANTI: 1}
    urut |= dict.fromkeys((StatusAsuhan.DITAHAN, StatusAsuhan.KEDALUWARSA), 3)
    dipilih: dict[uuid.UUID, Any] = {}
    for one in sorted(rows, key=lambda x: (x.dibuat_pada, x.asuhan_id), reverse=True):
        kini = dipilih.get(one.id)
        if kini is None or urut.get(one.asuhan, 2) < urut.get(kini.asuhan, 2):
            dipilih[one.id] = one
    return list(dipilih.values())


def _surat(asuhan_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, StatusSurat]:
    """The letter of each sponsorship: the one in force, else the newest."""
    found: dict[uuid.UUID, StatusSurat] = {}
    for some in chunks(sorted(asuhan_ids)):
        query = (
            select(SuratPekerja.asuhan_id, SuratKuasa.status)
            .join(SuratKuasa, SuratKuasa.id == SuratPekerja.surat_kuasa_id)
            .where(SuratPekerja.asuhan_id.in_(some))
            .order_by(SuratKuasa.status.in_(HIDUP), SuratKuasa.urutan_versi, SuratKuasa.id)
        )
        found |= {row.asuhan_id: row.status for row in db.session.execute(query)}
    return found


def _iuran(pekerja_ids: Sequence[uuid.UUID], sejak: date) -> dict[uuid.UUID, dict[date, Any]]:
    """The contribution that has the month, by worker and month."""
    found: dict[uuid.UUID, dict[date, Any]] = {}
    for some in chunks(sorted(pekerja_ids)):
        query = select(
            Iuran.pekerja_id, Iuran.periode, Iuran.status, Iuran.status_bpjs, Iuran.kelas_gagal,
            Iuran.alasan_tahan, Iuran.jumlah, Iuran.kredit_dipakai,
        ).where(Iuran.pekerja_id.in_(some), Iuran.periode >= sejak, TERAMBIL)  # fmt: skip
        for row in db.session.execute(query):
            found.setdefault(row.pekerja_id, {})[row.periode] = row
    return found


def _bulan(row: Any) -> date:
    """The oldest month that is not recorded at BPJS."""
    if row.lunas_sampai is not None:
        return tambah_bulan(row.lunas_sampai, 1)
    return row.bulan_pertama or awal_bulan(today())


class _Hitung:
    """Causes and ways out for many workers; dates and prices are worked out once each."""

    def __init__(self, hari: date, batas: date) -> None:
        self.hari, self.batas = hari, batas
        self.khusus = hari_khusus()
        self.proses = max(int(get_setting("hari_jawab_bpjs")) - int(get_setting("hari_setor")), 1)
        self._jadwal: dict[date, Any] = {}
        self._terakhir: dict[date, Terakhir] = {}
        self._harga: dict[tuple[Any, ...], int] = {}

    def baris(self, row: Any, surat: StatusSurat | None, iuran_per: dict[date, Any]) -> Baris:
        bulan = _bulan(row)
        satu = iuran_per.get(bulan)
        fakta = Fakta(
            self.hari,
            self.jadwal(bulan),
            uang=satu.status if satu else None,
            bpjs=satu.status_bpjs if satu else None,
            kelas=satu.kelas_gagal if satu else None,
            tahan=satu.alasan_tahan if satu else None,
            asuhan=row.asuhan,
            surat=surat,
        )
        aman = aman_sampai(row.lunas_sampai) if row.lunas_sampai else None
        return Baris(
            row.id, row.nama, row.status, row.donatur, row.opd_id, row.opd_kode, row.opd,
            aman, bulan, sebab_dari(fakta),
            usia(row.tanggal_lahir, aman or self.hari).tahun >= USIA_TUA,
            self.termurah(row, aman, bulan, iuran_per), self.separuh(row, iuran_per),
        )  # fmt: skip

    def separuh(self, row: Any, iuran_per: dict[date, Any]) -> bool:
        if row.status is not StatusPekerja.TENGGANG_2 or row.lunas_sampai is None:
            return False
        kurang = tertinggal(row.lunas_sampai, self.hari)
        bulan = (tambah_bulan(row.lunas_sampai, n) for n in range(1, kurang + 1))
        masuk = sum(one in iuran_per and iuran_per[one].status in UANG_MASUK for one in bulan)
        return kurang - masuk == 1

    def termurah(self, row: Any, aman: date | None, bulan: date, iuran_per: dict[date, Any]) -> Termurah:
        perlu = bulan_perlu(row.lunas_sampai, self.hari, self.batas) if row.lunas_sampai else (bulan,)
        masuk = {one for one, satu in iuran_per.items() if satu.status in UANG_MASUK}

        def harga(satu_bulan: date) -> int:
            satu = iuran_per.get(satu_bulan)
            return satu.jumlah - satu.kredit_dipakai if satu else self.harga(row, satu_bulan)

        return Termurah(perlu, jumlah_perlu(perlu, harga, masuk), self.terakhir(aman))

    def geser(self, hari: date, n: int) -> date:
        return geser_hari_kerja(hari, n, **self.khusus)

    def jadwal(self, bulan: date) -> Any:
        if bulan not in self._jadwal:
            self._jadwal[bulan] = jadwal_bulan(bulan)
        return self._jadwal[bulan]

    def terakhir(self, aman: date | None) -> Terakhir:
        if aman is None:
            return Terakhir(None, None, None)
        if aman not in self._terakhir:
            self._terakhir[aman] = terakhir(
                aman, self.hari, jadwal=self.jadwal, geser=self.geser, hari_proses=self.proses
            )
        return self._terakhir[aman]

    def harga(self, row: Any, bulan: date) -> int:
        """The price of a month for which nothing was scheduled yet, of the donor's own money."""
        kunci = (bulan, row.penghasilan, row.program, row.sektor)
        if kunci not in self._harga:
            tarif = tarif_pada(bulan)
            kelas = kelas_untuk(row.penghasilan, tarif)
            sektor = cast(Any, row.sektor.value)
            self._harga[kunci] = iuran(bulan, kelas, row.program, sektor, "pribadi", tarif).total
        return self._harga[kunci]
