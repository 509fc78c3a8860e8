"""The moves of a hand-over day. It is planned and ended by the kecamatan that it belongs to."""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.core.workflow import Machine, Move
from rentan.kartu.status import StatusAcara
from rentan.util.tanggal import format_tanggal

_KEC = frozenset({Peran.PETUGAS_KECAMATAN})


def in_scope(acara: Any, by: Pelaku, _peran: Peran) -> bool:
    """Only the petugas of this kecamatan."""
    return acara.kecamatan_kode in by.kecamatan


def _day_has_come(acara: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """Nobody can have stayed away from a day that is still to come."""
    if acara.tanggal > today():
        return f"Acara baru dapat diselesaikan mulai {format_tanggal(acara.tanggal)}."
    return None


def _nothing_handed_over(_acara: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """What was handed over needs its berita acara."""
    if facts.get("diserahkan"):
        return "Sudah ada kartu yang diserahkan pada acara ini. Selesaikan acaranya agar berita acara dibuat."
    return None


MACHINE = Machine(
    nama="acara_serah",
    sebutan="Acara",
    in_scope=in_scope,
    moves=(
        Move("H1", "rencanakan", frozenset(), StatusAcara.RENCANA, _KEC, "Rencanakan"),
        Move(
            "H2", "selesaikan", frozenset({StatusAcara.RENCANA}), StatusAcara.SELESAI, _KEC, "Selesaikan",
            penjaga=(_day_has_come,),
        ),
        Move(
            "H3", "batalkan", frozenset({StatusAcara.RENCANA}), StatusAcara.DIBATALKAN, _KEC, "Batalkan",
            penjaga=(_nothing_handed_over,),
        ),
    ),
)  # fmt: skip
