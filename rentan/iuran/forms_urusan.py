"""The forms of a matter: take it over, close it."""

from __future__ import annotations

from rentan.web.fields import TanggalField, TeksPanjangField, Wajib
from rentan.web.forms import VersionedForm


class AmbilUrusanForm(VersionedForm):
    """Take a matter over until a day."""

    tenggat = TanggalField("Selesai paling lambat", [Wajib()])


class SelesaiUrusanForm(VersionedForm):
    """What was done about it."""

    catatan = TeksPanjangField("Catatan", [Wajib()], maks=500)
