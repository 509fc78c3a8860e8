"""Sessions: dead in every copy when ended; idle and absolute end; five at most; forms sent too late."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine

from rentan.akun import kelola
from rentan.akun.models import IsianTertunda, Sesi
from rentan.core.audit import Jejak
from rentan.core.clock import now, today
from rentan.core.permissions import Peran
from rentan.ext import db
from tests.cast import SANDI


def copy_of(client, app):
    """Another browser with the same cookie."""
    other = app.test_client()
    with client.session_transaction() as mine, other.session_transaction() as theirs:
        theirs.update(mine)
    return other


def token_of(client) -> str:
    with client.session_transaction() as stored:
        return stored.get("_user_id", "")


@pytest.mark.kedua_basis
def test_a_copied_cookie_is_dead_after_sign_out(app, cast, client_as):
    browser = client_as(cast.sari)
    stolen = copy_of(browser, app)
    assert stolen.get("/akun").status_code == 200
    answer = browser.post("/keluar")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert (stolen.get("/akun").status_code, stolen.get("/akun").location) == (303, "/masuk?next=/akun")
    assert token_of(browser) == ""


def test_out_everywhere_means_everywhere(app, cast, client_as):
    one, two, wati = client_as(cast.sari), client_as(cast.sari), client_as(cast.wati)
    answer = one.post("/akun/keluar-semua")
    assert "Clear-Site-Data" in answer.headers
    assert two.get("/akun").status_code == 303
    assert wati.get("/akun").status_code == 200, "and Wati?"


@pytest.mark.parametrize(("who", "minutes"), [("sari", 60), ("budi", 30), ("joko", 30), ("dewi", 30)])
def test_idle_sessions_run_out(cast, client_as, who, minutes):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        browser = client_as(getattr(cast, who))
        clock.move_to(start + timedelta(minutes=minutes - 1))
        assert browser.get("/akun").status_code == 200, "use keeps it alive"
        clock.move_to(start + timedelta(minutes=2 * minutes - 2))
        assert browser.get("/akun").status_code == 200
        clock.move_to(start + timedelta(minutes=3 * minutes, seconds=-30))
        assert browser.get("/akun").status_code == 303


def test_twelve_hours_are_the_end_however_busy(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        browser = client_as(cast.sari)
        for step in range(1, 24):
            clock.move_to(start + timedelta(minutes=30 * step))
            assert browser.get("/akun").status_code == 200
        clock.move_to(start + timedelta(hours=12))
        assert browser.get("/akun").status_code == 303


def test_what_a_page_asks_for_by_itself_keeps_nothing_alive(app, cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        browser = client_as(cast.sari)
        view = app.view_functions["akun_sendiri.index"]
        view.tanpa_sentuh = True
        try:
            clock.move_to(start + timedelta(minutes=50))
            assert browser.get("/akun").status_code == 200
            clock.move_to(start + timedelta(minutes=61))
            assert browser.get("/akun").status_code == 303
        finally:
            del view.tanpa_sentuh


def test_five_sessions_and_the_oldest_goes(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        browsers = []
        for minute in range(6):
            clock.move_to(start + timedelta(minutes=minute))
            browsers.append(client_as(cast.sari))
        codes = [browser.get("/akun").status_code for browser in browsers]
    assert codes == [303, 200, 200, 200, 200, 200]


def test_sari_sees_her_devices_and_puts_one_out(cast, client_as):
    here, there = client_as(cast.sari), client_as(cast.sari)
    page = here.get("/akun").text
    assert page.count("127.0.0.1") == 2 and "(perangkat ini)" in page
    address = re.search(r"/akun/sesi/[0-9a-f-]+/akhiri", page)[0]
    assert client_as(cast.wati).post(address).status_code == 404, "and Wati?"
    assert here.post(address).status_code == 303
    assert (here.get("/akun").status_code, there.get("/akun").status_code) == (200, 303)
    assert "keluar" in db.session.scalars(db.select(Jejak.peristiwa)).all(), "AUD-3"


def test_no_address_or_page_carries_the_token(cast, client_as):
    browser = client_as(cast.sari)
    assert token_of(browser) not in browser.get("/akun").text


def test_a_role_change_ends_sessions_and_counts_at_once(cast, client_as):
    joko, dewi = client_as(cast.joko), client_as(cast.dewi)
    assert joko.get("/jejak").status_code == 403
    answer = dewi.post(f"/akun/kelola/{cast.joko.akun.id}/peran", data={"peran": "admin"})
    assert answer.status_code == 303
    assert joko.get("/jejak").location.startswith("/masuk"), "the old session is dead"
    assert client_as(cast.joko).get("/jejak").status_code == 200


def test_a_role_ends_with_its_last_day(cast, client_as):
    start = now()
    row = kelola.grant_peran(cast.joko.akun, Peran.ADMIN, by=cast.dewi.pelaku, selesai=today())
    assert row.selesai is not None
    with time_machine.travel(start, tick=False) as clock:
        assert client_as(cast.joko).get("/jejak").status_code == 200
        clock.move_to(start + timedelta(days=1, hours=8))
        assert client_as(cast.joko).get("/jejak").status_code == 403


def test_an_account_switched_off_is_out(cast, client_as):
    joko = client_as(cast.joko)
    kelola.switch_akun(cast.joko.akun, False, by=cast.dewi.pelaku)
    assert joko.get("/akun").status_code == 303


def test_an_invented_token_opens_nothing(client, cast):
    with client.session_transaction() as stored:
        stored["_user_id"] = str(uuid.uuid4())
    assert client.get("/akun").status_code == 303


# -- after the end ----------------------------------------------------------------------------------------


def test_htmx_gets_401_and_the_way_to_sign_in(client, cast):
    answer = client.get("/akun", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/masuk"


def lapse(browser) -> None:
    """The session runs out, as if the person had been away."""
    for sesi in db.session.scalars(db.select(Sesi)):
        sesi.terakhir_pada = now() - timedelta(hours=2)
    db.session.commit()


def sign_in(browser, orang):
    return browser.post("/masuk", data={"nip": orang.akun.pengenal, "sandi": SANDI})


@pytest.mark.kedua_basis
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_form_sent_after_the_end_comes_back(cast, client_as, headers):
    dewi = client_as(cast.dewi)
    lapse(dewi)
    fields = {
        "nama": "Petugas <Baru>",
        "pengenal": "baru.bpjs",
        "kunci_formulir": dewi.key(),
        "sandi": "rahasia-sekali",
    }
    answer = dewi.post("/akun/kelola/baru", data=fields, headers=headers)
    assert answer.headers.get("HX-Redirect", answer.location).startswith("/masuk")
    row = db.session.scalars(db.select(IsianTertunda)).one()
    assert b"baru.bpjs" not in row.isi_enc, "sealed"
    assert "Sesi Anda sudah berakhir" in dewi.get("/masuk").text
    assert sign_in(dewi, cast.dewi).location == "/masuk/lanjutkan"
    page = dewi.get("/masuk/lanjutkan").text
    assert "Petugas &lt;Baru&gt;" in page and fields["kunci_formulir"] in page
    assert "rahasia-sekali" not in page, "passwords are never kept"
    again = dewi.post("/masuk/lanjutkan", data=fields)
    assert (again.status_code, again.location) == (307, "/akun/kelola/baru")
    made = dewi.post(again.location, data=fields)
    assert made.status_code == 200 and "Tautan untuk" in made.text
    assert db.session.scalars(db.select(IsianTertunda)).all() == []


def test_pages_open_in_other_tabs_still_work_after_signing_in_again(cast, client_as):
    dewi = client_as(cast.dewi)
    before = dewi.csrf_token()
    lapse(dewi)
    sign_in(dewi, cast.dewi)
    sent = dewi.post("/akun/kelola/baru", data={"nama": "", "pengenal": ""}, headers={"X-CSRFToken": before})
    assert sent.status_code == 422


def test_somebody_else_at_the_same_computer_gets_neither_form_nor_token(cast, client_as):
    browser = client_as(cast.dewi)
    before = browser.csrf_token()
    lapse(browser)
    browser.post("/akun/kelola/baru", data={"nama": "Petugas Baru", "pengenal": "baru.bpjs"})
    assert sign_in(browser, cast.sari).location == "/beranda"
    assert "Petugas Baru" not in browser.get("/masuk/lanjutkan", follow_redirects=False).text
    assert browser.post("/akun/keluar-semua", headers={"X-CSRFToken": before}).status_code == 400


def test_a_session_that_was_ended_gives_nothing_back(app, cast, client_as):
    browser = client_as(cast.dewi)
    stolen = copy_of(browser, app)
    browser.post("/keluar")
    stolen.post("/akun/kelola/baru", data={"nama": "Titipan", "pengenal": "titipan"})
    assert db.session.scalars(db.select(IsianTertunda)).all() == []


def test_a_kept_form_is_forgotten_after_half_an_hour_or_when_unwanted(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        dewi = client_as(cast.dewi)
        lapse(dewi)
        dewi.post("/akun/kelola/baru", data={"nama": "Petugas Baru", "pengenal": "baru.bpjs"})
        clock.move_to(start + timedelta(minutes=31))
        assert sign_in(dewi, cast.dewi).location == "/beranda"
        lapse(dewi)
        dewi.post("/akun/kelola/baru", data={"nama": "Petugas Baru", "pengenal": "baru.bpjs"})
        assert sign_in(dewi, cast.dewi).location == "/masuk/lanjutkan"
        dewi.post("/masuk/lanjutkan/buang")
        assert dewi.get("/masuk/lanjutkan").location == "/beranda"


def test_a_check_while_typing_brings_the_page_back_not_the_check(cast, client_as):
    dewi = client_as(cast.dewi)
    lapse(dewi)
    headers = {
        "HX-Request": "true",
        "HX-Trigger-Name": "pengenal",
        "HX-Current-URL": "http://localhost/akun/kelola/baru",
    }
    dewi.post(f"/akun/kelola/{cast.joko.akun.id}/keluarkan", data={"nama": "Petugas Baru"}, headers=headers)
    sign_in(dewi, cast.dewi)
    assert dewi.post("/masuk/lanjutkan", data={}).location == "/akun/kelola/baru"
