"""From raw cells to rows: finds the header, leaves out what is no data row (IMP-5)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from rentan.core.errors import RuleError
from rentan.core.sheets import FOOTER_MARK, CellError, Column, Row, SheetInfo, SheetLimits, Table, TotalRow
from rentan.core.sheets_cells import Cell, is_blank, read_cell, tidy
from rentan.util.galat import TidakSah

HEADER_SEARCH = 30
"""The header is one of the first rows of a sheet; title lines may stand above it."""

_TOTAL = re.compile(r"(GRAND |SUB ?)?(JUMLAH|TOTAL)( TOTAL| KESELURUHAN| SELURUHNYA| AKHIR)?[ :.]*")


@dataclass
class RawSheet:
    """A sheet as its container gives it. Rows start at row 1 and column A; positions count from 0."""

    nama: str
    rows: Iterable[Sequence[Cell]]
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    merged_blanks: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True)
class _Header:
    """``row`` counts from 0; ``places`` is the cell index of each of our columns, None where missing."""

    row: int
    places: list[int | None]
    cells: list[str]


def collect(sheets: Iterable[RawSheet], columns: Sequence[Column], limits: SheetLimits, table: Table) -> None:
    """Read all sheets into ``table``. Raises ``RuleError`` when no sheet has the required titles."""
    skipped: list[tuple[str, list[str]]] = []
    for sheet in sheets:
        rows = iter(sheet.rows)
        head = list(islice(rows, HEADER_SEARCH))
        header = _find_header(sheet.nama, head, columns)
        missing = [c.judul for c, at in zip(columns, header.places, strict=True) if c.wajib and at is None]
        if missing:
            skipped.append((sheet.nama, missing))
            if header.places[0] is not None and _required(columns) - len(missing) >= 2:
                # Most of a data sheet's header: leaving the sheet out would silently lose its rows.
                raise _titles_missing(sheet.nama, missing)
        else:
            data = enumerate(chain(head[header.row + 1 :], rows), header.row + 1)
            _read_sheet(sheet, header, data, columns, limits, table)
    _report_skipped(skipped, table)


def _required(columns: Sequence[Column]) -> int:
    return sum(c.wajib for c in columns)


def _report_skipped(skipped: list[tuple[str, list[str]]], table: Table) -> None:
    if not table.sheets:
        nama, missing = min(skipped, key=lambda s: len(s[1]), default=("", []))
        if not missing:
            raise RuleError(
                "Berkas ini tidak berisi lembar yang dapat dibaca: semuanya kosong atau tersembunyi.",
                kode="berkas_kosong",
            )
        raise _titles_missing(nama, missing)
    for nama, missing in skipped:
        table.skipped_sheets.append(nama)
        table.notices.append(
            f"Lembar {nama} tidak dibaca karena tidak memuat judul kolom {_enumerate(missing)}."
        )


def _titles_missing(sheet: str, missing: list[str]) -> RuleError:
    return RuleError(
        f"Judul kolom {_enumerate(missing)} tidak ditemukan pada {HEADER_SEARCH} baris pertama lembar "
        f"{sheet}. Tuliskan judul itu di baris judul tabel, lalu unggah kembali.",
        kode="judul_tidak_ada",
    )


def _enumerate(titles: list[str]) -> str:
    """``NIP``, ``NIP dan NAMA``, ``NIP, NAMA, dan OPD``."""
    if len(titles) < 3:
        return " dan ".join(titles)
    return ", ".join(titles[:-1]) + f", dan {titles[-1]}"


def _title(text: str) -> str:
    """A title for comparison: case, blanks and a trailing ``*``, ``:`` or ``.`` do not matter (IMP-5)."""
    return "".join(tidy(text).split()).rstrip("*:.").upper()


def _titles(cells: Sequence[Cell]) -> list[str]:
    return [_title(c) if isinstance(c, str) else "" for c in cells]


def header_score(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """How many of our columns the best of these rows names."""
    return max((_matches(_titles(row), columns) for row in rows), default=0)


def _matches(titles: list[str], columns: Sequence[Column]) -> int:
    return sum(bool(_positions(titles, c)) for c in columns)


def _positions(titles: list[str], column: Column) -> list[int]:
    """Where the column stands. An alias counts only where the title itself is absent."""
    wanted = _title(column.judul)
    exact = [i for i, t in enumerate(titles) if t == wanted]
    aliases = {_title(a) for a in column.alias}
    return exact or [i for i, t in enumerate(titles) if t in aliases]


def _find_header(sheet: str, head: list[Sequence[Cell]], columns: Sequence[Column]) -> _Header:
    """The row naming most of our columns, the first of equals. A title that stands twice: ``RuleError``."""
    candidates = [_titles(row) for row in head] or [[]]
    row = max(range(len(candidates)), key=lambda i: _matches(candidates[i], columns))
    found = [_positions(candidates[row], c) for c in columns]
    twice = [c.judul for c, at in zip(columns, found, strict=True) if len(at) > 1]
    if twice:
        raise RuleError(
            f"Judul kolom {_enumerate(twice)} ada lebih dari satu kali di lembar {sheet}. "
            "Sisakan satu saja, lalu unggah kembali.",
            kode="judul_ganda",
        )
    cells = [tidy(c) if isinstance(c, str) else "" for c in head[row]] if head else []
    return _Header(row, [at[0] if at else None for at in found], cells)


def _read_sheet(
    sheet: RawSheet,
    header: _Header,
    data: Iterable[tuple[int, Sequence[Cell]]],
    columns: Sequence[Column],
    limits: SheetLimits,
    table: Table,
) -> None:
    table.sheets.append(_sheet_info(sheet.nama, header, columns))
    for index, cells in data:
        known = [cells[at] if at is not None and at < len(cells) else "" for at in header.places]
        if all(map(is_blank, known)) and not any((index, at) in sheet.broken for at in header.places):
            continue
        if _is_total(cells, known[0]):
            table.total_rows.append(TotalRow(sheet.nama, index + 1, [str(c) for c in cells]))
        elif not _is_footer(cells) and not (index == header.row + 1 and _is_numbering(cells)):
            table.rows.append(_row(sheet, index, known, header.places, columns, limits))
            if len(table.rows) > limits.rows:
                raise RuleError(
                    f"Berkas ini berisi lebih dari {limits.rows} baris. Bagi menjadi beberapa berkas.",
                    kode="berkas_baris",
                )


def _sheet_info(nama: str, header: _Header, columns: Sequence[Column]) -> SheetInfo:
    titles = [c.judul for c, at in zip(columns, header.places, strict=True) if at is not None]
    ignored = [t for i, t in enumerate(header.cells) if t and i not in header.places]
    return SheetInfo(nama, header.row + 1, titles, ignored)


def _row(
    sheet: RawSheet,
    index: int,
    known: list[Cell],
    places: list[int | None],
    columns: Sequence[Column],
    limits: SheetLimits,
) -> Row:
    values: dict = {}
    errors = []
    for column, at, cell in zip(columns, places, known, strict=True):
        values[column.judul] = None
        if at is None:
            continue
        spot = (index, at)
        try:
            values[column.judul] = read_cell(
                cell,
                column,
                limits.cell_chars,
                broken=sheet.broken.get(spot),
                merged=spot in sheet.merged_blanks,
            )
        except TidakSah as e:
            errors.append(CellError(column.judul, e.kode, e.pesan))
    return Row(sheet.nama, index + 1, values, errors)


def _is_total(cells: Sequence[Cell], key: Cell) -> bool:
    """``JUMLAH`` or ``TOTAL`` in place of the key, or as the row's first text when the key is blank."""
    if not isinstance(key, str) or key[:1].isdigit():
        return False
    word = (
        key if not is_blank(key) else next((c for c in cells if isinstance(c, str) and not is_blank(c)), "")
    )
    return _TOTAL.fullmatch(tidy(word).upper()) is not None


def _is_footer(cells: Sequence[Cell]) -> bool:
    filled = [c for c in cells if not is_blank(c)]
    return len(filled) == 1 and isinstance(filled[0], str) and filled[0].startswith(FOOTER_MARK)


def _is_numbering(cells: Sequence[Cell]) -> bool:
    """The row ``1 2 3 …`` or ``(1) (2) (3) …`` that official tables carry under their header."""
    filled = [str(int(c)) if isinstance(c, float) else str(c).strip(" ()") for c in cells if not is_blank(c)]
    return len(filled) > 1 and filled == [str(n) for n in range(1, len(filled) + 1)]
