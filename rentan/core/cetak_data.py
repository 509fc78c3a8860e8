"""What each printed document needs to know.

One frozen dataclass per template in ``templates/cetak/`` (those of the reports stand in `cetak_laporan`).
Callers hand over domain values (dates, whole rupiah, NIP digits); `isi()` turns them into the sentences and
figures that people read, so every document writes them alike. All names of the city, its offices and its bank
come from the city profile through these fields.

A NIK is printed exactly as it is passed: mask it first unless the paper's legal use needs it whole (MSK-1).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

from rentan.core.qr import (
    BINGKAI_TEMPEL,
    SISI_QR_TEMPEL,
    JenisPemisah,
    KodePemisah,
    KodeSurat,
    check_kode,
    qr_svg,
)
from rentan.util.nip import format_nip
from rentan.util.rupiah import format_rupiah, terbilang
from rentan.util.tanggal import format_bulan, format_hari, format_tanggal, format_waktu
from rentan.util.telepon import format_hp


class Dokumen(Protocol):
    """A printable document: its template, its JSON content, and the QR text of page n of m (or none)."""

    template: ClassVar[str]

    def isi(self) -> dict[str, Any]:
        """Return what the template reads."""
        ...

    @property
    def qr_halaman(self) -> Callable[[int, int], str] | None:
        """Return the function from (page, pages) to QR text, or ``None``."""
        ...


class TanpaQr:
    """A document whose pages carry no page codes."""

    @property
    def qr_halaman(self) -> Callable[[int, int], str] | None:
        return None


@dataclass(frozen=True, kw_only=True)
class Kop:
    """Letterhead. The last of `baris` is the issuing office, printed largest; `keterangan` is its address.

    `logo`: SVG or PNG file content. `nama_logo` is its text alternative.
    """

    baris: tuple[str, ...]
    keterangan: str = ""
    logo: bytes | None = None
    nama_logo: str = "Lambang daerah"


@dataclass(frozen=True, kw_only=True)
class TandaTangan:
    """Signature block. Without `tanggal` the date stays a dotted line, to be written by hand."""

    tempat: str
    jabatan: str
    nama: str
    nip: str = ""
    pangkat: str = ""
    tanggal: date | None = None

    def isi(self) -> dict[str, Any]:
        tanggal = format_tanggal(self.tanggal) if self.tanggal else "." * 36
        return {**asdict(self), "tanggal": tanggal, "nip": format_nip(self.nip) if self.nip else ""}


# --- Surat kuasa -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PemberiKuasa:
    """The ASN who signs; `nip` as 18 digits, `telepon` in E.164, the account as digits."""

    nama: str
    nip: str
    jabatan: str
    opd: str
    alamat: str
    telepon: str
    nomor_rekening: str
    nama_rekening: str


@dataclass(frozen=True, kw_only=True)
class PenerimaKuasa:
    """The bank branch that debits, and the city office that may send it the monthly list."""

    bank: str
    cabang: str
    alamat: str
    pengirim_daftar: str


@dataclass(frozen=True, kw_only=True)
class BarisPekerja:
    """A sponsored worker; `iuran`: rupiah for the first month; `nik` printed as passed ("" leaves it out)."""

    nama: str
    nik: str
    pekerjaan: str
    program: str
    iuran: int

    def isi(self) -> dict[str, Any]:
        return {**asdict(self), "iuran": format_rupiah(self.iuran)}


@dataclass(frozen=True, kw_only=True)
class Pemisah(TanpaQr):
    """Sheets to paste the copies of KTP and bank book on (delight.md 1); `penerbit`: name of the programme.

    The page that carries the code is the paper itself, so a shuffled stack is filed like a sorted one.
    """

    template: ClassVar[str] = "pemisah"

    ref: str
    versi: int
    penerbit: str
    jenis: tuple[JenisPemisah, ...] = ("KTP", "BUKU")

    def isi(self) -> dict[str, Any]:
        codes = {jenis: check_kode(KodePemisah(self.ref, self.versi, jenis)) for jenis in self.jenis}
        lembar = [
            {
                "jenis": jenis,
                "kode": kode,
                "qr": qr_svg(kode, tepi=False).encode(),
                "sisi": SISI_QR_TEMPEL,
                "bingkai": BINGKAI_TEMPEL[jenis],
            }
            for jenis, kode in codes.items()
        ]
        return {"ref": self.ref, "versi": self.versi, "penerbit": self.penerbit, "pemisah": lembar}


@dataclass(frozen=True, kw_only=True)
class SuratKuasa:
    """The debit mandate (product.md §3 "Letter").

    `isi()` raises ``ValueError`` for a reference or version that the QR code cannot carry.

    `nomor` is the number people read, `ref` the short reference in the QR code (capitals, digits, ``. / -``).
    `plafon`, `meterai`: whole rupiah. `periode`: months paid ahead (1, 3, 6, 12). `bulan_pertama`: any day of
    the first contribution month; `debet_pertama`: the debit day of that month. `ulang_maks`: retries a month.
    `penerima_data`: who may see the data (the city, the bank, BPJS). `jenis_pemisah`: the sheets behind.
    """

    template: ClassVar[str] = "surat_kuasa"

    kop: Kop
    nomor: str
    ref: str
    versi: int
    tempat: str
    gerakan: str
    dasar_hukum: tuple[str, ...]
    pemberi: PemberiKuasa
    penerima: PenerimaKuasa
    plafon: int
    periode: int
    bulan_pertama: date
    debet_pertama: date
    ulang_maks: int
    pekerja: tuple[BarisPekerja, ...]
    penerima_data: tuple[str, ...]
    meterai: int = 10_000
    jenis_pemisah: tuple[JenisPemisah, ...] = ("KTP", "BUKU")

    @property
    def qr_halaman(self) -> Callable[[int, int], str] | None:
        return lambda n, m: check_kode(KodeSurat(self.ref, self.versi, n, m))

    def isi(self) -> dict[str, Any]:
        pemberi = {
            **asdict(self.pemberi),
            "nip": format_nip(self.pemberi.nip),
            "telepon": format_hp(self.pemberi.telepon),
        }
        return {
            **Pemisah(ref=self.ref, versi=self.versi, penerbit=self.gerakan, jenis=self.jenis_pemisah).isi(),
            "kop": asdict(self.kop),
            "nomor": self.nomor,
            "tempat": self.tempat,
            "gerakan": self.gerakan,
            "dasar_hukum": self.dasar_hukum,
            "pemberi": pemberi,
            "penerima": asdict(self.penerima),
            "plafon": format_rupiah(self.plafon),
            "plafon_terbilang": terbilang(self.plafon),
            "periode": self.periode,
            "bulan_pertama": format_bulan(self.bulan_pertama),
            "debet_pertama": format_hari(self.debet_pertama),
            "ulang_maks": self.ulang_maks,
            "pekerja": [p.isi() for p in self.pekerja],
            "jumlah_iuran": format_rupiah(sum(p.iuran for p in self.pekerja)),
            "penerima_data": self.penerima_data,
            "meterai": format_rupiah(self.meterai),
        }


# --- Activation slips ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One person's slip; `kode` as it is to be typed, `berlaku_sampai` aware."""

    nama: str
    nip: str
    kode: str
    berlaku_sampai: datetime


