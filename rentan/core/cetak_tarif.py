"""What the printed notice of a new tariff needs to know; conventions as in `cetak_data`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TanpaQr
from rentan.util.nip import format_nip
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_hari, format_tanggal


@dataclass(frozen=True, kw_only=True)
class BarisTarif:
    """One worker with the monthly price before and after, in whole rupiah."""

    nama: str
    program: str
    lama: int
    baru: int


@dataclass(frozen=True, kw_only=True)
class SuratTarif:
    """One donor's page. `nip` as 18 digits; `plafon` in whole rupiah a month, `None` without a letter in
    force; `sebab` says what changes and by which rule; `lama` and `baru` are the sums of the workers.
    """

    nama: str
    nip: str
    opd: str
    pekerja: tuple[BarisTarif, ...]
    lama: int
    baru: int
    plafon: int | None
    sebab: str

    def isi(self) -> dict[str, Any]:
        return {
            "nama": self.nama,
            "nip": format_nip(self.nip),
            "opd": self.opd,
            "pekerja": [
                {
                    "nama": one.nama,
                    "program": one.program,
                    "lama": format_rupiah(one.lama),
                    "baru": format_rupiah(one.baru),
                }
                for one in self.pekerja
            ],
            "lama": format_rupiah(self.lama),
            "baru": format_rupiah(self.baru),
            "plafon": "" if self.plafon is None else format_rupiah(self.plafon),
            "cukup": self.plafon is None or self.baru <= self.plafon,
            "sebab": self.sebab,
        }


@dataclass(frozen=True, kw_only=True)
class PemberitahuanTarif(TanpaQr):
    """One page per donor. `bulan`: the first month of the new tariff, `lalu` the one before, `debet` its
    debit day; `bantuan`: whom to ask.
    """

    template: ClassVar[str] = "pemberitahuan_tarif"

    kop: Kop
    tempat: str
    tanggal: date
    bulan: date
    lalu: date
    debet: date
    bantuan: str
    surat: tuple[SuratTarif, ...]

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "tempat": self.tempat,
            "tanggal": format_tanggal(self.tanggal),
            "bulan": format_bulan(self.bulan),
            "lalu": format_bulan(self.lalu),
            "debet": format_hari(self.debet),
            "bantuan": self.bantuan,
            "surat": [one.isi() for one in self.surat],
        }
