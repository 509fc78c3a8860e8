"""``flask autodebet …``: one step each, exit codes, JSON, and who may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask

from rentan.ext import db
from rentan.paket.models import Paket
from tests.autodebet.maker_debet import HASIL, SIAP, baris_of, make_bulan, pada


def _run(app: Flask, *args: str) -> Any:
    db.session.commit()
    return app.test_cli_runner().invoke(args=["autodebet", *args])


def test_a_month(app: Flask, cast: Any, tmp_path: Path) -> None:
    make = ["--bulan", "2026-12"]
    hadi = [*make, "--oleh", cast.hadi.akun.pengenal]
    yuni = [*make, "--oleh", cast.yuni.akun.pengenal]
    file = tmp_path / "debet.csv"
    with pada(SIAP):
        make_bulan(2)
        dry = _run(app, "build", *hadi, "--dry-run", "--json")
        assert json.loads(dry.stdout) == {"ready": 2, "excluded": {}}
        assert db.session.scalar(db.select(Paket.id)) is None
        built = _run(app, "build", *hadi, "--json")
        assert json.loads(built.stdout) | {"rows": 2, "amount": 16_800, "status": "disusun"} == json.loads(
            built.stdout
        )
        assert _run(app, "build", *hadi).exit_code == 1
        assert _run(app, "lock", *hadi, "--dry-run").exit_code == 0
        assert _run(app, "export", *hadi, "-o", str(file)).exit_code == 1
        assert _run(app, "lock", *hadi).exit_code == 0
        assert _run(app, "approve", *hadi).exit_code == 1
        assert _run(app, "approve", *yuni, "--dry-run").exit_code == 0
        assert _run(app, "approve", *yuni).exit_code == 0
        assert _run(app, "export", *hadi, "-o", str(file)).exit_code == 0
        assert file.read_bytes().startswith(b"H;DB-2026-0001;")
        sent = _run(app, "send", *hadi, "--tanda-terima", "12", "--json")
        assert json.loads(sent.stdout)["status"] == "dikirim"
    with pada(HASIL):
        paket = db.session.scalars(db.select(Paket)).one()
        lines = [
            f"{one.referensi};1034567890;{one.jumlah};00;;2026-12-01 08:00:00" for one in baris_of(paket)
        ]
        answer = tmp_path / "hasil.csv"
        answer.write_text("\n".join(["REFERENSI;NO_REKENING;NOMINAL;KODE_HASIL;KETERANGAN;WAKTU", *lines]))
        read = _run(app, "import-result", str(answer), "--oleh", cast.hadi.akun.pengenal, "--json")
        assert json.loads(read.stdout)["good"] == 2, read.output
        db.session.refresh(paket)
        assert paket.status.value == "hasil_lengkap"
        assert _run(app, "close", *yuni).exit_code == 1


def test_wrong_use(app: Flask, cast: Any) -> None:
    assert _run(app, "lock", "--bulan", "2026-12").exit_code == 2
    assert _run(app, "lock", "--bulan", "2026-12", "--oleh", "tidak.ada").exit_code == 2
    assert _run(app, "lock", "--oleh", cast.hadi.akun.pengenal).exit_code == 2
    gone = _run(app, "lock", "--paket", "DB-2026-0009", "--oleh", cast.hadi.akun.pengenal, "--json")
    assert gone.exit_code == 1
    assert json.loads(gone.stdout)["error"] == "paket_tidak_ada"
    # The system's own commands do not stand in for a role.
    with pada(SIAP):
        make_bulan(1)
        assert _run(app, "build", "--bulan", "2026-12", "--oleh", cast.wati.akun.pengenal).exit_code == 1
