"""The second factor: required for city-wide roles, each code once, recovery codes, lost phones."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pyotp
import pytest
import time_machine

from rentan.akun import totp
from rentan.akun.models import Akun, KodePemulihan
from rentan.core.audit import Jejak
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.subject import reveal
from rentan.ext import db
from tests.cast import SANDI
from tests.threads import run_at_once


@pytest.fixture
def production(app):
    """The rules of a real city; the demo city leaves the second factor off."""
    before = app.extensions["rentan"]
    app.extensions["rentan"] = dataclasses.replace(
        before, settings=dataclasses.replace(before.settings, env="production")
    )
    yield
    app.extensions["rentan"] = before


def enrol(orang) -> list[str]:
    totp.start_totp(orang.akun)
    db.session.commit()
    kode = pyotp.TOTP(reveal(orang.akun, "totp")).at(now() - timedelta(seconds=30))
    codes = totp.activate_totp(orang.akun, kode, by=orang.pelaku)
    db.session.commit()
    return codes


def current(orang) -> str:
    return pyotp.TOTP(reveal(orang.akun, "totp")).at(now())


def first_step(client, orang):
    return client.post("/masuk", data={"nip": orang.akun.pengenal, "sandi": SANDI})


def test_rini_sets_it_up_and_signs_in_with_it(app, cast, client_as, production):
    browser = client_as(cast.rini)
    with browser.session_transaction() as stored:
        before = stored["_user_id"]
    assert "Mulai pasang" in browser.get("/akun/pengaman").text
    browser.post("/akun/pengaman/mulai")
    page = browser.get("/akun/pengaman").text
    seed = re.search(r'data-uji="kunci-totp">([^<]+)<', page)[1].replace(" ", "")
    qr = browser.get("/akun/pengaman/qr.svg")
    assert (qr.mimetype, b"<svg" in qr.data) == ("image/svg+xml", True)
    assert seed.encode() not in cast.rini.akun.totp_enc
    assert browser.post("/akun/pengaman", data={"kode": "000000"}).status_code == 422
    shown = browser.post("/akun/pengaman", data={"kode": pyotp.TOTP(seed).now()})
    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", shown.text)) == 10
    with browser.session_transaction() as stored:
        assert stored["_user_id"] != before, "a new session id at the second factor (SES-1)"
    assert browser.get("/akun/pengaman/qr.svg").status_code == 404, "the seed is shown no more"
    other = app.test_client()
    assert first_step(other, cast.rini).location == "/masuk/kode"
    assert other.get("/akun").location == "/masuk?next=/akun", "the password alone opens nothing"


def test_city_roles_open_nothing_before_it_is_set_up(app, cast, client, production):
    assert first_step(client, cast.rini).location == "/beranda"
    assert client.get("/akun").location == "/akun/pengaman"
    assert client.post("/akun/keluar-semua").location == "/akun/pengaman"
    assert client.get("/akun/pengaman").status_code == 200
    sari = app.test_client()
    first_step(sari, cast.sari)
    assert sari.get("/akun").status_code == 200, "offered to everybody, required of the city-wide roles"


def test_the_demo_city_leaves_it_off(cast, client):
    first_step(client, cast.rini)
    assert client.get("/akun").status_code == 200


@pytest.mark.kedua_basis
def test_a_code_works_once(app, cast):
    enrol(cast.rini)
    kode = current(cast.rini)
    one, two = app.test_client(), app.test_client()
    first_step(one, cast.rini)
    first_step(two, cast.rini)
    assert one.post("/masuk/kode", data={"kode": kode}).location == "/beranda"
    assert two.post("/masuk/kode", data={"kode": kode}).status_code == 422


@pytest.mark.kedua_basis
def test_of_ten_with_one_code_at_once_one_comes_in(app, cast):
    enrol(cast.rini)
    kode, akun_id = current(cast.rini), cast.rini.akun.id
    pelaku = cast.rini.pelaku

    def work(_number: int) -> bool:
        totp.use_kode(db.session.get_one(Akun, akun_id), kode, by=pelaku)
        db.session.commit()
        return True

    results = run_at_once(app, 8, work)
    assert results.count(True) == 1
    assert all(one is True or isinstance(one, RuleError) for one in results), results


@pytest.mark.parametrize("shape", ["{}", "{} ", "lower", "spaced"])
def test_a_recovery_code_works_once_however_it_is_typed(app, cast, shape):
    kode = enrol(cast.rini)[3]
    typed = {"lower": kode.lower(), "spaced": kode.replace("-", " ").replace("0", "o").replace("1", "l")}
    typed = typed.get(shape, shape.format(kode))
    one, two = app.test_client(), app.test_client()
    first_step(one, cast.rini)
    first_step(two, cast.rini)
    assert one.post("/masuk/kode", data={"kode": typed}).location == "/beranda"
    assert two.post("/masuk/kode", data={"kode": typed}).status_code == 422
    assert totp.count_pemulihan(cast.rini.akun) == 9
    assert "kode_pemulihan_dipakai" in db.session.scalars(db.select(Jejak.peristiwa)).all()


def test_recovery_codes_are_stored_as_hashes(cast):
    codes = enrol(cast.rini)
    stored = b"".join(db.session.scalars(db.select(KodePemulihan.kode_hash)))
    assert not any(kode.replace("-", "").encode() in stored for kode in codes)


def test_new_recovery_codes_void_the_old_ones_and_stand_in_the_trail(app, cast, client_as):
    old = enrol(cast.rini)[0]
    shown = client_as(cast.rini).post("/akun/pengaman/pemulihan")
    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", shown.text)) == 10
    browser = app.test_client()
    first_step(browser, cast.rini)
    assert browser.post("/masuk/kode", data={"kode": old}).status_code == 422
    assert db.session.scalars(db.select(Jejak.peristiwa)).all().count("kode_pemulihan_dibuat") == 2


def test_five_wrong_codes_hold_the_next(cast, client):
    enrol(cast.rini)
    first_step(client, cast.rini)
    for _ in range(5):
        assert client.post("/masuk/kode", data={"kode": "000000"}).status_code == 422
    assert client.post("/masuk/kode", data={"kode": current(cast.rini)}).status_code == 422


def test_the_half_sign_in_lasts_five_minutes_and_not_over_a_reset(cast, client):
    enrol(cast.rini)
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        first_step(client, cast.rini)
        clock.move_to(start + timedelta(seconds=301))
        assert client.post("/masuk/kode", data={"kode": current(cast.rini)}).location == "/masuk"
        first_step(client, cast.rini)
        cast.rini.akun.sandi_diubah_pada = now() + timedelta(seconds=1)
        assert client.post("/masuk/kode", data={"kode": current(cast.rini)}).location == "/masuk"


def test_a_phone_off_by_half_a_minute_is_fine_and_by_two_minutes_not(cast, client):
    totp.start_totp(cast.rini.akun)
    seed = pyotp.TOTP(reveal(cast.rini.akun, "totp"))
    with pytest.raises(RuleError):
        totp.activate_totp(cast.rini.akun, seed.at(now() + timedelta(minutes=2)), by=cast.rini.pelaku)
    totp.activate_totp(cast.rini.akun, seed.at(now() + timedelta(seconds=30)), by=cast.rini.pelaku)


def test_a_new_phone_needs_a_code_of_the_old_one(cast, client_as):
    enrol(cast.rini)
    browser = client_as(cast.rini)
    assert browser.post("/akun/pengaman/lepas", data={"kode": "111111"}).status_code == 422
    assert browser.post("/akun/pengaman/mulai").status_code == 422, "the seed in use is not overwritten"
    assert browser.post("/akun/pengaman/lepas", data={"kode": current(cast.rini)}).status_code == 303
    assert cast.rini.akun.totp_enc is None
    assert browser.get("/akun").status_code == 200


def test_changing_it_asks_for_a_fresh_password(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        browser = client_as(cast.rini)
        clock.move_to(start + timedelta(minutes=11))
        assert browser.get("/akun/pengaman").location == "/masuk/ulang?next=/akun/pengaman"
        assert (
            browser.post("/masuk/ulang?next=/akun/pengaman", data={"sandi": "bukan-ini-juga"}).status_code
            == 422
        )
        answer = browser.post("/masuk/ulang?next=/akun/pengaman", data={"sandi": SANDI})
        assert answer.location == "/akun/pengaman"
        assert browser.get("/akun/pengaman").status_code == 200


def test_the_admin_takes_it_off_when_the_phone_is_lost(cast, client_as):
    enrol(cast.rini)
    rini = client_as(cast.rini)
    assert client_as(cast.wati).post(f"/akun/kelola/{cast.rini.akun.id}/lepas-pengaman").status_code == 403
    client_as(cast.dewi).post(f"/akun/kelola/{cast.rini.akun.id}/lepas-pengaman")
    assert cast.rini.akun.totp_aktif_pada is None and totp.count_pemulihan(cast.rini.akun) == 0
    assert rini.get("/akun").status_code == 303
    events = db.session.scalars(db.select(Jejak.peristiwa)).all()
    assert "totp_diaktifkan" in events and "totp_direset" in events
