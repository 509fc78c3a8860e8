"""The inboxes of the desks of verifikator and BPJS liaison."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, true

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.beranda.antre import Antre, baca_antre
from rentan.beranda.antrean_paket import antrean_paket, dalam_keadaan, pengecualian, urusan
from rentan.beranda.impor import impor_menunggu
from rentan.beranda.tugas import Bagian, Besaran, Mendesak, Tautan, Tugas
from rentan.calon.models import Calon
from rentan.calon.queries import is_free
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import UANG_MASUK, StatusBpjs
from rentan.kartu.models import Kartu
from rentan.kartu.status import HIDUP, StatusKartu
from rentan.kepesertaan.queries import list_kandidat
from rentan.paket.status import JenisPaket
from rentan.pekerja.alasan_bpjs import kode_giliran
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, PutusanDuplikat, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_tanggal
from rentan.verifikasi.models import PendapatKedua
from rentan.verifikasi.status import JawabanPendapat

#: What ends within so many days is shown beforehand.
HARI_MENJELANG = 30


def bagian_verifikator(by: Pelaku) -> Bagian:
    """The queue, what one holds oneself, second opinions, repairs, duplicates, the bank's refusals."""
    # Nobody verifies the own letter, so that it is not in the own count either.
    lain = SuratKuasa.asn_id != by.asn_id if by.asn_id else true()
    bagian = Bagian(
        "verifikator",
        "Sebagai verifikator",
        "Surat diperiksa menurut urutan datangnya. Surat Anda sendiri dan yang Anda unggah diperiksa "
        "verifikator lain.",
        Tautan("Buka antrean verifikasi", "/verifikasi"),
    )
    bagian.tugas = baca_antre(
        Antre(
            "surat kuasa menunggu verifikasi",
            select(SuratKuasa.diunggah_pada).where(SuratKuasa.status == StatusSurat.DIUNGGAH, lain),
            "/verifikasi",
            "verifikasi",
        ),
        Antre(
            "surat sedang Anda periksa",
            select(SuratKuasa.diperiksa_sejak).where(
                SuratKuasa.status == StatusSurat.DIPERIKSA, SuratKuasa.diperiksa_oleh == by.akun_id
            ),
            "/verifikasi",
            "dipegang",
            "Putuskan, atau kembalikan ke antrean.",
            batas=0,
        ),
        Antre(
            "pendapat kedua diminta dari Anda",
            select(PendapatKedua.diminta_pada).where(
                PendapatKedua.jawaban == JawabanPendapat.MENUNGGU, PendapatKedua.diminta_oleh != by.akun_id
            ),
            "/verifikasi",
            "pendapat",
        ),
        Antre(
            "perbaikan data untuk BPJS menunggu pemeriksaan",
            _perbaikan_bpjs(),
            "/verifikasi/bpjs",
            "perbaikan_bpjs",
        ),
        Antre(
            "penolakan BPJS yang tidak dapat diperbaiki donatur menunggu putusan",
            _ditolak_bpjs(Peran.VERIFIKATOR),
            "/verifikasi/bpjs",
            "putusan_bpjs",
        ),
        Antre(
            "dugaan data ganda menunggu putusan",
            select(DugaDuplikat.dibuat_pada).where(DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU),
            "/verifikasi/ganda",
            "ganda",
        ),
        Antre(
            "surat kuasa ditolak bank",
            dalam_keadaan("surat_kuasa", SuratKuasa, SuratKuasa.dibuat_pada).where(
                SuratKuasa.status == StatusSurat.DITOLAK_BANK, lain
            ),
            "/autodebet/ditolak",
            "ditolak_bank",
            "Minta gambar baru, atau buka versi baru.",
        ),
    )
    return bagian


def _perbaikan_bpjs() -> Select[Any]:
    """Workers whom BPJS refused and whose data were corrected since."""
    return select(Pekerja.data_diubah_pada).where(
        Pekerja.status == StatusPekerja.DITOLAK_BPJS, Pekerja.data_diubah_pada > _ditolak_pada()
    )


def _ditolak_bpjs(peran: Peran) -> Select[Any]:
    """Workers whom BPJS refused for a reason that is this desk's to settle, and not corrected (W9)."""
    pada = _ditolak_pada()
    return select(func.coalesce(pada, Pekerja.dicatat_pada)).where(
        Pekerja.status == StatusPekerja.DITOLAK_BPJS,
        Pekerja.alasan_bpjs.in_(kode_giliran(peran)),
        or_(Pekerja.data_diubah_pada.is_(None), pada.is_(None), Pekerja.data_diubah_pada <= pada),
    )


def _ditolak_pada() -> Any:
    """When BPJS last refused this worker."""
    return (
        select(func.max(Riwayat.pada))
        .where(Riwayat.mesin == "pekerja", Riwayat.objek_id == Pekerja.id, Riwayat.langkah == "W9")
        .correlate(Pekerja)
        .scalar_subquery()
    )


