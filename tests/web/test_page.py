"""Page or fragment, and the answer after an action."""

import json

import pytest
from flask import get_flashed_messages

from rentan.web.forms import BaseForm, TeksField, Wajib
from rentan.web.page import after_action, is_partial, render_page, url_dengan
from tests.web.aplikasi import make_app

HALAMAN = """{% extends "base.html" %}
{% block judul %}Daftar <em>kartu</em>{% endblock %}
{% block pengantar %}<p>Halaman untuk uji.</p>{% endblock %}
{% block utama %}{% block kotak %}<div id="kotak">Isi {{ isi }}</div>{% endblock %}{% endblock %}
"""
HTMX = {"HX-Request": "true"}
RESTORE = {"HX-Request": "true", "HX-History-Restore-Request": "true"}


class KotakForm(BaseForm):
    nama = TeksField("Nama", [Wajib()])


@pytest.fixture
def app():
    app = make_app({"kotak.html": HALAMAN})

    @app.route("/kotak/<int:nomor>", methods=["GET", "POST"])
    def kotak(nomor: int):
        form = KotakForm()
        if form.accepts():
            return after_action(
                "/selesai", "kotak.html", block="kotak", pesan="Tersimpan – baik.", isi="baru"
            )
        return render_page("kotak.html", block="kotak", form=form, isi=url_dengan(urut="nama", hapus=None))

    @app.post("/pindah")
    def pindah():
        return after_action("/selesai", pesan="Selesai.")

    @app.get("/selesai")
    def selesai():
        return render_page("kotak.html", isi=get_flashed_messages())

    return app


@pytest.fixture
def client(app):
    return app.test_client()


def test_everyone_gets_the_page_and_htmx_its_block(client):
    page = client.get("/kotak/1")
    assert page.text.lstrip().startswith("<!doctype html>")
    assert "<title>Daftar kartu – rentan</title>" in page.text
    assert page.text.count("<h1") == 1
    block = client.get("/kotak/1", headers=HTMX)
    assert block.text == '<div id="kotak">Isi /kotak/1?urut=nama</div>'
    restored = client.get("/kotak/1", headers=RESTORE)
    assert "<h1>" in restored.text


@pytest.mark.parametrize("headers", [{}, HTMX, RESTORE])
def test_caches_keep_page_and_block_apart(client, headers):
    response = client.get("/kotak/1", headers=headers)
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(response.vary.as_set(preserve_casing=True))
    assert response.headers["Cache-Control"] == "no-store"


def test_is_partial_wants_the_exact_header(app):
    with app.test_request_context(headers={"HX-Request": "1"}):
        assert not is_partial()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refused_form_is_422(client, headers):
    response = client.post("/kotak/1", data={"nama": " "}, headers=headers)
    assert response.status_code == 422
    if not headers:
        assert "<title>Galat: Daftar kartu – rentan</title>" in response.text


def test_after_action_redirects_and_shows_the_message_once(client):
    response = client.post("/kotak/1", data={"nama": "Sari"})
    assert (response.status_code, response.location) == (303, "/selesai")
    region = '<div id="kabar" class="kabar" role="status"><p class="kabar-isi">Tersimpan – baik.</p></div>'
    assert region in client.get("/selesai").text
    assert "Tersimpan" not in client.get("/selesai").text


def test_after_action_answers_htmx_with_block_and_message(client):
    response = client.post("/kotak/1", data={"nama": "Sari"}, headers=HTMX)
    assert (response.status_code, response.text) == (200, '<div id="kotak">Isi baru</div>')
    assert json.loads(response.headers["HX-Trigger"]) == {"kabar": {"pesan": "Tersimpan – baik."}}


def test_after_action_without_block_redirects_htmx(client):
    response = client.post("/pindah", headers=HTMX)
    assert (response.status_code, response.text, response.headers["HX-Redirect"]) == (204, "", "/selesai")
    assert "Selesai." in client.get("/selesai").text


def test_url_dengan_keeps_other_filters_and_cannot_be_steered(app):
    with app.test_request_context("/kotak/1?status=draf&nomor=9&_external=1&_scheme=https&hapus=ya"):
        assert url_dengan(urut="nama", hapus=None) == "/kotak/1?status=draf&urut=nama"
    with app.test_request_context("/kotak/1?a=1&a=2"):
        assert url_dengan(sesudah="x") == "/kotak/1?a=1&a=2&sesudah=x"
