"""The tables as they are on both engines: migrations, names, strictness, locks, money (CON-2, MIG-1)."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import BigInteger, Boolean, Float, Integer, Numeric, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from rentan.asuhan.models import Asuhan
from rentan.core.triggers import create_triggers, expected_triggers, list_triggers
from rentan.ext import NAMING, db
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.tarif.models import TarifKelas
from tests.cast import Cast
from tests.threads import run_at_once

ROOT = Path(__file__).resolve().parent.parent
both = pytest.mark.kedua_basis
only_sqlite = "is about SQLite"


def tables_of(app: Flask) -> set[str]:
    with db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


# -- migrations --------------------------------------------------------------------------------------------


@both
def test_models_are_the_newest_revision(app: Flask) -> None:
    def our_business(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return not (kind == "table" and name == "alembic_version")

    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "include_object": our_business}
        )
        assert compare_metadata(context, db.metadata) == []


@both
def test_column_types_and_nulls_are_those_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        found = inspect(connection)
        for table in db.metadata.sorted_tables:
            columns = {one["name"]: one for one in found.get_columns(table.name)}
            assert columns.keys() == {column.name for column in table.columns}
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"


@both
def test_up_down_up_with_data(app: Flask, cast: Cast) -> None:
    db.session.remove()
    before = tables_of(app)
    downgrade(revision="base")
    assert tables_of(app) == {"alembic_version"}
    upgrade()
    assert tables_of(app) == before
    with db.engine.connect() as connection:
        assert list_triggers(connection) == expected_triggers(connection.dialect.name)
        assert connection.scalar(text("SELECT count(*) FROM opd")) > 0
        assert connection.scalar(text("SELECT count(*) FROM asn")) == 0


@both
def test_second_upgrade_changes_nothing(app: Flask, cast: Cast) -> None:
    db.session.remove()

    def counts() -> dict[str, int]:
        with db.engine.connect() as connection:
            return {
                name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in db.metadata.tables
            }

    before = counts()
    upgrade()
    assert counts() == before


UPGRADE = """
from flask_migrate import upgrade
from rentan.factory import create_app
app = create_app()
with app.app_context():
    upgrade()
"""


@both
def test_two_processes_upgrade_once(app: Flask, mesin_basis: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rentan.db'}"
    if mesin_basis == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE IF EXISTS berdua"))
            connection.execute(text("CREATE DATABASE berdua"))
        url = db.engine.url.set(database="berdua").render_as_string(hide_password=False)
    environ = os.environ | {
        "RENTAN_ENV": "demo",
        "RENTAN_INSTANCE": str(tmp_path),
        "RENTAN_DATABASE_URL": url.replace("+psycopg", ""),
        "PYTHONPATH": str(ROOT),
    }
    running = [
        subprocess.Popen([sys.executable, "-c", UPGRADE], env=environ, cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60)[1].decode() for one in running]
    assert [one.returncode for one in running] == [0, 0], "\n".join(said)
    assert sum("Running <RevisionStep>" in one or "Running upgrade" in one for one in said) == 1
    if mesin_basis == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE berdua WITH (FORCE)"))


# -- names -------------------------------------------------------------------------------------------------


def test_every_constraint_has_the_name_that_the_convention_gives(app: Flask) -> None:
    assert set(NAMING) == {"ix", "uq", "ck", "fk", "pk"}
    for table in db.metadata.sorted_tables:
        names = [str(one.name) for one in (*table.constraints, *table.indexes)]
        assert all(re.match(rf"(ix|uq|ck|fk|pk)_{table.name}(_|$)", name) for name in names), names
        assert len(set(names)) == len(names), f"{table.name}: {sorted(names)}"


@both
def test_names_in_the_database_fit_and_are_short_enough(app: Flask) -> None:
    with db.engine.connect() as connection:
        found = inspect(connection)
        for table in db.metadata.tables:
            named = [
                *found.get_indexes(table),
                *found.get_unique_constraints(table),
                *found.get_check_constraints(table),
                *found.get_foreign_keys(table),
                found.get_pk_constraint(table),
            ]
            for one in named:
                assert one["name"], f"{table}: constraint without a name: {one}"
                assert len(one["name"]) <= 63
                assert re.match(rf"(ix|uq|ck|fk|pk)_{table}", one["name"]), one["name"]


# -- strictness --------------------------------------------------------------------------------------------


def test_every_sqlite_table_is_strict(app: Flask, mesin_basis: str) -> None:
    if mesin_basis != "sqlite":
        pytest.skip(only_sqlite)
    rows = db.session.execute(text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"))
    loose = [name for name, strict in rows if not strict and not name.startswith("sqlite_")]
    assert not loose
    with pytest.raises(DBAPIError):
        db.session.execute(text("INSERT INTO nomor_urut (ruang, tahun, terakhir) VALUES ('a', 'abc', 1)"))


def test_sqlite_waits_syncs_and_checks_foreign_keys(app: Flask, mesin_basis: str) -> None:
    if mesin_basis != "sqlite":
        pytest.skip(only_sqlite)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    found = {name: db.session.scalar(text(f"PRAGMA {name}")) for name in wanted}
    assert found == wanted
    assert db.session.scalar(text("PRAGMA busy_timeout")) >= 5000


@both
def test_foreign_keys_are_enforced(app: Flask) -> None:
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO kelurahan (kode, nama, kecamatan_kode) VALUES ('x', 'X', 'tidak ada')")
        )


@both
def test_triggers_are_there_after_a_table_is_rebuilt(app: Flask) -> None:
    """Batch mode on SQLite copies the table and drops its triggers; ``create_triggers`` brings them back."""
    with db.engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("riwayat") as batch:
            batch.alter_column("peran", nullable=True)
        create_triggers(connection)
        assert list_triggers(connection) == expected_triggers(connection.dialect.name)
        if connection.dialect.name == "sqlite":
            query = text("SELECT strict FROM pragma_table_list WHERE name = 'riwayat'")
            assert connection.scalar(query) == 1


# -- transactions ------------------------------------------------------------------------------------------


@both
def test_two_increments_give_two(app: Flask) -> None:
    """Read, compute, write: lost updates are what SQLite's default transactions allow (measured: 1)."""
    db.session.execute(text("INSERT INTO nomor_urut (ruang, tahun, terakhir) VALUES ('uji', 2026, 0)"))
    lock = " FOR UPDATE" if db.engine.dialect.name == "postgresql" else ""

    def increment(_number: int) -> None:
        last = db.session.scalar(text(f"SELECT terakhir FROM nomor_urut WHERE ruang = 'uji'{lock}"))
        db.session.execute(text("UPDATE nomor_urut SET terakhir = :n WHERE ruang = 'uji'"), {"n": last + 1})
        db.session.commit()

    assert run_at_once(app, 8, increment) == [None] * 8
    assert db.session.scalar(text("SELECT terakhir FROM nomor_urut WHERE ruang = 'uji'")) == 8


