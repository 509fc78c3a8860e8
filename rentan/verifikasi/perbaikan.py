"""The correction loop (states.md §1: M8, M23): only what failed is open, what was accepted stays accepted.

Each action locks the letter first, so that two tabs, or the donor and the operator, take turns.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import batalkan_oleh_sistem
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.koreksi import correct_pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.actions import akhiri_basi, check_unggahan, unggah_berkas
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.queries import harga_tertinggi
from rentan.surat_kuasa.status import BERJALAN, HIDUP, MACHINE, StatusSurat, in_scope
from rentan.util.rupiah import format_rupiah
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan, Putusan
from rentan.verifikasi.perbaikan_queries import (
    facts_kirim,
    find_butir_pekerja,
    find_terbuka,
    jadwal_of,
    jenis_of,
)
from rentan.verifikasi.status import Jawaban

SUDAH_DITUTUP = (
    "Permintaan perbaikan ini sudah ditutup, mungkin karena perbaikannya sudah dikirim. Muat ulang halaman "
    "untuk melihat keadaan terakhir."
)
ALASAN_BASI = "perbaikan_basi"


def check_replacement(butir: ButirPerbaikan, *, ukuran: int, by: Pelaku) -> JenisBerkas:
    """Everything that can be refused before the file (``ukuran`` bytes) is opened; answers its kind."""
    surat = butir.permintaan.surat
    jenis = _jenis(butir)
    _require_open(surat, butir)
    check_unggahan(surat, jenis, ukuran=ukuran, by=by, diminta=(jenis,))
    return jenis


def replace_paper(
    butir: ButirPerbaikan, *, data: bytes, nama_file: str, bersih: Bersih | None = None, by: Pelaku
) -> None:
    """A new paper in the place of the refused one; the checks of M4 hold (QR of the letter, type, quota).

    ``bersih`` as in ``surat_kuasa.actions.unggah_berkas``. Raises ``RuleError``, at the paper's field.
    """
    surat = butir.permintaan.surat
    _lock(surat)
    db.session.refresh(butir)
    _require_open(surat, butir)
    jenis = _jenis(butir)
    paper = unggah_berkas(
        surat, jenis=jenis, data=data, nama_file=nama_file, by=by, bersih=bersih, diminta=(jenis,)
    )
    butir.berkas_baru_id = paper.id
    _answer(butir, Jawaban.DIGANTI, by)


def contest_point(butir: ButirPerbaikan, *, catatan: str, by: Pelaku) -> None:
    """Say why the point is right as it is; a verifikator looks at it again.

    Raises ``RuleError``: ``tanpa_catatan``, ``sudah_diganti`` (what was replaced cannot be defended).
    """
    surat = butir.permintaan.surat
    _check_reach(surat, by)
    _lock(surat)
    db.session.refresh(butir)
    _require_open(surat, butir)
    if not catatan.strip():
        raise RuleError("Tulis mengapa ini sudah benar.", "catatan", kode="tanpa_catatan")
    if butir.jawaban is Jawaban.DIGANTI:
        raise RuleError(
            "Bagian ini sudah Anda perbaiki, sehingga tidak perlu disanggah. Kirim perbaikannya.",
            kode="sudah_diganti",
        )
    butir.catatan = catatan.strip()
    _answer(butir, Jawaban.DISANGGAH, by)


def correct_worker(
    asuhan: Asuhan,
    data: DataPekerja,
    *,
    alasan_peringatan: str | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """Correct the data of a worker while a point, or a refusal of BPJS, asks for it.

    By the donor of the sponsorship or an operator of the donor's OPD. Raises ``Forbidden``, ``Stale``,
    ``RuleError``: ``tidak_diminta``, ``melewati_plafon`` and those of ``pekerja.koreksi.correct_pekerja``.
    """
    own = by.has(Peran.ASN) and by.asn_id == asuhan.asn_id
    if not own and not (by.has(Peran.OPERATOR_OPD) and asuhan.asn.opd_id in by.opd_ids):
        raise Forbidden
    butir = find_butir_pekerja(asuhan)
    if butir is not None:
        _lock(butir.permintaan.surat)
        db.session.refresh(butir)
        _require_open(butir.permintaan.surat, butir)
    elif asuhan.pekerja.status is not StatusPekerja.DITOLAK_BPJS:
        raise RuleError(SUDAH_DITUTUP, kode="tidak_diminta")
    sektor = asuhan.pekerja.sektor
    correct_pekerja(asuhan.pekerja, data, alasan_peringatan=alasan_peringatan, by=by, versi=versi)
    if data.sektor is not sektor:
        _check_ceiling(asuhan)
    if butir is not None:
        _answer(butir, Jawaban.DIGANTI, by)


def send_repair(
    surat: SuratKuasa, *, ditandatangani_pada: date | None = None, by: Pelaku, versi: int | None = None
) -> None:
    """M8: everything is answered; the letter takes its old place in the queue.

    Contested and replaced points are judged anew, everything else keeps its verdict. ``ditandatangani_pada``
    is the date on a replaced letter; without it the date of the first one holds. Raises ``RuleError``
    (something is unanswered, an impossible date), ``Stale``.
    """
    _lock(surat)
    permintaan = find_terbuka(surat)
    if permintaan is not None:
        db.session.refresh(permintaan)
    papers = [one.berkas_baru_id for one in permintaan.butir if one.berkas_baru_id] if permintaan else []
    facts: dict[str, Any] = {**facts_kirim(permintaan)}
    if ditandatangani_pada is not None:
        facts["ditandatangani_pada"] = ditandatangani_pada
    advance(MACHINE, surat, "kirim_ulang", by=by, versi=versi, dokumen=papers, **facts)
    if ditandatangani_pada is not None:
        surat.ditandatangani_pada = ditandatangani_pada
    surat.diperiksa_oleh = surat.diperiksa_sejak = None
    if permintaan is not None:
        _lapse([one.putusan for one in permintaan.butir])
        permintaan.ditutup_pada = now()
    db.session.flush()


# -- the clock of a request (M23) ---------------------------------------------------------------------------


def remind() -> int:
    """Job: send the reminders that are due, end what nobody repaired in time; answers how many moved.

    Safe to run twice and to catch up: a day sends one reminder at most, and a letter ends on a later day than
    its second reminder, however long the job did not run.
    """
    query = (
        select(PermintaanPerbaikan.id, PermintaanPerbaikan.surat_kuasa_id)
        .where(PermintaanPerbaikan.ditutup_pada.is_(None))
        .order_by(PermintaanPerbaikan.surat_kuasa_id)
    )
    return sum(_tick(*row) for row in db.session.execute(query).all())


def _tick(permintaan_id: uuid.UUID, surat_id: uuid.UUID) -> int:
    """One request's turn; 1 when something happened."""
    surat = db.session.get_one(SuratKuasa, surat_id, with_for_update={"key_share": True})
    permintaan = db.session.get_one(PermintaanPerbaikan, permintaan_id, populate_existing=True)
    if permintaan.ditutup_pada is not None:
        return 0
    if surat.status is not StatusSurat.PERLU_PERBAIKAN:
        permintaan.ditutup_pada = now()  # the donor cancelled the letter (M22)
        return 0
    jadwal, sent = jadwal_of(permintaan), [permintaan.pengingat_1_pada, permintaan.pengingat_2_pada]
    if any(when is not None and _day(when) >= today() for when in sent):
        return 0
    if None not in sent:
        return _end(surat, permintaan) if today() >= jadwal.berakhir else 0
    number = sent.index(None)
    if today() < jadwal.pengingat[number]:
        return 0
    setattr(permintaan, f"pengingat_{number + 1}_pada", now())
    record(Peristiwa.PENGINGAT_DIKIRIM, by=SISTEM, objek=surat, nomor=number + 1)
    return 1


