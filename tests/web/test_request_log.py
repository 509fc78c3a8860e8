"""One line per request: pattern instead of path, no query, a request id of our own."""

import json
import logging
from typing import Any

import pytest
from flask import Flask

from rentan.core import logs
from rentan.web.access import request_id
from rentan.web.logs import init_logs


@pytest.fixture
def app() -> Flask:
    app = Flask("uji_log")
    init_logs(app)

    @app.get("/pekerja/<nama>")
    def show(nama: str) -> str:
        logs.bind(akun="0b54b1b0-0000-4000-8000-000000000001")
        return request_id()

    @app.get("/rusak/<nama>")
    def broken(nama: str) -> str:
        raise RuntimeError(nama)

    return app


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in capsys.readouterr().err.splitlines() if text.startswith("{")]


def test_the_line_has_the_pattern_and_no_values(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = app.test_client().get("/pekerja/Sari?nik=9971014107800001", headers={"X-Request-ID": "palsu"})
    (one,) = lines(capsys)
    assert one["rute"] == "/pekerja/<nama>"
    assert (one["metode"], one["status"]) == ("GET", 200)
    assert one["akun"].startswith("0b54b1b0")
    assert one["permintaan"] == answer.text == answer.headers["X-Request-ID"] != "palsu"
    assert "Sari" not in json.dumps(one) and "9971" not in json.dumps(one)


def test_the_next_request_does_not_inherit_facts(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    client = app.test_client()
    client.get("/pekerja/Sari")
    client.get("/tidak-ada")
    _first, second = lines(capsys)
    assert second["status"] == 404
    assert second["rute"] is None and "akun" not in second


def test_an_unhandled_error_is_logged_without_its_text(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.test_client().get("/rusak/Sari").status_code == 500
    output = capsys.readouterr().err
    error, request_line = (json.loads(text) for text in output.splitlines())
    assert "Sari" not in output
    assert error["galat"][0]["jenis"] == "builtins.RuntimeError"
    assert error["permintaan"] == request_line["permintaan"]
    assert logging.getLogger("werkzeug").level == logging.WARNING
