"""Shapes of the buttons on a batch."""

from __future__ import annotations

from rentan.web.forms import Optional, TeksField, TeksPanjangField, VersionedForm, Wajib


class TindakanForm(VersionedForm):
    """A button on one batch: only the version that the person saw."""


class AlasanForm(VersionedForm):
    """Reopen or cancel, with the reason that stays in the history."""

    alasan = TeksPanjangField("Alasan", [Wajib()], maks=500)


class KirimForm(VersionedForm):
    """The file has been handed over."""

    tanda_terima = TeksField("Catatan tanda terima", [Optional()], maks=200)


class SelesaiForm(VersionedForm):
    """What was done about an exception."""

    catatan = TeksPanjangField("Apa yang dilakukan", [Wajib()], maks=500)
