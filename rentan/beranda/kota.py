"""The parts of those who work for the whole city."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from rentan.akun.daftar import HARI_MENJELANG, ends_soon
from rentan.akun.models import Akun, PeranAkun
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.beranda.antre import Antre, baca_antre
from rentan.beranda.impor import impor_menunggu
from rentan.beranda.tugas import Bagian, Besaran, Mendesak, Tautan, Tugas, nilai, sejak
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.imports import Impor, JenisImpor
from rentan.ext import db
from rentan.laporan.queries import angka_opd, jumlah
from rentan.opd.queries import list_opd
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.status import TERKIRIM, AsliDi
from rentan.util.angka import format_angka
from rentan.util.tanggal import awal_bulan, format_tanggal


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


def bagian_admin(by: Pelaku) -> Bagian:
    """Uploads to confirm, spellings to map, accounts and roles that end."""
    aktif = db.session.scalar(select(func.count()).select_from(Akun).where(Akun.aktif)) or 0
    berakhir, pertama = _hitung(PeranAkun, PeranAkun.selesai, ends_soon())
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
        *impor_menunggu(by),
        *baca_antre(_asli_admin()),
        Tugas(
            f"{format_angka(berakhir)} peran berakhir dalam {HARI_MENJELANG} hari"
            if berakhir
            else f"Tidak ada peran yang berakhir dalam {HARI_MENJELANG} hari",
            nilai(berakhir),
            f"Yang pertama {format_tanggal(pertama)}. Perpanjang bila orangnya tetap bertugas."
            if pertama
            else "",
            "/akun/kelola?berakhir=ya" if berakhir else "",
            "peran",
        ),
        _daftar_asn(asn or 0, terakhir),
    ]
    return bagian


def _asli_admin() -> Antre:
    """Originals that lie at the city's admin and belong to the bank."""
    sampai = (
        select(func.max(PerpindahanAsli.pada))
        .where(PerpindahanAsli.surat_kuasa_id == SuratKuasa.id)
        .correlate(SuratKuasa)
        .scalar_subquery()
    )
    return Antre(
        "lembar asli ada pada Anda, menunggu diteruskan ke bank",
        select(sampai).where(SuratKuasa.asli_di == AsliDi.ADMIN, SuratKuasa.status.in_(TERKIRIM)),
        "/surat-kuasa/asli",
        "asli_admin",
    )


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


def _hitung(model: Any, kolom: Any, *syarat: Any) -> tuple[int, Any]:
    """How many rows, and the earliest value of a column among them."""
    row = db.session.execute(select(func.count(), func.min(kolom)).select_from(model).where(*syarat)).one()
    return int(row[0]), row[1]
