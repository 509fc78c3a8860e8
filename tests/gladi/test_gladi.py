"""Rehearsals: what the treasurer sees, and that nothing real is touched."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.ext import db, runtime
from rentan.gladi import folder
from rentan.gladi.bank import Salah
from rentan.gladi.folder import child_environment, get_gladi, list_gladi, minta_gladi, sapu_gladi
from rentan.gladi.latihan import Permintaan, latih
from tests.autodebet.hasil_maker import make_terkirim


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """No rehearsal is run: the folders for which one would be."""
    asked: list[Path] = []
    monkeypatch.setattr(folder, "run_child", asked.append)
    return asked


def isi(**salah: int) -> dict[str, str]:
    return {f"salah_{nama}": str(n) for nama, n in salah.items()}


def tables() -> dict[str, int]:
    return {
        table.name: db.session.scalar(db.select(db.func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
    }


def files(root: Path) -> dict[str, str]:
    """Every stored file of the real instance outside of the rehearsals, with its hash."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "gladi" not in path.parts and not path.name.startswith(("rentan.db", "cetakan"))
    }


@pytest.mark.kedua_basis
def test_a_rehearsal_from_the_page_to_the_files(app: Flask, cast: Any, client_as: Any) -> None:
    paket, _ = make_terkirim(cast, 4)
    db.session.commit()
    before, stored = tables(), files(runtime().settings.instance)
    hadi = client_as(cast.hadi)
    before |= {"sesi": before["sesi"] + 1}

    answer = hadi.post(
        "/gladi", data=isi(saldo=1, kode_asing=1) | {"paket": str(paket.id), "kunci_formulir": hadi.key()}
    )

    assert answer.status_code == 303
    page = hadi.get(answer.location).get_data(as_text=True)
    shown = dict(re.findall(r'data-uji="(\w+)">([\d.]+)<', page))
    assert shown == {
        "baris": "4",
        "berhasil": "2",
        "gagal": "1",
        "belum": "1",
        "pengecualian": "1",
        "ulang": "1",
    }
    assert "Paket yang Anda susun harus disetujui orang lain." in page
    assert "Kode hasil ini belum dikenal" in page and "Saldo tidak cukup" in page
    debit, first = (hadi.get(f"{answer.location}/berkas/{n}") for n in (0, 1))
    assert debit.data.count(b"D2612-") == 4
    assert first.data.count(b"\r\n") == 6 and "attachment" in first.headers["Content-Disposition"]
    assert hadi.get(f"{answer.location}/berkas/2").status_code == 404

    # Of all this the real database knows one event of the trail.
    after = tables()
    changed = {nama: after[nama] - before[nama] for nama in after if after[nama] != before[nama]}
    assert set(changed) <= {"jejak", "permintaan"}
    row = db.session.scalar(db.select(Jejak).where(Jejak.peristiwa == Peristiwa.GLADI_DIJALANKAN.value))
    assert json.loads(row.rincian)["salah"] == {"saldo": 1, "kode_asing": 1}
    assert files(runtime().settings.instance) == stored
    one = answer.location.rpartition("/")[2]
    assert not (runtime().settings.instance / "gladi" / one / "salinan").exists()


def test_others_neither_see_nor_start_it(cast: Any, client_as: Any, no_child: list[Path]) -> None:
    gladi_id = minta_gladi(None, {}, by=cast.hadi.pelaku)
    db.session.commit()

    assert [one.id for one in list_gladi(seen_by=cast.hadi.pelaku)] == [gladi_id]
    assert list_gladi(seen_by=cast.bayu.pelaku) == []
    with pytest.raises(NotFound):
        get_gladi(gladi_id, seen_by=cast.bayu.pelaku)
    assert client_as(cast.bayu).get(f"/gladi/{gladi_id}").status_code == 404
    assert client_as(cast.wati).get("/gladi").status_code == 403
    assert client_as(cast.wati).post("/gladi", data={}).status_code == 403
    assert client_as(cast.yuni).get("/gladi").status_code == 403
    assert client_as(cast.bayu).get("/gladi").status_code == 200


