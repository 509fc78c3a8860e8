"""Headers on every answer, hosts, cross-site posts, CSRF and body limits (HDR-1, HST-1, CSR-1, OPS-3)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.web.security import FORM_BYTES, UPLOAD_BYTES
from tests.cast import Cast

WANTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def browser(uji: Flask) -> FlaskClient:
    return uji.test_client()


@pytest.fixture
def sari(uji: Flask, cast: Cast) -> FlaskClient:
    browser = uji.test_client()
    cast.sari.sign_in(browser)
    return browser


def answers(browser: FlaskClient, uji: Flask) -> dict[str, object]:
    """One answer of every kind."""
    with uji.test_request_context(base_url="http://localhost"):
        static = uji.url_for("static", filename="css/rentan.css")
    uji.testing = False
    found = {
        "page": browser.get("/uji/baca"),
        "redirect": browser.get("/uji/admin"),
        "htmx": browser.get("/uji/admin", headers={"HX-Request": "true"}),
        "missing": browser.get("/tidak-ada"),
        "method": browser.post("/uji/baca"),
        "csrf": browser.post("/uji/isi", data={"a": "b"}, csrf=False),
        "broken": browser.get("/uji/rusak"),
        "host": browser.get("/uji/baca", base_url="http://jahat.example"),
        "static": browser.get(static),
        "static 404": browser.get("/static/0123456789abcdef/css/tidak-ada.css"),
        "alive": browser.get("/hidup"),
        "too large": browser.post("/uji/isi", data={"a": "b" * (FORM_BYTES + 1)}),
    }
    uji.testing = True
    return found


def test_headers_on_every_kind_of_answer(browser: FlaskClient, uji: Flask) -> None:
    found = answers(browser, uji)
    statuses = {name: one.status_code for name, one in found.items()}  # type: ignore[attr-defined]
    assert statuses == {
        "page": 200, "redirect": 303, "htmx": 401, "missing": 404, "method": 405, "csrf": 400, "broken": 500,
        "host": 400, "static": 200, "static 404": 404, "alive": 200, "too large": 413,
    }  # fmt: skip
    for name, one in found.items():
        headers = one.headers  # type: ignore[attr-defined]
        assert {key: headers.get(key) for key in WANTED} == WANTED, name
        assert "=()" in headers["Permissions-Policy"]
        assert "Server" not in headers
        assert "X-Powered-By" not in headers
        assert ("immutable" if name == "static" else "no-store") in headers["Cache-Control"], name


@pytest.mark.parametrize("host", ["jahat.example", "localhost.jahat.example", "127.0.0.1@jahat.example"])
def test_foreign_host_is_refused_and_not_echoed(browser: FlaskClient, host: str) -> None:
    answer = browser.get("/uji/baca", headers={"Host": host})
    assert answer.status_code == 400
    assert "jahat" not in answer.text
    assert "jahat" not in str(answer.headers)


def test_forwarded_headers_of_a_stranger_change_nothing(browser: FlaskClient) -> None:
    answer = browser.get(
        "/uji/admin", headers={"X-Forwarded-Host": "jahat.example", "X-Forwarded-Proto": "https"}
    )
    assert "jahat" not in answer.location


@pytest.mark.parametrize(
    "send",
    [
        lambda sari, form: sari.post("/uji/simpan", data=form, csrf=False),
        lambda sari, form: sari.post("/uji/simpan", data=form, csrf=False, headers={"X-CSRFToken": "palsu"}),
        lambda sari, form: sari.post("/uji/simpan", data=form | {"csrf_token": ""}, csrf=False),
        lambda sari, form: sari.post(
            "/uji/simpan", data=form, csrf=False, query_string={"csrf_token": sari.csrf_token()}
        ),
        lambda sari, form: sari.post("/uji/simpan", data=form, headers={"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["missing", "forged", "empty", "in the query", "cross-site"],
)
def test_post_without_a_good_token_changes_nothing(sari: FlaskClient, send: Callable[..., object]) -> None:
    answer = send(sari, {"nama": "Slamet"})
    assert answer.status_code in (400, 403)  # type: ignore[attr-defined]
    assert db.session.scalar(db.select(db.func.count(Pekerja.id))) == 0


def test_token_of_another_browser_is_refused(sari: FlaskClient, uji: Flask) -> None:
    foreign = uji.test_client().csrf_token()
    answer = sari.post("/uji/simpan", data={"nama": "x"}, csrf=False, headers={"X-CSRFToken": foreign})
    assert answer.status_code == 400


def test_body_limits(browser: FlaskClient) -> None:
    def file_of(size: int) -> dict[str, object]:
        return {"berkas": (io.BytesIO(b"x" * size), "a.pdf")}

    assert browser.post("/uji/isi", data={"a": "b" * 1000}).status_code == 200
    assert browser.post("/uji/isi", data={"a": "b" * (FORM_BYTES + 1)}).status_code == 413
    assert browser.post("/uji/isi", data=file_of(FORM_BYTES)).status_code == 413
    assert browser.post("/uji/berkas", data=file_of(5 * 1024 * 1024)).text == str(5 * 1024 * 1024)
    assert browser.post("/uji/berkas", data=file_of(UPLOAD_BYTES)).status_code == 413
    parts = {f"a{number}": "x" for number in range(501)}
    assert browser.post("/uji/berkas", data=parts, content_type="multipart/form-data").status_code == 413
