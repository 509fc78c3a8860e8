"""Shape of the donor's own page."""

from __future__ import annotations

from wtforms import Form, StringField

from rentan.util.galat import TidakSah
from rentan.util.tanggal import parse_tanggal
from rentan.web.forms import VersionedForm


class TindakanForm(VersionedForm):
    """A button on one sponsorship: only the version that the person saw."""


class PeriksaNikForm(Form):
    """What the explanation reads of a worker form that is still being typed; nothing is stored."""

    nik = StringField(default="")
    tanggal_lahir = StringField(default="")
    jenis_kelamin = StringField(default="")

    def facts(self) -> dict[str, object]:
        """Arguments for ``look_up_nik``; what is not finished yet counts as not typed."""
        try:
            lahir = parse_tanggal(self.tanggal_lahir.data or "")
        except TidakSah:
            lahir = None
        kelamin = self.jenis_kelamin.data if self.jenis_kelamin.data in ("L", "P") else None
        return {"nik_text": self.nik.data or "", "tanggal_lahir": lahir, "jenis_kelamin": kelamin}
