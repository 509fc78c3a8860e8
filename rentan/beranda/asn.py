"""The ASN's own part: own sign-up, letter and workers, in plain words."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, or_, select

from rentan.asn.masa import hari_terakhir
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import list_asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.beranda.peringatan import tugas_iuran
from rentan.beranda.tugas import Bagian, Mendesak, Tautan, Tugas, hari_sejak, sejak, tanggal
from rentan.calon.queries import list_tawaran
from rentan.core.actor import Pelaku
from rentan.core.clock import to_local, today
from rentan.core.settings import get_setting
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import catatan_bank, find_berjalan, find_hidup
from rentan.surat_kuasa.riwayat import ALASAN_HABIS, alasan_ditolak
from rentan.surat_kuasa.status import MACHINE as MESIN_SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.tanggal import format_hari
from rentan.verifikasi.models import PermintaanPerbaikan

#: Days after which a printed letter that nobody sent is called late; its prices and first month grow old.
HARI_SURAT = 14
#: A hold that ends within so many days is amber.
HARI_PEGANG_DEKAT = 2
#: The letter is with others; the donor need not do anything.
DIPROSES = (
    StatusSurat.DIUNGGAH, StatusSurat.DIPERIKSA, StatusSurat.TERVERIFIKASI, StatusSurat.DIAJUKAN_BANK,
)  # fmt: skip
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
    kalimat, langkah = _keadaan(asn, draf, surat, _dicabut(asn.id), len(diusulkan))
    bagian = Bagian("asn", "Sebagai ASN", kalimat, langkah)
    bagian.tugas = [
        *tugas_iuran(by),
        *_tugas_tawaran(by),
        *_tugas_pegangan([one for one in asuhan if one.status is StatusAsuhan.DITAHAN]),
        *_tugas_pendaftaran(draf),
        *_tugas_surat(surat),
        *_tugas_perbaikan(asn.id, surat),
        *_tugas_kartu(asn.id),
        *_tugas_pekerja(diusulkan, surat),
    ]
    return bagian


def _draf(asn_id: uuid.UUID) -> Pendaftaran | None:
    return db.session.scalar(
        select(Pendaftaran).where(Pendaftaran.asn_id == asn_id, Pendaftaran.status == StatusPendaftaran.DRAF)
    )


def _dicabut(asn_id: uuid.UUID) -> SuratKuasa | None:
    """The letter whose withdrawal the bank has not acknowledged yet."""
    query = select(SuratKuasa).where(
        SuratKuasa.asn_id == asn_id, SuratKuasa.status == StatusSurat.DICABUT_MENUNGGU
    )
    return db.session.scalar(query.order_by(SuratKuasa.urutan_versi.desc()).limit(1))


def _keadaan(
    asn: Asn, draf: Pendaftaran | None, surat: SuratKuasa | None, dicabut: SuratKuasa | None, pekerja: int
) -> tuple[str, Tautan | None]:
    """How things stand in one sentence, and the next step if there is one."""
    if asn.status_aktif is not StatusAktif.AKTIF:
        return (
            f"Menurut daftar pegawai Anda berstatus “{asn.status_aktif.label}”, jadi pendaftaran tidak dapat "
            "dibuat. Bila keliru, hubungi operator OPD Anda.",
            None,
        )
    if (terakhir := hari_terakhir(asn)) is not None and terakhir < today():
        akhir = None if surat is not None else _surat_berakhir(asn.id)
        habis = f"Menurut daftar pegawai masa kerja Anda berakhir {tanggal(terakhir)}, jadi pendaftaran tidak"
        kalimat = akhir[0] if akhir else f"{habis} dapat diteruskan."
        return f"{kalimat} Bila kontrak Anda diperpanjang, beri tahu operator OPD Anda.", None
    if catatan := catatan_bank(surat):
        return (
            f"Bank menolak surat kuasa Anda sebelumnya. {catatan}",
            Tautan("Perbaiki di pendaftaran", "/pendaftaran"),
        )
    if draf is not None:
        return (
            "Pendaftaran Anda belum dikirim. Isiannya tersimpan dan dapat dilanjutkan dari komputer lain.",
            Tautan("Lanjutkan pendaftaran", "/pendaftaran"),
        )
    if surat is None and (akhir := _surat_berakhir(asn.id)) is not None:
        return akhir
    if surat is None and dicabut is not None:
        return (
            "Anda sudah berhenti; pencabutan surat kuasa sedang diteruskan ke bank. Anda dapat mendaftar "
            "lagi kapan saja.",
            Tautan("Lihat pencabutan", f"/surat-kuasa/{dicabut.id}/berhenti"),
        )
    if surat is None:
        return (
            "Anda belum ikut. Dengan mendaftar, Anda menanggung iuran BPJS Ketenagakerjaan seorang pekerja "
            "rentan atau lebih; ikut bersifat sukarela.",
            Tautan("Mulai pendaftaran", "/pendaftaran"),
        )
    if surat.status is StatusSurat.PERLU_PERBAIKAN:
        return (
            "Ada yang perlu diperbaiki pada berkas Anda. Yang sudah diterima tidak perlu dikirim lagi.",
            Tautan("Perbaiki sekarang", "/perbaikan"),
        )
    return _KALIMAT_SURAT.get(surat.status, f"Surat kuasa Anda berstatus “{surat.status.label}”.").format(
        pekerja=pekerja
    ), Tautan("Lihat pekerja asuhan", "/asuhan")


def _surat_berakhir(asn_id: uuid.UUID) -> tuple[str, Tautan | None] | None:
    """The last letter was refused (M10), not repaired in time (M23), or ended with the service (M21)."""
    query = select(SuratKuasa).where(SuratKuasa.asn_id == asn_id)
    surat = db.session.scalar(query.order_by(SuratKuasa.urutan_versi.desc()).limit(1))
    langkah = list_riwayat(MESIN_SURAT, surat)[-1:] if surat is not None else []
    mulai = Tautan("Mulai pendaftaran", "/pendaftaran")
    for one in langkah:
        if one.langkah == "M10":
            return f"Surat kuasa Anda ditolak pada {tanggal(one.pada)}. {alasan_ditolak(one)}", mulai
        if one.langkah == "M23":
            return (
                f"Surat kuasa Anda berakhir pada {tanggal(one.pada)} karena perbaikan yang diminta tidak "
                "dikirim. Pekerjanya dapat dipilih ASN lain; Anda dapat mendaftar lagi kapan saja.",
                mulai,
            )
        if one.langkah == "M21":
            sebab = ALASAN_HABIS.get(one.alasan or "", "")
            return (
                f"Surat kuasa Anda berakhir pada {tanggal(one.pada)}{sebab}. "
                "Pekerja Anda dicarikan donatur lain. Terima kasih atas kebaikan Anda.",
                mulai,
            )
    return None


_KALIMAT_SURAT = {
    StatusSurat.DIUNGGAH: "Terima kasih. Surat kuasa Anda untuk {pekerja} pekerja sudah terkirim dan "
    "menunggu verifikasi. Belum ada potongan sampai surat itu berlaku.",
    StatusSurat.DIPERIKSA: "Surat kuasa Anda untuk {pekerja} pekerja sedang diperiksa verifikator. Belum ada "
    "potongan sampai surat itu berlaku.",
    StatusSurat.TERVERIFIKASI: "Surat kuasa Anda untuk {pekerja} pekerja sudah disetujui dan akan dikirim ke "
    "bank. Belum ada potongan.",
    StatusSurat.DIAJUKAN_BANK: "Surat kuasa Anda untuk {pekerja} pekerja sudah dikirim ke bank. Belum ada "
    "potongan sampai bank menerimanya.",
    StatusSurat.DITOLAK_BANK: "Bank menolak surat kuasa Anda. Verifikator akan meminta perbaikan; belum ada "
    "potongan.",
    StatusSurat.AKTIF: "Surat kuasa Anda berlaku untuk {pekerja} pekerja.",
}


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
    if surat.status is StatusSurat.DRAF and catatan_bank(surat):
        tugas.append(
            Tugas(
                "Buat surat kuasa yang baru: bank menolak yang sebelumnya",
                Mendesak.PERLU,
                f"{sejak(surat.dibuat_pada)} Perbaiki isiannya, lalu cetak dan tandatangani lagi.",
                "/pendaftaran",
                "ditolak_bank",
            )
        )
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
    if surat.status in DIPROSES:
        tugas.append(
            Tugas(
                f"Surat kuasa {surat.nomor}: {surat.status.label.lower()}",
                Mendesak.BERJALAN,
                f"Dikirim {tanggal(surat.diunggah_pada)}. Anda tidak perlu melakukan apa pun."
                if surat.diunggah_pada
                else "Anda tidak perlu melakukan apa pun.",
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


def _tugas_perbaikan(asn_id: uuid.UUID, surat: SuratKuasa | None) -> list[Tugas]:
    """The open request for repair with its reminders, and workers whose data BPJS refused."""
    tugas = []
    if surat is not None and surat.status is StatusSurat.PERLU_PERBAIKAN:
        minta = db.session.scalar(
            select(PermintaanPerbaikan).where(
                PermintaanPerbaikan.surat_kuasa_id == surat.id, PermintaanPerbaikan.ditutup_pada.is_(None)
            )
        )
        if minta is not None:
            ke, pada = max(enumerate((minta.dibuka_pada, minta.pengingat_1_pada, minta.pengingat_2_pada)),
                           key=lambda one: (one[1] is not None, one[0]))  # fmt: skip
            ingat = f" Pengingat ke-{ke}: {tanggal(pada)}." if ke and pada else ""
            akhir = to_local(minta.dibuka_pada).date() + timedelta(days=int(get_setting("hari_basi")))
            tugas.append(
                Tugas(
                    f"Perbaiki surat kuasa {surat.nomor}",
                    Mendesak.TERLAMBAT if ke else Mendesak.PERLU,
                    f"{sejak(minta.dibuka_pada)}{ingat} Bila tidak dijawab, surat berakhir mulai "
                    f"{tanggal(akhir)}.",
                    "/perbaikan",
                    "perbaikan",
                )
            )
    ditolak = db.session.scalar(
        select(func.count())
        .select_from(Asuhan)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(
            Asuhan.asn_id == asn_id,
            Asuhan.status.in_(DIUSULKAN_KE_ATAS),
            Pekerja.status == StatusPekerja.DITOLAK_BPJS,
        )
    )
    if ditolak:
        tugas.append(
            Tugas(
                f"BPJS menolak data {ditolak} pekerja asuhan",
                Mendesak.PERLU,
                "Lihat sebabnya; bila Anda dapat memperbaikinya, formulirnya ada di sana.",
                "/perbaikan",
                "ditolak_bpjs",
            )
        )
    return tugas


#: A card handed over within so many days is news.
HARI_KABAR = 30


def _tugas_kartu(asn_id: uuid.UUID) -> list[Tugas]:
    """Addresses that are asked for, and cards handed over lately."""
    query = (
        select(Kartu.status, func.count(), func.min(Kartu.sejak), func.max(Kartu.sejak))
        .join(Asuhan, Asuhan.id == Kartu.asuhan_id)
        .where(
            Asuhan.asn_id == asn_id,
            Asuhan.status.in_(DIUSULKAN_KE_ATAS),
            # An address that has been answered is the liaison's turn.
            or_(Kartu.status != StatusKartu.DIKEMBALIKAN, Kartu.alamat_dijawab_pada.is_(None)),
        )
        .group_by(Kartu.status)
    )
    per_status = {status: (int(n), awal, akhir) for status, n, awal, akhir in db.session.execute(query)}
    tugas = []
    if StatusKartu.DIKEMBALIKAN in per_status:
        banyak, awal, _ = per_status[StatusKartu.DIKEMBALIKAN]
        tugas.append(
            Tugas(
                f"Periksa alamat {banyak} pekerja: kartunya belum dapat diserahkan",
                Mendesak.PERLU,
                f"{sejak(awal)} Beri tahu alamat yang benar agar kartu dikirim ulang.",
                "/asuhan",
                "alamat",
            )
        )
    if StatusKartu.DISERAHKAN in per_status:
        banyak, _, akhir = per_status[StatusKartu.DISERAHKAN]
        if hari_sejak(akhir) <= HARI_KABAR:
            tugas.append(
                Tugas(
                    f"{banyak} pekerja sudah menerima kartunya",
                    Mendesak.BERJALAN,
                    f"Terakhir {tanggal(akhir)}. Kartu adalah tanda peserta; perlindungan tidak bergantung "
                    "padanya.",
                    "/asuhan",
                    "kartu",
                )
            )
    return tugas


def _tugas_pekerja(diusulkan: list[Asuhan], surat: SuratKuasa | None) -> list[Tugas]:
    """Workers are no task of their own: one line with their number, and the way to their page."""
    if not diusulkan:
        return []
    terkirim = surat is not None and surat.status not in (StatusSurat.DRAF, StatusSurat.DICETAK)
    petunjuk = (
        "Keadaan tiap pekerja dan riwayatnya ada di halamannya."
        if terkirim
        else "Menjadi pekerja asuhan setelah surat terkirim."
    )
    return [
        Tugas(f"{len(diusulkan)} pekerja asuhan", Mendesak.BERJALAN, petunjuk, "/asuhan", "pekerja"),
    ]
