"""From data to PDF: the only place that runs typst.

Templates live in ``templates/cetak/``; data reaches them as JSON in ``sys.inputs`` and is shown as plain
text, so nothing a person typed is ever read as typst source. The compiler sees the template folder and
typst's embedded fonts, nothing else of the machine. The same data and `waktu` give the same bytes with the
same typst version, which lets a printed letter be frozen by its SHA-256 (states.md M2): keep the bytes, never
print a frozen letter anew. Output is PDF/A-2a and PDF/UA-1.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst

from rentan.core.cetak_data import Dokumen
from rentan.core.qr import qr_svg
from rentan.util.tanggal import format_waktu

Kertas = Literal["a4", "f4"]

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "cetak"
STANDAR: list[Any] = ["a-2a", "ua-1"]
NAMA_TEMPLATE = re.compile(r"[a-z][a-z_]*")

# What the embedded text font can draw (a test prints every one of them). PDF/A refuses a missing glyph, and
# one emoji in a name must not stop a letter: everything else is printed as a box, to be seen and corrected.
_TAK_TERCETAK = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u024f\u1e00-\u1eff\u2010-\u2027\u2030-\u2037\u20ac\u2212\u2264\u2265\u25a1]"
)
KOTAK = "\u25a1"

_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


@dataclass(frozen=True)
class Cetakan:
    """A finished print: the bytes, their SHA-256 (hex) and the number of numbered pages.

    For a letter `halaman` counts the letter alone, as its QR codes do, not the separator sheets behind it.
    """

    pdf: bytes
    sha256: str
    halaman: int


def render_dokumen(dokumen: Dokumen, *, waktu: datetime, kertas: Kertas = "a4") -> Cetakan:
    """Print one of the documents of `cetak_data`; arguments and errors as `render_pdf`."""
    pdf, halaman = _compile(dokumen.template, dokumen.isi(), kertas, waktu, dokumen.qr_halaman)
    return Cetakan(pdf, hashlib.sha256(pdf).hexdigest(), halaman)


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    waktu: datetime,
    kertas: Kertas = "a4",
    qr_halaman: Callable[[int, int], str] | None = None,
) -> bytes:
    """Return ``templates/cetak/<template>.typ`` filled with `data`, as PDF.

    `data` holds JSON values and ``bytes`` (pictures). `waktu` (aware) becomes the PDF's creation time: pass
    the moment the document was frozen, not the moment of looking. `qr_halaman(n, m)` gives the QR text of
    page n of m. `kertas`: A4, or F4 (215 x 330 mm, the folio of Indonesian offices).
    Raises ``ValueError`` for an unknown template or paper or a naive `waktu`, ``RuntimeError`` (typst's own)
    when the template refuses its data.
    """
    return _compile(template, data, kertas, waktu, qr_halaman)[0]


def _compile(
    template: str,
    data: Mapping[str, Any],
    kertas: str,
    waktu: datetime,
    qr_halaman: Callable[[int, int], str] | None,
) -> tuple[bytes, int]:
    if kertas not in ("a4", "f4"):
        raise ValueError(f"unknown paper: {kertas!r}")
    if waktu.tzinfo is None:
        raise ValueError("waktu must be aware, or the same letter would hash differently elsewhere")
    source = TEMPLATES / f"{template}.typ"
    if not NAMA_TEMPLATE.fullmatch(template) or not source.is_file():
        raise ValueError(f"unknown template: {template!r}")
    isi = {**_clean(data), "kertas": kertas, "dicetak": format_waktu(waktu), "qr_halaman": []}
    halaman = _count_halaman(source, isi)
    if qr_halaman is not None:
        # The footer has a fixed height, so filling in the codes cannot change the number of pages; the
        # template refuses a list of another length all the same.
        isi["qr_halaman"] = [qr_svg(qr_halaman(n, halaman)) for n in range(1, halaman + 1)]
    pdf = _compiler(source, isi).compile(
        format="pdf", pdf_standards=STANDAR, timestamp=int(waktu.timestamp())
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst answered with something else than one PDF")
    return pdf, halaman


def _count_halaman(source: Path, isi: dict[str, Any]) -> int:
    answer = _compiler(source, isi).query("<jumlah-halaman>", field="value", one=True)
    return int(json.loads(answer))


def _compiler(source: Path, isi: dict[str, Any]) -> typst.Compiler:
    return typst.Compiler(
        source,
        root=TEMPLATES,
        font_paths=_FONTS,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(isi, ensure_ascii=False)},
    )


def _clean(value: Any) -> Any:
    """Return `value` with every text printable and ``bytes`` as lists of numbers (JSON has no bytes)."""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


def _clean_text(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).replace("\t", " ")
    # Cc and Cf: control characters and the invisible marks that reorder or join text. They could make a name
    # read differently from what is stored.
    visible = "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    return _TAK_TERCETAK.sub(KOTAK, visible)
