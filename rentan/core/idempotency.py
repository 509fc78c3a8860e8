"""One-time form keys: the same form sent twice has one effect and one answer (CON-4)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rentan.core.clock import now
from rentan.core.errors import Stale
from rentan.ext import Base, IdMixin, db

KEPT = timedelta(days=7)


class Permintaan(IdMixin, Base):
    """A form answered once: who, its key, a keyed hash of what was sent, and where the answer is."""

    __tablename__ = "permintaan"
    pelaku_id: Mapped[uuid.UUID]
    kunci: Mapped[str]
    isi: Mapped[bytes]
    jawaban: Mapped[str] = mapped_column(Text)
    pada: Mapped[datetime] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("pelaku_id", "kunci"),)


class SameKeyOtherBody(Stale):
    """The key of an answered form came back with other contents."""

    def __init__(self) -> None:
        super().__init__(
            "Formulir ini sudah pernah dikirim dengan isian lain. "
            "Buka kembali halamannya, lalu periksa isian Anda."
        )


def find_answer(pelaku_id: uuid.UUID, kunci: str, isi: bytes) -> str | None:
    """Where the first answer to this form is, or ``None`` when it is new; other contents: 409."""
    if db.session.get_bind().dialect.name == "postgresql":
        # The second of two equal forms waits here for the first one's answer; SQLite has one writer anyway.
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:kunci, 0))")
        db.session.execute(lock, {"kunci": f"permintaan {pelaku_id} {kunci}"})
    row = db.session.scalar(
        db.select(Permintaan).where(Permintaan.pelaku_id == pelaku_id, Permintaan.kunci == kunci)
    )
    if row is None:
        return None
    if row.isi != isi:
        raise SameKeyOtherBody
    return row.jawaban


def remember_answer(pelaku_id: uuid.UUID, kunci: str, isi: bytes, jawaban: str) -> None:
    """Add the key to the transaction of its effect; the loser of a race fails on the unique constraint."""
    db.session.add(Permintaan(pelaku_id=pelaku_id, kunci=kunci, isi=isi, jawaban=jawaban, pada=now()))


def prune_answers() -> int:
    """Forget keys older than a week (nightly job); returns how many."""
    result = db.session.execute(db.delete(Permintaan).where(Permintaan.pada < now() - KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]
