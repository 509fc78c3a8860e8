"""Writing tables as XLSX and CSV so that no value can become a formula (EXP-1, EXP-2)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rentan.core.sheets import ESCAPED, FOOTER_MARK

Value = str | int | date | None
MAX_TEXT = 32_767
"""Excel's own limit of characters in a cell."""

#: XlsxWriter writes the present moment into the file unless it is told another one.
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class OutColumn:
    """A column to write. ``lebar`` in characters; ``teks`` writes text cells whatever the value is."""

    judul: str
    lebar: int = 18
    jenis: Literal["teks", "angka", "tanggal"] = "teks"


@dataclass(frozen=True)
class SheetOut:
    """A sheet to write: title lines (with the filters in use) above the header, then the rows."""

    nama: str
    judul_lines: Sequence[str]
    columns: Sequence[OutColumn]
    rows: Iterable[Sequence[Value]]


def write_xlsx(sheets: Sequence[SheetOut], kaki: str) -> bytes:
    """The sheets as an XLSX file; ``kaki`` (who took it, when) stands under each table and on paper."""
    out = io.BytesIO()
    names: set[str] = set()
    with Workbook(out, _OPTIONS) as book:
        styles = _Styles(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(_sheet_name(sheet.nama, names)), sheet, styles, kaki)
    return out.getvalue()


def write_form(nama: str, columns: Sequence[OutColumn], rows: Iterable[Sequence[str]]) -> bytes:
    """Somebody else's upload form: titles in the first row, text cells only, nothing else in the file.

    The same rows give the same bytes: the file names no moment of its making.
    """
    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": _NO_MOMENT})
        text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(_sheet_name(nama, set()))
        for at, column in enumerate(columns):
            page.set_column(at, at, column.lebar, text)
            _text(page, 0, at, column.judul, text)
        for number, values in enumerate(rows, 1):
            for at, (_, value) in enumerate(zip(columns, values, strict=True)):
                _text(page, number, at, value, text)
    return out.getvalue()


class _Styles:
    """The few formats in use; XlsxWriter wants one object per workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 12})
        self.header: Format = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#E8EDF3", "text_wrap": True, "valign": "top"}
        )
        self.footer: Format = book.add_format({"italic": True, "font_color": "#555555"})
        self.text: Format = book.add_format({"num_format": "@"})
        self.number: Format = book.add_format({"num_format": "#,##0"})
        self.date: Format = book.add_format({"num_format": "dd-mm-yyyy"})


def _write_sheet(page: Worksheet, sheet: SheetOut, styles: _Styles, kaki: str) -> None:
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.lebar)
    row = 0
    for line in sheet.judul_lines:
        _text(page, row, 0, line, styles.title)
        row += 1
    header = row + 1 if row else 0
    for at, column in enumerate(sheet.columns):
        _text(page, header, at, column.judul, styles.header)
    row = header
    for values in sheet.rows:
        row += 1
        for at, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            _cell(page, row, at, value, column, styles)
    page.autofilter(header, 0, max(row, header), len(sheet.columns) - 1)
    page.freeze_panes(header + 1, 0)
    _text(page, row + 2, 0, FOOTER_MARK + kaki, styles.footer)
    _set_print(page, header, kaki)


def _set_print(page: Worksheet, header: int, kaki: str) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(header)
    # & starts a command in a page footer; && prints one. Excel allows 255 characters.
    page.set_footer(f"&L&8{kaki.replace('&', '&&')[:200]}&R&8Halaman &P dari &N")


def _cell(page: Worksheet, row: int, at: int, value: Value, column: OutColumn, styles: _Styles) -> None:
    if value is None or value == "":
        return
    if column.jenis == "tanggal" and isinstance(value, date):
        page.write_datetime(row, at, value, styles.date)
    elif column.jenis == "angka" and isinstance(value, int):
        page.write_number(row, at, value, styles.number)
    else:
        _text(page, row, at, _as_text(value), styles.text)


def _text(page: Worksheet, row: int, at: int, text: str, style: Format) -> None:
    """``write_string`` alone: ``write`` would make a formula of a value that begins with ``=`` (measured)."""
    if page.write_string(row, at, text[:MAX_TEXT], style) < 0:
        raise ValueError(f"cell outside the sheet: row {row + 1}, column {at + 1}")


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    return value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """Excel allows 31 characters, not all of them, and each name once whatever its case."""
    base = _BAD_IN_NAME.sub(" ", wanted).strip(" '")[:31] or "Lembar"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: 31 - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name


def write_csv(columns: Sequence[OutColumn], rows: Iterable[Sequence[Value]], delimiter: str = ";") -> bytes:
    """CSV for Excel: UTF-8 with BOM, CRLF, quotes per RFC 4180, no value that could run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([escape(c.judul) for c in columns])
    for values in rows:
        writer.writerow([str(v) if isinstance(v, int) else escape(_as_text(v)) for v in values])
    return out.getvalue().encode("utf-8-sig")


def escape(text: str) -> str:
    """A leading ``'`` before what a spreadsheet would run as a formula; reading removes it again (EXP-1).

    Text that already looks escaped gets one more ``'``, so that the way back is exact.
    """
    return f"'{text}" if ESCAPED.match(f"'{text}") else text


_REFUSED = (
    OutColumn("LEMBAR", 24),
    OutColumn("BARIS", 8, "angka"),
    OutColumn("KODE", 28),
    OutColumn("KETERANGAN", 100),
)


def write_refused(rows: Iterable[tuple[str, int, str, str]], kaki: str = "Baris yang ditolak") -> bytes:
    """The refused rows of an import as XLSX: sheet, Excel row, code, sentence. No value of the row itself."""
    title = ["Baris yang ditolak", "Perbaiki baris ini di berkas aslinya, lalu unggah kembali."]
    return write_xlsx([SheetOut("DITOLAK", title, _REFUSED, rows)], kaki)
