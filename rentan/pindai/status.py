"""A stack of scanned pages, and what was found on each page."""

from __future__ import annotations

from rentan.core.status import Status


class StatusTumpukan(Status):
    DIBACA = "dibaca", "Sedang dibaca", "proses"
    SIAP = "siap", "Menunggu Anda", "perlu"
    SELESAI = "selesai", "Selesai", "netral"
    GAGAL = "gagal", "Gagal dibaca", "bahaya"
    DIBUANG = "dibuang", "Dibuang", "netral"


class HasilHalaman(Status):
    """What a page is, by its code alone; nothing is concluded from its neighbours."""

    SURAT = "surat", "Halaman surat kuasa", "proses"
    KTP = "ktp", "Lembar KTP", "proses"
    BUKU = "buku", "Lembar buku rekening", "proses"
    GANDA = "ganda", "Halaman yang sama sudah ada", "netral"
    VERSI_LAMA = "versi_lama", "Versi lama", "perlu"
    BUKAN_DI_SINI = "bukan_di_sini", "Bukan surat OPD Anda, atau tidak dikenal", "perlu"
    TERLAMBAT = "terlambat", "Surat tidak lagi menunggu berkas ini", "perlu"
    TEMPEL_KOSONG = "tempel_kosong", "Lembar tempel masih kosong", "perlu"
    TANPA_KODE = "tanpa_kode", "Tanpa kode yang terbaca", "perlu"
    RUSAK = "rusak", "Halaman tidak dapat dibuka", "bahaya"
    KOSONG = "kosong", "Halaman kosong", "netral"
