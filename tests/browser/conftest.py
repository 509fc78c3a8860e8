"""A real server on a port of its own, and a real Chromium: the journeys of people, scripts on and off.

Every page a browser test opens is watched: a request to another host, a breach of the content policy or an
error in a script fails the test at its end. (Playwright's screenshots add a style element of their own: take
them with ``caret="initial"``, or the policy is breached by the camera.)
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from rentan.ext import db

UKURAN = {"width": 1366, "height": 768}


@dataclass
class Pengawas:
    """What went wrong in the browser without the page showing it."""

    alamat: str
    asing: list[str] = field(default_factory=list)
    kebijakan: list[str] = field(default_factory=list)
    skrip: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.skrip.append(str(error)))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.alamat, "data:", "blob:", "about:")):
            self.asing.append(request.url.split("?")[0])

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.kebijakan.append(message.text[:200])


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The application, served by waitress on a free port; answers the address."""
    db.session.commit()
    made = create_server(app, host="127.0.0.1", port=0, threads=4)

    def serve() -> None:
        with contextlib.suppress(OSError):  # closing the server takes the socket out of its loop
            made.run()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.effective_port}"
    made.close()
    thread.join(timeout=5)


@pytest.fixture
def buka(chromium: Any, server: str, client_as: Callable[[Any], Any]) -> Iterator[Callable[..., Any]]:
    """``buka(cast.sari, skrip=False)``: a fresh window at the application, signed in as that person."""
    pengawas = Pengawas(server)
    contexts = []

    def make(orang: Any = None, *, skrip: bool = True) -> Any:
        context = chromium.new_context(
            base_url=server,
            viewport=UKURAN,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            java_script_enabled=skrip,
        )
        contexts.append(context)
        if orang is not None:
            cookie = _session_cookie(client_as(orang))
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        pengawas.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not pengawas.asing, f"requests to other hosts: {pengawas.asing}"
    assert not pengawas.kebijakan, f"content policy breached: {pengawas.kebijakan}"
    assert not pengawas.skrip, f"script errors: {pengawas.skrip}"


def _session_cookie(browser: Any) -> Any:
    name = browser.application.config["SESSION_COOKIE_NAME"]
    return browser.get_cookie(name, domain="localhost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.peramban)