def _end(surat: SuratKuasa, permintaan: PermintaanPerbaikan) -> int:
    """M23, and A15 for the workers whom no letter in force names: they are free for others."""
    hari = (today() - _day(permintaan.dibuka_pada)).days
    akhiri_basi(surat, hari_terbuka=hari, pengingat=2)
    permintaan.ditutup_pada = now()
    kept = select(SuratPekerja.asuhan_id).join(SuratKuasa).where(SuratKuasa.status.in_(HIDUP))
    query = (
        select(Asuhan)
        .join(SuratPekerja, SuratPekerja.asuhan_id == Asuhan.id)
        .where(
            SuratPekerja.surat_kuasa_id == surat.id,
            Asuhan.status.in_((StatusAsuhan.DIUSULKAN, StatusAsuhan.MENUNGGU_MANDAT)),
            Asuhan.id.not_in(kept),
        )
        .order_by(Asuhan.id)
    )
    for asuhan in db.session.scalars(query).all():
        batalkan_oleh_sistem(asuhan, alasan=ALASAN_BASI)
    return 1


def _day(instant: datetime) -> date:
    return to_local(instant).date()


# -- within -------------------------------------------------------------------------------------------------


def _lock(surat: SuratKuasa) -> None:
    db.session.refresh(surat, with_for_update={"key_share": True})


def _check_reach(surat: SuratKuasa, by: Pelaku) -> None:
    if not any(by.has(one) and in_scope(surat, by, one) for one in (Peran.ASN, Peran.OPERATOR_OPD)):
        raise Forbidden


def _require_open(surat: SuratKuasa, butir: ButirPerbaikan) -> None:
    if surat.status is not StatusSurat.PERLU_PERBAIKAN or butir.permintaan.ditutup_pada is not None:
        raise RuleError(SUDAH_DITUTUP, kode="sudah_ditutup")


def _jenis(butir: ButirPerbaikan) -> JenisBerkas:
    jenis = jenis_of(butir)
    if jenis is None:
        raise NotFound  # a worker's point takes no paper
    return jenis


def _answer(butir: ButirPerbaikan, jawaban: Jawaban, by: Pelaku) -> None:
    butir.jawaban = jawaban
    if jawaban is not Jawaban.DISANGGAH:
        butir.catatan = None
    butir.dijawab_oleh, butir.dijawab_pada = by.akun_id, now()
    db.session.flush()
    record(
        Peristiwa.PERBAIKAN_DIJAWAB,
        by=by,
        objek=butir.permintaan.surat,
        butir=butir.urutan,
        jawaban=jawaban.value,
    )


def _lapse(verdicts: Iterable[Putusan]) -> None:
    for one in verdicts:
        one.gugur_pada = one.gugur_pada or now()


def _check_ceiling(asuhan: Asuhan) -> None:
    """Another sector may cost more: what the donor signed must still carry it (M2)."""
    query = (
        select(SuratKuasa)
        .join(SuratPekerja)
        .where(SuratPekerja.asuhan_id == asuhan.id, SuratKuasa.status.in_((*BERJALAN, *HIDUP)))
        .order_by(SuratKuasa.id)
    )
    for surat in db.session.scalars(query).unique().all():
        mulai = surat.bulan_pertama or today()
        total = sum(harga_tertinggi(one.asuhan, mulai) for one in surat.daftar)
        if surat.plafon is not None and total > surat.plafon:
            raise RuleError(
                f"Dengan sektor ini iurannya menjadi {format_rupiah(total)}, melebihi batas "
                f"{format_rupiah(surat.plafon)} dalam surat kuasa. Batalkan surat itu, lalu buat yang baru.",
                "sektor",
                kode="melewati_plafon",
            )
