"""Shapes of the remittance's forms."""

from __future__ import annotations

from rentan.web.forms import (
    BaseForm,
    BerkasField,
    Optional,
    RupiahField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class SusunForm(BaseForm):
    """The button that builds a remittance."""


class BayarForm(VersionedForm):
    """B5: what the treasurer has paid; the scan may be left out."""

    nomor = TeksField("Nomor bukti pembayaran", [Wajib()], maks=60, lebar=30)
    tanggal = TanggalField("Tanggal bayar", [Wajib()])
    jumlah = RupiahField("Jumlah yang dibayar", [Wajib()])
    pindaian = BerkasField("Pindaian bukti", [Optional()], jenis=("jpg", "jpeg", "png", "pdf"), maks_mib=5)


class UlangForm(VersionedForm):
    """P6: a refused month is put right and its money is back."""

    tanggal = TanggalField("Tanggal uangnya kembali", [Wajib()])
    catatan = TeksPanjangField("Apa yang diperbaiki", [Wajib()], maks=500)
