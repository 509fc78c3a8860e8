"""The inbox of treasurer and approver: letters, debits, remittances, receipts, what must be closed."""

from __future__ import annotations

from sqlalchemy import func, select

from rentan.autodebet.models import BarisMandat
from rentan.beranda.antre import Antre, baca_antre
from rentan.beranda.antrean_paket import antrean_paket, dalam_keadaan, pengecualian, siap_dikirim, urusan
from rentan.beranda.impor import impor_menunggu
from rentan.beranda.tugas import Bagian, Tautan
from rentan.core.actor import Pelaku
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.iuran.models import Iuran, Penerimaan, UsulIuran
from rentan.iuran.status import StatusIuran, StatusUsul
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import UANG, JenisPaket, StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pencabutan.models import Pencabutan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat


def bagian_uang(by: Pelaku) -> Bagian:
    """Treasurer and approver, or one person who is both."""
    peran = [one for one in (Peran.BENDAHARA, Peran.PENYETUJU) if by.has(one)]
    siapa = " dan ".join(one.label.lower() for one in peran)
    bendahara = Peran.BENDAHARA in peran
    bagian = Bagian(
        "uang",
        f"Sebagai {siapa}",
        "Setiap bulan: susun, kunci, minta disetujui, kirim, baca hasil, ulang yang boleh, setor, cocokkan."
        if bendahara
        else "Anda orang kedua yang memeriksa setiap paket, penerimaan, dan usul sebelum berlaku.",
        Tautan("Buka autodebet", "/autodebet") if bendahara else Tautan("Buka persetujuan", "/paket"),
    )
    antrean = [*_antrean_debet(), *_antrean_mandat()] if bendahara else []
    if Peran.PENYETUJU in peran:
        antrean += _antrean_setuju(by)
    bagian.tugas = [*(impor_menunggu(by) if bendahara else ()), *baca_antre(*antrean)]
    return bagian


def _antrean_debet() -> list[Antre]:
    iuran = (
        (StatusIuran.TERJADWAL, "iuran terjadwal menunggu paket debet", "/autodebet"),
        (StatusIuran.TANPA_KABAR, "iuran belum ada kabar dari bank", "/iuran/urusan"),
    )
    return [
        *(
            Antre(
                judul,
                (
                    select(Iuran.dijadwalkan_pada)
                    if status is StatusIuran.TERJADWAL
                    else dalam_keadaan("iuran", Iuran, Iuran.dijadwalkan_pada)
                ).where(Iuran.status == status),
                url,
                f"iuran_{status.value}",
            )
            for status, judul, url in iuran
        ),
        *antrean_paket(JenisPaket.DEBET, "/autodebet"),
        *antrean_paket(JenisPaket.ULANG, "/autodebet"),
        siap_dikirim(JenisPaket.SETOR, "/paket", "setoran disetujui, menunggu dibayar"),
        Antre(
            "paket uang menunggu dicocokkan dengan rekening",
            dalam_keadaan("paket", Paket, Paket.dikirim_pada).where(
                Paket.jenis.in_(UANG), Paket.status == StatusPaket.HASIL_LENGKAP
            ),
            "/paket",
            "cocokkan",
        ),
        Antre(
            "pengecualian hasil debet perlu diselesaikan",
            pengecualian(JenisImpor.HASIL_DEBET),
            "/paket/pengecualian",
            "pengecualian_debet",
        ),
        urusan(Peran.BENDAHARA),
    ]


def _antrean_mandat() -> list[Antre]:
    dalam_paket = (
        select(BarisMandat.id)
        .where(BarisMandat.surat_kuasa_id == SuratKuasa.id, BarisMandat.hasil == HasilBaris.MENUNGGU)
        .exists()
    )
    cabut = select(Pencabutan.diterima_pada).join(SuratKuasa, SuratKuasa.id == Pencabutan.surat_kuasa_id)
    menunggu = SuratKuasa.status == StatusSurat.DICABUT_MENUNGGU
    return [
        Antre(
            "surat kuasa disetujui menunggu dikirim ke bank",
            select(func.coalesce(SuratKuasa.diputus_pada, SuratKuasa.dibuat_pada)).where(
                SuratKuasa.status == StatusSurat.TERVERIFIKASI, ~dalam_paket
            ),
            "/autodebet/surat",
            "mandat_kirim",
        ),
        *antrean_paket(JenisPaket.MANDAT, "/autodebet/surat"),
        Antre(
            "pencabutan perlu diteruskan ke bank",
            cabut.where(menunggu, Pencabutan.diteruskan_pada.is_(None)),
            "/autodebet/pencabutan",
            "pencabutan",
            "Sesudah diteruskan, tidak ada lagi debet bagi surat itu.",
            batas=1,
        ),
        Antre(
            "pencabutan menunggu pengakuan bank",
            cabut.where(menunggu, Pencabutan.diteruskan_pada.is_not(None)),
            "/autodebet/pencabutan",
            "pencabutan_bank",
        ),
        Antre(
            "pengecualian jawaban bank perlu diselesaikan",
            pengecualian(JenisImpor.JAWABAN_MANDAT),
            "/paket/pengecualian",
            "pengecualian_bank",
        ),
    ]


def _antrean_setuju(by: Pelaku) -> list[Antre]:
    """What this person may approve or close: nothing that he built, recorded or read himself (G5)."""
    pertama = select(PaketUang.paket_id).where(PaketUang.setuju_pertama_oleh == by.akun_id)
    pembaca = select(PaketUang.paket_id).where(PaketUang.pengimpor == by.akun_id)
    putusan = [
        Antre(
            judul,
            select(model.dibuat_pada).where(
                model.status == StatusUsul.DIAJUKAN, model.oleh.is_distinct_from(by.akun_id)
            ),
            "/iuran/putusan",
            uji,
        )
        for model, judul, uji in (
            (Penerimaan, "penerimaan tunai atau transfer menunggu putusan Anda", "penerimaan"),
            (UsulIuran, "usul penghapusan atau pengembalian menunggu putusan Anda", "usul"),
        )
    ]
    return [
        Antre(
            "paket menunggu persetujuan Anda",
            select(Paket.dikunci_pada).where(
                Paket.status == StatusPaket.DIKUNCI,
                Paket.dibuat_oleh.is_distinct_from(by.akun_id),
                Paket.dikunci_oleh.is_distinct_from(by.akun_id),
                Paket.id.not_in(pertama),
            ),
            "/paket",
            "setuju",
            batas=1,
        ),
        *putusan,
        Antre(
            "paket uang menunggu Anda tutup",
            dalam_keadaan("paket", Paket, Paket.dikirim_pada).where(
                Paket.status == StatusPaket.DIREKONSILIASI, Paket.id.not_in(pembaca)
            ),
            "/paket",
            "tutup",
        ),
    ]
