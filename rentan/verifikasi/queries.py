"""What a verifikator reads: one letter with everything to be judged, and the facts of the guards M5-M10."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from rentan.akun.models import Akun
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.subject import load_deks, reveal
from rentan.core.workflow import Riwayat, Tawaran, offers
from rentan.ext import db
from rentan.pekerja.models import Pekerja, PeringatanDiterima
from rentan.pekerja.status import DAPAT_DIASUH, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.queries import get_surat
from rentan.surat_kuasa.status import MACHINE, TERKIRIM, AsliDi
from rentan.tarif.queries import hari_debet
from rentan.util.nama import kemiripan
from rentan.util.nik import mask_nik
from rentan.util.rekening import mask_rekening
from rentan.util.tanggal import usia
from rentan.verifikasi.models import PendapatKedua, PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan, JawabanPendapat, JenisPendapat

#: From this likeness on, the account's holder and the name in the roster are one person (M9). Short forms
#: ("M.", "Moh.") and titles are the same name already; what is less alike needs a second verifikator.
AMBANG_NAMA = 0.9
#: Where the original is not yet at the office (M9, setting ``asli_wajib``).
ASLI_DI_LUAR = (AsliDi.NONE, AsliDi.ASN, AsliDi.KEMBALI, AsliDi.HILANG)
#: Who made these moves had the papers in hand.
LANGKAH_PENGIRIM = ("M4", "M8")


@dataclass(frozen=True)
class Hal:
    """One thing to be judged: a paper or a worker. ``kunci`` names it in addresses (no personal data)."""

    kunci: str
    label: str
    berkas: Berkas | None = None
    satu: SuratPekerja | None = None
    putusan: Putusan | None = None
    keterangan: str | None = None

    @property
    def asuhan(self) -> Asuhan | None:
        return self.satu.asuhan if self.satu else None

    @property
    def jenis(self) -> JenisBerkas | None:
        """The kind of paper; ``None`` for a worker."""
        return self.berkas.jenis if self.berkas else None

    @property
    def terbuka(self) -> bool:
        """Can it be judged? A worker whose sponsorship was accepted before, or has ended, cannot."""
        return self.berkas is not None or self.asuhan is None or self.asuhan.status is StatusAsuhan.DIUSULKAN

    @property
    def diputus(self) -> bool:
        """Is there nothing left to decide?"""
        if self.berkas is None and self.asuhan is None:
            return True  # the paper is missing: nothing can be judged (M4 makes sure that it is there)
        return not self.terbuka or (self.putusan is not None and not self.ragu)

    @property
    def ragu(self) -> bool:
        """An accepted worker in whom the duplicate search has meanwhile found a doubt."""
        return (
            self.asuhan is not None
            and self.putusan is not None
            and self.putusan.hasil is HasilPutusan.YA
            and self.asuhan.pekerja.status is StatusPekerja.DUGA_DUPLIKAT
        )


def get_surat_masuk(surat_id: uuid.UUID, *, seen_by: Pelaku) -> SuratKuasa:
    """A letter that was sent in once. Raises ``NotFound`` for any other, and for the own one (AUZ-5)."""
    surat = get_surat(surat_id, seen_by=seen_by)
    own = seen_by.asn_id is not None and surat.asn_id == seen_by.asn_id
    if surat.diunggah_pada is None or own or not seen_by.has(Peran.VERIFIKATOR, Peran.ADMIN):
        raise NotFound
    return surat


def get_putusan(putusan_id: uuid.UUID, *, seen_by: Pelaku) -> Putusan:
    """A verdict on a paper with its crop, for the verifikator and for the paper's owner (AUZ-3).

    Raises ``NotFound`` for a missing, a foreign and a crop-less one alike.
    """
    row = db.session.get(Putusan, putusan_id)
    if row is None or row.berkas is None or row.kiri is None:
        raise NotFound
    own = seen_by.asn_id is not None and row.berkas.asn_id == seen_by.asn_id
    if not (seen_by.has(Peran.VERIFIKATOR) or (own and seen_by.has(Peran.ASN))):
        raise NotFound
    return row


def list_putusan(surat: SuratKuasa) -> list[Putusan]:
    """The verdicts that stand, in the order in which they were given."""
    query = select(Putusan).where(Putusan.surat_kuasa_id == surat.id, Putusan.gugur_pada.is_(None))
    return list(db.session.scalars(query.order_by(Putusan.pada, Putusan.id)))


def list_hal(surat: SuratKuasa) -> list[Hal]:
    """Everything of a letter that is judged: its three papers, then its workers in the letter's order."""
    standing = list_putusan(surat)
    of_paper = {one.berkas_id: one for one in standing}
    of_worker = {one.asuhan_id: one for one in standing}
    papers = list_kini(surat.id)
    found = []
    for jenis in WAJIB_UNGGAH:
        paper = papers.get(jenis)
        found.append(
            Hal(jenis.value, jenis.label, berkas=paper, putusan=of_paper.get(paper.id) if paper else None)
        )
    for satu in _workers(surat):
        nama = satu.asuhan.pekerja.nama
        found.append(Hal(f"pekerja-{satu.urutan}", nama, satu=satu, putusan=of_worker.get(satu.asuhan_id)))
    return found


