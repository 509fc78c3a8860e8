"""The layouts of the debit file and of the bank's answer, read from ``seed/layout_debet_*.toml``.

Data, not code: the bank decides. Which one is in use is the setting ``layout_debet``; a batch keeps the name
of the one its file was made with (``PaketUang.layout``), so that its answer is read the same way.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rentan.core.errors import RuleError
from rentan.core.settings import get_setting
from rentan.core.sheets_write import escape
from rentan.iuran.status import KelasGagal

_FOLDER = Path(__file__).with_name("seed")
Nilai = str | int | date


@dataclass(frozen=True)
class KodeHasil:
    """One code of the bank. ``kelas`` is ``None`` for success, else what the refusal asks for (C8).

    ``kata`` is what staff read, ``kalimat`` what the donor reads. ``arti`` marks the two that say more than
    yes or no: ``pembalikan`` (a success taken back, C15) and ``duplikat`` (executed before, by its words).
    """

    kode: str
    kelas: KelasGagal | None
    kata: str
    kalimat: str
    arti: str = ""

    @property
    def berhasil(self) -> bool:
        return self.kelas is None


@dataclass(frozen=True)
class Medan:
    """One field: fixed text, or a value by its name. ``lebar`` 0 means as long as it is."""

    judul: str
    isi: str
    teks: str
    format: str
    lebar: int
    rata: str
    isian: str
    potong: bool

    def write(self, values: Mapping[str, Nilai]) -> str:
        """The value as text. Raises ``RuleError`` for one that does not fit and may not be cut."""
        value = values[self.isi] if self.isi else self.teks
        text = value.strftime(self.format) if isinstance(value, date) else str(value)
        text = " ".join(text.split())
        if not self.lebar:
            return text
        if len(text) > self.lebar:
            if not self.potong:
                raise RuleError(
                    f"Isi kolom {self.judul or self.isi} lebih panjang daripada {self.lebar} karakter yang "
                    "disediakan bank. Perbaiki datanya, atau pakai susunan berkas yang lain.",
                    kode="layout_sempit",
                )
            text = text[: self.lebar]
        return (
            text.rjust(self.lebar, self.isian) if self.rata == "kanan" else text.ljust(self.lebar, self.isian)
        )


@dataclass(frozen=True)
class LayoutDebet:
    """One layout. ``jawaban``: our name of an answer's column to the bank's title (and ``total``, the first
    word of its trailer line); ``kode``: every code the bank may answer with.
    """

    nama: str
    sebutan: str
    bentuk: str
    pemisah: str
    enkode: str
    akhir_baris: str
    akhiran: str
    judul: bool
    kepala: tuple[Medan, ...]
    kolom: tuple[Medan, ...]
    kaki: tuple[Medan, ...]
    jawaban: Mapping[str, str]
    kode: Mapping[str, KodeHasil]

    def write(self, ringkasan: Mapping[str, Nilai], baris: Iterable[Mapping[str, Nilai]]) -> bytes:
        """The file: header, titles, one line each, trailer; the same lines give the same bytes.

        ``ringkasan``: nomor, periode, tanggal, jumlah (lines), total (whole rupiah). Raises ``RuleError``.
        """
        lines = [self._line(self.kepala, ringkasan)]
        if self.judul:
            lines.append(self.pemisah.join(medan.judul for medan in self.kolom))
        lines += (self._line(self.kolom, one) for one in baris)
        lines.append(self._line(self.kaki, ringkasan))
        text = "".join(f"{line}{self.akhir_baris}" for line in lines)
        return text.encode(self.enkode, errors="replace")

    def _line(self, medan: tuple[Medan, ...], values: Mapping[str, Nilai]) -> str:
        if self.bentuk == "tetap":
            return "".join(one.write({k: self._plain(v) for k, v in values.items()}) for one in medan)
        return self.pemisah.join(self._cell(one.write(values)) for one in medan)

    def _plain(self, value: Nilai) -> Nilai:
        """Letters that the encoding lacks lose their accents before the width is counted."""
        if not isinstance(value, str) or self.enkode != "ascii":
            return value
        folded = unicodedata.normalize("NFKD", value)
        return "".join(c for c in folded if not unicodedata.combining(c))

    def _cell(self, text: str) -> str:
        """No quotes, as banks read: a separator inside a name becomes a blank."""
        return escape(" ".join(text.replace(self.pemisah, " ").replace('"', " ").split()))


def layout_debet(nama: str | None = None) -> LayoutDebet:
    """The layout of that name, or the one in use by the setting. ``LookupError``: there is none."""
    return _read(nama or str(get_setting("layout_debet")))


def kata_untuk_donatur(kode: str, kelas: KelasGagal | None) -> tuple[str, str] | None:
    """What a code means to the donor: a few words, and whole sentences; ``None`` for one nobody knows.

    ``kelas``: what the month asks for now. What a newer letter has put right is not asked for again.
    """
    for nama in nama_layout():
        if found := _read(nama).kode.get(kode):
            beres = found.kelas is KelasGagal.PERBAIKI_DATA and kelas is KelasGagal.COBA_LAGI
            return found.kata, "" if beres else found.kalimat
    return None


def nama_layout() -> tuple[str, ...]:
    """The names of all layouts there are."""
    return tuple(
        sorted(one.stem.removeprefix("layout_debet_") for one in _FOLDER.glob("layout_debet_*.toml"))
    )


@cache
def _read(nama: str) -> LayoutDebet:
    """A key that is missing is a defect of the file (``KeyError``)."""
    if nama not in nama_layout():
        raise LookupError(nama)
    data = tomllib.loads((_FOLDER / f"layout_debet_{nama}.toml").read_text(encoding="utf-8"))
    return LayoutDebet(
        nama=nama,
        **{
            key: data[key]
            for key in ("sebutan", "bentuk", "pemisah", "enkode", "akhir_baris", "akhiran", "judul")
        },
        kepala=_medan(data["kepala"]),
        kolom=_medan(data["kolom"]),
        kaki=_medan(data["kaki"]),
        jawaban=data["jawaban"],
        kode={kode: _kode(kode, one) for kode, one in data["kode"].items()},
    )


def _medan(rows: list[dict[str, Any]]) -> tuple[Medan, ...]:
    return tuple(
        Medan(
            judul=one.get("judul", ""),
            isi=one.get("isi", ""),
            teks=one.get("teks", ""),
            format=one.get("format", ""),
            lebar=one.get("lebar", 0),
            rata=one.get("rata", "kiri"),
            isian=one.get("isian", " "),
            potong=one.get("potong", False),
        )
        for one in rows
    )


def _kode(kode: str, one: dict[str, str]) -> KodeHasil:
    kelas = None if one["kelas"] == "berhasil" else KelasGagal(one["kelas"])
    return KodeHasil(kode, kelas, one["kata"], one["kalimat"], one.get("arti", ""))
