"""A process killed while it reads loses nothing and doubles nothing."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rentan.core.queue import run_task
from rentan.ext import db, runtime
from rentan.pindai import actions, queries
from rentan.pindai.models import Tumpukan
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from tests.pindai import kertas

ROOT = Path(__file__).resolve().parents[2]
#: A worker of its own that dies by SIGKILL at its n-th call of one function of the reading.
PEKERJA = """
import os, signal, sys
from rentan.config import load_settings
from rentan.factory import create_app
from rentan.pindai import actions, baca
kind, name, when, stack = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
place = {"actions": actions, "baca": baca}[kind]
real, calls = getattr(place, name), []
def deadly(*args, **kwargs):
    calls.append(1)
    if len(calls) == when:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)
setattr(place, name, deadly)
baca.SEKALI = 2
app = create_app(load_settings(os.environ))
with app.app_context():
    actions.read_stack(stack)
"""


@pytest.mark.parametrize(
    ("tempat", "kali", "sudah"),
    [
        (("baca", "read_pages"), 3, 4),  # between two commits
        (("actions", "simpan"), 4, 2),  # pictures stored, rows not: the second run of pages is half written
        (("actions", "sort_stack"), 1, 6),  # everything read, nothing sorted
    ],
)
def test_killed_and_started_again(
    app: Any, cast: Any, monkeypatch: Any, tempat: tuple[str, str], kali: int, sudah: int
) -> None:
    acak = random.Random(1)
    pages = [kertas.pindai(one, acak) for one in kertas.lembar_tempel("ASING").values()]
    pdf = kertas.jadi_pdf([*pages, *(kertas.kosong(acak) for _ in range(4))])
    monkeypatch.setattr(actions, "enqueue", lambda *args, **kwargs: None)  # read elsewhere
    stack, _ = actions.receive_stack(io.BytesIO(pdf), opd_id=cast.sari.asn.opd_id, by=cast.budi.pelaku)
    db.session.commit()
    stack_id = stack.id
    db.session.remove()

    settings = app.extensions["rentan"].settings
    env = os.environ | {
        "RENTAN_ENV": "demo",
        "RENTAN_INSTANCE": str(settings.instance),
        "RENTAN_DATABASE_URL": settings.database_url,
        "RENTAN_QUEUE_URL": "segera:",
        "PYTHONPATH": str(ROOT),
    }
    dead = subprocess.run(
        [sys.executable, "-c", PEKERJA, *tempat, str(kali), str(stack_id)], env=env, capture_output=True,
        check=False,
    )  # fmt: skip
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()[-2_000:]
    left = db.session.get_one(Tumpukan, stack_id)
    assert left.status is StatusTumpukan.DIBACA
    assert (left.dibaca, len(queries.list_nomor(stack_id))) == (sudah, sudah)
    before = {one.nomor: one.id for one in queries.list_halaman(left)}
    db.session.remove()

    run_task(app, "pindai.baca", {"tumpukan_id": str(stack_id)})
    done = db.session.get_one(Tumpukan, stack_id)
    assert done.status is StatusTumpukan.SIAP
    found = queries.list_halaman(done)
    assert [one.nomor for one in found] == [1, 2, 3, 4, 5, 6]
    assert {one.nomor: one.id for one in found if one.nomor in before} == before  # not read again
    assert [one.hasil for one in found] == [HasilHalaman.BUKAN_DI_SINI] * 2 + [HasilHalaman.KOSONG] * 4
    for one in found:
        assert queries.read_gambar(one)
    stored = {one.key for one in runtime().store.list("tumpukan")}
    assert stored >= {one.kunci_gambar for one in found}  # what a kill left over goes with the sweep
