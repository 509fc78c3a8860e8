"""The shape of input about the roster."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from rentan.asn.roster import check_berlaku
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    PilihanField,
    TanggalField,
    TeksField,
    UuidSelectField,
    VersionedForm,
    Wajib,
)
from rentan.web.impor import FormUnggah


class FormSaring(FilterForm):
    """What the list of ASN shows; ``pilihan`` of ``opd`` is set by the view."""

    cari = TeksField("Cari nama atau NIP", lebar=28)
    opd = UuidSelectField("OPD", kosong="Semua OPD")
    jenis = PilihanField("Status", pilihan=StatusAsn, kosong="Semua status")
    aktif = PilihanField("Keadaan", pilihan=StatusAktif, kosong="Semua keadaan")


class FormStatus(VersionedForm):
    """A change of somebody's activity from a day on."""

    status_aktif = PilihanField("Keadaan baru", [Wajib()], pilihan=StatusAktif, tampilan="radio")
    sejak = TanggalField("Sejak tanggal", [Wajib()])


class FormUnggahRoster(FormUnggah):
    """The roster and the day from which it holds."""

    berlaku = TanggalField(
        "Daftar ini berlaku mulai",
        [Wajib()],
        default=today,
        description="Pindah, keluar, dan masuk dicatat mulai tanggal ini.",
    )

    def validate_berlaku(self, field: Any) -> None:
        """The same rule as at the check, said before the file is read."""
        try:
            check_berlaku(field.data)
        except RuleError as refused:
            raise ValidationError(refused.pesan) from refused

    def pilihan(self) -> dict[str, Any]:
        return {"berlaku": self.berlaku.data.isoformat()}


class FormPetakan(BaseForm):
    """An unknown spelling found in a roster and the agency it means; ``pilihan`` is set by the view."""

    ejaan = TeksField("Ejaan di dalam berkas", [Wajib()])
    opd = UuidSelectField("OPD yang dimaksud", [Wajib()])
