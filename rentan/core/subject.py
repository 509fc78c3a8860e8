"""Secret columns of a row, sealed with the data key of the person they are about (KEY-1, KEY-2).

A model with secrets has columns named ``<column>_enc`` and a property ``subjek_id`` (whose data is it). The
wrapped keys live in a table of their own: destroying one row there makes that person's data unreadable.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from rentan.core.secrets import KeyFileError, Keyring, decrypt, encrypt
from rentan.ext import Base, db, runtime

BUKAN_PASANGAN = "Berkas kunci ini bukan pasangan basis data ini. Pakai berkas kunci yang benar."


class KunciSubjek(Base):
    """The wrapped data key of one person (an ASN, a worker or an account without roster row)."""

    __tablename__ = "kunci_subjek"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dek: Mapped[bytes]
    kek_versi: Mapped[int]


class Sidik(Base):
    """Fingerprint of the key file this database was written with: one row (KEY-5)."""

    __tablename__ = "sidik_kunci"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sidik: Mapped[str]


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: SessionTransaction) -> None:
    """A key made in what was rolled back is not in the database: sealing with it would lose the data."""
    session.info.pop("dek", None)


def _cache() -> dict[uuid.UUID, bytes]:
    cache: dict[uuid.UUID, bytes] = db.session.info.setdefault("dek", {})
    return cache


def check_fingerprint(url: str) -> None:
    """Refuse to work with a key file that is not this database's (KEY-5); raises ``KeyFileError``.

    An empty database has no fingerprint yet; one that cannot be reached is reported by ``/siap``.
    """
    path = make_url(url).database if url.startswith("sqlite") else None
    if path and not Path(path).exists():
        return  # connecting would create the file
    try:
        with db.engine.connect() as connection:
            found = (
                connection.scalar(select(Sidik.sidik))
                if inspect(connection).has_table("sidik_kunci")
                else None
            )
    except SQLAlchemyError:
        return
    finally:
        db.engine.dispose()  # nothing of this may be inherited by a forked worker
    if found not in (None, runtime().keyring.sidik):
        raise KeyFileError(BUKAN_PASANGAN)


def load_deks(subjek_ids: Iterable[uuid.UUID]) -> None:
    """Unwrap many people's keys with one query; a list that shows secrets calls this first."""
    cache, keyring = _cache(), runtime().keyring
    wanted = [one for one in set(subjek_ids) if one not in cache]
    for start in range(0, len(wanted), 500):
        query = select(KunciSubjek.id, KunciSubjek.dek, KunciSubjek.kek_versi)
        for row in db.session.execute(query.where(KunciSubjek.id.in_(wanted[start : start + 500]))):
            cache[row.id] = keyring.unwrap(row.dek, row.id, row.kek_versi)


def _checked_keyring() -> Keyring:
    """The keys, compared with the database's fingerprint right before a new person is sealed with them.

    The check at start cannot be made while the database is away; nothing may be written with wrong keys.
    """
    keyring: Keyring = runtime().keyring
    if db.session.scalar(select(Sidik.sidik)) not in (None, keyring.sidik):
        raise KeyFileError(BUKAN_PASANGAN)
    return keyring


def dek_for(subjek_id: uuid.UUID) -> bytes:
    """The person's data key, made at first use. Two makers at once: the database refuses the second."""
    cache = _cache()
    if subjek_id not in cache:
        load_deks([subjek_id])
    if subjek_id not in cache:
        keyring = _checked_keyring()
        wrapped, versi = keyring.new_dek(subjek_id)
        db.session.add(KunciSubjek(id=subjek_id, dek=wrapped, kek_versi=versi))
        cache[subjek_id] = keyring.unwrap(wrapped, subjek_id, versi)
    return cache[subjek_id]


def seal(row: Any, column: str, plain: str | bytes | None) -> None:
    """Store a secret in ``<column>_enc`` of the row; the row must have its id already."""
    raw = plain.encode() if isinstance(plain, str) else plain
    sealed = (
        None
        if raw is None
        else encrypt(dek_for(row.subjek_id), raw, table=row.__tablename__, column=column, row=row.id)
    )
    setattr(row, f"{column}_enc", sealed)


def reveal_bytes(row: Any, column: str) -> bytes | None:
    """The secret as bytes, or ``None`` when there is none."""
    sealed = getattr(row, f"{column}_enc")
    if sealed is None:
        return None
    return decrypt(dek_for(row.subjek_id), sealed, table=row.__tablename__, column=column, row=row.id)


def reveal(row: Any, column: str) -> str | None:
    """The secret as text, or ``None`` when there is none."""
    raw = reveal_bytes(row, column)
    return None if raw is None else raw.decode()


def seal_values(
    table: str, column: str, items: Iterable[tuple[uuid.UUID, uuid.UUID, str]]
) -> dict[uuid.UUID, bytes]:
    """Ciphertexts for a set-based import: (row id, subject id, plain) -> row id to sealed bytes.

    Keys that do not exist yet are made and inserted in one statement.
    """
    items = list(items)
    cache, keyring = _cache(), runtime().keyring
    load_deks(subject for _, subject, _ in items)
    fresh = []
    if any(subject not in cache for _, subject, _ in items):
        keyring = _checked_keyring()
    for _, subject, _ in items:
        if subject not in cache:
            wrapped, versi = keyring.new_dek(subject)
            fresh.append({"id": subject, "dek": wrapped, "kek_versi": versi})
            cache[subject] = keyring.unwrap(wrapped, subject, versi)
    if fresh:
        db.session.execute(insert(KunciSubjek.__table__), fresh)  # type: ignore[arg-type]
    return {
        row: encrypt(cache[subject], plain.encode(), table=table, column=column, row=row)
        for row, subject, plain in items
    }


def reveal_values(
    table: str, column: str, items: Iterable[tuple[uuid.UUID, uuid.UUID, bytes]]
) -> dict[uuid.UUID, str]:
    """The other way round: (row id, subject id, sealed) -> row id to plain text, one query for all keys."""
    items = list(items)
    load_deks(subject for _, subject, _ in items)
    cache = _cache()
    return {
        row: decrypt(cache[subject], sealed, table=table, column=column, row=row).decode()
        for row, subject, sealed in items
    }
