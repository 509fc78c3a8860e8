"""Workers without a payer, who could stand in for whom, offers to an ASN; through the viewer's eyes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, exists, false, func, select, tuple_
from sqlalchemy.orm import aliased

from rentan.asn.masa import hari_terakhir
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.garis import batas_pengganti, bulan_kosong, bulan_lanjut
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE, TERBUKA, StatusAsuhan
from rentan.calon.models import Calon
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.pekerja.masa import aman_sampai
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.siaga.models import DonaturSiaga, Talangan, UsulBuka
from rentan.siaga.status import StatusTalangan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_hidup
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import bulan_pertama, hari_debet
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_tanggal, tambah_bulan

#: Delight 7: a stand-in pays at most so many months, and is asked anew each time.
MAKS_BULAN_TALANGAN = 2
HALAMAN = 50


# -- workers without a payer --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dicari:
    """A sponsorship that waits for a successor. ``lanjut``: first month without a payer; ``kosong``: how many
    such months are over; ``batas``: by when a new letter is needed (``None``: too late for certain);
    ``tawaran``: the offer that waits for an answer."""

    asuhan: Asuhan
    lanjut: date
    kosong: int
    batas: date | None
    tawaran: Talangan | None
    di_papan: bool
    calon_donatur: Asuhan | None

    @property
    def aman(self) -> date | None:
        """The last day on which the cover surely holds, by BPJS's record."""
        lunas = self.asuhan.pekerja.lunas_sampai
        return None if lunas is None else aman_sampai(lunas)


def _dicari() -> Select[Any]:
    """Waiting for a successor whose worker is still a member of BPJS."""
    return (
        select(Asuhan)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(Asuhan.status == StatusAsuhan.MENCARI_PENGGANTI)
    )


def count_dicari() -> int:
    """How many workers wait for a successor."""
    return db.session.scalar(select(func.count()).select_from(_dicari().subquery())) or 0


def list_dicari(
    *, seen_by: Pelaku, sesudah: uuid.UUID | None = None, banyak: int = HALAMAN
) -> tuple[list[Dicari], uuid.UUID | None]:
    """For the BPJS liaison: who waits for a successor, the shortest recorded cover first; keyset pages."""
    if not seen_by.can(Permission.SIAGA_KELOLA):
        raise NotFound
    query = _dicari().options(
        db.contains_eager(Asuhan.pekerja),
        db.joinedload(Asuhan.asn),
        db.joinedload(Asuhan.pekerja, Pekerja.kelurahan),
    )
    lunas = func.coalesce(Pekerja.lunas_sampai, date(1970, 1, 1))
    if sesudah is not None:
        last = db.session.execute(
            select(lunas.label("lunas"))
            .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
            .where(Asuhan.id == sesudah)
        ).first()
        if last is None:
            raise NotFound
        query = query.where((lunas > last.lunas) | ((lunas == last.lunas) & (Asuhan.id > sesudah)))
    rows = list(db.session.scalars(query.order_by(lunas, Asuhan.id).limit(banyak + 1)).unique())
    found = describe(rows[:banyak])
    return found, found[-1].asuhan.id if len(rows) > banyak else None


def describe(rows: Sequence[Asuhan]) -> list[Dicari]:
    """These sponsorships with their dates and offers; a handful of queries for any number."""
    lanjut = bulan_lanjut([one.pekerja_id for one in rows])
    offers = {
        one.asuhan_id: one
        for one in db.session.scalars(
            select(Talangan)
            .where(
                Talangan.asuhan_id.in_([one.id for one in rows]),
                Talangan.status == StatusTalangan.DITAWARKAN,
            )
            .options(db.joinedload(Talangan.asn))
        )
    }
    pekerja = [one.pekerja_id for one in rows]
    papan = set(
        db.session.scalars(
            select(Calon.pekerja_id).where(Calon.pekerja_id.in_(pekerja), Calon.keluar_pada.is_(None))
        )
    )
    baru = {
        one.pekerja_id: one
        for one in db.session.scalars(
            select(Asuhan).where(Asuhan.pekerja_id.in_(pekerja), Asuhan.status.in_(TERBUKA))
        )
    }
    return [
        Dicari(
            one,
            lanjut[one.pekerja_id],
            bulan_kosong(lanjut[one.pekerja_id]),
            batas_pengganti(lanjut[one.pekerja_id]),
            offers.get(one.id),
            one.pekerja_id in papan,
            baru.get(one.pekerja_id),
        )
        for one in rows
    ]


