"""A petugas kecamatan proposes workers of the own kecamatan, and only those."""

from __future__ import annotations

from datetime import date

import pytest

from rentan.asuhan import actions as asuhan_actions
from rentan.calon import actions, queries
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.pekerja.status import AsalPekerja
from tests import factories
from tests.asuhan.test_usulkan import data, propose
from tests.calon.maker import KANTOR, TETANGGA, make_calon


def put(cast, facts=None, who=None, **more):
    facts = facts or data(factories.nik(), kelurahan_kode=KANTOR)
    options = {"diberi_tahu_pada": today()} | more
    return actions.usulkan_calon(facts, by=(who or cast.joko).pelaku, **options)


def test_joko_proposes_in_ngaliyan(cast):
    calon = put(cast)
    db.session.commit()
    assert calon.pekerja.asal is AsalPekerja.KECAMATAN and calon.diusulkan_oleh == cast.joko.akun.id
    assert [one.id for one in queries.list_calon(None, seen_by=cast.sari.pelaku).baris] == [calon.id]
    assert [one.id for one in queries.list_usulan(seen_by=cast.joko.pelaku)] == [calon.id]
    assert queries.state_of([calon]) == {calon.id: "Menunggu ASN"}


@pytest.mark.parametrize("kelurahan", [TETANGGA, "99.99.99.9999", ""])
def test_a_foreign_or_unknown_ward_is_refused_alike(cast, kelurahan):
    facts = data(factories.nik(), kelurahan_kode=kelurahan)
    refused = pytest.raises(RuleError, put, cast, facts)
    assert (refused.value.kode, refused.value.field) == ("luar_kecamatan", "kelurahan")


@pytest.mark.parametrize("who", ["tini", "wati", "sari", "dewi", "rini"])
def test_others_cannot_propose_there_nor_see_the_list(cast, who):
    stranger = getattr(cast, who)
    assert pytest.raises(RuleError, put, cast, None, stranger).value.kode == "luar_kecamatan"
    make_calon()
    assert queries.list_usulan(seen_by=stranger.pelaku) == []


def test_the_worker_must_have_been_told(cast):
    assert pytest.raises(RuleError, put, cast, diberi_tahu_pada=None).value.kode == "pemberitahuan"


def test_twice_is_once(cast):
    facts = data(factories.nik(), kelurahan_kode=KANTOR)
    put(cast, facts)
    db.session.commit()
    assert pytest.raises(RuleError, put, cast, facts).value.kode == "sudah_di_daftar"


def test_a_sponsored_worker_is_refused_without_names(cast):
    calon = make_calon(digits=(digits := factories.nik()))
    propose(cast.sari, calon.pekerja)
    db.session.commit()
    refused = pytest.raises(RuleError, put, cast, data(digits, kelurahan_kode=KANTOR))
    assert refused.value.kode == "sudah_diasuh" and "Sari" not in refused.value.pesan
    assert queries.state_of([calon]) == {calon.id: "Sudah dipilih seorang ASN"}


def test_the_age_limit_holds_here_too(cast, time_machine):
    time_machine.move_to("2026-11-20 10:00+07:00")
    lahir = date(1961, 11, 30)
    old = data(factories.nik(lahir), tanggal_lahir=lahir, kelurahan_kode=KANTOR)
    assert pytest.raises(RuleError, put, cast, old).value.kode == "terlalu_tua"


def test_somebody_who_left_the_pool_can_come_back(cast):
    calon = make_calon(digits=(digits := factories.nik()))
    calon.keluar_pada, calon.alasan_keluar = now(), "pindah"
    db.session.flush()
    assert put(cast, data(digits, kelurahan_kode=KANTOR)) is calon and calon.keluar_pada is None


def test_a_typed_worker_whose_donor_stops_before_paying_is_not_put_into_the_pool(cast):
    row = propose(cast.sari, factories.make_pekerja())
    asuhan_actions.batal(row, by=cast.sari.pelaku)
    assert queries.list_calon(None, seen_by=cast.sari.pelaku).baris == []
