"""Which moves of a card somebody could make now, and what the guards want to know."""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.settings import get_setting
from rentan.core.workflow import Tawaran, offers
from rentan.kartu.models import Kartu
from rentan.kartu.queries import umur
from rentan.kartu.serah import find_penyerahan, undo_facts
from rentan.kartu.status import MACHINE, StatusKartu


def facts_for(kartu: Kartu, by: Pelaku) -> dict[str, Any]:
    """What the guards of a card ask for (K9, K13)."""
    since = kartu.diterima_pada or now()
    facts = {
        "maks_percobaan": get_setting("maks_undangan"),
        "maks_hari": get_setting("hari_kartu_kecamatan"),
        "hari_di_kecamatan": umur(since),
    }
    serah = find_penyerahan(kartu) if kartu.status is StatusKartu.DISERAHKAN else None
    # The page of the reversal asks for its reason (K13), so the button does not wait for one.
    return facts | (undo_facts(serah, by, alasan="-") if serah else {})


def list_tawaran(kartu: Kartu, by: Pelaku) -> dict[str, Tawaran]:
    """The moves this person could make, by event, each with the refusal in its way (G3)."""
    return {one.move.peristiwa: one for one in offers(MACHINE, kartu, by, **facts_for(kartu, by))}
