"""How far a worker's cover reaches, from the last month that BPJS has recorded (decisions, money)."""

from __future__ import annotations

from datetime import date

from rentan.util.tanggal import akhir_bulan, tambah_bulan


def tertinggal(lunas_sampai: date, hari: date) -> int:
    """How many calendar months are over on ``hari`` without a record; never negative.

    ``lunas_sampai``: first day of the last month recorded. One month behind: W12, two: W13, three: W15.
    """
    bulan = (hari.year - lunas_sampai.year) * 12 + hari.month - lunas_sampai.month - 1
    return max(bulan, 0)


def aman_sampai(lunas_sampai: date) -> date:
    """The last day on which the cover may be relied on: that of the second month after ``lunas_sampai``.

    Sources disagree whether the third unpaid month is still covered, so nobody is told to count on it.
    """
    return akhir_bulan(tambah_bulan(lunas_sampai, 2))
