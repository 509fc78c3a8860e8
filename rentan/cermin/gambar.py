"""Where things stand in the drawing of the mirror: three circles and a number in each of their regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lingkaran:
    x: int
    y: int
    r: int
    label: str
    label_x: int
    label_y: int


@dataclass(frozen=True)
class Angka:
    """A number at ``x``, ``y``; ``selisih``: the three facts disagree there and somebody is in it."""

    sel: str
    x: int
    y: int
    banyak: int
    selisih: bool


LEBAR, TINGGI = 520, 440
LINGKARAN = (
    Lingkaran(190, 165, 125, "Seharusnya", 75, 26),
    Lingkaran(330, 165, 125, "Bank", 445, 26),
    Lingkaran(260, 285, 125, "BPJS", 260, 433),
)
_TEMPAT = {
    "111": (260, 212),
    "110": (260, 112),
    "101": (175, 250),
    "011": (345, 250),
    "100": (125, 145),
    "010": (395, 145),
    "001": (260, 350),
    "000": (455, 420),
}


def angka(banyak: Mapping[str, int]) -> list[Angka]:
    """The number of every region, by cell."""
    return [
        Angka(sel, x, y, banyak.get(sel, 0), sel not in ("111", "000") and bool(banyak.get(sel)))
        for sel, (x, y) in _TEMPAT.items()
    ]