@both
def test_reading_transaction_refuses_to_write_and_the_next_one_may(app: Flask) -> None:
    insert = text("INSERT INTO nomor_urut (ruang, tahun, terakhir) VALUES ('uji', 2026, 0)")
    db.session.connection(execution_options={"postgresql_readonly": True})
    with pytest.raises(DBAPIError):
        db.session.execute(insert)
    db.session.rollback()
    db.session.execute(insert)
    db.session.commit()
    assert db.session.scalar(text("SELECT count(*) FROM nomor_urut")) == 1


@both
def test_readers_do_not_wait_for_a_writer(app: Flask) -> None:
    db.session.execute(text("INSERT INTO nomor_urut (ruang, tahun, terakhir) VALUES ('uji', 2026, 0)"))
    reader = db.engine.connect().execution_options(postgresql_readonly=True)
    assert reader.scalar(text("SELECT count(*) FROM nomor_urut")) == 0
    reader.close()
    db.session.rollback()


# -- money -------------------------------------------------------------------------------------------------

MONEY = (
    Asuhan.__table__.c.penghasilan,
    SuratKuasa.__table__.c.plafon,
    SuratPekerja.__table__.c.harga_tertinggi,
    TarifKelas.__table__.c.dasar,
    TarifKelas.__table__.c.jkk,
    TarifKelas.__table__.c.jkm,
    TarifKelas.__table__.c.jht,
)
#: Everything that an amount passes through between a form, a table and a page.
MONEY_PATH = (
    "rentan/util/rupiah.py",
    "rentan/tarif",
    "rentan/asuhan",
    "rentan/surat_kuasa",
    "rentan/pendaftaran",
)


@pytest.mark.parametrize("column", MONEY, ids=str)
def test_money_is_whole_rupiah_and_positive(column) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(column.type, BigInteger)
    checks = " ".join(str(getattr(one, "sqltext", "")) for one in column.table.constraints)
    assert re.search(rf"\b{column.name} > 0", checks)


def test_no_column_is_a_fraction() -> None:
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            assert not isinstance(column.type, Float | Numeric) or isinstance(column.type, Integer), column
            if isinstance(column.type, Integer) and not isinstance(column.type, Boolean):
                assert isinstance(column.type, BigInteger), f"{column} must be BigInteger"


@both
def test_large_amounts_come_back_to_the_rupiah(app: Flask) -> None:
    amount = 2**53 + 1
    row = db.session.scalars(db.select(TarifKelas).limit(1)).one()
    row.dasar = amount
    db.session.commit()
    db.session.expire_all()
    assert db.session.get_one(TarifKelas, row.id).dasar == amount


def money_files() -> list[Path]:
    found: list[Path] = []
    for place in MONEY_PATH:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found


def fractions_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Where a float could be born: a literal, ``/``, ``float(…)``, ``round(…)`` or an import of decimals."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append((node.lineno, f"literal {node.value}"))
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            left = getattr(node, "left", None)
            if not (isinstance(left, ast.Name | ast.Call | ast.Attribute) and _is_path(node)):
                found.append((node.lineno, "division with /"))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"float", "round"}
        ):
            found.append((node.lineno, f"{node.func.id}()"))
    return found


def _is_path(node: ast.BinOp | ast.AugAssign) -> bool:
    """``folder / "name"`` joins paths and divides nothing."""
    right = getattr(node, "right", None)
    return (
        isinstance(right, ast.Constant) and isinstance(right.value, str) or isinstance(right, ast.JoinedStr)
    )


def test_no_float_in_the_money_path() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in money_files()
        for line, what in fractions_in(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("source", ["x = 0.1", "y = x / 2", "y /= 3", "float('1')", "round(n)"])
def test_float_finder_finds(source: str) -> None:
    assert fractions_in(ast.parse(source))
