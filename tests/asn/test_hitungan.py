"""Counters and rungs: what they say is what the dated facts say, whatever happened in which order."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from rentan.asn import hitungan_dasar as dasar
from rentan.asn.hitungan import (
    naik,
    tambah_pekerja,
    turun,
    ubah_pekerja_banyak,
)
from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.models import HitunganOpd, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.kartu.status import StatusKartu
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from tests import factories
from tests.asn.hitungan_maker import NOV, counters, cover, give_card, history, join, move, sponsor

pytestmark = pytest.mark.usefixtures("hari_uji")


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
