"""Small rosters as files, as messy as the real ones."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter import Workbook

HEADER = ("NIP", "NAMA", "JABATAN", "OPD", "STATUS", "UNIT KERJA", "HP")
Sheet = tuple[str, Sequence[Sequence[Any]]]


def nip(lahir: date, serial: int, *, sex: str = "1", masa: str = "200901") -> str:
    return f"{lahir:%Y%m%d}{masa}{sex}{serial:03d}"


def xlsx(*sheets: Sheet, header: Sequence[str] = HEADER, hidden: Sheet | None = None) -> bytes:
    """Sheets with two title rows, the header in row 3, and the rows from row 4 on."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, rows in (*sheets, *((hidden,) if hidden else ())):
            page = book.add_worksheet(name)
            if hidden and name == hidden[0]:
                page.hide()
            page.write_string(0, 0, "DAFTAR ASN")
            for at, title in enumerate(header):
                page.write_string(2, at, title)
            for n, values in enumerate(rows, 3):
                for at, value in enumerate(values):
                    if isinstance(value, date):
                        page.write_datetime(n, at, value, day)
                    elif isinstance(value, int):
                        page.write_number(n, at, value)
                    elif value:
                        page.write_string(n, at, value)
    return out.getvalue()


def row(
    nomor: Any,
    nama: str = "Siti Rekaan",
    opd: str = "Dinas Kesehatan",
    status: str = "PNS",
    *,
    jabatan: str = "Perawat",
    unit: str = "Sekretariat",
    hp: str = "",
) -> list[Any]:
    return [nomor, nama, jabatan, opd, status, unit, hp]
