"""Words of the lists and of the pages that show how far a worker's cover reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rentan.core.permissions import Peran
from rentan.util.tanggal import format_bulan

USIA_AKHIR = (
    "Bila perlindungan pekerja ini terhenti, ia tidak dapat didaftarkan kembali: BPJS menerima pendaftaran "
    "sebelum usia 65 tahun."
)


def kalimat_bulan(bulan: Sequence[date]) -> str:
    """``Oktober 2026`` or ``Oktober 2026 sampai Desember 2026``."""
    if len(bulan) > 1:
        return f"{format_bulan(bulan[0])} sampai {format_bulan(bulan[-1])}"
    return format_bulan(bulan[0]) if bulan else ""


def siapa(peran: Peran) -> str:
    """The donor is called by what he is to the worker."""
    return "Donatur" if peran is Peran.ASN else peran.label
