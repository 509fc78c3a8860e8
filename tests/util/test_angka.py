"""Counts and percentages (product.md §7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.angka import format_angka, format_persen


@pytest.mark.parametrize(("n", "tulisan"), [(0, "0"), (999, "999"), (756_873, "756.873"), (-1_200, "-1.200")])
def test_angka(n, tulisan):
    assert format_angka(n) == tulisan


@pytest.mark.parametrize(
    ("n", "d", "tulisan"),
    [
        (8_254, 16_000, "51,59%"),
        (0, 64, "0,00%"),
        (64, 64, "100,00%"),
        (1, 3, "33,33%"),
        (1, 800, "0,13%"),
        (5, 0, "–"),
        (0, 0, "–"),
    ],
)
def test_persen(n, d, tulisan):
    assert format_persen(n, d) == tulisan


@given(st.integers(0, 50_000), st.integers(1, 50_000))
def test_persen_is_within_half_a_hundredth(n, d):
    shown = float(format_persen(n, d).rstrip("%").replace(".", "").replace(",", "."))
    assert abs(shown - 100 * n / d) <= 0.005 + 1e-6
