"""One cell: what may stand in it, and the sentence when it may not (IMP-1, IMP-3, IMP-5)."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from rentan.core.sheets import ESCAPED, Column
from rentan.util.galat import TidakSah
from rentan.util.tanggal import parse_tanggal
from rentan.util.teks import ambil_digit, rapikan

Cell = str | float | int | bool | date | datetime | time | timedelta

_EXCEL_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[Ee]\+?[0-9]{1,3}")
_WHOLE = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(\.[0-9]{3}){1,4}")


def is_blank(cell: Cell) -> bool:
    """No content, or nothing but blanks."""
    return isinstance(cell, str) and (not cell or cell.isspace())


def tidy(text: str) -> str:
    """The text without our own CSV escape, without invisible characters, blanks made one.

    ``rapikan`` looks at each character; plain ASCII, nearly every cell, needs only the blanks seen to.
    """
    if ESCAPED.match(text):
        text = text[1:]
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return rapikan(text)


def read_cell(
    cell: Cell, column: Column, longest: int, *, broken: str | None, merged: bool
) -> str | date | None:
    """The cell's value as its column wants it, None when blank.

    ``broken``: ``galat`` or ``rumus`` when the container says the cell holds an error or a formula without
    result; ``merged``: blank only because a merged cell covers it. Raises ``TidakSah`` with a code that
    starts with the column's slug and a sentence that never repeats the value.
    """
    slug, judul = column.slug, column.judul
    if broken == "rumus":
        raise TidakSah(
            f"{slug}_formula_unsaved",
            f"{judul} berisi rumus yang hasilnya belum tersimpan. Buka berkas di Excel, simpan, lalu "
            "unggah kembali.",
        )
    if isinstance(cell, str):
        cell = tidy(cell)
        _check_text(cell, column, longest)
    if broken == "galat" or (isinstance(cell, str) and _EXCEL_ERROR.fullmatch(cell)):
        raise TidakSah(
            f"{slug}_formula_error",
            f"{judul} berisi galat Excel (misalnya #N/A). Perbaiki rumusnya atau ketik isinya.",
        )
    if cell == "":
        _check_blank(column, merged)
        return None
    return _READERS[column.jenis](cell, column)


def _check_text(text: str, column: Column, longest: int) -> None:
    if len(text) > longest:
        raise TidakSah(
            f"{column.slug}_too_long", f"{column.judul} lebih dari {longest} karakter. Persingkat isinya."
        )


def _check_blank(column: Column, merged: bool) -> None:
    if merged:
        raise TidakSah(
            f"{column.slug}_merged",
            f"{column.judul} termasuk sel gabungan sehingga baris ini tidak punya isi sendiri. "
            "Pisahkan selnya.",
        )
    if column.wajib:
        raise TidakSah(f"{column.slug}_empty", f"{column.judul} belum diisi. Isikan {column.judul}.")


def _read_text(cell: Cell, column: Column) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.strftime("%d-%m-%Y")
    return str(cell)


def _read_identity(cell: Cell, column: Column) -> str:
    """Text cells only; a CSV that Excel has saved shows a damaged number as ``3,37E+15``."""
    if isinstance(cell, str) and not _SCIENTIFIC.fullmatch(cell):
        return cell
    # Given a number it raises the one sentence about Excel's 15 digits that typed input gets as well.
    return ambil_digit(0, column.slug, column.judul)


def _read_date(cell: Cell, column: Column) -> date:
    if isinstance(cell, date):
        cell = cell.strftime("%d-%m-%Y") if cell.year >= 1000 else "?"
    if not isinstance(cell, str):
        raise TidakSah(
            f"{column.slug}_invalid",
            f"{column.judul} tersimpan sebagai angka, bukan tanggal. Ubah format selnya menjadi tanggal, "
            "atau tuliskan hari-bulan-tahun, misalnya 01-12-2026.",
        )
    try:
        return parse_tanggal(cell)
    except TidakSah as e:
        raise TidakSah(e.kode.replace("tanggal", column.slug, 1), f"{column.judul}: {e.pesan}") from None


def _read_whole(cell: Cell, column: Column) -> str:
    if isinstance(cell, float) and cell.is_integer() and 0 <= cell < 1e15:
        return str(int(cell))
    if isinstance(cell, str) and _WHOLE.fullmatch(cell):
        return cell.replace(".", "")
    raise TidakSah(
        f"{column.slug}_invalid",
        f"{column.judul} harus bilangan bulat tanpa koma, misalnya 16800 atau 16.800.",
    )


_READERS: dict[str, Callable[[Cell, Column], str | date]] = {
    "teks": _read_text,
    "angka_teks": _read_identity,
    "tanggal": _read_date,
    "bilangan": _read_whole,
}
