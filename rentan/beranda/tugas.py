"""What waits for somebody, as the start page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from rentan.core.clock import to_local, today
from rentan.core.status import Status
from rentan.util.tanggal import format_tanggal


class Mendesak(Status):
    """How a task stands; the word is what people read."""

    TERLAMBAT = "terlambat", "Terlambat", "bahaya"
    PERLU = "perlu", "Perlu tindakan", "perlu"
    BERJALAN = "berjalan", "Sedang berjalan", "proses"
    BERES = "beres", "Beres", "netral"
    KOSONG = "kosong", "Tidak ada", "netral"


@dataclass(frozen=True)
class Tautan:
    """A button: its words and a path of ours (product.md §5 keeps these addresses)."""

    label: str
    url: str


@dataclass(frozen=True)
class Tugas:
    """One line of the inbox. ``url`` is where it is done; ``uji`` names it for tests."""

    judul: str
    status: Mendesak
    petunjuk: str = ""
    url: str = ""
    uji: str = ""


@dataclass(frozen=True)
class Besaran:
    """A key figure; ``dari`` is its denominator, ``url`` its list."""

    label: str
    nilai: int
    dari: int | None = None
    satuan: str = ""
    per: str = ""
    url: str = ""
    uji: str = ""


@dataclass
class Bagian:
    """The part of one role: a sentence on how things stand, one next step, figures and tasks."""

    kunci: str
    judul: str
    kalimat: str
    langkah: Tautan | None = None
    angka: list[Besaran] = field(default_factory=list)
    tugas: list[Tugas] = field(default_factory=list)

    @property
    def menunggu(self) -> list[Tugas]:
        """The lines that say something; empty queues would bury them."""
        return [one for one in self.tugas if one.status is not Mendesak.KOSONG]

    @property
    def kosong(self) -> list[Tugas]:
        """Queues in which nothing waits."""
        return [one for one in self.tugas if one.status is Mendesak.KOSONG]

    @property
    def mendesak(self) -> bool:
        """Does anything here wait for this person?"""
        return any(one.status in (Mendesak.TERLAMBAT, Mendesak.PERLU) for one in self.tugas)


def _hari(pada: date | datetime) -> date:
    """The date on the city's clock."""
    return to_local(pada).date() if isinstance(pada, datetime) else pada


def tanggal(pada: date | datetime) -> str:
    """``3 November 2026``."""
    return format_tanggal(_hari(pada))


def hari_sejak(pada: date | datetime) -> int:
    """Whole days from that day to today."""
    return (today() - _hari(pada)).days


def sejak(pada: date | datetime | None) -> str:
    """``Sejak 3 November 2026 (18 hari).``; empty without a date."""
    if pada is None:
        return ""
    lama = hari_sejak(pada)
    return f"Sejak {tanggal(pada)} ({f'{lama} hari' if lama else 'hari ini'})."


def tertua(pada: date | datetime | None, awalan: str = "Yang tertua") -> str:
    """``Yang tertua sejak 3 November 2026 (18 hari).``; empty without a date."""
    kalimat = sejak(pada)
    return f"{awalan} {kalimat[0].lower()}{kalimat[1:]}" if kalimat else ""


def nilai(jumlah: int, terlama: date | datetime | None = None, batas: int | None = None) -> Mendesak:
    """Nothing, something, or something that has waited longer than ``batas`` days."""
    if not jumlah:
        return Mendesak.KOSONG
    if batas is not None and terlama is not None and hari_sejak(terlama) > batas:
        return Mendesak.TERLAMBAT
    return Mendesak.PERLU
