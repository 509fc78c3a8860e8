"""Which help pages there are, and the figures and names that stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.ext import runtime
from rentan.tarif.price import Sektor, iuran
from rentan.tarif.queries import batas_berkas, bulan_pertama, hari_debet, tarif_pada


@dataclass(frozen=True)
class Halaman:
    """One help page: its address, title, for whom, and what it answers in a sentence."""

    kunci: str
    judul: str
    ringkas: str
    peran: Peran | None = None


#: In the order of the list. The page without a role is for those who cannot sign in yet.
HALAMAN: tuple[Halaman, ...] = (
    Halaman(
        "masuk", "Masuk dan aktivasi akun", "Slip aktivasi, kata sandi, akun yang ditahan, komputer bersama."
    ),
    Halaman("asn", "ASN", "Mendaftar, mencetak surat kuasa, potongan, dan cara berhenti.", Peran.ASN),
    Halaman(
        "operator_opd", "Operator OPD", "Slip aktivasi, setumpuk berkas, lembar asli, tabel partisipasi.",
        Peran.OPERATOR_OPD,
    ),
    Halaman(
        "petugas_kecamatan", "Petugas kecamatan", "Mengusulkan pekerja, menerima dan menyerahkan kartu.",
        Peran.PETUGAS_KECAMATAN,
    ),
    Halaman(
        "verifikator", "Verifikator", "Memeriksa surat, meminta perbaikan, memutus dugaan ganda.",
        Peran.VERIFIKATOR,
    ),
    Halaman(
        "bendahara", "Bendahara", "Sebulan debet, hasil bank, setoran, penerimaan lain, pencabutan.",
        Peran.BENDAHARA,
    ),
    Halaman(
        "penyetuju", "Penyetuju", "Menyetujui paket, penerimaan, dan usul; menutup bulan.", Peran.PENYETUJU
    ),
    Halaman(
        "petugas_bpjs", "Petugas BPJS", "Calon, pendaftaran, setoran, perlindungan, dan kartu.",
        Peran.PETUGAS_BPJS,
    ),
    Halaman("pimpinan", "Pimpinan", "Membaca dasbor, partisipasi per OPD, dan yang macet.", Peran.PIMPINAN),
    Halaman("admin", "Admin", "Daftar ASN, akun, OPD, tarif, pengaturan, dan jejak.", Peran.ADMIN),
)  # fmt: skip


def get_halaman(kunci: str) -> Halaman:
    """The page at this address; help is no secret, so anybody may read any of them. Raises ``NotFound``."""
    found = next((one for one in HALAMAN if one.kunci == kunci), None)
    if found is None:
        raise NotFound("Halaman bantuan ini tidak ada. Pilih dari daftar bantuan.")
    return found


def list_halaman(by: Pelaku) -> tuple[list[Halaman], list[Halaman]]:
    """(those of the reader's own roles, the others), each in the order of the list."""
    own = [one for one in HALAMAN if one.peran is not None and by.has(one.peran)]
    return own, [one for one in HALAMAN if one not in own]


@dataclass(frozen=True)
class Fakta:
    """What the pages say in figures: from settings, profile, calendar and tariff, never written twice."""

    bulan: date
    hari_debet: date
    batas_berkas: date
    iuran_lain: int
    iuran_transportasi: int
    pengaturan: dict[str, Any]
    batas: Any


def fakta() -> Fakta:
    """The figures of the next month that can still be joined."""
    bulan = bulan_pertama(today())
    tarif = tarif_pada(bulan)

    def harga(sektor: Sektor) -> int:
        return iuran(bulan, tarif.kelas[0], "JKK+JKM", sektor, "pribadi", tarif).total

    kunci = (
        "maks_pekerja",
        "hari_pegang",
        "hari_kode_aktivasi",
        "maks_coba_debet",
        "hari_batas_berkas",
        "penyebut",
        "jam_klaim",
        "hari_basi",
        "hari_macet",
        "menit_batal_serah",
        "maks_undangan",
        "hari_kartu_kecamatan",
        "hari_kandidat",
        "hari_jatuh",
        "hari_ramalan",
        "persen_beda",
    )
    return Fakta(
        bulan=bulan,
        hari_debet=hari_debet(bulan),
        batas_berkas=batas_berkas(bulan),
        iuran_lain=harga("lain"),
        iuran_transportasi=harga("transportasi"),
        pengaturan={one: get_setting(one) for one in kunci},
        batas=runtime().profil.batas,
    )
