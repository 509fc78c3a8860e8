"""Ends of service: the letter ends with them (M21), the donor is told before, and they are forecast.

A letter also ends after ``bulan_tanpa_debet`` months in which no contribution under it was paid.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, insert, or_, select

from rentan.asn.masa import SELESAI, habis_pada, hari_terakhir, masa_habis
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, SUDAH_SIAP
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.massal import chunks
from rentan.core.permissions import Peran, Permission
from rentan.core.settings import get_setting
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import UANG_MASUK, HasilCoba
from rentan.opd.models import Opd
from rentan.paket.models import Paket, PaketUang
from rentan.pencabutan.actions import release_pekerja
from rentan.pencabutan.akibat import list_pekerja_banyak
from rentan.siaga.models import PengingatMasa
from rentan.surat_kuasa.jeda import end_masa
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import BERJALAN, HIDUP
from rentan.surat_kuasa.tahap import turunkan_tahap_banyak
from rentan.tarif.queries import batas_berkas, hari_debet
from rentan.util.tanggal import awal_bulan, tambah_bulan

#: Days before the end on which the donor is told (states.md M21).
HARI_PENGINGAT = (90, 30)
SATU_HARI = timedelta(days=1)
#: The last step told, and when.
Pengingat = dict[tuple[uuid.UUID, date], tuple[int, datetime | None]]
BELUM = (max(HARI_PENGINGAT) + 1, None)


def bulan_tanpa_gaji(terakhir: date) -> date:
    """The first month whose debit day comes after the last day of service: somebody else has to pay it."""
    bulan = awal_bulan(terakhir)
    return bulan if hari_debet(bulan) > terakhir else tambah_bulan(bulan, 1)


# -- M21 ----------------------------------------------------------------------------------------------------


def akhiri_masa() -> int:
    """Job: M21 for every letter whose time is over; its workers get a successor (A10), those of a letter that
    was not in force yet are free (A15). Answers how many letters, and donors who end without one.

    Safe to run twice and to catch up: what counts is the roster and the ledger, not the day of the run.
    """
    query = (
        select(SuratKuasa)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status.in_(HIDUP), or_(habis_pada(today()), _long_unpaid(today())))
        .options(db.joinedload(SuratKuasa.asn))
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(query).unique().all()
    pekerja = list_pekerja_banyak(rows)
    alasan = {one.id: "masa_kerja" if masa_habis(one.asn, today()) else "tanpa_debet" for one in rows}
    end_masa(rows, alasan=alasan, sampai=_hari_akhir(rows))
    release_pekerja(pekerja, by=SISTEM, cari_pengganti=True, alasan="masa_habis")
    turunkan_tahap_banyak([one.asn_id for one in rows])
    return len(rows) + _lepas_tanpa_surat() + _lepas_dari_surat_baru()


def _hari_akhir(letters: Sequence[SuratKuasa]) -> dict[uuid.UUID, date]:
    """The last day in force: that of the service, or today, whichever comes first, on whatever day the job
    runs; but not before the debit day of a file that has left with the letter."""
    terkirim: dict[uuid.UUID, date] = {}
    for some in chunks([one.id for one in letters]):
        query = (
            select(Iuran.surat_kuasa_id, func.max(PaketUang.tanggal))
            .join(Percobaan, Percobaan.iuran_id == Iuran.id)
            .join(Paket, Paket.id == Percobaan.paket_id)
            .join(PaketUang, PaketUang.paket_id == Paket.id)
            .where(
                Iuran.surat_kuasa_id.in_(some),
                Percobaan.hasil != HasilCoba.DIKELUARKAN,
                Paket.dikirim_pada.is_not(None),
            )
            .group_by(Iuran.surat_kuasa_id)
        )
        terkirim |= {row[0]: row[1] for row in db.session.execute(query) if row[0]}
    akhir = {one.id: min(hari_terakhir(one.asn) or today(), today()) for one in letters}
    return {one: max(day, terkirim.get(one, day)) for one, day in akhir.items()}


def _lepas_tanpa_surat() -> int:
    """A10 for workers of who is out of service without a letter in force, paid for in advance in another way:
    nobody goes on for them. How many donors."""
    hidup = exists().where(SuratKuasa.asn_id == Asuhan.asn_id, SuratKuasa.status.in_(HIDUP))
    query = (
        select(Asuhan)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .where(Asuhan.status.in_(SUDAH_SIAP), habis_pada(today()), ~hidup)
        .options(db.joinedload(Asuhan.pekerja))
        .order_by(Asuhan.id)
        .with_for_update(of=Asuhan, key_share=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(query).all()
    release_pekerja(rows, by=SISTEM, cari_pengganti=True, alasan="masa_habis")
    return len({one.asn_id for one in rows})


def _lepas_dari_surat_baru() -> int:
    """A15: who is out of service will not complete a letter (its guards say so), so the workers named in it
    are free for others. The letter itself stays until a verifikator cancels it (M22); how many letters."""
    terbuka = exists().where(
        SuratPekerja.surat_kuasa_id == SuratKuasa.id,
        SuratPekerja.asuhan_id == Asuhan.id,
        Asuhan.status.in_(DIUSULKAN_KE_ATAS),
    )
    query = (
        select(SuratKuasa)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status.in_(BERJALAN), habis_pada(today()), terbuka)
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(query).all()
    release_pekerja(
        list_pekerja_banyak(rows), by=SISTEM, cari_pengganti=True, alasan="masa_habis", batal="masa_habis"
    )
    return len(rows)


def _long_unpaid(hari: date) -> ColumnElement[bool]:
    """In force for so many months, and none of them paid; months paid in advance count as paid."""
    batas = tambah_bulan(awal_bulan(hari), -runtime().profil.batas.bulan_tanpa_debet)
    paid = exists().where(
        Iuran.asn_id == SuratKuasa.asn_id, Iuran.periode >= batas, Iuran.status.in_(UANG_MASUK)
    )
    return (SuratKuasa.berlaku_mulai < batas) & ~paid


def ingatkan_masa() -> int:
    """Job: tell donors 90 and 30 days before their letter ends with the service; each once per end date.

    A job that missed its day tells as soon as it runs; of both steps missed only the nearer one is told.
    """
    hari = today()
    akhir = {one.id: hari_terakhir(one.asn) for one in _ending(hari, max(HARI_PENGINGAT))}
    told = _pengingat(list(akhir))
    due = [
        {"surat_kuasa_id": surat_id, "berakhir": day, "hari": langkah, "dikirim_pada": now()}
        for surat_id, day in akhir.items()
        if day is not None and (langkah := _langkah(day, hari)) < told.get((surat_id, day), BELUM)[0]
    ]
    if due:
        db.session.execute(insert(PengingatMasa), due)
    jumlah = Counter(one["hari"] for one in due)
    for nomor, langkah in enumerate(HARI_PENGINGAT, 1):
        if jumlah[langkah]:
            record(Peristiwa.PENGINGAT_DIKIRIM, by=SISTEM, nomor=nomor, jumlah=jumlah[langkah])
    return len(due)


def _langkah(berakhir: date, hari: date) -> int:
    return min(one for one in HARI_PENGINGAT if (berakhir - hari).days <= one)


def _pengingat(surat_ids: Sequence[uuid.UUID]) -> Pengingat:
    """The last step told and when, by letter and end of service."""
    found: Pengingat = {}
    for some in chunks(surat_ids):
        query = select(PengingatMasa).where(PengingatMasa.surat_kuasa_id.in_(some))
        for one in db.session.scalars(query.order_by(PengingatMasa.hari.desc(), PengingatMasa.id)):
            found[one.surat_kuasa_id, one.berakhir] = (one.hari, one.dikirim_pada)
    return found


def _ending(hari: date, dalam: int) -> Sequence[SuratKuasa]:
    query = (
        select(SuratKuasa)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status.in_(HIDUP), _ends_between(hari, hari + timedelta(days=dalam)))
        .options(db.joinedload(SuratKuasa.asn))
        .order_by(SuratKuasa.id)
    )
    return db.session.scalars(query).unique().all()


def _ends_between(mulai: date, sampai: date) -> ColumnElement[bool]:
    """In service, and the last day of it lies in these days."""
    return (Asn.status_aktif.not_in(SELESAI)) & or_(
        Asn.tmt_pensiun.between(mulai + SATU_HARI, sampai + SATU_HARI),
        Asn.akhir_kontrak.between(mulai, sampai),
    )


def pengingat_donatur(surat: SuratKuasa, hari: date) -> date | None:
    """The last day of service of this letter's donor when it comes within the days of the first reminder."""
    berakhir = hari_terakhir(surat.asn)
    if berakhir is None or not hari <= berakhir <= hari + timedelta(days=max(HARI_PENGINGAT)):
        return None
    return berakhir


