"""Donors, workers whose donor has stopped, and stand-ins for the tests of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import henti
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.ext import db
from rentan.iuran.status import StatusIuran
from rentan.pekerja.status import StatusPekerja
from tests.iuran.maker import Donatur, make_donatur, make_iuran

NOVEMBER, DESEMBER, JANUARI = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
#: The cut-offs of December and January in the calendar of the city.
BATAS_DESEMBER, BATAS_JANUARI = date(2026, 11, 24), date(2026, 12, 23)


def make_aktif(orang: Any = None, *, lunas: date = NOVEMBER, **more: Any) -> Donatur:
    """A donor whose workers are paid for and recorded through ``lunas``."""
    donatur = make_donatur(orang.asn if orang else None, **more)
    for asuhan in donatur.asuhan:
        asuhan.status = StatusAsuhan.AKTIF
        asuhan.pekerja.status, asuhan.pekerja.lunas_sampai = StatusPekerja.AKTIF, lunas
        make_iuran(asuhan, lunas, StatusIuran.BERHASIL, dibayar_pada=lunas)
    db.session.flush()
    return donatur


def make_dicari(orang: Any = None, *, lunas: date = NOVEMBER, **more: Any) -> Asuhan:
    """A sponsorship whose donor has just stopped (A10): the worker stands on the board."""
    asuhan = make_aktif(orang, lunas=lunas, **more).asuhan[0]
    henti(asuhan, alasan="donatur_berhenti", by=SISTEM)
    return asuhan
