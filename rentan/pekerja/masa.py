"""How long a cover lasts, out of the months that BPJS has recorded (states.md §3, product.md §3 Lapse).

Months are named by their first day. Pure functions: the rooms to the right write down what follows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.util.tanggal import akhir_bulan, awal_bulan, format_tanggal, tambah_bulan

if TYPE_CHECKING:
    from rentan.pekerja.models import Pekerja

#: So many unpaid months are still covered; nobody is told to rely on a third one (sources disagree).
BULAN_TENGGANG = 2


def tertinggal(lunas_sampai: date, hari: date) -> int:
    """Closed months without a record: those after ``lunas_sampai`` that are over on ``hari`` (W12-W15)."""
    lunas, kini = awal_bulan(lunas_sampai), awal_bulan(hari)
    return max(0, (kini.year - lunas.year) * 12 + kini.month - lunas.month - 1)


def aman_sampai(lunas_sampai: date) -> date:
    """The last day on which the cover surely holds: the end of the second month after the last recorded."""
    return akhir_bulan(tambah_bulan(awal_bulan(lunas_sampai), BULAN_TENGGANG))


def lunas_sampai(tercatat: Collection[date], sebelumnya: date | None = None) -> date | None:
    """The last month recorded without a gap: counted on from ``sebelumnya``, else from the first recorded.

    ``tercatat`` are months of the present membership only: a lapse begins a new one.
    """
    bulan = {awal_bulan(one) for one in tercatat}
    if sebelumnya is None:
        if not bulan:
            return None
        terakhir = min(bulan)
    else:
        terakhir = awal_bulan(sebelumnya)
    while (berikut := tambah_bulan(terakhir, 1)) in bulan:
        terakhir = berikut
    return terakhir


def keadaan_perlindungan(pekerja: Pekerja) -> tuple[str, str]:
    """The words for a worker's cover and where they come from (G6): a computed state is never shown as
    confirmed, and "Terlindungi" only where BPJS has recorded it."""
    label = pekerja.status.label
    if pekerja.sumber is SumberPerlindungan.DIKONFIRMASI and pekerja.sumber_pada is not None:
        return label, f"dikonfirmasi BPJS, berkas tanggal {format_tanggal(pekerja.sumber_pada)}"
    if pekerja.sumber is SumberPerlindungan.DIHITUNG and pekerja.sumber_pada is not None:
        return label, f"dihitung aplikasi pada {format_tanggal(pekerja.sumber_pada)}"
    if pekerja.status is StatusPekerja.AKTIF:
        return "Belum dikonfirmasi BPJS", ""
    return label, ""
