"""The parts of those who work for the whole city."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from rentan.akun.models import Akun, PeranAkun
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.beranda.tugas import Bagian, Besaran, Mendesak, Tautan, Tugas, nilai, sejak, tertua
from rentan.calon.models import Calon
from rentan.calon.queries import is_free
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.imports import Impor, JenisImpor, StatusImpor
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.laporan.queries import angka_opd, jumlah
from rentan.opd.queries import list_opd
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan
from rentan.pekerja.status import PutusanDuplikat
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.angka import format_angka
from rentan.util.tanggal import awal_bulan, format_tanggal

#: What ends within so many days is shown beforehand.
HARI_MENJELANG = 30
HALAMAN_IMPOR = {
    JenisImpor.ROSTER: (Permission.ASN_KELOLA, "/asn/impor"),
    JenisImpor.CALON: (Permission.CALON_IMPOR, "/calon/impor"),
    JenisImpor.PELINDUNGAN: (Permission.PELINDUNGAN_IMPOR, "/pekerja/pelindungan/impor"),
}


def bagian_pimpinan(by: Pelaku) -> Bagian:
    """Headline figures of the city; everything else is on the dashboard."""
    per_opd = angka_opd(awal_bulan(today()))
    kota = jumlah(per_opd.values())
    opd = list_opd()
    kosong = sum(not per_opd[one.id].ikut if one.id in per_opd else True for one in opd)
    bagian = Bagian(
        "pimpinan",
        "Sebagai pimpinan",
        "Keadaan kota saat ini. Dasbor memuat semua OPD, juga yang belum ada pesertanya.",
        Tautan("Buka dasbor", "/dasbor"),
    )
    bagian.angka = [
        Besaran("ASN yang ikut", kota.ikut, kota.asn, url="/dasbor", uji="ikut"),
        Besaran("Pekerja asuhan", kota.pekerja, satuan="orang", url="/dasbor", uji="pekerja"),
        Besaran("OPD tanpa peserta", kosong, len(opd), url="/dasbor", uji="opd_kosong"),
        Besaran("Akun aktif", kota.aktivasi, kota.asn, url="/dasbor", uji="aktivasi"),
    ]
    return bagian


def bagian_verifikator(by: Pelaku) -> Bagian:
    """Letters that wait, and doubtful duplicates. The decisions themselves come with the next release."""
    menunggu, terlama = _hitung(
        SuratKuasa, SuratKuasa.diunggah_pada, SuratKuasa.status == StatusSurat.DIUNGGAH
    )
    ganda, ganda_terlama = _hitung(
        DugaDuplikat, DugaDuplikat.dibuat_pada, DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU
    )
    bagian = Bagian(
        "verifikator",
        "Sebagai verifikator",
        "Surat yang terkirim sudah tersimpan berurutan. Halaman untuk memeriksa dan menyetujuinya dibuka "
        "pada rilis berikutnya; sampai saat itu Anda dapat membaca daftar dugaan ganda.",
        Tautan("Lihat dugaan ganda", "/pekerja/duplikat"),
    )
    bagian.tugas = [
        Tugas(
            f"{format_angka(menunggu)} surat kuasa menunggu verifikasi",
            Mendesak.BERJALAN if menunggu else Mendesak.KOSONG,
            f"{tertua(terlama)} Pemeriksaan dibuka pada rilis berikutnya." if menunggu else "",
            uji="verifikasi",
        ),
        Tugas(
            f"{format_angka(ganda)} dugaan data ganda menunggu pemeriksaan",
            Mendesak.BERJALAN if ganda else Mendesak.KOSONG,
            tertua(ganda_terlama),
            "/pekerja/duplikat" if ganda else "",
            "ganda",
        ),
    ]
    return bagian


def bagian_bpjs(by: Pelaku) -> Bagian:
    """The pool, lists that end soon, uploads that wait."""
    bebas = db.session.scalar(
        select(func.count()).select_from(Calon).join(Pekerja, Pekerja.id == Calon.pekerja_id).where(is_free())
    )
    batas = today() + timedelta(days=HARI_MENJELANG)
    berakhir, pertama = _hitung(
        Pelindungan, Pelindungan.selesai, Pelindungan.selesai >= today(), Pelindungan.selesai <= batas
    )
    berlaku, _ = _hitung(
        Pelindungan, Pelindungan.selesai, Pelindungan.mulai <= today(), Pelindungan.selesai >= today()
    )
    bagian = Bagian(
        "bpjs",
        "Sebagai petugas BPJS",
        "Anda menjaga daftar calon pekerja dan daftar pekerja yang sudah dilindungi program lain.",
        Tautan("Unggah daftar calon", "/calon/impor"),
    )
    bagian.angka = [
        Besaran("Calon menunggu ASN", bebas or 0, satuan="orang", url="/calon", uji="calon"),
        Besaran(
            "Dilindungi program lain", berlaku, satuan="orang", url="/pekerja/pelindungan", uji="pelindungan"
        ),
    ]
    bagian.tugas = [
        Tugas(
            f"{format_angka(berakhir)} pelindungan program lain berakhir dalam {HARI_MENJELANG} hari",
            Mendesak.BERJALAN if berakhir else Mendesak.KOSONG,
            f"Mulai {format_tanggal(pertama)}. Unggah daftar baru bila diperpanjang." if pertama else "",
            "/pekerja/pelindungan" if berakhir else "",
            "berakhir",
        ),
        *_impor_menunggu(by),
    ]
    return bagian


def bagian_uang(by: Pelaku) -> Bagian:
    """Treasurer and approver: nothing is debited yet in this release, and the page says so."""
    siapa = " dan ".join(one.label.lower() for one in (Peran.BENDAHARA, Peran.PENYETUJU) if by.has(one))
    return Bagian(
        "uang",
        f"Sebagai {siapa}",
        "Belum ada yang menunggu Anda. Berkas debet, hasil bank, dan setoran dibuka pada rilis berikutnya; "
        "sampai saat itu tidak ada rekening yang didebet.",
        Tautan(
            "Baca tugas Anda", f"/bantuan/{Peran.BENDAHARA if by.has(Peran.BENDAHARA) else Peran.PENYETUJU}"
        ),
    )


def bagian_admin(by: Pelaku) -> Bagian:
    """Uploads to confirm, spellings to map, accounts and roles that end."""
    aktif = db.session.scalar(select(func.count()).select_from(Akun).where(Akun.aktif)) or 0
    batas = today() + timedelta(days=HARI_MENJELANG)
    berakhir, pertama = _hitung(
        PeranAkun, PeranAkun.selesai,
        PeranAkun.dicabut_pada.is_(None), PeranAkun.selesai >= today(), PeranAkun.selesai <= batas,
    )  # fmt: skip
    terakhir = db.session.scalar(
        select(func.max(Impor.diterapkan_pada)).where(Impor.jenis == JenisImpor.ROSTER)
    )
    bagian = Bagian(
        "admin",
        "Sebagai admin",
        "Anda menjaga daftar ASN, akun, OPD, dan pengaturan, tanpa memutuskan perkara orang atau uang.",
        Tautan("Unggah daftar ASN", "/asn/impor"),
    )
    asn = db.session.scalar(
        select(func.count()).select_from(Asn).where(Asn.status_aktif == StatusAktif.AKTIF)
    )
    bagian.angka = [
        Besaran("ASN aktif", asn or 0, satuan="orang", url="/asn", uji="asn"),
        Besaran("OPD", len(list_opd()), url="/opd", uji="opd"),
        Besaran("Akun aktif", aktif, satuan="akun", url="/akun/kelola", uji="akun"),
    ]
    bagian.tugas = [
        *_impor_menunggu(by),
        Tugas(
            f"{format_angka(berakhir)} peran berakhir dalam {HARI_MENJELANG} hari"
            if berakhir
            else f"Tidak ada peran yang berakhir dalam {HARI_MENJELANG} hari",
            nilai(berakhir),
            f"Yang pertama {format_tanggal(pertama)}. Perpanjang bila orangnya tetap bertugas."
            if pertama
            else "",
            "/akun/kelola" if berakhir else "",
            "peran",
        ),
        _daftar_asn(asn or 0, terakhir),
    ]
    return bagian


def _daftar_asn(asn: int, terakhir: datetime | None) -> Tugas:
    """The roster: how old it is, or that there is none yet."""
    if terakhir:
        judul, status, petunjuk = "Daftar ASN terakhir diterapkan", Mendesak.BERJALAN, sejak(terakhir)
    elif asn:
        judul, status = "Belum ada daftar ASN yang diunggah melalui halaman ini", Mendesak.KOSONG
        petunjuk = "ASN yang ada berasal dari pengisian awal. Unggah daftar terbaru dari badan kepegawaian."
    else:
        judul, status = "Daftar ASN belum ada", Mendesak.PERLU
        petunjuk = "Unggah daftar dari badan kepegawaian; tanpa daftar itu tidak ada yang dapat masuk."
    return Tugas(judul, status, petunjuk, "/asn/impor", "roster")


def _impor_menunggu(by: Pelaku) -> list[Tugas]:
    """Own uploads that wait for their confirmation; a preview lives for minutes only (IMP-4)."""
    query = (
        select(Impor.jenis, func.count(), func.min(Impor.dibuat_pada))
        .where(
            Impor.status == StatusImpor.SIAP,
            Impor.dibuat_oleh == by.akun_id,
            Impor.kedaluwarsa_pada > now(),
        )
        .group_by(Impor.jenis)
        .order_by(Impor.jenis)
    )
    found = []
    for jenis, banyak, terlama in db.session.execute(query):
        izin, url = HALAMAN_IMPOR[jenis]
        if by.can(izin):
            judul = f"{banyak} unggahan {jenis.label[0].lower()}{jenis.label[1:]} menunggu konfirmasi Anda"
            found.append(Tugas(judul, Mendesak.PERLU, sejak(terlama), url, f"impor_{jenis.value}"))
    return found or [Tugas("Tidak ada unggahan yang menunggu konfirmasi", Mendesak.KOSONG, uji="impor")]


def _hitung(model: Any, kolom: Any, *syarat: Any) -> tuple[int, Any]:
    """How many rows, and the earliest value of a column among them."""
    row = db.session.execute(select(func.count(), func.min(kolom)).select_from(model).where(*syarat)).one()
    return int(row[0]), row[1]