def _workers(surat: SuratKuasa) -> Sequence[SuratPekerja]:
    """The workers of the letter with everything the page shows of them, in one query."""
    person = joinedload(SuratPekerja.asuhan).joinedload(Asuhan.pekerja).joinedload(Pekerja.kelurahan)
    query = select(SuratPekerja).where(SuratPekerja.surat_kuasa_id == surat.id).options(person)
    return db.session.scalars(query.order_by(SuratPekerja.urutan)).all()


def find_hal(hal: Sequence[Hal], kunci: str) -> Hal | None:
    """The thing of this name in the list."""
    return next((one for one in hal if one.kunci == kunci), None)


def next_kunci(hal: Sequence[Hal], kunci: str | None = None) -> str:
    """What to look at next: the first undecided thing after this one, else any, else the decision."""
    at = next((number for number, one in enumerate(hal, 1) if one.kunci == kunci), 0)
    for one in (*hal[at:], *hal[:at]):
        if not one.diputus:
            return one.kunci
    return "putusan"


# -- facts for the guards -----------------------------------------------------------------------------------


def list_pengunggah(surat: SuratKuasa) -> set[uuid.UUID]:
    """Accounts that uploaded a paper of this letter or sent it in (G5)."""
    papers = select(Berkas.diunggah_oleh).where(
        Berkas.surat_kuasa_id == surat.id, Berkas.diganti_pada.is_(None), Berkas.jenis.in_(WAJIB_UNGGAH)
    )
    sent = select(Riwayat.pelaku_id).where(
        Riwayat.mesin == MACHINE.nama, Riwayat.objek_id == surat.id, Riwayat.langkah.in_(LANGKAH_PENGIRIM)
    )
    return {one for one in db.session.scalars(papers.union(sent)) if one is not None}


def name_of(akun_id: uuid.UUID | None) -> str | None:
    """The name of a colleague, for "sedang diperiksa …"."""
    return db.session.scalar(select(Akun.nama).where(Akun.id == akun_id)) if akun_id else None


def list_pendapat(surat: SuratKuasa) -> list[PendapatKedua]:
    """Second opinions on this letter, oldest first."""
    query = select(PendapatKedua).where(PendapatKedua.surat_kuasa_id == surat.id)
    return list(db.session.scalars(query.order_by(PendapatKedua.diminta_pada, PendapatKedua.id)))


def find_permintaan(surat_id: uuid.UUID) -> PermintaanPerbaikan | None:
    """The open request for repair of a letter, if there is one."""
    query = select(PermintaanPerbaikan).where(
        PermintaanPerbaikan.surat_kuasa_id == surat_id, PermintaanPerbaikan.ditutup_pada.is_(None)
    )
    return db.session.scalar(query)


