"""Shapes of the bendahara's and the verifikator's forms about letters at the bank."""

from __future__ import annotations

from rentan.autodebet.perbaikan import PANJANG_KALIMAT
from rentan.web.forms import BaseForm, TeksPanjangField, VersionedForm, Wajib


class SusunForm(BaseForm):
    """B1: a button."""


class BerlakukanForm(VersionedForm):
    """M12: a button on one letter."""


class KembalikanForm(VersionedForm):
    """M15: what the donor reads."""

    kalimat = TeksPanjangField("Kalimat untuk ASN", [Wajib()], maks=PANJANG_KALIMAT)
