"""Counters and rungs: what they say is what the dated facts say, whatever happened in which order."""

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
    pindah,
    tambah_pekerja,
    turun,
    ubah_pekerja,
    ubah_pekerja_banyak,
)
from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.models import Asn, HitunganOpd, Penempatan, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.util.tanggal import awal_bulan
from tests import factories

NOV = date(2026, 11, 1)


def join(kode: str, **more: Any) -> Asn:
    """A newly joined ASN, counted."""
    asn = factories.make_asn(di=factories.opd(kode), nip=f"{uuid.uuid4().int % 10**18:018d}", **more)
    db.session.scalars(select(Penempatan).where(Penempatan.asn_id == asn.id)).one().mulai = today()
    pindah(
        asn,
        opd_lama=None,
        opd_baru=asn.opd_id,
        status_lama=None,
        status_baru=asn.status_asn,
        aktif_lama=None,
        aktif_baru=asn.status_aktif,
    )
    return asn


def move(asn: Asn, opd_id: uuid.UUID, status: StatusAsn, aktif: StatusAktif) -> None:
    """A single edit by the admin: placement and counters in one transaction."""
    lama = db.session.scalars(
        select(Penempatan).where(Penempatan.asn_id == asn.id, Penempatan.sampai.is_(None))
    ).one()
    pindah(
        asn,
        opd_lama=asn.opd_id,
        opd_baru=opd_id,
        status_lama=asn.status_asn,
        status_baru=status,
        aktif_lama=asn.status_aktif,
        aktif_baru=aktif,
    )
    if lama.mulai >= today():
        lama.opd_id, lama.status_asn, lama.status_aktif = opd_id, status, aktif
    else:
        lama.sampai = today() - timedelta(days=1)
        db.session.flush()
        db.session.add(
            Penempatan(
                asn_id=asn.id,
                opd_id=opd_id,
                status_asn=status,
                status_aktif=aktif,
                jabatan="-",
                mulai=today(),
            )
        )
    asn.opd_id, asn.status_asn, asn.status_aktif = opd_id, status, aktif
    db.session.flush()


def history(mesin: str, row: Any, ke: str, urutan: int) -> None:
    db.session.add(
        Riwayat(
            mesin=mesin, objek_id=row.id, langkah="X", peristiwa="uji", dari=None, ke=ke, pelaku_id=None,
            peran="sistem", pada=now(), alasan=None, catatan=None, permintaan_id="", urutan=urutan,
        )
    )  # fmt: skip


