"""Shapes of the forms around stopping. Nobody is asked for a reason."""

from __future__ import annotations

from wtforms import BooleanField

from rentan.ext import runtime
from rentan.web.fields import MIB
from rentan.web.forms import BerkasField, TanggalField, VersionedForm, Wajib


def _maks_mib() -> int:
    return runtime().profil.batas.ukuran_berkas // MIB


class BerhentiForm(VersionedForm):
    """By the donor."""

    cari_pengganti = BooleanField("Ya, boleh carikan ASN lain untuk pekerja saya", default=True)


class BerhentiKertasForm(VersionedForm):
    """By the operator, with the donor's signed paper."""

    ditandatangani_pada = TanggalField("Tanggal pada surat pencabutan", [Wajib()])
    cari_pengganti = BooleanField("Boleh dicarikan ASN lain untuk pekerjanya", default=True)


class BerhentiMeninggalForm(VersionedForm):
    """By the bendahara, on a reported death."""

    meninggal = BooleanField("Pemberi kuasa dilaporkan meninggal dunia", [Wajib("Centang bila benar.")])


class TtdForm(VersionedForm):
    """The scan of the signed withdrawal."""

    surat_pencabutan = BerkasField("Surat pencabutan bertanda tangan", [Wajib()], maks_mib=_maks_mib)


class TeruskanForm(VersionedForm):
    """The day on which it was passed on to the bank."""

    tanggal = TanggalField("Diteruskan ke bank", [Wajib()])


class AkuiForm(VersionedForm):
    """M19: a button."""
