"""Working days: weekends, national holidays and joint leave (product.md §3 Debit calendar).

The admin's table reaches every function as two sets: ``tambahan`` are further days off, ``dicabut`` are
holidays of the library that are worked after all (the government has withdrawn joint leave before).
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

from holidays.countries import Indonesia

_SABTU = 5


@lru_cache(maxsize=64)
def _libur(tahun: int) -> dict[date, str]:
    return dict(Indonesia(years=tahun, categories=("public", "government"), language="id"))


def libur_nasional(tahun: int) -> dict[date, str]:
    """National holidays and joint leave of a year with their Indonesian names.

    From the ``holidays`` library; years without a decree yet are its estimate, hence the admin's table.
    """
    return dict(_libur(tahun))


def is_hari_kerja(d: date, *, tambahan: Collection[date] = (), dicabut: Collection[date] = ()) -> bool:
    """Whether offices and the bank work on ``d``. A withdrawn holiday never makes a weekend a working day."""
    if d.weekday() >= _SABTU or d in tambahan:
        return False
    return d in dicabut or d not in _libur(d.year)


def geser_hari_kerja(
    d: date, n: int, *, tambahan: Collection[date] = (), dicabut: Collection[date] = ()
) -> date:
    """The ``n``-th working day after ``d`` (before it when negative), not counting ``d`` itself.

    With ``n`` 0: ``d`` when it is a working day, else the next one. Raises ``OverflowError`` where
    the calendar ends.
    """
    langkah = timedelta(days=-1 if n < 0 else 1)
    sisa = abs(n)
    if sisa == 0:
        d, sisa = d - langkah, 1
    while sisa:
        d += langkah
        sisa -= is_hari_kerja(d, tambahan=tambahan, dicabut=dicabut)
    return d


def hari_kerja_pertama(
    tahun: int, bulan: int, *, tambahan: Collection[date] = (), dicabut: Collection[date] = ()
) -> date:
    """First working day of a month: the debit day. April 2025 is 2025-04-08, after the Lebaran leave."""
    return geser_hari_kerja(date(tahun, bulan, 1), 0, tambahan=tambahan, dicabut=dicabut)
