"""Who stops while a debit is being built: nothing of that sponsorship leaves for the bank."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import henti
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.iuran.status import KelasGagal, StatusIuran
from rentan.paket import actions
from rentan.paket.penangan import penangan_of
from rentan.paket.status import JenisPaket
from tests.autodebet.maker_debet import (
    DES,
    HASIL,
    SIAP,
    baris_of,
    jawab,
    kirim,
    pada,
    setujui,
    status,
    susun,
)
from tests.iuran.maker import make_donatur, make_iuran

S = StatusIuran


def stop_meanwhile(app: Flask, asuhan: Asuhan, selagi: Any) -> None:
    """The sponsorship ends in another session while ``selagi()`` is not committed yet; then both are."""
    asuhan_id, selesai = asuhan.id, []
    db.session.commit()
    mulai = threading.Event()

    def stop() -> None:
        with app.app_context():
            mulai.wait(10)
            one = db.session.get_one(Asuhan, asuhan_id, with_for_update={"key_share": True})
            henti(one, alasan="donatur_berhenti", by=SISTEM)
            db.session.commit()
            selesai.append(one.status)

    thread = threading.Thread(target=stop)
    thread.start()
    selagi()
    db.session.flush()
    mulai.set()
    thread.join(0.7)  # by then it waits for what the builder holds
    assert selesai == []
    db.session.commit()
    thread.join(20)
    assert selesai == [StatusAsuhan.MENCARI_PENGGANTI]


@pytest.mark.kedua_basis
@pytest.mark.parametrize("jenis", [JenisPaket.DEBET, JenisPaket.ULANG])
def test_a_stop_while_the_batch_is_being_built(app: Flask, cast: Any, jenis: JenisPaket) -> None:
    """The letter stays in force for the other worker: the line has to leave because of the sponsorship."""
    with pada(SIAP):
        donor = make_donatur(pekerja=2)
        rows = [make_iuran(one, DES) for one in donor.asuhan]
        paket = kirim(cast) if jenis is JenisPaket.ULANG else None
    with pada(HASIL if paket else SIAP):
        if paket:
            jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast, lengkap=True)
        stop_meanwhile(app, donor.asuhan[0], lambda: susun(cast, jenis))
        assert status(*rows) == [S.DIHAPUSKAN, S.DALAM_BATCH]


def test_a_line_whose_sponsorship_is_over_is_neither_locked_nor_sent(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donor = make_donatur(pekerja=2)
        rows = [make_iuran(one, DES) for one in donor.asuhan]
        paket = susun(cast)
        donor.asuhan[0].status = StatusAsuhan.BERAKHIR  # as if nobody had heard of it
        db.session.flush()
        sebab = penangan_of(paket.jenis).list_hambatan(paket, banyak=9)
        assert [(one.id, "berhenti" in one.alasan) for one in sebab] == [(rows[0].id, True)]
        with pytest.raises(RuleError, match="Tambahkan yang sudah siap"):
            actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert actions.isi_lagi(paket, by=cast.hadi.pelaku) == 1
        setujui(paket, cast)
        donor.asuhan[1].status = StatusAsuhan.BERAKHIR
        db.session.flush()
        with pytest.raises(RuleError, match="Batalkan paket ini"):
            actions.kirim_paket(paket, by=cast.hadi.pelaku)
        db.session.rollback()
