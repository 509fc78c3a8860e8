"""One row of BKPP's roster as values, or the reasons why it cannot be used."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.imports import Column
from rentan.core.sheets import Row
from rentan.opd.queries import PencocokOpd
from rentan.util.galat import TidakSah
from rentan.util.nama import nama_urut
from rentan.util.nip import Nip, parse_nip
from rentan.util.teks import rapikan
from rentan.util.telepon import parse_hp

COLUMNS: tuple[Column, ...] = (
    Column(
        "NIP", wajib=True, jenis="angka_teks", alias=("NIP BARU", "NIPBARU", "NIP / NI PPPK", "NIP/NI PPPK")
    ),
    Column("NAMA", wajib=True, alias=("NAMA LENGKAP", "NAMA PEGAWAI", "NAMA ASN")),
    Column("JABATAN", wajib=True, alias=("NAMA JABATAN",)),
    Column("OPD", wajib=True, alias=("PERANGKAT DAERAH", "UNIT ORGANISASI", "NAMA OPD", "UNIT KERJA INDUK")),
    Column("STATUS", alias=("STATUS ASN", "STATUS KEPEGAWAIAN", "JENIS ASN")),
    Column("UNIT KERJA", alias=("SUB UNIT", "UNIT")),
    Column("TMT", jenis="tanggal", alias=("TMT PENGANGKATAN",)),
    Column("TANGGAL LAHIR", jenis="tanggal", alias=("TGL LAHIR",)),
    Column("HP", jenis="angka_teks", alias=("NO HP", "NOMOR HP", "NO. HP")),
    Column("EMAIL", alias=("E-MAIL", "SUREL")),
    Column("AKHIR KONTRAK", jenis="tanggal", alias=("TMT AKHIR KONTRAK",)),
    Column("TMT PENSIUN", jenis="tanggal"),
    Column("STATUS AKTIF", alias=("KEDUDUKAN",)),
)

_STATUS = {
    "PNS": StatusAsn.PNS,
    "CPNS": StatusAsn.PNS,
    "PPPK": StatusAsn.PPPK,
    "P3K": StatusAsn.PPPK,
    "PPPKPW": StatusAsn.PPPK_PW,
    "P3KPW": StatusAsn.PPPK_PW,
    "PPPKPARUHWAKTU": StatusAsn.PPPK_PW,
    "P3KPARUHWAKTU": StatusAsn.PPPK_PW,
}
_AKTIF = {
    "AKTIF": StatusAktif.AKTIF,
    "CUTI": StatusAktif.CUTI,
    "CLTN": StatusAktif.CUTI,
    "CUTIDILUARTANGGUNGANNEGARA": StatusAktif.CUTI,
    "PENSIUN": StatusAktif.PENSIUN,
    "MENINGGAL": StatusAktif.MENINGGAL,
    "MENINGGALDUNIA": StatusAktif.MENINGGAL,
    "WAFAT": StatusAktif.MENINGGAL,
    "KELUAR": StatusAktif.KELUAR,
    "BERHENTI": StatusAktif.KELUAR,
    "PINDAHKELUAR": StatusAktif.KELUAR,
}
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}")


@dataclass(frozen=True, slots=True)
class Baris:
    """A usable row. ``None`` means that the file says nothing, so that what is known stays."""

    nip: str
    nama: str
    nama_urut: str
    jabatan: str
    opd_id: uuid.UUID
    tanggal_lahir: date
    jenis: str
    status_asn: StatusAsn | None
    unit: str | None
    status_aktif: StatusAktif | None
    hp: str | None
    email: str | None
    tmt: date | None
    akhir_kontrak: date | None
    tmt_pensiun: date | None

    @property
    def kunci_orang(self) -> tuple[str, date, str]:
        """By this a person with a new NIP is recognised: name without titles, birth date, sex digit."""
        return self.nama_urut, self.tanggal_lahir, self.nip[14]


@dataclass
class Bacaan:
    """What reading one row gave: the values or the refusal, and notes that refuse nothing."""

    baris: Baris | None
    galat: list[tuple[str, str]] = field(default_factory=list)
    opd_tak_dikenal: str | None = None
    hp_diabaikan: bool = False
    lahir_beda: bool = False


def baca(row: Row, pencocok: PencocokOpd) -> Bacaan:
    """Read one row; every fault is named, the first one gives the row its code."""
    hasil = Bacaan(None, [(one.kode, one.pesan) for one in row.errors])
    nip = _nip(row, hasil)
    nama, jabatan = (_wajib(row, kolom, hasil) for kolom in ("NAMA", "JABATAN"))
    opd_id = _opd(row, pencocok, hasil)
    status = _pilihan(row, "STATUS", _STATUS, "PNS, PPPK, atau PPPK PW", hasil)
    aktif = _pilihan(row, "STATUS AKTIF", _AKTIF, "AKTIF, CUTI, PENSIUN, MENINGGAL, atau KELUAR", hasil)
    if hasil.galat or nip is None or opd_id is None:
        return hasil
    lahir = _tanggal(row, "TANGGAL LAHIR")
    hasil.lahir_beda = lahir is not None and lahir != nip.tanggal_lahir
    hasil.baris = Baris(
        nip=nip.digits,
        nama=nama,
        nama_urut=nama_urut(nama),
        jabatan=jabatan,
        opd_id=opd_id,
        tanggal_lahir=lahir or nip.tanggal_lahir,
        jenis=nip.jenis,
        status_asn=status,
        unit=_teks(row, "UNIT KERJA") or None,
        status_aktif=aktif,
        hp=_hp(row, hasil),
        email=_email(row),
        tmt=_tanggal(row, "TMT"),
        akhir_kontrak=_tanggal(row, "AKHIR KONTRAK"),
        tmt_pensiun=_tanggal(row, "TMT PENSIUN"),
    )
    return hasil


def _teks(row: Row, kolom: str) -> str:
    value = row.values.get(kolom)
    return rapikan(value)[:200].strip() if isinstance(value, str) else ""


def _tanggal(row: Row, kolom: str) -> date | None:
    value = row.values.get(kolom)
    return value if isinstance(value, date) else None


def _nip(row: Row, hasil: Bacaan) -> Nip | None:
    if any(one.kolom == "NIP" for one in row.errors):
        return None  # already refused by the reader, with its own sentence
    try:
        return parse_nip(row.values["NIP"])
    except TidakSah as refused:
        hasil.galat.append((refused.kode, refused.pesan))
        return None


def _wajib(row: Row, kolom: str, hasil: Bacaan) -> str:
    isi = _teks(row, kolom)
    if not isi and not any(one.kolom == kolom for one in row.errors):
        hasil.galat.append((f"{kolom.lower()}_empty", f"Kolom {kolom} kosong. Isikan {kolom.lower()}."))
    return isi


def _opd(row: Row, pencocok: PencocokOpd, hasil: Bacaan) -> uuid.UUID | None:
    tertulis = _wajib(row, "OPD", hasil)
    if not tertulis:
        return None
    found = pencocok.cari(tertulis)
    if found is None:
        hasil.opd_tak_dikenal = tertulis
        hasil.galat.append(
            ("opd_unknown", "Nama OPD di baris ini tidak dikenal. Petakan ejaannya ke OPD yang dimaksud.")
        )
    return found


def _pilihan(row: Row, kolom: str, arti: dict[str, Any], harapan: str, hasil: Bacaan) -> Any:
    tertulis = _teks(row, kolom)
    if not tertulis:
        return None
    found = arti.get(re.sub(r"[\W_]", "", tertulis.upper()))
    if found is None:
        kode = f"{kolom.lower().replace(' ', '_')}_unknown"
        hasil.galat.append((kode, f"Isi kolom {kolom} tidak dikenal. Isikan {harapan}."))
    return found


def _hp(row: Row, hasil: Bacaan) -> str | None:
    tertulis = _teks(row, "HP")
    if not tertulis:
        return None
    try:
        return parse_hp(tertulis)
    except TidakSah:
        # A wrong phone must not keep a civil servant out of the roster: it is left out and counted.
        hasil.hp_diabaikan = True
        return None


def _email(row: Row) -> str | None:
    tertulis = _teks(row, "EMAIL")
    return tertulis if _EMAIL.fullmatch(tertulis) else None
