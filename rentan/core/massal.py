"""The same few columns of thousands of loaded rows, each with its own values, in a handful of statements."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from rentan.ext import db

SEKALIGUS = 1_000


def set_many(rows: Sequence[Any], values: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """Write ``values`` (by row id; the same columns for each) to the database and to the loaded rows.

    Set-based, so that neither the version of the rows changes nor the session writes them one by one; who
    also moves their state does that with ``advance_many``, which compares and sets.
    """
    if not rows:
        return
    db.session.flush()
    model = type(rows[0])
    columns = sorted(next(iter(values.values())))
    statement = (
        update(model.__table__)
        .where(model.__table__.c.id == bindparam("_id"))
        .values({name: bindparam(f"_{name}", type_=model.__table__.c[name].type) for name in columns})
    )
    for start in range(0, len(rows), SEKALIGUS):
        some = rows[start : start + SEKALIGUS]
        db.session.connection().execute(
            statement,
            [{"_id": row.id} | {f"_{name}": values[row.id][name] for name in columns} for row in some],
        )
    for row in rows:
        for name in columns:
            set_committed_value(row, name, values[row.id][name])


def chunks(ids: Sequence[Any], banyak: int = SEKALIGUS) -> list[Sequence[Any]]:
    """``ids`` in pieces that fit into one statement."""
    return [ids[start : start + banyak] for start in range(0, len(ids), banyak)]
