"""Append-only tables and closed batches are refused UPDATE and DELETE by the database itself (AUD-1, MON-2,
MON-4).

Alembic's batch mode on SQLite copies a table and drops its triggers, so ``create_triggers`` runs after every
migration and a test lists what is there.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

APPEND_ONLY = ("jejak", "riwayat", "perpindahan_asli", "jurnal", "entri")
#: A batch that was closed never changes again (B13): by table, when a row is final.
TERTUTUP = {"paket": "OLD.status = 'ditutup'", "paket_uang": "OLD.ditutup_pada IS NOT NULL"}
_AWALAN = ("tambah_saja_", "tertutup_")


def create_triggers(connection: Connection) -> None:
    """Create the refusing triggers on every table that has some and exists; safe to run again."""
    existing = set(inspect(connection).get_table_names())
    sqlite = connection.dialect.name == "sqlite"
    append_only = _sqlite_statements if sqlite else _postgresql_statements
    closed = _sqlite_closed if sqlite else _postgresql_closed
    wanted = [one for table in APPEND_ONLY if table in existing for one in append_only(table)]
    for table, final in TERTUTUP.items():
        if table in existing:
            wanted += closed(table, final)
    for statement in wanted:
        connection.execute(text(statement))


def list_triggers(connection: Connection) -> set[str]:
    """Names of our triggers that are really there."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {row[0] for row in connection.execute(text(query)) if row[0].startswith(_AWALAN)}


def expected_triggers(dialect: str) -> set[str]:
    """What ``list_triggers`` must find."""
    sqlite = dialect == "sqlite"
    kinds = ("update", "delete") if sqlite else ("baris", "truncate")
    closed = ("update", "delete") if sqlite else ("baris",)
    return {f"tambah_saja_{table}_{kind}" for table in APPEND_ONLY for kind in kinds} | {
        f"tertutup_{table}_{kind}" for table in TERTUTUP for kind in closed
    }


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


def _sqlite_closed(table: str, final: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS tertutup_{table}_{kind} BEFORE {kind.upper()} ON {table} WHEN {final} "
        f"BEGIN SELECT RAISE(ABORT, 'baris {table} yang ditutup tidak berubah lagi'); END"
        for kind in ("update", "delete")
    ]


def _postgresql_closed(table: str, final: str) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION tertutup() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'baris % yang ditutup tidak berubah lagi', TG_TABLE_NAME; END $$",
        f"CREATE OR REPLACE TRIGGER tertutup_{table}_baris BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW WHEN ({final}) EXECUTE FUNCTION tertutup()",
    ]
