"""Forms of the correction loop: a new paper, a note, a worker's data, the date on a replaced letter."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rentan.berkas.status import JenisBerkas
from rentan.ext import runtime
from rentan.pekerja.status import JenisKelamin, Sektor
from rentan.web.fields import MIB
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    HpField,
    NikField,
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)
from rentan.wilayah.queries import list_kelurahan


def _maks_mib() -> int:
    return runtime().profil.batas.ukuran_berkas // MIB


def pilihan_kelurahan() -> list[tuple[str, str]]:
    """All wards by district; namesakes carry their district."""
    rows = list_kelurahan()
    names = Counter(one.nama for one in rows)
    return [(one.kode, one.label if names[one.nama] > 1 else one.nama) for one in rows]


class GantiForm(BaseForm):
    """A paper in the place of the refused one."""

    berkas = BerkasField("Berkas pengganti", [Wajib()], maks_mib=_maks_mib)


class SanggahForm(BaseForm):
    """Why the point is right as it is."""

    catatan = TeksPanjangField("Mengapa ini sudah benar?", [Wajib()], maks=500)


class KirimPerbaikanForm(VersionedForm):
    """M8 without a new letter."""


class KirimSuratForm(KirimPerbaikanForm):
    """M8 with a newly signed letter: it carries a date of its own."""

    ditandatangani_pada = TanggalField("Tanggal tanda tangan pada surat pengganti", [Wajib()])


class KoreksiPekerjaForm(VersionedForm):
    """A worker's data. The whole number is not shown: an empty field leaves it as it is (MSK-1)."""

    nik = NikField("NIK", [Optional()])
    nama = TeksField("Nama lengkap sesuai KTP", [Wajib()], maks=100, lebar=40)
    tanggal_lahir = TanggalField(
        "Tanggal lahir", [Wajib()], description="Hari-bulan-tahun, misalnya 17-08-1980."
    )
    jenis_kelamin = PilihanField("Jenis kelamin", [Wajib()], pilihan=JenisKelamin, tampilan="radio")
    hp = HpField("Nomor HP", [Optional()])
    pekerjaan = TeksField("Pekerjaan", [Wajib()], maks=100, lebar=40)
    sektor = PilihanField("Sektor pekerjaan", [Wajib()], pilihan=Sektor, tampilan="radio")
    lokasi_kerja = TeksField("Tempat bekerja", [Optional()], maks=100, lebar=40)
    alamat = TeksField("Alamat rumah", [Wajib()], maks=200, lebar=60)
    kelurahan = PilihanField("Kelurahan", [Wajib()])
    alasan_peringatan = TeksPanjangField(
        "Mengapa data ini tetap benar?",
        [Optional()],
        maks=300,
        description="Hanya bila ada peringatan. Misalnya: sudah dicocokkan dengan KTP asli.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kelurahan.pilihan = pilihan_kelurahan()


SETUJUI = ("perbaiki", "Setujui perbaikan", "Pekerja diajukan lagi ke BPJS pada daftar berikutnya.")
TIDAK_LAYAK = (
    "tidak_layak",
    "Tidak memenuhi syarat",
    "Asuhan berakhir; donatur diminta memilih pekerja lain.",
)


class PutusanBpjsForm(VersionedForm):
    """W10: a verifikator accepts the corrected data, or ends it with a reason."""

    keputusan = PilihanField(
        "Keputusan",
        [Wajib()],
        pilihan=(SETUJUI, TIDAK_LAYAK),
        tampilan="radio",
    )
    catatan = TeksPanjangField("Catatan", [Optional()], maks=500)


#: Words above the upload of each paper.
PETUNJUK_BERKAS = {
    JenisBerkas.SURAT_KUASA: "Semua halaman surat ini dalam satu berkas.",
    JenisBerkas.KTP: "Keempat sudut KTP terlihat dan tulisannya terbaca.",
    JenisBerkas.BUKU_REKENING: "Nomor rekening dan nama pemilik terlihat lengkap.",
}


class DaftarUlangForm(VersionedForm):
    """W16: why the worker can be registered once more."""

    catatan = TeksPanjangField("Dasar", [Wajib()], maks=500)
