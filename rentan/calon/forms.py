"""Shape of the pool's forms."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField

from rentan.calon.status import KeadaanUsulan
from rentan.core.clock import today
from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.status import JenisKelamin, Sektor
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    HpField,
    NikField,
    NipField,
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)
from rentan.wilayah.queries import list_kelurahan


def pilihan_kelurahan(kecamatan: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """(code, name with district): names repeat."""
    return [(one.kode, one.label) for one in list_kelurahan(kecamatan)]


class SaringForm(FilterForm):
    """Filters of the board."""

    dekat = PilihanField("Dekat kelurahan", [Optional()], kosong="Kantor dan rumah saya")
    sektor = PilihanField("Sektor", [Optional()], pilihan=Sektor, kosong="Semua")
    pekerjaan = TeksField("Pekerjaan", [Optional()], maks=60, lebar=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dekat.pilihan = pilihan_kelurahan()
        self.validate()


class SaringUsulanForm(FilterForm):
    """Filter of the proposals of one kecamatan."""

    keadaan = PilihanField("Keadaan", [Optional()], pilihan=KeadaanUsulan, kosong="Semua keadaan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validate()


class UsulCalonForm(BaseForm):
    """A worker whom a petugas kecamatan proposes. Rules are checked by the action."""

    nik = NikField("NIK", [Wajib()])
    nama = TeksField("Nama lengkap", [Wajib()], lebar=40)
    tanggal_lahir = TanggalField("Tanggal lahir", [Wajib()])
    jenis_kelamin = PilihanField("Jenis kelamin", [Wajib()], pilihan=JenisKelamin, tampilan="radio")
    hp = HpField("Nomor HP", [Optional()])
    pekerjaan = TeksField("Pekerjaan", [Wajib()], lebar=40)
    sektor = PilihanField("Sektor", [Wajib()], pilihan=Sektor, tampilan="radio")
    lokasi_kerja = TeksField("Lokasi kerja", [Optional()], lebar=40)
    alamat = TeksField("Alamat", [Wajib()], lebar=60)
    kelurahan = PilihanField("Kelurahan", [Wajib()])
    alasan_peringatan = TeksPanjangField("Alasan data tetap benar", [Optional()], maks=500)
    diberi_tahu = BooleanField(
        "Naskah di atas sudah saya bacakan kepada pekerja, dan ia setuju",
        [Wajib("Bacakan naskah kepada pekerja, lalu centang pernyataan ini.")],
    )
    diberi_tahu_pada = TanggalField("Tanggal pemberitahuan", [Wajib()], default=today)

    def data_pekerja(self) -> DataPekerja:
        """What was typed, for the action."""
        return DataPekerja(
            nik=self.nik.data or "",
            nama=self.nama.data,
            tanggal_lahir=self.tanggal_lahir.data or today(),
            jenis_kelamin=self.jenis_kelamin.data,
            pekerjaan=self.pekerjaan.data,
            sektor=self.sektor.data,
            alamat=self.alamat.data,
            kelurahan_kode=self.kelurahan.data,
            lokasi_kerja=self.lokasi_kerja.data or None,
            hp=self.hp.data,
        )


class TawarkanForm(BaseForm):
    """To whom a pool worker is offered."""

    nip = NipField("NIP", [Wajib()])


class JawabForm(VersionedForm):
    """The ASN's answer to an offer: one of two buttons."""

    jawaban = HiddenField()
