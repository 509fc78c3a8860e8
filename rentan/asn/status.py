"""What the roster says about a civil servant, and the rungs of participation."""

from __future__ import annotations

from rentan.core.status import Status


class StatusAsn(Status):
    PNS = "PNS", "PNS"
    PPPK = "PPPK", "PPPK"
    PPPK_PW = "PPPK PW", "PPPK paruh waktu"


class StatusAktif(Status):
    """Only ``AKTIF`` counts in denominators; the others are listed apart (product.md, Participation)."""

    AKTIF = "aktif", "Aktif"
    CUTI = "cuti", "Cuti di luar tanggungan negara"
    PENSIUN = "pensiun", "Pensiun"
    MENINGGAL = "meninggal", "Meninggal dunia"
    KELUAR = "keluar", "Tidak ada lagi dalam daftar"


class Tahap(Status):
    """The ladder of participation (product.md): each rung is a dated fact of its own."""

    AKTIVASI = "aktivasi", "Akun aktif", "proses"
    DIAJUKAN = "diajukan", "Pendaftaran terkirim", "proses"
    TERVERIFIKASI = "terverifikasi", "Terverifikasi", "proses"
    DIDEBIT = "didebit", "Didebet bulan ini", "proses"


#: From this rung on, an ASN has joined ("ikut"): the person's own signed papers have been sent.
TAHAP_IKUT = Tahap.DIAJUKAN
