"""Kinds of papers."""

from __future__ import annotations

from rentan.core.status import Status


class JenisBerkas(Status):
    SURAT_CETAK = "surat_cetak", "Surat kuasa (cetakan)"
    SURAT_KUASA = "surat_kuasa", "Surat kuasa bertanda tangan"
    KTP = "ktp", "KTP ASN"
    BUKU_REKENING = "buku_rekening", "Halaman depan buku rekening"
    CABUT_CETAK = "cabut_cetak", "Surat pencabutan (cetakan)"
    CABUT_TTD = "cabut_ttd", "Surat pencabutan bertanda tangan"


#: What the person uploads with one letter (M4): all three, no more.
WAJIB_UNGGAH = (JenisBerkas.SURAT_KUASA, JenisBerkas.KTP, JenisBerkas.BUKU_REKENING)
