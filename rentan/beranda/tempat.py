"""The parts of those who work for one agency or one district."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from rentan.aktivasi.queries import list_unit
from rentan.asn.models import Asn
from rentan.beranda.tugas import Bagian, Besaran, Mendesak, Tautan, Tugas, nilai, tertua
from rentan.calon.queries import count_usulan
from rentan.calon.status import KeadaanUsulan
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.laporan.queries import angka_opd, jumlah
from rentan.opd.models import Opd
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.angka import format_angka
from rentan.util.tanggal import awal_bulan
from rentan.wilayah.models import Kecamatan

#: Days after which paper that lies still is called late.
HARI_TANDA_TANGAN, HARI_SERAH = 14, 7


def bagian_operator(by: Pelaku) -> Bagian:
    """The agency's ladder, who has not activated or joined, and papers to collect."""
    opd = list(db.session.scalars(select(Opd).where(Opd.id.in_(by.opd_ids)).order_by(Opd.urutan, Opd.id)))
    angka = jumlah(angka_opd(awal_bulan(today()), by.opd_ids).values())
    nama = ", ".join(one.singkatan for one in opd) or "OPD Anda"
    # The same people as on the page of the slips: everybody who may activate, counted in percentages or not.
    belum_akun = sum(row.belum for one in opd for row in list_unit(one))
    di_luar = belum_akun - (angka.asn - angka.aktivasi)
    luar = f" Termasuk {format_angka(di_luar)} ASN di luar hitungan persentase." if di_luar > 0 else ""
    bagian = Bagian(
        "operator",
        f"Sebagai operator {nama}",
        f"{format_angka(angka.belum)} dari {format_angka(angka.asn)} ASN belum ikut; ikut bersifat sukarela, "
        "jadi tugas Anda memberi tahu dan membantu.",
        Tautan("Lihat siapa yang belum ikut", "/partisipasi?daftar=belum"),
    )
    bagian.angka = [
        Besaran("Sudah ikut", angka.ikut, angka.asn, url="/partisipasi?daftar=ikut", uji="ikut"),
        Besaran("Akun aktif", angka.aktivasi, angka.asn, url="/partisipasi", uji="aktivasi"),
        Besaran(
            "Pekerja asuhan", angka.pekerja, satuan="orang", url="/partisipasi?daftar=ikut", uji="pekerja"
        ),
    ]
    bagian.tugas = [
        *_surat_menunggu(by),
        Tugas(
            f"{format_angka(belum_akun)} ASN belum mengaktifkan akun",
            nilai(belum_akun),
            f"Cetak slip aktivasi, lalu bagikan per unit kerja.{luar}",
            "/aktivasi/slip",
            "belum_aktivasi",
        ),
    ]
    return bagian


def _surat_menunggu(by: Pelaku) -> list[Tugas]:
    """Printed letters that nobody has sent, originals still to be collected, originals to pass on."""
    antre = (
        (
            "surat sudah dicetak tetapi belum dikirim",
            "Ingatkan pemiliknya, atau bantu mengunggah.",
            SuratKuasa.dicetak_pada,
            (SuratKuasa.status == StatusSurat.DICETAK,),
            HARI_TANDA_TANGAN,
            f"/surat-kuasa?status={StatusSurat.DICETAK.value}",
            "dicetak",
        ),
        (
            "lembar asli perlu dikumpulkan dari ASN",
            "Suratnya sudah terkirim; lembar asli bermeterai masih pada ASN.",
            SuratKuasa.diunggah_pada,
            (SuratKuasa.status == StatusSurat.DIUNGGAH, SuratKuasa.asli_di == AsliDi.ASN),
            HARI_SERAH,
            f"/surat-kuasa?asli_di={AsliDi.ASN.value}",
            "asli_asn",
        ),
        (
            "lembar asli perlu diteruskan ke admin kota",
            "Lembar asli ada di sekretariat Anda.",
            SuratKuasa.diunggah_pada,
            (SuratKuasa.status == StatusSurat.DIUNGGAH, SuratKuasa.asli_di == AsliDi.OPD),
            None,
            f"/surat-kuasa?asli_di={AsliDi.OPD.value}",
            "asli_opd",
        ),
    )
    tugas = []
    for judul, petunjuk, kolom, syarat, batas, url, uji in antre:
        banyak, terlama = _hitung_surat(by, kolom, *syarat)
        tugas.append(
            Tugas(
                f"{format_angka(banyak)} {judul}",
                nilai(banyak, terlama, batas),
                f"{petunjuk} {tertua(terlama)}" if banyak else "",
                url if banyak else "",
                uji,
            )
        )
    return tugas


def _hitung_surat(by: Pelaku, kolom: Any, *syarat: Any) -> tuple[int, datetime | None]:
    """How many letters of the own agency, and since when the oldest of them waits."""
    query = (
        select(func.count(), func.min(kolom)).select_from(SuratKuasa).join(Asn, Asn.id == SuratKuasa.asn_id)
    )
    row = db.session.execute(query.where(Asn.opd_id.in_(by.opd_ids), *syarat)).one()
    return int(row[0]), row[1]


def bagian_kecamatan(by: Pelaku) -> Bagian:
    """The district's own proposals: who still waits for a donor, who has been chosen, who is checked."""
    nama = ", ".join(
        db.session.scalars(
            select(Kecamatan.nama).where(Kecamatan.kode.in_(by.kecamatan)).order_by(Kecamatan.nama)
        )
    )
    usulan = count_usulan(seen_by=by)
    menunggu, terlama = usulan[KeadaanUsulan.MENUNGGU]
    bagian = Bagian(
        "kecamatan",
        f"Sebagai petugas Kecamatan {nama}",
        "Anda mengusulkan pekerja rentan di kecamatan Anda agar ditanggung seorang ASN.",
        Tautan("Usulkan pekerja", "/calon/usul"),
    )
    bagian.angka = [
        Besaran(
            one.label,
            usulan[one][0],
            satuan="orang",
            url=f"/calon?tampilan=usulan&keadaan={one.value}",
            uji=one.value,
        )
        for one in (KeadaanUsulan.MENUNGGU, KeadaanUsulan.DIPILIH, KeadaanUsulan.DIPERIKSA)
    ]
    bagian.tugas = [
        Tugas(
            f"{format_angka(menunggu)} pekerja menunggu orang tua asuh",
            Mendesak.BERJALAN if menunggu else Mendesak.KOSONG,
            tertua(terlama, "Yang terlama menunggu") or "Usulkan pekerja lebih dahulu.",
            f"/calon?tampilan=usulan&keadaan={KeadaanUsulan.MENUNGGU.value}" if menunggu else "/calon/usul",
            "menunggu",
        )
    ]
    return bagian
