"""A random year against a recount and a small model; moves at the same moment."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from rentan.asn import hitungan_dasar as dasar
from rentan.asn.hitungan import (
    naik,
    tambah_pekerja,
    turun,
)
from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.models import Asn, HitunganOpd
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.kartu.status import StatusKartu
from rentan.pekerja.status import StatusPekerja
from rentan.util.tanggal import awal_bulan
from tests import factories
from tests.asn.hitungan_maker import (
    COVER,
    counters,
    cover,
    give_card,
    history,
    join,
    move,
    sponsor,
    take_card,
)

pytestmark = pytest.mark.usefixtures("hari_uji")


class Model:
    """The independent reference: who is where, as plain dictionaries; counted from scratch each time."""

    def __init__(self) -> None:
        self.people: dict[uuid.UUID, dict[str, Any]] = {}

    def counts(self) -> dict[tuple[uuid.UUID, StatusAsn], Counter[str]]:
        found: dict[tuple[uuid.UUID, StatusAsn], Counter[str]] = {}
        for one in self.people.values():
            here = found.setdefault((one["opd"], one["status"]), Counter())
            if one["aktif"] is StatusAktif.AKTIF:
                here.update(["roster", *(rung.value for rung in one["rungs"])])
                for worker in one["workers"]:
                    here.update({"pekerja", *COVER[worker["cover"]]})
                    here["pekerja_kartu"] += worker["card"] is not None
            elif one["aktif"] is not StatusAktif.KELUAR:
                here["di_luar"] += 1
        return {key: +value for key, value in found.items() if +value}


def step(chance: random.Random, people: list[Asn], model: Model, opds: list[str]) -> None:
    """One random event of city life, in the application and in the model."""
    what = chance.choice(
        ["join", "up", "up", "up", "down", "move", "status", *["worker"] * 3, *["cover", "card"] * 3, "end"]
    )
    if what == "join" or not people:
        asn = join(chance.choice(opds), status=chance.choice(list(StatusAsn)))
        people.append(asn)
        model.people[asn.id] = {
            "opd": asn.opd_id, "status": asn.status_asn, "aktif": asn.status_aktif,
            "rungs": set(), "workers": [],
        }  # fmt: skip
        return
    asn = chance.choice(people)
    known = model.people[asn.id]
    day = today() - timedelta(days=chance.randrange(3))
    rung = chance.choice(list(Tahap))
    if what == "up":
        naik(asn, rung, pada=day)
        known["rungs"].add(rung)
    elif what == "down":
        turun(asn, rung, pada=day)
        known["rungs"].discard(rung)
    elif what == "move":
        known["opd"], known["status"] = factories.opd(chance.choice(opds)).id, chance.choice(list(StatusAsn))
        move(asn, known["opd"], known["status"], asn.status_aktif)
    elif what == "status":
        known["aktif"] = chance.choice([StatusAktif.AKTIF, *StatusAktif])
        move(asn, asn.opd_id, asn.status_asn, known["aktif"])
    else:
        step_worker(chance, asn, known["workers"], what)


def step_worker(chance: random.Random, asn: Asn, workers: list[dict[str, Any]], what: str) -> None:
    """One random event of a worker: sponsored, cover moved, card handed over or taken back, ended."""
    if what == "worker" or not workers:
        row = sponsor(asn)
        history("pekerja", row.pekerja, "calon", 1)
        workers.append({"row": row, "cover": StatusPekerja.CALON, "card": None, "moves": 2})
        return
    worker = chance.choice(workers)
    pekerja, worker["moves"] = worker["row"].pekerja, worker["moves"] + 1
    if what == "cover":
        worker["cover"] = chance.choice(list(COVER))
        cover(pekerja, worker["cover"], worker["moves"])
    elif what == "card" and worker["card"] is None:
        worker["card"] = give_card(pekerja)
    elif what == "card":
        take_card(worker["card"], worker["moves"])
        # The next hand-over is of a replacement: one live card per worker.
        worker["card"].status = StatusKartu.RUSAK
        history("kartu", worker["card"], "rusak", worker["moves"] + 1)
        worker["card"] = None
    else:
        workers.remove(worker)
        worker["row"].status = StatusAsuhan.BERAKHIR
        history("asuhan", worker["row"], "berakhir", 2)
        tambah_pekerja(asn, -1, pekerja_id=pekerja.id)
        db.session.flush()


@pytest.mark.kedua_basis
@pytest.mark.parametrize("seed", range(3))
def test_a_random_year_agrees_with_a_recount_and_with_a_small_model(app: Flask, seed: int) -> None:
    chance, model, people = random.Random(seed), Model(), []
    opds = ["DISKOMINFO", "DINKES", "BKPP"]
    expected: dict[date, Any] = {}
    for month in range(6, 13):
        for day in sorted(chance.sample(range(1, 29), 6)):
            with time_machine.travel(datetime(2026, month, day, 3, 0, tzinfo=None).astimezone(), tick=False):
                for _ in range(5):
                    step(chance, people, model, opds)
        expected[date(2026, month, 1)] = model.counts()
    with time_machine.travel(datetime.fromisoformat("2026-12-30T09:00:00+07:00"), tick=False):
        db.session.expire_all()
        assert periksa_hitungan() == []
        for bulan, counts in expected.items():
            assert effective(bulan) == counts, f"counters of {bulan}"
        hitung_ulang(date(2026, 6, 1))
        db.session.expire_all()
        assert periksa_hitungan() == []
        for bulan, counts in expected.items():
            assert effective(bulan) == counts, f"recount of {bulan}"
        for asn in people:
            rungs = model.people[asn.id]["rungs"]
            assert asn.ikut == bool(rungs - {Tahap.AKTIVASI})
            assert asn.tahap == max(rungs, key=list(Tahap).index, default=None)


def effective(bulan: date) -> dict[tuple[uuid.UUID, StatusAsn], Counter[str]]:
    """The values in force in a month: its row, or the latest before."""
    found: dict[tuple[uuid.UUID, StatusAsn], Counter[str]] = {}
    rows = db.session.scalars(
        select(HitunganOpd).where(HitunganOpd.bulan <= bulan).order_by(HitunganOpd.bulan)
    )
    for row in rows:
        found[row.opd_id, row.status_asn] = +Counter({k: getattr(row, k) for k in dasar.KOLOM})
    return {key: value for key, value in found.items() if value}


@pytest.mark.kedua_basis
def test_eight_at_once_on_the_first_write_of_a_month_lose_nobody(app: Flask) -> None:
    ids = [join("DISKOMINFO").id for _ in range(8)]
    db.session.commit()
    start, failures = Barrier(8), []

    def rise(asn_id: uuid.UUID) -> None:
        with app.app_context():
            start.wait()
            try:
                naik(db.session.get(Asn, asn_id), Tahap.AKTIVASI, pada=today())
                db.session.commit()
            except Exception as failure:
                failures.append(failure)
                raise

    with time_machine.travel(datetime.fromisoformat("2026-12-01T00:00:05+07:00"), tick=False):
        threads = [Thread(target=rise, args=(one,)) for one in ids]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        db.session.rollback()
        assert failures == []
        assert awal_bulan(today()) == date(2026, 12, 1)
        assert counters("DISKOMINFO", date(2026, 12, 1)) == {"roster": 8, "aktivasi": 8}
        assert counters("DISKOMINFO") == {"roster": 8}
        assert periksa_hitungan() == []


@pytest.mark.kedua_basis
def test_workers_and_transfers_of_one_person_at_once_stay_together(app: Flask) -> None:
    asn_id = join("DISKOMINFO").id
    opds = [factories.opd("DISKOMINFO").id, factories.opd("DINKES").id]
    db.session.commit()
    start, failures = Barrier(8), []

    def act(at: int) -> None:
        with app.app_context():
            start.wait()
            for attempt in range(6):
                try:
                    asn = db.session.get(Asn, asn_id)
                    if at % 2:
                        sponsor(asn)
                    else:
                        move(asn, opds[(at // 2 + attempt) % 2], asn.status_asn, asn.status_aktif)
                    db.session.commit()
                    return
                except (StaleDataError, OperationalError):
                    db.session.rollback()
                except Exception as failure:
                    failures.append(failure)
                    raise

    threads = [Thread(target=act, args=(at,)) for at in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    db.session.rollback()
    db.session.expire_all()
    assert failures == []
    assert periksa_hitungan() == []
    assert sum(row.pekerja for row in db.session.scalars(select(HitunganOpd))) == 4