# -- forecast -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BarisRamalan:
    """A donor whose service ends. ``batas``: the cut-off of ``bulan``, the first month without a payer;
    ``diingatkan``: when the donor was last told of this end."""

    asn_id: uuid.UUID
    nama: str
    opd: str
    status_asn: str
    sebab: str
    berakhir: date
    pekerja: int
    bulan: date
    batas: date
    diingatkan: datetime | None


@dataclass(frozen=True)
class Ramalan:
    """How many end on one day: all of the roster, donors among them, and their workers."""

    berakhir: date
    asn: int
    donatur: int
    pekerja: int


def _scope(seen_by: Pelaku) -> ColumnElement[bool]:
    """The city for the liaison, the own OPD for an operator (MASA_LIHAT)."""
    if not seen_by.can(Permission.MASA_LIHAT):
        raise NotFound
    if seen_by.has(Peran.PETUGAS_BPJS):
        return Asn.id.is_not(None)
    return Asn.opd_id.in_(seen_by.opd_ids)


def _last_day() -> ColumnElement[date]:
    """The earlier of contract end and pension, as stored: the key by which the list is sorted."""
    return case(
        (Asn.akhir_kontrak.is_(None), Asn.tmt_pensiun),
        (Asn.tmt_pensiun.is_(None), Asn.akhir_kontrak),
        (Asn.tmt_pensiun < Asn.akhir_kontrak, Asn.tmt_pensiun),
        else_=Asn.akhir_kontrak,
    )


