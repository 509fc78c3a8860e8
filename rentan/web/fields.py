"""Own form fields: what people type becomes a value through the parsers of ``util``, or a sentence.

WTForms' own number fields read ``16.800`` as 16.8 and take ``16_800``; its regular expressions take a
trailing newline and Arabic digits (measured, platform.md §1). So every number that matters has a field here.
"""

from __future__ import annotations

import os
import re
import unicodedata
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.validators import StopValidation
from wtforms.widgets import Select

from rentan.util.angka import format_angka
from rentan.util.galat import TidakSah
from rentan.util.nik import Nik, parse_nik
from rentan.util.nip import Nip, format_nip, parse_nip
from rentan.util.rekening import parse_rekening
from rentan.util.rupiah import format_rupiah, parse_rupiah
from rentan.util.tanggal import parse_tanggal
from rentan.util.telepon import format_hp, parse_hp

MIB = 1024 * 1024


def name_in_sentence(label: str) -> str:
    """The label inside a sentence: ``Nama lengkap`` -> ``nama lengkap``; ``NIK pekerja`` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class Wajib:
    """The field must be filled. Says "Isi …" or "Pilih …", and never hides a parser's own sentence."""

    field_flags = {"required": True}

    def __init__(self, pesan: str | None = None) -> None:
        self.pesan = pesan

    def __call__(self, form: Any, field: Any) -> None:
        if field.errors:
            raise StopValidation()
        empty = field.data is None or field.data is False or field.data == "" or field.data == []
        if empty:
            kata = getattr(field, "kata_perintah", "Isi")
            raise StopValidation(self.pesan or f"{kata} {name_in_sentence(field.label.text)}.")


