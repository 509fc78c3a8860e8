"""Reading rows as pages do: one that may be seen, held for a change if asked; those after the last shown."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_

from rentan.core.errors import NotFound
from rentan.ext import db

Row = TypeVar("Row")
Query = TypeVar("Query", bound=Select[Any])


def get_one(query: Select[Row], *, untuk_diubah: bool = False, key_share: bool = False) -> Row:
    """The one row that this scoped query finds. Raises ``NotFound`` for a missing and a foreign one alike.

    ``untuk_diubah`` locks that row (not those joined to it) and reads it afresh; ``key_share`` lets others
    insert rows that refer to it meanwhile.
    """
    if untuk_diubah:
        held = query.column_descriptions[0]["entity"]
        query = query.with_for_update(of=held, key_share=key_share).execution_options(populate_existing=True)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def after(query: Query, sesudah: uuid.UUID | None, *urut: Any, turun: bool = False) -> Query:
    """The page of a list after the row ``sesudah``; without a row, or with one that is gone, the first page.

    ``urut``: the columns of that row that order the list, its id last; ``turun``: in descending order.
    """
    last = db.session.get(urut[-1].class_, sesudah) if sesudah is not None else None
    if last is None:
        return query
    here, there = tuple_(*urut), tuple_(*(getattr(last, one.key) for one in urut))
    return query.where(here < there if turun else here > there)
