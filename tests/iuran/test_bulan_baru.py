"""The rung "Didebet bulan ini" follows the running month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from rentan.asn.models import Tahapan
from rentan.asn.status import Tahap
from rentan.ext import db
from rentan.iuran.gerak import bulan_baru
from rentan.iuran.status import StatusIuran
from tests.iuran.maker import make_donatur, make_iuran

NOV, DES = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _in_november(app: Flask) -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def rung(donor: Any) -> list[tuple[date, date | None]]:
    query = select(Tahapan.mulai, Tahapan.sampai).where(
        Tahapan.asn_id == donor.asn.id, Tahapan.tahap == Tahap.DIDEBIT
    )
    return [tuple(row) for row in db.session.execute(query.order_by(Tahapan.mulai))]


def test_a_new_month_begins_without_anybody_and_who_paid_ahead_stands_at_once(app: Flask) -> None:
    monthly, ahead, never, out = (make_donatur() for _ in range(4))
    for donor, bulan in ((monthly, NOV), (ahead, NOV), (ahead, DES), (out, NOV)):
        make_iuran(donor.asuhan[0], bulan, StatusIuran.BERHASIL, dibayar_pada=date(2026, 11, 2))
    out.asn.ikut = False
    assert bulan_baru() == 2
    assert bulan_baru() == 0
    assert (rung(never), rung(out)) == ([], [])
    with time_machine.travel(datetime.fromisoformat("2026-12-04T01:00:00+07:00"), tick=False):
        assert bulan_baru() == 1
        assert bulan_baru() == 0
    assert rung(monthly) == [(NOV, date(2026, 11, 30))]
    assert rung(ahead) == [(NOV, None)]
    assert monthly.asn.tahap is Tahap.DIAJUKAN


def test_a_month_taken_back_by_the_bank_does_not_count(app: Flask) -> None:
    donor = make_donatur()
    row = make_iuran(donor.asuhan[0], NOV, StatusIuran.BERHASIL, dibayar_pada=date(2026, 11, 2))
    bulan_baru()
    row.status = StatusIuran.DIKEMBALIKAN
    assert bulan_baru() == 1
    assert rung(donor) == []
