"""City-wide choices (product.md §6): a closed list, each with a reason, changed by the admin with a trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, event
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.ext import Base, db, runtime


class Pengaturan(Base):
    """A setting that the admin changed; what is not here follows the city profile."""

    __tablename__ = "pengaturan"
    kunci: Mapped[str] = mapped_column(primary_key=True)
    nilai: Mapped[Any] = mapped_column(JSON)
    diubah_oleh: Mapped[uuid.UUID | None]
    diubah_pada: Mapped[datetime]


@dataclass(frozen=True)
class Pilihan:
    """One setting: what the admin reads, its bounds and why the default is what it is."""

    kunci: str
    label: str
    alasan: str
    jenis: type
    minimum: int = 0
    maksimum: int = 0
    pilihan: tuple[str, ...] = ()


SETTINGS: dict[str, Pilihan] = {
    one.kunci: one
    for one in (
        Pilihan(
            "penyebut",
            "Status ASN yang dihitung sebagai penyebut partisipasi",
            "PPPK paruh waktu bergaji di bawah penuh, sehingga tidak ikut dihitung kecuali diputuskan lain.",
            list,
            pilihan=("PNS", "PPPK", "PPPK PW"),
        ),
        Pilihan(
            "hari_pegang",
            "Lama pekerja dari daftar calon dipegang (hari)",
            "Tujuh hari cukup untuk mencetak dan menandatangani surat; lalu pekerja kembali ke daftar.",
            int,
            1,
            30,
        ),
        Pilihan(
            "maks_pegang",
            "Paling banyak calon yang dipegang seorang ASN",
            "Agar pekerja yang menunggu tidak tertahan oleh satu orang.",
            int,
            1,
            20,
        ),
        Pilihan(
            "maks_pekerja",
            "Paling banyak pekerja asuhan seorang ASN",
            "Menjaga agar potongan gaji tetap wajar dan surat kuasa tetap terbaca.",
            int,
            1,
            50,
        ),
        Pilihan(
            "hari_kode_aktivasi",
            "Masa berlaku kode aktivasi (hari)",
            "Slip dibagikan melalui sekretariat OPD; tiga puluh hari memberi waktu kepada unit yang jauh.",
            int,
            1,
            90,
        ),
        Pilihan(
            "hari_batas_berkas",
            "Batas berkas sebelum hari debet (hari kerja)",
            "Bank memerlukan daftar beberapa hari kerja sebelum hari gajian.",
            int,
            1,
            20,
        ),
        Pilihan(
            "hari_kandidat",
            "Daftar calon debet dan pemberitahuan sebelum hari debet (hari kerja)",
            "Donatur tahu jumlah potongannya sebelum berkas dikunci.",
            int,
            1,
            20,
        ),
        Pilihan(
            "hari_setuju",
            "Paket debet disetujui paling lambat sebelum hari debet (hari kerja)",
            "Penyetuju mendapat satu hari kerja sesudah berkas dikunci.",
            int,
            0,
            20,
        ),
        Pilihan(
            "hari_kirim",
            "Paket debet dikirim paling lambat sebelum hari debet (hari kerja)",
            "Bank memerlukan waktu untuk memuat berkas.",
            int,
            0,
            20,
        ),
        Pilihan(
            "hari_hasil",
            "Hasil debet dibaca setelah hari debet (hari kerja)",
            "Bank menjawab dalam dua hari kerja.",
            int,
            0,
            20,
        ),
        Pilihan(
            "hari_ulang",
            "Debet ulang setelah hari debet (hari kerja)",
            "Sehari sesudah hasil dibaca, selagi gaji masih di rekening.",
            int,
            1,
            20,
        ),
        Pilihan(
            "hari_setor",
            "Iuran disetor ke BPJS setelah hari debet (hari kerja)",
            "Sesudah debet ulang dijawab bank, jauh sebelum akhir bulan.",
            int,
            1,
            20,
        ),
        Pilihan(
            "hari_jawab_bpjs",
            "Catatan BPJS dibaca setelah hari debet (hari kerja)",
            "Sesudahnya bulan dapat ditutup.",
            int,
            1,
            25,
        ),
        Pilihan(
            "persen_beda",
            "Penyetuju kedua bila jumlah berbeda lebih dari (persen)",
            "Perubahan besar dari bulan lalu biasanya salah isi; dua orang melihatnya.",
            int,
            1,
            100,
        ),
        Pilihan(
            "hari_jatuh",
            "Pekerja disebut hampir jatuh bila perlindungannya berakhir dalam (hari)",
            "Empat puluh lima hari memuat satu kali hari debet yang masih menolong.",
            int,
            15,
            120,
        ),
        Pilihan(
            "hari_ramalan",
            "Pensiun dan akhir kontrak diramalkan ke depan (hari)",
            "Tiga bulan cukup untuk mencari pengganti tanpa bulan kosong.",
            int,
            30,
            365,
        ),
        Pilihan(
            "hari_jawab_siaga",
            "Donatur siaga menjawab tawaran dalam (hari)",
            "Sesudahnya tawaran diteruskan kepada donatur siaga berikutnya.",
            int,
            1,
            14,
        ),
        Pilihan(
            "layout_debet",
            "Susunan berkas debet",
            "Bank yang menentukan; susunan baru ditambahkan sebagai data, tanpa mengubah program.",
            str,
            pilihan=("csv", "tetap"),
        ),
        Pilihan(
            "totp_wajib",
            "Peran kota wajib memakai kode pengaman kedua",
            "Peran kota melihat data banyak orang; kata sandi saja tidak cukup.",
            bool,
        ),
        Pilihan(
            "jarak_calon",
            "Jumlah calon yang ditawarkan sekali tampil",
            "Daftar pendek lebih mudah dipilih.",
            int,
            3,
            50,
        ),
        Pilihan(
            "maks_coba_debet",
            "Paling banyak percobaan ulang debet dalam sebulan",
            "Dua kali ulang cukup setelah gaji masuk; lebih dari itu mengganggu rekening.",
            int,
            0,
            5,
        ),
        Pilihan(
            "asli_wajib",
            "Lembar asli harus di sekretariat OPD sebelum surat kuasa disetujui",
            "Surat yang disetujui tanpa lembar asli sering tidak pernah sampai ke bank.",
            bool,
        ),
        Pilihan(
            "jam_klaim",
            "Lama surat dipegang seorang verifikator (jam)",
            "Dua jam cukup untuk memeriksa satu surat; sesudahnya verifikator lain dapat mengambilnya.",
            int,
            1,
            24,
        ),
        Pilihan(
            "hari_basi",
            "Permintaan perbaikan berakhir setelah (hari)",
            "Enam puluh hari dan dua pengingat; lalu ASN kembali tercatat belum ikut dan dapat mulai lagi.",
            int,
            14,
            180,
        ),
        Pilihan(
            "hari_macet",
            "Sesuatu disebut macet setelah menunggu lebih dari (hari)",
            "Seminggu adalah batas wajar untuk setiap meja; yang lebih lama tampil dalam daftar macet.",
            int,
            1,
            60,
        ),
        Pilihan(
            "bank_mendaftar_mandat",
            "Bank mendaftar setiap surat kuasa sebelum berlaku",
            "Bila bank hanya menerima berkas debet, bendahara memberlakukan surat tanpa paket ke bank.",
            bool,
        ),
        Pilihan(
            "menit_batal_serah",
            "Penyerahan kartu dapat dibatalkan sendiri dalam (menit)",
            "Salah pindai biasanya diketahui saat itu juga; sesudahnya diperlukan orang kedua.",
            int,
            1,
            60,
        ),
        Pilihan(
            "maks_undangan",
            "Kartu dikembalikan setelah sekian kali pekerja tidak datang",
            "Tiga kali diundang atau enam puluh hari di kecamatan, mana yang lebih dulu.",
            int,
            1,
            10,
        ),
        Pilihan(
            "hari_kartu_kecamatan",
            "Paling lama kartu menunggu di kecamatan (hari)",
            "Sesudahnya kartu dikembalikan dan alamat pekerja ditanyakan kepada donatur.",
            int,
            7,
            180,
        ),
    )
}


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop("pengaturan", None)


def get_setting(kunci: str) -> Any:
    """The value in force: the admin's, else the city profile's (``batas``)."""
    if kunci not in SETTINGS:
        raise LookupError(kunci)
    cache: dict[str, Any] = db.session.info.setdefault("pengaturan", {})
    if not cache:
        cache |= {row.kunci: row.nilai for row in db.session.scalars(db.select(Pengaturan))}
        cache.setdefault("", None)
    return cache.get(kunci, runtime().profil.batas[kunci])


def change_setting(kunci: str, nilai: Any, *, by: Pelaku) -> None:
    """Check a new value against the setting's bounds (``RuleError``), store it, and note the change."""
    pilihan = SETTINGS[kunci]
    if pilihan.jenis is int and not (
        isinstance(nilai, int)
        and not isinstance(nilai, bool)
        and pilihan.minimum <= nilai <= pilihan.maksimum
    ):
        raise RuleError(f"{pilihan.label}: isi bilangan {pilihan.minimum} sampai {pilihan.maksimum}.", kunci)
    if pilihan.jenis is bool and not isinstance(nilai, bool):
        raise RuleError(f"{pilihan.label}: pilih ya atau tidak.", kunci)
    if pilihan.jenis is list and (not nilai or set(nilai) - set(pilihan.pilihan)):
        raise RuleError(f"{pilihan.label}: pilih paling sedikit satu dari daftar.", kunci)
    if pilihan.jenis is str and nilai not in pilihan.pilihan:
        raise RuleError(f"{pilihan.label}: pilih salah satu dari daftar.", kunci)
    row = db.session.get(Pengaturan, kunci) or Pengaturan(kunci=kunci)
    row.nilai, row.diubah_oleh, row.diubah_pada = nilai, by.akun_id, now()
    db.session.add(row)
    db.session.info.pop("pengaturan", None)
    record(Peristiwa.PENGATURAN_DIUBAH, by=by, kunci=kunci, nilai=nilai)
