"""Answer files of the demo's bank and BPJS, read and applied as uploaded ones are.

The program has just written them itself, so that they are parsed here and not in a child process: sixty of
those would take half of the time in which the city is filled.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict

from rentan.core.actor import Pelaku
from rentan.core.imports import run_import
from rentan.core.imports_base import JenisImpor, handler_of, limits
from rentan.core.sheets import from_answer
from rentan.core.sheets_child import read


def baca_csv(jenis: JenisImpor, data: bytes, nama: str, by: Pelaku) -> None:
    """Read and apply a CSV file. Raises ``ValueError`` when a row of it is refused: a defect of the demo."""
    handler = handler_of(jenis)
    request = {
        "kind": "csv",
        "columns": [asdict(one) for one in handler.columns],
        "limits": asdict(limits()),
    }
    answer, _ = read(request, [data])
    hasil = run_import(handler, data, nama, by=by, table=from_answer(answer, handler.columns))
    if hasil.refused:
        raise ValueError(f"demo: {jenis} refuses {hasil.refused[0].code}")


def tulis_csv(isi: Sequence[Sequence[object]]) -> bytes:
    """Rows as the bytes of a CSV file with semicolons."""
    teks = io.StringIO()
    csv.writer(teks, delimiter=";", lineterminator="\r\n").writerows(isi)
    return teks.getvalue().encode()
