"""BPJS's upload form: its columns are data (``seed/formulir_bpjs.toml``), how a value reads is here.

All cells are text and dates are ``dd-mm-yyyy`` (product.md §5 Files out).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rentan.core.sheets_write import OutColumn, write_form

TATA_LETAK = Path(__file__).parent / "seed" / "formulir_bpjs.toml"

#: What a column may ask for, with the words in which a missing one is named to people.
ISI = {
    "nik": "NIK",
    "nama": "nama",
    "tanggal_lahir": "tanggal lahir",
    "jenis_kelamin": "jenis kelamin",
    "alamat": "alamat",
    "kelurahan": "kelurahan",
    "kecamatan": "kecamatan",
    "hp": "nomor HP",
    "pekerjaan": "pekerjaan",
    "lokasi_kerja": "tempat bekerja",
    "penghasilan": "penghasilan",
    "program": "program",
    "mulai": "tanggal mulai",
}


@dataclass(frozen=True)
class Kolom:
    """One column of the form. ``isi`` is one of ``ISI``; ``wajib``: BPJS refuses a row without it."""

    judul: str
    isi: str
    wajib: bool
    lebar: int


@dataclass(frozen=True)
class Formulir:
    """The form: name of its sheet and its columns from left to right."""

    lembar: str
    kolom: tuple[Kolom, ...]

    @property
    def wajib(self) -> tuple[str, ...]:
        """What every worker must have."""
        return tuple(one.isi for one in self.kolom if one.wajib)


@cache
def read_formulir() -> Formulir:
    """The form in use. Raises ``ValueError`` for a column that asks for something unknown."""
    data = tomllib.loads(TATA_LETAK.read_text(encoding="utf-8"))
    kolom = tuple(Kolom(**one) for one in data["kolom"])
    if unknown := sorted({one.isi for one in kolom} - ISI.keys()):
        raise ValueError(f"{TATA_LETAK.name}: unknown isi {', '.join(unknown)}")
    return Formulir(data["lembar"], kolom)


def missing(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Names in ``ISI`` that the form wants and that are blank; a name not in ``values`` counts as there."""
    return tuple(one for one in read_formulir().wajib if one in values and values[one] in (None, "", False))


def in_words(kosong: Iterable[str]) -> list[str]:
    """Missing names as people read them."""
    return [ISI[one] for one in kosong]


def as_text(value: Any) -> str:
    """A cell: dates with the day first, numbers as digits, nothing as an empty cell."""
    if value is None:
        return ""
    return value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)


def freeze(values: Mapping[str, Any]) -> str:
    """One worker's row as it stands at the lock, for the sealed line."""
    return json.dumps({one: as_text(values[one]) for one in ISI}, ensure_ascii=False)


def thaw(isi: str) -> dict[str, str]:
    """The row of a sealed line."""
    found: dict[str, str] = json.loads(isi)
    return found


def write_formulir(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The upload file; the same rows give the same bytes."""
    form = read_formulir()
    columns = [OutColumn(one.judul, one.lebar) for one in form.kolom]
    return write_form(form.lembar, columns, ([row[one.isi] for one in form.kolom] for row in rows))
