"""``flask asn import``: the JSON, the exit codes, and a kill in the middle."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from rentan.asn.models import Asn
from rentan.config import load_settings
from rentan.ext import db
from rentan.factory import create_app
from tests.asn.roster_files import nip, row, xlsx

ROOT = Path(__file__).resolve().parents[2]
A, B = nip(date(1985, 3, 2), 1), nip(date(1990, 7, 9), 2)


def run(app: Flask, *args: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["asn", "import", *map(str, args)])
    db.session.rollback()
    return result.exit_code, result.stdout


def berkas(tmp_path: Path, data: bytes, nama: str = "daftar.xlsx") -> Path:
    path = tmp_path / nama
    path.write_bytes(data)
    return path


def test_json_has_exactly_the_agreed_keys(app: Flask, tmp_path: Path) -> None:
    path = berkas(tmp_path, xlsx(("DATA", [row(A), row(int(B))])))
    code, out = run(app, path, "--json", "--take-good", "--dry-run")
    report = json.loads(out)
    assert code == 0
    assert list(report) == ["read", "good", "refused", "unchanged", "changed", "skipped_sheets", "rows"]
    assert list(report["rows"][0]) == ["sheet", "row", "code", "message"]
    assert db.session.scalar(db.select(db.func.count()).select_from(Asn)) == 0
    assert run(app, path, "--dry-run")[0] == 1
    assert run(app, path, "--json")[0] == 1
    assert run(app, path, "--take-good")[0] == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(Asn)) == 1


def test_exit_codes(app: Flask, tmp_path: Path) -> None:
    assert run(app, tmp_path / "tidak-ada.xlsx")[0] == 2
    assert run(app, berkas(tmp_path, b"%PDF", "a.pdf"), "--json")[0] == 1
    path = berkas(tmp_path, xlsx(("DATA", [row(A), row(B, nama="Lina")])))
    assert run(app, path, "--berlaku", "kemarin")[0] == 2
    assert run(app, path, "--berlaku", "2026-11-01")[0] == 0
    lain = berkas(tmp_path, xlsx(("DATA", [row(A)])), "lain.xlsx")
    code, out = run(app, lain, "--json")
    assert (code, json.loads(out)["rows"][0]["code"]) == (1, "perlu_setuju")
    assert run(app, lain, "--allow-many-leavers")[0] == 0


SLOW = """
import os, sys, time
from rentan.asn import roster_terapkan
from rentan.factory import create_app
real = roster_terapkan._tulis_nip

def slow(*args):
    real(*args)
    os.write(1, b"separuh\\n")
    time.sleep(30)

roster_terapkan._tulis_nip = slow
create_app().test_cli_runner().invoke(args=["asn", "import", sys.argv[1]])
"""


def test_a_killed_import_leaves_nothing(tmp_path: Path) -> None:
    """A real process, killed without warning when all rows are written but not committed."""
    environment = {
        "RENTAN_ENV": "demo",
        "RENTAN_INSTANCE": str(tmp_path / "kota"),
        "RENTAN_QUEUE_URL": "segera:",
    }
    app = create_app(load_settings(environment))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    orang = [row(nip(date(1980, 1, 1 + n % 28), 1 + n % 900), nama=f"Orang {n}") for n in range(500)]
    path = berkas(tmp_path, xlsx(("DATA", orang)))
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path)],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "separuh\n"
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    with sqlite3.connect(tmp_path / "kota" / "rentan.db") as found:
        tables = ("asn", "penempatan", "nip_riwayat", "unit_kerja", "hitungan_opd", "impor", "kunci_subjek")
        for table in tables:
            assert found.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608
    with app.app_context():
        began = time.monotonic()
        assert run(app, path)[0] == 0
        assert time.monotonic() - began < 20
        assert db.session.scalar(db.select(db.func.count()).select_from(Asn)) == 500
        db.engine.dispose()


def test_human_output_names_rows_but_no_values(app: Flask, tmp_path: Path) -> None:
    path = berkas(tmp_path, xlsx(("DATA", [row(A), row(B[:17], nama="Rahasia Sekali")])))
    result = app.test_cli_runner().invoke(args=["asn", "import", str(path)])
    assert "DATA baris 5" in result.output and "[nip_17_digits]" in result.output
    assert B[:17] not in result.output and "Rahasia" not in result.output
