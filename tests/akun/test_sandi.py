"""Passwords: what may be chosen, changing them, one-use links (AUT-2, AUT-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from rentan.akun import actions
from rentan.akun.models import TautanSandi
from rentan.akun.sandi import check_sandi, is_sandi
from rentan.core.actor import SISTEM
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.ext import db
from tests.cast import SANDI
from tests.threads import run_at_once

BARU = "kereta-sore-ke-pekalongan"


@pytest.mark.parametrize(
    ("sandi", "kode"),
    [
        ("sebelaskrkt", "sandi_pendek"),
        ("x" * 129, "sandi_panjang"),
        ("1q2w3e4r5t6y", "sandi_umum"),
        ("PasswordPassword", "sandi_berulang"),
        ("123456789987654321", "sandi_umum"),
        ("password2026!", "sandi_umum"),
        ("aaaaaaaaaaaaaaaa", "sandi_berulang"),
        ("197205052008112515", "sandi_pribadi"),
        ("x197205052008112515y", "sandi_pribadi"),
        ("rahasia Wahyuni sekali", "sandi_pribadi"),
        ("kota Semarang indah", "sandi_pribadi"),
        ("PEMKOT di hatiku", "sandi_pribadi"),
        ("pekerja-rentan-kuat", "sandi_pribadi"),
    ],
)
def test_refused(app, sandi, kode):
    with pytest.raises(RuleError) as refused:
        check_sandi(sandi, pribadi=("Dra. Wahyuni Rekaan, M.Si.", "197205052008112515"))
    assert (refused.value.kode, refused.value.field) == (kode, "sandi")


@pytest.mark.parametrize(
    "sandi", ["duabelas-kar", "x1z" + "y" * 125, "ꦱꦸꦒꦼꦁ ꦫꦮꦸꦃ ꦱꦢꦪ", "kopi tubruk pagi 🌞🌞", " spasi di tepi "]
)
def test_taken_whatever_its_signs(app, sandi):
    check_sandi(sandi, pribadi=("Sari Rekaan", "198503022009011001"))


def test_the_list_holds_the_commonest(app):
    for sandi in ("1234567891011", "password1234", "iloveyou1234", "1q2w3e4r5t6y"):
        with pytest.raises(RuleError):
            check_sandi(sandi)


def test_the_same_signs_typed_otherwise_are_the_same_password(app):
    assert is_sandi(actions.hash_sandi("caf\u00e9-di-simpang-lima"), "cafe\u0301-di-simpang-lima")


def test_sari_changes_hers_and_only_this_device_goes_on(cast, client_as):
    here, there = client_as(cast.sari), client_as(cast.sari)
    data = {"sandi_lama": SANDI, "sandi_baru": BARU, "sandi_ulang": BARU}
    assert here.post("/akun/sandi", data=data).status_code == 303
    assert (here.get("/akun").status_code, there.get("/akun").status_code) == (200, 303)
    assert is_sandi(cast.sari.akun.sandi_hash, BARU)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sandi_lama": "bukan-yang-lama"}, "tidak cocok"),
        ({"sandi_ulang": "lain-lagi-sama-sekali"}, "Kedua kata sandi tidak sama"),
        ({"sandi_baru": "pendek", "sandi_ulang": "pendek"}, "paling sedikit 12"),
        ({"sandi_baru": "sari-rekaan-123", "sandi_ulang": "sari-rekaan-123"}, "tidak boleh memuat nama"),
    ],
)
def test_a_refused_change_changes_nothing(cast, client_as, change, said):
    before, browser = cast.sari.akun.sandi_hash, client_as(cast.sari)
    answer = browser.post(
        "/akun/sandi", data={"sandi_lama": SANDI, "sandi_baru": BARU, "sandi_ulang": BARU} | change
    )
    assert answer.status_code == 422 and said in answer.text
    assert BARU not in answer.text, "passwords are never sent back"
    assert cast.sari.akun.sandi_hash == before
    assert browser.get("/akun").status_code == 200


# -- one-use links ----------------------------------------------------------------------------------------


def link(orang) -> str:
    kode = actions.make_tautan(orang.akun, by=SISTEM)
    db.session.commit()
    return kode


def choose(browser, kode, sandi=BARU):
    return browser.post("/sandi", data={"kode": kode, "sandi": sandi, "sandi_ulang": sandi})


def test_a_link_works_once_and_ends_all_sessions(cast, client, client_as):
    sari, kode = client_as(cast.sari), link(cast.sari)
    assert choose(client, kode).location == "/masuk"
    assert sari.get("/akun").status_code == 303
    assert is_sandi(cast.sari.akun.sandi_hash, BARU)
    assert choose(client, kode, "lain-lagi-sama-sekali").status_code == 422
    assert is_sandi(cast.sari.akun.sandi_hash, BARU)


@pytest.mark.parametrize("typed", [str.lower, lambda k: k.replace("-", " "), lambda k: k.replace("0", "O")])
def test_its_code_may_be_typed_as_people_type(cast, client, typed):
    assert choose(client, typed(link(cast.sari))).status_code == 303


def test_it_lasts_twenty_four_hours(cast, client):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        kode = link(cast.sari)
        clock.move_to(start + timedelta(hours=24, seconds=1))
        assert choose(client, kode).status_code == 422


def test_a_newer_one_kills_the_older(cast, client):
    older, newer = link(cast.sari), link(cast.sari)
    assert choose(client, older).status_code == 422
    assert choose(client, newer).status_code == 303


def test_a_bad_password_leaves_the_link_usable(cast, client):
    kode = link(cast.sari)
    assert "paling sedikit 12" in choose(client, kode, "pendek").text
    assert choose(client, kode).status_code == 303


def test_of_an_account_switched_off_it_is_dead(cast, client):
    kode = link(cast.sari)
    cast.sari.akun.aktif = False
    assert choose(client, kode).status_code == 422


@pytest.mark.kedua_basis
def test_of_six_at_once_one_wins(app, cast):
    kode, hash_baru = link(cast.sari), actions.hash_sandi(BARU)

    def work(_number: int) -> bool:
        actions.use_tautan(kode, BARU, hash_baru=hash_baru, by=SISTEM)
        db.session.commit()
        return True

    assert run_at_once(app, 6, work).count(True) == 1


def test_the_database_does_not_know_the_code(cast):
    kode = link(cast.sari).replace("-", "")
    row = db.session.scalars(db.select(TautanSandi)).one()
    assert kode.encode() not in row.token_hash and len(kode) == 24
