"""Shapes of the buttons on a batch."""

from __future__ import annotations

from rentan.web.forms import (
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class TindakanForm(VersionedForm):
    """A button on one batch: only the version that the person saw."""


class AlasanForm(VersionedForm):
    """Reopen or cancel, with the reason that stays in the history."""

    alasan = TeksPanjangField("Alasan", [Wajib()], maks=500)


class KirimForm(VersionedForm):
    """The file has been handed over."""

    tanda_terima = TeksField("Catatan tanda terima", [Optional()], maks=200)


class SelesaiForm(VersionedForm):
    """What was done about an exception; which fields a step asks for is its room's to say."""

    tindakan = PilihanField("Yang dilakukan", [Optional()], tampilan="radio")
    tanggal = TanggalField("Tanggal menurut bank", [Optional()])
    ref_bank = TeksField("Nomor referensi bank", [Optional()], maks=40)
    kode = PilihanField("Sebab gagal menurut bank", [Optional()])
    catatan = TeksPanjangField("Catatan", [Wajib()], maks=500)
    perlu: frozenset[str] = frozenset()


class AmbilForm(VersionedForm):
    """Take an exception over until a day."""

    tenggat = TanggalField("Selesai paling lambat", [Wajib()])
