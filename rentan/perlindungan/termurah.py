"""The cheapest way to keep a worker covered: which months, how much, and until when it still works."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from rentan.pekerja.masa import aman_sampai
from rentan.tarif.queries import JadwalBulan
from rentan.util.tanggal import awal_bulan, tambah_bulan


@dataclass(frozen=True)
class Terakhir:
    """The last days that still help; ``None`` where it is too late.

    ``debet``: the last debit whose record reaches BPJS in time, if everything is in order by its lock
    (``kunci``). ``tunai``: the last working day for cash or a transfer, remittance and record included.
    """

    debet: date | None
    kunci: date | None
    tunai: date | None

    @property
    def tanggal(self) -> date | None:
        """The very last day on which something can still be done."""
        return max((one for one in (self.kunci, self.tunai) if one is not None), default=None)


@dataclass(frozen=True)
class Termurah:
    """``bulan``: what must be recorded, oldest first; ``jumlah``: whole rupiah that are still to come in."""

    bulan: tuple[date, ...]
    jumlah: int
    terakhir: Terakhir


def bulan_perlu(lunas_sampai: date, hari: date, batas: date) -> tuple[date, ...]:
    """The months from the oldest missing one on, as few as needed to be safe beyond ``batas``.

    Nobody is asked to pay ahead: at most through the running month, but always the oldest missing one.
    """
    bulan = [tambah_bulan(lunas_sampai, 1)]
    while aman_sampai(bulan[-1]) <= batas and bulan[-1] < awal_bulan(hari):
        bulan.append(tambah_bulan(bulan[-1], 1))
    return tuple(bulan)


def jumlah_perlu(bulan: Collection[date], harga: Callable[[date], int], sudah_masuk: Collection[date]) -> int:
    """The price of these months without those whose money is in already, in whole rupiah."""
    return sum(harga(one) for one in bulan if one not in sudah_masuk)


def terakhir(
    aman: date,
    hari: date,
    *,
    jadwal: Callable[[date], JadwalBulan],
    geser: Callable[[date, int], date],
    hari_proses: int,
) -> Terakhir:
    """The last days before the cover ends on ``aman``.

    ``geser(d, n)`` counts working days; ``hari_proses`` of them pass between the money and BPJS's record.
    """
    debet = kunci = None
    bulan = awal_bulan(aman)
    while bulan >= awal_bulan(hari) and debet is None:
        satu = jadwal(bulan)
        if satu.jawab <= aman and satu.kunci >= hari:
            debet, kunci = satu.debet, satu.kunci
        bulan = tambah_bulan(bulan, -1)
    tunai = geser(aman + timedelta(days=1), -(1 + hari_proses))
    return Terakhir(debet, kunci, tunai if tunai >= hari else None)
