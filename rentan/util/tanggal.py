"""Dates, months, times and ages. Periods are decided in Asia/Jakarta (TIM-1)."""

import calendar
import re
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_month_names

from rentan.util.galat import TidakSah
from rentan.util.teks import rapikan

ZONA = ZoneInfo("Asia/Jakarta")

# Besides the names Babel knows ("Desember", "Des"), the spellings that old forms and bank files use.
_BULAN = {"agt": 8, "agust": 8, "pebruari": 2, "peb": 2, "sept": 9, "nopember": 11, "nop": 11}
for _lebar in ("wide", "abbreviated"):
    _BULAN |= {nama.lower().rstrip("."): n for n, nama in get_month_names(_lebar, locale="id").items()}

_HARI_DULU = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_TAHUN_DULU = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DENGAN_NAMA = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?[ -]([0-9]{4})")


class Usia(NamedTuple):
    """Completed years and, beyond them, completed months (0–11). Compares like a tuple."""

    tahun: int
    bulan: int


def _pecah(bersih: str) -> tuple[int, int, int] | None:
    if cocok := _TAHUN_DULU.fullmatch(bersih):
        return int(cocok[1]), int(cocok[2]), int(cocok[3])
    if cocok := _HARI_DULU.fullmatch(bersih):
        return int(cocok[4]), int(cocok[3]), int(cocok[1])
    cocok = _DENGAN_NAMA.fullmatch(bersih)
    if cocok and cocok[2].lower() in _BULAN:
        return int(cocok[3]), _BULAN[cocok[2].lower()], int(cocok[1])
    return None


def parse_tanggal(text: object) -> date:
    """Read a date, day first: ``1-12-2026``, ``01/12/2026``, ``1.12.2026``, ``1 Desember 2026``; ISO too.

    Two-digit years are refused, because their century would be a guess. Raises ``TidakSah``:
    ``tanggal_empty``, ``tanggal_invalid`` (not a date by its form), ``tanggal_not_exist`` (31 April, or a
    year outside 1900–2100).
    """
    bersih = rapikan(text) if isinstance(text, str) else ""
    if text is None or (isinstance(text, str) and not bersih):
        raise TidakSah(
            "tanggal_empty", "Tanggal belum diisi. Tuliskan hari-bulan-tahun, misalnya 01-12-2026."
        )
    bagian = _pecah(bersih)
    if bagian is None:
        raise TidakSah(
            "tanggal_invalid",
            "Tanggal tidak dapat dibaca. Tuliskan hari-bulan-tahun dengan tahun empat angka, misalnya "
            "01-12-2026.",
        )
    try:
        hasil = date(*bagian)
    except ValueError:
        hasil = None
    if hasil is None or not 1900 <= hasil.year <= 2100:
        raise TidakSah(
            "tanggal_not_exist", "Tanggal itu tidak ada dalam kalender. Periksa hari, bulan, dan tahunnya."
        )
    return hasil


def format_tanggal(d: date) -> str:
    """``1 April 2026``."""
    return format_date(d, "d MMMM y", locale="id")


def format_bulan(d: date) -> str:
    """``April 2026``."""
    return format_date(d, "MMMM y", locale="id")


def format_rentang_bulan(dari: date, sampai: date) -> str:
    """Months from one to another: ``April 2026``, ``April–Juni 2026``, ``Desember 2026–Maret 2027``."""
    if (dari.year, dari.month) == (sampai.year, sampai.month):
        return format_bulan(dari)
    awal = format_date(dari, "MMMM", locale="id") if dari.year == sampai.year else format_bulan(dari)
    return f"{awal}–{format_bulan(sampai)}"


def format_hari(d: date) -> str:
    """``Selasa, 1 Desember 2026``."""
    return format_date(d, "EEEE, d MMMM y", locale="id")


def format_waktu(waktu: datetime) -> str:
    """An aware moment as ``21 November 2026 pukul 10.42 WIB``. Raises ``ValueError`` for a naive one."""
    if waktu.tzinfo is None:
        raise ValueError("format_waktu needs an aware datetime: a naive one belongs to no period")
    setempat = waktu.astimezone(ZONA)
    return f"{format_tanggal(setempat.date())} pukul {setempat:%H.%M} WIB"


def format_jam(waktu: datetime) -> str:
    """The hour of an aware moment as ``10.42``. Raises ``ValueError`` for a naive one."""
    if waktu.tzinfo is None:
        raise ValueError("format_jam needs an aware datetime: a naive one belongs to no period")
    return f"{waktu.astimezone(ZONA):%H.%M}"


def awal_bulan(d: date) -> date:
    """First day of the month of ``d``."""
    return date(d.year, d.month, 1)


def akhir_bulan(d: date) -> date:
    """Last day of the month of ``d``."""
    return date(d.year, d.month, calendar.monthrange(d.year, d.month)[1])


def tambah_bulan(d: date, n: int) -> date:
    """``n`` months later (earlier when negative); 31 January becomes 28 or 29 February (TIM-1)."""
    tahun, bulan0 = divmod(d.year * 12 + d.month - 1 + n, 12)
    return date(tahun, bulan0 + 1, min(d.day, calendar.monthrange(tahun, bulan0 + 1)[1]))


def usia(lahir: date, pada: date) -> Usia:
    """Age on a date: the most whole months after ``lahir`` that ``pada`` has reached.

    Months end as ``tambah_bulan`` counts them, so somebody born on 29 February has a birthday on 28 February
    in other years. Raises ``TidakSah`` (``lahir_setelah_tanggal``) when ``pada`` is before the birth.
    """
    if pada < lahir:
        raise TidakSah(
            "lahir_setelah_tanggal", "Tanggal lahir ada di masa depan. Periksa kembali tanggal lahir."
        )
    bulan = (pada.year - lahir.year) * 12 + pada.month - lahir.month
    if tambah_bulan(lahir, bulan) > pada:
        bulan -= 1
    return Usia(*divmod(bulan, 12))
