"""What the handlers of imported lists share about single rows: refusals that never repeat a cell."""

from __future__ import annotations

from collections.abc import Iterable

from rentan.core.imports_base import Ditolak
from rentan.core.sheets import Column, Row


def refused_row(row: Row, kode: str, pesan: str) -> Ditolak:
    """The refusal of a row."""
    return Ditolak(row.sheet, row.row, kode, pesan)


def first_fault(row: Row, wajib: Iterable[Column]) -> Ditolak | None:
    """The first unreadable cell, or the first required one that is blank."""
    if row.errors:
        fault = row.errors[0]
        return refused_row(row, fault.kode, f"{fault.kolom}: {fault.pesan}")
    for column in wajib:
        if row.values[column.judul] in (None, ""):
            return refused_row(row, f"{column.slug}_empty", f"{column.judul} belum diisi.")
    return None


def place_of(row: Row) -> str:
    """Where the first of two rows stands, for the refusal of the second."""
    return f"lembar {row.sheet} baris {row.row}"
