"""Phones become E.164; nothing is guessed (product.md §3, IMP-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.galat import TidakSah
from rentan.util.telepon import format_hp, mask_hp, parse_hp


@pytest.mark.parametrize(
    "tulisan",
    [
        "081234567890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "6281234567890",
        "(0812) 3456.7890",
        "'081234567890",
        "０８１２３４５６７８９０",
    ],
)
def test_read(tulisan):
    assert parse_hp(tulisan) == "+6281234567890"


@pytest.mark.parametrize(
    ("tulisan", "kode"),
    [
        (81234567890, "hp_numeric_cell"),
        ("", "hp_empty"),
        (None, "hp_empty"),
        ("81234567890", "hp_invalid"),
        ("0243584077", "hp_invalid"),
        ("08123456", "hp_invalid"),
        ("08123456789012", "hp_invalid"),
        ("+6581234567", "hp_invalid"),
        ("080123456789", "hp_invalid"),
        ("++6281234567890", "hp_not_digits"),
        ("0812/0813", "hp_not_digits"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "hp_not_digits"),
    ],
)
def test_refused(tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        parse_hp(tulisan)
    assert galat.value.kode == kode


@given(st.from_regex(r"08[1-9][0-9]{7,10}", fullmatch=True).filter(str.isascii))
def test_shown_form_can_be_typed_back(lokal):
    e164 = parse_hp(lokal)
    assert e164 == "+62" + lokal[1:]
    assert parse_hp(format_hp(e164)) == e164
    assert mask_hp(e164) == "08" + "•" * (len(lokal) - 5) + lokal[-3:]


def test_shown():
    assert format_hp("+6281234567890") == "0812-3456-7890"
    assert mask_hp("+6281234567890") == "08•••••••890"