def get_dicari(asuhan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Asuhan:
    """One of them, for the liaison. Raises ``NotFound``."""
    if not seen_by.can(Permission.SIAGA_KELOLA):
        raise NotFound
    query = _dicari().where(Asuhan.id == asuhan_id)
    if untuk_diubah:
        query = query.with_for_update(of=Asuhan, key_share=True).execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is None or row.asn_id == seen_by.asn_id:
        raise NotFound
    return cast(Asuhan, row)


# -- stand-ins ----------------------------------------------------------------------------------------------


def find_siaga(asn_id: uuid.UUID) -> DonaturSiaga | None:
    """Does this ASN stand by now?"""
    row = db.session.get(DonaturSiaga, asn_id)
    return row if row is not None and row.berhenti_pada is None else None


def count_siaga() -> int:
    """How many ASN stand by."""
    return db.session.scalar(select(func.count()).where(DonaturSiaga.berhenti_pada.is_(None))) or 0


def perlu_talangan(asuhan: Asuhan) -> bool:
    """May a stand-in be asked: still searching, by the leave of the donor, nobody asked and nobody coming?"""
    query = select(
        exists().where(Calon.pekerja_id == asuhan.pekerja_id, Calon.keluar_pada.is_(None)),
        exists().where(Asuhan.pekerja_id == asuhan.pekerja_id, Asuhan.status.in_(TERBUKA)),
        exists().where(Talangan.asuhan_id == asuhan.id, Talangan.status == StatusTalangan.DITAWARKAN),
    )
    papan, terisi, ditawarkan = db.session.execute(query).one()
    return (
        asuhan.status is StatusAsuhan.MENCARI_PENGGANTI
        and asuhan.pekerja.status in TERDAFTAR_DI_BPJS
        and papan
        and not terisi
        and not ditawarkan
    )


def list_penalang(asuhan: Asuhan, *, kecuali: Collection[uuid.UUID] = (), banyak: int = 20) -> list[Asn]:
    """Who could be asked next for this worker: own OPD first, then the worker's kecamatan, then the city; of
    equals who stands by the longest without having been asked. Nobody twice, nobody with an offer or a
    worker on loan, never who has just stopped, nor ``kecuali``."""
    kecamatan = asuhan.pekerja.kelurahan_kode[:8]
    dekat = case(
        (Asn.opd_id == asuhan.asn.opd_id, 0),
        (Asn.kelurahan_kode.like(f"{kecamatan}.%"), 1),
        else_=2,
    )
    terakhir = select(func.max(Talangan.ditawarkan_pada)).where(Talangan.asn_id == Asn.id).scalar_subquery()
    query = _bebas().where(*_belum_ditanya(asuhan.id, asuhan.garis_asuh_id), Asn.id.not_in(kecuali))
    query = query.order_by(dekat, func.coalesce(terakhir, DonaturSiaga.sejak), Asn.id)
    return list(db.session.scalars(query.limit(banyak)))


def _bebas() -> Select[Any]:
    """The ASN who stand by: letter in force, no offer that waits for an answer, no worker on loan."""
    loan = aliased(Asuhan)
    busy = exists().where(Talangan.asn_id == Asn.id, Talangan.status == StatusTalangan.DITAWARKAN)
    lending = exists().where(loan.asn_id == Asn.id, loan.sementara, loan.status.in_(TERBUKA))
    return (
        select(Asn)
        .join(DonaturSiaga, DonaturSiaga.asn_id == Asn.id)
        .join(SuratKuasa, SuratKuasa.asn_id == Asn.id)
        .where(
            DonaturSiaga.berhenti_pada.is_(None),
            Asn.status_aktif == StatusAktif.AKTIF,
            SuratKuasa.status == StatusSurat.AKTIF,
            ~busy,
            ~lending,
        )
    )


def _belum_ditanya(asuhan_id: Any, garis_asuh_id: Any) -> tuple[ColumnElement[bool], ...]:
    """Never asked for this sponsorship, and no donor of its line before; ids or columns."""
    lain = aliased(Asuhan)
    asked = exists().where(Talangan.asn_id == Asn.id, Talangan.asuhan_id == asuhan_id)
    before = exists().where(lain.asn_id == Asn.id, lain.garis_asuh_id == garis_asuh_id)
    return ~asked.correlate(Asn, Asuhan), ~before.correlate(Asn, Asuhan)


def count_bebas() -> int:
    """How many stand-ins could be asked now."""
    return db.session.scalar(select(func.count()).select_from(_bebas().subquery())) or 0


def list_untuk_ditanya() -> list[Asuhan]:
    """The sponsorships for which somebody should be asked now and could be, the longest search first."""
    baru = aliased(Asuhan)
    waiting = exists().where(Talangan.asuhan_id == Asuhan.id, Talangan.status == StatusTalangan.DITAWARKAN)
    taken = exists().where(baru.pekerja_id == Asuhan.pekerja_id, baru.status.in_(TERBUKA))
    somebody = _bebas().where(*_belum_ditanya(Asuhan.id, Asuhan.garis_asuh_id)).correlate(Asuhan).exists()
    query = (
        _dicari()
        .join(Calon, Calon.pekerja_id == Asuhan.pekerja_id)
        .where(Pekerja.status.in_(TERDAFTAR_DI_BPJS), Calon.keluar_pada.is_(None), ~waiting, ~taken, somebody)
        .order_by(Asuhan.berhenti_pada, Asuhan.id)
    )
    return list(db.session.scalars(query.options(db.contains_eager(Asuhan.pekerja))))


def bulan_talangan(asuhan: Asuhan) -> tuple[date, date]:
    """First and last month that a stand-in for this worker would pay."""
    mulai = bulan_lanjut([asuhan.pekerja_id])[asuhan.pekerja_id]
    return mulai, tambah_bulan(mulai, MAKS_BULAN_TALANGAN - 1)


def beban_talangan(asuhan: Asuhan, mulai: date) -> tuple[date, tuple[int, ...]]:
    """What a stand-in from ``mulai`` on would carry: that month, and rupiah for each of the months."""
    bulan = (tambah_bulan(mulai, n) for n in range(MAKS_BULAN_TALANGAN))
    return mulai, tuple(harga(asuhan, one).total for one in bulan)


def penghalang(asn: Asn, asuhan: Asuhan) -> str | None:
    """What stands against this ASN's paying for the worker on loan: no letter in force, its ceiling, or
    the end of the own service before the last of the debits."""
    surat = find_hidup(asn.id)
    if surat is None or surat.status is not StatusSurat.AKTIF or surat.plafon is None:
        return "Menalangi memerlukan surat kuasa Anda sendiri yang sedang berlaku dan tidak dijeda."
    mulai, sampai = bulan_talangan(asuhan)
    terakhir = hari_terakhir(asn)
    if terakhir is not None and terakhir < hari_debet(max(sampai, bulan_pertama(today()))):
        return (
            f"Menurut daftar pegawai, masa kerja Anda berakhir {format_tanggal(terakhir)}, sebelum potongan "
            "terakhir untuk pekerja ini."
        )
    bulan = mulai
    while bulan <= sampai:
        tambahan = harga(asuhan, bulan).total
        jumlah = sum(harga(one, bulan).total for one in _dibayar(asn.id, bulan))
        if jumlah + tambahan > surat.plafon:
            return (
                f"Untuk {format_bulan(bulan)} seluruh iuran menjadi {format_rupiah(jumlah + tambahan)}, di "
                f"atas batas {format_rupiah(surat.plafon)} sebulan dalam surat kuasa Anda."
            )
        bulan = tambah_bulan(bulan, 1)
    return None


def _dibayar(asn_id: uuid.UUID, bulan: date) -> list[Asuhan]:
    """The sponsorships that the letter must carry in that month."""
    query = select(Asuhan).where(
        Asuhan.asn_id == asn_id,
        Asuhan.status.in_(DIUSULKAN_KE_ATAS),
        Asuhan.sampai.is_(None) | (Asuhan.sampai >= bulan),
        Asuhan.bulan_pertama.is_(None) | (Asuhan.bulan_pertama <= bulan),
    )
    return list(db.session.scalars(query.options(db.joinedload(Asuhan.pekerja))))


# -- offers -------------------------------------------------------------------------------------------------


def _visible(query: Select[Any], seen_by: Pelaku) -> Select[Any]:
    if seen_by.can(Permission.SIAGA_KELOLA):
        return query
    if seen_by.has(Peran.ASN) and seen_by.asn_id is not None:
        return query.where(Talangan.asn_id == seen_by.asn_id)
    return query.where(false())


def list_talangan(asn_id: uuid.UUID, *, seen_by: Pelaku) -> list[Talangan]:
    """What this ASN was asked, the newest first."""
    query = select(Talangan).where(Talangan.asn_id == asn_id)
    query = query.options(
        db.joinedload(Talangan.asuhan).joinedload(Asuhan.pekerja).joinedload(Pekerja.kelurahan)
    )
    query = _visible(query, seen_by).order_by(Talangan.ditawarkan_pada.desc(), Talangan.id)
    return list(db.session.scalars(query.limit(20)))


def list_dimajukan(rows: Sequence[Talangan]) -> dict[uuid.UUID, tuple[date, date]]:
    """First and last month now of those accepted loans whose months have moved since (A11), by offer."""
    query = (
        select(Talangan.id, Asuhan.bulan_pertama, Asuhan.sampai)
        .join(Asuhan, Asuhan.id == Talangan.pengganti_id)
        .where(Talangan.id.in_([one.id for one in rows]), Asuhan.sampai < Talangan.bulan_sampai)
    )
    return {row.id: (row.bulan_pertama, row.sampai) for row in db.session.execute(query)}


def get_talangan_sendiri(talangan_id: uuid.UUID, *, seen_by: Pelaku) -> Talangan:
    """An offer made to the viewer. Raises ``NotFound`` for a foreign and a missing one alike."""
    query = select(Talangan).where(Talangan.id == talangan_id, Talangan.asn_id == seen_by.asn_id)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or seen_by.asn_id is None:
        raise NotFound
    return row


def count_tawaran(asn_id: uuid.UUID) -> int:
    """Offers that wait for this ASN's answer: for the start page."""
    query = select(func.count()).where(
        Talangan.asn_id == asn_id, Talangan.status == StatusTalangan.DITAWARKAN
    )
    return db.session.scalar(query) or 0


# -- reopening (A16) ----------------------------------------------------------------------------------------


def list_dapat_dibuka(
    *, seen_by: Pelaku, sejak: Any, sesudah: uuid.UUID | None = None, banyak: int = HALAMAN
) -> list[tuple[Asuhan, Riwayat]]:
    """Sponsorships ended since ``sejak`` after something had been paid for them, with the move that ended
    them, the newest first. Only for verifikator; not the own ones."""
    if not seen_by.has(Peran.VERIFIKATOR):
        raise NotFound
    query = (
        select(Asuhan, Riwayat)
        .join(Riwayat, Riwayat.objek_id == Asuhan.id)
        .where(
            Asuhan.status == StatusAsuhan.BERAKHIR,
            Riwayat.mesin == MACHINE.nama,
            Riwayat.ke == StatusAsuhan.BERAKHIR.value,
            Riwayat.pada >= sejak,
            Asuhan.asn_id != seen_by.asn_id if seen_by.asn_id else Asuhan.id.is_not(None),
        )
        .options(db.joinedload(Asuhan.pekerja), db.joinedload(Asuhan.asn))
    )
    if sesudah is not None and (last := db.session.get(Riwayat, sesudah)) is not None:
        query = query.where(tuple_(Riwayat.pada, Riwayat.id) < tuple_(last.pada, last.id))
    rows = db.session.execute(query.order_by(Riwayat.pada.desc(), Riwayat.id.desc()).limit(banyak))
    return [(row[0], row[1]) for row in rows]


def list_usul() -> list[UsulBuka]:
    """Proposals that wait for a second verifikator, the oldest first."""
    query = select(UsulBuka).where(UsulBuka.diputus_pada.is_(None))
    query = query.options(db.joinedload(UsulBuka.asuhan).joinedload(Asuhan.pekerja))
    return list(db.session.scalars(query.order_by(UsulBuka.diusulkan_pada, UsulBuka.id)))
