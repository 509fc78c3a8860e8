"""The forms of the letter's pages; each paper has its own, so that one is sent and kept at a time."""

from __future__ import annotations

from wtforms.validators import Optional

from rentan.berkas.status import JenisBerkas
from rentan.ext import runtime
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.web.fields import MIB
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

KERTAS = (("a4", "A4"), ("f4", "F4 (folio)"))
#: More letters than a few pages show cannot be chosen at once.
PALING_BANYAK = 200
#: M22 by a verifikator; the donor owes no reason.
ALASAN_BATAL = (
    ("duplikat", "Surat ganda"),
    ("salah_orang", "Bukan surat orang ini"),
    ("masa_kerja", "Tidak lagi bertugas"),
)


def _maks_mib() -> int:
    return runtime().profil.batas.ukuran_berkas // MIB


class CetakForm(VersionedForm):
    """M2."""

    kertas = PilihanField("Ukuran kertas", [Wajib()], pilihan=KERTAS, tampilan="radio", default="a4")


class KirimForm(VersionedForm):
    """M4."""

    ditandatangani_pada = TanggalField("Tanggal tanda tangan", [Wajib()])


class UbahForm(VersionedForm):
    """M3."""


class BatalForm(VersionedForm):
    """M22."""

    alasan = PilihanField("Alasan", [Optional()], pilihan=ALASAN_BATAL)


class AsliForm(VersionedForm):
    """Where the original is; ``ke.pilihan`` is set to what this person may say."""

    ke = PilihanField("Sekarang berada", [Wajib()], pilihan=())
    catatan = TeksField("Catatan", [Optional()], maks=200, lebar=40)


class AsliBanyakForm(BaseForm):
    """The same for many letters at once, by the operator."""

    surat = TerpilihField("Surat", maks=PALING_BANYAK, pesan="Pilih paling sedikit satu surat dari daftar.")
    ke = PilihanField(
        "Pindahkan lembar asli yang dipilih ke",
        [Wajib()],
        pilihan=[(one, one.label) for one in (AsliDi.OPD, AsliDi.ADMIN, AsliDi.KEMBALI, AsliDi.HILANG)],
    )


class DaftarForm(FilterForm):
    """Filters of the operator's list."""

    cari = TeksField("Nama atau NIP", [Optional()], maks=100, lebar=24)
    status = PilihanField("Status surat", [Optional()], pilihan=StatusSurat, kosong="Semua yang berjalan")
    asli_di = PilihanField("Lembar asli", [Optional()], pilihan=AsliDi, kosong="Di mana pun")


class SuratForm(BaseForm):
    surat_kuasa = BerkasField("Surat kuasa bertanda tangan", [Wajib()], maks_mib=_maks_mib)


class KtpForm(BaseForm):
    ktp = BerkasField("KTP ASN", [Wajib()], maks_mib=_maks_mib)


class BukuForm(BaseForm):
    buku_rekening = BerkasField("Halaman depan buku rekening", [Wajib()], maks_mib=_maks_mib)


FORM_BERKAS: dict[JenisBerkas, type[BaseForm]] = {
    JenisBerkas.SURAT_KUASA: SuratForm,
    JenisBerkas.KTP: KtpForm,
    JenisBerkas.BUKU_REKENING: BukuForm,
}
