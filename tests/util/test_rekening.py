"""Accounts and KPJ: another length warns, nonsense is refused, zeros in front stay (product.md §3)."""

import pytest

from rentan.util.galat import TidakSah
from rentan.util.rekening import mask_rekening, parse_kpj, parse_rekening


@pytest.mark.parametrize("tulisan", ["0012345678", "0-012-34567-8", "0012 3456 78", "'0012345678\n"])
def test_account(tulisan):
    assert parse_rekening(tulisan) == ("0012345678", [])


def test_other_lengths_warn():
    digits, peringatan = parse_rekening("001234567890123")
    assert digits == "001234567890123"
    assert [p.kode for p in peringatan] == ["rekening_panjang"]
    assert "0012" not in peringatan[0].pesan
    assert parse_rekening("001234567890123", panjang=15)[1] == []
    assert parse_kpj("12345678901") == ("12345678901", [])
    assert [p.kode for p in parse_kpj("1234567890")[1]] == ["kpj_panjang"]


@pytest.mark.parametrize(
    ("baca", "tulisan", "kode"),
    [
        (parse_rekening, 12345678.0, "rekening_numeric_cell"),
        (parse_rekening, "", "rekening_empty"),
        (parse_rekening, "12A4567890", "rekening_not_digits"),
        (parse_rekening, "٠١٢٣٤٥٦٧٨٩", "rekening_not_digits"),
        (parse_rekening, "1234", "rekening_invalid"),
        (parse_rekening, "1" * 21, "rekening_invalid"),
        (parse_rekening, "0000000000", "rekening_invalid"),
        (parse_kpj, 12345678901, "kpj_numeric_cell"),
        (parse_kpj, "KPJ", "kpj_not_digits"),
    ],
)
def test_refused(baca, tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        baca(tulisan)
    assert galat.value.kode == kode


def test_mask():
    assert mask_rekening("0012345678") == "••••••5678"
