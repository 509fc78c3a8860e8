"""The board: near first, long waiting first, only free workers, never a name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.calon import actions, queries
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.settings import change_setting
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pekerja.status import Sektor, StatusPekerja
from tests.calon.maker import JAUH, KANTOR, SEKECAMATAN, TETANGGA, make_calon

pytestmark = pytest.mark.kedua_basis


def board(cast, **filters):
    return queries.list_calon(cast.sari.asn, seen_by=cast.sari.pelaku, **filters)


def shown(page) -> list:
    return [one.id for one in page.baris]


def test_near_the_office_first_then_the_longest_waiting(cast):
    db.session.get(Opd, cast.sari.asn.opd_id).kelurahan_kode = KANTOR
    far = make_calon("A", kelurahan=JAUH, hari=90)
    beside = make_calon("B", kelurahan=TETANGGA, hari=80)
    district = make_calon("C", kelurahan=SEKECAMATAN, hari=5)
    short, long = make_calon("D", hari=1), make_calon("E", hari=34)
    page = board(cast)
    assert shown(page) == [long.id, short.id, district.id, beside.id, far.id]
    assert [one.dekat for one in page.baris] == [0, 0, 1, 2, 3] and page.jumlah == 5
    assert page.baris[0].hari == 34


def test_near_the_home_or_a_chosen_ward(cast):
    far, near = make_calon("A", kelurahan=JAUH, hari=1), make_calon("B", hari=90)
    assert shown(board(cast)) == [near.id, far.id]  # no place known: only the waiting counts
    assert shown(board(cast, dekat=JAUH)) == [far.id, near.id]
    cast.sari.asn.kelurahan_kode = JAUH
    assert shown(board(cast)) == [far.id, near.id]
    assert shown(board(cast, dekat="99.99")) == [near.id, far.id]  # an unknown code is no place


def test_nobody_without_a_claim_to_be_offered(cast, time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")
    free = make_calon("Bebas")
    for status in (StatusPekerja.DITANGGUNG_LAIN, StatusPekerja.DUGA_DUPLIKAT, StatusPekerja.TIDAK_LAYAK):
        make_calon(f"Orang {status}", status=status)
    make_calon("Tua", lahir=date(1961, 12, 1))
    gone = make_calon("Pergi")
    gone.keluar_pada, gone.alasan_keluar = now(), "pindah"
    held = make_calon("Dipegang")
    actions.pegang(held, asn=cast.eko.asn, by=cast.eko.pelaku)
    offered = make_calon("Ditawarkan")
    actions.tawarkan(offered, cast.lina.asn, by=cast.budi.pelaku)
    assert shown(board(cast)) == [free.id]


def test_a_hold_or_offer_that_is_over_frees_the_worker_before_the_job(cast, time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")
    held, offered = make_calon("Satu"), make_calon("Dua", hari=3)
    actions.pegang(held, asn=cast.eko.asn, by=cast.eko.pelaku)
    actions.tawarkan(offered, cast.lina.asn, by=cast.budi.pelaku)
    time_machine.move_to("2026-11-28 23:00+07:00")
    assert shown(board(cast)) == []
    time_machine.move_to("2026-11-29 00:30+07:00")
    assert shown(board(cast)) == [held.id, offered.id]
    row = actions.pegang(held, asn=cast.sari.asn, by=cast.sari.pelaku)
    assert row.status is StatusAsuhan.DITAHAN and row.ditahan_sampai == today() + timedelta(days=7)


def test_filters(cast):
    driver = make_calon("A", sektor=Sektor.TRANSPORTASI, pekerjaan="sopir 100% angkot")
    seller = make_calon("B", pekerjaan="pedagang sayur")
    assert shown(board(cast, sektor=Sektor.TRANSPORTASI)) == [driver.id]
    assert shown(board(cast, pekerjaan="SAYUR")) == [seller.id]
    assert shown(board(cast, pekerjaan="%")) == [driver.id]  # a letter like any other
    assert shown(board(cast, pekerjaan="_")) == []


def test_pages_show_everybody_once(cast):
    change_setting("jarak_calon", 3, by=cast.dewi.pelaku)
    cast.sari.asn.kelurahan_kode = KANTOR
    wards = (KANTOR, SEKECAMATAN, JAUH)
    made = {make_calon(f"Orang {n}", kelurahan=wards[n % 3], hari=n // 2).id for n in range(8)}
    seen, after = [], None
    while True:
        page = board(cast, sesudah=after)
        seen += shown(page)
        assert len(page.baris) <= 3 and page.jumlah == 8
        if (after := page.sesudah) is None:
            break
    assert len(seen) == 8 and set(seen) == made


def test_no_name_leaves_the_query(cast):
    make_calon("Nama Rahasia")
    assert "Rahasia" not in repr(board(cast))


def test_who_may_look(cast):
    make_calon()
    for allowed in (cast.sari, cast.budi, cast.wati, cast.dewi, cast.bayu):
        assert queries.list_calon(None, seen_by=allowed.pelaku).baris
    for stranger in (cast.joko, cast.hadi, cast.yuni, cast.agus):
        with pytest.raises(NotFound):
            queries.list_calon(None, seen_by=stranger.pelaku)


def test_a_district_office_without_a_ward_is_near_its_district(cast):
    office = db.session.get(Opd, cast.sari.asn.opd_id)
    office.kelurahan_kode, office.jenis, office.nama = None, "kecamatan", "Kecamatan Ngaliyan"
    far, near = make_calon("A", kelurahan=JAUH, hari=90), make_calon("B", hari=1)
    assert [(one.id, one.dekat) for one in board(cast).baris][:1] == [(near.id, 1)]
    assert shown(board(cast))[-1] == far.id
