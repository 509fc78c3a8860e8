"""What became of one line of a remittance, and why a paid contribution is not in one."""

from __future__ import annotations

from rentan.core.status import Status


class HasilSetor(Status):
    """``DIKELUARKAN``: taken out again before the batch was paid; the line stays as a trace."""

    MENUNGGU = "menunggu", "Menunggu catatan BPJS", "proses"
    TERCATAT = "tercatat", "Tercatat di BPJS", "baik"
    DITOLAK = "ditolak", "Ditolak BPJS", "bahaya"
    DIKELUARKAN = "dikeluarkan", "Dikeluarkan"


class AlasanTinggal(Status):
    """Why money that is in cannot be remitted yet; the label is what the liaison reads."""

    KELUAR = "keluar", "Kepesertaan pekerja sudah berakhir, sehingga uangnya dikembalikan"
    TERHENTI = "terhenti", "Perlindungan pekerja terhenti dan harus didaftarkan ulang"
    BELUM_TERDAFTAR = "belum_terdaftar", "Pekerja belum terdaftar di BPJS"
    SEBELUM_MASA = "sebelum_masa", "Bulan ini sebelum masa kepesertaannya dimulai"
    SUDAH_TERCATAT = "sudah_tercatat", "BPJS sudah mencatat bulan ini"
    DITOLAK_DULU = "ditolak_dulu", "Bulan sebelumnya ditolak BPJS dan belum disetor ulang"
    SELA = "sela", "Bulan sebelumnya belum dibayar; BPJS mencatat bulan yang tertua lebih dahulu"
