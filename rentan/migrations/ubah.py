"""Changes to tables that hold data already, alike on both engines (MIG-1).

Alembic's batch mode for SQLite rebuilds a table from what it can reflect, and loses CHECKs and STRICT on the
way. Here the table's own text is changed and its rows are copied over, as SQLite's manual advises ("Making
Other Kinds Of Table Schema Changes"). Foreign keys are off meanwhile (``env.py``) and checked afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import sqlalchemy as sa
from alembic import op

_TIPE = {sa.String: "TEXT", sa.Date: "TEXT", sa.DateTime: "TEXT", sa.Uuid: "TEXT", sa.Boolean: "INTEGER"}


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def words(column: str, values: Collection[str]) -> str:
    """The condition of an enum's CHECK."""
    return f"{column} IN ({', '.join(repr(one) for one in values)})"


def add_column(
    table: str, name: str, kind: sa.types.TypeEngine[object], *, default: str = "", check: str = ""
) -> None:
    """A new column; with ``default`` (SQL) it is NOT NULL. ``check``: a condition, named after the column."""
    ck = f"ck_{table}_{check.partition(':')[0]}" if check else ""
    condition = check.partition(":")[2]
    if _sqlite():
        tipe = next(word for known, word in _TIPE.items() if isinstance(kind, known))
        null = f" DEFAULT {default} NOT NULL" if default else ""
        extra = f" CONSTRAINT {ck} CHECK ({condition})" if ck else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {tipe}{null}{extra}")
        return
    server = sa.text("false" if isinstance(kind, sa.Boolean) else default) if default else None
    op.add_column(table, sa.Column(name, kind, nullable=not default, server_default=server))
    if ck:
        op.create_check_constraint(op.f(ck), table, condition)


def drop_column(table: str, name: str, *, check: str = "") -> None:
    """The way back; on SQLite a CHECK that stands with its column goes with it."""
    if _sqlite():
        whole = re.compile(rf",\s*{name} [^,()]*(\([^()]*(\([^()]*\))?[^()]*\))?(?=[,)])")
        _rewrite(table, lambda text: whole.sub("", text), drop=name)
        return
    if check:
        op.drop_constraint(op.f(f"ck_{table}_{check}"), table, type_="check")
    op.drop_column(table, name)


def change_check(table: str, name: str, condition: str) -> None:
    """Another condition under the same name; the rows there are must fulfil it."""
    full = f"ck_{table}_{name}"
    if not _sqlite():
        op.drop_constraint(op.f(full), table, type_="check")
        op.create_check_constraint(op.f(full), table, condition)
        return
    pattern = re.compile(rf"CONSTRAINT {full} CHECK \([^()]*(?:\([^()]*\)[^()]*)*\)")

    def changed(text: str) -> str:
        found, count = pattern.subn(f"CONSTRAINT {full} CHECK ({condition})", text)
        if count != 1:
            raise RuntimeError(f"{full} stands {count} times in {table}")
        return found

    _rewrite(table, changed)


def drop_unique(table: str, *columns: str) -> None:
    """No longer unique for every row (a partial index takes its place)."""
    name = f"uq_{table}_{'_'.join(columns)}"
    if not _sqlite():
        op.drop_constraint(op.f(name), table, type_="unique")
        return
    pattern = re.compile(rf",\s*CONSTRAINT {name} UNIQUE \([^()]*\)")

    def changed(text: str) -> str:
        found, count = pattern.subn("", text)
        if count != 1:
            raise RuntimeError(f"{name} stands {count} times in {table}")
        return found

    _rewrite(table, changed)


def add_unique(table: str, *columns: str) -> None:
    """The way back; the rows there must be unique."""
    name = f"uq_{table}_{'_'.join(columns)}"
    if not _sqlite():
        op.create_unique_constraint(op.f(name), table, list(columns))
        return

    def changed(text: str) -> str:
        body, close, rest = text.rpartition(")")
        return f"{body}, CONSTRAINT {name} UNIQUE ({', '.join(columns)}){close}{rest}"

    _rewrite(table, changed)


def _rewrite(table: str, change: Callable[[str], str], drop: str = "") -> None:
    bind = op.get_bind()
    query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"
    old = bind.scalar(sa.text(query), {"name": table})
    query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL"
    indexes = [row[0] for row in bind.execute(sa.text(query), {"name": table})]
    columns = [row[1] for row in bind.execute(sa.text(f"PRAGMA table_info({table})")) if row[1] != drop]
    new = re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE _baru_{table}", change(old))
    names = ", ".join(columns)
    for statement in (
        new,
        f"INSERT INTO _baru_{table} ({names}) SELECT {names} FROM {table}",  # noqa: S608 (our own names)
        f"DROP TABLE {table}",
        f"ALTER TABLE _baru_{table} RENAME TO {table}",
        *indexes,
    ):
        op.execute(statement)
