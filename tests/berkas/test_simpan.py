"""Keeping papers: per-person keys, crash order, sweeping, two at once (UPL-4, UPL-5, KEY-1, KEY-2, CRA-1)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from rentan.asn.models import Asn
from rentan.berkas.actions import sapu_berkas
from rentan.berkas.models import Berkas
from rentan.berkas.queries import PaperDamaged, list_kini, list_kunci, read_asal, read_bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.storage import MissingObject
from rentan.core.subject import KunciSubjek
from rentan.ext import db
from rentan.surat_kuasa import actions
from rentan.surat_kuasa.queries import get_surat
from tests.surat_kuasa.kertas import make_cetak, make_draf, make_unggah, photo, print_of, upload

ROOT = Path(__file__).resolve().parents[2]
KTP = JenisBerkas.KTP


def store(app: Any) -> Any:
    return app.extensions["rentan"].store


def test_names_are_made_by_us_and_files_are_private(cast: Any, app: Any) -> None:
    row = upload(make_draf(cast.sari), KTP, photo(), "../../Sari Rekaan 3374.jpg", cast.sari.pelaku)
    for key in (row.kunci_asal, row.kunci_bersih):
        path = store(app).root / key
        assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    columns = [str(getattr(row, c.name)) for c in Berkas.__table__.columns]
    assert not any("Sari" in one or "3374" in one for one in columns)


def test_a_ciphertext_belongs_to_its_row_and_column(cast: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    first = upload(surat, KTP, photo(), "a.jpg", by)
    second = upload(surat, JenisBerkas.BUKU_REKENING, photo("navy"), "b.jpg", by)
    first.kunci_bersih, second.kunci_bersih = second.kunci_bersih, first.kunci_bersih
    with pytest.raises(InvalidTag):
        read_bersih(first)
    second.kunci_asal = first.kunci_bersih
    with pytest.raises(InvalidTag):
        read_asal(second)


def test_damage_is_noticed(cast: Any, app: Any) -> None:
    row = upload(make_draf(cast.sari), KTP, photo(), "a.jpg", cast.sari.pelaku)
    path = store(app).root / row.kunci_bersih
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InvalidTag):
        read_bersih(row)
    path.unlink()
    with pytest.raises(MissingObject):
        read_bersih(row)
    row.sha256_asal = "0" * 64
    with pytest.raises(PaperDamaged):
        read_asal(row)


def test_without_the_persons_key_nothing_is_readable(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    rows = list_kini(surat.id)
    db.session.commit()
    db.session.execute(db.delete(KunciSubjek).where(KunciSubjek.id == cast.sari.asn.id))
    db.session.info.pop("dek")
    for row in rows.values():
        with pytest.raises(InvalidTag):
            read_bersih(row)
    db.session.rollback()


def test_a_refused_upload_leaves_no_row(cast: Any) -> None:
    surat = make_draf(cast.sari)
    with pytest.raises(RuleError):
        upload(surat, KTP, b"\xff\xd8\xffxxx", "a.jpg", cast.sari.pelaku)
    assert not list_kini(surat.id)


# -- crash --------------------------------------------------------------------------------------------------


def test_a_rollback_leaves_orphans_that_are_swept_after_two_days(cast: Any, app: Any) -> None:
    surat_id = make_draf(cast.sari).id
    db.session.commit()
    surat = get_surat(surat_id, seen_by=cast.sari.pelaku)
    row = upload(surat, KTP, photo(), "a.jpg", cast.sari.pelaku)
    orphans = {row.kunci_asal, row.kunci_bersih}
    db.session.rollback()
    kept = upload(get_surat(surat_id, seen_by=cast.sari.pelaku), KTP, photo(), "a.jpg", cast.sari.pelaku)
    db.session.commit()
    assert orphans.isdisjoint(list_kunci())
    sapu_berkas()
    assert all(store(app).exists(key) for key in orphans)  # perhaps a transaction is just committing
    old = (now() - timedelta(hours=49)).timestamp()
    for key in (*orphans, kept.kunci_asal, kept.kunci_bersih):
        os.utime(store(app).root / key, (old, old))
    assert sapu_berkas() == 2 and sapu_berkas() == 0
    assert not any(store(app).exists(key) for key in orphans)
    assert read_asal(kept) == photo()


_KILLED = """
import os, sys, uuid
from rentan.config import load_settings
from rentan.factory import create_app
from rentan.core import storage
from rentan.akun.models import Akun
from rentan.akun.queries import pelaku_of
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.ext import db
from rentan.surat_kuasa import actions, queries

