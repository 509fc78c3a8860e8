"""What the prints of a hand-over day need to know; conventions as in `cetak_data`.

The sheet's lines have a fixed place and size (`LEMBAR`): a scan of it is cut line by line with the same
figures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TandaTangan, TanpaQr
from rentan.core.qr import KodeKartu, KodeLembar, check_kode, qr_svg
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_hari

#: Lines of one page of the attendance sheet; ten fit on A4 and F4 alike.
BARIS_PER_LEMBAR = 10


@dataclass(frozen=True)
class UkuranLembar:
    """Millimetres of a line on the attendance sheet, seen from the centre of its QR code.

    `gambar_qr`: side of the code with its quiet zone; `tinggi`: of the line, the code is in its middle;
    `isian_kiri` and `isian_kanan`: where the boxes to be filled in begin and end, right of the centre;
    `ttd_kiri`: where the last of them, for the signature, begins.
    """

    gambar_qr: float = 15.5
    tinggi: float = 20.0
    isian_kiri: float = 8.25
    ttd_kiri: float = 88.75
    isian_kanan: float = 123.75


LEMBAR = UkuranLembar()


def sisi_qr(teks: str) -> float:
    """Side in millimetres of a line's code (21 or 25 modules) without its quiet zone of four modules."""
    modul = 21 if len(teks) <= 16 else 25
    return LEMBAR.gambar_qr * modul / (modul + 8)


@dataclass(frozen=True, kw_only=True)
class BarisHadir:
    """One card of the list. `nik4`: last four digits of the NIK (no birth date stands beside them, MSK-1)."""

    urutan: int
    nama: str
    nik4: str
    kelurahan: str
    kode: str


@dataclass(frozen=True, kw_only=True)
class DaftarHadir(TanpaQr):
    """The attendance sheet: kelurahan by kelurahan, each on pages of its own, in the order given.

    `isi()` raises ``ValueError`` for a code that a QR cannot carry.
    """

    template: ClassVar[str] = "daftar_hadir"

    nama: str
    tempat: str
    tanggal: date
    kecamatan: str
    kode: str
    baris: tuple[BarisHadir, ...]

    def lembar(self) -> list[list[BarisHadir]]:
        """The lines of each page."""
        groups = (list(group) for _, group in groupby(self.baris, lambda one: one.kelurahan))
        return [
            group[start : start + BARIS_PER_LEMBAR]
            for group in groups
            for start in range(0, len(group), BARIS_PER_LEMBAR)
        ]

    def isi(self) -> dict[str, Any]:
        lembar = self.lembar()
        return {
            "nama": self.nama,
            "tempat": self.tempat,
            "tanggal": format_hari(self.tanggal),
            "kecamatan": self.kecamatan,
            "jumlah": len(self.baris),
            "ukuran": asdict(LEMBAR),
            "lembar": [
                {
                    "kelurahan": page[0].kelurahan,
                    "qr": qr_svg(check_kode(KodeLembar(self.kode, number, len(lembar)))).encode(),
                    "kode": str(KodeLembar(self.kode, number, len(lembar))),
                    "baris": [asdict(one) | {"qr": _qr_kartu(one.kode)} for one in page],
                }
                for number, page in enumerate(lembar, 1)
            ],
        }


def _qr_kartu(kode: str) -> bytes:
    return qr_svg(check_kode(KodeKartu(kode))).encode()


@dataclass(frozen=True, kw_only=True)
class LabelKartu(TanpaQr):
    """Labels to stick on the cards' envelopes: 3 x 8 of 70 x 37 mm on A4."""

    template: ClassVar[str] = "label_kartu"

    nama: str
    baris: tuple[BarisHadir, ...]

    def isi(self) -> dict[str, Any]:
        return {
            "nama": self.nama,
            "baris": [asdict(one) | {"qr": _qr_kartu(one.kode)} for one in self.baris],
        }


@dataclass(frozen=True, kw_only=True)
class Undangan(TanpaQr):
    """Invitations for workers without telephone, four a page. `bantuan`: whom to ask."""

    template: ClassVar[str] = "undangan_serah"

    nama: str
    tempat: str
    tanggal: date
    kecamatan: str
    gerakan: str
    bantuan: str
    baris: tuple[BarisHadir, ...]

    def isi(self) -> dict[str, Any]:
        return asdict(self) | {"tanggal": format_hari(self.tanggal)}


@dataclass(frozen=True, kw_only=True)
class Kecualian:
    """A line of the berita acara that did not go the plain way, in words."""

    nama: str
    kelurahan: str
    kode: str
    keterangan: str


@dataclass(frozen=True, kw_only=True)
class BeritaAcara(TanpaQr):
    """The report of a hand-over day. `jumlah`: (label, number) in the order of the table."""

    template: ClassVar[str] = "berita_acara"

    kop: Kop
    nomor: str
    nama: str
    tempat: str
    tanggal: date
    kecamatan: str
    gerakan: str
    jumlah: tuple[tuple[str, int], ...]
    kecualian: tuple[Kecualian, ...]
    tanda_tangan: TandaTangan
    mengetahui: str

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "nomor": self.nomor,
            "nama": self.nama,
            "tempat": self.tempat,
            "tanggal": format_hari(self.tanggal),
            "kecamatan": self.kecamatan,
            "gerakan": self.gerakan,
            "jumlah": [{"label": label, "nilai": format_angka(n)} for label, n in self.jumlah],
            "kecualian": [asdict(one) for one in self.kecualian],
            "tanda_tangan": self.tanda_tangan.isi(),
            "mengetahui": self.mengetahui,
        }
