"""Error pages: sentences and a number, never details; 503 while the database is away (LOG-1, CRA-3)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rentan.ext import db
from rentan.web.errors import TEXTS
from tests.cast import Cast


@pytest.fixture
def sari(uji: Flask, cast: Cast) -> FlaskClient:
    browser = uji.test_client()
    cast.sari.sign_in(browser)
    return browser


@pytest.mark.parametrize("status", TEXTS)
def test_every_text_says_what_and_what_next(status: int) -> None:
    judul, pesan = TEXTS[status]
    assert judul[0].isupper()
    assert not judul.endswith(".")
    assert pesan.endswith(".")


def test_unknown_failure_shows_a_number_and_no_details(uji: Flask, caplog: pytest.LogCaptureFixture) -> None:
    uji.testing = False
    answer = uji.test_client().get("/uji/rusak")
    uji.testing = True
    assert answer.status_code == 500
    assert re.search(r'data-uji="nomor-permintaan">[0-9a-f]{16}<', answer.text)
    for secret in ("ZeroDivisionError", "rahasia", "Traceback", "3374151705809001"):
        assert secret not in answer.text


def test_sentence_of_a_rule_is_shown(sari: FlaskClient) -> None:
    assert "Isi dahulu namanya, lalu kirim lagi." in sari.post("/uji/tolak/aturan").text


def test_foreign_and_missing_rows_give_the_same_page(sari: FlaskClient) -> None:
    def body(answer) -> str:  # type: ignore[no-untyped-def]
        return re.sub(r"[0-9a-f]{16}|csrf[^>]*|X-CSRFToken[^}]*", "", answer.text)

    foreign, missing = sari.post("/uji/tolak/tiada"), sari.get("/uji/tidak-ada")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "OPD lain" not in foreign.text
    assert body(foreign) == body(missing)


@pytest.fixture
def lost(
    app: Flask, cast: Cast, mesin_basis: str, second_app: Callable[..., Flask], tmp_path: Path
) -> Iterator[Flask]:
    """An application whose database is not there yet."""
    if mesin_basis == "sqlite":
        url = f"sqlite:///{tmp_path / 'tidak' / 'ada.db'}"
    else:
        url = db.engine.url.set(database="belum_ada").render_as_string(hide_password=False)
    yield second_app(url)
    if mesin_basis == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE IF EXISTS belum_ada WITH (FORCE)"))


@pytest.mark.kedua_basis
def test_lost_database_answers_503_at_once(lost: Flask, cast: Cast) -> None:
    with lost.test_request_context(base_url="http://localhost"):
        static = lost.url_for("static", filename="css/rentan.css")
    browser = lost.test_client()
    cast.sari.sign_in(browser)
    lost.testing = False
    start = time.monotonic()
    for answer in (browser.get("/"), browser.get("/tidak-ada"), browser.post("/keluar")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "<h1>" in answer.text
        assert "Traceback" not in answer.text
    assert time.monotonic() - start < 5
    assert browser.get("/hidup").status_code == 200
    assert browser.get("/siap").status_code == 503
    assert browser.get(static).status_code == 200
    lost.testing = True


@pytest.mark.kedua_basis
def test_database_that_comes_back_is_used_without_a_restart(
    lost: Flask, mesin_basis: str, tmp_path: Path, cast: Cast
) -> None:
    browser = lost.test_client()
    assert browser.get("/siap").status_code == 503
    db.session.remove()
    if mesin_basis == "sqlite":
        (tmp_path / "tidak").mkdir()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'tidak' / 'ada.db'}'")
            connection.invalidate()
    else:
        url = db.engine.url
        db.engine.dispose()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE belum_ada TEMPLATE cetakan"))
        assert url == db.engine.url
    assert browser.get("/siap").status_code == 200
