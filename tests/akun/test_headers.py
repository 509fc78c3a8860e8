"""What every answer carries, whom we answer, and what a form needs (HDR, HST, CSR, HTM-2)."""

from __future__ import annotations

import pytest

from rentan.akun.models import Sesi
from rentan.ext import db, runtime
from tests.cast import SANDI

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def broken(app, monkeypatch):
    """A page with a defect, in an application that answers as in production."""

    def fail():
        raise ZeroDivisionError("kopi-tubruk")

    monkeypatch.setitem(app.view_functions, "akun.sign_in", fail)
    fail.akses = "publik"
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = None


def check(answer) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, name
    assert answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/masuk", 200),
        ("GET", "/akun", 303),
        ("GET", "/tidak-ada", 404),
        ("POST", "/hidup", 405),
        ("POST", "/masuk", 422),
        ("GET", "/hidup", 200),
        ("OPTIONS", "/masuk", 200),
        ("HEAD", "/masuk", 200),
    ],
)
def test_every_answer_has_its_headers(cast, client, method, path, status):
    answer = client.open(path, method=method)
    assert answer.status_code == status
    check(answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_errors_of_ours_too_and_without_details(client, broken):
    answer = client.get("/masuk")
    assert answer.status_code == 500
    check(answer)
    assert "kopi-tubruk" not in answer.text and "ZeroDivision" not in answer.text


def test_static_files_too_and_for_ever(app, client):
    with app.test_request_context():
        address = app.url_for("static", filename="css/rentan.css")
    answer = client.get(address)
    check(answer)
    assert "immutable" in answer.headers["Cache-Control"]


def test_pages_and_fragments_do_not_mix_in_caches(client, cast):
    assert "HX-Request" in client.get("/masuk").headers["Vary"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a@b"]
)
def test_a_foreign_host_gets_400(client, host):
    answer = client.get("/masuk", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_forwarded_headers_of_a_client_change_nothing(cast, client):
    headers = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    client.post("/masuk", data={"nip": cast.sari.akun.pengenal, "sandi": SANDI}, headers=headers)
    assert db.session.scalars(db.select(Sesi.alamat)).all() == ["127.0.0.1"]
    assert "evil.example" not in client.get("/masuk", headers=headers).text


# -- forms of strangers -----------------------------------------------------------------------------------


def living() -> int:
    return db.session.scalar(db.select(db.func.count()).where(Sesi.dicabut_pada.is_(None)))


@pytest.mark.parametrize(
    "how",
    [
        {"csrf": False},
        {"csrf": False, "headers": {"X-CSRFToken": "IjEyMzQi.aaaa.bbbb"}},
        {"csrf": False, "data": {"csrf_token": ""}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
    ],
)
def test_without_a_valid_token_nothing_changes(cast, client_as, how):
    browser = client_as(cast.sari)
    answer = browser.post("/akun/keluar-semua", **how)
    assert answer.status_code in (400, 403)
    assert living() == 1


def test_a_token_in_the_address_does_not_count(cast, client_as):
    browser = client_as(cast.sari)
    token = browser.csrf_token()
    assert browser.post(f"/akun/keluar-semua?csrf_token={token}", csrf=False).status_code == 400
    assert living() == 1


def test_a_token_of_another_session_does_not_count(cast, client_as):
    token = client_as(cast.wati).csrf_token()
    browser = client_as(cast.sari)
    answer = browser.post("/akun/keluar-semua", csrf=False, headers={"X-CSRFToken": token})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/keluar", "/akun/keluar-semua", "/akun/pengaman/mulai"])
def test_looking_changes_nothing(cast, client_as, path):
    browser = client_as(cast.sari)
    assert browser.get(path).status_code == 405
    assert living() == 1


def test_the_cookie_is_kept_from_scripts_and_other_sites(cast, client):
    answer = client.post("/masuk", data={"nip": cast.sari.akun.pengenal, "sandi": SANDI})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "Secure" not in cookie and runtime().settings.demo, "plain http only in the demo city"