def test_the_child_knows_the_copy_alone(app: Flask, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the database, the documents, the queue, the keys, nor anything of this process's environment."""
    monkeypatch.setenv("RENTAN_DATABASE_URL", "postgresql://sungguhan")
    monkeypatch.setenv("HTTPS_PROXY", "http://jaringan")
    called: dict[str, Any] = {}

    def run(command: list[str], **more: Any) -> None:
        called.update(more, command=command)

    monkeypatch.setattr(subprocess, "run", run)
    gladi_id = minta_gladi(None, {}, by=cast.hadi.pelaku)
    db.session.commit()

    here = runtime().settings.instance / "gladi" / str(gladi_id)
    assert called["env"] == child_environment(here)
    assert set(called["env"]) == {
        "PATH", "LANG", "RENTAN_ENV", "RENTAN_INSTANCE", "RENTAN_QUEUE_URL", "RENTAN_PROFIL_KOTA",
    }  # fmt: skip
    assert called["env"]["RENTAN_INSTANCE"] == str(here / "salinan")
    assert not (here / "salinan").exists()


def test_nothing_is_rehearsed_outside_of_a_copy(app: Flask) -> None:
    before = tables()
    with pytest.raises(RuntimeError, match="copy"):
        latih(Permintaan(date(2026, 12, 1), 1, 1, {}))
    assert tables() == before


def test_five_a_day_and_not_more_faults_than_lines(cast: Any, client_as: Any, no_child: list[Path]) -> None:
    by = cast.hadi.pelaku
    with pytest.raises(RuleError) as refused:
        minta_gladi(None, {Salah.SALDO: 40, Salah.HILANG: 11}, by=by)
    assert refused.value.kode == "gladi_terlalu_banyak"
    for _ in range(5):
        minta_gladi(None, {Salah.SALDO: 1}, by=by)
        db.session.commit()
    assert len(no_child) == 5
    answer = client_as(cast.hadi).post("/gladi", data=isi(saldo=1))
    assert answer.status_code == 422 and "Lanjutkan besok" in answer.get_data(as_text=True)
    minta_gladi(None, {}, by=cast.bayu.pelaku)
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        minta_gladi(None, {}, by=by)
    db.session.rollback()


def test_one_that_fails_or_was_cut_off_says_so(
    cast: Any, client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise subprocess.TimeoutExpired("flask", 600)

    monkeypatch.setattr(folder, "run_child", fail)
    gagal = minta_gladi(None, {}, by=cast.hadi.pelaku)
    db.session.commit()
    monkeypatch.setattr(folder, "run_child", lambda _folder: None)
    putus = minta_gladi(None, {}, by=cast.hadi.pelaku)
    db.session.commit()
    hadi = client_as(cast.hadi)

    assert "gangguan pada program" in hadi.get(f"/gladi/{gagal}").get_data(as_text=True)
    assert "sedang berjalan" in hadi.get("/gladi").get_data(as_text=True)
    assert hadi.get(f"/gladi/{putus}/kemajuan").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert "terputus" in (get_gladi(putus, seen_by=cast.hadi.pelaku).galat or "")
    assert hadi.get(f"/gladi/{uuid.uuid4()}").status_code == 404


def test_old_rehearsals_are_swept(cast: Any, no_child: list[Path]) -> None:
    lama, baru = (minta_gladi(None, {}, by=cast.hadi.pelaku) for _ in range(2))
    db.session.commit()
    sapu_gladi()
    root = runtime().settings.instance / "gladi"
    kemarin = (now() - timedelta(days=1, minutes=1)).timestamp()
    os.utime(root / str(lama), (kemarin, kemarin))

    assert sapu_gladi() == 1
    assert [one.id for one in list_gladi(seen_by=cast.hadi.pelaku)] == [baru]
    assert sapu_gladi() == 0
