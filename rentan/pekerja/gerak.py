"""A move of a worker's cover together with the counters that it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rentan.asn.hitungan import ubah_pekerja, ubah_pekerja_banyak
from rentan.asn.hitungan_dasar import PEKERJA_TERDAFTAR, PEKERJA_TERLINDUNGI
from rentan.core.actor import Pelaku
from rentan.core.workflow import Riwayat, advance, advance_many
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


def gerak_banyak(pekerja: Sequence[Pekerja], peristiwa: str, *, by: Pelaku, **lain: Any) -> None:
    """The same move for many workers (``advance_many``); the counters change once for all of them."""
    sebelum = {satu.id: satu.status.value for satu in pekerja}
    advance_many(MACHINE, pekerja, peristiwa, by=by, **lain)
    for kolom, kelompok in _KOLOM:
        for selisih in (1, -1):
            ids = [
                satu.id
                for satu in pekerja
                if (satu.status.value in kelompok) - (sebelum[satu.id] in kelompok) == selisih
            ]
            if ids:
                ubah_pekerja_banyak(ids, kolom, selisih)
