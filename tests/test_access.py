"""Every route with every role of the cast, against own, foreign and missing objects (AUZ-1, AUZ-2, CSR-1)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from rentan.akun.models import Sesi
from rentan.ext import db
from rentan.web.access import PUBLIC, access_of
from tests.dunia import EVERYBODY, Dunia, samples_for

MADE_IN_TESTS = ("static",)
#: A page without parameters that has nothing to show to this person answers like a missing one.
MAY_BE_MISSING = {
    # Before a second factor is there, or a form waits:
    "akun_sendiri.qr_totp",
    "akun_sendiri.renew_pemulihan",
    "akun.resume",
    "akun.drop_isian",
    # An empty form names no row:
    "opd.forget_spelling",
    # For people of the whole city, who have to say which OPD:
    "laporan.cetak",
    "laporan.laporan",
    "laporan.unduh",
    "laporan.unit",
    # Without the name of a waiting state there is nothing to list:
    "macet.detail",
    # Without a cell likewise; and names are not for leadership:
    "cermin.detail",
    "perlindungan.cetak",
    "perlindungan.unduh",
}
#: They see every letter; what they may not do with it is 403, which tells them nothing new.
READERS = {("surat_kuasa", "rini"), ("surat_kuasa", "dewi"), ("pencabutan", "hadi")}
OPENED = {200, 204, 303, 409, 422}
FOREIGN_ID = uuid.UUID("00000000-0000-4000-8000-000000000000")


def routes(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
        if rule.endpoint not in MADE_IN_TESTS
    ]


def params_of(rule: Rule) -> tuple[str, ...]:
    """In the order of the address."""
    return tuple(part for is_dynamic, part in rule._trace if is_dynamic)


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    with app.test_request_context(base_url="http://localhost"):
        return app.url_for(rule.endpoint, **values)


def concrete(dunia: Dunia, values: dict[str, str]) -> dict[str, Any]:
    return {name: dunia.ids[key] for name, key in values.items()}


def missing(rule: Rule, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same address with one part each that does not exist."""
    for name, value in values.items():
        none = {uuid.UUID: FOREIGN_ID, int: 9999}.get(type(value), "TIDAK-ADA")
        yield values | {name: none}


