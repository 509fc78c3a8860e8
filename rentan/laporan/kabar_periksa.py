"""What the nightly checks said, in words for the pages of admin and leadership (MON-3).

Names of checks and counts only: which row it is, ``flask periksa`` on the server says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from rentan.core.clock import now
from rentan.core.status import Status
from rentan.laporan.periksa import SEMUA, inti, uang, uang_paket
from rentan.laporan.periksa.malam import Malam, last_night
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_waktu

#: The night's run is old when it is later than a day and the two hours that the job may slip.
BASI = timedelta(hours=26)
_JUDUL = {one.nama: one.judul for one in SEMUA}
_INTI = {one.nama for one in inti.PEMERIKSAAN}
_UANG = {one.nama for one in (*uang.PEMERIKSAAN, *uang_paket.PEMERIKSAAN)}
_LANGKAH_INTI = (
    "Data mungkin diubah di luar aplikasi. Simpan salinan basis data dan log, lalu laporkan kepada "
    "penanggung jawab keamanan sebelum memperbaiki apa pun."
)
_LANGKAH_UANG = (
    "Minta bendahara dan penyetuju menunda mengunci, mengirim, dan menutup paket sampai ini beres. Uang "
    "dibetulkan dengan baris balik."
)
_LANGKAH_LAIN = "Cari barisnya dengan “flask periksa”, lalu benarkan melalui halaman yang mengelolanya."


class KeadaanPeriksa(Status):
    """How the last run stands; amber and red are for admin to see to."""

    BERSIH = "bersih", "Tidak ada temuan", "netral"
    TEMUAN = "temuan", "Ada temuan", "bahaya"
    BASI = "basi", "Sudah lama", "perlu"
    BELUM = "belum", "Belum pernah", "perlu"


@dataclass(frozen=True)
class Hal:
    """One check that found something: its name, how many findings, what to do."""

    judul: str
    banyak: int
    langkah: str


@dataclass(frozen=True)
class KabarPeriksa:
    """The last run in a few words, one sentence more, and what it found, in the order of the checks."""

    keadaan: KeadaanPeriksa
    ringkas: str
    kalimat: str
    hal: list[Hal]

    @property
    def judul(self) -> str:
        """``Pemeriksaan malam: 42 pemeriksaan, tidak ada temuan``."""
        return f"Pemeriksaan malam: {self.ringkas}"


def kabar_periksa() -> KabarPeriksa:
    """How the last nightly run stands now."""
    malam = last_night()
    if malam is None:
        return KabarPeriksa(
            KeadaanPeriksa.BELUM,
            "belum pernah berjalan",
            "Server menjalankannya sendiri sekali sehari. Bila satu jam lagi masih begini, jalankan "
            "“flask job periksa-malam” di server dan baca lognya.",
            [],
        )
    hal = [Hal(_JUDUL.get(nama, nama), banyak, _langkah(nama)) for nama, banyak in malam.temuan.items()]
    if now() - malam.pada > BASI:
        return KabarPeriksa(
            KeadaanPeriksa.BASI,
            "lebih dari 26 jam tidak berjalan",
            f"Terakhir {format_waktu(malam.pada)}: {_hasil(malam)}. Jalankan “flask job periksa-malam” di "
            "server dan baca lognya.",
            hal,
        )
    kalimat = f"Terakhir berjalan {format_waktu(malam.pada)}."
    return KabarPeriksa(KeadaanPeriksa.TEMUAN if hal else KeadaanPeriksa.BERSIH, _hasil(malam), kalimat, hal)


def _hasil(malam: Malam) -> str:
    """``42 pemeriksaan, tidak ada temuan``."""
    banyak = sum(malam.temuan.values())
    temuan = f"{format_angka(banyak)} temuan" if banyak else "tidak ada temuan"
    return f"{format_angka(malam.diperiksa)} pemeriksaan, {temuan}"


def _langkah(nama: str) -> str:
    if nama in _INTI:
        return _LANGKAH_INTI
    return _LANGKAH_UANG if nama in _UANG else _LANGKAH_LAIN
