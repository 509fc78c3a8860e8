"""Template filters: how numbers, dates, money read on a page (product.md §7). ``None`` reads as a dash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask

from rentan.core.clock import to_local
from rentan.util.angka import format_angka, format_persen
from rentan.util.nip import format_nip
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_hari, format_jam, format_tanggal, format_waktu
from rentan.util.telepon import format_hp
from rentan.web.page import url_dengan

KOSONG = "–"


def _or_dash(show: Callable[[Any], str]) -> Callable[[Any], str]:
    def filtered(value: Any) -> str:
        return KOSONG if value is None or value == "" else show(value)

    return filtered


def _on_date(show: Callable[[date], str]) -> Callable[[date | datetime], str]:
    """Instants are stored in UTC; their date is the one on the city's clock (TIM-1)."""

    def shown(value: date | datetime) -> str:
        return show(to_local(value).date() if isinstance(value, datetime) else value)

    return shown


def persen(bagian: int, seluruh: int) -> str:
    """``{{ n|persen(d) }}``: "51,59%", a dash when there is nothing to divide by. Write n and d beside it."""
    return format_persen(bagian, seluruh)


def init_filters(app: Flask) -> None:
    """Register the filters, and ``url_dengan`` for sort links and pages."""
    app.add_template_filter(_or_dash(format_rupiah), "rupiah")
    app.add_template_filter(_or_dash(format_angka), "angka")
    app.add_template_filter(persen, "persen")
    app.add_template_filter(_or_dash(_on_date(format_tanggal)), "tanggal")
    app.add_template_filter(_or_dash(_on_date(format_hari)), "hari")
    app.add_template_filter(_or_dash(_on_date(format_bulan)), "bulan")
    app.add_template_filter(_or_dash(format_waktu), "waktu")
    app.add_template_filter(_or_dash(format_jam), "jam")
    app.add_template_filter(_or_dash(format_nip), "nip")
    app.add_template_filter(_or_dash(format_hp), "hp")
    app.add_template_global(url_dengan)
