"""The trail: chained rows that tell which one was touched (AUD-1, 2, 3)."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import text

from rentan.core.actor import SISTEM
from rentan.core.audit import ChainFault, Jejak, Peristiwa, record, undo_changes, verify_chain
from rentan.ext import db
from tests.cast import Cast
from tests.threads import run_at_once

pytestmark = pytest.mark.kedua_basis


def write(count: int) -> None:
    """That many events, each in a transaction of its own."""
    for number in range(count):
        record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran=f"peran-{number}")
        db.session.commit()


def faults() -> list[ChainFault]:
    db.session.commit()
    found = list(verify_chain())
    db.session.rollback()
    return [one for one in found if isinstance(one, ChainFault)]


def behind_our_back(*statements: str) -> None:
    """What somebody with the database password could do: triggers off, rows changed."""
    with db.engine.begin() as connection:
        for kind in ("update", "delete"):
            if connection.dialect.name == "sqlite":
                connection.execute(text(f"DROP TRIGGER IF EXISTS tambah_saja_jejak_{kind}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE jejak DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def test_chain_of_good_rows_holds(app: Flask) -> None:
    write(5)
    assert list(verify_chain()) == [5]
    assert list(db.session.scalars(db.select(Jejak.seq).order_by(Jejak.seq))) == [1, 2, 3, 4, 5]


def test_row_carries_who_when_what_and_no_more(app: Flask, cast: Cast) -> None:
    record(Peristiwa.SURAT_DILIHAT, by=cast.sari.pelaku, objek=cast.sari.asn, jumlah=2)
    db.session.commit()
    row = db.session.scalars(db.select(Jejak).order_by(Jejak.seq.desc())).first()
    assert (row.pelaku_id, row.peran, row.hasil) == (cast.sari.akun.id, "asn", "ok")
    assert (row.objek_jenis, row.objek_id) == ("asn", str(cast.sari.asn.id))
    assert json.loads(row.rincian) == {"jumlah": 2}
    assert row.waktu.tzinfo is not None


def test_required_fact_may_not_be_missing(app: Flask) -> None:
    with pytest.raises(ValueError, match="alasan"):
        record(Peristiwa.NIK_DIBUKA, by=SISTEM)


def test_changed_row_is_named(app: Flask) -> None:
    write(4)
    behind_our_back("UPDATE jejak SET rincian = '{}' WHERE seq = 3")
    assert faults() == [ChainFault(3, "isi baris berubah")]


@pytest.mark.parametrize("column", ["peran", "alamat", "objek_id", "hasil", "permintaan_id", "peristiwa"])
def test_every_column_is_covered(app: Flask, column: str) -> None:
    write(2)
    behind_our_back(f"UPDATE jejak SET {column} = 'lain' WHERE seq = 1")
    assert [one.seq for one in faults()] == [1]


def test_removed_row_is_named(app: Flask) -> None:
    write(4)
    behind_our_back("DELETE FROM jejak WHERE seq = 2")
    assert faults()[0] == ChainFault(2, "baris hilang")


def test_inserted_row_is_named(app: Flask) -> None:
    write(3)
    columns = (
        "waktu, peristiwa, pelaku_id, peran, alamat, permintaan_id, objek_jenis, objek_id, hasil, rincian"
    )
    behind_our_back(
        f"INSERT INTO jejak (seq, {columns}, sebelum, mac) "
        f"SELECT 4, {columns}, mac, mac FROM jejak WHERE seq = 3"
    )
    assert faults() == [ChainFault(4, "isi baris berubah")]


def test_swapped_rows_are_named(app: Flask) -> None:
    write(4)
    behind_our_back(
        "UPDATE jejak SET seq = -2 WHERE seq = 2",
        "UPDATE jejak SET seq = 2 WHERE seq = 3",
        "UPDATE jejak SET seq = 3 WHERE seq = -2",
    )
    assert {one.seq for one in faults()} == {2, 3, 4}


def test_cut_tail_is_not_hidden_from_the_count(app: Flask) -> None:
    """The chain alone cannot see a cut tail; the number of rows and the exported head can (AUD-2)."""
    write(3)
    behind_our_back("DELETE FROM jejak WHERE seq = 3")
    assert list(verify_chain()) == [2]


def test_rollback_leaves_neither_row_nor_gap(app: Flask) -> None:
    write(1)
    record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran="tidak jadi")
    db.session.rollback()
    write(1)
    assert list(verify_chain()) == [2]
    assert "tidak jadi" not in "".join(db.session.scalars(db.select(Jejak.rincian)))


def test_savepoint_takes_only_its_own_events_along(app: Flask) -> None:
    record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran="sebelum")
    with pytest.raises(LookupError), db.session.begin_nested():
        record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran="batal")
        raise LookupError
    with db.session.begin_nested():
        record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran="sesudah")
    assert db.session.scalar(db.select(db.func.count(Jejak.seq))) == 0  # numbered only at the commit
    db.session.commit()
    rows = db.session.scalars(db.select(Jejak.rincian).order_by(Jejak.seq))
    assert [json.loads(row)["peran"] for row in rows] == ["sebelum", "sesudah"]


def test_refusals_survive_an_undo(app: Flask) -> None:
    record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran="tidak jadi")
    record(Peristiwa.AKSES_DITOLAK, by=SISTEM, hasil="ditolak", rute="asn.index")
    undo_changes()
    db.session.commit()
    assert list(db.session.scalars(db.select(Jejak.peristiwa))) == ["akses_ditolak"]


def test_twenty_threads_append_one_whole_chain(app: Flask) -> None:
    def append(number: int) -> None:
        for step in range(3):
            record(Peristiwa.PERAN_DIBERI, by=SISTEM, peran=f"{number}-{step}")
            db.session.commit()

    assert run_at_once(app, 20, append) == [None] * 20
    assert list(verify_chain()) == [60]
