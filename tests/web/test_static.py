"""Static files: for ever under their hash, packed, nothing outside the list; the first load stays small."""

import gzip
import hashlib
import re

import pytest
from flask import url_for

from tests.web.aplikasi import ROOT
from tests.web.galeri import make_gallery

NAMES = [
    "css/rentan.css",
    "js/rentan.js",
    "gambar/ikon.svg",
    "vendor/htmx-2.0.11.min.js",
    "vendor/bootstrap.min.css",
]


@pytest.fixture
def app():
    return make_gallery()


@pytest.fixture
def client(app):
    return app.test_client()


def address(app, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


@pytest.mark.parametrize("name", NAMES)
def test_hash_is_in_the_address_and_the_file_may_be_kept(app, client, name):
    url = address(app, name)
    assert re.fullmatch(rf"/static/[0-9a-f]{{16}}/{re.escape(name)}", url)
    response = client.get(url)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert hashlib.sha256(response.data).hexdigest().startswith(url.split("/")[2])
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == response.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert client.get(url, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_old_hash_gets_the_file_but_may_not_keep_it(client):
    response = client.get("/static/0123456789abcdef/css/rentan.css")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "0123456789abcdef/../pyproject.toml",
        "0123456789abcdef/%2e%2e/%2e%2e/pyproject.toml",
        "0123456789abcdef/css/tidak-ada.css",
        "css/rentan.css",
        "0123456789abcdef//etc/passwd",
    ],
)
def test_nothing_else_is_served(client, path):
    assert client.get(f"/static/{path}").status_code in (404, 308)


def test_a_wrong_name_in_a_template_fails_at_once(app):
    with pytest.raises(KeyError):
        address(app, "css/salah.css")


def test_htmx_is_the_one_that_was_measured():
    htmx = (ROOT / "static/vendor/htmx-2.0.11.min.js").read_bytes()
    digest = hashlib.sha256(htmx).hexdigest()
    assert digest == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert digest in (ROOT / "static/vendor/VERSI.txt").read_text()


def test_own_script_stays_small():
    assert len((ROOT / "static/js/rentan.js").read_text().splitlines()) < 300


def test_first_load_is_at_most_70_kb(client):
    page = client.get("/").text
    total = len(gzip.compress(page.encode()))
    for url in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        total += len(client.get(url, headers={"Accept-Encoding": "gzip"}).data)
    assert total <= 70_000, total


def test_no_sheet_asks_for_what_the_policy_refuses(app):
    browser = app.test_client()
    with app.test_request_context():
        addresses = [url_for("static", filename=name) for name in NAMES if name.endswith(".css")]
    assert len(addresses) == 2
    for address in addresses:
        sheet = browser.get(address).text
        assert not re.search(r"url\(\s*[\"']?(data|https?):", sheet)
        assert len(sheet) > 1000
