"""Forms of the stack scan: the upload, placing one page by hand, sending what is complete."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms.validators import Optional

from rentan.berkas.status import JenisBerkas
from rentan.ext import runtime
from rentan.pindai.queries import BarisBaki
from rentan.web.fields import MIB
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    FilterForm,
    PilihanField,
    TanggalField,
    TeksField,
    UuidSelectField,
    VersionedForm,
    Wajib,
)


def _maks_mib() -> int:
    return int(runtime().profil.batas.ukuran_tumpukan // MIB)


class UnggahForm(BaseForm):
    """One PDF; ``opd.pilihan`` is set to the OPD of this operator."""

    berkas = BerkasField("PDF hasil pindai", [Wajib()], jenis=("pdf",), maks_mib=_maks_mib)
    opd = UuidSelectField("OPD", [Wajib()], pilihan=())


class CariForm(FilterForm):
    """Which letters the list for placing a page offers."""

    cari = TeksField("Cari nama, NIP, atau nomor surat", [Optional()], maks=100, lebar=30)


class TempatForm(VersionedForm):
    """Where one page belongs; both lists are set to what there is."""

    surat = UuidSelectField("Surat kuasa", [Wajib()], pilihan=(), kosong="Pilih surat …")
    sebagai = PilihanField("Halaman ini adalah", [Wajib()], pilihan=(), tampilan="radio")


def sebagai_pilihan(halaman_surat: int) -> list[tuple[str, str]]:
    """What a page can be, for letters of up to so many pages."""
    pages = [(f"surat-{n}", f"Halaman {n} surat kuasa") for n in range(1, halaman_surat + 1)]
    return [*pages, ("ktp-1", JenisBerkas.KTP.label), ("buku_rekening-1", JenisBerkas.BUKU_REKENING.label)]


def parse_sebagai(teks: str) -> tuple[JenisBerkas, int]:
    """``surat-2`` -> page 2 of the letter."""
    jenis, _, nomor = teks.rpartition("-")
    return (JenisBerkas.SURAT_KUASA if jenis == "surat" else JenisBerkas(jenis)), int(nomor)


class KirimForm(BaseForm):
    """Dates of signature: one for all, and an own one per letter where it differs. Made by ``kirim_form``."""

    tanggal = TanggalField("Tanggal tanda tangan semua surat", [Optional()])

    baris: Sequence[BarisBaki] = ()

    def field_of(self, surat_id: uuid.UUID) -> Any:
        """The letter's own date; ``None`` for a letter under repair, whose date is asked there."""
        return self._fields.get(_name(surat_id))

    def date_of(self, surat_id: uuid.UUID) -> date | None:
        """The letter's own date, else the one for all."""
        own = self.field_of(surat_id)
        return None if own is None else own.data or self.tanggal.data

    def validate(self, extra_validators: Any = None) -> bool:
        """A date is never guessed: each letter has its own or the common one."""
        good = bool(super().validate(extra_validators))
        for satu in self.baris:
            own = self.field_of(satu.surat.id)
            if own is not None and self.date_of(satu.surat.id) is None and not own.errors:
                own.errors = ["Isi tanggal tanda tangan surat ini, atau tanggal untuk semua surat di atas."]
                good = False
        return good


def _name(surat_id: uuid.UUID) -> str:
    return f"tanggal_{surat_id.hex}"


def kirim_form(baris: Sequence[BarisBaki], *, bound: bool) -> KirimForm:
    """The form for these letters."""
    fields = {
        _name(satu.surat.id): TanggalField(f"Tanggal tanda tangan {satu.nama}", [Optional()])
        for satu in baris
        if not satu.perbaikan
    }
    kind = type("KirimFormSatu", (KirimForm,), fields)
    form: KirimForm = kind() if bound else kind(formdata=None)
    form.baris = baris
    return form
