"""Months without a record move the cover, marked as computed; 65th birthdays (W12, W13, W15, W19; G6)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from rentan.asn.models import HitunganOpd
from rentan.ext import db
from rentan.jobs import JOBS
from rentan.pekerja.gerak import gerak
from rentan.pekerja.masa import keadaan_perlindungan
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.perlindungan.hitung import hitung_perlindungan, tandai_usia65
from rentan.util.tanggal import ZONA
from tests.cast import Cast
from tests.iuran.maker import make_donatur

W = StatusPekerja


def make_aktif(lunas: date, status: StatusPekerja = W.AKTIF, **more: object) -> Pekerja:
    """A worker whose last recorded month is ``lunas``."""
    pekerja = make_donatur(**more).asuhan[0].pekerja  # type: ignore[arg-type]
    pekerja.status, pekerja.lunas_sampai = status, lunas
    pekerja.sumber, pekerja.sumber_pada = SumberPerlindungan.DIKONFIRMASI, lunas
    db.session.flush()
    return pekerja


@pytest.mark.kedua_basis
@pytest.mark.parametrize(
    ("hari", "status"),
    [
        (date(2026, 11, 30), W.AKTIF),
        (date(2026, 12, 31), W.AKTIF),
        (date(2027, 1, 1), W.TENGGANG_1),
        (date(2027, 2, 1), W.TENGGANG_2),
        (date(2027, 3, 1), W.NONAKTIF),
        (date(2028, 6, 1), W.NONAKTIF),
    ],
)
def test_november_recorded(cast: Cast, hari: date, status: StatusPekerja) -> None:
    """Several closed months are caught up in one run, each move with its own row; a second run is idle."""
    pekerja = make_aktif(date(2026, 11, 1))
    with time_machine.travel(datetime(hari.year, hari.month, hari.day, 9, tzinfo=ZONA), tick=False):
        moved = hitung_perlindungan()
        assert pekerja.status is status and moved == (status is not W.AKTIF)
        assert hitung_perlindungan() == 0
    computed = status is not W.AKTIF
    assert pekerja.sumber is (SumberPerlindungan.DIHITUNG if computed else SumberPerlindungan.DIKONFIRMASI)
    assert pekerja.sumber_pada == (hari if computed else date(2026, 11, 1))


def test_the_city_s_midnight_counts_not_the_server_s(cast: Cast) -> None:
    """A server on UTC at 23:30 on 31 December works in January WIB."""
    pekerja = make_aktif(date(2026, 11, 1))
    with time_machine.travel(datetime(2026, 12, 31, 16, 30, tzinfo=ZONA), tick=False):
        assert hitung_perlindungan() == 0
    with time_machine.travel("2026-12-31T23:30:00+00:00", tick=False):
        assert hitung_perlindungan() == 1
    assert pekerja.status is W.TENGGANG_1 and pekerja.sumber_pada == date(2027, 1, 1)


def test_who_is_not_covered_or_never_paid_is_left_alone(cast: Cast) -> None:
    for status in (W.TERDAFTAR, W.NONAKTIF, W.BERAKHIR, W.LAYAK):
        make_aktif(date(2025, 1, 1), status)
    make_aktif(date(2026, 11, 1)).lunas_sampai = None
    db.session.flush()
    assert hitung_perlindungan() == 0


def test_the_opd_counts_only_confirmed_cover(cast: Cast) -> None:
    before = _aktif()
    pekerja = make_donatur().asuhan[0].pekerja
    gerak(pekerja, "tercatat", by=cast.bayu.pelaku)
    assert _aktif() == before + 1
    pekerja.lunas_sampai = date(2025, 1, 1)
    db.session.flush()
    assert hitung_perlindungan() == 1
    assert _aktif() == before and pekerja.status is W.NONAKTIF


def _aktif() -> int:
    return db.session.scalar(db.select(db.func.coalesce(db.func.sum(HitunganOpd.pekerja_aktif), 0))) or 0


def test_a_birthday_is_flagged_once(cast: Cast) -> None:
    """The state stays: the worker may go on, but a lapse would be final."""
    old = make_aktif(date(2026, 11, 1), lahir_pekerja=date(1961, 11, 21))
    young = make_aktif(date(2026, 11, 1), lahir_pekerja=date(1961, 11, 22))
    waiting = make_aktif(date(2026, 11, 1), W.TENGGANG_1, lahir_pekerja=date(1950, 1, 1))
    with time_machine.travel(datetime(2026, 11, 21, 9, tzinfo=ZONA), tick=False):
        assert tandai_usia65() == 1
        assert tandai_usia65() == 0
    assert (old.usia65, young.usia65, waiting.usia65) == (True, False, False)
    assert old.status is W.AKTIF


def test_computed_is_never_shown_as_confirmed(cast: Cast) -> None:
    pekerja = make_aktif(date(2026, 11, 1))
    assert keadaan_perlindungan(pekerja) == (
        "Terlindungi",
        "dikonfirmasi BPJS, berkas tanggal 1 November 2026",
    )
    with time_machine.travel(datetime(2027, 1, 5, 9, tzinfo=ZONA), tick=False):
        hitung_perlindungan()
    label, sumber = keadaan_perlindungan(pekerja)
    assert label == "Perlindungan berisiko (1 bulan)" and sumber == "dihitung aplikasi pada 5 Januari 2027"
    for status in W:
        pekerja.status, pekerja.sumber, pekerja.sumber_pada = status, None, None
        assert "Terlindungi" not in keadaan_perlindungan(pekerja)[0]
    db.session.rollback()


def test_both_run_every_hour() -> None:
    assert JOBS["hitung-perlindungan"] is hitung_perlindungan
    assert JOBS["tandai-usia65"] is tandai_usia65
