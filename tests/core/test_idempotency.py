"""The same form sent twice has one effect and one answer (CON-4)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from rentan.core.clock import now
from rentan.core.idempotency import Permintaan, SameKeyOtherBody, find_answer, prune_answers, remember_answer
from rentan.ext import db
from tests import factories
from tests.threads import run_at_once

pytestmark = pytest.mark.kedua_basis

ORANG, KUNCI = uuid.uuid4(), str(uuid.uuid4())


def test_same_key_same_body_gives_the_first_answer(app: Flask) -> None:
    assert find_answer(ORANG, KUNCI, b"isi") is None
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    db.session.commit()
    assert find_answer(ORANG, KUNCI, b"isi") == "/tujuan/1"


def test_same_key_other_body_is_refused(app: Flask) -> None:
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    db.session.commit()
    with pytest.raises(SameKeyOtherBody) as refused:
        find_answer(ORANG, KUNCI, b"lain")
    assert refused.value.status == 409


def test_keys_belong_to_one_person(app: Flask) -> None:
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    db.session.commit()
    assert find_answer(uuid.uuid4(), KUNCI, b"lain") is None


def test_rolled_back_effect_takes_its_key_along(app: Flask) -> None:
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    db.session.flush()
    db.session.rollback()
    assert find_answer(ORANG, KUNCI, b"isi") is None


def test_database_takes_a_key_once(app: Flask) -> None:
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/2")
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_keys_are_kept_a_week(app: Flask) -> None:
    remember_answer(ORANG, KUNCI, b"isi", "/tujuan/1")
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        assert prune_answers() == 0
    with time_machine.travel(now() + timedelta(days=7, seconds=1)):
        assert prune_answers() == 1
    db.session.commit()


def test_ten_at_once_have_one_effect_and_one_answer(app: Flask) -> None:
    """As ``web.transaction`` does it: look, act, remember, commit."""

    def send(number: int) -> str:
        answer = find_answer(ORANG, KUNCI, b"isi")
        if answer is not None:
            return answer
        factories.make_pekerja(f"Pekerja {number}")
        remember_answer(ORANG, KUNCI, b"isi", f"/tujuan/{number}")
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return find_answer(ORANG, KUNCI, b"isi") or "hilang"
        return f"/tujuan/{number}"

    answers = run_at_once(app, 10, send)
    assert len(set(answers)) == 1
    stored = db.session.scalars(db.select(Permintaan.jawaban)).all()
    assert stored == answers[:1]
    effects = db.session.scalar(db.text("SELECT count(*) FROM pekerja"))
    assert effects == 1