class TeksField(StringField):
    """One line of text: NFKC, blanks tidied, control characters removed; at most ``maks`` characters."""

    tampilan = "teks"

    def __init__(self, *args: Any, maks: int = 200, lebar: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.maks = maks
        self.lebar = lebar

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = self.tidy(str(valuelist[0])) if valuelist else ""
        if len(self.data) > self.maks:
            raise ValueError(f"{self.label.text} paling panjang {self.maks} karakter. Persingkat isian ini.")

    def tidy(self, teks: str) -> str:
        return " ".join(_printable(unicodedata.normalize("NFKC", teks)).split())


class TeksPanjangField(TeksField, TextAreaField):
    """Several lines of text, for reasons and addresses; line breaks are kept. ``maks`` characters."""

    tampilan = "area"
    widget = TextAreaField.widget

    def __init__(self, *args: Any, maks: int = 1000, **kwargs: Any) -> None:
        super().__init__(*args, maks=maks, **kwargs)

    def tidy(self, teks: str) -> str:
        lines = unicodedata.normalize("NFC", teks).splitlines()
        return "\n".join(_printable(line).strip() for line in lines).strip()


class SandiField(PasswordField):
    """A password: never altered, never sent back to the page. ``baru``: a new one is being chosen."""

    tampilan = "sandi"
    lebar = 30

    def __init__(self, *args: Any, baru: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.atribut = {"autocomplete": "new-password" if baru else "current-password"}


def _printable(teks: str) -> str:
    """Without control and format characters (zero-width, text direction): they only deceive readers."""
    return "".join(" " if c in "\t\n\r" else c for c in teks if c in "\t\n\r" or c.isprintable())


class ParsedField(StringField, ABC):
    """Text that a parser of ``util`` turns into a value; what was typed is shown again when it is refused."""

    data: Any
    tampilan = "teks"
    lebar: int | None = 20
    atribut: dict[str, str] = {"inputmode": "numeric", "autocomplete": "off"}

    @abstractmethod
    def parse(self, teks: str) -> Any:
        """The value behind the text. Raises ``TidakSah`` with the sentence for the page."""

    def show(self, value: Any) -> str:
        """How a stored value is written into the input."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        teks = str(valuelist[0]) if valuelist else ""
        if not teks.strip():
            return
        try:
            self.data = self.parse(teks)
        except TidakSah as refused:
            raise ValueError(refused.pesan) from refused

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)


class NikField(ParsedField):
    """``data``: 16 ASCII digits; ``nik``: the parsed number (area, birth date, sex). product.md §3."""

    nik: Nik | None = None

    def parse(self, teks: str) -> str:
        self.nik = parse_nik(teks)
        return self.nik.digits


class NipField(ParsedField):
    """``data``: 18 ASCII digits; ``nip``: the parsed number. Blanks, dots, a leading apostrophe are fine."""

    lebar = 24
    nip: Nip | None = None

    def parse(self, teks: str) -> str:
        self.nip = parse_nip(teks)
        return self.nip.digits

    def show(self, value: str) -> str:
        return format_nip(value)


class RupiahField(ParsedField):
    """``data``: whole rupiah. ``Rp16.800`` is 16800; ``1e5``, ``16_800``, ``16,8`` are refused."""

    lebar = 14
    tampilan = "rupiah"

    def parse(self, teks: str) -> int:
        return parse_rupiah(teks)

    def show(self, value: int) -> str:
        return format_rupiah(value).removeprefix("Rp")


class BilanganField(ParsedField):
    """``data``: a whole number in ASCII digits between ``kecil`` and ``besar`` (WTForms takes ``16_800``)."""

    lebar = 8

    def __init__(self, *args: Any, kecil: int = 0, besar: int = 999_999_999, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kecil = kecil
        self.besar = besar

    def parse(self, teks: str) -> int:
        digits = teks.strip()
        if not re.fullmatch(r"[0-9]{1,9}", digits):
            raise TidakSah("bilangan", "Isi dengan bilangan bulat tanpa titik atau koma, misalnya 3.")
        if not self.kecil <= int(digits) <= self.besar:
            raise TidakSah(
                "bilangan", f"Isi antara {format_angka(self.kecil)} dan {format_angka(self.besar)}."
            )
        return int(digits)


class TanggalField(ParsedField):
    """``data``: a date, day first: ``17-8-1980``, ``17/08/1980``, ``17 Agustus 1980``, ``1980-08-17``."""

    lebar = 20
    atribut = {"autocomplete": "off"}

    def parse(self, teks: str) -> date:
        return parse_tanggal(teks)

    def show(self, value: date) -> str:
        return f"{value:%d-%m-%Y}"


class HpField(ParsedField):
    """``data``: mobile number as E.164 (``+628…``)."""

    lebar = 18
    atribut = {"inputmode": "tel", "autocomplete": "off"}

    def parse(self, teks: str) -> str:
        return parse_hp(teks)

    def show(self, value: str) -> str:
        return format_hp(value)


class RekeningField(ParsedField):
    """``data``: account digits; ``peringatan``: another length than ``panjang`` warns, it is not refused."""

    lebar = 18

    def __init__(self, *args: Any, panjang: int = 10, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.panjang = panjang
        self.peringatan: list[Any] = []

    def parse(self, teks: str) -> str:
        digits, self.peringatan = parse_rekening(teks, self.panjang)
        return digits


@dataclass(frozen=True)
class Opsi:
    """One choice on the page; ``kunci`` travels in the form, ``petunjuk`` explains it in small print."""

    id: str
    kunci: str
    label: str
    petunjuk: str
    terpilih: bool


def _key(value: Any) -> str:
    return "" if value is None else str(value.value if isinstance(value, Enum) else value)


class PilihanField(SelectFieldBase):
    """One of several; ``data`` is the value itself (an enum member, a number, a UUID), never its text.

    ``pilihan``: an enum class whose members carry ``label``, or ``(value, label[, petunjuk])`` tuples; may
    be set on the bound field before validation. ``tampilan``: ``pilih`` (a list box) or ``radio``.
    """

    widget = Select()
    kata_perintah = "Pilih"

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        pilihan: type[Enum] | Iterable[tuple[Any, ...]] = (),
        tampilan: str = "pilih",
        kosong: str = "Pilih …",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.pilihan = pilihan
        self.tampilan = tampilan
        self.kosong = kosong
        self._kunci = ""

    def _choices(self) -> list[tuple[Any, ...]]:
        if isinstance(self.pilihan, type):
            return [(member, getattr(member, "label", member.value)) for member in self.pilihan]
        return list(self.pilihan)

    def opsi(self) -> list[Opsi]:
        """The choices for the page, each with an own element id (the first one is where error links lead)."""
        return [
            Opsi(
                id=f"{self.id}-{i}",
                kunci=_key(value),
                label=str(label),
                petunjuk=str(rest[0]) if rest else "",
                terpilih=_key(value) == self._kunci,
            )
            for i, (value, label, *rest) in enumerate(self._choices())
        ]

    def iter_choices(self) -> Iterable[Choice]:
        """For WTForms' own list-box widget."""
        if self.kosong:
            yield Choice("", self.kosong, not self._kunci, {})
        for opsi in self.opsi():
            yield Choice(opsi.kunci, opsi.label, opsi.terpilih, {})

    def process_data(self, value: Any) -> None:
        self.data = value
        self._kunci = _key(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self._kunci = str(valuelist[0]) if valuelist else ""
        self.data = self._find()

    def _find(self) -> Any:
        return next(
            (value for value, *_ in self._choices() if self._kunci and _key(value) == self._kunci), None
        )

    def pre_validate(self, form: Any) -> None:
        """The choices may have been set after the data came in, so the value is looked up again."""
        self.data = self._find()
        if self._kunci and self.data is None:
            raise StopValidation(f"Pilih {name_in_sentence(self.label.text)} dari daftar yang tersedia.")


class UuidSelectField(PilihanField):
    """A row chosen by its id; a foreign or missing id gives the same sentence as any other (AUZ-2)."""

    def process_data(self, value: uuid.UUID | str | None) -> None:
        super().process_data(uuid.UUID(value) if isinstance(value, str) else value)


class BerkasField(FileField):
    """One file. Only shape is checked here (ending, size, not empty); the paper is checked by its room.

    ``jenis``: accepted endings; ``maks_mib``: size in MiB. ``data``: ``FileStorage`` or ``None``.
    """

    data: Any
    tampilan = "berkas"
    kata_perintah = "Pilih"

    def __init__(
        self,
        *args: Any,
        jenis: tuple[str, ...] = ("jpg", "jpeg", "png", "pdf"),
        maks_mib: int | Callable[[], int] = 5,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.jenis = jenis
        self._maks = maks_mib

    @property
    def maks_mib(self) -> int:
        return self._maks() if callable(self._maks) else self._maks

    @property
    def accept(self) -> str:
        return ",".join(f".{ending}" for ending in self.jenis)

    @property
    def nama_jenis(self) -> str:
        """``JPG, PNG, atau PDF`` for hints and errors."""
        names = [ending.upper() for ending in self.jenis if ending != "jpeg"]
        if len(names) < 3:
            return " atau ".join(names)
        return f"{', '.join(names[:-1])}, atau {names[-1]}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [f for f in valuelist if isinstance(f, FileStorage) and f.filename]
        self.data = files[0] if files else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if len([f for f in self.raw_data or () if getattr(f, "filename", "")]) > 1:
            raise StopValidation("Pilih satu berkas saja untuk isian ini.")
        if str(self.data.filename).rpartition(".")[2].lower() not in self.jenis:
            raise StopValidation(
                f"Jenis berkas ini tidak diterima. Simpan sebagai {self.nama_jenis}, lalu unggah lagi."
            )
        size = self.data.stream.seek(0, os.SEEK_END)
        self.data.stream.seek(0)
        if size == 0:
            raise StopValidation("Berkas ini kosong. Pindai atau simpan ulang, lalu unggah lagi.")
        if size > self.maks_mib * MIB:
            raise StopValidation(
                f"Berkas lebih besar dari {self.maks_mib} MB. Perkecil ukurannya, lalu unggah lagi."
            )
