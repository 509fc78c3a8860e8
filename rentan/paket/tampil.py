"""What the page of a batch of money shows beside its lines."""

from __future__ import annotations

from dataclasses import dataclass

from rentan.core.settings import get_setting
from rentan.paket.models import Paket, PaketUang
from rentan.paket.penangan import Susulan, uang_of
from rentan.paket.queries import nama_akun
from rentan.paket.status import DI_LUAR, UANG
from rentan.util.tanggal import format_rentang_bulan


@dataclass(frozen=True)
class Perbandingan:
    """One line of "this month and last month": whole numbers, and how far apart they are in per cent."""

    label: str
    kini: int
    dulu: int | None
    rupiah: bool

    @property
    def persen(self) -> str:
        """Signed, with a comma; empty without a month to compare with."""
        if not self.dulu:
            return ""
        return f"{(self.kini - self.dulu) * 100 / self.dulu:+.1f}%".replace(".", ",")


@dataclass(frozen=True)
class UangTampil:
    """Sums in whole rupiah; ``nama`` of the people by what they did. ``berhasil`` is that of the
    reconciliation, once there was one; ``susulan`` what has changed since. ``bulan_isi``: the months that the
    lines pay, in words; empty while there are none.
    """

    uang: PaketUang
    berhasil: int
    susulan: Susulan
    banding: tuple[Perbandingan, ...]
    persen_beda: int
    nama: dict[str, str]
    sudah_keluar: bool
    bulan_isi: str


def uang_tampil(paket: Paket) -> UangTampil | None:
    """The money part of this page; ``None`` for a batch without money."""
    uang = paket.uang
    if paket.jenis not in UANG or uang is None:
        return None
    orang = {
        "pertama": uang.setuju_pertama_oleh,
        "kedua": paket.disetujui_oleh,
        "penyusun": paket.dibuat_oleh,
        "pengunci": paket.dikunci_oleh,
        "rekonsiliasi": uang.rekonsiliasi_oleh,
        "penutup": uang.ditutup_oleh,
    }
    nama = nama_akun(orang.values())
    handler = uang_of(paket.jenis)
    rupiah = uang.jumlah_rupiah if paket.sha256 else handler.jumlah_rupiah(paket)
    susulan = handler.susulan(paket)
    bulan = handler.bulan_isi(paket)
    berhasil = handler.berhasil_rupiah(paket) + susulan.dibatalkan - susulan.berhasil
    return UangTampil(
        uang=uang,
        berhasil=berhasil if paket.status in DI_LUAR else 0,
        susulan=susulan,
        banding=(
            Perbandingan("Baris", paket.jumlah, uang.banding_baris, rupiah=False),
            Perbandingan("Jumlah uang", rupiah, uang.banding_rupiah, rupiah=True),
        ),
        persen_beda=int(get_setting("persen_beda")),
        nama={key: nama[one] for key, one in orang.items() if one in nama},
        sudah_keluar=paket.status in DI_LUAR,
        bulan_isi=format_rentang_bulan(*bulan) if bulan else "",
    )
