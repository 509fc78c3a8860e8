"""Codes that people type: Crockford base32, so that O and 0, I, L and 1 cannot be mixed up."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable

ABJAD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SERUPA = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make_kode(panjang: int, pilih: Callable[[str], str] = secrets.choice) -> str:
    """A random code without grouping; five bits a character. ``pilih`` draws one of the characters."""
    return "".join(pilih(ABJAD) for _ in range(panjang))


def group_kode(kode: str, per: int = 4) -> str:
    """As it is printed: ``7K2MQ-9XWDA`` for groups of five."""
    return "-".join(kode[i : i + per] for i in range(0, len(kode), per))


def read_kode(teks: str) -> str:
    """What was typed, in the form that was hashed: case, blanks, hyphens and look-alikes do not matter."""
    plain = unicodedata.normalize("NFKC", teks).upper().translate(_SERUPA)
    return "".join(c for c in plain if c in ABJAD)
