"""axe finds nothing on any page of anybody; no foreign request, no breach of the content policy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from rentan.web.access import PUBLIC, access_of
from tests.dunia import EVERYBODY, Dunia, samples_for
from tests.halaman import read
from tests.test_access import address, concrete, methods_of, params_of, routes
from tests.test_pages import sesi_of

pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
from axe_playwright_python.sync_playwright import Axe  # noqa: E402

#: Pages of one build look alike to axe; each build is opened once in a run of the tests.
_seen: set[str] = set()


def build_of(html: str) -> str:
    """The page without its words: tags, classes, roles and states."""
    nodes = read(html)[0].all()
    shape = [
        (one.tag, one.attrs.get("class"), one.attrs.get("role"), one.attrs.get("type"), len(one.children))
        for one in nodes
    ]
    return hashlib.sha256(repr(shape).encode()).hexdigest()


def pages_of(app: Flask, dunia: Dunia, browser: Any, nama: str | None) -> list[str]:
    """Addresses of the pages that this person may open and whose build nobody has shown yet."""
    found = []
    for rule in routes(app):
        declared = access_of(app, rule.endpoint)
        may = declared == PUBLIC or (
            nama is not None and bool(getattr(dunia.cast, nama).pelaku.permissions & declared)
        )
        if "GET" not in methods_of(rule) or not may:
            continue
        for values, reach in samples_for(rule.endpoint, params_of(rule)):
            if nama is None or nama in reach:
                url = address(app, rule, concrete(dunia, values))
                answer = browser.get(url)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    build = build_of(answer.text)
                    if build not in _seen:
                        _seen.add(build)
                        found.append(url)
    return found


def violations(page: Any) -> list[str]:
    """What axe finds, each with the first place it is at."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']} at {one['nodes'][0]['target'][0]}: {one['help']}" for one in found]


@pytest.mark.parametrize("nama", [None, *sorted(EVERYBODY)])
def test_pages_are_accessible(
    app: Flask, dunia: Dunia, client_as: Any, buka: Callable[..., Any], nama: str | None
) -> None:
    orang = getattr(dunia.cast, nama) if nama else None
    browser = client_as(orang) if orang else app.test_client()
    if nama:
        sesi_of(dunia, nama)
    urls = pages_of(app, dunia, browser, nama)
    page = buka(orang)
    found = []
    for url in urls:
        page.goto(url)
        found += [f"{nama} {url}: {one}" for one in violations(page)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("lebar", [320, 640])
def test_narrow_windows_do_not_scroll_sideways(dunia: Dunia, buka: Callable[..., Any], lebar: int) -> None:
    """At 400 % zoom an old screen is 320 pixels wide; only tables may be wider than it."""
    page = buka(dunia.cast.dewi)
    page.set_viewport_size({"width": lebar, "height": 700})
    for url in ("/", "/dasbor", "/asn", "/akun/kelola", "/jejak", "/bantuan"):
        page.goto(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= lebar, f"{url} is {width} wide"