@pytest.fixture(params=sorted(EVERYBODY))
def nama(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def browser(dunia: Dunia, client_as: Any, nama: str) -> FlaskClient:
    """Signed in as that person; everybody has one session, so that ``sesi_<name>`` exists."""
    for one in sorted(EVERYBODY):
        made = client_as(getattr(dunia.cast, one))
        if one == nama:
            found = made
    for sesi in db.session.scalars(db.select(Sesi).order_by(Sesi.dibuat_pada)):
        who = next(one for one in EVERYBODY if getattr(dunia.cast, one).akun.id == sesi.akun_id)
        dunia.ids[f"sesi_{who}"] = sesi.id
    dunia.mark()
    return found


def counts() -> dict[str, int]:
    """Rows per table; the trail is not a change of what it tells about."""
    names = [name for name in db.metadata.tables if name not in ("jejak", "sesi")]
    return {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}


def plain(answer: TestResponse) -> str:
    """The page without what differs between any two answers."""
    return re.sub(r"[0-9a-f]{16}|hx-headers='[^']*'|name=\"csrf_token\"[^>]*", "", answer.text)


def test_every_parameter_has_samples(app: Flask) -> None:
    silent = []
    for rule in routes(app):
        try:
            samples_for(rule.endpoint, params_of(rule))
        except LookupError as error:
            silent.append(str(error))
    assert not silent, "\n" + "\n".join(silent)


def test_guest_is_sent_to_sign_in(app: Flask, dunia: Dunia) -> None:
    dunia.ids.update({f"sesi_{one}": FOREIGN_ID for one in EVERYBODY})
    guest, wrong = app.test_client(), []
    for rule in routes(app):
        for values, _reach in samples_for(rule.endpoint, params_of(rule)):
            url = address(app, rule, concrete(dunia, values))
            for method in methods_of(rule):
                answer = guest.open(url, method=method)
                at_the_door = answer.status_code == 303 and answer.location.startswith("/masuk")
                open_to_all = access_of(app, rule.endpoint) == PUBLIC
                if not open_to_all and not at_the_door:
                    wrong.append(f"{method} {rule.rule}: {answer.status_code}")
                if open_to_all and answer.status_code not in OPENED:
                    wrong.append(f"{method} {rule.rule}: {answer.status_code} for a guest")
    assert not wrong, "\n" + "\n".join(wrong)


def test_reading(app: Flask, dunia: Dunia, browser: FlaskClient, nama: str) -> None:
    wrong = []
    for rule in routes(app):
        if "GET" in methods_of(rule):
            wrong += check(app, dunia, browser, nama, rule, "GET")
    assert not wrong, "\n" + "\n".join(wrong)


def test_sending(app: Flask, dunia: Dunia, browser: FlaskClient, nama: str) -> None:
    """An empty form: own rows answer with a refusal or do it, all others are closed."""
    wrong = []
    for rule in routes(app):
        for method in set(methods_of(rule)) - {"GET"}:
            wrong += check(app, dunia, browser, nama, rule, method)
    assert not wrong, "\n" + "\n".join(wrong)


def check(
    app: Flask, dunia: Dunia, browser: FlaskClient, nama: str, rule: Rule, method: str
) -> Iterator[str]:
    """What is wrong with this route for this person."""
    declared = access_of(app, rule.endpoint)
    may = declared == PUBLIC or bool(getattr(dunia.cast, nama).pelaku.permissions & declared)
    nothing: str | None = None
    with browser.session_transaction(base_url="http://localhost") as stored:
        signed_in = dict(stored)
    # Closed doors first: an own row may be changed by a good answer.
    samples = sorted(samples_for(rule.endpoint, params_of(rule)), key=lambda one: nama in one[1])
    for values, reach in samples:
        ids = concrete(dunia, values)
        for other in missing(rule, ids):
            answer = browser.open(address(app, rule, other), method=method)
            if answer.status_code != (404 if may else 403):
                yield f"{nama} {method} {rule.rule}: missing {answer.status_code}"
            nothing = plain(answer)
        answer = browser.open(address(app, rule, ids), method=method)
        status, what = answer.status_code, f"{nama} {method} {rule.rule} {values}"
        if not may and status != 403:
            yield f"{what}: {status} without permission"
        elif may and nama in reach and status not in OPENED:
            excused = status == 404 and rule.endpoint in MAY_BE_MISSING
            if not excused and not (status == 403 and (rule.endpoint.split(".")[0], nama) in READERS):
                yield f"{what}: {status} although it is theirs"
        elif may and nama not in reach and status != 404:
            yield f"{what}: {status} although it is not theirs"
        elif may and nama not in reach and nothing is not None and plain(answer) != nothing:
            yield f"{what}: the page differs from that of a missing row"
        if status in (403, 404) and method == "GET":  # HTM-2: a fragment opens nothing that its page does not
            partial = browser.get(address(app, rule, ids), headers={"HX-Request": "true"})
            if partial.status_code != status:
                yield f"{what}: {partial.status_code} as a fragment"
        if method != "GET" and status < 400:
            dunia.again()
            with browser.session_transaction(base_url="http://localhost") as stored:
                stored.clear()
                stored.update(signed_in)


@pytest.mark.parametrize("nama", ["sari", "budi", "dewi", "bayu"], indirect=True)
def test_post_without_token_is_refused_and_changes_nothing(
    app: Flask, dunia: Dunia, browser: FlaskClient, nama: str
) -> None:
    before, wrong = counts(), []
    for rule in routes(app):
        for method in set(methods_of(rule)) - {"GET"}:
            for values, _reach in samples_for(rule.endpoint, params_of(rule)):
                answer = browser.open(address(app, rule, concrete(dunia, values)), method=method, csrf=False)
                if answer.status_code not in (400, 403):
                    wrong.append(f"{nama} {method} {rule.rule}: {answer.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert counts() == before
