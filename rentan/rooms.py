"""The blueprints of all rooms, in the order of the house plan."""

from __future__ import annotations

from flask import Blueprint

from rentan.aktivasi import views as aktivasi_views
from rentan.akun import views as akun_views
from rentan.akun import views_kelola as akun_kelola_views
from rentan.akun import views_saya as akun_saya_views
from rentan.asn import views as asn_views
from rentan.asuhan import views as asuhan_views
from rentan.asuhan.riwayat import add_sumber
from rentan.autodebet import views_debet as autodebet_views
from rentan.autodebet import views_hasil as hasil_debet_views
from rentan.autodebet.layout_debet import kata_untuk_donatur
from rentan.bantuan import views as bantuan_views
from rentan.beranda import views as beranda_views
from rentan.berkas import views as berkas_views
from rentan.calon import views as calon_views
from rentan.cermin import views as cermin_views
from rentan.gladi import views as gladi_views
from rentan.iuran import riwayat as iuran_riwayat
from rentan.iuran import views as iuran_views
from rentan.iuran import views_kalender as kalender_views
from rentan.iuran import views_pemberitahuan as pemberitahuan_views
from rentan.iuran import views_putusan as iuran_kelola_views
from rentan.iuran import views_sisa as iuran_sisa_views
from rentan.iuran import views_tarif as tarif_views
from rentan.iuran import views_urusan as urusan_views
from rentan.iuran.mengapa_data import add_arti_kode
from rentan.jejak import views as jejak_views
from rentan.kartu import riwayat as kartu_riwayat
from rentan.kartu import views as kartu_views
from rentan.kartu import views_acara as kartu_acara_views
from rentan.kartu import views_kartu as kartu_satu_views
from rentan.kartu import views_lembar as kartu_lembar_views
from rentan.kartu import views_serah as kartu_serah_views
from rentan.kartu import views_terima as kartu_terima_views
from rentan.kepesertaan import views as kepesertaan_views
from rentan.kepesertaan import views_keluar
from rentan.laporan import views as laporan_views
from rentan.laporan import views_dasbor as laporan_dasbor_views
from rentan.laporan import views_macet
from rentan.opd import views as opd_views
from rentan.paket import views_pengecualian as paket_views
from rentan.paket import views_uang as paket_uang_views
from rentan.pekerja import views as pekerja_views
from rentan.pencabutan import views as pencabutan_views
from rentan.pencabutan import views_kelola as cabut_views
from rentan.pendaftaran import views as pendaftaran_views
from rentan.pengaturan import views as pengaturan_views
from rentan.perlindungan import views as perlindungan_views
from rentan.pindai import views as pindai_views
from rentan.setoran import views as setoran_views
from rentan.siaga import views as siaga_views
from rentan.siaga import views_jeda
from rentan.surat_kuasa import riwayat as surat_riwayat
from rentan.surat_kuasa import views as surat_views
from rentan.surat_kuasa import views_asli as surat_asli_views
from rentan.surat_kuasa import views_daftar as surat_daftar_views
from rentan.verifikasi import riwayat as verifikasi_riwayat
from rentan.verifikasi import views as verifikasi_views
from rentan.verifikasi import views_duplikat as verifikasi_ganda_views
from rentan.verifikasi import views_perbaikan as verifikasi_perbaikan_views
from rentan.verifikasi import views_surat as verifikasi_surat_views
from rentan.verifikasi import views_terhenti as verifikasi_terhenti_views
from rentan.web import health

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    opd_views.bp,
    akun_views.bp,
    akun_saya_views.bp,
    akun_kelola_views.bp,
    asn_views.bp,
    aktivasi_views.bp,
    jejak_views.bp,
    pengaturan_views.bp,
    pekerja_views.bp,
    asuhan_views.bp,
    calon_views.bp,
    berkas_views.bp,
    surat_daftar_views.bp,
    surat_asli_views.bp,
    surat_views.bp,
    verifikasi_views.bp,
    verifikasi_surat_views.bp,
    verifikasi_perbaikan_views.bp,
    verifikasi_ganda_views.bp,
    verifikasi_terhenti_views.bp,
    paket_views.bp,
    paket_uang_views.bp,
    kepesertaan_views.bp,
    kepesertaan_views.bp_kpj,
    views_keluar.bp,
    iuran_views.bp,
    tarif_views.bp,
    kalender_views.bp,
    pemberitahuan_views.bp,
    iuran_kelola_views.bp,
    iuran_sisa_views.bp,
    urusan_views.bp,
    autodebet_views.bp,
    hasil_debet_views.bp,
    setoran_views.bp,
    perlindungan_views.bp,
    kartu_views.bp,
    kartu_satu_views.bp,
    kartu_terima_views.bp,
    pencabutan_views.bp,
    cabut_views.bp,
    kartu_serah_views.bp,
    kartu_acara_views.bp,
    kartu_lembar_views.bp,
    siaga_views.bp,
    views_jeda.bp,
    cermin_views.bp,
    gladi_views.bp,
    pindai_views.bp,
    pendaftaran_views.bp,
    laporan_views.bp,
    laporan_dasbor_views.bp,
    views_macet.bp,
    beranda_views.bp,
    bantuan_views.bp,
)

# Rooms to the right of ``asuhan`` whose rows belong on a worker's timeline.
for room in (surat_riwayat, verifikasi_riwayat, iuran_riwayat, kartu_riwayat):
    add_sumber(room.sumber)

# What the bank's codes mean is known in ``autodebet``; the donor asks about them in ``iuran``.
add_arti_kode(kata_untuk_donatur)
