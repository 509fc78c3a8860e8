"""How a letter is called: the number that people quote, and the reference that its QR codes carry."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date

from rentan.util.kode import make_kode

_ROMAWI = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def make_ref(pilih: Callable[[str], str] = secrets.choice) -> str:
    """``SK-7K2MQ9XW``: one for each version, and it can be read out over the telephone."""
    return f"SK-{make_kode(8, pilih)}"


def format_nomor(urut: int, hari: date, sandi: str = "SK") -> str:
    """``000123/SK/XI/2026``; all versions of one letter keep it. ``sandi``: another series than letters."""
    return f"{urut:06d}/{sandi}/{_ROMAWI[hari.month - 1]}/{hari.year}"
