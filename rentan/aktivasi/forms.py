"""What an ASN types from the slip; which slips an operator prints."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from rentan.web.forms import BaseForm, NipField, PilihanField, SandiField, TeksField, Wajib


class AktivasiForm(BaseForm):
    kunci_formulir = None
    nip = NipField("NIP", [Wajib()])
    kode = TeksField("Kode aktivasi", [Wajib()], maks=40, lebar=18)
    sandi = SandiField("Kata sandi baru", [Wajib()], baru=True)
    sandi_ulang = SandiField("Ulangi kata sandi baru", [Wajib()], baru=True)

    def validate_sandi_ulang(self, field: Any) -> None:
        if field.data and self.sandi.data != field.data:
            raise ValidationError("Kedua kata sandi tidak sama. Ketik ulang keduanya.")


class SlipForm(BaseForm):
    """``unit``: an id, ``semua``, or ``tanpa`` for those without a sub-unit. A download: no one-time key."""

    kunci_formulir = None
    unit = PilihanField("Unit kerja", [Wajib()], kosong="")
