"""The shape of the answers in each step; rules are in the actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import BooleanField
from wtforms.fields.choices import Choice

from rentan.berkas.status import JenisBerkas
from rentan.core.clock import today
from rentan.ext import runtime
from rentan.pekerja.status import JenisKelamin, Sektor
from rentan.pendaftaran.isian import LUAR_KOTA
from rentan.pendaftaran.queries import Keadaan, pilihan_bulan
from rentan.util.tanggal import format_bulan
from rentan.web.fields import MIB
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    HpField,
    NikField,
    Optional,
    PilihanField,
    RekeningField,
    RupiahField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)
from rentan.wilayah.models import Kelurahan
from rentan.wilayah.queries import list_kelurahan

PROGRAM = (
    (
        "JKK+JKM",
        "Kecelakaan kerja dan kematian (JKK + JKM)",
        "Program dasar. Cukup untuk sebagian besar pekerja.",
    ),
    (
        "JKK+JKM+JHT",
        "Ditambah tabungan hari tua (JKK + JKM + JHT)",
        "Tabungan menjadi milik pekerja. Bagian JHT tidak mendapat potongan iuran.",
    ),
)


class KelurahanField(PilihanField):
    """A ward by its code, grouped by kecamatan because names repeat; ``luar``: offers "outside the city"."""

    def __init__(self, *args: Any, luar: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.luar = luar
        self._daftar: list[Kelurahan] | None = None

    def _rows(self) -> list[Kelurahan]:
        if self._daftar is None:
            self._daftar = list_kelurahan()
        return self._daftar

    def _choices(self) -> list[tuple[Any, ...]]:
        outside = [(LUAR_KOTA, f"Di luar {runtime().profil.nama_kota}")] if self.luar else []
        return [*((one.kode, one.nama) for one in self._rows()), *outside]

    def has_groups(self) -> bool:
        return True

    def iter_groups(self) -> Iterable[tuple[str | None, Iterable[Choice]]]:
        """For the list box: one group per kecamatan; namesakes carry it in their name too."""
        groups: dict[str, list[Choice]] = {}
        names = Counter(one.nama for one in self._rows())
        for one in self._rows():
            chosen = one.kode == self._kunci
            groups.setdefault(f"Kecamatan {one.kecamatan.nama}", []).append(
                Choice(one.kode, one.label if names[one.nama] > 1 else one.nama, chosen, {})
            )
        first = [Choice("", self.kosong, not self._kunci, {})]
        if self.luar:
            first.append(
                Choice(LUAR_KOTA, f"Di luar {runtime().profil.nama_kota}", self._kunci == LUAR_KOTA, {})
            )
        yield ("Belum dipilih" if not self.luar else "Lain", first)
        yield from groups.items()


class CetakUlang:
    """Mixed into every form that can make a printed letter void: the tick is shown only then."""

    cetak_ulang = BooleanField(
        "Ya, ganti surat yang sudah dicetak",
        description="Cetakan lama tidak berlaku lagi. Surat versi baru dicetak dan ditandatangani kembali.",
    )


class DataDiriForm(CetakUlang, VersionedForm):
    """Step 1: what the roster does not know for sure."""

    alamat = TeksField("Alamat rumah", [Wajib()], maks=200, lebar=60)
    kelurahan = KelurahanField("Kelurahan tempat tinggal", [Wajib()], luar=True)
    hp = HpField(
        "Nomor HP", [Wajib()], description="Untuk kabar tentang pendaftaran ini, misalnya 0812 3456 7890."
    )


def _diberi_tahu() -> Any:
    return BooleanField(
        "Pekerja sudah saya beri tahu tentang penggunaan datanya",
        [Wajib("Beri tahu pekerja lebih dulu, lalu centang pernyataan ini.")],
    )


def _diberi_tahu_pada() -> Any:
    return TanggalField("Diberi tahu pada tanggal", [Wajib()], default=today)


class PekerjaForm(CetakUlang, VersionedForm):
    """Step 2: one typed worker."""

    nik = NikField("NIK", [Wajib()], description="16 angka pada KTP pekerja.")
    nama = TeksField("Nama lengkap sesuai KTP", [Wajib()], maks=100, lebar=40)
    tanggal_lahir = TanggalField(
        "Tanggal lahir", [Wajib()], description="Hari-bulan-tahun, misalnya 17-08-1980."
    )
    jenis_kelamin = PilihanField("Jenis kelamin", [Wajib()], pilihan=JenisKelamin, tampilan="radio")
    hp = HpField("Nomor HP", [Optional()], description="Boleh nomor keluarga. Kosongkan bila tidak ada.")
    pekerjaan = TeksField("Pekerjaan", [Wajib()], maks=100, lebar=40, description="Misalnya pedagang sayur.")
    sektor = PilihanField("Sektor pekerjaan", [Wajib()], pilihan=Sektor, tampilan="radio")
    lokasi_kerja = TeksField(
        "Tempat bekerja", [Optional()], maks=100, lebar=40, description="Misalnya Pasar Johar."
    )
    alamat = TeksField("Alamat rumah", [Wajib()], maks=200, lebar=60)
    kelurahan = KelurahanField("Kelurahan", [Wajib()])
    diberi_tahu = _diberi_tahu()
    diberi_tahu_pada = _diberi_tahu_pada()
    alasan_peringatan = TeksPanjangField(
        "Mengapa data ini tetap benar?",
        [Optional()],
        maks=300,
        description="Hanya bila ada peringatan di atas. Misalnya: sudah dicocokkan dengan KTP asli.",
    )


class UbahPekerjaForm(CetakUlang, VersionedForm):
    """Step 2: correcting a typed worker; NIK, birth date and sex stay."""

    nama = TeksField("Nama lengkap sesuai KTP", [Wajib()], maks=100, lebar=40)
    hp = HpField("Nomor HP", [Optional()])
    pekerjaan = TeksField("Pekerjaan", [Wajib()], maks=100, lebar=40)
    sektor = PilihanField("Sektor pekerjaan", [Wajib()], pilihan=Sektor, tampilan="radio")
    lokasi_kerja = TeksField("Tempat bekerja", [Optional()], maks=100, lebar=40)
    alamat = TeksField("Alamat rumah", [Wajib()], maks=200, lebar=60)
    kelurahan = KelurahanField("Kelurahan", [Wajib()])


class LangkahForm(CetakUlang, VersionedForm):
    """A button that changes the list of workers (take, remove)."""


class AmbilForm(LangkahForm):
    """Taking a held worker whom nobody has told yet about the use of the own data."""

    diberi_tahu = _diberi_tahu()
    diberi_tahu_pada = _diberi_tahu_pada()


class IuranForm(CetakUlang, VersionedForm):
    """Step 3: what is paid, from which account."""

    program = PilihanField("Program", [Wajib()], pilihan=PROGRAM, tampilan="radio")
    penghasilan = RupiahField(
        "Penghasilan pekerja sebulan",
        [Wajib()],
        description="Menentukan kelas iuran. Biarkan seperti ini untuk kelas terendah.",
    )
    periode = PilihanField("Dibayar untuk", [Wajib()], tampilan="radio")
    bulan_pertama = PilihanField("Bulan pertama", [Wajib()], kosong="")
    nomor_rekening = RekeningField("Nomor rekening", [Wajib()])
    nama_rekening = TeksField("Nama pemilik rekening", [Wajib()], maks=100, lebar=40)
    plafon = RupiahField("Batas tertinggi iuran sebulan", [Optional()])

    def __init__(self, *args: Any, keadaan: Keadaan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bank = runtime().profil.bank
        self.periode.pilihan = [(one, label_periode(one)) for one in runtime().profil.batas.periode]
        self.bulan_pertama.pilihan = [(kunci_bulan(one), format_bulan(one)) for one in pilihan_bulan()]
        self.nomor_rekening.panjang = bank.panjang_rekening
        self.nomor_rekening.label.text = f"Nomor rekening {bank.nama}"
        self.keadaan = keadaan

    @property
    def bulan_dipilih(self) -> date | None:
        """The first day of the chosen month."""
        return next((one for one in pilihan_bulan() if kunci_bulan(one) == self.bulan_pertama.data), None)


class TandaTanganForm(BaseForm):
    """Step 4: the date on the signed letter."""

    ditandatangani_pada = TanggalField("Tanggal tanda tangan", [Wajib()])


def _batas_mib() -> int:
    return int(runtime().profil.batas.ukuran_berkas) // MIB


class SuratKuasaForm(BaseForm):
    """Step 4: one paper a form, so that a failed request costs one paper (decision one-paper-per-request)."""

    surat_kuasa = BerkasField(
        "Surat kuasa bertanda tangan",
        [Wajib("Pilih berkas surat kuasa.")],
        maks_mib=_batas_mib,
        description="Semua halaman dalam satu berkas; pakai PDF bila lebih dari satu halaman.",
    )


class KtpForm(BaseForm):
    """Step 4: the donor's identity card."""

    ktp = BerkasField("KTP Anda", [Wajib("Pilih berkas KTP.")], maks_mib=_batas_mib)


class BukuRekeningForm(BaseForm):
    """Step 4: the page with number and holder of the account."""

    buku_rekening = BerkasField(
        "Halaman depan buku rekening", [Wajib("Pilih berkas buku rekening.")], maks_mib=_batas_mib
    )


#: In the order of the page.
FORMULIR_BERKAS: dict[JenisBerkas, type[BaseForm]] = {
    JenisBerkas.SURAT_KUASA: SuratKuasaForm,
    JenisBerkas.KTP: KtpForm,
    JenisBerkas.BUKU_REKENING: BukuRekeningForm,
}


class KirimForm(BaseForm):
    """Check answers: sending."""


class BatalForm(BaseForm):
    """Giving the whole draft up: nothing is asked."""


def label_periode(bulan: int) -> str:
    """``1`` -> "1 bulan (dipotong tiap bulan)"."""
    return "1 bulan, dipotong tiap bulan" if bulan == 1 else f"{bulan} bulan sekaligus"


def kunci_bulan(bulan: date) -> str:
    """How a month travels in a form."""
    return f"{bulan:%Y-%m}"