def sponsor(asn: Asn, status: StatusAsuhan = StatusAsuhan.DIUSULKAN) -> Asuhan:
    pekerja = factories.make_pekerja(digits=f"{uuid.uuid4().int % 10**16:016d}")
    row = Asuhan(
        id=uuid.uuid4(), asn_id=asn.id, pekerja_id=pekerja.id, status=status, program="JKK+JKM",
        penghasilan=1_000_000, dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    history("asuhan", row, status.value, 1)
    tambah_pekerja(asn, 1, pekerja_id=pekerja.id)
    db.session.flush()
    return row


#: The counted columns that a worker's cover stands in.
COVER = {
    StatusPekerja.CALON: set(),
    StatusPekerja.LAYAK: set(),
    StatusPekerja.TERDAFTAR: {"pekerja_terdaftar"},
    StatusPekerja.AKTIF: {"pekerja_terdaftar", "pekerja_aktif"},
    StatusPekerja.TENGGANG_1: {"pekerja_terdaftar"},
    StatusPekerja.NONAKTIF: set(),
}


def cover(pekerja: Pekerja, status: StatusPekerja, urutan: int) -> None:
    """A move of the cover, with the counters that it changes."""
    lama, baru = COVER[pekerja.status], COVER[status]
    pekerja.status = status
    history("pekerja", pekerja, status.value, urutan)
    for kolom in sorted(lama ^ baru):
        ubah_pekerja(pekerja.id, kolom, 1 if kolom in baru else -1)
    db.session.flush()


def give_card(pekerja: Pekerja) -> Kartu:
    """A card handed over."""
    row = Kartu(
        id=uuid.uuid4(), pekerja_id=pekerja.id, kecamatan_kode=pekerja.kelurahan.kecamatan_kode,
        status=StatusKartu.DISERAHKAN, kode=f"K-{uuid.uuid4().hex[:8]}", nomor_enc=b"x",
        nomor_bi=uuid.uuid4().bytes, sejak=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    history("kartu", row, "diserahkan", 1)
    ubah_pekerja(pekerja.id, "pekerja_kartu", 1)
    db.session.flush()
    return row


def take_card(kartu: Kartu, urutan: int) -> None:
    """A hand-over reversed (K13)."""
    kartu.status = StatusKartu.DITERIMA_KEC
    history("kartu", kartu, "diterima_kec", urutan)
    ubah_pekerja(kartu.pekerja_id, "pekerja_kartu", -1)
    db.session.flush()


def counters(kode: str, bulan: date = NOV, status: StatusAsn = StatusAsn.PNS) -> dict[str, int]:
    """What the row of this month says, without the zeros."""
    row = db.session.get(HitunganOpd, (factories.opd(kode).id, bulan, status), populate_existing=True)
    return {} if row is None else {k: getattr(row, k) for k in dasar.KOLOM if getattr(row, k)}


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def test_words_are_those_of_the_rooms_to_the_right() -> None:
    assert {StatusAsuhan(one) for one in dasar.ASUHAN_DIHITUNG} < set(StatusAsuhan)
    assert {StatusPekerja(one) for one in dasar.PEKERJA_TERLINDUNGI} < set(StatusPekerja)
    assert {StatusPekerja(one) for one in dasar.PEKERJA_TERDAFTAR} == set(TERDAFTAR_DI_BPJS)
    assert StatusKartu(dasar.KARTU_DISERAHKAN) is StatusKartu.DISERAHKAN


@pytest.mark.kedua_basis
def test_a_rung_is_counted_once_and_shown_on_the_person(app: Flask) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.AKTIVASI, pada=today())
    assert (asn.ikut, asn.tahap) == (False, Tahap.AKTIVASI)
    naik(asn, Tahap.DIAJUKAN, pada=today())
    naik(asn, Tahap.DIAJUKAN, pada=today())
    assert (asn.ikut, asn.tahap) == (True, Tahap.DIAJUKAN)
    assert counters("DISKOMINFO") == {"roster": 1, "aktivasi": 1, "diajukan": 1}
    assert counters("DINKES") == {}, "and Wati? her OPD counts nobody"
    assert periksa_hitungan() == []


@pytest.mark.kedua_basis
def test_up_and_down_on_one_day_leaves_nothing(app: Flask) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.DIAJUKAN, pada=today())
    turun(asn, Tahap.DIAJUKAN, pada=today())
    turun(asn, Tahap.DIAJUKAN, pada=today())
    assert (asn.ikut, asn.tahap) == (False, None)
    assert counters("DISKOMINFO") == {"roster": 1}
    assert db.session.scalars(select(Tahapan)).all() == []
    assert periksa_hitungan() == []


def test_a_later_down_closes_the_interval_the_day_before(app: Flask) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.DIAJUKAN, pada=date(2026, 11, 3))
    turun(asn, Tahap.DIAJUKAN, pada=date(2026, 11, 10))
    row = db.session.scalars(select(Tahapan)).one()
    assert (row.mulai, row.sampai) == (date(2026, 11, 3), date(2026, 11, 9))
    assert periksa_hitungan() == []


def test_a_late_fact_counts_from_the_running_month_and_a_future_one_is_refused(app: Flask) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.AKTIVASI, pada=date(2026, 9, 30))
    assert db.session.scalars(select(Tahapan)).one().mulai == NOV
    with pytest.raises(ValueError, match="future"):
        naik(asn, Tahap.DIAJUKAN, pada=date(2026, 11, 22))
    with pytest.raises(ValueError, match="future"):
        turun(asn, Tahap.AKTIVASI, pada=date(2026, 11, 22))


