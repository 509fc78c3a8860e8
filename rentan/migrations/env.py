"""Alembic on both engines: one migration at a time, triggers re-created, reference data at the head."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from rentan.core.triggers import create_triggers
from rentan.ext import db, runtime
from rentan.reference import load_reference

LOCK = 7_264_002


def run() -> None:
    # A connection of its own: on SQLite the pragma below must be set outside the transaction.
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            _migrate(connection)
        finally:
            if connection.dialect.name == "sqlite":
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=False,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
        context.run_migrations()
        create_triggers(connection)
        _check_foreign_keys(connection)
        newest = set(context.script.get_heads())
        if newest and set(context.get_context().get_current_heads()) == newest:
            load_reference(connection, runtime().profil, runtime().keyring)


def _check_foreign_keys(connection: Connection) -> None:
    """Batch mode copies tables with foreign keys off; nothing may come out of it dangling (MIG-1)."""
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken:
            raise RuntimeError(f"foreign keys broken after migration in table {broken[0]}")


def _outside_transaction(connection: Connection, statement: str) -> None:
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute(statement)


run()
