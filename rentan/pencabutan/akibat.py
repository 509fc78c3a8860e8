"""What stopping means for one letter, with dates, before anybody confirms (issue: nobody is asked why)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, SUDAH_SIAP
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.core.status import Status
from rentan.ext import db
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.models import Paket
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.queries import find_hidup
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.tarif.queries import batas_berkas, bulan_pertama, hari_debet
from rentan.util.tanggal import awal_bulan

S = StatusSurat
#: M22: nothing has gone to the bank.
BELUM_KE_BANK = (S.DRAF, S.DICETAK, S.DIUNGGAH, S.PERLU_PERBAIKAN, S.TERVERIFIKASI, S.DITOLAK_BANK)


class Cara(Status):
    """How a letter stops in its present state."""

    BATAL = "batal", "Dibatalkan sekarang"
    CABUT = "cabut", "Dicabut"
    TUNGGU_VERIFIKASI = "tunggu_verifikasi", "Dibatalkan setelah pemeriksaan"
    TUNGGU_BANK = "tunggu_bank", "Dicabut setelah bank menjawab"


@dataclass(frozen=True)
class Akibat:
    """``bebas_mulai``: first day of the first month that is not debited any more. ``potongan_terakhir``: the
    last debit day under this letter, past or still to come (``akan_dipotong``); ``None``: there never is one.
    """

    cara: Cara
    bebas_mulai: date
    potongan_terakhir: date | None
    batas: date | None
    bebas: tuple[Asuhan, ...]
    cari_pengganti: tuple[Asuhan, ...]

    @property
    def akan_dipotong(self) -> bool:
        return self.potongan_terakhir is not None and self.potongan_terakhir >= today()


def cara_berhenti(surat: SuratKuasa) -> Cara | None:
    """How, or ``None`` when the letter has ended already."""
    if surat.status in HIDUP:
        return Cara.CABUT
    if surat.status in BELUM_KE_BANK:
        return Cara.BATAL
    waiting = {S.DIPERIKSA: Cara.TUNGGU_VERIFIKASI, S.DIAJUKAN_BANK: Cara.TUNGGU_BANK}
    return waiting.get(surat.status)


def akibat_of(surat: SuratKuasa) -> Akibat | None:
    """What happens when it stops today. The month whose list is closed is still debited (product.md §3)."""
    cara = cara_berhenti(surat)
    if cara is None:
        return None
    bebas_mulai = bulan_pertama(today())
    terakhir = _last_month(surat) if cara is Cara.CABUT else None
    debet = None if terakhir is None else hari_debet(terakhir)
    pekerja = list_pekerja(surat)
    return Akibat(
        cara=cara,
        bebas_mulai=bebas_mulai,
        potongan_terakhir=debet,
        batas=None if terakhir is None else batas_berkas(terakhir),
        bebas=tuple(one for one in pekerja if one.status not in SUDAH_SIAP),
        cari_pengganti=tuple(one for one in pekerja if one.status in SUDAH_SIAP),
    )


def list_pekerja(surat: SuratKuasa) -> list[Asuhan]:
    """The open sponsorships that end with this letter: those that no other letter in force names.

    With the letter in force end those as well that it does not name: a stand-in's worker, and one who is paid
    for in advance in another way. Nobody goes on for them.
    """
    hidup = find_hidup(surat.asn_id)
    tetap = {one.asuhan_id for one in hidup.daftar} if hidup is not None and hidup.id != surat.id else set()
    bernama = [
        one.asuhan
        for one in surat.daftar
        if one.asuhan.status in DIUSULKAN_KE_ATAS and one.asuhan_id not in tetap
    ]
    return bernama + (_tak_disebut(surat) if surat.status in HIDUP else [])


def list_pekerja_banyak(letters: Sequence[SuratKuasa]) -> list[Asuhan]:
    """``list_pekerja`` of many letters that end together with all others of their ASN, the workers loaded;
    held in the order of their ids (read before the letters move)."""
    bernama = select(SuratPekerja.asuhan_id)
    found: list[Asuhan] = []
    for some in chunks(letters):
        hidup = [one.asn_id for one in some if one.status in HIDUP]
        tak_disebut = _berjalan() & Asuhan.asn_id.in_(hidup)
        disebut = Asuhan.id.in_(bernama.where(SuratPekerja.surat_kuasa_id.in_([one.id for one in some])))
        query = select(Asuhan).where(Asuhan.status.in_(DIUSULKAN_KE_ATAS), disebut | tak_disebut)
        query = query.options(db.joinedload(Asuhan.pekerja)).order_by(Asuhan.id)
        query = query.with_for_update(of=Asuhan, key_share=True)
        found += db.session.scalars(query.execution_options(populate_existing=True))
    return found


def _berjalan() -> ColumnElement[bool]:
    """Goes on with the donor, named in a letter or not."""
    return Asuhan.sementara | Asuhan.status.in_(SUDAH_SIAP)


def _tak_disebut(surat: SuratKuasa) -> list[Asuhan]:
    query = select(Asuhan).where(
        Asuhan.asn_id == surat.asn_id,
        Asuhan.status.in_(DIUSULKAN_KE_ATAS),
        _berjalan(),
        Asuhan.id.not_in([one.asuhan_id for one in surat.daftar]),
    )
    return list(db.session.scalars(query.order_by(Asuhan.id)))


def _last_month(surat: SuratKuasa) -> date | None:
    """The month of the last debit file that has left with a line of this letter; ``None``: there is none.

    What has not left is taken out when the donor stops (C5), and a letter whose workers are not ready yet was
    never in a file.
    """
    query = (
        select(func.max(Paket.periode))
        .join(Percobaan, Percobaan.paket_id == Paket.id)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .where(
            Iuran.surat_kuasa_id == surat.id,
            Percobaan.hasil.in_((HasilCoba.TERBUKA, HasilCoba.BERHASIL, HasilCoba.TANPA_KABAR)),
            Iuran.status.in_((StatusIuran.DIKIRIM, StatusIuran.TANPA_KABAR, StatusIuran.BERHASIL)),
        )
    )
    last = db.session.scalar(query)
    return None if last is None else awal_bulan(last)
