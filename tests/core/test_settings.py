"""City-wide choices: profile by default, the admin's word over it, bounds, trail (product.md §6)."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from rentan.core.audit import Jejak
from rentan.core.errors import RuleError
from rentan.core.settings import SETTINGS, change_setting, get_setting
from rentan.ext import db, runtime
from tests.cast import Cast


@pytest.mark.parametrize("kunci", SETTINGS)
def test_every_setting_has_a_reason_and_a_default_within_bounds(app: Flask, kunci: str) -> None:
    pilihan, bawaan = SETTINGS[kunci], get_setting(kunci)
    assert bawaan == runtime().profil.batas[kunci]
    assert pilihan.label
    assert pilihan.alasan.endswith(".")
    if pilihan.jenis is int:
        assert pilihan.minimum <= bawaan <= pilihan.maksimum
    if pilihan.jenis is list:
        assert set(bawaan) <= set(pilihan.pilihan)


@pytest.mark.kedua_basis
def test_change_counts_at_once_and_leaves_a_trail(cast: Cast) -> None:
    assert get_setting("maks_pekerja") == 10
    change_setting("maks_pekerja", 12, by=cast.dewi.pelaku)
    assert get_setting("maks_pekerja") == 12
    db.session.commit()
    db.session.remove()
    assert get_setting("maks_pekerja") == 12
    row = db.session.scalars(db.select(Jejak).order_by(Jejak.seq.desc())).first()
    assert (row.peristiwa, row.pelaku_id) == ("pengaturan_diubah", cast.dewi.akun.id)
    assert json.loads(row.rincian) == {"kunci": "maks_pekerja", "nilai": 12}


def test_rolled_back_change_is_forgotten(cast: Cast) -> None:
    change_setting("maks_pekerja", 12, by=cast.dewi.pelaku)
    assert get_setting("maks_pekerja") == 12
    db.session.rollback()
    assert get_setting("maks_pekerja") == 10


@pytest.mark.parametrize(
    ("kunci", "nilai"),
    [
        ("maks_pekerja", 0),
        ("maks_pekerja", 51),
        ("maks_pekerja", "12"),
        ("maks_pekerja", True),
        ("maks_pekerja", 3.0),
        ("penyebut", []),
        ("penyebut", ["PNS", "Honorer"]),
        ("penyebut", "PNS"),
        ("totp_wajib", "tidak"),
        ("totp_wajib", 0),
    ],
)
def test_nonsense_is_refused_with_a_sentence(cast: Cast, kunci: str, nilai: object) -> None:
    with pytest.raises(RuleError, match=r"\.$") as refused:
        change_setting(kunci, nilai, by=cast.dewi.pelaku)
    assert refused.value.field == kunci
    db.session.rollback()
    assert get_setting(kunci) == runtime().profil.batas[kunci]


def test_unknown_setting_is_our_own_mistake(app: Flask) -> None:
    with pytest.raises(LookupError):
        get_setting("tidak_ada")
