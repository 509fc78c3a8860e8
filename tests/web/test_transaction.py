"""One transaction per request, ended at the edge (habit 12); the same form twice has one effect (CON-4)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rentan.core.audit import Jejak
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from tests.cast import Cast, Orang
from tests.conftest import CheckedClient

pytestmark = pytest.mark.kedua_basis


@pytest.fixture
def sari(uji: Flask, cast: Cast) -> CheckedClient:
    return browser_of(uji, cast.sari)


def browser_of(uji: Flask, orang: Orang) -> CheckedClient:
    browser = uji.test_client()
    orang.sign_in(browser)
    return browser


def workers() -> int:
    return db.session.scalar(db.select(db.func.count(Pekerja.id)))


def events() -> list[str]:
    return list(db.session.scalars(db.select(Jejak.peristiwa).order_by(Jejak.seq)))


def test_reading_cannot_write(sari: CheckedClient) -> None:
    assert sari.get("/uji/baca").text == "0"
    assert sari.get("/uji/tulis").status_code == 503
    assert not db.session.scalar(text("SELECT count(*) FROM opd WHERE nama = 'diubah'"))


def test_traces_of_a_reading_are_written_after_it(sari: CheckedClient) -> None:
    assert sari.get("/uji/lihat").text == "terlihat"
    assert events() == ["nama_dilihat"]
    assert db.session.scalar(text("SELECT nama FROM opd WHERE kode = 'BKPP'")) == "sesudah"


def test_saved_form_goes_on_with_303(sari: CheckedClient) -> None:
    answer = sari.post("/uji/simpan", data={"nama": "Slamet", "kunci_formulir": sari.key()})
    assert answer.status_code == 303
    assert answer.location.startswith("/uji/hasil/")
    assert workers() == 1
    assert events() == ["pekerja_dicatat"]


def test_saved_form_answers_htmx_with_a_redirect_header(sari: CheckedClient) -> None:
    answer = sari.post(
        "/uji/simpan", data={"nama": "Slamet", "kunci_formulir": sari.key()}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/uji/hasil/")


def test_same_form_again_gives_the_first_answer(sari: CheckedClient) -> None:
    form = {"nama": "Slamet", "kunci_formulir": sari.key()}
    first, second = sari.post("/uji/simpan", data=form), sari.post("/uji/simpan", data=form)
    assert second.status_code == 303
    assert second.location == first.location
    assert workers() == 1


def test_same_key_with_other_contents_is_refused(sari: CheckedClient) -> None:
    key = sari.key()
    sari.post("/uji/simpan", data={"nama": "Slamet", "kunci_formulir": key})
    assert sari.post("/uji/simpan", data={"nama": "Paijo", "kunci_formulir": key}).status_code == 409
    assert workers() == 1


def test_and_wati_has_keys_of_her_own(uji: Flask, cast: Cast, sari: CheckedClient) -> None:
    key = sari.key()
    sari.post("/uji/simpan", data={"nama": "Slamet", "kunci_formulir": key})
    wati = browser_of(uji, cast.wati)
    assert wati.post("/uji/simpan", data={"nama": "Paijo", "kunci_formulir": key}).status_code == 303
    assert workers() == 2


@pytest.mark.parametrize("key", ["", "x", "x" * 500, "\0", "DROP TABLE pekerja"])
def test_key_that_is_none_of_ours_is_no_key(sari: CheckedClient, key: str) -> None:
    for _ in range(2):
        assert sari.post("/uji/simpan", data={"nama": "Slamet", "kunci_formulir": key}).status_code == 303
    assert workers() == 2


def test_ten_clicks_at_once_have_one_effect(uji: Flask, cast: Cast, sari: CheckedClient) -> None:
    form = {"nama": "Slamet", "kunci_formulir": str(uuid.uuid4())}
    browsers = [browser_of(uji, cast.sari) for _ in range(5)] * 2
    tokens = [browser.csrf_token() for browser in browsers]
    db.session.commit()

    def click(number: int) -> tuple[int, str]:
        # The plain client: ten threads must not share the test's own session.
        answer = FlaskClient.open(
            browsers[number], "/uji/simpan", method="POST", data=form, base_url="http://localhost",
            headers={"X-CSRFToken": tokens[number]},
        )  # fmt: skip
        return answer.status_code, answer.location

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(click, range(10)))
    assert len(answers) == 1
    assert answers.pop()[0] == 303
    assert workers() == 1
    assert events() == ["pekerja_dicatat"]


@pytest.mark.parametrize(
    ("jenis", "status"), [("aturan", 422), ("tiada", 404), ("hak", 403), ("usang", 409), ("kembar", 409)]
)
def test_refusal_changes_nothing_but_is_in_the_trail(sari: CheckedClient, jenis: str, status: int) -> None:
    assert sari.post(f"/uji/tolak/{jenis}").status_code == status
    assert workers() == 0
    assert events() == ["akses_ditolak"]


def test_forgotten_commit_fails_the_test_and_stays_out_of_the_trail(sari: CheckedClient) -> None:
    with pytest.raises(AssertionError, match="uncommitted"):
        sari.post("/uji/lupa")
    assert workers() == 0
    assert events() == []
