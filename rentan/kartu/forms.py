"""The forms of the cards' pages."""

from __future__ import annotations

from wtforms import BooleanField, Field
from wtforms.validators import Optional, StopValidation

from rentan.kartu.acara import ALASAN_TIDAK_DATANG
from rentan.kartu.status import AlasanBatalKartu, StatusKartu
from rentan.util.kode import read_kode
from rentan.web.fields_banyak import TerpilihField
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    PilihanField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)

S = StatusKartu
KELUHAN = (
    (S.HILANG.value, "Hilang"),
    (S.RUSAK.value, "Rusak"),
    (S.SALAH_DATA.value, "Data pada kartu salah"),
)
#: More cards than a parcel holds cannot be counted at once.
PALING_BANYAK = 1_000


class TindakanForm(VersionedForm):
    """A button."""


class MintaForm(BaseForm):
    """K1 and K2 for many cards."""


class SusunForm(BaseForm):
    """A packing list for one kecamatan; the choices are set by the page."""

    kecamatan = PilihanField("Kecamatan", [Wajib()], pilihan=())


class SaringForm(FilterForm):
    """Filters of the list."""

    status = PilihanField(
        "Keadaan", [Optional()], pilihan=[(one, one.label) for one in S][1:], kosong="Semua yang berjalan"
    )
    kecamatan = PilihanField("Kecamatan", [Optional()], pilihan=(), kosong="Semua kecamatan")


class CariForm(BaseForm):
    """A card by code, name or last digits: sent as a form, so that no name stands in an address."""

    kunci_formulir = None
    cari = TeksField("Kode kartu, nama pekerja, atau 4 angka terakhir", [Wajib()], maks=100, lebar=30)


class LaporForm(VersionedForm):
    """K11."""

    apa = PilihanField("Apa yang terjadi", [Wajib()], pilihan=KELUHAN, tampilan="radio")
    catatan = TeksPanjangField("Keterangan", [Wajib()], maks=500)


class AlamatForm(VersionedForm):
    """The answer after K9; ``kelurahan.pilihan`` is set by the page."""

    alamat = TeksPanjangField("Alamat sekarang", [Wajib()], maks=200)
    kelurahan = PilihanField("Kelurahan", [Wajib()], pilihan=())


class KirimUlangForm(VersionedForm):
    """K10."""

    catatan = TeksField("Bagaimana alamat dipastikan", [Optional()], maks=200, lebar=40)


class BatalForm(VersionedForm):
    """K12."""

    alasan = PilihanField("Alasan", [Wajib()], pilihan=AlasanBatalKartu)
    catatan = TeksField("Keterangan", [Wajib()], maks=200, lebar=40)
    dimusnahkan = BooleanField("Kartu cetak sudah dimusnahkan")


class AbsenForm(VersionedForm):
    """K8."""

    alasan = PilihanField("Alasan", [Wajib()], pilihan=ALASAN_TIDAK_DATANG)


def _kartu(label: str) -> TerpilihField:
    """Cards of one parcel, in the order of their lines."""
    pesan = f"Hitung paling banyak {PALING_BANYAK} kartu sekaligus."
    return TerpilihField(label, maks=PALING_BANYAK, pesan=pesan, minimal=0, berurutan=True)


class BanyakCatatanField(Field):
    """One line of text per missing card, in their order."""

    data: list[str]

    def process_data(self, value: object) -> None:
        self.data = []

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = ["".join(c for c in str(one) if c.isprintable()).strip() for one in valuelist]

    def pre_validate(self, form: object) -> None:
        if len(self.data) > PALING_BANYAK or any(len(one) > 200 for one in self.data):
            raise StopValidation("Keterangan paling panjang 200 karakter untuk setiap kartu.")


class HitungForm(BaseForm):
    """K5, first step: what is in the parcel, by ticks or by scanned codes (one a line)."""

    kunci_formulir = None
    hadir = _kartu("Kartu yang ada")
    kode = TeksPanjangField("Kode kartu yang dipindai", [Optional()], maks=20_000)

    def codes(self) -> list[str]:
        """The scanned codes in our own form, without doubles."""
        lines = (one.rpartition(":")[2] for one in (self.kode.data or "").split())
        return list(dict.fromkeys(code for one in lines if (code := read_kode(one))))[:PALING_BANYAK]


class TerimaForm(BaseForm):
    """K5, second step: the counted difference is confirmed."""

    hadir = _kartu("Kartu yang ada")
    kurang = _kartu("Kartu yang kurang")
    catatan = BanyakCatatanField("Keterangan kartu yang kurang")
    asing = TeksPanjangField("Kode di luar kiriman", [Optional()], maks=20_000)
    nasib = PilihanField(
        "Kartu yang kurang",
        [Optional()],
        pilihan=[
            ("hilang", "Catat hilang", "Kartu pengganti dimintakan ke BPJS. Isi keterangan setiap kartu."),
            ("menyusul", "Tunggu dahulu", "Kartu tetap tercatat dalam perjalanan dan dihitung lagi nanti."),
        ],
        tampilan="radio",
        default="hilang",
    )
