"""Scheduled jobs: by hand, all together, twice; a bad one does not stop the others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from rentan import jobs
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.calon import actions as calon_actions
from rentan.core.audit import Peristiwa, record
from rentan.core.audit_head import export_head, verify_heads
from rentan.core.clock import now
from rentan.ext import db, runtime
from tests import factories


@pytest.fixture(autouse=True)
def _head_file(app):
    yield
    runtime().settings.kepala_jejak.unlink(missing_ok=True)


@pytest.mark.kedua_basis
def test_a_hold_returns_by_itself_and_a_second_run_finds_nothing(app, cast, monkeypatch):
    # Days later, the sweep of orphans would take papers that other tests of this worker keep in the store.
    kept = {name: job for name, job in jobs.JOBS.items() if name not in ("sapu-berkas", "bersihkan-impor")}
    monkeypatch.setattr(jobs, "JOBS", kept)
    calon = calon_actions.add_to_pool(factories.make_pekerja(), by=cast.dewi.pelaku)
    asuhan = calon_actions.pegang(calon, asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=9), tick=False):
        jobs.run_all()
        assert db.session.get(Asuhan, asuhan.id).status is StatusAsuhan.KEDALUWARSA
        assert jobs.JOBS["kembalikan-pegangan"]() == 0


def test_a_failing_job_does_not_stop_the_others(app, monkeypatch, caplog):
    done: list[str] = []
    monkeypatch.setattr(jobs, "JOBS", {"rusak": lambda: 1 // 0, "baik": lambda: done.append("baik") or 1})
    jobs.run_all()
    assert done == ["baik"]
    assert "job rusak failed" in caplog.text


def test_every_job_runs_by_name(app):
    for name in jobs.JOBS:
        result = app.test_cli_runner().invoke(args=["job", name])
        assert result.exit_code == 0, (name, result.output)
    assert app.test_cli_runner().invoke(args=["job", "tak-ada"]).exit_code == 2


@pytest.mark.kedua_basis
def test_cutting_off_the_newest_rows_is_noticed_by_the_exported_head(app, cast):
    for _ in range(3):
        record(Peristiwa.KELUAR, by=cast.sari.pelaku)
    db.session.commit()
    assert export_head() == 1
    assert export_head() == 0, "nothing new to export"
    assert verify_heads() == []
    assert app.test_cli_runner().invoke(args=["jejak", "verify"]).exit_code == 0
    head = json.loads(runtime().settings.kepala_jejak.read_text().splitlines()[-1])
    sqlite = db.engine.dialect.name == "sqlite"
    trigger = "tambah_saja_jejak_delete" if sqlite else "tambah_saja_jejak_baris ON jejak"
    db.session.execute(db.text(f"DROP TRIGGER {trigger}"))
    db.session.execute(db.text("DELETE FROM jejak WHERE seq = :seq"), {"seq": head["seq"]})
    db.session.commit()
    assert [fault.seq for fault in verify_heads()] == [head["seq"]]
    assert app.test_cli_runner().invoke(args=["jejak", "verify"]).exit_code == 1
