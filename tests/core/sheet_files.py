"""Small XLSX files for the sheet tests, and short ways to read or be refused."""

import io
import zipfile
from datetime import date

import pytest
from xlsxwriter import Workbook

from rentan.core.errors import RuleError
from rentan.core.sheets import Column, SheetLimits, read_table

ORANG = (
    Column("NIK", wajib=True, jenis="angka_teks"),
    Column("NAMA", wajib=True),
    Column("TANGGAL LAHIR", jenis="tanggal"),
    Column("UPAH", jenis="bilangan", alias=("PENGHASILAN",)),
)
NIK = "3374014104909001"


def book(fill, **options):
    out = io.BytesIO()
    with Workbook(out, options) as wb:
        fill(wb)
    return out.getvalue()


def sheet(*rows, name="DATA", **options):
    """An XLSX with one sheet; strings become text cells, the rest what XlsxWriter makes of them."""

    def fill(wb):
        ws = wb.add_worksheet(name)
        day = wb.add_format({"num_format": "dd/mm/yyyy"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, date):
                    ws.write_datetime(r, c, value, day)
                elif isinstance(value, str):
                    ws.write_string(r, c, value)
                elif value is not None:
                    ws.write(r, c, value)

    return book(fill, **options)


def change(data, change_member, extra=()):
    """The same archive with members changed by a function of (name, bytes), and members added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change_member(member.filename, old.read(member)))
        for name, content in extra:
            new.writestr(name, content)
    return out.getvalue()


def read(data, name="data.xlsx", columns=ORANG, **limits):
    return read_table(data, name, columns, limits=SheetLimits(**limits))


def refused(data, name="data.xlsx", columns=ORANG, **limits):
    with pytest.raises(RuleError) as error:
        read(data, name, columns, **limits)
    assert error.value.pesan.endswith(".") and len(error.value.pesan) < 300
    return error.value


def one(data, name="data.xlsx"):
    (row,) = read(data, name).rows
    return row


def codes(data, name="data.xlsx"):
    return [[e.kode for e in row.errors] for row in read(data, name).rows]
