"""Geometry of the pictures on the dashboard: plain numbers, drawn as SVG by the template, coloured by
class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LANGKAH = (1, 2, 5, 10, 20, 25, 50, 100)
KELAS_UBIN = 5


@dataclass(frozen=True)
class Batang:
    """One bar: ``x``, ``y``, ``lebar``, ``tinggi`` in drawing units; ``sorot`` marks nobody (0)."""

    x: float
    y: float
    lebar: float
    tinggi: float
    tengah: float
    label: str
    judul: str
    url: str
    kosong: bool


@dataclass(frozen=True)
class Garis:
    """A line of the scale at ``y`` with its text."""

    y: float
    label: str


@dataclass(frozen=True)
class Grafik:
    lebar: int
    tinggi: int
    kiri: int
    alas: int
    batang: tuple[Batang, ...]
    garis: tuple[Garis, ...]


def skala(terbesar: float) -> int:
    """The smallest round percentage that holds the highest bar."""
    return next((one for one in LANGKAH if terbesar <= one), 100)


def grafik_batang(
    isi: Sequence[tuple[str, float, str, str]],
    *,
    lebar: int = 1280,
    tinggi: int = 310,
    kiri: int = 46,
    bawah: int = 106,
    atas: int = 12,
) -> Grafik:
    """Upright bars of percentages; ``isi``: (short label, percent 0 to 100, sentence, address) in
    drawing order.
    """
    puncak = skala(max((persen for _, persen, _, _ in isi), default=0.0))
    alas, ruang = tinggi - bawah, tinggi - bawah - atas
    jarak = (lebar - kiri) / max(len(isi), 1)
    batang = []
    for at, (label, persen, judul, url) in enumerate(isi):
        tinggi_batang = round(ruang * min(persen, puncak) / puncak, 1)
        x = kiri + at * jarak
        batang.append(
            Batang(
                round(x + jarak * 0.18, 1),
                round(alas - tinggi_batang, 1),
                round(jarak * 0.64, 1),
                tinggi_batang,
                round(x + jarak / 2, 1),
                label,
                judul,
                url,
                persen == 0,
            )
        )
    garis = tuple(
        Garis(round(alas - ruang * bagian / 4, 1), f"{puncak * bagian / 4:g}%".replace(".", ","))
        for bagian in range(5)
    )
    return Grafik(lebar, tinggi, kiri, alas, tuple(batang), garis)


@dataclass(frozen=True)
class Ubin:
    """A tile of the map; ``kelas`` 0 (none) to 4 (most). ``None`` in the grid: no district there."""

    nama: str
    nilai: int
    kelas: int


def peta_ubin(
    susunan: Sequence[Sequence[str]], nilai: Sequence[tuple[str, str, int]]
) -> list[list[Ubin | None]]:
    """Place (code, name, number) on the city profile's grid; districts that the grid forgot follow in a
    last row.
    """
    isi = {kode: (nama, n) for kode, nama, n in nilai}
    terbesar = max((n for _, n in isi.values()), default=0)

    def ubin(kode: str) -> Ubin | None:
        if kode not in isi:
            return None
        nama, n = isi[kode]
        kelas = 0 if n == 0 else min(KELAS_UBIN - 1, 1 + (n - 1) * (KELAS_UBIN - 1) // max(terbesar, 1))
        return Ubin(nama, n, kelas)

    baris = [[ubin(kode) for kode in satu] for satu in susunan]
    terpasang = {kode for satu in susunan for kode in satu}
    if sisa := [ubin(kode) for kode in isi if kode not in terpasang]:
        baris.append(sisa)
    return baris