@dataclass(frozen=True, kw_only=True)
class KelompokSlip:
    """The slips of one sub-unit; each group starts on a new page."""

    unit: str
    slip: tuple[Slip, ...]


@dataclass(frozen=True, kw_only=True)
class SlipAktivasi(TanpaQr):
    """Slips to cut apart, eight a page. `alamat`: the address people open; `bantuan`: whom to ask."""

    template: ClassVar[str] = "slip_aktivasi"

    opd: str
    gerakan: str
    alamat: str
    bantuan: str
    kelompok: tuple[KelompokSlip, ...]

    def isi(self) -> dict[str, Any]:
        kelompok = [{"unit": k.unit, "slip": [_isi_slip(s) for s in k.slip]} for k in self.kelompok]
        return {
            "opd": self.opd,
            "gerakan": self.gerakan,
            "alamat": self.alamat,
            "bantuan": self.bantuan,
            "kelompok": kelompok,
        }


def _isi_slip(slip: Slip) -> dict[str, Any]:
    return {
        "nama": slip.nama,
        "nip": format_nip(slip.nip),
        "kode": slip.kode,
        "berlaku": format_waktu(slip.berlaku_sampai),
    }


# --- Receipt ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Jadwal:
    """What happens next; without `tanggal` the step has no fixed day."""

    teks: str
    tanggal: date | None = None


@dataclass(frozen=True, kw_only=True)
class TandaTerima(TanpaQr):
    """Receipt of a sign-up sent at `waktu`; money in whole rupiah, `periode` in months."""

    template: ClassVar[str] = "tanda_terima"

    kop: Kop
    nomor: str
    waktu: datetime
    nama: str
    nip: str
    opd: str
    pekerja: tuple[BarisPekerja, ...]
    plafon: int
    periode: int
    bulan_pertama: date
    jadwal: tuple[Jadwal, ...]
    catatan: tuple[str, ...] = field(default=())

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "nomor": self.nomor,
            "waktu": format_waktu(self.waktu),
            "nama": self.nama,
            "nip": format_nip(self.nip),
            "opd": self.opd,
            "pekerja": [p.isi() for p in self.pekerja],
            "jumlah_iuran": format_rupiah(sum(p.iuran for p in self.pekerja)),
            "plafon": format_rupiah(self.plafon),
            "periode": self.periode,
            "bulan_pertama": format_bulan(self.bulan_pertama),
            "jadwal": [
                {"teks": j.teks, "tanggal": format_hari(j.tanggal) if j.tanggal else ""} for j in self.jadwal
            ],
            "catatan": self.catatan,
        }
