"""Prior notice: each donor whose debit changes is told the amount before the lock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from rentan.ext import db
from rentan.iuran.beritahu import beri_tahu, beri_tahu_semua, donatur_tanpa_pemberitahuan
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran, Pemberitahuan
from rentan.iuran.status import StatusIuran
from rentan.paket import actions
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.pekerja.status import StatusPekerja
from tests.autodebet.maker_debet import baris_of, susun
from tests.iuran.maker import make_donatur, make_iuran
from tests.iuran.test_tagihan import make_line

NOV, DES = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _before_the_cut_off(app: Flask) -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def notices(donor: Any) -> list[tuple[int, int]]:
    query = select(Pemberitahuan.jumlah_lama, Pemberitahuan.jumlah_baru)
    return [tuple(row) for row in db.session.execute(query.where(Pemberitahuan.asn_id == donor.asn.id))]


def sent_in_november(donor: Any) -> None:
    for one in donor.asuhan:
        make_line(make_iuran(one, NOV, StatusIuran.BERHASIL, dibayar_pada=date(2026, 11, 2)))
    paket = db.session.scalars(select(Paket)).one()
    paket.nomor, paket.sha256, paket.kunci_berkas = "D/1", "0" * 64, "x"
    paket.dikunci_pada = paket.disetujui_pada = paket.dibuat_pada
    paket.status = StatusPaket.DIKIRIM
    db.session.flush()


@pytest.mark.kedua_basis
def test_first_and_changed_amounts_are_announced_equal_ones_are_not(app: Flask) -> None:
    same, more, fresh = make_donatur(), make_donatur(pekerja=2), make_donatur(periode=3, mulai=DES)
    sent_in_november(same)
    sent_in_november(more)
    jadwalkan()
    extra = make_iuran(more.asuhan[0], date(2026, 10, 1))
    assert donatur_tanpa_pemberitahuan(DES) == 2
    assert beri_tahu(DES) == 2
    assert beri_tahu(DES) == 0
    assert donatur_tanpa_pemberitahuan(DES) == 0
    assert (notices(same), notices(more)) == ([], [(16_800, 25_200)])
    assert notices(fresh) == [(0, 8_400 + 16_800 + 16_800)]
    # What changes once more before the lock is announced once more, and stands as unread again.
    row = db.session.scalars(select(Pemberitahuan).where(Pemberitahuan.asn_id == more.asn.id)).one()
    row.dibaca_pada = row.dibuat_pada
    make_iuran(more.asuhan[1], date(2026, 10, 1))
    assert extra.status is StatusIuran.TERJADWAL
    assert donatur_tanpa_pemberitahuan(DES) == 1
    assert beri_tahu(DES) == 1
    db.session.expire_all()
    assert (row.jumlah_baru, row.dibaca_pada) == (33_600, None)


def test_held_rows_are_no_debit_and_the_words_say_the_day(app: Flask) -> None:
    donor = make_donatur(pekerja=2)
    jadwalkan()
    held = db.session.scalars(select(Iuran).where(Iuran.asuhan_id == donor.asuhan[0].id))
    for row in held:
        row.alasan_tahan, row.status = "plafon", StatusIuran.DITAHAN
    beri_tahu_semua()
    assert [row[1] for row in notices(donor)] == [16_800]
    words = db.session.scalars(select(Pemberitahuan.keterangan)).one()
    assert words == "Potongan pertama Anda, Rp16.800, dijadwalkan pada Selasa, 1 Desember 2026."


def test_the_notice_says_what_the_file_asks_for(app: Flask, cast: Any) -> None:
    """Not what the debit leaves out; and once more when a line is taken out by hand."""
    donor, usai, dua = make_donatur(pekerja=3), make_donatur(), make_donatur(pekerja=2)
    for one in (*donor.asuhan, *usai.asuhan, *dua.asuhan):
        make_iuran(one, DES)
    make_iuran(donor.asuhan[0], date(2026, 8, 1))  # too long ago
    donor.asuhan[1].pekerja.status = StatusPekerja.NONAKTIF
    donor.asuhan[2].pekerja.lunas_sampai = DES
    db.session.flush()
    paket = susun(cast)
    beri_tahu_semua()
    assert (notices(donor), notices(usai), notices(dua)) == ([(0, 8_400)], [(0, 8_400)], [(0, 16_800)])
    baris = {one.iuran.asuhan_id: one.id for one in baris_of(paket)}
    for one in (usai.asuhan[0], dua.asuhan[0]):
        actions.keluarkan_baris(paket, baris[one.id], by=cast.hadi.pelaku)
    actions.kunci_paket(paket, by=cast.hadi.pelaku)
    assert beri_tahu_semua() == 0
    assert (notices(donor), notices(usai), notices(dua)) == ([(0, 8_400)], [(0, 0)], [(0, 8_400)])
    words = db.session.scalars(select(Pemberitahuan).where(Pemberitahuan.asn_id == usai.asn.id)).one()
    assert words.keterangan == "Untuk iuran Desember 2026 tidak ada potongan pada Selasa, 1 Desember 2026."
