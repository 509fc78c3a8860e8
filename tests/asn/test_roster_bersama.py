"""The city's own roster file, fictional and as messy as real ones (../shared/data)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from rentan.asn.models import Asn, HitunganOpd, NipRiwayat, Penempatan
from rentan.core.subject import KunciSubjek
from rentan.ext import db

pytestmark = pytest.mark.kedua_basis


def _run(app: Flask, *args: object) -> tuple[int, dict]:
    result = app.test_cli_runner().invoke(args=["asn", "import", *map(str, args), "--json"])
    db.session.rollback()
    return result.exit_code, json.loads(result.stdout)


def _count(*models: type) -> list[int]:
    return [db.session.scalar(db.select(db.func.count()).select_from(one)) for one in models]


def test_exactly_the_expected_rows_and_the_same_file_again_changes_nothing(
    app: Flask, shared_data: Path
) -> None:
    file = shared_data / "roster_bkpp.xlsx"
    expected = json.loads((shared_data / "roster_bkpp.expected.json").read_text())

    code, report = _run(app, file)
    assert code == 1
    assert (report["read"], report["good"], report["refused"]) == (16_035, 16_000, 35)
    assert [[r["sheet"], r["row"], r["code"]] for r in report["rows"]] == expected["bad_rows"]
    assert report["skipped_sheets"] == ["REKAP (lama)"]
    assert _count(Asn, Penempatan, NipRiwayat) == [0, 0, 0]

    code, report = _run(app, file, "--take-good")
    assert (code, report["good"], report["unchanged"]) == (0, 16_000, 0)
    assert _count(Asn, Penempatan, NipRiwayat) == [16_000, 16_000, 16_000]
    by_status = db.session.execute(db.select(Asn.status_asn, db.func.count()).group_by(Asn.status_asn))
    assert {status.value: n for status, n in by_status} == expected["by_status"]
    by_opd = dict(
        db.session.execute(
            db.text("SELECT o.kode, count(*) FROM asn a JOIN opd o ON o.id = a.opd_id GROUP BY o.kode")
        ).all()
    )
    assert by_opd == expected["by_opd"]
    assert db.session.scalar(db.select(db.func.sum(HitunganOpd.roster))) == 16_000

    before = _count(Asn, Penempatan, NipRiwayat, KunciSubjek, HitunganOpd)
    code, report = _run(app, file, "--take-good")
    assert (code, report["good"], report["unchanged"], report["changed"]) == (0, 16_000, 16_000, 0)
    assert _count(Asn, Penempatan, NipRiwayat, KunciSubjek, HitunganOpd) == before
    assert db.session.scalar(db.select(db.func.max(Asn.versi))) == 1
