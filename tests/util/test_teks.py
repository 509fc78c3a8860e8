"""Cleaning before any rule: what NFKC may change and what it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.galat import TidakSah
from rentan.util.teks import ambil_digit, rapikan


@pytest.mark.parametrize(
    ("tulisan", "hasil"),
    [
        ("  a \t b\r\nc\u00a0d ", "a b c d"),
        ("\ufeffSiti\u200b \u202eAminah\u00ad", "Siti Aminah"),
        ("a\x00b\ud800c", "abc"),
        ("１２３", "123"),
        ("16²", "16²"),
        ("①½", "①½"),
        ("e\u0301", "é"),
    ],
)
def test_rapikan(tulisan, hasil):
    assert rapikan(tulisan) == hasil


@given(st.text())
def test_rapikan_settles_in_one_go(tulisan):
    bersih = rapikan(tulisan)
    assert rapikan(bersih) == bersih
    # What is plain takes a short way, with the same answer as beside a character that does not.
    assert rapikan(f"{tulisan} Ⅷ") == f"{bersih} VIII".strip()
    assert bersih == bersih.strip()
    assert "\n" not in bersih
    assert "\x00" not in bersih


@pytest.mark.parametrize(
    ("nilai", "kode"),
    [
        (19900101.0, "x_numeric_cell"),
        (123, "x_numeric_cell"),
        (True, "x_numeric_cell"),
        (None, "x_empty"),
        ("", "x_empty"),
        (" ' ", "x_empty"),
        ("12a", "x_not_digits"),
        ("٣٣٧٤", "x_not_digits"),
        ("१२३", "x_not_digits"),
        ("12²", "x_not_digits"),
        ("-12", "x_not_digits"),
        ("1_2", "x_not_digits"),
        ("+12", "x_not_digits"),
        ("1e5", "x_not_digits"),
    ],
)
def test_ambil_digit_refuses(nilai, kode):
    with pytest.raises(TidakSah) as galat:
        ambil_digit(nilai, "x", "Nomor X")
    assert galat.value.kode == kode
    assert str(galat.value) == galat.value.pesan


@given(st.text())
def test_ambil_digit_gives_ascii_digits_or_refuses(tulisan):
    try:
        digits = ambil_digit(tulisan, "x", "Nomor X")
    except TidakSah as galat:
        assert galat.kode in {"x_empty", "x_not_digits"}
    else:
        assert digits.isascii()
        assert digits.isdigit()
