"""What the printed receipt and a donor's year need to know; conventions as in `cetak_data`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TanpaQr
from rentan.util.angka import format_angka
from rentan.util.nip import format_nip
from rentan.util.rupiah import format_rupiah, terbilang
from rentan.util.tanggal import format_bulan, format_tanggal


@dataclass(frozen=True, kw_only=True)
class Kuitansi(TanpaQr):
    """One contribution month that was paid. `kredit`: the part of `jumlah` that carried-over money paid."""

    template: ClassVar[str] = "kuitansi"

    kop: Kop
    nomor: str
    nama: str
    nip: str
    opd: str
    pekerja: str
    program: str
    bulan: date
    jumlah: int
    kredit: int
    dibayar: date
    saluran: str
    tercatat: date | None

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "nomor": self.nomor,
            "nama": self.nama,
            "nip": format_nip(self.nip),
            "opd": self.opd,
            "pekerja": self.pekerja,
            "program": self.program,
            "bulan": format_bulan(self.bulan),
            "jumlah": format_rupiah(self.jumlah),
            "terbilang": terbilang(self.jumlah),
            "kredit": format_rupiah(self.kredit) if self.kredit else "",
            "dibayar": format_tanggal(self.dibayar),
            "saluran": self.saluran,
            "tercatat": format_tanggal(self.tercatat) if self.tercatat else "",
        }


@dataclass(frozen=True, kw_only=True)
class BulanDonatur:
    """One month: per worker the amount and a word, or ``None``; `jumlah` is what was paid."""

    bulan: date
    sel: tuple[tuple[int, str] | None, ...]
    jumlah: int

    def isi(self) -> dict[str, Any]:
        return {
            "bulan": format_bulan(self.bulan),
            "sel": [None if one is None else [format_rupiah(one[0]), one[1]] for one in self.sel],
            "jumlah": format_rupiah(self.jumlah) if self.jumlah else "",
        }


@dataclass(frozen=True, kw_only=True)
class TahunDonatur(TanpaQr):
    """A donor's year, months in rows and workers in columns (a new table after five); whole rupiah.

    ``kredit`` is used next if the donor goes on (``mengasuh``), else paid back; ``dikembalikan``: day,
    rupiah and receipt of what was.
    """

    template: ClassVar[str] = "tahun_donatur"

    kop: Kop
    tahun: int
    nama: str
    nip: str
    opd: str
    pekerja: tuple[str, ...]
    baris: tuple[BulanDonatur, ...]
    jumlah_pekerja: tuple[int, ...]
    jumlah: int
    dibayar: int
    tercatat: int
    kredit: int
    mengasuh: bool
    dikembalikan: tuple[tuple[date, int, str], ...]
    per: str

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "tahun": self.tahun,
            "nama": self.nama,
            "nip": format_nip(self.nip),
            "opd": self.opd,
            "pekerja": self.pekerja,
            "baris": [one.isi() for one in self.baris],
            "jumlah_pekerja": [format_rupiah(one) for one in self.jumlah_pekerja],
            "jumlah": format_rupiah(self.jumlah),
            "dibayar": format_angka(self.dibayar),
            "tercatat": format_angka(self.tercatat),
            "kredit": format_rupiah(self.kredit) if self.kredit else "",
            "mengasuh": self.mengasuh,
            "dikembalikan": [
                {"tanggal": format_tanggal(hari), "jumlah": format_rupiah(jumlah), "bukti": bukti}
                for hari, jumlah, bukti in self.dikembalikan
            ],
            "per": self.per,
        }
