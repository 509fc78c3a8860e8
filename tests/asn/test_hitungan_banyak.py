"""The set-based rungs do what the single ones do, for many at once, and by two at the same moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from rentan.asn.hitungan import naik, naik_banyak, turun, turun_banyak
from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.models import Asn, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.ext import db
from tests import factories
from tests.threads import run_at_once


@pytest.fixture(autouse=True)
def _in_november(app: Flask) -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def people() -> list[Asn]:
    pppk = {"status": StatusAsn.PPPK}
    made = [
        factories.make_asn(f"Orang {n}", factories.opd(("DINKES", "DISDIK")[n % 2]), **more)
        for n, more in enumerate(({}, {}, pppk, {"status_aktif": StatusAktif.CUTI}, pppk))
    ]
    hitung_ulang(date(2026, 10, 1))
    return made


def intervals(rows: list[Asn]) -> list[set[tuple[Any, ...]]]:
    db.session.flush()
    return [
        {
            (one.tahap, one.mulai, one.sampai)
            for one in db.session.scalars(select(Tahapan).where(Tahapan.asn_id == row.id))
        }
        for row in rows
    ]


@pytest.mark.kedua_basis
def test_many_at_once_are_what_one_by_one_would_be(app: Flask) -> None:
    satu, banyak = people(), people()
    hari = date(2026, 11, 21)
    with time_machine.travel(datetime.fromisoformat("2026-10-05T09:00:00+07:00"), tick=False):
        for one in satu[:3]:
            naik(one, Tahap.DIAJUKAN, pada=date(2026, 10, 5))
        assert naik_banyak([one.id for one in banyak[:3]], Tahap.DIAJUKAN, pada=date(2026, 10, 5)) == 3
    for one in satu:
        naik(one, Tahap.DIDEBIT, pada=hari)
    ids = [one.id for one in banyak]
    assert naik_banyak(ids, Tahap.DIDEBIT, pada=hari) == 5
    assert naik_banyak(ids, Tahap.DIDEBIT, pada=hari) == 0
    for one in satu[1:4]:
        turun(one, Tahap.DIDEBIT, pada=hari)
        turun(one, Tahap.DIAJUKAN, pada=hari)
    assert turun_banyak(ids[1:4], Tahap.DIDEBIT, pada=hari) == 3
    assert turun_banyak(ids[1:4], Tahap.DIAJUKAN, pada=hari) == 2
    assert intervals(satu) == intervals(banyak)
    assert [(one.tahap, one.ikut) for one in satu] == [(one.tahap, one.ikut) for one in banyak]
    assert periksa_hitungan() == []


@pytest.mark.kedua_basis
def test_two_at_the_same_moment_raise_each_once(app: Flask) -> None:
    ids = [one.id for one in people()]

    def work(n: int) -> int:
        done = naik_banyak(ids[::-1] if n % 2 else ids, Tahap.DIDEBIT, pada=date(2026, 11, 21))
        db.session.commit()
        return done

    assert sorted(run_at_once(app, 3, work)) == [0, 0, 5]
    assert periksa_hitungan() == []


def test_the_future_is_refused(app: Flask) -> None:
    for move in (naik_banyak, turun_banyak):
        with pytest.raises(ValueError, match="future"):
            move([], Tahap.DIDEBIT, pada=date(2026, 11, 22))
