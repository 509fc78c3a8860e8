"""Reading tables that people send as XLSX or CSV (product.md §5 Files in, security.md §6 IMP-1…5).

The file is parsed in the sandbox; this module never loads a parser. Writing is in ``sheets_write``.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Literal

from rentan.core.errors import RuleError
from rentan.core.sandbox import MIB, Limits, SandboxError, run_limited

Jenis = Literal["teks", "angka_teks", "tanggal", "bilangan"]

ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
"""How a value begins that our own CSV export has made harmless (EXP-1): one ``'`` is removed on reading."""

FOOTER_MARK = "— "
"""The footer line of our own exports starts with this, alone in its row, and is not a data row."""


@dataclass(frozen=True)
class Column:
    """A title to look for.

    ``jenis``: ``teks``; ``angka_teks`` for identity numbers, which must be text cells (IMP-3); ``tanggal``
    (date cell, or text with the day first); ``bilangan`` (whole number without sign, given back as digits).
    ``alias``: other titles of the same column. Case, blanks and a trailing ``*`` or ``:`` do not matter.
    """

    judul: str
    wajib: bool = False
    jenis: Jenis = "teks"
    alias: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The word that starts this column's error codes: ``TANGGAL LAHIR`` gives ``tanggal_lahir``."""
        return "_".join(re.findall(r"\w+", self.judul.lower()))


@dataclass(frozen=True)
class SheetLimits:
    """What a file may be (IMP-1). Bytes for ``bytes`` and ``unpacked``, seconds for ``seconds``."""

    bytes: int = 10 * MIB
    members: int = 200
    unpacked: int = 100 * MIB
    rows: int = 50_000
    columns: int = 60
    cell_chars: int = 1_000
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class CellError:
    """Why a cell cannot be used. ``pesan`` never repeats the value."""

    kolom: str
    kode: str
    pesan: str


@dataclass(frozen=True, slots=True)
class Row:
    """One data row. ``row`` is Excel's row number; ``values`` has every column, None if blank or refused."""

    sheet: str
    row: int
    values: dict[str, str | date | None]
    errors: list[CellError]


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A ``JUMLAH``/``TOTAL`` row: no data row, kept for files whose trailer is checked."""

    sheet: str
    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet that was read: where its header stood, which of our titles it has, which others are ignored."""

    nama: str
    header_row: int
    titles: list[str]
    ignored_titles: list[str]


@dataclass(frozen=True)
class Table:
    """All data rows of all visible sheets that have the header."""

    rows: list[Row]
    sheets: list[SheetInfo]
    skipped_sheets: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    total_rows: list[TotalRow] = field(default_factory=list)


def read_table(
    data: bytes, nama_file: str, columns: Sequence[Column], *, limits: SheetLimits | None = None
) -> Table:
    """Read every visible sheet whose header has the required titles; the first column is the row's key.

    Blank rows, total rows, a row of column numbers under the header and our own footer line are left out, so
    ``len(table.rows)`` is the number of rows read. Raises ``RuleError`` with one sentence when the file as a
    whole cannot be used; a bad cell only marks its row.
    """
    limits = limits or SheetLimits()
    kind = file_kind(data, nama_file, limits)
    request = {"kind": kind, "columns": [asdict(c) for c in columns], "limits": asdict(limits)}
    child = Limits(cpu=limits.seconds, wall=limits.seconds)
    try:
        answer, _ = run_limited("rentan.core.sheets_child:read", request, [data], limits=child)
    except SandboxError as e:
        raise _refusal(e.kode, limits) from e
    return from_answer(answer, columns)


