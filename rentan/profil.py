"""The city profile (*profil kota*): everything that differs between cities, read once from one TOML file.

Code never names a city, a bank or an agency; it asks the profile. A new city is a new folder with a
``profil.toml`` and its tables beside it (``rentan/wilayah/seed/semarang`` is the example to copy).
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

STATUS_ASN = ("PNS", "PPPK", "PPPK PW")


class ProfilError(ValueError):
    """The profile cannot be used; ``kalimat`` lists every reason as a sentence."""

    def __init__(self, kalimat: list[str]) -> None:
        super().__init__(" ".join(kalimat))
        self.kalimat = kalimat


@dataclass(frozen=True)
class Bank:
    """The bank that debits; ``panjang_rekening``: usual number of digits (another length warns)."""

    nama: str
    nama_lengkap: str
    cabang: str
    alamat: str
    panjang_rekening: int


@dataclass(frozen=True)
class Batas:
    """Limits and periods, by default those of product.md §3 and §6 and of security.md."""

    # People and sponsorships
    usia_minimum: int = 17  # full years
    usia_maksimum: int = 65  # must be younger than this on the date of the first debit
    maks_pekerja: int = 10  # workers of one ASN
    hari_pegang: int = 7  # a hold on a pool worker (A1); the same again when extended
    maks_pegang: int = 3  # open holds of one ASN
    jarak_calon: int = 10  # pool workers offered at a time
    penyebut: tuple[str, ...] = ("PNS", "PPPK")  # ASN status counted as denominator of participation
    # Money and letter
    periode: tuple[int, ...] = (1, 3, 6, 12)  # months paid at a time, first one is preselected
    hari_batas_berkas: int = 5  # working days before the debit day on which the list freezes
    maks_coba_debet: int = 2  # retries a month, for balance and system faults only
    hari_kandidat: int = 10  # working days before the debit day: candidate list and prior notice
    hari_setuju: int = 4  # … by which the batch is approved
    hari_kirim: int = 3  # … by which it is sent
    hari_hasil: int = 2  # working days after the debit day: the bank's answer
    hari_ulang: int = 3  # … the retry batch
    hari_setor: int = 5  # … remitted to BPJS
    hari_jawab_bpjs: int = 10  # … BPJS's answer; then the month closes
    persen_beda: int = 20  # a batch that differs more from last month's needs a second approver
    hari_jatuh: int = 45  # a cover that ends within so many days is on the list of those who lapse
    hari_ramalan: int = 90  # pensions and contract ends are announced so many days ahead
    bulan_tanpa_debet: int = 12  # a letter without any debit for so long ends (M21)
    hari_jawab_siaga: int = 3  # a stand-in answers an offer within so many days
    layout_debet: str = "csv"  # file layout of the debit batch, one of autodebet/seed/layout_debet_*.toml
    meterai: int = 10_000  # rupiah
    # Accounts and sessions (AUT, SES)
    totp_wajib: bool = True  # for the city-wide roles
    hari_kode_aktivasi: int = 30  # life of an activation slip
    jam_tautan: int = 24  # life of a one-use link for a new or reset account
    sandi_minimum: int = 12  # characters
    sandi_maksimum: int = 128
    sandi_salah: int = 5  # wrong passwords within `menit_kunci` before the account waits that long
    menit_kunci: int = 15
    salah_per_alamat: int = 200  # the same per network address: a whole OPD sits behind one
    menit_diam_petugas: int = 30
    menit_diam_donatur: int = 60
    jam_sesi: int = 12
    sesi_per_akun: int = 5
    lihat_nik_per_jam: int = 20  # answers "NIK sudah terdaftar" per person (MSK-2)
    detik_buka_nik: int = 60  # how long an unmasked number stays in view (MSK-1)
    # Papers (UPL-1)
    ukuran_berkas: int = 5 * 1024 * 1024  # bytes
    berkas_per_hari: int = 30
    ukuran_berkas_per_hari: int = 50 * 1024 * 1024  # bytes
    # Verification, cards and what waits too long
    asli_wajib: bool = True
    jam_klaim: int = 2
    hari_basi: int = 60
    hari_pengingat: tuple[int, ...] = (20, 45)  # days after a request for repair
    hari_macet: int = 7
    bank_mendaftar_mandat: bool = True
    menit_batal_serah: int = 5
    maks_undangan: int = 3
    hari_kartu_kecamatan: int = 60
    # Stack scan
    ukuran_tumpukan: int = 100 * 1024 * 1024  # bytes of one PDF
    halaman_tumpukan: int = 300
    tumpukan_per_hari: int = 20  # per person
    baris_daftar_bpjs: int = 10_000  # rows of one file to BPJS
    # Imports and exports (IMP-1, EXP-2)
    ukuran_impor: int = 10 * 1024 * 1024  # bytes
    ukuran_impor_terurai: int = 100 * 1024 * 1024  # bytes
    anggota_impor: int = 200  # members of the XLSX archive
    baris_impor: int = 50_000
    kolom_impor: int = 60
    karakter_sel: int = 1_000
    detik_impor: int = 30
    menit_pratinjau: int = 30  # life of a preview's confirmation
    baris_ekspor: int = 20_000
    ekspor_per_hari: int = 20
    baris_per_halaman: int = 50

    def __getitem__(self, kunci: str) -> Any:
        """By name, for the settings page, where the admin's choice overrides the profile's."""
        return getattr(self, kunci)


@dataclass(frozen=True)
class Profil:
    """One city. Paths are absolute; tables are read by the rooms that own them."""

    nama_kota: str
    tempat: str  # where letters are signed
    nama_pemda: str
    provinsi: str
    nama_aplikasi: str
    nama_gerakan: str
    logo: Path
    kop: tuple[str, ...]  # lines of the letterhead
    dasar_hukum: tuple[str, ...]
    pengirim_daftar: str  # who may send the debit list to the bank, named in the letter
    kontak_bantuan: str
    zona_waktu: str  # IANA name
    singkatan_zona: str
    kata_sandi_terlarang: tuple[str, ...]  # lower case; refused inside a password (AUT-2)
    bank: Bank
    batas: Batas
    kecamatan_csv: Path
    kelurahan_csv: Path
    opd_csv: Path
    bpu_iuran_csv: Path
    potongan_iuran_csv: Path
    prefiks_nik: frozenset[str]  # six digits each: NIK issued in this city
    ubin: tuple[tuple[str, ...], ...] = ()  # tile map of the kecamatan, by row; "" is an empty tile


def load_profil(path: Path) -> Profil:
    """Read and check a ``profil.toml``; file names in it are relative to its folder.

    Raises :class:`ProfilError` with one sentence per fault.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfilError([f"Profil kota {path} tidak ditemukan. Periksa RENTAN_PROFIL_KOTA."]) from None
    except (OSError, UnicodeDecodeError) as galat:
        raise ProfilError([f"Profil kota {path} tidak dapat dibaca ({type(galat).__name__})."]) from None
    except tomllib.TOMLDecodeError as galat:
        raise ProfilError([f"Profil kota {path} bukan TOML yang sah: {galat}."]) from None
    return _Pembaca(path, data).profil()


