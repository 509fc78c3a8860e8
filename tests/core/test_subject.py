"""Secret columns of rows, keys per person, and the key file that a database belongs to (KEY-1, 2, 3, 5)."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from rentan.config import Settings, load_settings
from rentan.core.secrets import InvalidTag, KeyFileError, create_key_file
from rentan.core.subject import KunciSubjek, dek_for, load_deks, reveal, seal, seal_values
from rentan.ext import db, runtime
from rentan.factory import create_app
from rentan.pekerja.models import Pekerja
from tests import factories
from tests.threads import run_at_once

pytestmark = pytest.mark.kedua_basis


def test_column_is_sealed_at_rest_and_read_back(app: Flask) -> None:
    digits = factories.nik()
    row = factories.make_pekerja(digits=digits)
    db.session.commit()
    stored = db.session.scalar(db.select(Pekerja.nik_enc).where(Pekerja.id == row.id))
    assert digits.encode() not in stored
    assert reveal(row, "nik") == digits
    assert reveal(row, "hp") is None


def test_ciphertext_moved_to_another_row_or_column_fails(app: Flask) -> None:
    siti, wawan = factories.make_pekerja("Siti Rekaan"), factories.make_pekerja("Wawan Rekaan")
    db.session.commit()
    wawan.nik_enc, siti.hp_enc = siti.nik_enc, siti.nik_enc
    for row, column in ((wawan, "nik"), (siti, "hp")):
        with pytest.raises(InvalidTag):
            reveal(row, column)
    db.session.rollback()


def test_blind_index_is_unique(app: Flask) -> None:
    digits = factories.nik()
    factories.make_pekerja(digits=digits)
    with pytest.raises(IntegrityError):
        factories.make_pekerja(digits=digits)
    db.session.rollback()


def test_destroying_one_key_hides_that_person_only(app: Flask) -> None:
    siti, wawan = factories.make_pekerja("Siti Rekaan"), factories.make_pekerja("Wawan Rekaan")
    db.session.commit()
    db.session.execute(db.delete(KunciSubjek).where(KunciSubjek.id == siti.id))
    db.session.commit()
    db.session.remove()
    assert reveal(db.session.get_one(Pekerja, wawan.id), "nik")
    with pytest.raises(InvalidTag):
        reveal(db.session.get_one(Pekerja, siti.id), "nik")
    db.session.rollback()


def test_key_of_a_rolled_back_savepoint_is_not_used_again(app: Flask) -> None:
    """Sealing with a key that never reached the database would lose the data for good."""
    person = uuid.uuid4()
    with pytest.raises(LookupError), db.session.begin_nested():
        dek_for(person)
        db.session.flush()
        raise LookupError
    made = dek_for(person)
    db.session.commit()
    db.session.remove()
    assert dek_for(person) == made


def test_many_people_cost_one_query(app: Flask) -> None:
    rows = [factories.make_pekerja(f"Warga {number}") for number in range(30)]
    ids = [row.id for row in rows]
    db.session.commit()
    db.session.remove()
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    load_deks(ids)
    read = [one for one in seen if "kunci_subjek" in one]
    assert len(read) == 1
    for row in db.session.scalars(db.select(Pekerja).where(Pekerja.id.in_(ids))):
        assert reveal(row, "nik")
    assert [one for one in seen if "kunci_subjek" in one] == read


def test_set_based_sealing_equals_sealing_one_by_one(app: Flask) -> None:
    row = factories.make_pekerja()
    other = uuid.uuid4()
    sealed = seal_values("pekerja", "hp", [(row.id, row.id, "+628111"), (other, other, "+628222")])
    row.hp_enc = sealed[row.id]
    db.session.commit()
    assert reveal(row, "hp") == "+628111"
    assert db.session.get(KunciSubjek, other) is not None


def test_two_makers_of_one_key_do_not_lose_data(app: Flask) -> None:
    row = factories.make_pekerja()
    db.session.commit()
    db.session.execute(db.delete(KunciSubjek))
    db.session.commit()
    pekerja_id = row.id

    def note(number: int) -> str:
        mine = db.session.get_one(Pekerja, pekerja_id)
        seal(mine, "hp", f"+62811{number}")
        db.session.commit()
        return "tersimpan"

    results = run_at_once(app, 6, note)
    assert "tersimpan" in results
    db.session.remove()
    assert reveal(db.session.get_one(Pekerja, pekerja_id), "hp").startswith("+62811")


def settings_with(app: Flask, kek_file: Path) -> Settings:
    mine = app.extensions["rentan"].settings
    return load_settings(
        {
            "RENTAN_ENV": "demo",
            "RENTAN_INSTANCE": str(mine.instance),
            "RENTAN_DATABASE_URL": mine.database_url,
            "RENTAN_QUEUE_URL": mine.queue_url,
            "RENTAN_KEK_FILE": str(kek_file),
        }
    )


def test_start_with_the_keys_of_another_city_is_refused(app: Flask, tmp_path: Path) -> None:
    create_key_file(tmp_path / "lain.json")
    with pytest.raises(KeyFileError, match="bukan pasangan"):
        create_app(settings_with(app, tmp_path / "lain.json"))


def test_wrong_keys_seal_nobody_even_when_the_database_was_away_at_the_start(app: Flask) -> None:
    known = factories.make_pekerja()
    db.session.execute(text("UPDATE sidik_kunci SET sidik = 'kota lain'"))
    db.session.commit()
    with pytest.raises(KeyFileError, match="bukan pasangan"):
        dek_for(uuid.uuid4())
    with pytest.raises(KeyFileError, match="bukan pasangan"):
        seal_values("pekerja", "hp", [(known.id, known.id, "1"), (uuid.uuid4(), uuid.uuid4(), "2")])
    db.session.rollback()


def test_start_with_the_right_keys_or_an_empty_database(app: Flask, tmp_path: Path) -> None:
    create_app(settings_with(app, runtime().settings.kek_file))
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM sidik_kunci"))
    create_key_file(tmp_path / "lain.json")
    create_app(settings_with(app, tmp_path / "lain.json"))
