"""Forms of the hand-over day: planning, scanning, one card, the sheet typed in, the end."""

from __future__ import annotations

from wtforms import BooleanField, FieldList, Form, FormField, HiddenField
from wtforms.validators import Optional

from rentan.kartu.acara import ALASAN_TIDAK_DATANG, PALING_BANYAK
from rentan.kartu.lembar import PER_HALAMAN
from rentan.kartu.status import Hubungan, Penerima
from rentan.web.fields_banyak import TerpilihField
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    FilterForm,
    PilihanField,
    TanggalField,
    TeksField,
    VersionedForm,
    Wajib,
)

#: K13 on another day asks for one of these.
ALASAN_BATAL_SERAH = (
    ("salah_baris", "Salah baris atau salah kartu"),
    ("salah_orang", "Diserahkan kepada orang yang keliru"),
    ("lain", "Alasan lain"),
)
HASIL_BARIS = (
    ("sendiri", "Diterima sendiri"),
    ("wakil", "Diwakilkan"),
    ("tidak_datang", "Tidak datang"),
    ("salah_data", "Data salah"),
)


class AcaraForm(VersionedForm):
    """Plan or change a day; ``kecamatan.pilihan`` is set to the petugas' own."""

    nama = TeksField("Nama acara", [Wajib()], maks=100, lebar=40)
    tempat = TeksField("Tempat", [Wajib()], maks=150, lebar=50)
    tanggal = TanggalField("Tanggal", [Wajib()])


class AcaraBaruForm(AcaraForm):
    kecamatan = PilihanField("Kecamatan", [Wajib()], pilihan=())


class TindakanForm(VersionedForm):
    """A button on a page that says what it means."""


class PilihKartuForm(BaseForm):
    kartu = TerpilihField("Kartu", maks=PALING_BANYAK, pesan="Pilih paling sedikit satu kartu dari daftar.")


class SaringKelurahanForm(FilterForm):
    """``kelurahan.pilihan`` is set to those that have cards waiting."""

    kelurahan = PilihanField("Kelurahan", [Optional()], pilihan=(), kosong="Semua kelurahan")


class SerahForm(BaseForm):
    """The scan page: a code, and whom the card is given to."""

    nomor_kartu = TeksField("Kode kartu", [Wajib()], maks=80, lebar=24)
    penerima = PilihanField(
        "Penerima", [Wajib()], pilihan=Penerima, tampilan="radio", default=Penerima.PEKERJA
    )
    nama_wakil = TeksField("Nama wakil", [Optional()], maks=100, lebar=30)
    hubungan = PilihanField("Hubungan dengan pekerja", [Optional()], pilihan=Hubungan)
    alasan_wakil = TeksField("Alasan diwakilkan", [Optional()], maks=150, lebar=40)


class SatuKartuForm(BaseForm):
    """One card, chosen before."""

    penerima = PilihanField(
        "Penerima", [Wajib()], pilihan=Penerima, tampilan="radio", default=Penerima.PEKERJA
    )
    identitas = BooleanField("Identitas pekerja sudah saya cocokkan dengan KTP")
    nama_wakil = TeksField("Nama wakil", [Optional()], maks=100, lebar=30)
    hubungan = PilihanField("Hubungan dengan pekerja", [Optional()], pilihan=Hubungan)
    alasan_wakil = TeksField("Alasan diwakilkan", [Optional()], maks=150, lebar=40)
    tanggal = TanggalField("Tanggal penyerahan", [Wajib()])


class CariForm(BaseForm):
    """A search that stays out of addresses, so it is sent as POST; nothing is stored."""

    kunci_formulir = None
    nama = TeksField("Nama", [Optional()], maks=100, lebar=24)
    angka = TeksField("Angka terakhir NIK atau kartu", [Optional()], maks=8, lebar=8)


class BatalSerahForm(BaseForm):
    """K13."""

    alasan = PilihanField("Alasan", [Optional()], pilihan=ALASAN_BATAL_SERAH)
    catatan = TeksField("Catatan", [Optional()], maks=150, lebar=40)


class BarisForm(Form):
    """One line of the sheet."""

    undangan = HiddenField()
    hasil = PilihanField("Hasil", [Optional()], pilihan=HASIL_BARIS, tampilan="radio")
    alasan = PilihanField("Sebab tidak datang", [Optional()], pilihan=ALASAN_TIDAK_DATANG)
    nama_wakil = TeksField("Nama wakil", [Optional()], maks=100)
    hubungan = PilihanField("Hubungan", [Optional()], pilihan=Hubungan)
    alasan_wakil = TeksField("Alasan diwakilkan", [Optional()], maks=150)


class KetikForm(BaseForm):
    """Twenty lines of the sheet; those without an answer stay as they are."""

    baris = FieldList(FormField(BarisForm), max_entries=PER_HALAMAN)


class LembarForm(BaseForm):
    lembar = BerkasField("Hasil pindai lembar", [Wajib()], maks_mib=10)
