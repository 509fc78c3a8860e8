"""Own uploads that wait for their confirmation."""

from __future__ import annotations

from sqlalchemy import func, select

from rentan.beranda.tugas import Mendesak, Tugas, sejak
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.imports import Impor, JenisImpor, StatusImpor
from rentan.core.permissions import Permission
from rentan.ext import db

HALAMAN_IMPOR = {
    JenisImpor.ROSTER: (Permission.ASN_KELOLA, "/asn/impor"),
    JenisImpor.CALON: (Permission.CALON_IMPOR, "/calon/impor"),
    JenisImpor.PELINDUNGAN: (Permission.PELINDUNGAN_IMPOR, "/pekerja/pelindungan/impor"),
    JenisImpor.JAWABAN_BPJS: (Permission.KEPESERTAAN_KELOLA, "/kepesertaan/impor"),
    JenisImpor.KPJ: (Permission.KEPESERTAAN_KELOLA, "/kepesertaan/kpj"),
    JenisImpor.JAWABAN_MANDAT: (Permission.MANDAT_KIRIM, "/autodebet/jawaban"),
    JenisImpor.HASIL_DEBET: (Permission.DEBET_KELOLA, "/autodebet/hasil"),
    JenisImpor.CATATAN_BPJS: (Permission.SETORAN_KELOLA, "/setoran/catatan"),
}


def impor_menunggu(by: Pelaku) -> list[Tugas]:
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
