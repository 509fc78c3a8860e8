"""Mobile phone numbers, stored as E.164 (product.md §3 Identity)."""

import re

from rentan.util.galat import TidakSah
from rentan.util.teks import ambil_digit

# Indonesian mobile numbers have 10–13 digits with the leading 0. A number that starts with 8 lost its 0 in a
# spreadsheet; zeros are never put back (IMP-3), so it is refused.
_HP = re.compile(r"(?:\+?62|0)(8[1-9][0-9]{7,10})")


def parse_hp(text: object) -> str:
    """``0812-3456-7890``, ``+62 812…`` or ``62812…`` as ``+6281234567890``.

    Raises ``TidakSah``: ``hp_numeric_cell``, ``hp_empty``, ``hp_not_digits``, ``hp_invalid``.
    """
    digits = ambil_digit(text, "hp", "Nomor HP", buang=" .-()", awalan="+")
    cocok = _HP.fullmatch(digits)
    if cocok is None:
        raise TidakSah(
            "hp_invalid",
            "Nomor HP harus nomor seluler Indonesia, diawali 08 atau +628, sepanjang 10–13 angka. "
            "Periksa kembali nomornya.",
        )
    return f"+62{cocok[1]}"


def format_hp(e164: str) -> str:
    """``+6281234567890`` as ``0812-3456-7890``."""
    lokal = "0" + e164.removeprefix("+62")
    return "-".join(part for part in (lokal[:4], lokal[4:8], lokal[8:]) if part)


def mask_hp(e164: str) -> str:
    """All but the last three digits hidden: ``08•••••••890``."""
    lokal = "0" + e164.removeprefix("+62")
    return lokal[:2] + "•" * (len(lokal) - 5) + lokal[-3:]
