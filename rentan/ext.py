"""Database base, SQLite strictness, migrations and login glue: the pieces that every room stands on."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Engine,
    Enum,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    Uuid,
    event,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC on both engines; naive values are refused (TIM-1)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: use rentan.core.clock.now()")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Typed base. Flask-SQLAlchemy 3.1 takes ``type_annotation_map`` only inside a registry."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            uuid.UUID: Uuid(),
            datetime: UtcDateTime(),
            str: String(200),
            int: BigInteger(),
            bytes: LargeBinary(),
            dict[str, Any]: JSON(),
            list[Any]: JSON(),
        },
    )


class IdMixin:
    """Row ids are made by the application before insert: ciphertexts are bound to them (KEY-1)."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class VersionMixin:
    """Optimistic lock: a concurrent change makes the second writer fail instead of overwriting (CON-5)."""

    versi: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.versi}


def enum_column(kind: type, length: int = 32, nama: str | None = None) -> Enum:
    """VARCHAR + CHECK holding the enum's *values* (the field's words), equal on both engines.

    ``nama`` names the CHECK when a table has two columns of the same kind (PostgreSQL wants names unique).
    """
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=length,
        name=nama or kind.__name__.lower(),
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(db=db, directory="rentan/migrations", render_as_batch=True)
login_manager = LoginManager()


# -- SQLite: every table STRICT, so that a column holds what its type says (CON-2) --------------------------

_STRICT_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (String, "TEXT"),
    (Text, "TEXT"),
    (Enum, "TEXT"),
    (Uuid, "TEXT"),
    (Date, "TEXT"),
    (DateTime, "TEXT"),
    (JSON, "TEXT"),
    (Boolean, "INTEGER"),
    (Integer, "INTEGER"),
    (BigInteger, "INTEGER"),
    (LargeBinary, "BLOB"),
)


def _register_strict(kind: type[TypeEngine[Any]], name: str) -> None:
    @compiles(kind, "sqlite")
    def _compile(element: Any, compiler: Any, **kw: Any) -> str:
        return name


for _kind, _name in _STRICT_TYPES:
    _register_strict(_kind, _name)


@compiles(CreateTable, "sqlite")
def _create_strict(element: CreateTable, compiler: Any, **kw: Any) -> str:
    statement = str(compiler.visit_create_table(element, **kw)).rstrip()
    # A table that batch mode read from the database says so by itself.
    return statement if statement.endswith("STRICT") else f"{statement} STRICT"


@event.listens_for(Engine, "connect")
def _sqlite_pragmas(dbapi_connection: Any, _record: Any) -> None:
    """WAL, full sync, enforced foreign keys, patience; and no transactions begun behind our back (CON-2)."""
    if not isinstance(dbapi_connection, sqlite3.Connection):
        return
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _sqlite_begin(connection: Any) -> None:
    """``BEGIN IMMEDIATE`` for work that may write, so that read-then-write cannot fail half way.

    A request that only reads says so with the execution option ``postgresql_readonly`` (PostgreSQL knows it
    by itself): SQLite then takes no write lock, and refuses writes in that transaction.
    """
    if connection.dialect.name != "sqlite":
        return
    read_only = bool(connection.get_execution_options().get("postgresql_readonly"))
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql(f"BEGIN {'DEFERRED' if read_only else 'IMMEDIATE'}")


@dataclass(frozen=True)
class Runtime:
    """What one application instance was started with; read through :func:`runtime` inside its context."""

    settings: Any
    profil: Any
    keyring: Any
    store: Any


def runtime() -> Runtime:
    """Settings, city profile, keys and document store of the running application."""
    found: Runtime = current_app.extensions["rentan"]
    return found


def application() -> Flask:
    """The running application itself, for work that goes on in another context (the queue)."""
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


def partial_unique(name: str, *columns: str, where: str) -> Index:
    """ "Only one" among some rows, kept by the database on both engines (CON-1)."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