@pytest.mark.kedua_basis
@pytest.mark.parametrize("aktif", list(dasar.DI_LUAR))
def test_who_is_no_longer_active_leaves_every_numerator_and_the_denominator(
    app: Flask, aktif: StatusAktif
) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.DIAJUKAN, pada=today())
    row = sponsor(asn)
    assert counters("DISKOMINFO") == {"roster": 1, "diajukan": 1, "pekerja": 1}
    move(asn, asn.opd_id, asn.status_asn, aktif)
    assert counters("DISKOMINFO") == {"di_luar": 1}
    turun(asn, Tahap.DIAJUKAN, pada=today())
    cover(row.pekerja, StatusPekerja.AKTIF, 1)
    tambah_pekerja(asn, -1, pekerja_id=row.pekerja_id)
    assert counters("DISKOMINFO") == {"di_luar": 1}, "moves of an inactive ASN count nowhere"
    move(asn, asn.opd_id, asn.status_asn, StatusAktif.KELUAR)
    assert counters("DISKOMINFO") == {}


@pytest.mark.kedua_basis
def test_a_move_carries_rungs_and_workers_and_leaves_the_past_alone(app: Flask) -> None:
    asn = join("DISKOMINFO")
    naik(asn, Tahap.DIAJUKAN, pada=today())
    row = sponsor(asn)
    with time_machine.travel(datetime.fromisoformat("2026-12-02T09:00:00+07:00"), tick=False):
        move(asn, factories.opd("DINKES").id, StatusAsn.PPPK, StatusAktif.AKTIF)
        assert counters("DISKOMINFO") == {"roster": 1, "diajukan": 1, "pekerja": 1}
        assert counters("DISKOMINFO", date(2026, 12, 1)) == {}
        assert counters("DINKES", date(2026, 12, 1), StatusAsn.PPPK) == {
            "roster": 1,
            "diajukan": 1,
            "pekerja": 1,
        }
        assert periksa_hitungan() == []
        hitung_ulang(NOV)
        assert counters("DISKOMINFO") == {"roster": 1, "diajukan": 1, "pekerja": 1}
        cover(row.pekerja, StatusPekerja.AKTIF, 1)
        give_card(row.pekerja)
        found = counters("DINKES", date(2026, 12, 1), StatusAsn.PPPK)
        assert found == {"roster": 1, "diajukan": 1} | dict.fromkeys(dasar.KOLOM_PEKERJA, 1)
        assert periksa_hitungan() == []


@pytest.mark.kedua_basis
def test_many_workers_at_once_count_as_one_by_one(app: Flask) -> None:
    tini, wati = join("DISKOMINFO"), join("DINKES", status=StatusAsn.PPPK)
    cuti = join("DINKES", status_aktif=StatusAktif.CUTI)
    rows = [sponsor(one) for one in (tini, tini, wati, cuti)]
    ended = sponsor(wati)
    ended.status = StatusAsuhan.BERAKHIR
    history("asuhan", ended, "berakhir", 2)
    tambah_pekerja(wati, -1, pekerja_id=ended.pekerja_id)
    for row in (*rows, ended):
        row.pekerja.status = StatusPekerja.TERDAFTAR
    nobody = factories.make_pekerja(digits="3374015204900099", status=StatusPekerja.TERDAFTAR)
    db.session.flush()
    every = [*(one.pekerja_id for one in (*rows, ended)), nobody.id]
    ubah_pekerja_banyak(every, "pekerja_terdaftar", 1)
    assert counters("DISKOMINFO") == {"roster": 1, "pekerja": 2, "pekerja_terdaftar": 2}
    found = counters("DINKES", status=StatusAsn.PPPK)
    assert found == {"roster": 1, "pekerja": 1, "pekerja_terdaftar": 1}
    assert counters("DINKES") == {"di_luar": 1}
    assert periksa_hitungan() == []
    with pytest.raises(ValueError, match="pekerja"):
        ubah_pekerja_banyak(every, "pekerja", 1)


def test_a_wrong_counter_is_found_and_mended(app: Flask) -> None:
    join("DISKOMINFO")
    row = db.session.scalars(select(HitunganOpd)).one()
    row.roster = 5
    db.session.flush()
    (found,) = periksa_hitungan()
    assert (found.kolom, found.tercatat, found.dihitung, found.bulan) == ("roster", 5, 1, NOV)
    hitung_ulang(NOV)
    db.session.expire_all()
    assert periksa_hitungan() == []


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
