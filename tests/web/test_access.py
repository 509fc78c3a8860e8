"""Who may enter: declared per route, silence stops the start (AUZ-1, HTM-2)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rentan.core.audit import Jejak
from rentan.ext import db
from rentan.web.access import access_of, init_access
from tests.cast import Cast, Orang


@pytest.fixture
def browser_as(uji: Flask, cast: Cast) -> Callable[[Orang], FlaskClient]:
    def make(orang: Orang) -> FlaskClient:
        browser = uji.test_client()
        orang.sign_in(browser)
        return browser

    return make


def test_silent_route_stops_the_start(second_app: Callable[..., Flask]) -> None:
    made = second_app()
    made.add_url_rule("/diam", "diam", lambda: "apa saja")
    with pytest.raises(LookupError, match="diam"):
        init_access(made)


def test_every_route_of_the_application_speaks(app: Flask) -> None:
    for endpoint in app.view_functions:
        assert access_of(app, endpoint) is not None


def test_guest_goes_to_sign_in_and_back(uji: Flask) -> None:
    answer = uji.test_client().get("/uji/admin?halaman=2")
    assert answer.status_code == 303
    assert answer.location == "/masuk?next=/uji/admin?halaman%3D2"


def test_guest_inside_htmx_gets_a_header_and_no_fragment(uji: Flask) -> None:
    answer = uji.test_client().get("/uji/admin", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/masuk")
    assert answer.data == b""


@pytest.mark.kedua_basis
def test_role_without_permission_is_refused_and_recorded(
    cast: Cast, browser_as: Callable[[Orang], FlaskClient]
) -> None:
    assert browser_as(cast.budi).get("/uji/admin").status_code == 403
    row = db.session.scalars(db.select(Jejak)).one()
    assert (row.peristiwa, row.hasil, row.pelaku_id) == ("akses_ditolak", "ditolak", cast.budi.akun.id)
    assert json.loads(row.rincian) == {"rute": "uji.for_admins"}
    assert row.permintaan_id
    assert browser_as(cast.dewi).get("/uji/admin").text == "admin"


def test_post_is_refused_and_recorded_too(cast: Cast, uji: Flask) -> None:
    guest = uji.test_client()
    assert guest.post("/uji/simpan", data={"nama": "x"}).status_code == 303
    assert not db.session.scalars(db.select(Jejak)).all()


def test_route_that_does_not_exist_looks_the_same_for_everybody(
    cast: Cast, uji: Flask, browser_as: Callable[[Orang], FlaskClient]
) -> None:
    assert uji.test_client().get("/uji/tidak-ada").status_code == 404
    assert browser_as(cast.sari).get("/uji/tidak-ada").status_code == 404
