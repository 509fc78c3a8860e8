"""The ASN's own part: own sign-up, letter and workers, in plain words."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import list_asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.beranda.tugas import Bagian, Mendesak, Tautan, Tugas, hari_sejak, sejak, tanggal
from rentan.calon.queries import list_tawaran
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_berjalan, find_hidup
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.tanggal import format_hari

#: Days after which a printed letter that nobody sent is called late; its prices and first month grow old.
HARI_SURAT = 14
#: A hold that ends within so many days is amber.
HARI_PEGANG_DEKAT = 2
LANGKAH = 4  # steps of the sign-up


def bagian_asn(by: Pelaku) -> Bagian:
    """What the ASN has begun, what it waits for, and the one next step."""
    if by.asn_id is None:
        return Bagian("asn", "Sebagai ASN", "Akun ini tidak terhubung dengan data ASN. Hubungi admin.")
    asn = db.session.get_one(Asn, by.asn_id)
    surat = find_berjalan(asn.id) or find_hidup(asn.id)
    draf = _draf(asn.id)
    asuhan = list_asuhan(asn.id, seen_by=by, terbuka=True)
    diusulkan = [one for one in asuhan if one.status in DIUSULKAN_KE_ATAS]
    kalimat, langkah = _keadaan(asn, draf, surat, len(diusulkan))
    bagian = Bagian("asn", "Sebagai ASN", kalimat, langkah)
    bagian.tugas = [
        *_tugas_tawaran(by),
        *_tugas_pegangan([one for one in asuhan if one.status is StatusAsuhan.DITAHAN]),
        *_tugas_pendaftaran(draf),
        *_tugas_surat(surat),
        *_tugas_pekerja(diusulkan, surat),
    ]
    return bagian


def _draf(asn_id: uuid.UUID) -> Pendaftaran | None:
    return db.session.scalar(
        select(Pendaftaran).where(Pendaftaran.asn_id == asn_id, Pendaftaran.status == StatusPendaftaran.DRAF)
    )


def _keadaan(
    asn: Asn, draf: Pendaftaran | None, surat: SuratKuasa | None, pekerja: int
) -> tuple[str, Tautan | None]:
    """How things stand in one sentence, and the next step if there is one."""
    if asn.status_aktif is not StatusAktif.AKTIF:
        return (
            f"Menurut daftar pegawai Anda berstatus “{asn.status_aktif.label}”, jadi pendaftaran tidak dapat "
            "dibuat. Bila keliru, hubungi operator OPD Anda.",
            None,
        )
    if draf is not None:
        return (
            "Pendaftaran Anda belum dikirim. Isiannya tersimpan dan dapat dilanjutkan dari komputer lain.",
            Tautan("Lanjutkan pendaftaran", "/pendaftaran"),
        )
    if surat is None:
        return (
            "Anda belum ikut. Dengan mendaftar, Anda menanggung iuran BPJS Ketenagakerjaan seorang pekerja "
            "rentan atau lebih; ikut bersifat sukarela.",
            Tautan("Mulai pendaftaran", "/pendaftaran"),
        )
    if surat.status is StatusSurat.DIUNGGAH:
        return (
            f"Terima kasih. Surat kuasa Anda untuk {pekerja} pekerja sudah terkirim dan menunggu verifikasi. "
            "Belum ada potongan sampai surat itu berlaku.",
            Tautan("Lihat pekerja asuhan", "/asuhan"),
        )
    return (
        f"Surat kuasa Anda berstatus “{surat.status.label}”.",
        Tautan("Lihat surat kuasa", f"/surat-kuasa/{surat.id}"),
    )


def _tugas_tawaran(by: Pelaku) -> list[Tugas]:
    """Offers of the operator or the admin: nobody is enrolled without accepting."""
    assert by.asn_id is not None  # noqa: S101 (the caller asked)
    return [
        Tugas(
            f"Jawab tawaran pekerja: {one.calon.pekerja.pekerjaan.lower()}",
            Mendesak.PERLU,
            f"Ditawarkan {tanggal(one.ditawarkan_pada)}; berlaku sampai "
            f"{format_hari(one.berlaku_sampai)}. Anda boleh menolak tanpa alasan.",
            "/asuhan",
            "tawaran",
        )
        for one in list_tawaran(by.asn_id, seen_by=by)
    ]


def _tugas_pegangan(ditahan: list[Asuhan]) -> list[Tugas]:
    tugas = []
    for one in ditahan:
        sampai = one.ditahan_sampai or today()
        dekat = sampai <= today() + timedelta(days=HARI_PEGANG_DEKAT)
        tugas.append(
            Tugas(
                f"Masukkan {one.pekerja.nama} ke pendaftaran",
                Mendesak.TERLAMBAT if sampai < today() else Mendesak.PERLU,
                f"Dipegang untuk Anda sampai {format_hari(sampai)}{'; hampir habis' if dekat else ''}. "
                "Sesudah itu pekerja kembali ke daftar calon.",
                "/pendaftaran/pekerja",
                "pegangan",
            )
        )
    return tugas


def _tugas_pendaftaran(draf: Pendaftaran | None) -> list[Tugas]:
    if draf is None:
        return []
    return [
        Tugas(
            f"Pendaftaran: {draf.selesai} dari {LANGKAH} langkah lengkap",
            Mendesak.PERLU,
            f"{sejak(draf.dibuat_pada)} Terakhir disimpan {tanggal(draf.diubah_pada)}.",
            "/pendaftaran",
            "pendaftaran",
        )
    ]


def _tugas_surat(surat: SuratKuasa | None) -> list[Tugas]:
    """The letter itself, and where its paper original should go."""
    if surat is None:
        return []
    url, tugas = f"/surat-kuasa/{surat.id}", []
    if surat.status is StatusSurat.DICETAK and surat.dicetak_pada is not None:
        telat = hari_sejak(surat.dicetak_pada) > HARI_SURAT
        tugas.append(
            Tugas(
                "Tandatangani surat kuasa, lalu unggah bersama KTP dan buku rekening",
                Mendesak.TERLAMBAT if telat else Mendesak.PERLU,
                f"Surat {surat.nomor} sudah dicetak. {sejak(surat.dicetak_pada)}",
                "/pendaftaran/berkas",
                "surat",
            )
        )
    if surat.status is StatusSurat.DIUNGGAH:
        tugas.append(
            Tugas(
                f"Surat kuasa {surat.nomor}: {StatusSurat.DIUNGGAH.label.lower()}",
                Mendesak.BERJALAN,
                f"{sejak(surat.diunggah_pada)} Anda tidak perlu melakukan apa pun.",
                url,
                "surat",
            )
        )
        if surat.asli_di in (AsliDi.NONE, AsliDi.ASN):
            tugas.append(
                Tugas(
                    "Serahkan lembar asli surat kuasa ke sekretariat OPD",
                    Mendesak.PERLU,
                    "Bank memerlukan lembar asli bermeterai; simpan salinannya untuk Anda.",
                    url,
                    "asli",
                )
            )
    return tugas


def _tugas_pekerja(diusulkan: list[Asuhan], surat: SuratKuasa | None) -> list[Tugas]:
    """Workers are no task of their own: one line with their number, and the way to their page."""
    if not diusulkan:
        return []
    terkirim = surat is not None and surat.status is StatusSurat.DIUNGGAH
    petunjuk = (
        "Diperiksa bersama surat kuasa Anda."
        if terkirim
        else "Menjadi pekerja asuhan setelah surat terkirim."
    )
    return [
        Tugas(f"{len(diusulkan)} pekerja asuhan", Mendesak.BERJALAN, petunjuk, "/asuhan", "pekerja"),
    ]
