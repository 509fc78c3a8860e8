"""NIK: impossible digits are refused, odd ones warn, the mask cannot be undone (product.md §3, MSK-1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.galat import TidakSah
from rentan.util.nik import check_nik, mask_nik, parse_nik, tanggal_lahir_nik

HARI_INI = date(2026, 11, 21)
WANITA = "3374085204909001"  # invented, serial from 9000 as in all our data
PRIA = "3374081204909001"
SERATUS_TAHUN = HARI_INI - timedelta(days=36_500)


def _nik(lahir, sex="L", wilayah="337408", seri="9001"):
    return f"{wilayah}{lahir.day + (40 if sex == 'P' else 0):02}{lahir:%m%y}{seri}"


def _kode(*args, **kwargs):
    return [peringatan.kode for peringatan in check_nik(*args, **kwargs)]


@given(st.dates(SERATUS_TAHUN, HARI_INI), st.sampled_from("LP"))
def test_birth_date_and_sex_come_back(lahir, sex):
    nik = parse_nik(_nik(lahir, sex), today=HARI_INI)
    assert (nik.tanggal_lahir, nik.jenis_kelamin, nik.wilayah) == (lahir, sex, "337408")
    assert _kode(nik, tanggal_lahir=lahir, jenis_kelamin=sex, prefiks_daerah=["3374"], today=HARI_INI) == []


def test_century_is_the_last_one_that_is_not_in_the_future():
    assert tanggal_lahir_nik(_nik(HARI_INI), HARI_INI) == HARI_INI
    assert tanggal_lahir_nik(_nik(date(2026, 11, 22)), HARI_INI) == date(1926, 11, 22)
    assert tanggal_lahir_nik(_nik(date(2000, 2, 29)), HARI_INI) == date(2000, 2, 29)


def test_leap_days_are_possible_in_leap_years_only():
    assert parse_nik("3374082902009001", today=HARI_INI).tanggal_lahir == date(2000, 2, 29)
    assert parse_nik("3374086902969001", today=HARI_INI).tanggal_lahir == date(1996, 2, 29)


def test_without_today_the_century_stays_open():
    assert parse_nik(WANITA).tanggal_lahir is None


@pytest.mark.parametrize(
    "tulisan",
    [
        "3374 0852 0490 9001",
        "'3374085204909001",
        "3374.0852.0490.9001",
        "３３７４０８５２０４９０９００１",
        WANITA + "\n",
    ],
)
def test_separators_are_dropped(tulisan):
    assert parse_nik(tulisan).digits == WANITA


@pytest.mark.parametrize(
    ("tulisan", "kode"),
    [
        (3374085204909001, "nik_numeric_cell"),
        (3.374085204909e15, "nik_numeric_cell"),
        (None, "nik_empty"),
        ("337408520490900", "nik_length"),
        ("33740852049090011", "nik_length"),
        ("٣٣٧٤٠٨٥٢٠٤٩٠٩٠٠١", "nik_not_digits"),
        ("337408520490900l", "nik_not_digits"),
        ("33740852049_9001", "nik_not_digits"),
        ("0374085204909001", "nik_invalid_area"),
        ("3300085204909001", "nik_invalid_area"),
        ("3374005204909001", "nik_invalid_area"),
        ("3374080004909001", "nik_invalid_date"),
        ("3374084004909001", "nik_invalid_date"),
        ("3374083204909001", "nik_invalid_date"),
        ("3374087204909001", "nik_invalid_date"),
        ("3374081213909001", "nik_invalid_date"),
        ("3374082902239001", "nik_invalid_date"),
        ("3374085204900000", "nik_invalid_serial"),
    ],
)
def test_impossible_digits_are_refused(tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        parse_nik(tulisan)
    assert galat.value.kode == kode
    assert "3374" not in galat.value.pesan


@pytest.mark.parametrize(
    ("nik", "fakta", "kode"),
    [
        (WANITA, {"prefiks_daerah": ("3374",)}, []),
        (WANITA, {"prefiks_daerah": ("3322", "3315")}, ["nik_luar_daerah"]),
        (WANITA, {}, []),
        (WANITA, {"tanggal_lahir": date(1990, 4, 13)}, ["nik_beda_tanggal_lahir"]),
        (WANITA, {"tanggal_lahir": date(1990, 4, 12)}, []),
        (WANITA, {"jenis_kelamin": "L"}, ["nik_beda_jenis_kelamin"]),
        ("3374085204909000", {}, ["nik_mungkin_rusak"]),
        (
            "3322085204901000",
            {"prefiks_daerah": ("3374",), "tanggal_lahir": date(1991, 4, 12), "jenis_kelamin": "L"},
            ["nik_luar_daerah", "nik_beda_tanggal_lahir", "nik_beda_jenis_kelamin", "nik_mungkin_rusak"],
        ),
    ],
)
def test_odd_but_legal_digits_warn(nik, fakta, kode):
    assert _kode(nik, today=HARI_INI, **fakta) == kode


def test_mask_shows_either_birth_or_serial_never_both():
    assert mask_nik(WANITA, lahir_terlihat=True) == "337408520490••••"
    assert mask_nik(WANITA, lahir_terlihat=False) == "••••••••••••9001"


def test_never_printed_by_accident():
    assert WANITA not in f"{parse_nik(WANITA)!r} {parse_nik(WANITA)}"
