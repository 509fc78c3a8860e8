"""What a check is and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Temuan:
    """One thing that does not hold: which row (a code or an id, never personal data) and what is wrong."""

    objek: str
    keterangan: str


@dataclass(frozen=True)
class Pemeriksaan:
    """One check. ``nama`` is stable (monitoring uses it); ``cari`` yields findings and changes nothing."""

    nama: str
    judul: str
    cari: Callable[[], Iterable[Temuan]]
    produksi: bool = False
