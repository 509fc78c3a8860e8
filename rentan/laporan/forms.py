"""The filters of a list of names."""

from __future__ import annotations

from rentan.asn.status import StatusAsn, Tahap
from rentan.laporan.daftar import Daftar
from rentan.web.forms import FilterForm, PilihanField, TeksField, UuidSelectField

TANPA = ("tanpa", "Belum aktivasi")
TAHAP_PER_DAFTAR = {
    Daftar.BELUM: (TANPA, (Tahap.AKTIVASI.value, Tahap.AKTIVASI.label)),
    Daftar.IKUT: tuple((one.value, one.label) for one in Tahap if one is not Tahap.AKTIVASI),
    Daftar.LUAR: (TANPA, *((one.value, one.label) for one in Tahap)),
}


class SaringForm(FilterForm):
    """``unit`` gets its choices from the view: the sub-units of the OPD on show."""

    unit = UuidSelectField("Unit kerja", kosong="Semua unit kerja")
    status_asn = PilihanField("Status ASN", name="status", pilihan=StatusAsn, kosong="Semua status")
    tahap = PilihanField("Tahap", kosong="Semua tahap")
    cari = TeksField("Nama atau NIP", maks=60, lebar=22)
