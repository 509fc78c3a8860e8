"""Stand-in donors (delight 7): an offer of one worker for at most two months, asked each time."""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class StatusTalangan(Status):
    DITAWARKAN = "ditawarkan", "Menunggu jawaban", "perlu"
    DITERIMA = "diterima", "Diterima", "proses"
    DITOLAK = "ditolak", "Tidak bersedia"
    KEDALUWARSA = "kedaluwarsa", "Tidak dijawab"
    DIBATALKAN = "dibatalkan", "Tidak diperlukan lagi"


S = StatusTalangan


def in_scope(talangan: Any, by: Pelaku, peran: Peran) -> bool:
    """The stand-in answers the own offer; the BPJS liaison makes and withdraws them."""
    if peran is Peran.ASN:
        return by.asn_id is not None and talangan.asn_id == by.asn_id
    return peran is Peran.PETUGAS_BPJS


def _room(_talangan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """The stand-in's own letter is in force and its ceiling has room."""
    return facts.get("penghalang")


_ASN, _LIA = frozenset({Peran.ASN}), frozenset({Peran.PETUGAS_BPJS})

MACHINE = Machine(
    nama="talangan",
    sebutan="Tawaran menalangi",
    in_scope=in_scope,
    moves=(
        Move("T1", "tawarkan", frozenset(), S.DITAWARKAN, _LIA, "Tawarkan", sistem=True),
        Move("T2", "terima", frozenset({S.DITAWARKAN}), S.DITERIMA, _ASN, "Saya talangi", penjaga=(_room,)),
        Move("T3", "tolak", frozenset({S.DITAWARKAN}), S.DITOLAK, _ASN, "Saya tidak bersedia"),
        Move("T4", "lewat_waktu", frozenset({S.DITAWARKAN}), S.KEDALUWARSA, frozenset(), "Lewat waktu",
             sistem=True),
        Move("T5", "batal", frozenset({S.DITAWARKAN}), S.DIBATALKAN, _LIA, "Batalkan", sistem=True),
    ),
)  # fmt: skip
