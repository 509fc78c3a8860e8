"""What the handlers of imported lists share about single rows: refusals that never repeat a cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from rentan.core.imports_base import Ditolak, Hasil
from rentan.core.sheets import Column, Row, Table

T = TypeVar("T")
#: What a row does that changes nothing.
TETAP = "tetap"


class BerKeadaan(Protocol):
    """An accepted row; ``keadaan`` is the word for what it does."""

    @property
    def keadaan(self) -> str: ...


def read_rows(table: Table, read: Callable[[Row], T | Ditolak]) -> tuple[list[T], list[Ditolak]]:
    """The rows that ``read`` understands, and its refusals of the others."""
    answers = [read(row) for row in table.rows]
    return (
        [one for one in answers if not isinstance(one, Ditolak)],
        [one for one in answers if isinstance(one, Ditolak)],
    )


def hasil_of(
    table: Table,
    good: Sequence[BerKeadaan],
    refused: list[Ditolak],
    *,
    berubah: Collection[str],
    rincian: Mapping[str, Any],
    warnings: Sequence[str] = (),
) -> Hasil:
    """The outcome of a check whose accepted rows say what they do; ``berubah`` are the words for a change."""
    return Hasil(
        read=len(table.rows),
        good=list(good),
        refused=refused,
        unchanged=sum(one.keadaan == TETAP for one in good),
        changed=sum(one.keadaan in berubah for one in good),
        rincian=dict(rincian),
        warnings=list(warnings),
    )


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