def list_rekening_sama(surat: SuratKuasa) -> list[SuratKuasa]:
    """Letters of other ASN, sent or in force, that name the same account."""
    if surat.rekening_bi is None:
        return []
    query = select(SuratKuasa).where(
        SuratKuasa.rekening_bi == surat.rekening_bi,
        SuratKuasa.asn_id != surat.asn_id,
        SuratKuasa.status.in_(TERKIRIM),
    )
    return list(db.session.scalars(query.order_by(SuratKuasa.diunggah_pada, SuratKuasa.id)))


def nama_sama(surat: SuratKuasa) -> bool:
    """Is the account's holder the person in the roster?"""
    return kemiripan(surat.nama_rekening or "", surat.asn.nama) >= AMBANG_NAMA


def list_pengecualian(surat: SuratKuasa) -> dict[JenisPendapat, str]:
    """What stands against an approval unless a second verifikator has agreed, each with its sentence (M9)."""
    agreed = {one.jenis for one in list_pendapat(surat) if one.jawaban is JawabanPendapat.SETUJU}
    found = {}
    if JenisPendapat.NAMA_BEDA not in agreed and not nama_sama(surat):
        found[JenisPendapat.NAMA_BEDA] = (
            "Nama pemilik rekening berbeda dari daftar pegawai; mintakan pendapat verifikator kedua."
        )
    if JenisPendapat.REKENING_GANDA not in agreed and list_rekening_sama(surat):
        found[JenisPendapat.REKENING_GANDA] = (
            "Nomor rekening ini juga dipakai dalam surat ASN lain; mintakan pendapat verifikator kedua."
        )
    return found


def facts_periksa(surat: SuratKuasa, by: Pelaku, hal: Sequence[Hal] | None = None) -> dict[str, Any]:
    """Everything that the guards of M5-M10 and M15 ask about this letter.

    ``hal`` spares a second reading. ``by`` is who asks; what he uploaded himself he may not verify.
    """
    hal = list_hal(surat) if hal is None else hal
    waiting = [one for one in list_pendapat(surat) if one.jawaban is JawabanPendapat.MENUNGGU]
    usul = next((one.diminta_oleh for one in waiting if one.jenis is JenisPendapat.TOLAK), None)
    return {
        "pengunggah": list_pengunggah(surat),
        "pemeriksa": name_of(surat.diperiksa_oleh) or "verifikator lain",
        "belum_diputus": [
            f"{one.label} (dugaan ganda belum diputus)" if one.ragu else one.label
            for one in hal
            if not one.diputus
        ],
        "perlu_perbaikan": [one.label for one in list_perbaikan(hal)],
        "pekerja_diterima": sum(_accepted(one) for one in hal),
        "permintaan_terbuka": find_permintaan(surat.id) is not None,
        "pendapat_menunggu": bool(waiting),
        "perlu_pendapat": list(list_pengecualian(surat).values()),
        "asli_kurang": bool(get_setting("asli_wajib")) and surat.asli_di in ASLI_DI_LUAR,
        "usul_tolak_oleh": usul,
    }


def list_perbaikan(hal: Sequence[Hal]) -> list[Hal]:
    """What was marked as to be repaired."""
    return [one for one in hal if one.terbuka and one.putusan and one.putusan.hasil is HasilPutusan.PERBAIKI]


def _accepted(hal: Hal) -> bool:
    if hal.asuhan is None:
        return False
    if hal.asuhan.status is StatusAsuhan.DIUSULKAN:
        return hal.putusan is not None and hal.putusan.hasil is HasilPutusan.YA
    return hal.asuhan.status in (
        StatusAsuhan.MENUNGGU_MANDAT, StatusAsuhan.SIAP, StatusAsuhan.AKTIF, StatusAsuhan.DIJEDA
    )  # fmt: skip


def list_tawaran_periksa(
    surat: SuratKuasa, by: Pelaku, hal: Sequence[Hal] | None = None
) -> dict[str, Tawaran]:
    """The moves that ``by`` may make now, by event, each with the refusal in its way (G3)."""
    return {one.move.peristiwa: one for one in offers(MACHINE, surat, by, **facts_periksa(surat, by, hal))}


