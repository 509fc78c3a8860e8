"""Whole rupiah in, whole rupiah out (product.md §3 Price, §7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.galat import TidakSah
from rentan.util.rupiah import format_rupiah, parse_rupiah, terbilang

JUMLAH = st.integers(0, 999_999_999_999_999)


@given(JUMLAH)
def test_what_is_shown_can_be_typed_back(jumlah):
    assert parse_rupiah(format_rupiah(jumlah)) == jumlah
    assert parse_rupiah(str(jumlah)) == jumlah


@pytest.mark.parametrize(
    "tulisan",
    [
        "16.800",
        "Rp16.800",
        "Rp 16.800",
        "rp. 16.800",
        "16800",
        " 16.800\n",
        "Rp16.800,-",
        "Rp16.800,00",
        "１６.８００",
    ],
)
def test_read(tulisan):
    assert parse_rupiah(tulisan) == 16_800


@pytest.mark.parametrize(
    "tulisan",
    [
        "1e5",
        "16_800",
        "16,8",
        "16.8",
        "1.6800",
        "16,800",
        "-16.800",
        "+5",
        "16.800,50",
        "016800",
        "Rp",
        "١٦٨٠٠",
        "16²",
        "16 800",
    ]
    + ["USD 5", "16.800.", "0x10", 16800, 16.8],
)
def test_refused(tulisan):
    with pytest.raises(TidakSah) as galat:
        parse_rupiah(tulisan)
    assert galat.value.kode == "rupiah_invalid"


@pytest.mark.parametrize(
    ("tulisan", "kode"),
    [
        ("", "rupiah_empty"),
        (" ", "rupiah_empty"),
        (None, "rupiah_empty"),
        ("9" * 16, "rupiah_too_large"),
        ("9" * 5000, "rupiah_too_large"),
    ],
)
def test_empty_and_endless(tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        parse_rupiah(tulisan)
    assert galat.value.kode == kode


@pytest.mark.parametrize(
    ("jumlah", "tulisan"),
    [(0, "Rp0"), (999, "Rp999"), (16_800, "Rp16.800"), (-8_400, "-Rp8.400"), (42_000_000, "Rp42.000.000")],
)
def test_shown(jumlah, tulisan):
    assert format_rupiah(jumlah) == tulisan


@pytest.mark.parametrize(
    ("jumlah", "kata"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1_000, "seribu"),
        (2_019, "dua ribu sembilan belas"),
        (16_800, "enam belas ribu delapan ratus"),
        (100_000, "seratus ribu"),
        (193_200, "seratus sembilan puluh tiga ribu dua ratus"),
        (1_001_000, "satu juta seribu"),
        (42_000_000, "empat puluh dua juta"),
        (1_000_000_000, "satu miliar"),
        (2_000_000_000_001, "dua triliun satu"),
    ],
)
def test_in_words(jumlah, kata):
    assert terbilang(jumlah) == f"{kata} rupiah"


@given(JUMLAH, JUMLAH)
def test_words_tell_amounts_apart(a, b):
    assert (terbilang(a) == terbilang(b)) == (a == b)


@pytest.mark.parametrize("jumlah", [-1, 10**15])
def test_words_have_an_end(jumlah):
    with pytest.raises(ValueError, match="range"):
        terbilang(jumlah)
