"""Counts and percentages as Indonesian readers write them (product.md §7)."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal

KOSONG = "–"


def format_angka(n: int) -> str:
    """``756873`` as ``756.873``."""
    return format_decimal(n, format="#,##0", locale="id")


def format_persen(n: int, d: int) -> str:
    """``n`` of ``d`` as a percentage with two decimals, half up: ``51,59%``; ``–`` when ``d`` is 0."""
    if d == 0:
        return KOSONG
    persen = (Decimal(n) * 100 / Decimal(d)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return format_decimal(persen, format="#,##0.00", locale="id") + "%"