def bagian_bpjs(by: Pelaku) -> Bagian:
    """Workers to send, answers to read, cards to request, pack and resend; the pool; lists that end soon."""
    bebas = db.session.scalar(
        select(func.count()).select_from(Calon).join(Pekerja, Pekerja.id == Calon.pekerja_id).where(is_free())
    )
    berlaku = db.session.scalar(
        select(func.count())
        .select_from(Pelindungan)
        .where(Pelindungan.mulai <= today(), Pelindungan.selesai >= today())
    )
    bagian = Bagian(
        "bpjs",
        "Sebagai petugas BPJS",
        "Anda mengajukan pekerja dan menyetor iurannya ke BPJS, membaca jawabannya, dan mengurus kartunya "
        "sampai ke kecamatan.",
        Tautan("Buka kepesertaan", "/kepesertaan"),
    )
    bagian.angka = [
        Besaran("Calon menunggu ASN", bebas or 0, satuan="orang", url="/calon", uji="calon"),
        Besaran(
            "Dilindungi program lain",
            berlaku or 0,
            satuan="orang",
            url="/pekerja/pelindungan",
            uji="pelindungan",
        ),
    ]
    bagian.tugas = [
        *baca_antre(*_antrean_daftar(), *_antrean_setor(), *_antrean_kartu()),
        _pelindungan_berakhir(),
        *impor_menunggu(by),
    ]
    return bagian


def _antrean_daftar() -> list[Antre]:
    siap = [one.asuhan_id for one in list_kandidat() if not one.kode]
    return [
        Antre(
            "pekerja siap diajukan ke BPJS",
            dalam_keadaan("asuhan", Asuhan, Asuhan.dibuat_pada).where(Asuhan.id.in_(siap)),
            "/kepesertaan",
            "siap_daftar",
        ),
        Antre(
            "penolakan BPJS perlu Anda pastikan kepada keluarga",
            _ditolak_bpjs(Peran.PETUGAS_BPJS),
            "/kepesertaan/pekerja?daftar=ditolak",
            "ditolak_bpjs",
            "Menurut BPJS pekerja sudah meninggal. Akhiri kepesertaannya bila benar.",
        ),
        *antrean_paket(JenisPaket.DAFTAR, "/kepesertaan"),
        Antre(
            "pengecualian jawaban BPJS perlu diselesaikan",
            pengecualian(JenisImpor.JAWABAN_BPJS, JenisImpor.KPJ),
            "/paket/pengecualian",
            "pengecualian_bpjs",
        ),
    ]


def _antrean_setor() -> list[Antre]:
    """Contributions to remit, BPJS's refusals, covers about to lapse, sponsorships without a donor."""
    masuk = select(Iuran.dibayar_pada).where(
        Iuran.status.in_(UANG_MASUK), Iuran.status_bpjs == StatusBpjs.BELUM
    )
    return [
        Antre("iuran siap disetor ke BPJS", masuk, "/setoran", "siap_setor"),
        *antrean_paket(JenisPaket.SETOR, "/setoran"),
        Antre(
            "pengecualian catatan iuran BPJS perlu diselesaikan",
            pengecualian(JenisImpor.CATATAN_BPJS),
            "/paket/pengecualian",
            "pengecualian_setor",
        ),
        urusan(Peran.PETUGAS_BPJS),
        Antre(
            "pekerja dengan perlindungan berisiko",
            dalam_keadaan("pekerja", Pekerja, Pekerja.dicatat_pada).where(
                Pekerja.status.in_((StatusPekerja.TENGGANG_1, StatusPekerja.TENGGANG_2))
            ),
            "/perlindungan",
            "berisiko",
            batas=0,
        ),
        Antre(
            "pekerja mencari donatur pengganti",
            select(Asuhan.berhenti_pada).where(Asuhan.status == StatusAsuhan.MENCARI_PENGGANTI),
            "/siaga/pengganti",
            "mencari_pengganti",
        ),
    ]


def _antrean_kartu() -> list[Antre]:
    punya = select(Kartu.id).where(Kartu.pekerja_id == Pekerja.id, Kartu.status.in_(HIDUP)).exists()
    minta = (
        dalam_keadaan("pekerja", Pekerja, Pekerja.dicatat_pada)
        .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .where(Pekerja.status.in_(TERDAFTAR_DI_BPJS), Asuhan.status.in_(DIUSULKAN_KE_ATAS), ~punya)
    )
    keadaan = (
        (StatusKartu.DIMINTA, "kartu menunggu nomor dari BPJS", "Unggah daftar nomor peserta (KPJ)."),
        (StatusKartu.TERBIT, "kartu siap dicetak dan dimasukkan ke daftar kirim", ""),
        (StatusKartu.DICETAK, "kartu tercetak menunggu dikirim ke kecamatan", ""),
        (StatusKartu.DIKEMBALIKAN, "kartu dikembalikan menunggu dikirim ulang", "Perlu alamat yang benar."),
    )
    return [
        Antre("pekerja terdaftar belum dimintakan kartu", minta, "/kartu", "kartu_minta"),
        *(
            Antre(judul, select(Kartu.sejak).where(Kartu.status == one), "/kartu", f"kartu_{one.value}", isi)
            for one, judul, isi in keadaan
        ),
        *antrean_paket(JenisPaket.KARTU, "/kartu"),
    ]


def _pelindungan_berakhir() -> Tugas:
    batas = today() + timedelta(days=HARI_MENJELANG)
    query = select(func.count(), func.min(Pelindungan.selesai)).where(
        Pelindungan.selesai >= today(), Pelindungan.selesai <= batas
    )
    berakhir, pertama = db.session.execute(query).one()
    return Tugas(
        f"{format_angka(berakhir)} pelindungan program lain berakhir dalam {HARI_MENJELANG} hari",
        Mendesak.BERJALAN if berakhir else Mendesak.KOSONG,
        f"Mulai {format_tanggal(pertama)}. Unggah daftar baru bila diperpanjang." if pertama else "",
        "/pekerja/pelindungan" if berakhir else "",
        "berakhir",
    )
