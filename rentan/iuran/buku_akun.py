"""The accounts of the ledger and what is posted between them."""

from __future__ import annotations

from rentan.core.status import Status


class AkunBuku(Status):
    """``TITIPAN_IURAN``: collected and owed to BPJS. ``KREDIT_DONATUR``: carried over for one sponsorship.

    ``PIUTANG_DONATUR``: remitted for a donor whose debit the bank took back afterwards. ``PIUTANG_BPJS``:
    remitted for months that BPJS has to give back. ``BEBAN_KOTA``: what the city advanced and
    nobody pays back.
    """

    BANK_PENAMPUNG = "bank_penampung", "Rekening penampung"
    KAS = "kas", "Kas bendahara"
    TITIPAN_IURAN = "titipan_iuran", "Iuran yang dititipkan"
    KREDIT_DONATUR = "kredit_donatur", "Kelebihan bayar donatur"
    PIUTANG_DONATUR = "piutang_donatur", "Piutang kepada donatur"
    PIUTANG_BPJS = "piutang_bpjs", "Piutang kepada BPJS"
    BEBAN_KOTA = "beban_kota", "Ditanggung kota"


class Sisi(Status):
    D = "D", "Debet"
    K = "K", "Kredit"


class JenisJurnal(Status):
    """What was posted. ``PEMBALIKAN`` names the posting that it takes back."""

    DEBET = "debet", "Debet berhasil"
    PAKAI_KREDIT = "pakai_kredit", "Kelebihan bayar dipakai"
    PENERIMAAN = "penerimaan", "Tunai atau transfer diterima"
    KELEBIHAN = "kelebihan", "Kelebihan bayar dicatat"
    SETORAN = "setoran", "Disetor ke BPJS"
    PENGEMBALIAN = "pengembalian", "Dikembalikan kepada donatur"
    PIUTANG = "piutang", "Menjadi piutang kepada donatur"
    PENGHAPUSAN = "penghapusan", "Piutang dihapuskan"
    PEMINDAHAN = "pemindahan", "Kelebihan bayar dipindahkan"
    PEMBALIKAN = "pembalikan", "Pembalikan"
