"""Shapes of the liaison's forms."""

from __future__ import annotations

from rentan.kepesertaan.actions import AlasanBuka, AlasanKeluar
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    HpField,
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class SusunForm(BaseForm):
    """The button that builds a batch."""


class CariForm(FilterForm):
    """Find somebody in one of the lists."""

    cari = TeksField("Cari nama", [Optional()], maks=100, lebar=30)


class LengkapiForm(VersionedForm):
    """What BPJS's form wants and nobody has filled in; fields that are not blank are taken out."""

    pekerjaan = TeksField("Pekerjaan", [Wajib()], maks=100, lebar=40)
    lokasi_kerja = TeksField("Tempat bekerja", [Wajib()], maks=100, lebar=40)
    alamat = TeksField("Alamat rumah", [Wajib()], maks=200, lebar=60)
    hp = HpField("Nomor HP", [Wajib()])


class AkhiriForm(VersionedForm):
    """W17, W18."""

    alasan = PilihanField("Alasan", [Wajib()], pilihan=AlasanKeluar, tampilan="radio")
    pada = TanggalField("Tanggal kejadian", [Wajib()], description="Hari-bulan-tahun, misalnya 17-08-2026.")
    catatan = TeksPanjangField(
        "Dasar",
        [Wajib()],
        maks=500,
        description="Surat atau siapa yang melapor, atau bukti bahwa datanya tidak benar. Untuk PU: tuliskan "
        "apakah masih bekerja sendiri.",
    )


class PastikanForm(VersionedForm):
    """W15: BPJS says itself that the cover has lapsed."""

    pada = TanggalField("Tanggal surat atau daftar BPJS", [Wajib()])
    catatan = TeksPanjangField("Sumbernya", [Wajib()], maks=500)


class BukaNikForm(BaseForm):
    """Why the whole NIK is looked at."""

    alasan = PilihanField("Alasan melihat NIK", [Wajib()], pilihan=AlasanBuka)