class _Pembaca:
    """Reads the file key by key and collects every fault, so that the writer mends all of them at once."""

    def __init__(self, path: Path, data: dict[str, Any]) -> None:
        self.path = path
        self.data = data
        self.salah: list[str] = []

    def profil(self) -> Profil:
        bank, batas, berkas, peta = (self._bagian(nama) for nama in ("bank", "batas", "berkas", "peta"))
        isi: dict[str, Any] = {
            "bank": self._isi(Bank, bank, "bank."),
            "batas": self._isi(Batas, batas, "batas."),
            "logo": self._berkas(self.data, "logo", ""),
        }
        for kunci in ("kecamatan", "kelurahan", "opd", "bpu_iuran", "potongan_iuran"):
            isi[f"{kunci}_csv"] = self._berkas(berkas, kunci, "berkas.")
        self._asing(berkas, {"kecamatan", "kelurahan", "opd", "bpu_iuran", "potongan_iuran"}, "berkas.")
        for bidang in fields(Profil):
            if bidang.name in isi or bidang.name in ("prefiks_nik", "ubin"):
                continue
            isi[bidang.name] = self._nilai(self.data, bidang.name, str(bidang.type), "")
        self._asing(self.data, {*isi, "berkas", "peta"}, "")
        isi["prefiks_nik"] = self._prefiks(isi["kecamatan_csv"])
        isi["ubin"] = self._ubin(peta, isi["kecamatan_csv"])
        if not self.salah:
            self._periksa(isi)
        if self.salah:
            raise ProfilError([f"Profil kota {self.path.name}: {kalimat}" for kalimat in self.salah])
        return Profil(**isi)

    def _bagian(self, nama: str) -> dict[str, Any]:
        bagian = self.data.get(nama, {})
        if isinstance(bagian, dict):
            return bagian
        self.salah.append(f"[{nama}] harus berupa bagian berisi kunci dan nilai.")
        return {}

    def _isi(self, kelas: type, bagian: dict[str, Any], awalan: str) -> Any:
        nilai = {}
        for bidang in fields(kelas):
            if bidang.name in bagian or bidang.default is MISSING:
                nilai[bidang.name] = self._nilai(bagian, bidang.name, str(bidang.type), awalan)
        self._asing(bagian, {bidang.name for bidang in fields(kelas)}, awalan)
        return kelas(**nilai)

    def _nilai(self, bagian: dict[str, Any], kunci: str, jenis: str, awalan: str) -> Any:
        """One value of the wanted type; a missing or wrong one is noted and answered with an empty value."""
        nilai = bagian.get(kunci)
        if nilai is None:
            self.salah.append(f"{awalan}{kunci} belum diisi.")
            return "" if jenis == "str" else 0 if jenis == "int" else ()
        if jenis == "str":
            return self._teks(nilai, awalan + kunci)
        if jenis == "bool":
            return self._pilihan(nilai, awalan + kunci)
        if jenis == "int":
            return self._bilangan(nilai, awalan + kunci)
        baca = self._bilangan if "int" in jenis else self._teks
        if not isinstance(nilai, list) or not nilai:
            self.salah.append(f"{awalan}{kunci} harus berupa daftar yang tidak kosong.")
            return ()
        return tuple(baca(satu, awalan + kunci) for satu in nilai)

    def _teks(self, nilai: Any, nama: str) -> str:
        if isinstance(nilai, str) and nilai.strip():
            return nilai.strip()
        self.salah.append(f"{nama} harus berupa teks yang tidak kosong.")
        return ""

    def _pilihan(self, nilai: Any, nama: str) -> bool:
        if not isinstance(nilai, bool):
            self.salah.append(f"{nama} diisi dengan true atau false.")
        return nilai is True

    def _bilangan(self, nilai: Any, nama: str) -> int:
        if isinstance(nilai, int) and not isinstance(nilai, bool) and nilai > 0:
            return nilai
        self.salah.append(f"{nama} harus berupa bilangan bulat lebih dari nol.")
        return 0

    def _berkas(self, bagian: dict[str, Any], kunci: str, awalan: str) -> Path:
        nama = self._nilai(bagian, kunci, "str", awalan)
        path = (self.path.parent / nama).resolve()
        if nama and not path.is_file():
            self.salah.append(f"{awalan}{kunci} menunjuk berkas {nama} yang tidak ada.")
        return path

    def _asing(self, bagian: dict[str, Any], dikenal: set[str], awalan: str) -> None:
        """A misspelt key would silently leave its default in force, so unknown keys are refused."""
        for kunci in sorted(bagian.keys() - dikenal):
            self.salah.append(f"{awalan}{kunci} tidak dikenal; periksa ejaannya.")

    def _prefiks(self, path: Path) -> frozenset[str]:
        if not path.is_file():
            return frozenset()
        with path.open(encoding="utf-8-sig", newline="") as berkas:
            prefiks = [(baris.get("prefiks_nik") or "").strip() for baris in csv.DictReader(berkas)]
        if not prefiks or any(not (p.isascii() and p.isdigit() and len(p) == 6) for p in prefiks):
            self.salah.append(
                f"{path.name} harus mempunyai kolom prefiks_nik berisi 6 digit di setiap baris."
            )
        return frozenset(prefiks)

    def _ubin(self, peta: dict[str, Any], path: Path) -> tuple[tuple[str, ...], ...]:
        """The optional tile map: rows of equal length, each code at most once and known to the table."""
        self._asing(peta, {"ubin"}, "peta.")
        ubin = peta.get("ubin", [])
        benar = isinstance(ubin, list) and all(
            isinstance(baris, list) and all(isinstance(kode, str) for kode in baris) for baris in ubin
        )
        if not benar or len({len(baris) for baris in ubin}) > 1:
            self.salah.append("peta.ubin harus berupa baris-baris kode kecamatan yang sama panjang.")
            return ()
        dipakai = [kode for baris in ubin for kode in baris if kode]
        if len(set(dipakai)) < len(dipakai):
            self.salah.append("peta.ubin memuat kode kecamatan yang sama lebih dari sekali.")
        if dipakai and path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as berkas:
                dikenal = {baris.get("kode") for baris in csv.DictReader(berkas)}
            if asing := set(dipakai) - dikenal:
                self.salah.append(f"peta.ubin memuat kode yang tidak dikenal: {', '.join(sorted(asing))}.")
        return tuple(tuple(baris) for baris in ubin)

    def _periksa(self, isi: dict[str, Any]) -> None:
        """Rules between values; only reached when each value has its type."""
        batas: Batas = isi["batas"]
        try:
            ZoneInfo(isi["zona_waktu"])
        except (KeyError, ValueError):
            self.salah.append(f"zona_waktu {isi['zona_waktu']} tidak dikenal; contoh yang sah: Asia/Jakarta.")
        if asing := set(batas.penyebut) - set(STATUS_ASN):
            self.salah.append(
                f"batas.penyebut berisi {', '.join(sorted(asing))}; pilih dari {', '.join(STATUS_ASN)}."
            )
        if isi["logo"].suffix.lower() not in {".svg", ".png"}:
            self.salah.append("logo harus berkas SVG atau PNG.")
        if not 5 <= isi["bank"].panjang_rekening <= 20:
            self.salah.append("bank.panjang_rekening harus 5 sampai dengan 20 digit.")
        if any(periode > 12 for periode in batas.periode) or len(set(batas.periode)) < len(batas.periode):
            self.salah.append("batas.periode harus berisi bulan 1 sampai dengan 12 tanpa pengulangan.")
        if batas.usia_minimum >= batas.usia_maksimum:
            self.salah.append("batas.usia_minimum harus lebih kecil daripada batas.usia_maksimum.")
        if batas.sandi_minimum > batas.sandi_maksimum:
            self.salah.append("batas.sandi_minimum tidak boleh melebihi batas.sandi_maksimum.")
        if any(kata != kata.lower() for kata in isi["kata_sandi_terlarang"]):
            self.salah.append("kata_sandi_terlarang ditulis dengan huruf kecil.")
