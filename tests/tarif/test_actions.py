"""Rows of the tariff and special days: added and ended, never contradicting, never changing what is over."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from flask import Flask

from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.tarif.actions import (
    add_kelas,
    add_potongan,
    change_hari,
    end_potongan,
    plan_kelas,
    plan_potongan,
)
from rentan.tarif.models import TarifPotongan
from rentan.tarif.price import Kelas, Potongan
from rentan.tarif.queries import load_tabel, tarif_pada
from rentan.tarif.tabel import SusunanKelas
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan

KINI = awal_bulan(today())
NANTI = max(date(2028, 1, 1), tambah_bulan(KINI, 3))


def potongan(mulai: date = NANTI, sampai: date | None = None, persen: int = 50) -> Potongan:
    return Potongan(mulai, sampai, "lain", "pribadi", "JKK", persen, "Peraturan rekaan")


@pytest.mark.parametrize(
    ("cut", "kode"),
    [
        (potongan(tambah_bulan(KINI, -1)), "bulan_lewat"),
        (potongan(NANTI, tambah_bulan(NANTI, -1)), "tarif_potongan"),
        (potongan(date(2026, 12, 1)), "tarif_tumpang_tindih"),
    ],
)
def test_what_contradicts_is_refused_before_it_is_written(cast: Any, cut: Potongan, kode: str) -> None:
    if kode == "tarif_tumpang_tindih" and cut.mulai < KINI:
        cut = potongan(KINI)
        add_potongan(potongan(KINI), by=cast.dewi.pelaku)
    with pytest.raises(RuleError) as refused:
        add_potongan(cut, by=cast.dewi.pelaku)
    assert refused.value.kode == kode


def test_a_cut_ends_and_another_begins_the_day_after(cast: Any) -> None:
    row = add_potongan(potongan(), by=cast.dewi.pelaku)
    end_potongan(row.id, tambah_bulan(NANTI, 2), by=cast.dewi.pelaku)
    assert row.sampai == akhir_bulan(tambah_bulan(NANTI, 2))
    for bulan, kode in (
        (tambah_bulan(NANTI, 3), "potongan_akhir"),
        (tambah_bulan(NANTI, -1), "potongan_akhir"),
    ):
        with pytest.raises(RuleError) as refused:
            end_potongan(row.id, bulan, by=cast.dewi.pelaku)
        assert refused.value.kode == kode
    add_potongan(potongan(tambah_bulan(NANTI, 3), persen=25), by=cast.dewi.pelaku)
    tabel = load_tabel()
    for n, persen in enumerate((50, 50, 50, 25, 25)):
        berlaku = [one for one in tabel.berlaku(tambah_bulan(NANTI, n)).values() if one.sektor == "lain"]
        assert [one.persen for one in berlaku] == [persen]


@pytest.mark.parametrize(
    ("kelas", "kode"),
    [
        ((Kelas(0, None, 1_000_000, 10_000, 6_800, 0),), "kelas_isi"),
        ((Kelas(5, None, 1_000_000, 10_000, 6_800, 20_000),), "tarif_kelas"),
        ((Kelas(0, 9, 1_000_000, 1, 1, 1), Kelas(10, None, 1_000_000, 1, 1, 1)), "kelas_isi"),
        ((Kelas(0, None, 1_000_000, 10_001, 6_800, 20_000),), "tarif_tidak_bulat"),
    ],
)
def test_classes_that_cannot_price_are_refused(app: Flask, kelas: tuple[Kelas, ...], kode: str) -> None:
    with pytest.raises(RuleError) as refused:
        plan_kelas(load_tabel(), SusunanKelas(NANTI, kelas, "rekaan"))
    assert refused.value.kode == kode


def test_new_classes_leave_the_months_before_alone(cast: Any) -> None:
    lama = tarif_pada(tambah_bulan(NANTI, -1))
    add_kelas(
        SusunanKelas(NANTI, (Kelas(0, None, 2_000_000, 20_000, 6_800, 40_000),), "rekaan"),
        by=cast.dewi.pelaku,
    )
    assert tarif_pada(tambah_bulan(NANTI, -1)) == lama
    assert len(tarif_pada(NANTI).kelas) == 1
    assert NANTI in load_tabel().batas()


@pytest.mark.parametrize(
    ("tanggal", "jenis", "kode"),
    [
        (today(), "libur", "hari_lewat"),
        (date(2030, 6, 15), "libur", "hari_tak_berubah"),  # a Saturday
        (date(2030, 8, 20), "kerja", "hari_tak_berubah"),
        (date(2030, 8, 20), "hapus", "hari_tak_ada"),
    ],
)
def test_a_day_that_changes_nothing_is_refused(cast: Any, tanggal: date, jenis: str, kode: str) -> None:
    with pytest.raises(RuleError) as refused:
        change_hari(tanggal, jenis, "uji", by=cast.dewi.pelaku)
    assert refused.value.kode == kode


@pytest.mark.kedua_basis
def test_two_admins_at_once_make_one_cut(app: Flask, cast: Any) -> None:
    by, hasil, mulai = cast.dewi.pelaku, [], threading.Barrier(2)
    db.session.commit()  # on SQLite whoever has asked something holds the lock

    def add() -> None:
        with app.app_context():
            mulai.wait()
            try:
                add_potongan(potongan(), by=by)
                db.session.commit()
                hasil.append("ditambah")
            except RuleError as refused:
                db.session.rollback()
                hasil.append(refused.kode)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert "ditambah" in hasil
    assert set(hasil) <= {"ditambah", "tarif_tumpang_tindih", "tarif_ada"}
    assert db.session.scalar(db.select(db.func.count()).where(TarifPotongan.mulai == NANTI)) == 1


def test_a_plan_writes_nothing(app: Flask) -> None:
    tabel = load_tabel()
    _, baru = plan_potongan(tabel, potongan())
    assert len(baru.potongan) == len(tabel.potongan) + 1
    assert load_tabel() == tabel
