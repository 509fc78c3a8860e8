"""``flask akun``: the first admin, a reset at the server, the list."""

from __future__ import annotations

import json
import re

from rentan.akun.models import Akun, TautanSandi
from rentan.akun.queries import find_akun, pelaku_of
from rentan.core.permissions import Peran
from rentan.ext import db

SANDI = "jembatan-merah-subuh"


def run(app, *args):
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["akun", *args])
    db.session.expire_all()
    return result


def test_the_first_admin_comes_with_a_link_and_no_password(app, client):
    assert db.session.scalars(db.select(Akun)).all() == [], "no account by default"
    result = run(app, "create", "--peran", "admin", "--pengenal", "Utama", "--nama", "Admin Rekaan")
    assert result.exit_code == 0, result.output
    kode = re.search(r"http://127.0.0.1:8000/sandi#([0-9A-Z-]+)", result.stdout)[1]
    akun = find_akun("utama")
    assert akun.sandi_hash is None and pelaku_of(akun).has(Peran.ADMIN)
    assert client.post("/sandi", data={"kode": kode, "sandi": SANDI, "sandi_ulang": SANDI}).status_code == 303
    assert client.post("/masuk", data={"nip": "utama", "sandi": SANDI}).status_code == 303
    assert client.get("/akun/kelola").status_code == 200


def test_twice_is_refused_and_changes_nothing(app):
    args = ("create", "--peran", "admin", "--pengenal", "utama", "--nama", "Admin Rekaan")
    assert [run(app, *args).exit_code for _ in range(2)] == [0, 1]
    assert len(db.session.scalars(db.select(TautanSandi)).all()) == 1


def test_dry_run_and_wrong_use(app):
    args = ("create", "--pengenal", "utama", "--nama", "Admin Rekaan")
    assert run(app, *args, "--peran", "admin", "--dry-run").exit_code == 0
    assert find_akun("utama") is None
    assert run(app, *args, "--peran", "operator_opd").exit_code == 2
    assert run(app, *args, "--peran", "admin", "--opd", "DINKES").exit_code == 2
    assert run(app, *args, "--peran", "operator_opd", "--opd", "TIDAKADA").exit_code == 2
    assert run(app, *args, "--peran", "asn").exit_code == 2
    assert run(app, *args, "--peran", "operator_opd", "--opd", "DINKES").exit_code == 0


def test_reset(app, cast):
    answer = json.loads(run(app, "reset", "--pengenal", cast.dewi.akun.pengenal, "--json").stdout)
    assert "/sandi#" in answer["tautan"] and answer["jam"] == 24
    assert run(app, "reset", "--pengenal", "nobody").exit_code == 1
    refused = json.loads(run(app, "reset", "--pengenal", "nobody", "--json").stdout)
    assert refused["error"] and refused["message"] == "Akun ini tidak ada."
    cast.joko.akun.aktif = False
    assert run(app, "reset", "--pengenal", "joko").exit_code == 1


def test_list_shows_roles_and_no_secrets(app, cast):
    result = run(app, "list", "--json")
    rows = {row["pengenal"]: row for row in json.loads(result.stdout)["akun"]}
    assert len(rows) == 13
    assert {"peran": "petugas_kecamatan", "tempat": "Kecamatan Ngaliyan"} in rows["joko"]["peran"]
    assert "argon2" not in result.stdout
    only = run(app, "list", "--peran", "verifikator").stdout
    assert "Rini Rekaan" in only and "Joko" not in only
