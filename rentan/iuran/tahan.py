"""C2 and C3 by hand: the treasurer holds a contribution until something is found out, and lets it go again.

What the schedule holds (letter, pause, ceiling, account) it lets go by itself when the cause is gone.
"""

from __future__ import annotations

from rentan.core.actor import Pelaku
from rentan.core.errors import RuleError
from rentan.core.workflow import advance, check_version, offers
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE, AlasanTahan, StatusIuran


def halangan(iuran: Iuran, by: Pelaku) -> str | None:
    """Why this contribution can neither be held nor let go by this person now."""
    if iuran.status not in (StatusIuran.TERJADWAL, StatusIuran.DITAHAN):
        return f"Iuran ini berstatus “{iuran.status.label}”, sehingga tidak dapat ditahan."
    if iuran.status is StatusIuran.DITAHAN and iuran.alasan_tahan is not AlasanTahan.DIMINTA:
        return "Iuran ini ditahan sistem, dan lepas sendiri begitu sebabnya hilang."
    tawaran = {one.move.peristiwa: one.alasan for one in offers(MACHINE, iuran, by)}
    return tawaran.get("tahan", tawaran.get("lepas"))


def toggle_hold(iuran: Iuran, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """Hold what is scheduled, let go what the treasurer held. Raises ``RuleError``, ``Stale``."""
    check_version(iuran, versi)
    if sebab := halangan(iuran, by):
        raise RuleError(sebab, kode="tidak_dapat_ditahan")
    if iuran.status is StatusIuran.DITAHAN:
        advance(MACHINE, iuran, "lepas", by=by, catatan=catatan)
        return
    iuran.alasan_tahan = AlasanTahan.DIMINTA
    advance(MACHINE, iuran, "tahan", by=by, alasan=AlasanTahan.DIMINTA.value, catatan=catatan)
