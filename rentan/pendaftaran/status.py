"""The sign-up itself is only draf -> diajukan | dibatalkan (states.md §4); approval lives in the letter."""

from __future__ import annotations

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class StatusPendaftaran(Status):
    DRAF = "draf", "Draf", "perlu"
    DIAJUKAN = "diajukan", "Terkirim", "proses"
    DIBATALKAN = "dibatalkan", "Dibatalkan"


S = StatusPendaftaran
_ASN = frozenset({Peran.ASN})


def in_scope(pendaftaran: object, by: Pelaku, peran: Peran) -> bool:
    """Only the ASN's own sign-up: joining is voluntary, nobody signs up for somebody else (product.md §1)."""
    return by.asn_id is not None and pendaftaran.asn_id == by.asn_id  # type: ignore[attr-defined]


MACHINE = Machine(
    nama="pendaftaran",
    sebutan="Pendaftaran",
    in_scope=in_scope,
    moves=(
        Move("P1", "mulai", frozenset(), S.DRAF, _ASN, "Mulai pendaftaran"),
        Move("P2", "kirim", frozenset({S.DRAF}), S.DIAJUKAN, _ASN, "Kirim pendaftaran"),
        Move("P3", "batal", frozenset({S.DRAF}), S.DIBATALKAN, _ASN, "Batalkan pendaftaran"),
    ),
)
