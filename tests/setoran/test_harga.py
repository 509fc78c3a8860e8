"""What BPJS is paid is what the ledger books, whatever happens to the price meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.penyesuaian import sesuaikan_dibayar
from rentan.iuran.status import JenisUrusan, StatusBpjs
from rentan.paket import actions
from rentan.setoran import penangan
from rentan.setoran.models import BarisSetor
from rentan.tarif.queries import forget_tarif
from rentan.util.tanggal import awal_bulan
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.iuran.test_penyesuaian import BULAN, naik, paid, potong
from tests.setoran.maker import approve, build, make_lunas, pay, send


@pytest.mark.kedua_basis
def test_a_price_that_changes_while_a_remittance_is_built(
    app: Flask, cast: Cast, mesin_basis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading what may go and holding it; on SQLite nobody else writes meanwhile."""
    row_id = paid(make_donatur().asuhan[0]).id
    db.session.commit()

    def cheaper() -> None:
        with app.app_context():
            potong()
            sesuaikan_dibayar()
            db.session.commit()

    def hold(ids: Any) -> Any:
        monkeypatch.undo()
        if mesin_basis == "sqlite":
            potong()
            sesuaikan_dibayar()
        else:
            with ThreadPoolExecutor(1) as other:
                other.submit(cheaper).result(timeout=60)
        return penangan._hold(ids)

    monkeypatch.setattr(penangan, "_hold", hold)
    paket = build(cast, BULAN)
    line = db.session.scalars(db.select(BarisSetor)).one()
    assert line.jumlah == db.session.get_one(Iuran, row_id).jumlah == 11_800
    forget_tarif()  # the next request
    approve(cast, paket)
    pay(cast, paket)
    assert paket.uang is not None and paket.uang.jumlah_rupiah == 11_800


def test_a_price_that_rises_while_the_remittance_waits(cast: Cast) -> None:
    """Paid for too little and asked of nobody it would be the city's loss."""
    kini = awal_bulan(today())
    row = make_lunas(make_donatur().asuhan[0], kini)
    paket = build(cast)
    approve(cast, paket)
    naik(kini)
    sesuaikan_dibayar()
    with pytest.raises(RuleError, match="Harga bulan ini berubah") as refused, db.session.begin_nested():
        pay(cast, paket)
    assert refused.value.kode == "baris_berubah"
    actions.batal_paket(paket, by=cast.bayu.pelaku, alasan="Harga berubah")
    send(cast)  # the donor is asked for the rest, the worker's month does not wait for it
    assert row.status_bpjs is StatusBpjs.DISETOR
    assert [one.jenis for one in db.session.scalars(db.select(Urusan))] == [JenisUrusan.KURANG_BAYAR]


def test_a_line_at_an_old_price_is_not_locked(cast: Cast) -> None:
    kini = awal_bulan(today())
    make_lunas(make_donatur().asuhan[0], kini)
    paket = build(cast)
    naik(kini)
    with pytest.raises(RuleError, match="Harga bulan ini berubah"):
        approve(cast, paket)
