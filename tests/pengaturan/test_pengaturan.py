"""Settings: shown with their reasons, changed by the admin, in force at once, in the trail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from rentan.core.audit import Jejak
from rentan.core.clock import now
from rentan.core.settings import SETTINGS, Pengaturan, get_setting
from rentan.ext import db


def test_every_setting_has_its_reason_and_its_page(cast, client_as):
    dewi = client_as(cast.dewi)
    page = dewi.get("/pengaturan").text
    for one in SETTINGS.values():
        assert one.alasan in page
        form = dewi.get(f"/pengaturan/{one.kunci}")
        assert form.status_code == 200 and one.alasan in form.text
    assert dewi.get("/pengaturan/bukan").status_code == 404


@pytest.mark.parametrize(
    ("kunci", "data", "value"),
    [
        ("maks_pekerja", {"nilai": "3"}, 3),
        ("totp_wajib", {"nilai": "tidak"}, False),
        ("penyebut", {"nilai": ["PNS", "PPPK", "PPPK PW"]}, ["PNS", "PPPK", "PPPK PW"]),
    ],
)
def test_a_change_counts_at_once(cast, client_as, kunci, data, value):
    assert client_as(cast.dewi).post(f"/pengaturan/{kunci}", data=data).location == "/pengaturan"
    assert get_setting(kunci) == value
    row = db.session.scalars(db.select(Jejak)).one()
    assert (row.peristiwa, row.pelaku_id) == ("pengaturan_diubah", cast.dewi.akun.id)


@pytest.mark.parametrize(
    ("kunci", "nilai"),
    [
        ("maks_pekerja", "0"), ("maks_pekerja", "51"), ("maks_pekerja", "1e1"), ("maks_pekerja", ""),
        ("totp_wajib", "mungkin"), ("totp_wajib", ""), ("penyebut", []), ("penyebut", ["CPNS"]),
    ],
)  # fmt: skip
def test_nonsense_is_refused(cast, client_as, kunci, nilai):
    assert client_as(cast.dewi).post(f"/pengaturan/{kunci}", data={"nilai": nilai}).status_code == 422
    assert db.session.scalars(db.select(Pengaturan)).all() == []


@pytest.mark.parametrize("who", ["sari", "budi", "rini", "hadi", "agus"])
def test_others_change_nothing(cast, client_as, who):
    browser = client_as(getattr(cast, who))
    assert browser.get("/pengaturan").status_code == 403
    assert browser.post("/pengaturan/maks_pekerja", data={"nilai": "3"}).status_code == 403


def test_it_asks_for_a_fresh_password(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        dewi = client_as(cast.dewi)
        clock.move_to(start + timedelta(minutes=11))
        assert dewi.post("/pengaturan/maks_pekerja", data={"nilai": "3"}).location == "/masuk/ulang"


def test_a_stale_page_is_answered_with_both_values_and_can_be_sent_again(cast, client_as):
    dewi = client_as(cast.dewi)
    page = dewi.get("/pengaturan/maks_pekerja").text
    assert 'name="semula"' in page and 'value="10"' in page
    dewi.post("/pengaturan/maks_pekerja", data={"nilai": "4", "semula": "10"})
    late = dewi.post("/pengaturan/maks_pekerja", data={"nilai": "7", "semula": "10"})
    assert late.status_code == 409
    assert "menjadi “4”" in late.text
    assert 'name="nilai"' in late.text and 'value="7"' in late.text, "what was typed is kept"
    assert re.search(r'name="semula"[^>]*value="4"', late.text), "it can be sent again"
    assert get_setting("maks_pekerja") == 4
    dewi.post("/pengaturan/maks_pekerja", data={"nilai": "7", "semula": "4"})
    db.session.info.pop("pengaturan", None)
    assert get_setting("maks_pekerja") == 7
