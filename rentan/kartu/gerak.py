"""A move of a card together with its clock and the counter that it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rentan.asn.hitungan import ubah_pekerja
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.workflow import Riwayat, advance, advance_many
from rentan.kartu.models import Kartu
from rentan.kartu.status import MACHINE, StatusKartu


def gerak(kartu: Kartu, peristiwa: str, *, by: Pelaku, **lain: Any) -> Riwayat:
    """``advance`` on the card's machine; the OPD table follows in the same transaction."""
    sebelum = None if lain.get("baru") else kartu.status
    kartu.sejak = now()
    riwayat = advance(MACHINE, kartu, peristiwa, by=by, **lain)
    selisih = (kartu.status is StatusKartu.DISERAHKAN) - (sebelum is StatusKartu.DISERAHKAN)
    if selisih:
        ubah_pekerja(kartu.pekerja_id, "pekerja_kartu", selisih)
    return riwayat


def gerak_banyak(kartu: Sequence[Kartu], peristiwa: str, *, by: Pelaku, **lain: Any) -> None:
    """The same move for many held cards, up to the kecamatan: not for hand-overs, which are counted."""
    saat = now()
    for satu in kartu:
        satu.sejak = saat
    if kartu:
        advance_many(MACHINE, kartu, peristiwa, by=by, **lain)
