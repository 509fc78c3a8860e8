"""A1-A3: a hold is short, extended once, and returns by itself; one worker for one ASN."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rentan.asn.models import Asn, HitunganOpd
from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.calon import actions
from rentan.calon.models import Calon
from rentan.core.actor import Pelaku
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from tests import factories
from tests.asuhan.test_usulkan import propose
from tests.calon.maker import make_calon
from tests.threads import run_at_once


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def hold(cast, calon=None, who=None):
    who = who or cast.sari
    return actions.pegang(calon or make_calon(), asn=who.asn, by=who.pelaku)


def test_a_hold_lasts_as_set_and_does_not_count_as_a_worker(cast):
    row = hold(cast)
    assert (row.status, row.ditahan_sampai) == (StatusAsuhan.DITAHAN, date(2026, 11, 28))
    assert db.session.scalar(db.select(db.func.sum(HitunganOpd.pekerja))) in (None, 0)


def test_nobody_else_gets_a_held_worker(cast):
    calon = make_calon()
    hold(cast, calon)
    assert pytest.raises(RuleError, hold, cast, calon, cast.eko).value.kode == "sudah_diasuh"
    assert pytest.raises(RuleError, hold, cast, calon).value.kode == "sudah_asuhan_anda"
    assert pytest.raises(RuleError, propose, cast.eko, calon.pekerja).value.kode == "sudah_diasuh"


@pytest.mark.parametrize("status", ["duga_duplikat", "ditanggung_lain", "tidak_layak", "calon"])
def test_whoever_is_not_on_the_board_cannot_be_held(cast, status):
    calon = make_calon(status=StatusPekerja(status))
    assert pytest.raises(RuleError, hold, cast, calon).value.kode == "tidak_bebas"


def test_at_most_three_holds(cast):
    for number in range(3):
        hold(cast, make_calon(f"Orang {number}"))
    assert pytest.raises(RuleError, hold, cast, make_calon("Orang 4")).value.kode == "batas_pegang"


def test_only_the_own_person_holds(cast):
    for stranger in (cast.eko, cast.budi, cast.dewi):
        with pytest.raises(Forbidden):
            actions.pegang(make_calon(), asn=cast.sari.asn, by=stranger.pelaku)
        db.session.rollback()


def test_extended_once(cast):
    row = hold(cast)
    with pytest.raises(Forbidden):
        asuhan_actions.perpanjang(row, by=cast.eko.pelaku)
    with pytest.raises(Stale):
        asuhan_actions.perpanjang(row, by=cast.sari.pelaku, versi=row.versi + 1)
    asuhan_actions.perpanjang(row, by=cast.sari.pelaku, versi=row.versi)
    assert row.ditahan_sampai == date(2026, 12, 5)
    again = pytest.raises(RuleError, asuhan_actions.perpanjang, row, by=cast.sari.pelaku)
    assert again.value.kode == "penjaga_a2"


def test_too_late_to_extend(cast, time_machine):
    row = hold(cast)
    time_machine.move_to("2026-11-29 00:10+07:00")
    late = pytest.raises(RuleError, asuhan_actions.perpanjang, row, by=cast.sari.pelaku)
    assert late.value.kode == "penjaga_a2"


def test_what_is_over_blocks_nothing_even_before_the_job(cast, time_machine):
    calon = make_calon()
    first = hold(cast, calon)
    for number in range(2):
        hold(cast, make_calon(f"Orang {number}"))
    time_machine.move_to("2026-11-29 00:10+07:00")
    again = hold(cast, calon)
    assert first.status is StatusAsuhan.KEDALUWARSA and again is not first
    hold(cast, make_calon("Orang 3")), hold(cast, make_calon("Orang 4"))
    assert pytest.raises(RuleError, hold, cast, make_calon("Orang 5")).value.kode == "batas_pegang"


def test_the_job_returns_what_is_over_and_may_run_twice(cast, time_machine):
    over, kept = hold(cast), hold(cast, make_calon("Orang Lain"))
    asuhan_actions.perpanjang(kept, by=cast.sari.pelaku)
    time_machine.move_to("2026-11-28 23:59+07:00")
    assert actions.kembalikan_pegangan() == 0
    time_machine.move_to("2026-11-29 00:01+07:00")
    assert actions.kembalikan_pegangan() == 1 and actions.kembalikan_pegangan() == 0
    assert over.status is StatusAsuhan.KEDALUWARSA and kept.status is StatusAsuhan.DITAHAN
    last = db.session.scalars(
        db.select(Riwayat).where(Riwayat.objek_id == over.id, Riwayat.langkah == "A3")
    ).one()
    assert last.peran == "sistem"


def test_a_hold_becomes_a_proposal(cast):
    row = hold(cast)
    assert propose(cast.sari, row.pekerja) is row
    assert row.status is StatusAsuhan.DIUSULKAN and row.bulan_pertama == date(2026, 12, 1)
    assert db.session.scalar(db.select(db.func.sum(HitunganOpd.pekerja))) == 1


def test_giving_up_frees_the_worker_and_the_counter(cast):
    calon = make_calon()
    row = hold(cast, calon)
    asuhan_actions.batal(row, by=cast.sari.pelaku, versi=row.versi)
    assert row.status is StatusAsuhan.BERAKHIR
    again = propose(cast.sari, calon.pekerja)
    asuhan_actions.batal(again, by=cast.sari.pelaku)
    assert db.session.scalar(db.select(db.func.sum(HitunganOpd.pekerja))) == 0
    hold(cast, calon, cast.eko)


@pytest.mark.parametrize("who", ["eko", "budi", "wati", "dewi", "rini"])
def test_nobody_else_cancels(cast, who):
    row = hold(cast)
    with pytest.raises(Forbidden):
        asuhan_actions.batal(row, by=getattr(cast, who).pelaku)


def test_a_finished_one_cannot_be_cancelled_again(cast):
    row = hold(cast)
    asuhan_actions.batal(row, by=cast.sari.pelaku)
    with pytest.raises(RuleError) as refused:
        asuhan_actions.batal(row, by=cast.sari.pelaku)
    assert refused.value.kode == "status_tidak_cocok"


@pytest.mark.kedua_basis
def test_ten_asn_want_the_same_worker_at_once(app):
    calon_id = make_calon().id
    wanting = []
    for number in range(10):
        asn = factories.make_asn(
            f"Donatur {chr(65 + number)}", lahir=date(1970, 1, 1) + timedelta(days=number)
        )
        akun = factories.make_akun(asn.nip, asn.nama, asn=asn)
        wanting.append((asn.id, Pelaku(akun.id, frozenset({Peran.ASN}), asn_id=asn.id)))
    db.session.commit()

    def want(number: int) -> str:
        asn_id, by = wanting[number]
        actions.pegang(db.session.get(Calon, calon_id), asn=db.session.get(Asn, asn_id), by=by)
        db.session.commit()
        return "dipegang"

    answers = [getattr(one, "kode", one) for one in run_at_once(app, 10, want)]
    assert sorted(map(str, answers)) == ["dipegang"] + ["sudah_diasuh"] * 9
    assert db.session.scalar(db.select(db.func.count(Asuhan.id))) == 1