instance, url, surat_id, akun_id, die_at = sys.argv[1:]
env = {"RENTAN_ENV": "demo", "RENTAN_INSTANCE": instance, "RENTAN_DATABASE_URL": url}
app = create_app(load_settings(env))
puts = 0
put = storage.LocalStore.put

def dying(self, key, data):
    global puts
    puts += 1
    if puts == int(die_at):
        os.kill(os.getpid(), 9)
    put(self, key, data)
    if puts == int(die_at) - 10:
        os.kill(os.getpid(), 9)

storage.LocalStore.put = dying
with app.app_context():
    by = pelaku_of(db.session.get_one(Akun, uuid.UUID(akun_id)))
    surat = queries.get_surat(uuid.UUID(surat_id), seen_by=by)
    actions.unggah_berkas(surat, jenis=JenisBerkas.KTP, data=b"x" * 9, nama_file="a.jpg", by=by,
                          bersih=Bersih("image/jpeg", b"y" * 9, 1, 1, 1))
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("die_at", [1, 2, 11, 12, 99])
def test_kill_between_file_and_row_leaves_at_most_an_orphan(cast: Any, app: Any, die_at: int) -> None:
    """Killed before, between and after the files, and right before the commit: never a row without a file."""
    surat = make_draf(cast.sari)
    db.session.commit()
    settings = app.extensions["rentan"].settings
    # KEK, database and documents are those of the test's own application.
    done = subprocess.run(
        [
            sys.executable, "-c", _KILLED, str(settings.instance), settings.database_url, str(surat.id),
            str(cast.sari.akun.id), str(die_at),
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    db.session.expire_all()
    assert not list_kini(surat.id)
    row = upload(get_surat(surat.id, seen_by=cast.sari.pelaku), KTP, photo(), "a.jpg", cast.sari.pelaku)
    db.session.commit()
    assert read_asal(row) == photo()
    for key in list_kunci():
        assert store(app).exists(key)


# -- two at once --------------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_two_uploads_at_once_leave_one_current_paper(cast: Any, app: Any) -> None:
    surat = make_draf(cast.sari)
    surat_id, by = surat.id, cast.sari.pelaku
    db.session.commit()
    db.session.remove()
    gate, failures = threading.Barrier(4), []

    def one(colour: str) -> None:
        with app.app_context():
            gate.wait()
            try:
                locked = get_surat(surat_id, seen_by=by, untuk_diubah=True)
                upload(locked, KTP, photo(colour), "a.jpg", by)
                db.session.commit()
            except Exception as e:
                failures.append(e)
                db.session.rollback()

    threads = [threading.Thread(target=one, args=(c,)) for c in ("red", "green", "blue", "white")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(list_kini(surat_id)) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Berkas)) == 4


@pytest.mark.kedua_basis
def test_two_prints_at_once_give_one_letter(cast: Any, app: Any) -> None:
    surat = make_draf(cast.sari)
    surat_id, by = surat.id, cast.sari.pelaku
    db.session.commit()
    db.session.remove()
    gate, results = threading.Barrier(3), []

    def one() -> None:
        with app.app_context():
            gate.wait()
            try:
                actions.cetak(get_surat(surat_id, seen_by=by, untuk_diubah=True), by=by)
                db.session.commit()
                results.append("ok")
            except RuleError as refused:
                db.session.rollback()
                results.append(refused.kode)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ok", "status_tidak_cocok", "status_tidak_cocok"]
    found = get_surat(surat_id, seen_by=by)
    assert found.nomor.startswith("000001/") and len(print_of(found)) > 1000


@pytest.mark.kedua_basis
def test_two_letters_begun_at_once(cast: Any, app: Any) -> None:
    surat = make_cetak(cast.sari)
    actions.batal(surat, by=cast.sari.pelaku)
    asn_id, by = cast.sari.asn.id, cast.sari.pelaku
    db.session.commit()
    db.session.remove()
    gate, results = threading.Barrier(4), []

    def one() -> None:
        with app.app_context():
            gate.wait()
            try:
                actions.buat(db.session.get_one(Asn, asn_id), by=by)
                db.session.commit()
                results.append("ok")
            except RuleError as refused:
                db.session.rollback()
                results.append(refused.kode)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ok"] + ["penjaga_m1"] * 3