def from_answer(answer: dict, columns: Sequence[Column]) -> Table:
    """The table out of what ``sheets_child.read`` answers as JSON."""
    names = [c.judul for c in columns]
    dates = [c.judul for c in columns if c.jenis == "tanggal"]
    rows = []
    for sheet, number, cells, errors in answer["rows"]:
        values = dict(zip(names, cells, strict=True))
        for name in dates:
            if values[name] is not None:
                values[name] = date.fromisoformat(values[name])
        rows.append(Row(sheet, number, values, [CellError(*e) for e in errors]))
    return Table(
        rows=rows,
        sheets=[SheetInfo(*s) for s in answer["sheets"]],
        skipped_sheets=answer["skipped_sheets"],
        notices=answer["notices"],
        total_rows=[TotalRow(*t) for t in answer["total_rows"]],
    )


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Buka berkas di Excel, pilih Simpan Sebagai, lalu pilih Buku Kerja Excel (.xlsx)."
_BY_EXTENSION = {
    ".xls": f"Berkas .xls (Excel lama) tidak dapat dibaca. {_SAVE_AS}",
    ".xlsm": f"Berkas .xlsm berisi makro sehingga tidak diterima. {_SAVE_AS}",
    ".xlsb": f"Berkas .xlsb tidak dapat dibaca. {_SAVE_AS}",
    ".ods": "Berkas .ods tidak dapat dibaca. Buka di LibreOffice, pilih Simpan Sebagai, lalu Excel (.xlsx).",
    ".pdf": "Berkas PDF tidak dapat dibaca sebagai tabel. Minta berkas aslinya dalam bentuk Excel (.xlsx).",
}


def file_kind(data: bytes, nama_file: str, limits: SheetLimits) -> str:
    """``xlsx`` or ``csv``, when name and first bytes agree (the full parse follows in the child).

    Raises ``RuleError`` for anything else, for an empty and for a too big file.
    """
    ext = PurePath(nama_file).suffix.lower()
    if not data:
        raise RuleError("Berkas ini kosong. Periksa berkasnya, lalu unggah kembali.", kode="berkas_kosong")
    if len(data) > limits.bytes:
        raise _refusal("bytes", limits)
    if ext in _BY_EXTENSION:
        raise RuleError(_BY_EXTENSION[ext], kode="jenis_berkas")
    if ext == ".xlsx" and data.startswith(_ZIP):
        return "xlsx"
    if ext == ".csv" and not data.startswith((_ZIP, _OLE, b"%PDF")):
        return "csv"
    raise RuleError(_disagreement(data, ext), kode="jenis_berkas")


def _disagreement(data: bytes, ext: str) -> str:
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        return (
            "Berkas ini dikunci kata sandi. Buka di Excel, hapus kata sandinya, simpan, lalu unggah kembali."
        )
    if data.startswith(_OLE):
        return _BY_EXTENSION[".xls"]
    if data.startswith(b"%PDF"):
        return _BY_EXTENSION[".pdf"]
    if ext == ".csv":
        return "Berkas ini bernama .csv, tetapi isinya bukan teks CSV. Unggah berkas .xlsx aslinya."
    if ext == ".xlsx":
        return f"Berkas ini bernama .xlsx, tetapi isinya bukan buku kerja Excel. {_SAVE_AS}"
    return "Jenis berkas ini tidak diterima. Unggah tabel sebagai Excel (.xlsx) atau CSV."


def _refusal(kode: str, limits: SheetLimits) -> RuleError:
    """The sentence for a file that is too big, too slow or broken."""
    sentences = {
        "bytes": f"Berkas ini lebih besar dari {limits.bytes // MIB} MB. Bagi menjadi beberapa berkas.",
        "waktu": f"Berkas ini belum selesai dibaca dalam {limits.seconds} detik. Bagi menjadi bagian kecil.",
        "memori": "Berkas ini terlalu besar setelah dibuka. Hapus isi sel di luar tabel atau salin tabelnya "
        "ke buku kerja baru, lalu unggah kembali.",
        "sibuk": "Sistem sedang memeriksa berkas lain. Coba unggah kembali sebentar lagi.",
    }
    sentences["besar"] = sentences["memori"]
    broken = f"Berkas ini rusak atau bukan tabel yang dapat dibaca. {_SAVE_AS}"
    return RuleError(sentences.get(kode, broken), kode=f"berkas_{kode}")
