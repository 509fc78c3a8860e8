"""The pool of workers without a donor, and the offers made to an ASN."""

from __future__ import annotations

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class StatusTawaran(Status):
    MENUNGGU = "menunggu", "Menunggu jawaban", "perlu"
    DITERIMA = "diterima", "Diterima", "proses"
    DITOLAK = "ditolak", "Tidak diterima"
    KEDALUWARSA = "kedaluwarsa", "Lewat waktu"


class KeadaanUsulan(Status):
    """How a proposal stands, as the officer of its kecamatan reads it; derived, never stored."""

    MENUNGGU = "menunggu", "Menunggu ASN", "netral"
    DIPILIH = "dipilih", "Sudah dipilih seorang ASN", "proses"
    DIPERIKSA = "diperiksa", "Sedang diperiksa", "proses"
    LAIN = "lain", "Tidak lagi ditawarkan", "netral"


S = StatusTawaran


def in_scope(tawaran: object, by: Pelaku, peran: Peran) -> bool:
    """An ASN reaches the offers made to the own person, an operator those to ASN of the own OPD."""
    if peran is Peran.ASN:
        return by.asn_id is not None and tawaran.asn_id == by.asn_id  # type: ignore[attr-defined]
    if peran is Peran.OPERATOR_OPD:
        return tawaran.asn.opd_id in by.opd_ids  # type: ignore[attr-defined]
    return peran is Peran.ADMIN


#: An own small machine beside those of states.md: an offer is no sponsorship until the ASN accepts it.
MACHINE = Machine(
    nama="tawaran",
    sebutan="Tawaran",
    in_scope=in_scope,
    moves=(
        Move(
            "T1",
            "tawarkan",
            frozenset(),
            S.MENUNGGU,
            frozenset({Peran.ADMIN, Peran.OPERATOR_OPD}),
            "Tawarkan",
        ),
        Move("T2", "terima", frozenset({S.MENUNGGU}), S.DITERIMA, frozenset({Peran.ASN}), "Terima"),
        Move(
            "T3", "tolak", frozenset({S.MENUNGGU}), S.DITOLAK, frozenset({Peran.ASN}), "Tidak, terima kasih"
        ),
        Move(
            "T4",
            "lewat_waktu",
            frozenset({S.MENUNGGU}),
            S.KEDALUWARSA,
            frozenset(),
            "Lewat waktu",
            sistem=True,
        ),
    ),
)