# -- the data beside the papers -----------------------------------------------------------------------------


@dataclass(frozen=True)
class DataPekerja:
    """One worker as the page shows him; ``harga`` are rupiah a month in the first month and at most."""

    hal: Hal
    pekerja: Pekerja
    nik: str
    umur: int
    kelurahan: str
    harga_awal: int
    harga_tertinggi: int
    peringatan: Sequence[PeringatanDiterima]

    @property
    def halangan(self) -> str | None:
        """Why this worker cannot be accepted as he stands."""
        return worker_obstacle(self.pekerja)


@dataclass(frozen=True)
class DataSurat:
    """What the donor typed and we know; ``terbuka``: numbers are whole (and the look is to be logged)."""

    terbuka: bool
    rekening: str
    nama_sama: bool
    rekening_sama: Sequence[SuratKuasa]
    debet_pertama: date | None
    pekerja: Sequence[DataPekerja]
    dikirim: datetime | None


def worker_obstacle(pekerja: Pekerja) -> str | None:
    """Why the cover of this worker cannot be accepted, or ``None`` (A5: the worker is ``layak``)."""
    if pekerja.status is StatusPekerja.DUGA_DUPLIKAT:
        return (
            "Pekerja ini mungkin tercatat dua kali. Putuskan lebih dahulu pada daftar dugaan ganda, baru "
            "pekerja dapat diterima."
        )
    if pekerja.status in DAPAT_DIASUH or pekerja.terdaftar_pada is not None:
        return None
    return f"Pekerja ini berstatus “{pekerja.status.label}”, sehingga tidak dapat diterima."


def data_surat(surat: SuratKuasa, hal: Sequence[Hal], *, terbuka: bool) -> DataSurat:
    """The left side of the page. ``terbuka`` shows NIK and account whole; the caller logs that look."""
    workers = [one for one in hal if one.satu is not None]
    load_deks([surat.asn_id, *(one.satu.asuhan.pekerja_id for one in workers if one.satu)])
    digits = reveal(surat, "rekening") or ""
    debet = hari_debet(surat.bulan_pertama) if surat.bulan_pertama else None
    warned = _warnings([one.satu.asuhan.pekerja_id for one in workers if one.satu])
    return DataSurat(
        terbuka=terbuka,
        rekening=digits if terbuka else mask_rekening(digits),
        nama_sama=nama_sama(surat),
        rekening_sama=list_rekening_sama(surat),
        debet_pertama=debet,
        pekerja=[_worker(one, surat, debet, warned, terbuka) for one in workers],
        dikirim=surat.diunggah_pada,
    )


def _worker(
    hal: Hal,
    surat: SuratKuasa,
    debet: date | None,
    warned: dict[uuid.UUID, list[PeringatanDiterima]],
    terbuka: bool,
) -> DataPekerja:
    assert hal.satu is not None
    pekerja, asuhan = hal.satu.asuhan.pekerja, hal.satu.asuhan
    digits = reveal(pekerja, "nik") or ""
    return DataPekerja(
        hal=hal,
        pekerja=pekerja,
        nik=digits if terbuka else mask_nik(digits, lahir_terlihat=True),
        umur=usia(pekerja.tanggal_lahir, debet).tahun if debet else 0,
        kelurahan=pekerja.kelurahan.nama,
        harga_awal=harga(asuhan, surat.bulan_pertama).total if surat.bulan_pertama else 0,
        harga_tertinggi=hal.satu.harga_tertinggi,
        peringatan=warned.get(pekerja.id, ()),
    )


def _warnings(pekerja_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[PeringatanDiterima]]:
    found: dict[uuid.UUID, list[PeringatanDiterima]] = {}
    query = select(PeringatanDiterima).where(PeringatanDiterima.pekerja_id.in_(pekerja_ids))
    for row in db.session.scalars(query.order_by(PeringatanDiterima.diterima_pada, PeringatanDiterima.id)):
        found.setdefault(row.pekerja_id, []).append(row)
    return found
