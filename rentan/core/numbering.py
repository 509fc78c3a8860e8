"""Running numbers of letters and receipts: one counter row per series and year, inside the transaction."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from rentan.ext import Base, db


class NomorUrut(Base):
    """The last number given in a series (``ruang``) and year."""

    __tablename__ = "nomor_urut"
    ruang: Mapped[str] = mapped_column(primary_key=True)
    tahun: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    terakhir: Mapped[int]


def next_number(ruang: str, tahun: int) -> int:
    """The next number of the series; two at once wait for each other, a rolled-back one leaves no gap."""
    return next_numbers(ruang, tahun, 1)[0]


def next_numbers(ruang: str, tahun: int, banyak: int) -> range:
    """So many numbers of the series in a row."""
    # Both engines know this clause; of two first numbers at once the second one waits and then counts on.
    first = text("INSERT INTO nomor_urut (ruang, tahun, terakhir) VALUES (:r, :t, 0) ON CONFLICT DO NOTHING")
    db.session.execute(first, {"r": ruang, "t": tahun})
    row = db.session.get_one(NomorUrut, (ruang, tahun), with_for_update=True)
    row.terakhir += banyak
    db.session.flush()
    return range(row.terakhir - banyak + 1, row.terakhir + 1)
