"""``flask periksa``: small checks of what must always hold (MON-3).

A new check is a function in one of the files beside this one and a line in its ``PEMERIKSAAN``.
"""

from __future__ import annotations

from collections.abc import Iterator

from rentan.laporan.periksa import asuhan, inti, kartu, partisipasi, uang, uang_bukti, uang_paket, verifikasi
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan

SEMUA: tuple[Pemeriksaan, ...] = (
    *inti.PEMERIKSAAN,
    *partisipasi.PEMERIKSAAN,
    *asuhan.PEMERIKSAAN,
    *verifikasi.PEMERIKSAAN,
    *kartu.PEMERIKSAAN,
    *uang.PEMERIKSAAN,
    *uang_bukti.PEMERIKSAAN,
    *uang_paket.PEMERIKSAAN,
)


def run_checks(*, produksi: bool = False) -> Iterator[tuple[Pemeriksaan, list[Temuan]]]:
    """Every check with what it found, one after the other; nothing is changed."""
    for one in SEMUA:
        if produksi or not one.produksi:
            yield one, list(one.cari())


__all__ = ["SEMUA", "Pemeriksaan", "Temuan", "run_checks"]
