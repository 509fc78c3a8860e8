"""What a sign-up costs: pure sums over months and workers, and the sentence that stands on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from rentan.tarif.price import Program, Sektor, Tarif, iuran_periode
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan


@dataclass(frozen=True)
class BarisBiaya:
    """One worker's price in each month of the period, in whole rupiah."""

    nama: str
    harga: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.harga)


@dataclass(frozen=True)
class Rentang:
    """Months in a row with the same sum for all workers together."""

    mulai: date
    sampai: date
    jumlah_bulan: int
    per_bulan: int

    @property
    def label(self) -> str:
        """``Desember 2026`` or ``Januari–November 2027`` or ``Desember 2026–Maret 2027``."""
        if self.mulai == self.sampai:
            return format_bulan(self.mulai)
        first = format_bulan(self.mulai)
        if self.mulai.year == self.sampai.year:
            first = first.rsplit(" ", 1)[0]
        return f"{first}–{format_bulan(self.sampai)}"


@dataclass(frozen=True)
class Biaya:
    """The first period of all workers; ``bulan`` are first days of months."""

    bulan: tuple[date, ...]
    baris: tuple[BarisBiaya, ...]

    @property
    def total(self) -> int:
        """Rupiah for the whole period."""
        return sum(one.total for one in self.baris)

    @property
    def puncak(self) -> int:
        """The sum of every worker's highest month, in rupiah: what the letter's ceiling must carry (M2)."""
        return sum(max(one.harga) for one in self.baris)

    def rentang(self) -> list[Rentang]:
        """The period cut where the monthly sum changes."""
        sums = [sum(one.harga[i] for one in self.baris) for i in range(len(self.bulan))]
        found = []
        for per_bulan, run in groupby(zip(self.bulan, sums, strict=True), key=lambda pair: pair[1]):
            months = [month for month, _ in run]
            found.append(Rentang(months[0], months[-1], len(months), per_bulan))
        return found

    @property
    def kalimat(self) -> str:
        """``2 pekerja × Rp16.800 × 12 bulan = Rp403.200``; months at different prices are added up."""
        if not self.baris:
            return "Belum ada pekerja."
        orang = f"{len(self.baris)} pekerja"
        total = format_rupiah(self.total)
        if any(one.harga != self.baris[0].harga for one in self.baris):
            parts = [f"{format_rupiah(r.per_bulan)} × {r.jumlah_bulan} bulan" for r in self.rentang()]
            return f"{orang}: {' + '.join(parts)} = {total}"
        runs = [(price, len(list(run))) for price, run in groupby(self.baris[0].harga)]
        if len(runs) == 1:
            return f"{orang} × {format_rupiah(runs[0][0])} × {runs[0][1]} bulan = {total}"
        inner = " + ".join(f"{format_rupiah(price)} × {count} bulan" for price, count in runs)
        return f"{orang} × ({inner}) = {total}"

    def __iter__(self) -> Iterator[BarisBiaya]:
        return iter(self.baris)


def hitung_biaya(
    pekerja: Sequence[tuple[str, Sektor]],
    *,
    program: Program,
    penghasilan: int,
    periode: int,
    bulan_pertama: date,
    tarif_pada: Callable[[date], Tarif],
) -> Biaya:
    """The cost of these workers (name, sector), paid privately, each month at its own price (product.md §3).

    ``penghasilan``: monthly income in rupiah; ``periode``: months. Raises ``TidakSah`` for a negative income.
    """
    baris = []
    bulan: tuple[date, ...] = ()
    for nama, sektor in pekerja:
        months = iuran_periode(bulan_pertama, periode, penghasilan, program, sektor, "pribadi", tarif_pada)
        bulan = tuple(month for month, _ in months)
        baris.append(BarisBiaya(nama, tuple(price.total for _, price in months)))
    return Biaya(bulan, tuple(baris))
