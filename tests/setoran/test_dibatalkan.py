"""A debit that the bank takes back while its month is in a list for BPJS (C15, P2)."""

from __future__ import annotations

import pytest

from rentan.autodebet.kait import SETELAH_DEBET_DIBATALKAN
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import KelasGagal, StatusBpjs, StatusIuran
from rentan.paket.models import Paket
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.setoran.maker import approve, build, make_lunas, pay

B, H = StatusBpjs, HasilSetor


def _dua_bulan() -> list[Iuran]:
    """Two months of one worker and one of another, all paid."""
    kini = awal_bulan(today())
    satu, lain = make_donatur().asuhan[0], make_donatur().asuhan[0]
    return [make_lunas(satu, tambah_bulan(kini, -1)), make_lunas(satu, kini), make_lunas(lain, kini)]


def _batalkan(row: Iuran, paket: Paket, cast: Cast, *lain: Iuran) -> None:
    for one in (row, *lain):
        one.status, one.kelas_gagal = StatusIuran.GAGAL, KelasGagal.COBA_LAGI
    db.session.flush()
    for ikut in SETELAH_DEBET_DIBATALKAN:
        ikut([row, *lain], paket, cast.hadi.pelaku)
    db.session.expire_all()


def test_it_leaves_the_list_with_the_later_months(cast: Cast) -> None:
    rows = _dua_bulan()
    paket = build(cast)
    _batalkan(rows[0], paket, cast)
    assert [one.status_bpjs for one in rows] == [B.BELUM, B.BELUM, B.DALAM_SETORAN]
    approve(cast, paket)
    assert (paket.jumlah, paket.uang and paket.uang.jumlah_rupiah) == (1, rows[2].jumlah)
    pay(cast, paket)
    assert rows[2].status_bpjs is B.DISETOR


@pytest.mark.parametrize("urut", [(0, 1), (1, 0)])
def test_two_months_of_one_worker_taken_back_in_one_file(cast: Cast, urut: tuple[int, int]) -> None:
    """In whichever order the bank names them."""
    rows = _dua_bulan()
    paket = build(cast)
    _batalkan(rows[urut[0]], paket, cast, rows[urut[1]])
    assert [one.status_bpjs for one in rows] == [B.BELUM, B.BELUM, B.DALAM_SETORAN]


def test_a_locked_list_is_not_paid_any_more(cast: Cast) -> None:
    """The file that was approved names a month whose money is gone."""
    rows = _dua_bulan()
    paket = build(cast)
    approve(cast, paket)
    _batalkan(rows[1], paket, cast)
    with pytest.raises(RuleError, match="dibatalkan bank"):
        pay(cast, paket)
    db.session.rollback()


def test_an_emptied_list_is_not_locked(cast: Cast) -> None:
    row = _dua_bulan()[2]
    for one in db.session.scalars(db.select(Iuran).where(Iuran.id != row.id)):
        one.status, one.kelas_gagal = StatusIuran.GAGAL, KelasGagal.HENTIKAN
    db.session.flush()
    paket = build(cast)
    _batalkan(row, paket, cast)
    [line] = db.session.scalars(db.select(BarisSetor))
    assert line.hasil is H.DIKELUARKAN
    with pytest.raises(RuleError, match="Belum ada baris"):
        approve(cast, paket)
