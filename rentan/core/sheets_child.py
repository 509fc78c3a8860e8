"""Runs inside the sandbox: opens the container and hands plain rows to ``sheets_rows``."""

import contextlib
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from rentan.core.errors import RuleError
from rentan.core.sheets import Column, SheetLimits, Table
from rentan.core.sheets_rows import HEADER_SEARCH, RawSheet, collect, header_score
from rentan.core.sheets_zip import faults, repack, sheet_paths


def read(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target of ``sheets.read_table``."""
    limits = SheetLimits(**request["limits"])
    columns = [Column(**{**c, "alias": tuple(c["alias"])}) for c in request["columns"]]
    table = Table(rows=[], sheets=[])
    if request["kind"] == "csv":
        sheets: Iterable[RawSheet] = [_csv_sheet(blobs[0], columns, limits)]
    else:
        sheets = _xlsx_sheets(blobs[0], limits, table)
    try:
        collect(sheets, columns, limits, table)
    except csv.Error:
        raise RuleError(
            "Tanda kutip dalam berkas CSV ini tidak berpasangan. Simpan ulang sebagai Excel (.xlsx).",
            kode="berkas_csv",
        ) from None
    return _answer(table, columns), []


def _answer(table: Table, columns: list[Column]) -> dict:
    """The table as JSON: values as a list in the order of ``columns``, dates as ISO text."""
    dates = {c.judul for c in columns if c.jenis == "tanggal"}

    def plain(values: dict) -> list:
        return [v.isoformat() if k in dates and v is not None else v for k, v in values.items()]

    return {
        "rows": [(r.sheet, r.row, plain(r.values), [astuple(e) for e in r.errors]) for r in table.rows],
        "sheets": [astuple(s) for s in table.sheets],
        "skipped_sheets": table.skipped_sheets,
        "notices": table.notices,
        "total_rows": [astuple(t) for t in table.total_rows],
    }


def _xlsx_sheets(data: bytes, limits: SheetLimits, table: Table) -> Iterator[RawSheet]:
    """Visible worksheets one after the other; hidden ones are named and never read (IMP-5)."""
    archive = repack(data, limits)
    with zipfile.ZipFile(io.BytesIO(archive)) as book:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(archive))
        paths = sheet_paths(book)
        for meta in workbook.sheets_metadata:
            if meta.visible != SheetVisibleEnum.Visible:
                table.skipped_sheets.append(meta.name)
                table.notices.append(f"Lembar {meta.name} tersembunyi sehingga tidak dibaca.")
            elif meta.typ == SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_name(meta.name)
                yield _xlsx_sheet(meta.name, sheet, faults(book.read(paths[meta.name])), limits)


def _xlsx_sheet(
    name: str, sheet: CalamineSheet, broken: dict[tuple[int, int], str], limits: SheetLimits
) -> RawSheet:
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if width > limits.columns:
        raise RuleError(
            f"Lembar {name} memakai lebih dari {limits.columns} kolom. Hapus isi kolom di sebelah kanan "
            "tabel, lalu unggah kembali.",
            kode="berkas_kolom",
        )
    return RawSheet(name, _from_column_a(sheet), broken, _merged_blanks(sheet, height, width))


def _from_column_a(sheet: CalamineSheet) -> Iterator[list]:
    """Rows from row 1 and column A, wherever the sheet's content begins."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for cells in sheet.iter_rows():
        yield before + cells if before else cells


def _merged_blanks(sheet: CalamineSheet, height: int, width: int) -> set[tuple[int, int]]:
    """Cells that are blank only because a merged cell covers them, by (row, column) from 0."""
    covered = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        for row in range(top, min(bottom + 1, height)):
            covered |= {(row, column) for column in range(left, min(right + 1, width))}
        covered.discard((top, left))
    return covered


def _csv_sheet(data: bytes, columns: list[Column], limits: SheetLimits) -> RawSheet:
    """CSV in UTF-8 with or without BOM; of ``,`` and ``;`` the one under which the header is found."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise RuleError(
            "Berkas CSV ini tidak tersimpan sebagai UTF-8. Di Excel pilih Simpan Sebagai, lalu "
            "CSV UTF-8 (Dibatasi Koma), atau unggah berkas .xlsx.",
            kode="berkas_csv",
        )
    csv.field_size_limit(max(limits.bytes, 1))
    head = text[:100_000]
    delimiter = max(";,", key=lambda d: header_score(_head(head, d), columns))
    return RawSheet("CSV", _csv_rows(text, delimiter, limits))


def _head(text: str, delimiter: str) -> list[list[str]]:
    """The first rows under this delimiter, as far as they can be read."""
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) == HEADER_SEARCH:
                break
    return rows


def _csv_rows(text: str, delimiter: str, limits: SheetLimits) -> Iterator[list[str]]:
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        if len(row) > limits.columns:
            raise RuleError(
                f"Berkas CSV ini memakai lebih dari {limits.columns} kolom. Hapus kolom yang tidak dipakai.",
                kode="berkas_kolom",
            )
        yield row
