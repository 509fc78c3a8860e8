"""Append-only tables refuse change and removal in the database itself (AUD-1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, insert, text
from sqlalchemy.exc import DBAPIError

from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.triggers import APPEND_ONLY, create_triggers, expected_triggers, list_triggers
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import JenisPaket, StatusPaket

pytestmark = pytest.mark.kedua_basis


#: ``object`` is what a type decorator answers: our moments.
MAKERS: dict[type, Callable[[], Any]] = {
    uuid.UUID: uuid.uuid4,
    str: lambda: "uji",
    int: lambda: 1,
    bool: lambda: False,
    date: today,
    object: now,
}


def put_row(table: str, **given: Any) -> None:
    """One row in that table, without what it would need in real life; ``given``: columns that matter."""
    if table == "jejak":
        record(Peristiwa.DEMO_DIBUAT, by=SISTEM)
        db.session.commit()
        return
    values: dict[str, Any] = {}
    for column in db.metadata.tables[table].columns:
        if isinstance(column.type, Enum):
            values[column.name] = column.type.enum_class and next(iter(column.type.enum_class))
        elif isinstance(column.type, JSON):
            values[column.name] = []
        elif not column.nullable:
            values[column.name] = MAKERS[column.type.python_type]()
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(insert(db.metadata.tables[table]).values(**values | given))
        connection.commit()
        connection.invalidate()  # its settings must not go back into the pool


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_can_be_added_and_nothing_else(app: Flask, table: str) -> None:
    put_row(table)
    column = db.metadata.tables[table].columns.keys()[1]
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if db.engine.dialect.name == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises(DBAPIError, match="hanya dapat ditambah"), db.engine.begin() as connection:
            connection.execute(text(statement))
    with db.engine.connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 1


@pytest.mark.parametrize("perintah", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_a_closed_batch_is_final(app: Flask, perintah: str) -> None:
    """MON-4: closing is the last change; until then the rows change as they must."""
    paket = Paket(
        id=uuid.uuid4(), jenis=JenisPaket.DEBET, status=StatusPaket.DIREKONSILIASI, periode=today(),
        nomor="UJI-1", sha256="0" * 64, kunci_berkas="uji", dibuat_pada=now(), dikunci_pada=now(),
        disetujui_pada=now(), uang=PaketUang(tanggal=today()),
    )  # fmt: skip
    db.session.add(paket)
    db.session.commit()
    paket.status, paket.uang.ditutup_pada = StatusPaket.DITUTUP, now()
    db.session.commit()
    for table, column in (("paket_uang", "kredit_bank"), ("paket", "jumlah")):
        with pytest.raises(DBAPIError, match="ditutup tidak berubah lagi"), db.engine.begin() as connection:
            connection.execute(text(perintah.format(table, column)))


def test_triggers_are_created_once_and_listed(app: Flask) -> None:
    with db.engine.begin() as connection:
        create_triggers(connection)
        create_triggers(connection)
        assert list_triggers(connection) == expected_triggers(connection.dialect.name)


def test_history_rows_are_covered() -> None:
    assert Riwayat.__tablename__ in APPEND_ONLY
