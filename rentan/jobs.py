"""Scheduled jobs by name (``flask job NAME``): safe to run twice and to catch up; each answers a count."""

from __future__ import annotations

import logging
from collections.abc import Callable

from rentan.akun.actions import prune_sesi
from rentan.akun.percobaan import prune_tries
from rentan.akun.tertunda import prune_isian
from rentan.berkas.actions import sapu_berkas
from rentan.calon.actions import kembalikan_pegangan
from rentan.core.audit_head import export_head
from rentan.core.idempotency import prune_answers
from rentan.core.imports import expire_imports
from rentan.core.queue import every_hour, task
from rentan.ext import db
from rentan.gladi.folder import sapu_gladi
from rentan.iuran.beritahu import beri_tahu_semua
from rentan.iuran.buntu import rapikan_buntu
from rentan.iuran.gerak import bulan_baru
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.pemberitahuan import umumkan_mendatang
from rentan.iuran.penyesuaian import sesuaikan_dibayar
from rentan.iuran.sisa import rapikan_sisa
from rentan.iuran.tagihan import periksa_semua
from rentan.kartu.acara import sapu_bukti
from rentan.kartu.actions import minta_kartu
from rentan.laporan.periksa.malam import periksa_malam
from rentan.pekerja.actions import segarkan_tercakup
from rentan.pencabutan.actions import run_waiting
from rentan.perlindungan.hitung import hitung_perlindungan, tandai_usia65
from rentan.pindai.actions import sweep_stacks
from rentan.setoran.actions import sapu_bukti_setoran
from rentan.siaga.actions import ask_all, end_loans
from rentan.siaga.masa import akhiri_masa, ingatkan_masa
from rentan.surat_kuasa.jeda import akhiri_jeda
from rentan.verifikasi.perbaikan import remind

log = logging.getLogger(__name__)

JOBS: dict[str, Callable[[], int]] = {
    # What ends or goes on comes before what is charged.
    "akhiri-masa": akhiri_masa,
    "akhiri-talangan": end_loans,
    "akhiri-jeda": akhiri_jeda,
    "bulan-baru": bulan_baru,
    "ekspor-kepala-jejak": export_head,
    "jadwalkan-iuran": jadwalkan,
    "jalankan-pencabutan": run_waiting,
    "kembalikan-pegangan": kembalikan_pegangan,
    "bersihkan-impor": expire_imports,
    "hitung-perlindungan": hitung_perlindungan,
    "bulan-buntu": rapikan_buntu,
    "ingatkan-masa": ingatkan_masa,
    "ingatkan-perbaikan": remind,
    "minta-kartu": minta_kartu,
    "periksa-tagihan": periksa_semua,
    "beri-tahu": beri_tahu_semua,
    "periksa-malam": periksa_malam,
    "pangkas-isian-tertunda": prune_isian,
    "pangkas-percobaan": prune_tries,
    "pangkas-sesi": prune_sesi,
    "pangkas-permintaan": prune_answers,
    "sapu-berkas": sapu_berkas,
    "sapu-tumpukan": sweep_stacks,
    "sapu-bukti": sapu_bukti,
    "sapu-bukti-setoran": sapu_bukti_setoran,
    "sapu-gladi": sapu_gladi,
    "segarkan-tercakup": segarkan_tercakup,
    "sesuaikan-tarif": sesuaikan_dibayar,
    "sisa-kredit": rapikan_sisa,
    "umumkan-tarif": umumkan_mendatang,
    "tandai-usia65": tandai_usia65,
    "tanya-siaga": ask_all,
}


@task("pekerjaan-berkala")
def run_all() -> None:
    """Every job, each in a transaction of its own: one that fails is logged and does not stop the others."""
    for name, job in JOBS.items():
        try:
            done = job()
            db.session.commit()
        except Exception as failure:
            db.session.rollback()
            log.error("job %s failed: %s", name, type(failure).__name__, exc_info=failure)
        else:
            if done:
                log.info("job %s: %s", name, done)


every_hour("pekerjaan-berkala")
