"""The shape of input about agencies."""

from __future__ import annotations

from rentan.web.forms import (
    BaseForm,
    Optional,
    TanggalField,
    TeksField,
    UuidSelectField,
    VersionedForm,
    Wajib,
)


class FormOpd(VersionedForm):
    """Name and dates of an agency."""

    nama = TeksField("Nama OPD", [Wajib()], lebar=60)
    singkatan = TeksField("Nama pendek", [Wajib()], maks=60, lebar=30)
    berlaku_mulai = TanggalField("Berlaku mulai", [Optional()])
    berlaku_sampai = TanggalField("Berlaku sampai", [Optional()])


class FormEjaan(BaseForm):
    """A spelling and the agency it means; ``pilihan`` of ``opd`` is set by the view."""

    ejaan = TeksField("Ejaan di dalam berkas", [Wajib()], lebar=50)
    opd = UuidSelectField("OPD yang dimaksud", [Wajib()])
