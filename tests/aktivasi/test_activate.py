"""Activation: NIP and a printed code, once, in time; the account, the role and the first rung."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine

from rentan.aktivasi import actions, queries
from rentan.akun.models import Akun, PeranAkun
from rentan.akun.queries import find_akun
from rentan.asn.models import Asn, KodeAktivasi, Tahapan
from rentan.asn.status import StatusAktif, Tahap
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.ext import db
from tests import factories
from tests.threads import run_at_once

SANDI = "jembatan-merah-subuh"
TAMU = Pelaku(akun_id=None)


@pytest.fixture
def tono(cast) -> Asn:
    """An ASN of Budi's OPD who has not activated."""
    return factories.make_asn("Tono Rekaan", lahir=date(1991, 4, 5))


def slip(asn: Asn) -> str:
    """The code on a slip printed now for this one."""
    opd = queries.get_opd("DISKOMINFO", seen_by=SISTEM)
    people = [one for one in queries.list_belum(opd) if one.asn_id == asn.id]
    codes = actions.make_codes(people)
    actions.issue_codes(opd, codes, sampai=actions.expiry(), by=SISTEM)
    db.session.commit()
    return codes[asn.id]


def send(browser, asn, kode, sandi=SANDI, **more):
    data = {"nip": asn.nip, "kode": kode, "sandi": sandi, "sandi_ulang": sandi} | more
    return browser.post("/aktivasi", data=data)


def sentence(answer) -> str:
    return re.search(r"ringkasan-galat.*?<ul>(.*?)</ul>", answer.text, re.S)[1]


@pytest.mark.kedua_basis
def test_tono_activates_and_signs_in(cast, tono, client):
    answer = send(client, tono, slip(tono))
    assert (answer.status_code, answer.location) == (303, "/masuk")
    akun = find_akun(tono.nip)
    assert (akun.asn_id, akun.nama) == (tono.id, "Tono Rekaan")
    roles = db.session.scalars(db.select(PeranAkun.peran).where(PeranAkun.akun_id == akun.id)).all()
    assert roles == [Peran.ASN]
    assert tono.tahap is Tahap.AKTIVASI and not tono.ikut, "activated is not joined"
    assert db.session.scalars(db.select(Tahapan.tahap).where(Tahapan.asn_id == tono.id)).all() == [
        Tahap.AKTIVASI
    ]
    assert client.post("/masuk", data={"nip": tono.nip, "sandi": SANDI}).status_code == 303


@pytest.mark.parametrize(
    "typed",
    [
        lambda k: k.lower(),
        lambda k: f"{k[:4]}-{k[4:8]}-{k[8:]}",
        lambda k: f" {k[:4]} {k[4:8]}  {k[8:]} ",
        lambda k: k.replace("0", "o").replace("1", "l"),
        lambda k: k.replace("0", "O").replace("1", "I"),
    ],
)
def test_the_code_may_be_typed_as_people_type(cast, tono, client, typed):
    assert send(client, tono, typed(slip(tono))).status_code == 303


def test_every_refusal_reads_the_same(cast, tono, client):
    used = factories.make_asn("Umi Rekaan")
    gone = factories.make_asn("Gito Rekaan")
    codes = {asn.id: slip(asn) for asn in (used, gone, tono)}
    send(client, used, codes[used.id])
    gone.status_aktif = StatusAktif.PENSIUN
    stranger = Asn(nip="199002022015031003")
    answers = [
        send(client, tono, "0000-0000-0000"),
        send(client, tono, codes[gone.id]),
        send(client, used, codes[used.id]),
        send(client, gone, codes[gone.id]),
        send(client, stranger, codes[tono.id]),
        send(client, cast.sari.asn, codes[tono.id]),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({sentence(answer) for answer in answers}) == 1
    assert all(SANDI not in answer.text for answer in answers)


def test_a_code_works_once(cast, tono, client):
    kode = slip(tono)
    assert send(client, tono, kode).status_code == 303
    find_akun(tono.nip).sandi_hash = None
    assert send(client, tono, kode).status_code == 422


def test_it_expires(cast, tono, client):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        kode = slip(tono)
        clock.move_to(start + timedelta(days=30, seconds=1))
        assert send(client, tono, kode).status_code == 422
        clock.move_to(start + timedelta(days=29))
        assert send(client, tono, kode).status_code == 303


def test_a_newer_slip_kills_the_older(cast, tono, client):
    older, newer = slip(tono), slip(tono)
    assert send(client, tono, older).status_code == 422
    assert send(client, tono, newer).status_code == 303


def test_five_wrong_codes_hold_the_right_one_for_fifteen_minutes(cast, tono, client):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        kode = slip(tono)
        for _ in range(5):
            send(client, tono, "0000-0000-0000")
        assert send(client, tono, kode).status_code == 422
        clock.move_to(start + timedelta(minutes=15, seconds=1))
        assert send(client, tono, kode).status_code == 303


def test_a_bad_password_keeps_the_code_and_costs_no_try(cast, tono, client):
    kode = slip(tono)
    for sandi in ("pendek", "tono-tono-tono-x", f"x{tono.nip}x"):
        answer = send(client, tono, kode, sandi)
        assert answer.status_code == 422 and "Kata sandi" in sentence(answer)
    assert send(client, tono, kode, sandi_ulang="lain-lagi-sekali").status_code == 422
    assert send(client, tono, kode).status_code == 303


def test_somebody_who_was_on_the_list_before_keeps_the_account(cast, tono, client):
    akun = factories.make_akun(tono.nip, "Tono", asn=tono)
    assert send(client, tono, slip(tono)).status_code == 303
    assert db.session.scalars(db.select(Akun.id).where(Akun.asn_id == tono.id)).all() == [akun.id]


@pytest.mark.kedua_basis
def test_of_six_with_one_code_at_once_one_wins(app, cast, tono):
    kode, nip = slip(tono), tono.nip

    def work(_number: int) -> bool:
        actions.activate(nip, kode, SANDI, hash_baru="$argon2id$x", boleh=True, by=TAMU)
        db.session.commit()
        return True

    results = run_at_once(app, 6, work)
    assert results.count(True) == 1
    assert all(one is True or isinstance(one, RuleError) for one in results), results


def test_the_database_does_not_know_the_code(cast, tono):
    kode = slip(tono)
    row = db.session.scalars(db.select(KodeAktivasi)).one()
    assert len(kode) == 12 and kode.encode() not in row.kode_hash
