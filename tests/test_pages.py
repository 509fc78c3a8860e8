"""Opening a page checks the page: every GET route for every person who may open it (habit 19)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rentan.akun.models import Sesi
from rentan.ext import db
from rentan.web.access import PUBLIC, access_of
from tests.dunia import EVERYBODY, Dunia, samples_for
from tests.halaman import faults_of_page
from tests.test_access import address, concrete, methods_of, params_of, routes

GOOD = """<!doctype html><html lang="id"><head><title>Judul – rentan</title></head><body>
<a href="#utama">Langsung ke isi</a><main id="utama"><h1>Judul</h1>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">
<label for="nama">Nama</label><input id="nama" name="nama"><button>Kirim</button></form></main>
</body></html>"""


def sesi_of(dunia: Dunia, nama: str) -> None:
    query = db.select(Sesi.id).where(Sesi.akun_id == getattr(dunia.cast, nama).akun.id)
    dunia.ids[f"sesi_{nama}"] = db.session.scalar(query.order_by(Sesi.dibuat_pada.desc()))


def faults_of(app: Flask, dunia: Dunia, browser: FlaskClient, nama: str | None) -> list[str]:
    """Everything wrong with the pages that this person (``None``: a guest) may open."""
    found = []
    for rule in routes(app):
        declared = access_of(app, rule.endpoint)
        if "GET" not in methods_of(rule):
            continue
        if declared != PUBLIC and (
            nama is None or not getattr(dunia.cast, nama).pelaku.permissions & declared
        ):
            continue
        for values, reach in samples_for(rule.endpoint, params_of(rule)):
            if nama is not None and nama not in reach:
                continue
            url = address(app, rule, concrete(dunia, values))
            answer = browser.get(url)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                where = f"{nama or 'tamu'} {rule.rule} {values or ''}"
                found += [f"{where}: {one}" for one in faults_of_page(answer.text, url)]
    return found


@pytest.mark.parametrize("nama", sorted(EVERYBODY))
def test_pages_of(app: Flask, dunia: Dunia, client_as: Any, nama: str) -> None:
    browser = client_as(getattr(dunia.cast, nama))
    sesi_of(dunia, nama)
    found = faults_of(app, dunia, browser, nama)
    assert not found, "\n" + "\n".join(found)


def test_pages_of_guests(app: Flask, dunia: Dunia) -> None:
    found = faults_of(app, dunia, app.test_client(), None)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_error_pages(app: Flask, dunia: Dunia, client_as: Any, status: int) -> None:
    sari = client_as(dunia.cast.sari)
    answer = {
        400: lambda: sari.post("/keluar", csrf=False),
        403: lambda: sari.get("/akun/kelola"),
        404: lambda: sari.get("/tidak-ada"),
        405: lambda: sari.post("/akun"),
    }[status]()
    assert answer.status_code == status
    assert faults_of_page(answer.text) == []


def test_checker_accepts_a_good_page() -> None:
    assert faults_of_page(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<h1>Judul</h1>", "", "0 <h1>"),
        ("<h1>Judul</h1>", "<h1>A</h1><h1>B</h1>", "2 <h1>"),
        ("Judul – rentan", "– rentan", "title is"),
        ("Judul – rentan", "3374151705809001 – rentan", "long number"),
        ('lang="id"', 'lang="en"', "lang is not id"),
        ('<a href="#utama">Langsung ke isi</a>', "", "skip link"),
        ('id="nama"', 'id="utama"', "2 times"),
        ('<label for="nama">Nama</label>', "", "has no label"),
        ('name="csrf_token"', 'name="lain"', "0 CSRF tokens"),
        ('method="post"', 'method="get"', "into the address"),
        ("<button>Kirim</button>", "", "has no button"),
        ("<button>", '<button onclick="x()">', "onclick"),
        ("<button>", '<button style="color:red">', "style"),
        ("</main>", "<script>alert(1)</script></main>", "inline <script>"),
        ("</main>", '<img src="https://jauh.example/a.png" alt=""></main>', "leaves the house"),
        ("</main>", '<div hx-get="/x">Muat</div></main>', "without scripts"),
        ("</main>", "<p>Nilai: None</p></main>", "'None'"),
        ("</main>", "<p>Tak tertutup</main>", "closes"),
        ("<h1>Judul</h1>", "<h1>Judul</h1><h3>Loncat</h3>", "followed by h3"),
    ],
)
def test_checker_finds(old: str, new: str, said: str) -> None:
    assert any(said in one for one in faults_of_page(GOOD.replace(old, new))), faults_of_page(
        GOOD.replace(old, new)
    )
