"""Append-only tables are refused UPDATE and DELETE by the database itself (AUD-1, MON-2).

Alembic's batch mode on SQLite copies a table and drops its triggers, so ``create_triggers`` runs after every
migration and a test lists what is there.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

APPEND_ONLY = ("jejak", "riwayat", "perpindahan_asli", "jurnal", "entri")


def create_triggers(connection: Connection) -> None:
    """Create the refusing triggers on every append-only table that exists; safe to run again."""
    existing = set(inspect(connection).get_table_names())
    statements = _sqlite_statements if connection.dialect.name == "sqlite" else _postgresql_statements
    for table in APPEND_ONLY:
        if table in existing:
            for statement in statements(table):
                connection.execute(text(statement))


def list_triggers(connection: Connection) -> set[str]:
    """Names of our triggers that are really there."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {row[0] for row in connection.execute(text(query)) if row[0].startswith("tambah_saja_")}


def expected_triggers(dialect: str) -> set[str]:
    """What ``list_triggers`` must find."""
    kinds = ("update", "delete") if dialect == "sqlite" else ("baris", "truncate")
    return {f"tambah_saja_{table}_{kind}" for table in APPEND_ONLY for kind in kinds}


def _sqlite_statements(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS tambah_saja_{table}_{kind} BEFORE {kind.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'tabel {table} hanya dapat ditambah'); END"
        for kind in ("update", "delete")
    ]


def _postgresql_statements(table: str) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION tambah_saja() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'tabel % hanya dapat ditambah', TG_TABLE_NAME; END $$",
        f"CREATE OR REPLACE TRIGGER tambah_saja_{table}_baris BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION tambah_saja()",
        f"CREATE OR REPLACE TRIGGER tambah_saja_{table}_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tambah_saja()",
    ]
