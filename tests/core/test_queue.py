"""The queue: after the commit, in a context of its own, across a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from rentan.config import load_settings
from rentan.core.numbering import NomorUrut, next_number
from rentan.core.queue import enqueue, open_queue, task
from rentan.ext import db

ROOT = Path(__file__).resolve().parents[2]


@task("uji.nomor")
def _nomor(ruang: str) -> None:
    next_number(ruang, 2026)


@task("uji.gagal")
def _gagal(ruang: str) -> None:
    next_number(ruang, 2026)
    raise ArithmeticError


def terakhir(ruang: str) -> int | None:
    db.session.rollback()
    return db.session.scalar(db.select(NomorUrut.terakhir).where(NomorUrut.ruang == ruang))


@pytest.mark.kedua_basis
def test_a_job_runs_after_the_commit_and_never_after_a_rollback(app: Flask) -> None:
    enqueue("uji.nomor", ruang="batal")
    db.session.execute(db.text("SELECT 1"))
    db.session.rollback()
    enqueue("uji.nomor", ruang="jadi")
    with db.session.begin_nested():
        next_number("lain", 2026)
    db.session.commit()
    assert (terakhir("batal"), terakhir("jadi"), terakhir("lain")) == (None, 1, 1)


def test_a_failed_job_leaves_nothing(app: Flask) -> None:
    enqueue("uji.gagal", ruang="gagal")
    enqueue("uji.nomor", ruang="sesudahnya")
    db.session.execute(db.text("SELECT 1"))
    db.session.commit()
    assert (terakhir("gagal"), terakhir("sesudahnya")) == (None, 1)


def test_an_unknown_job_is_noticed_where_it_is_queued(app: Flask) -> None:
    with pytest.raises(LookupError):
        enqueue("uji.tidak-ada")


def test_addresses(tmp_path: Path) -> None:
    assert open_queue(f"sqlite:///{tmp_path}/antrean.db").pending_count() == 0
    assert load_settings({"RENTAN_INSTANCE": str(tmp_path)}).queue_url.startswith("sqlite:///")


CONSUMER = """
import sys, time
from pathlib import Path
from rentan.config import load_settings
from rentan.core.queue import enqueue, start_consumer, task
from rentan.ext import db
from rentan.factory import create_app

@task("uji.tulis")
def tulis(jalur, lama):
    with open(jalur, "a") as f:
        f.write("mulai\\n")
    time.sleep(lama)
    with open(jalur, "a") as f:
        f.write("selesai\\n")

instance, catatan, cara = sys.argv[1:]
app = create_app(load_settings({"RENTAN_ENV": "demo", "RENTAN_INSTANCE": instance}))
if cara == "antre":
    with app.app_context():
        db.session.execute(db.text("SELECT 1"))
        enqueue("uji.tulis", jalur=catatan, lama=0.5)
        db.session.commit()
else:
    from flask_migrate import upgrade
    with app.app_context():
        upgrade(directory=str(Path(app.root_path) / "migrations"))
    stop = start_consumer(app)
    until = time.monotonic() + 20
    while time.monotonic() < until and not Path(catatan).exists():
        time.sleep(0.05)
    stop()
"""


def test_a_job_waits_for_the_next_start_and_a_stop_lets_it_finish(tmp_path: Path) -> None:
    catatan = tmp_path / "catatan.txt"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for cara in ("antre", "kerja"):
        if cara == "kerja":
            assert not catatan.exists()
        subprocess.run(
            [sys.executable, "-c", CONSUMER, str(tmp_path / "instance"), str(catatan), cara],
            check=True,
            timeout=60,
            env=environment,
            cwd=ROOT,
        )
    assert catatan.read_text().split() == ["mulai", "selesai"]
