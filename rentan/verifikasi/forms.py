"""The forms of the verification page; each carries the letter's ``versi``, so a stale page is noticed."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from rentan.verifikasi.alasan import ALASAN_BATAL, ALASAN_TOLAK_SURAT
from rentan.verifikasi.status import JenisPendapat
from rentan.web.forms import (
    BilanganField,
    FilterForm,
    PilihanField,
    TeksField,
    TeksPanjangField,
    UuidSelectField,
    VersionedForm,
    Wajib,
)

PANJANG_KALIMAT = 500
YA, TIDAK = "ya", "tidak"


class SaringForm(FilterForm):
    """The queue by OPD."""

    opd = UuidSelectField("OPD", [Optional()], kosong="Semua OPD")


class LangkahForm(VersionedForm):
    """A move without further words: release, skip."""


class AkhirForm(VersionedForm):
    """M7 and M9; ``lanjut``: take the next letter right away."""

    lanjut = PilihanField("Sesudah ini", [Optional()], pilihan=((YA, "Surat berikutnya"), (TIDAK, "Antrean")))


class PutusanForm(VersionedForm):
    """One verdict. ``hal`` says on what; ``alasan.pilihan`` is set to that thing's list.

    The marked part: page from 1, the rest in thousandths of the page; all five or none.
    """

    hal = TeksField("Yang diperiksa", [Wajib()], maks=40, widget=HiddenInput())
    hasil = PilihanField("Putusan", [Wajib()], pilihan=((YA, "Sesuai"), (TIDAK, "Tidak sesuai")))
    alasan = PilihanField("Alasan", [Optional()], pilihan=(), tampilan="radio")
    kalimat = TeksPanjangField("Kalimat untuk ASN", [Optional()], maks=PANJANG_KALIMAT)
    halaman = BilanganField("Halaman", [Optional()], kecil=1, besar=99)
    kiri = BilanganField("Dari kiri", [Optional()], besar=1000)
    atas = BilanganField("Dari atas", [Optional()], besar=1000)
    lebar = BilanganField("Lebar", [Optional()], kecil=1, besar=1000)
    tinggi = BilanganField("Tinggi", [Optional()], kecil=1, besar=1000)

    def bagian(self) -> tuple[int, int, int, int, int] | None:
        """The marked part, or ``None``; the page number alone marks nothing."""
        values = [field.data for field in (self.kiri, self.atas, self.lebar, self.tinggi)]
        if all(value is None for value in values):
            return None
        return (self.halaman.data, *values)

    def validate(self, extra_validators: Any = None) -> bool:
        ok = bool(super().validate(extra_validators))
        part = self.bagian()
        if ok and self.hasil.data == TIDAK and part is not None and None in part:
            self.kiri.errors = [
                "Isi halaman dan keempat angka bagian yang ditandai, atau kosongkan semuanya."
            ]
            ok = False
        return ok


class TanyaForm(VersionedForm):
    """A question to a second verifikator: a refusal (with its reason) or an exception (with a note)."""

    jenis = PilihanField("Perihal", [Wajib()], pilihan=JenisPendapat)
    alasan = PilihanField("Alasan penolakan", [Optional()], pilihan=tuple(ALASAN_TOLAK_SURAT.items()))
    catatan = TeksPanjangField("Penjelasan", [Optional()], maks=PANJANG_KALIMAT)


class JawabForm(VersionedForm):
    """The answer to it."""

    pendapat = TeksField("Permintaan pendapat", [Wajib()], maks=40)
    jawaban = PilihanField("Jawaban", [Wajib()], pilihan=((YA, "Setuju"), (TIDAK, "Tidak setuju")))
    catatan = TeksPanjangField("Catatan", [Optional()], maks=PANJANG_KALIMAT)

    def pendapat_id(self) -> uuid.UUID | None:
        """The question that is answered."""
        return _uuid(self.pendapat.data)


class TarikForm(VersionedForm):
    """Taking the question back."""

    pendapat = TeksField("Permintaan pendapat", [Wajib()], maks=40)

    def pendapat_id(self) -> uuid.UUID | None:
        """The question that is taken back."""
        return _uuid(self.pendapat.data)


class BatalSuratForm(VersionedForm):
    """M22 by a verifikator."""

    alasan = PilihanField("Alasan", [Wajib()], pilihan=tuple(ALASAN_BATAL.items()))


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
