"""Closed months: nothing is asked for them any more (states.md §6); corrections are reversals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from rentan.ext import db
from rentan.iuran.models import BulanTutup
from rentan.util.tanggal import awal_bulan


def bulan_ditutup(bulan: date) -> bool:
    """Is the month of this day closed for good?"""
    return awal_bulan(bulan) in list_bulan_ditutup([bulan])


def list_bulan_ditutup(bulan: Iterable[date]) -> set[date]:
    """Those of these months (first days) that are closed."""
    asked = {awal_bulan(one) for one in bulan}
    return set(db.session.scalars(select(BulanTutup.periode).where(BulanTutup.periode.in_(asked))))
