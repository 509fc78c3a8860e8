"""The cheapest way to keep a worker covered, as plain functions of months, prices and a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.pekerja.masa import aman_sampai, tertinggal
from rentan.perlindungan.queries import lunas_batas
from rentan.perlindungan.termurah import Terakhir, bulan_perlu, jumlah_perlu, terakhir
from rentan.tarif.queries import JadwalBulan
from rentan.util.kalender import geser_hari_kerja, hari_kerja_pertama, is_hari_kerja
from rentan.util.tanggal import awal_bulan, tambah_bulan

SEP, OKT, NOV, DES = (date(2026, bulan, 1) for bulan in (9, 10, 11, 12))
HARI = date(2026, 11, 21)
BATAS = HARI + timedelta(days=45)
BULAN = st.dates(date(2025, 1, 1), date(2028, 12, 31)).map(awal_bulan)


def jadwal(bulan: date) -> JadwalBulan:
    """The dates of states.md §6 with the default settings."""
    debet = hari_kerja_pertama(bulan.year, bulan.month)

    def geser(n: int) -> date:
        return geser_hari_kerja(debet, n)

    return JadwalBulan(
        bulan=bulan, kandidat=geser(-10), kunci=geser(-5), setuju=geser(-4), kirim=geser(-3), debet=debet,
        hasil=geser(2), ulang=geser(3), setor=geser(5), jawab=geser(10),
    )  # fmt: skip


def akhir(aman: date, hari: date = HARI, **more: Any) -> Terakhir:
    return terakhir(aman, hari, jadwal=jadwal, geser=geser_hari_kerja, hari_proses=5, **more)


@pytest.mark.parametrize(
    ("lunas", "aman"),
    [
        (NOV, date(2027, 1, 31)),
        (OKT, date(2026, 12, 31)),
        (DES, date(2027, 2, 28)),
        (date(2027, 12, 1), date(2028, 2, 29)),
    ],
)
def test_safe_through_the_second_month_after_the_last_recorded_one(lunas: date, aman: date) -> None:
    assert aman_sampai(lunas) == aman


@given(BULAN, st.integers(0, 400))
def test_one_day_after_safe_the_third_month_is_over(lunas: date, n: int) -> None:
    assert tertinggal(lunas, aman_sampai(lunas)) <= 1
    assert tertinggal(lunas, aman_sampai(lunas) + timedelta(days=1)) == 2
    hari = lunas + timedelta(days=n)
    assert tertinggal(lunas, hari) >= tertinggal(lunas, lunas)


@pytest.mark.parametrize(
    ("batas", "lunas"), [(BATAS, OKT), (date(2027, 1, 31), NOV), (date(2027, 1, 30), OKT)]
)
def test_the_newest_month_that_still_ends_in_time(batas: date, lunas: date) -> None:
    assert lunas_batas(batas) == lunas


@given(st.dates(date(2025, 1, 1), date(2028, 12, 31)))
def test_the_limit_parts_who_ends_in_time_from_who_does_not(batas: date) -> None:
    lunas = lunas_batas(batas)
    assert aman_sampai(lunas) <= batas < aman_sampai(tambah_bulan(lunas, 1))


@pytest.mark.parametrize(
    ("lunas", "bulan"),
    [(OKT, (NOV,)), (SEP, (OKT, NOV)), (date(2026, 8, 1), (SEP, OKT, NOV)), (NOV, (DES,))],
)
def test_as_few_months_as_needed_from_the_oldest_on(lunas: date, bulan: tuple[date, ...]) -> None:
    assert bulan_perlu(lunas, HARI, BATAS) == bulan


@given(BULAN, st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(15, 120))
def test_months_are_consecutive_and_never_ahead(lunas: date, hari: date, n: int) -> None:
    batas = hari + timedelta(days=n)
    bulan = bulan_perlu(lunas, hari, batas)

    assert bulan[0] == tambah_bulan(lunas, 1)
    assert list(bulan) == [tambah_bulan(bulan[0], k) for k in range(len(bulan))]
    assert len(bulan) == 1 or bulan[-1] <= awal_bulan(hari)
    assert aman_sampai(bulan[-1]) > batas or bulan[-1] >= awal_bulan(hari)


def test_each_month_at_its_own_price_without_what_is_in() -> None:
    harga = {OKT: 8_400, NOV: 8_400, DES: 16_800}

    assert jumlah_perlu((OKT, NOV, DES), harga.__getitem__, set()) == 33_600
    assert jumlah_perlu((OKT, NOV, DES), harga.__getitem__, {NOV}) == 25_200
    assert jumlah_perlu((OKT,), harga.__getitem__, {OKT}) == 0


def test_the_december_debit_still_helps_until_its_lock() -> None:
    aman = date(2026, 12, 31)

    assert akhir(aman) == Terakhir(date(2026, 12, 1), date(2026, 11, 24), date(2026, 12, 22))
    assert akhir(aman, date(2026, 11, 25)) == Terakhir(None, None, date(2026, 12, 22))
    assert akhir(aman, date(2026, 12, 23)) == Terakhir(None, None, None)
    assert akhir(aman).tanggal == date(2026, 12, 22)
    assert akhir(aman, date(2026, 12, 23)).tanggal is None


def _hari_kerja(dari: date, n: int) -> date:
    """The n-th working day after this one, counted day by day."""
    while n:
        dari += timedelta(days=1)
        n -= is_hari_kerja(dari)
    return dari


@given(BULAN, st.integers(0, 75))
def test_the_last_day_is_the_newest_that_still_helps(lunas: date, n: int) -> None:
    """Against every day and every month up to the end of the cover, tried one by one."""
    aman = aman_sampai(lunas)
    hari = aman - timedelta(days=n)
    tunai = [
        one
        for k in range(n + 1)
        if is_hari_kerja(one := hari + timedelta(days=k)) and _hari_kerja(one, 5) <= aman
    ]
    debet = [
        one
        for k in range(4)
        if (one := jadwal(tambah_bulan(awal_bulan(hari), k))).kunci >= hari and one.jawab <= aman
    ]
    satu = debet[-1] if debet else None

    assert akhir(aman, hari) == Terakhir(
        satu and satu.debet, satu and satu.kunci, tunai[-1] if tunai else None
    )
