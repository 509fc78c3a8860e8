"""``/hidup`` answers without a database, ``/siap`` only when the application can really work (OPS-1)."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from rentan.ext import db
from rentan.web.health import FREE_BYTES

Disk = namedtuple("Disk", "total used free")

pytestmark = pytest.mark.kedua_basis


def test_ready_with_everything_in_place(client: FlaskClient) -> None:
    assert client.get("/siap").text == "siap\n"
    assert client.get("/hidup").text == "hidup\n"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE alembic_version SET version_num = '0000'",
        "DELETE FROM alembic_version",
        "UPDATE sidik_kunci SET sidik = 'lain'",
        "DELETE FROM sidik_kunci",
    ],
)
def test_old_tables_or_foreign_keys_are_not_ready(app: Flask, client: FlaskClient, damage: str) -> None:
    db.session.execute(text(damage))
    answer = client.get("/siap")
    assert answer.status_code == 503
    assert answer.text == "belum siap\n"  # strangers learn no more than that
    assert client.get("/hidup").status_code == 200


def test_full_disk_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(10**12, 10**12, FREE_BYTES - 1))
    assert client.get("/siap").status_code == 503
