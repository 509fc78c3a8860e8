"""Rows of the tariff and special days as forms; each is sent twice, the second time with its confirmation."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import HiddenField

from rentan.core.clock import today
from rentan.tarif.price import Kelas, Potongan, baca_kelas
from rentan.tarif.tabel import SusunanKelas
from rentan.util.tanggal import akhir_bulan, awal_bulan, format_bulan, tambah_bulan
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    BilanganField,
    Optional,
    PilihanField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    Wajib,
)

#: Months ahead that may be chosen.
BULAN_KE_DEPAN = 36
#: Years that the calendar shows.
TAHUN = range(2024, 2041)
SEKTOR = (("transportasi", "Transportasi"), ("lain", "Pekerjaan lain"))
PENDANAAN = (("pribadi", "Dibayar donatur"), ("apbd", "Dibayar APBD"))
PROGRAM = (("JKK", "JKK"), ("JKM", "JKM"), ("JHT", "JHT"))
JENIS_HARI = (
    ("libur", "Hari libur", "Bank dan kantor tutup, di luar kalender nasional."),
    ("kerja", "Hari kerja", "Cuti bersama atau libur yang dicabut."),
    ("hapus", "Seperti kalender nasional", "Menghapus hari khusus yang pernah dicatat."),
)


def parse_bulan(teks: str | None) -> date | None:
    """``2027-01`` as the first day of that month; ``None`` for anything else."""
    if teks and re.fullmatch("20[0-9]{2}-(0[1-9]|1[0-2])", teks):
        return date(int(teks[:4]), int(teks[5:]), 1)
    return None


def _kunci(field: PilihanField) -> str:
    return next((one.kunci for one in field.opsi() if one.terpilih), "")


_BUKAN_ISI = ("csrf_token", "kunci_formulir", "token")


class FormTarif(BaseForm):
    """A change that is previewed first; ``token`` binds the confirmation to person, contents and figures."""

    token = HiddenField()

    def isi(self) -> dict[str, str]:
        """What was asked, as the confirmation carries it."""
        return {
            field.name: _kunci(field) if isinstance(field, PilihanField) else str(field._value())
            for field in self
            if field.name not in _BUKAN_ISI and not isinstance(field, BerkasField)
        }

    def label_of(self, nama: str) -> str:
        """The label of what was chosen in a list, as it stands inside a sentence."""
        label = next((one.label for one in self[nama].opsi() if one.terpilih), "")
        return label[:1].lower() + label[1:]


class BulanField(PilihanField):
    """A month, as its first day, out of those that may still change."""

    def __init__(self, *args: Any, mundur: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **{"kosong": "Pilih bulan …"} | kwargs)
        self.mundur = mundur

    def _choices(self) -> list[tuple[Any, ...]]:
        awal = tambah_bulan(awal_bulan(today()), -self.mundur)
        return [(one, format_bulan(one)) for one in (tambah_bulan(awal, n) for n in range(BULAN_KE_DEPAN))]


class PotonganForm(FormTarif):
    """A cut of one programme."""

    program = PilihanField("Program", [Wajib()], pilihan=PROGRAM)
    persen = BilanganField("Potongan (persen)", [Wajib()], kecil=1, besar=100)
    sektor = PilihanField("Sektor pekerja", [Wajib()], pilihan=SEKTOR)
    pendanaan = PilihanField("Pendanaan", [Wajib()], pilihan=PENDANAAN)
    mulai = BulanField("Bulan pertama", [Wajib()])
    sampai = BulanField("Bulan terakhir", [Optional()], kosong="Belum ditentukan")
    dasar_hukum = TeksField("Dasar hukum", [Wajib()], maks=150, lebar=40, description="Misalnya PP 50/2025.")

    def potongan(self) -> Potongan:
        """The cut that was asked for."""
        return Potongan(
            mulai=self.mulai.data,
            sampai=None if self.sampai.data is None else akhir_bulan(self.sampai.data),
            sektor=self.sektor.data,
            pendanaan=self.pendanaan.data,
            program=self.program.data,
            persen=self.persen.data or 0,
            dasar_hukum=self.dasar_hukum.data or "",
        )


class AkhirForm(FormTarif):
    """The last month of a cut."""

    sampai = BulanField("Bulan terakhir", [Wajib()], mundur=1)


class CabutForm(FormTarif):
    """Why a row was a mistake."""

    alasan = TeksField("Alasan", [Wajib()], maks=150, lebar=40, description="Misalnya salah persentase.")


class KelasForm(FormTarif):
    """A whole set of classes as the CSV of its table."""

    mulai = BulanField("Berlaku mulai", [Wajib()])
    dasar_hukum = TeksField("Dasar hukum", [Wajib()], maks=150, lebar=40)
    berkas = BerkasField("Berkas CSV", [Optional()], jenis=("csv",), maks_mib=1)
    tabel = TeksPanjangField(
        "Isi tabel",
        [Optional()],
        maks=20_000,
        description="Kosongkan bila Anda memilih berkas. Judul kolom: penghasilan_min, penghasilan_maks, "
        "dasar_penghasilan, jkk, jkm, jht.",
    )

    def take_file(self) -> None:
        """What was uploaded stands in the field from here on, so that the confirmation carries it."""
        if self.berkas.data is not None:
            teks = self.berkas.data.stream.read().decode("utf-8-sig", "replace")
            self.tabel.raw_data = None
            self.tabel.data = self.tabel.tidy(teks)

    def susunan(self) -> SusunanKelas:
        """The set that was asked for. Raises ``TidakSah`` (``tarif_csv``)."""
        kelas: tuple[Kelas, ...] = baca_kelas(self.tabel.data or "")
        mulai: date = self.mulai.data
        return SusunanKelas(mulai, kelas, self.dasar_hukum.data or "")


class HariForm(FormTarif):
    """One day of the calendar."""

    tanggal = TanggalField("Tanggal", [Wajib()], description="Misalnya 24-12-2026.")
    jenis = PilihanField("Menjadi", [Wajib()], pilihan=JENIS_HARI, tampilan="radio")
    nama = TeksField("Alasan", [Wajib()], maks=150, lebar=40, description="Misalnya SKB Tiga Menteri.")


class UmumForm(BaseForm):
    """Write the notices now."""
