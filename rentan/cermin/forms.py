"""The two buttons of the mirror: make work of a cell, close the month."""

from __future__ import annotations

from rentan.cermin.cermin import SEL, SELISIH
from rentan.web.forms import BaseForm, PilihanField, TeksField, Wajib


class SelForm(BaseForm):
    """Which cell of which month becomes work."""

    bulan = TeksField("Bulan", [Wajib()], maks=7)
    sel = PilihanField("Sel", [Wajib()], pilihan=tuple((one, SEL[one].label) for one in SELISIH))


class TutupForm(BaseForm):
    """Which month is closed."""

    bulan = TeksField("Bulan", [Wajib()], maks=7)
