"""Chance with a fixed seed: every run of the demo city draws the same people, numbers and days.

Each part draws from an own stream (``Acak("roster")``), so that a change in one part leaves the others alone.
Days are counted back from ``today()``, so that the city always looks as if it were in use; two runs on the
same day are equal.
"""

from __future__ import annotations

import calendar
import csv
import random
import tomllib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from rentan.core.clock import start_of_day
from rentan.util.tanggal import awal_bulan, tambah_bulan

SEED = Path(__file__).resolve().parent / "seed"
#: Months that lie behind the running one.
BULAN_RIWAYAT = 13
#: NIK and NIP of the demo city end in serials that nobody real carries.
SERI_NIK = (9000, 9999)
SERI_NIP = (900, 999)


@cache
def kata() -> dict[str, Any]:
    """The word lists of ``seed/kata.toml``."""
    return tomllib.loads((SEED / "kata.toml").read_text(encoding="utf-8"))


@cache
def ukuran_opd() -> dict[str, tuple[int, int]]:
    """Agency code to (ASN, donors) on the day of the press count."""
    with (SEED / "opd.csv").open(encoding="utf-8", newline="") as berkas:
        return {r["kode"]: (int(r["asn"]), int(r["orang_tua_asuh"])) for r in csv.DictReader(berkas)}


@dataclass(frozen=True)
class Waktu:
    """The days of the demo city: ``hari_ini``, and the first day of its recorded history."""

    hari_ini: date

    @property
    def awal(self) -> date:
        return tambah_bulan(awal_bulan(self.hari_ini), -BULAN_RIWAYAT)

    def bulan(self, mundur: int) -> date:
        """First day of the month that lies so many months back."""
        return tambah_bulan(awal_bulan(self.hari_ini), -mundur)


class Acak(random.Random):
    """A stream of choices that depends on its name only."""

    def __init__(self, bagian: str) -> None:
        super().__init__(f"rentan-demo-{bagian}")

    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.getrandbits(128), version=4)

    def hari(self, mulai: date, sampai: date) -> date:
        """A day between the two, both included; ``mulai`` when they are the wrong way round."""
        return mulai + timedelta(days=self.randint(0, max(0, (sampai - mulai).days)))

    def jam(self, hari: date) -> datetime:
        """A moment of office hours on that day, to the minute."""
        return start_of_day(hari) + timedelta(hours=8, minutes=self.randint(0, 7 * 60))

    def jenis_kelamin(self) -> str:
        return self.choice("LP")

    def nama(self, jenis_kelamin: str) -> str:
        """Two or three words, as names in Java are."""
        daftar = kata()["nama"]
        depan = daftar["laki" if jenis_kelamin == "L" else "perempuan"]
        satu, dua = self.sample(depan, 2)
        belakang = self.choice(daftar["belakang"])
        return f"{satu} {dua} {belakang}" if self.random() < 0.35 else f"{satu} {belakang}"

    def lahir(self, hari_ini: date, muda: int, tua: int) -> date:
        """A birth date that makes somebody ``muda`` to ``tua`` full years old today."""
        termuda = date(hari_ini.year - muda, hari_ini.month, min(hari_ini.day, 28))
        return termuda - timedelta(days=self.randint(1, (tua - muda) * 365))

    def hp(self) -> str:
        """A mobile number from a range that is not given out."""
        return f"+62899000{self.randint(0, 99999):05d}"

    def alamat(self) -> str:
        jalan = self.choice(kata()["pekerja"]["jalan"])
        return f"Jalan {jalan} {self.randint(1, 60)} RT {self.randint(1, 9):02d} RW {self.randint(1, 12):02d}"

    def tanggal_nip(self, lahir: date, status: str, hari_ini: date) -> str:
        """Digits 9 to 14 of a NIP: month of appointment, or year and PPPK code."""
        if status != "PNS":
            return f"{self.randint(max(2021, lahir.year + 20), max(2021, hari_ini.year - 1))}{21}"
        mulai = lahir.year + self.randint(20, 33)
        return f"{min(mulai, hari_ini.year - 1)}{self.randint(1, 12):02d}"


class Nomor:
    """NIP and NIK that no two people of the demo city share."""

    def __init__(self) -> None:
        self._terpakai: set[str] = set()

    def nip(self, acak: Acak, lahir: date, status: str, jenis_kelamin: str, hari_ini: date) -> str:
        while True:
            tengah = acak.tanggal_nip(lahir, status, hari_ini)
            kelamin = "1" if jenis_kelamin == "L" else "2"
            digits = f"{lahir:%Y%m%d}{tengah}{kelamin}{acak.randint(*SERI_NIP)}"
            if self._baru(digits):
                return digits

    def nik(self, acak: Acak, lahir: date, jenis_kelamin: str, prefiks: str) -> str:
        hari = lahir.day + (40 if jenis_kelamin == "P" else 0)
        while True:
            digits = f"{prefiks}{hari:02d}{lahir:%m%y}{acak.randint(*SERI_NIK)}"
            if self._baru(digits):
                return digits

    def _baru(self, digits: str) -> bool:
        if digits in self._terpakai:
            return False
        self._terpakai.add(digits)
        return True


def bagi(jumlah: int, bobot: list[int]) -> list[int]:
    """``jumlah`` shared out by weight in whole numbers (largest remainders); the sum is kept."""
    total = sum(bobot)
    if total == 0:
        return [0] * len(bobot)
    hasil = [jumlah * satu // total for satu in bobot]
    sisa = sorted(range(len(bobot)), key=lambda i: (-(jumlah * bobot[i] % total), i))
    for i in sisa[: jumlah - sum(hasil)]:
        hasil[i] += 1
    return hasil


def akhir_masa_kerja(lahir: date, umur: int = 58) -> date:
    """First day of the month after the birthday at which a civil servant retires."""
    tahun = lahir.year + umur
    hari = min(lahir.day, calendar.monthrange(tahun, lahir.month)[1])
    return tambah_bulan(awal_bulan(date(tahun, lahir.month, hari)), 1)
