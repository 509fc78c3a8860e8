"""Words of the lists and of the pages that show how far a worker's cover reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rentan.core.permissions import Peran
from rentan.util.tanggal import format_bulan

USIA_AKHIR = (
    "Bila perlindungan pekerja yang sudah 65 tahun terhenti, ia tidak dapat didaftarkan kembali: BPJS hanya "
    "menerima pendaftaran sebelum usia itu."
)


def kalimat_bulan(bulan: Sequence[date]) -> str:
    """``Oktober 2026``, ``Oktober–November 2026`` or ``Desember 2026–Januari 2027``."""
    if not bulan:
        return ""
    awal, akhir = format_bulan(bulan[0]), format_bulan(bulan[-1])
    if len(bulan) > 1:
        if bulan[0].year == bulan[-1].year:
            awal = awal.rsplit(" ", 1)[0]
        return f"{awal}–{akhir}"
    return awal


def siapa(peran: Peran) -> str:
    """The donor is called by what he is to the worker."""
    return "Donatur" if peran is Peran.ASN else peran.label
