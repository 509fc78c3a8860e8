"""Matters: opened once, taken with a date, closed with a word; by whose turn it is and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran import urusan as u
from rentan.iuran.models import Urusan
from rentan.iuran.status import JenisUrusan
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran
from tests.threads import run_at_once

NOV = date(2026, 11, 1)


def buka(asuhan: Any, pemilik: Peran = Peran.BENDAHARA) -> Urusan:
    return u.buka_urusan(
        JenisUrusan.TANPA_KABAR, asuhan, NOV, "Tanyakan kepada bank.", pemilik=pemilik,
        iuran=make_iuran(asuhan, NOV),
    )  # fmt: skip


@pytest.mark.kedua_basis
def test_at_the_same_moment_one_matter_is_opened_once_and_again_after_it_was_closed(
    app: Flask, cast: Cast
) -> None:
    asuhan = make_donatur().asuhan[0]
    key = asuhan.id

    def work(_n: int) -> int:
        one = u.UrusanBaru(JenisUrusan.CERMIN, key, NOV, "Periksa.", Peran.BENDAHARA, sel="bank")
        done = u.buka_banyak([one])
        db.session.commit()
        return done

    assert sorted(run_at_once(app, 3, work)) == [0, 0, 1]
    row = db.session.scalars(select(Urusan)).one()
    u.selesaikan_urusan(row, catatan="Sudah cocok.", by=cast.hadi.pelaku)
    assert work(0) == 1
    assert db.session.scalar(select(func.count(Urusan.id))) == 2


def test_taken_with_a_date_then_closed_with_a_word(app: Flask, cast: Cast) -> None:
    row = buka(make_donatur().asuhan[0])
    assert buka_lagi(row) is row
    hadi = cast.hadi.pelaku
    assert u.count_tanpa_pemilik(NOV) == 1
    assert u.count_terbuka(seen_by=hadi) == 1
    with pytest.raises(RuleError, match="paling cepat"):
        u.ambil_urusan(row, tenggat=today() - timedelta(days=1), by=hadi)
    u.ambil_urusan(row, tenggat=today(), by=hadi, versi=row.versi)
    assert u.count_tanpa_pemilik(NOV) == 0
    with pytest.raises(Stale):
        u.selesaikan_urusan(row, catatan="Beres", by=hadi, versi=row.versi - 1)
    with pytest.raises(RuleError, match="Tuliskan"):
        u.selesaikan_urusan(row, catatan="  ", by=hadi)
    u.selesaikan_urusan(row, catatan="Bank menjawab berhasil.", by=hadi)
    with pytest.raises(RuleError, match="sudah diselesaikan"):
        u.ambil_urusan(row, tenggat=today(), by=hadi)
    assert [one.urusan for one in u.list_urusan(seen_by=hadi, selesai=True)] == [row]


def buka_lagi(row: Urusan) -> Urusan:
    return u.buka_urusan(row.jenis, row.asuhan, row.periode, "Lagi.", pemilik=row.pemilik)


def test_and_wati(app: Flask, cast: Cast) -> None:
    row = buka(make_donatur().asuhan[0])
    for orang in (cast.wati, cast.bayu, cast.sari, cast.dewi):
        with pytest.raises(NotFound):
            u.get_urusan(row.id, seen_by=orang.pelaku)
        with pytest.raises(Forbidden):
            u.selesaikan_urusan(row, catatan="x", by=orang.pelaku)
    assert u.get_urusan(row.id, seen_by=cast.yuni.pelaku) is row
    assert u.list_urusan(seen_by=cast.bayu.pelaku) == []
    assert u.count_terbuka(seen_by=cast.yuni.pelaku) == 0


def test_lists_by_choice_and_the_own_matter_is_another_ones(app: Flask, cast: Cast) -> None:
    hadi = cast.hadi.pelaku
    first, second = buka(make_donatur().asuhan[0]), buka(make_donatur().asuhan[0])
    u.ambil_urusan(first, tenggat=today(), by=hadi)
    pick = lambda one: [row.urusan for row in u.list_urusan(seen_by=hadi, saringan=one)]  # noqa: E731
    assert pick(u.Saringan.BEBAS) == [second]
    assert pick(u.Saringan.SAYA) == [first]
    assert pick(u.Saringan.LEWAT) == []
    assert len(u.list_urusan(seen_by=hadi, banyak=1)) == 1
    own = buka(make_donatur(cast.sari.asn).asuhan[0])
    with pytest.raises(RuleError, match="sendiri"):
        u.selesaikan_urusan(own, catatan="x", by=replace(hadi, asn_id=cast.sari.asn.id))


def test_a_cause_that_is_gone_closes_it(app: Flask) -> None:
    row = buka(make_donatur().asuhan[0])
    assert u.tutup_untuk(JenisUrusan.TANPA_KABAR, [row.iuran_id], catatan="Bank menjawab.") == 1
    assert u.tutup_untuk(JenisUrusan.TANPA_KABAR, [row.iuran_id], catatan="Bank menjawab.") == 0
    assert row.catatan == "Bank menjawab."
