"""Cover of a worker (states.md §3). This release makes the moves W1-W6; the later states wait for BPJS's word."""

from __future__ import annotations

from rentan.core.status import Status


class StatusPekerja(Status):
    CALON = "calon", "Belum diperiksa", "netral"
    LAYAK = "layak", "Memenuhi syarat", "proses"
    TIDAK_LAYAK = "tidak_layak", "Tidak memenuhi syarat", "bahaya"
    DUGA_DUPLIKAT = "duga_duplikat", "Sedang diperiksa", "perlu"
    DITANGGUNG_LAIN = "ditanggung_lain", "Sudah dilindungi program lain", "netral"
    DIAJUKAN_BPJS = "diajukan_bpjs", "Diajukan ke BPJS", "proses"
    DITOLAK_BPJS = "ditolak_bpjs", "Ditolak BPJS", "bahaya"
    TERDAFTAR = "terdaftar", "Terdaftar di BPJS", "proses"
    AKTIF = "aktif", "Terlindungi", "baik"
    TENGGANG_1 = "tenggang_1", "Perlindungan berisiko (1 bulan)", "perlu"
    TENGGANG_2 = "tenggang_2", "Perlindungan berisiko (2 bulan)", "bahaya"
    NONAKTIF = "nonaktif", "Perlindungan terhenti", "bahaya"
    BERAKHIR = "berakhir", "Berakhir", "netral"


class Sektor(Status):
    """The sector decides the price until the cuts end (PP 50/2025)."""

    TRANSPORTASI = "transportasi", "Transportasi (ojek, sopir, kurir, becak)"
    LAIN = "lain", "Pekerjaan lain"


class JenisKelamin(Status):
    L = "L", "Laki-laki"
    P = "P", "Perempuan"


class AsalPekerja(Status):
    """Who brought the worker in."""

    ASN = "asn", "Diketik oleh ASN"
    KECAMATAN = "kecamatan", "Diusulkan kecamatan"
    IMPOR = "impor", "Daftar yang diunggah"
    PELINDUNGAN = "pelindungan", "Daftar pelindungan yang berakhir"


class PutusanDuplikat(Status):
    MENUNGGU = "menunggu", "Menunggu pemeriksaan", "perlu"
    BEDA = "beda", "Orang yang berbeda"
    SAMA = "sama", "Orang yang sama"
