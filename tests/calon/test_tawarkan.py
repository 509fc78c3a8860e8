"""Offers: made by admin or the own operator, answered by the ASN alone."""

from __future__ import annotations

import pytest

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.calon import actions, queries
from rentan.calon.models import Calon, Tawaran
from rentan.calon.status import StatusTawaran
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from tests.calon.maker import make_calon
from tests.threads import run_at_once


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def offer(cast, calon=None, to=None, by=None):
    return actions.tawarkan(calon or make_calon(), (to or cast.lina).asn, by=(by or cast.budi).pelaku)


def test_operator_and_admin_offer(cast):
    assert offer(cast).status is StatusTawaran.MENUNGGU
    assert offer(cast, make_calon("Lain"), cast.eko, cast.dewi).berlaku_sampai.isoformat() == "2026-11-28"


@pytest.mark.parametrize("who", ["wati", "sari", "joko", "rini", "agus", "bayu"])
def test_nobody_else_offers(cast, who):
    with pytest.raises(Forbidden):
        offer(cast, by=getattr(cast, who))


def test_one_offer_at_a_time(cast):
    calon = make_calon()
    offer(cast, calon)
    assert pytest.raises(RuleError, offer, cast, calon, cast.sari).value.kode == "tidak_bebas"
    taken = pytest.raises(RuleError, actions.pegang, calon, asn=cast.sari.asn, by=cast.sari.pelaku)
    assert taken.value.kode == "tidak_bebas"


def test_an_asn_who_left_gets_no_offer(cast):
    cast.lina.asn.status_aktif = StatusAktif.PENSIUN
    assert pytest.raises(RuleError, offer, cast).value.kode == "asn_tidak_aktif"


def test_accepting_holds_the_worker(cast):
    tawaran = offer(cast)
    row = actions.jawab_tawaran(tawaran, terima=True, by=cast.lina.pelaku, versi=tawaran.versi)
    assert row.status is StatusAsuhan.DITAHAN and row.asn_id == cast.lina.asn.id
    assert tawaran.status is StatusTawaran.DITERIMA and tawaran.dijawab_pada
    with pytest.raises(RuleError):
        actions.jawab_tawaran(tawaran, terima=False, by=cast.lina.pelaku)


@pytest.mark.parametrize("status", ["duga_duplikat", "ditanggung_lain"])
def test_an_offer_is_no_way_around_the_board(cast, status):
    tawaran = offer(cast)
    tawaran.calon.pekerja.status = StatusPekerja(status)
    refused = pytest.raises(RuleError, actions.jawab_tawaran, tawaran, terima=True, by=cast.lina.pelaku)
    assert refused.value.kode == "tidak_bebas" and tawaran.status is StatusTawaran.MENUNGGU


def test_declining_puts_the_worker_back(cast):
    calon = make_calon()
    tawaran = offer(cast, calon)
    assert actions.jawab_tawaran(tawaran, terima=False, by=cast.lina.pelaku) is None
    assert [one.id for one in queries.list_calon(None, seen_by=cast.sari.pelaku).baris] == [calon.id]
    assert db.session.scalar(db.select(db.func.count(Asuhan.id))) == 0


def test_holding_an_offered_worker_from_the_board_accepts_the_offer(cast):
    calon = make_calon()
    tawaran = offer(cast, calon)
    actions.pegang(calon, asn=cast.lina.asn, by=cast.lina.pelaku)
    assert tawaran.status is StatusTawaran.DITERIMA


@pytest.mark.parametrize("who", ["sari", "eko", "budi", "wati", "dewi"])
def test_nobody_answers_for_another(cast, who):
    tawaran = offer(cast)
    stranger = getattr(cast, who).pelaku
    with pytest.raises(NotFound):
        queries.get_tawaran(tawaran.id, seen_by=stranger)
    assert queries.list_tawaran(cast.lina.asn.id, seen_by=stranger) == []
    with pytest.raises(Forbidden):
        actions.jawab_tawaran(tawaran, terima=True, by=stranger)


def test_an_offer_ends_by_itself(cast, time_machine):
    calon = make_calon()
    tawaran = offer(cast, calon)
    time_machine.move_to("2026-11-29 06:00+07:00")
    assert queries.list_tawaran(cast.lina.asn.id, seen_by=cast.lina.pelaku) == []
    late = pytest.raises(RuleError, actions.jawab_tawaran, tawaran, terima=True, by=cast.lina.pelaku)
    assert late.value.kode == "lewat_waktu"
    assert offer(cast, calon, cast.sari).status is StatusTawaran.MENUNGGU  # before the job came by
    assert tawaran.status is StatusTawaran.KEDALUWARSA
    assert actions.kembalikan_pegangan() == 0


def test_an_operator_finds_only_asn_of_the_own_opd(cast):
    assert queries.find_penerima(cast.lina.asn.nip, seen_by=cast.budi.pelaku) is cast.lina.asn
    assert queries.find_penerima(cast.lina.asn.nip, seen_by=cast.wati.pelaku) is None
    assert queries.find_penerima(cast.eko.asn.nip, seen_by=cast.dewi.pelaku) is cast.eko.asn
    offer(cast)
    assert len(queries.list_tawaran_dibuat(seen_by=cast.budi.pelaku)) == 1
    assert queries.list_tawaran_dibuat(seen_by=cast.wati.pelaku) == []


@pytest.mark.kedua_basis
def test_two_offers_at_once_leave_one(cast, app):
    calon_id = make_calon().id
    db.session.commit()
    wanted = [(cast.lina.asn.id, cast.budi.pelaku), (cast.eko.asn.id, cast.dewi.pelaku)] * 3

    def make_offer(number: int) -> str:
        asn_id, by = wanted[number]
        actions.tawarkan(db.session.get(Calon, calon_id), db.session.get(Asn, asn_id), by=by)
        db.session.commit()
        return "ditawarkan"

    answers = [getattr(one, "kode", one) for one in run_at_once(app, len(wanted), make_offer)]
    assert sorted(map(str, answers)) == ["ditawarkan"] + ["tidak_bebas"] * 5
    assert db.session.scalar(db.select(db.func.count(Tawaran.id))) == 1
