"""Reads of sign-ups through the viewer's eyes, and the whole picture of one draft."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import list_asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.ext import db, runtime
from rentan.pendaftaran.biaya import Biaya, hitung_biaya
from rentan.pendaftaran.isian import Isian, load_isian
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_berjalan, plafon_usulan
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import bulan_pertama, hari_debet, penghasilan_terendah, tarif_pada
from rentan.util.tanggal import tambah_bulan

PROGRAM_DASAR = "JKK+JKM"
#: How many first months are offered: the next one, and two later for those who wait for their salary slip.
PILIHAN_BULAN = 3
#: Letters that may still be changed or printed again.
BELUM_TERKIRIM = (StatusSurat.DRAF, StatusSurat.DICETAK)


@dataclass(frozen=True)
class Keadaan:
    """A sign-up as it stands: answers, workers, letter, papers; no ``draf`` before the first saving."""

    asn: Asn
    draf: Pendaftaran | None
    isian: Isian
    pekerja: tuple[Asuhan, ...]
    ditahan: tuple[Asuhan, ...]
    surat: SuratKuasa | None
    berkas: dict[JenisBerkas, Berkas]
    surat_lain: SuratKuasa | None = None

    @property
    def tercetak(self) -> bool:
        """Is a signed or signable print out, so that any change makes it void (M3)?"""
        return self.surat is not None and self.surat.status is StatusSurat.DICETAK

    @property
    def cetakan_usang(self) -> bool:
        """Does the print name other workers than the sign-up has (one was given up on the donor's page)?"""
        if not self.tercetak or self.surat is None:
            return False
        return {one.asuhan_id for one in self.surat.daftar} != {one.id for one in self.pekerja}

    @property
    def terkunci(self) -> bool:
        """The letter has been sent already (by the operator on behalf): nothing on it may change."""
        return self.surat is not None and self.surat.status not in BELUM_TERKIRIM

    @property
    def berkas_kurang(self) -> list[JenisBerkas]:
        """Papers that are still missing, in the order of the page."""
        return [one for one in WAJIB_UNGGAH if one not in self.berkas]

    @property
    def bulan_pertama(self) -> date:
        """The first contribution month; one whose list is closed already becomes the next open one."""
        earliest = bulan_pertama(today())
        return max(self.isian.bulan_pertama or earliest, earliest)

    @property
    def debet_pertama(self) -> date:
        """The day of the first debit: ages are judged on it."""
        return hari_debet(self.bulan_pertama)

    @property
    def plafon(self) -> int:
        """The ceiling in rupiah a month: as typed, else what the workers may come to cost (M2)."""
        return self.isian.plafon or plafon_usulan(self.pekerja, self.bulan_pertama)

    @property
    def program(self) -> str:
        return self.isian.program or PROGRAM_DASAR

    @property
    def periode(self) -> int:
        return self.isian.periode or int(runtime().profil.batas.periode[0])

    @property
    def penghasilan(self) -> int:
        return self.isian.penghasilan or penghasilan_terendah(self.bulan_pertama)


def biaya_untuk(keadaan: Keadaan, **pilihan: Any) -> Biaya:
    """The cost of the draft's workers, with these choices or its own.

    ``pilihan``: ``program penghasilan periode bulan_pertama``, each optional.

    Raises ``TidakSah`` for an income below zero.
    """
    return hitung_biaya(
        [(one.pekerja.nama, cast(Any, one.pekerja.sektor.value)) for one in keadaan.pekerja],
        program=cast(Any, pilihan.get("program") or keadaan.program),
        penghasilan=pilihan.get("penghasilan") or keadaan.penghasilan,
        periode=pilihan.get("periode") or keadaan.periode,
        bulan_pertama=pilihan.get("bulan_pertama") or keadaan.bulan_pertama,
        tarif_pada=tarif_pada,
    )


def pilihan_bulan() -> list[date]:
    """The first months on offer: from the next list that is still open on."""
    earliest = bulan_pertama(today())
    return [tambah_bulan(earliest, n) for n in range(PILIHAN_BULAN)]


def find_draf(asn_id: uuid.UUID, *, lock: bool = False) -> Pendaftaran | None:
    """The ASN's open draft; ``lock`` makes two savings at once wait for each other."""
    query = select(Pendaftaran).where(
        Pendaftaran.asn_id == asn_id, Pendaftaran.status == StatusPendaftaran.DRAF
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def get_pendaftaran(pendaftaran_id: uuid.UUID, *, seen_by: Pelaku) -> Pendaftaran:
    """One sign-up of one's own; raises ``NotFound`` for a missing and for a foreign one alike (AUZ-2)."""
    row = db.session.scalar(
        select(Pendaftaran).where(Pendaftaran.id == pendaftaran_id, Pendaftaran.asn_id == seen_by.asn_id)
    )
    if row is None:
        raise NotFound
    return row


def list_terkirim(asn_id: uuid.UUID) -> list[Pendaftaran]:
    """The ASN's sent sign-ups, newest first: their receipts."""
    query = select(Pendaftaran).where(
        Pendaftaran.asn_id == asn_id, Pendaftaran.status == StatusPendaftaran.DIAJUKAN
    )
    return list(db.session.scalars(query.order_by(Pendaftaran.diajukan_pada.desc(), Pendaftaran.id)))


def get_asn(seen_by: Pelaku) -> Asn:
    """The roster row of the person who asks; raises ``NotFound`` for an account without one."""
    row = db.session.get(Asn, seen_by.asn_id) if seen_by.asn_id else None
    if row is None:
        raise NotFound
    return row


def load_keadaan(*, seen_by: Pelaku, lock: bool = False) -> Keadaan:
    """Everything about the running sign-up of the person who asks."""
    asn = get_asn(seen_by)
    draf = find_draf(asn.id, lock=lock)
    isian = load_isian(draf) if draf else Isian()
    asuhan = list_asuhan(asn.id, seen_by=seen_by, terbuka=True)
    berjalan = find_berjalan(asn.id)
    # A draft is only begun while no letter is sent, so a letter that runs beside a draft belongs to it (M1).
    own = berjalan is not None and (draf is not None or berjalan.status in BELUM_TERKIRIM)
    surat = berjalan if own else None
    return Keadaan(
        asn=asn,
        draf=draf,
        isian=isian,
        pekerja=tuple(one for one in asuhan if one.status in DIUSULKAN_KE_ATAS),
        ditahan=tuple(one for one in asuhan if one.status is StatusAsuhan.DITAHAN),
        surat=surat,
        berkas=list_kini(surat.id) if surat else {},
        surat_lain=None if own else berjalan,
    )