def list_ramalan(
    *, seen_by: Pelaku, sesudah: uuid.UUID | None = None, banyak: int | None = None
) -> tuple[list[BarisRamalan], uuid.UUID | None]:
    """Donors whose service ends within ``hari_ramalan`` days, the nearest end first; one keyset page."""
    hari = today()
    sampai = hari + timedelta(days=int(get_setting("hari_ramalan")))
    banyak = banyak or runtime().profil.batas.baris_per_halaman
    last, jumlah = _last_day(), func.count(Asuhan.id)
    query: Any = (
        select(Asn, Opd.singkatan, jumlah.label("pekerja"), SuratKuasa.id)
        .join(Opd, Opd.id == Asn.opd_id)
        .join(SuratKuasa, (SuratKuasa.asn_id == Asn.id) & SuratKuasa.status.in_(HIDUP))
        .join(Asuhan, (Asuhan.asn_id == Asn.id) & Asuhan.status.in_(SUDAH_SIAP), isouter=True)
        .where(_scope(seen_by), _ends_between(hari, sampai))
        .group_by(Asn.id, Opd.singkatan, SuratKuasa.id)
        .order_by(last, Asn.nama_urut, Asn.id)
        .limit(banyak + 1)
    )
    if sesudah is not None:
        row = db.session.execute(select(last.label("last"), Asn.nama_urut).where(Asn.id == sesudah)).first()
        if row is None:
            raise NotFound
        query = query.where(
            or_(
                last > row.last,
                (last == row.last) & (Asn.nama_urut > row.nama_urut),
                (last == row.last) & (Asn.nama_urut == row.nama_urut) & (Asn.id > sesudah),
            )
        )
    rows = db.session.execute(query).all()
    told = _pengingat([row[3] for row in rows[:banyak]])
    found = [_line(asn, opd, n, surat_id, told) for asn, opd, n, surat_id in rows[:banyak]]
    return found, found[-1].asn_id if len(rows) > banyak else None


