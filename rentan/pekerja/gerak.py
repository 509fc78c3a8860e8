"""A move of a worker's cover together with the counters that it changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from rentan.asn.hitungan import PEKERJA_TERDAFTAR, PEKERJA_TERLINDUNGI, ubah_pekerja, ubah_pekerja_banyak
from rentan.core.actor import Pelaku
from rentan.core.workflow import Riwayat, advance
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE

_KOLOM = (("pekerja_terdaftar", PEKERJA_TERDAFTAR), ("pekerja_aktif", PEKERJA_TERLINDUNGI))


def gerak(pekerja: Pekerja, peristiwa: str, *, by: Pelaku, **lain: Any) -> Riwayat:
    """``advance`` on the worker's machine; the OPD table follows in the same transaction."""
    sebelum = pekerja.status.value
    riwayat = advance(MACHINE, pekerja, peristiwa, by=by, **lain)
    for kolom, kelompok in _KOLOM:
        selisih = (pekerja.status.value in kelompok) - (sebelum in kelompok)
        if selisih:
            ubah_pekerja(pekerja.id, kolom, selisih)
    return riwayat


def gerak_banyak(pekerja: Iterable[Pekerja], peristiwa: str, *, by: Pelaku, **lain: Any) -> None:
    """The same move for many workers; the counters change once for all of them."""
    perubahan: dict[tuple[str, int], list[uuid.UUID]] = {}
    for satu in pekerja:
        sebelum = satu.status.value
        advance(MACHINE, satu, peristiwa, by=by, **lain)
        for kolom, kelompok in _KOLOM:
            selisih = (satu.status.value in kelompok) - (sebelum in kelompok)
            if selisih:
                perubahan.setdefault((kolom, selisih), []).append(satu.id)
    for (kolom, selisih), ids in sorted(perubahan.items()):
        ubah_pekerja_banyak(ids, kolom, selisih)
