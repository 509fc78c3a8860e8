"""Two states of a worker's data side by side: two records, or one before and after a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.koreksi import KOLOM
from rentan.util.nik import mask_nik
from rentan.util.tanggal import format_tanggal
from rentan.util.telepon import mask_hp
from rentan.wilayah.queries import find_kelurahan


@dataclass(frozen=True)
class Baris:
    """One line of the comparison; ``catatan`` says where two hidden values differ."""

    label: str
    kiri: str
    kanan: str
    beda: bool
    catatan: str = ""


def compare(kiri: DataPekerja, kanan: DataPekerja, *, nik_terbuka: bool = False) -> list[Baris]:
    """Every line in the order of the forms.

    The pages show the birth date, so numbers hide the serial (MSK-1) unless ``nik_terbuka``; which digits
    differ is told in any case.
    """
    rows = []
    for kolom, label in KOLOM.items():
        a, b = getattr(kiri, kolom), getattr(kanan, kolom)
        catatan = ""
        if kolom == "nik" and a != b:
            catatan = f"Berbeda pada angka ke-{', '.join(map(str, differing_digits(a, b)))}."
        left, right = _show(kolom, a, nik_terbuka), _show(kolom, b, nik_terbuka)
        rows.append(Baris(label, left, right, a != b, catatan))
    return rows


def differing_digits(a: str, b: str) -> list[int]:
    """At which places, counted from 1, two numbers of equal length differ."""
    return [place for place, (x, y) in enumerate(zip(a, b, strict=False), 1) if x != y]


def earlier(now: DataPekerja, before: Mapping[str, Any]) -> DataPekerja:
    """The data with these columns as they stood before."""
    values = {kolom: getattr(now, kolom) for kolom in KOLOM} | dict(before)
    return DataPekerja(**values)


def _show(kolom: str, value: Any, nik_terbuka: bool) -> str:
    if value is None or value == "":
        return "–"
    if kolom == "nik":
        return str(value) if nik_terbuka else mask_nik(value, lahir_terlihat=True)
    if kolom == "hp":
        return mask_hp(value)
    if kolom == "tanggal_lahir":
        return format_tanggal(value)
    if kolom == "kelurahan_kode":
        kelurahan = find_kelurahan(value)
        return kelurahan.label if kelurahan else str(value)
    return str(getattr(value, "label", value))
