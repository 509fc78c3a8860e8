"""Shapes of the bendahara's and the verifikator's forms about letters at the bank."""

from __future__ import annotations

from rentan.autodebet.perbaikan import PANJANG_KALIMAT
from rentan.paket.status import DEBET
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class SusunForm(BaseForm):
    """B1: a button."""


class SusunDebetForm(BaseForm):
    """B1 of a debit: a button that says which kind."""

    jenis = PilihanField("Jenis paket", [Wajib()], pilihan=[(one, one.label) for one in DEBET])


class BerlakukanForm(VersionedForm):
    """M12: a button on one letter."""


class KembalikanForm(VersionedForm):
    """M15: what the donor reads."""

    kalimat = TeksPanjangField("Kalimat untuk ASN", [Wajib()], maks=PANJANG_KALIMAT)


class BarisForm(VersionedForm):
    """What a letter of the bank says about one debited line; which fields a step asks for is in ``perlu``."""

    tindakan = PilihanField("Yang dikatakan bank", [Wajib()], tampilan="radio")
    tanggal = TanggalField("Tanggal menurut bank", [Optional()])
    ref_bank = TeksField("Nomor referensi bank", [Optional()], maks=40)
    kode = PilihanField("Sebab gagal menurut bank", [Optional()])
    catatan = TeksPanjangField("Dasarnya", [Wajib()], maks=500)
    perlu: frozenset[str] = frozenset()


class CariBarisForm(FilterForm):
    """A line by the reference that the bank names."""

    referensi = TeksField("Nomor referensi", [Optional()], maks=20)