def _line(asn: Asn, opd: str, pekerja: int, surat_id: uuid.UUID, told: Pengingat) -> BarisRamalan:
    berakhir = hari_terakhir(asn)
    assert berakhir is not None  # the query asks for nothing else  # noqa: S101
    bulan = bulan_tanpa_gaji(berakhir)
    kontrak = asn.akhir_kontrak is not None and berakhir == asn.akhir_kontrak
    sebab = "Kontrak berakhir" if kontrak else "Pensiun"
    return BarisRamalan(
        asn.id, asn.nama, opd, asn.status_asn.label, sebab, berakhir, pekerja, bulan, batas_berkas(bulan),
        told.get((surat_id, berakhir), BELUM)[1],
    )  # fmt: skip


def count_ramalan(*, seen_by: Pelaku) -> list[Ramalan]:
    """How many end on which day within ``hari_ramalan`` days, by day; the whole roster of the scope."""
    hari = today()
    sampai = hari + timedelta(days=int(get_setting("hari_ramalan")))
    workers = (
        select(Asuhan.asn_id, func.count().label("n"))
        .where(Asuhan.status.in_(SUDAH_SIAP))
        .group_by(Asuhan.asn_id)
        .subquery()
    )
    donor = exists().where(SuratKuasa.asn_id == Asn.id, SuratKuasa.status.in_(HIDUP))
    rows = db.session.execute(
        select(
            Asn.akhir_kontrak,
            Asn.tmt_pensiun,
            func.count(),
            func.sum(case((donor, 1), else_=0)),
            func.sum(case((donor, func.coalesce(workers.c.n, 0)), else_=0)),
        )
        .join(workers, workers.c.asn_id == Asn.id, isouter=True)
        .where(_scope(seen_by), _ends_between(hari, sampai))
        .group_by(Asn.akhir_kontrak, Asn.tmt_pensiun)
    )
    found: dict[date, list[int]] = {}
    for kontrak, pensiun, *angka in rows:
        days = [one for one in (kontrak, pensiun and pensiun - SATU_HARI) if one is not None]
        line = found.setdefault(min(days), [0, 0, 0])
        for n, value in enumerate(angka):
            line[n] += int(value)
    return [Ramalan(day, *found[day]) for day in sorted(found)]


# -- unpaid leave -------------------------------------------------------------------------------------------


def list_cuti(*, seen_by: Pelaku, banyak: int = 200) -> list[SuratKuasa]:
    """Donors on unpaid leave whose letter is not paused: the treasurer decides (M16). Raises ``NotFound``."""
    if not seen_by.has(Peran.BENDAHARA):
        raise NotFound
    query = (
        select(SuratKuasa)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status.in_(HIDUP), Asn.status_aktif == StatusAktif.CUTI)
        .options(db.joinedload(SuratKuasa.asn))
        .order_by(Asn.nama_urut, SuratKuasa.id)
    )
    return list(db.session.scalars(query.limit(banyak)).unique())


def list_jeda(*, seen_by: Pelaku, banyak: int = 200) -> list[SuratKuasa]:
    """Paused letters, the earliest end first: for the treasurer. Raises ``NotFound``."""
    if not seen_by.has(Peran.BENDAHARA):
        raise NotFound
    query = (
        select(SuratKuasa)
        .where(SuratKuasa.status == HIDUP[1])
        .options(db.joinedload(SuratKuasa.asn))
        .order_by(SuratKuasa.jeda_sampai, SuratKuasa.id)
    )
    return list(db.session.scalars(query.limit(banyak)).unique())
