"""Months recorded, months behind, and the day until which a cover holds."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rentan.pekerja.masa import aman_sampai, lunas_sampai, tertinggal
from rentan.util.tanggal import awal_bulan, tambah_bulan

BULAN = st.integers(0, 60).map(lambda n: tambah_bulan(date(2024, 1, 1), n))
HARI = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_examples_of_the_product_page() -> None:
    assert aman_sampai(date(2026, 11, 1)) == date(2027, 1, 31)
    november = date(2026, 11, 1)
    assert [
        tertinggal(november, hari)
        for hari in (date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 1))
    ] == [0, 0, 1, 2]
    assert tertinggal(november, date(2027, 3, 1)) == 3


@given(BULAN, HARI)
def test_the_third_state_begins_the_day_after_the_last_safe_one(lunas: date, hari: date) -> None:
    """Two closed months are covered: on the last safe day one is behind, the month after begins the third."""
    aman = aman_sampai(lunas)
    assert tertinggal(lunas, aman) == 1
    assert tertinggal(lunas, tambah_bulan(awal_bulan(aman), 1)) == 2
    assert tertinggal(lunas, hari) >= 0
    assert tertinggal(tambah_bulan(lunas, 1), hari) == max(0, tertinggal(lunas, hari) - 1)


@given(st.sets(BULAN, max_size=20), st.none() | BULAN)
def test_recorded_without_a_gap(tercatat: set[date], sebelumnya: date | None) -> None:
    found = lunas_sampai(tercatat, sebelumnya)
    if found is None:
        assert not tercatat and sebelumnya is None
        return
    start = min(tercatat) if sebelumnya is None else sebelumnya
    assert found >= start
    between, month = set(), tambah_bulan(start, 1)
    while month <= found:
        between.add(month)
        month = tambah_bulan(month, 1)
    assert between <= tercatat, "no month in between is missing"
    assert tambah_bulan(found, 1) not in tercatat, "and it is the last one"
    assert lunas_sampai(tercatat, found) == found, "reading the same list again changes nothing"


def test_a_gap_stops_the_count() -> None:
    september, oktober, november = (date(2026, n, 1) for n in (9, 10, 11))
    assert lunas_sampai({september, november}) == september
    assert lunas_sampai({september, oktober, november}) == november
    assert lunas_sampai({november}, september) == september
    assert lunas_sampai({date(2026, 9, 17)}) == september
