"""The calendar of a sign-up and the tariff as the tables have it."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from rentan.core.settings import change_setting
from rentan.ext import db
from rentan.tarif import queries
from rentan.tarif.models import HariKhusus, TarifKelas
from rentan.tarif.price import iuran


@pytest.mark.parametrize(
    ("pada", "debet"),
    [
        (date(2026, 11, 20), date(2026, 12, 1)),
        (date(2026, 11, 21), date(2026, 12, 1)),
        (date(2026, 11, 24), date(2026, 12, 1)),  # the cut-off itself
        (date(2026, 11, 25), date(2027, 1, 4)),
        (date(2025, 3, 21), date(2025, 4, 8)),  # Lebaran: the debit day comes late, the cut-off before it
        (date(2025, 1, 1), date(2025, 2, 3)),
    ],
)
def test_the_first_debit_is_of_the_first_list_still_open(app, pada, debet):
    assert queries.debet_pertama(pada) == debet
    assert queries.bulan_pertama(pada) == debet.replace(day=1)


def test_the_debit_days_are_those_of_the_citys_calendar(app, shared_data):
    with (shared_data / "hari_gaji.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            first = date.fromisoformat(row["tanggal_1"])
            assert queries.hari_debet(first) == date.fromisoformat(row["hari_kerja_pertama"])


def test_the_admins_days_move_debit_and_cut_off(app):
    db.session.add(HariKhusus(tanggal=date(2026, 12, 1), jenis="libur", nama="Libur daerah"))
    db.session.flush()
    db.session.add(HariKhusus(tanggal=date(2026, 11, 30), jenis="libur", nama="Libur daerah"))
    db.session.flush()
    assert queries.hari_debet(date(2026, 12, 1)) == date(2026, 12, 2)
    assert queries.batas_berkas(date(2026, 12, 1)) == date(2026, 11, 23)


def test_the_cut_off_is_a_setting(cast):
    change_setting("hari_batas_berkas", 1, by=cast.dewi.pelaku)
    assert queries.batas_berkas(date(2026, 12, 1)) == date(2026, 11, 30)


def test_a_newer_tariff_holds_from_its_own_month(app):
    old = queries.tarif_pada(date(2026, 12, 1))
    db.session.add(
        TarifKelas(
            berlaku_mulai=date(2028, 1, 1), penghasilan_min=0, penghasilan_maks=None, dasar=2_000_000,
            jkk=20_000, jkm=6_800, jht=40_000, dasar_hukum="Peraturan rekaan",
        )
    )  # fmt: skip
    db.session.flush()
    queries.forget_tarif()
    assert queries.tarif_pada(date(2027, 12, 1)) == old
    new = queries.tarif_pada(date(2028, 1, 15))
    assert iuran(date(2028, 1, 1), new.kelas[0], "JKK+JKM", "lain", "pribadi", new).total == 26_800
    assert queries.penghasilan_terendah(date(2028, 1, 1)) == 2_000_000


def test_all_33_classes_are_there(app):
    assert len(queries.tarif_pada(date(2026, 12, 1)).kelas) == 33
    with pytest.raises(LookupError):
        queries.tarif_pada(date(2010, 1, 1))
