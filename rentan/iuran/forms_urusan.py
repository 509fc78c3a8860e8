"""The form that closes a matter."""

from __future__ import annotations

from rentan.web.fields import TeksPanjangField, Wajib
from rentan.web.forms import VersionedForm


class SelesaiUrusanForm(VersionedForm):
    """What was done about it."""

    catatan = TeksPanjangField("Catatan", [Wajib()], maks=500)
