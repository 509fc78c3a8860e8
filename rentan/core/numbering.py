"""Running numbers of letters and receipts: one counter row per series and year, taken inside the transaction."""

from __future__ import annotations

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
    row = db.session.get(NomorUrut, (ruang, tahun), with_for_update=True)
    if row is None:
        row = NomorUrut(ruang=ruang, tahun=tahun, terakhir=0)
        db.session.add(row)
    row.terakhir += 1
    db.session.flush()
    return row.terakhir
