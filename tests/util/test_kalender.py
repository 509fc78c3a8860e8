"""Working days: all 36 debit days of the shared table, and the admin's own days."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.kalender import geser_hari_kerja, hari_kerja_pertama, is_hari_kerja, libur_nasional

HARI_GAJI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hari_gaji.csv"
TANGGAL = st.dates(date(2025, 1, 1), date(2027, 11, 30))


@pytest.mark.skipif(not HARI_GAJI.exists(), reason="shared hari_gaji.csv is not here")
def test_debit_days_of_the_shared_table():
    with HARI_GAJI.open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == 36
    for row in rows:
        satu = date.fromisoformat(row["tanggal_1"])
        assert hari_kerja_pertama(satu.year, satu.month).isoformat() == row["hari_kerja_pertama"]
        assert libur_nasional(satu.year).get(satu, "") == row["libur"]


def test_lebaran_2025_with_joint_leave():
    assert hari_kerja_pertama(2025, 4) == date(2025, 4, 8)
    assert hari_kerja_pertama(2025, 4, dicabut={date(2025, 4, 2)}) == date(2025, 4, 2)
    assert hari_kerja_pertama(2026, 12, tambahan={date(2026, 12, 1)}) == date(2026, 12, 2)


def test_withdrawn_leave_never_makes_a_weekend_a_working_day():
    sabtu = date(2026, 11, 21)
    assert not is_hari_kerja(sabtu, dicabut={sabtu})


def test_own_day_off_wins_over_a_withdrawn_holiday():
    d = date(2026, 5, 1)
    assert not is_hari_kerja(d)
    assert is_hari_kerja(d, dicabut={d})
    assert not is_hari_kerja(d, dicabut={d}, tambahan={d})


def test_cut_off_five_working_days_before_the_debit():
    assert geser_hari_kerja(date(2026, 12, 1), -5) == date(2026, 11, 24)
    assert geser_hari_kerja(date(2025, 4, 8), -5) == date(2025, 3, 21)
    assert geser_hari_kerja(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert geser_hari_kerja(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert geser_hari_kerja(date(2026, 11, 23), 0) == date(2026, 11, 23)


@given(TANGGAL, st.integers(-30, 30))
def test_shift_lands_on_a_working_day_and_counts_them(d, n):
    hasil = geser_hari_kerja(d, n)
    assert is_hari_kerja(hasil)
    if n:
        rentang = range(1, abs((hasil - d).days) + 1)
        arah = 1 if n > 0 else -1
        assert sum(is_hari_kerja(d + timedelta(days=arah * i)) for i in rentang) == abs(n)


def test_the_table_given_out_is_a_copy():
    libur_nasional(2026).clear()
    assert libur_nasional(2026)[date(2026, 8, 17)] == "Hari Kemerdekaan Republik Indonesia"
