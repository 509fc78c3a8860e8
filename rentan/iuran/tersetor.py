"""Whether a month can go to BPJS (P1): asked before it is collected, and before it is remitted.

BPJS takes the months of a registered worker in their order, from the beginning of his present membership on.
What is collected for a month that it does not take any more would have to go back to the donor.
"""

from __future__ import annotations

from datetime import date

from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.iuran.status import StatusBpjs
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.util.tanggal import awal_bulan


class AlasanTinggal(Status):
    """Why a month cannot be remitted, or not yet; the label is what the liaison reads of money that is in."""

    KELUAR = "keluar", "Kepesertaan pekerja sudah berakhir, sehingga uangnya dikembalikan"
    TERHENTI = "terhenti", "Perlindungan pekerja terhenti dan harus didaftarkan ulang"
    BELUM_TERDAFTAR = "belum_terdaftar", "Pekerja belum terdaftar di BPJS"
    SEBELUM_MASA = "sebelum_masa", "Bulan ini sebelum masa kepesertaannya dimulai"
    SUDAH_TERCATAT = "sudah_tercatat", "BPJS sudah mencatat bulan ini atau bulan sesudahnya"
    DITOLAK_DULU = "ditolak_dulu", "Bulan sebelumnya ditolak BPJS dan belum disetor ulang"
    SELA = "sela", "Bulan sebelumnya belum dibayar; BPJS mencatat bulan yang tertua lebih dahulu"


A = AlasanTinggal
#: Nothing that anybody does brings this month to BPJS any more.
SELAMANYA = (A.KELUAR, A.SEBELUM_MASA, A.SUDAH_TERCATAT)
#: Who can put it right.
GILIRAN = {
    A.KELUAR: Peran.BENDAHARA,
    A.TERHENTI: Peran.VERIFIKATOR,
    A.BELUM_TERDAFTAR: Peran.PETUGAS_BPJS,
    A.SEBELUM_MASA: Peran.BENDAHARA,
    A.SUDAH_TERCATAT: Peran.BENDAHARA,
    A.DITOLAK_DULU: Peran.PETUGAS_BPJS,
    A.SELA: Peran.BENDAHARA,
}
#: The same, said of a month that is not paid.
TIDAK_DITAGIH = {
    A.KELUAR: "Kepesertaan pekerja di BPJS sudah berakhir, sehingga bulan ini tidak ditagih.",
    A.TERHENTI: "Kepesertaan pekerja sudah berhenti di BPJS; ia didaftarkan ulang lebih dahulu.",
    A.BELUM_TERDAFTAR: "Pekerja belum terdaftar di BPJS, sehingga bulan ini belum ditagih.",
    A.SEBELUM_MASA: "Bulan ini sebelum masa kepesertaan pekerja yang sekarang, sehingga tidak dapat disetor "
    "dan tidak ditagih.",
    A.SUDAH_TERCATAT: "BPJS sudah mencatat bulan ini atau bulan sesudahnya, sehingga tidak dapat disetor dan "
    "tidak ditagih.",
}


def tak_tersetor(
    bulan: date,
    status: StatusPekerja,
    mulai_masa: date | None,
    lunas_sampai: date | None,
    bpjs: StatusBpjs = StatusBpjs.BELUM,
) -> AlasanTinggal | None:
    """Why the month of this worker cannot go to BPJS now, whatever the months beside it say.

    ``None`` also for a month that has been there already (``bpjs``): what is collected for it is a debt of
    the donor and stays with the city. A reason of :data:`SELAMANYA` comes before one that may pass.
    """
    if bpjs is not StatusBpjs.BELUM:
        return None
    if status is StatusPekerja.BERAKHIR:
        return A.KELUAR
    if mulai_masa is not None and bulan < awal_bulan(mulai_masa):
        return A.SEBELUM_MASA
    if lunas_sampai is not None and bulan <= lunas_sampai:
        return A.SUDAH_TERCATAT
    if status not in TERDAFTAR_DI_BPJS:
        return A.TERHENTI if status is StatusPekerja.NONAKTIF else A.BELUM_TERDAFTAR
    return None
