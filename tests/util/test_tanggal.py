"""Dates, months and ages, to the day (product.md §3 and §7, TIM-1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util import tanggal
from rentan.util.galat import TidakSah
from rentan.util.tanggal import Usia, parse_tanggal, tambah_bulan, usia

TANGGAL = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(TANGGAL)
def test_every_shown_form_can_be_typed_back(d):
    for tulisan in (
        f"{d.day}-{d.month}-{d.year}",
        f"{d:%d/%m/%Y}",
        f"{d:%d.%m.%Y}",
        d.isoformat(),
        tanggal.format_tanggal(d),
    ):
        assert parse_tanggal(tulisan) == d


@pytest.mark.parametrize(
    "tulisan",
    [
        "1-12-2026",
        "01/12/2026",
        "2026-12-01",
        "1 Desember 2026",
        "1 DES 2026",
        "1 des. 2026",
        " 1  desember 2026\n",
        "01-Des-2026",
    ],
)
def test_day_first(tulisan):
    assert parse_tanggal(tulisan) == date(2026, 12, 1)


def test_old_spellings():
    assert parse_tanggal("1 Nopember 2026") == date(2026, 11, 1)
    assert parse_tanggal("17 Agt 1945") == date(1945, 8, 17)


@pytest.mark.parametrize(
    ("tulisan", "kode"),
    [
        ("", "tanggal_empty"),
        (None, "tanggal_empty"),
        ("1-12-26", "tanggal_invalid"),
        ("1-12/2026", "tanggal_invalid"),
        ("2026/12/01", "tanggal_invalid"),
        ("1 Foo 2026", "tanggal_invalid"),
        ("46357", "tanggal_invalid"),
        ("١-١٢-٢٠٢٦", "tanggal_invalid"),
        (46357.0, "tanggal_invalid"),
        ("2026-12-01T00:00:00", "tanggal_invalid"),
        ("12-31-2026", "tanggal_not_exist"),
        ("31-4-2026", "tanggal_not_exist"),
        ("29-2-2027", "tanggal_not_exist"),
        ("1-1-0090", "tanggal_not_exist"),
        ("1-1-2101", "tanggal_not_exist"),
    ],
)
def test_refused(tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        parse_tanggal(tulisan)
    assert galat.value.kode == kode


def test_shown():
    d = date(2026, 12, 1)
    assert tanggal.format_tanggal(date(2026, 4, 1)) == "1 April 2026"
    assert tanggal.format_bulan(date(2026, 4, 30)) == "April 2026"
    assert tanggal.format_rentang_bulan(date(2026, 4, 1), date(2026, 4, 30)) == "April 2026"
    assert tanggal.format_rentang_bulan(date(2026, 4, 1), date(2026, 6, 1)) == "April–Juni 2026"
    assert tanggal.format_rentang_bulan(date(2026, 12, 1), date(2027, 3, 1)) == "Desember 2026–Maret 2027"
    assert tanggal.format_hari(d) == "Selasa, 1 Desember 2026"


def test_time_is_shown_in_jakarta():
    assert (
        tanggal.format_waktu(datetime(2026, 11, 21, 3, 42, tzinfo=UTC)) == "21 November 2026 pukul 10.42 WIB"
    )
    # TIM-1: this moment already belongs to November.
    assert (
        tanggal.format_waktu(datetime(2026, 10, 31, 17, 0, tzinfo=UTC)) == "1 November 2026 pukul 00.00 WIB"
    )
    with pytest.raises(ValueError, match="aware"):
        tanggal.format_waktu(datetime(2026, 11, 21, 3, 42))  # noqa: DTZ001 -- naive on purpose


def test_month_ends():
    assert tambah_bulan(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert tambah_bulan(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert tambah_bulan(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert tambah_bulan(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert tanggal.awal_bulan(date(2028, 2, 29)) == date(2028, 2, 1)
    assert tanggal.akhir_bulan(date(2028, 2, 1)) == date(2028, 2, 29)


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(-300, 300))
def test_adding_months_moves_exactly_that_many(d, n):
    hasil = tambah_bulan(d, n)
    assert (hasil.year * 12 + hasil.month) - (d.year * 12 + d.month) == n
    assert hasil.day == min(d.day, tanggal.akhir_bulan(hasil).day)


@given(TANGGAL, TANGGAL)
def test_month_of_a_date_contains_it(d, lain):
    assert tanggal.awal_bulan(d) <= d <= tanggal.akhir_bulan(d)
    assert tanggal.akhir_bulan(d) + timedelta(days=1) == tambah_bulan(tanggal.awal_bulan(d), 1)
    assert (tanggal.awal_bulan(d) == tanggal.awal_bulan(lain)) == (
        (d.year, d.month) == (lain.year, lain.month)
    )


@pytest.mark.parametrize(
    ("lahir", "pada", "umur"),
    [
        # product.md §3: refused, because 65 is reached one day before the first debit.
        (date(1961, 11, 30), date(2026, 11, 20), (64, 11)),
        (date(1961, 11, 30), date(2026, 12, 1), (65, 0)),
        (date(1961, 12, 1), date(2026, 12, 1), (65, 0)),
        (date(1961, 12, 2), date(2026, 12, 1), (64, 11)),
        (date(1990, 4, 12), date(1990, 4, 12), (0, 0)),
        (date(2008, 2, 29), date(2026, 2, 27), (17, 11)),
        (date(2008, 2, 29), date(2026, 2, 28), (18, 0)),
        (date(2008, 2, 29), date(2028, 2, 28), (19, 11)),
        (date(2008, 2, 29), date(2028, 2, 29), (20, 0)),
        (date(2026, 1, 31), date(2026, 2, 28), (0, 1)),
    ],
)
def test_age_to_the_day(lahir, pada, umur):
    assert usia(lahir, pada) == umur


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2060, 1, 1)))
def test_age_is_the_most_months_reached(lahir, pada):
    umur = usia(lahir, pada)
    bulan = umur.tahun * 12 + umur.bulan
    assert 0 <= umur.bulan <= 11
    assert tambah_bulan(lahir, bulan) <= pada < tambah_bulan(lahir, bulan + 1)
    assert umur <= usia(lahir, pada + timedelta(days=1))


def test_born_in_the_future_is_refused():
    with pytest.raises(TidakSah) as galat:
        usia(date(2026, 11, 22), date(2026, 11, 21))
    assert galat.value.kode == "lahir_setelah_tanggal"
    assert Usia(64, 11) < (65, 0)
