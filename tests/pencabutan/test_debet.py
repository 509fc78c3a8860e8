"""Withdrawn letters and debit files (M19): a file without them ends them, a later debit goes back."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from rentan.asn.status import StatusAktif
from rentan.autodebet.kait import SETELAH_KIRIM_DEBET
from rentan.core.clock import now
from rentan.ext import db
from rentan.iuran.models import Urusan
from rentan.iuran.status import JenisUrusan
from rentan.kepesertaan.actions import AlasanKeluar, end_cover
from rentan.laporan.periksa.uang_paket import _mandat
from rentan.pencabutan.models import Pencabutan
from rentan.siaga.masa import akhiri_masa
from rentan.surat_kuasa.status import StatusSurat
from tests.autodebet.hasil_maker import BACA, BULAN, KIRIM, baca, bank, make_terkirim
from tests.iuran.maker import Donatur, make_donatur


def withdraw(one: Donatur, *, jam: int) -> None:
    """M18, so many hours before now."""
    one.surat.status = StatusSurat.DICABUT_MENUNGGU
    db.session.add(
        Pencabutan(
            id=uuid.uuid4(), surat_kuasa_id=one.surat.id, nomor=f"CK/{one.surat.nomor}",
            ditandatangani_pada=BULAN - timedelta(days=9), diterima_pada=now() - timedelta(hours=jam),
        )
    )  # fmt: skip
    db.session.flush()


@pytest.mark.kedua_basis
def test_the_file_without_a_letter_ends_it(cast: Any) -> None:
    with time_machine.travel(KIRIM, tick=False):
        ikut, lepas, baru = make_donatur(), make_donatur(), make_donatur()
        paket, _ = make_terkirim(cast, donatur=[ikut])
        for one, jam in ((ikut, 3), (lepas, 3), (baru, -1)):
            withdraw(one, jam=jam)
        for hook in SETELAH_KIRIM_DEBET:
            hook(paket, cast.hadi.pelaku)
        states = [one.surat.status for one in (ikut, lepas, baru)]
        assert states == [StatusSurat.DICABUT_MENUNGGU, StatusSurat.DICABUT, StatusSurat.DICABUT_MENUNGGU]


@pytest.mark.kedua_basis
def test_a_debit_after_the_withdrawal_was_received_is_to_be_refunded(cast: Any) -> None:
    with time_machine.travel(KIRIM, tick=False):
        dulu, kemudian, tetap = make_donatur(), make_donatur(), make_donatur()
        withdraw(dulu, jam=3)
        _, data = make_terkirim(cast, donatur=[dulu, kemudian, tetap])
        withdraw(kemudian, jam=-1)  # after the file had left: that debit is the last one
    with time_machine.travel(BACA, tick=False):
        baca(bank(data).berkas[0].data, cast)
    [urusan] = db.session.scalars(db.select(Urusan))
    assert (urusan.jenis, urusan.asuhan_id) == (JenisUrusan.PENGEMBALIAN, dulu.asuhan[0].id)


def test_a_debit_for_a_worker_whose_cover_has_ended_is_asked(cast: Any) -> None:
    with time_machine.travel(KIRIM, tick=False):
        one, two = make_donatur(), make_donatur()
        _, data = make_terkirim(cast, donatur=[one, two])
        dead, hari = one.asuhan[0].pekerja, date(2026, 11, 26)
        end_cover(dead, AlasanKeluar.MENINGGAL, pada=hari, catatan="surat", by=cast.bayu.pelaku)
    with time_machine.travel(BACA, tick=False):
        baca(bank(data).berkas[0].data, cast)
    [urusan] = db.session.scalars(db.select(Urusan))
    assert (urusan.jenis, urusan.asuhan_id) == (JenisUrusan.PENGEMBALIAN, one.asuhan[0].id)


def test_a_debit_after_the_end_of_service_is_to_be_refunded(cast: Any) -> None:
    """The roster told it when the file had left: by a date, and as a death without one."""
    with time_machine.travel(KIRIM, tick=False):
        pensiun, mati, lanjut = make_donatur(), make_donatur(), make_donatur()
        _, data = make_terkirim(cast, donatur=[pensiun, mati, lanjut])
        pensiun.asn.tmt_pensiun, mati.asn.status_aktif = BULAN, StatusAktif.MENINGGAL
        db.session.flush()
    with time_machine.travel("2026-11-30T03:00:00Z", tick=False):
        assert akhiri_masa() == 1 and mati.surat.berlaku_sampai == BULAN  # the day of the debit that had left
    with time_machine.travel("2026-12-01T00:30:00Z", tick=False):
        assert akhiri_masa() == 1 and pensiun.surat.berlaku_sampai == BULAN
    with time_machine.travel(BACA, tick=False):
        baca(bank(data).berkas[0].data, cast)
    found = list(db.session.scalars(db.select(Urusan)))
    assert {one.asuhan_id for one in found} == {pensiun.asuhan[0].id, mati.asuhan[0].id}
    assert all("masa kerja" in one.keterangan for one in found)
    assert list(_mandat()) == []
