"""Verdicts, requests for repair and second opinions around a letter that is being verified (M5-M10, M23)."""

from __future__ import annotations

from rentan.core.status import Status


class HasilPutusan(Status):
    """``TOLAK`` is for workers only: a worker who cannot be covered does not stop the letter."""

    YA = "ya", "Diterima", "proses"
    PERBAIKI = "perbaiki", "Perlu diperbaiki", "perlu"
    TOLAK = "tolak", "Ditolak", "bahaya"


class Jawaban(Status):
    """What the donor (or the operator) did about one point of a request."""

    MENUNGGU = "menunggu", "Menunggu perbaikan", "perlu"
    DIGANTI = "diganti", "Sudah diperbaiki", "proses"
    DISANGGAH = "disanggah", "Disanggah", "proses"


class JenisPendapat(Status):
    """What a second verifikator is asked about."""

    TOLAK = "tolak", "Penolakan surat kuasa"
    NAMA_BEDA = "nama_beda", "Nama pemilik rekening berbeda dari daftar pegawai"
    REKENING_GANDA = "rekening_ganda", "Nomor rekening juga dipakai ASN lain"


class JawabanPendapat(Status):
    MENUNGGU = "menunggu", "Menunggu pendapat kedua", "perlu"
    SETUJU = "setuju", "Disetujui", "proses"
    TIDAK = "tidak", "Tidak disetujui", "netral"
    DITARIK = "ditarik", "Ditarik kembali", "netral"
