"""A stack's road: received, read in the queue, sorted, closed (completed by hand: ``tempat``).

Every change locks the stack first, so that two operators of one office take turns.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import Pelaku
from rentan.core.arsip import PaperDamaged, hash_of, sapu, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.core.queue import at_start, enqueue, task
from rentan.core.storage import MissingObject
from rentan.core.workflow import check_version
from rentan.ext import db, runtime
from rentan.pindai import baca, queries
from rentan.pindai.buang import discard
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.pindai.tempat import sort_stack

log = logging.getLogger(__name__)
MIB = 1024 * 1024
_PDF = b"%PDF-"


# -- receive ------------------------------------------------------------------------------------------------


def receive_stack(source: BinaryIO, *, opd_id: uuid.UUID, by: Pelaku) -> tuple[Tumpukan, bool]:
    """Keep a scanned PDF and let the queue read it once the caller has committed.

    Answers the stack and whether it is new: the same bytes lead to the stack that is there already.
    Raises ``NotFound`` for another OPD, ``RuleError`` for what by size, count or first bytes cannot be used.
    """
    if opd_id not in by.opd_ids or by.akun_id is None:
        raise NotFound
    sha256, ukuran = baca.digest_of(source)
    if same := queries.find_sama(opd_id, sha256):
        return same, False
    _check_upload(source, ukuran, by)
    tumpukan = Tumpukan(
        id=uuid.uuid4(),
        opd_id=opd_id,
        status=StatusTumpukan.DIBACA,
        sha256=sha256,
        ukuran=ukuran,
        bagian=[],
        dibuat_oleh=by.akun_id,
        dibuat_pada=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(tumpukan)
            db.session.flush()
    except IntegrityError:  # two windows sent it at once
        same = queries.find_sama(opd_id, sha256)
        if same is None:
            raise
        return same, False
    tumpukan.bagian = baca.store_pieces(tumpukan, source)
    record(Peristiwa.TUMPUKAN_DIUNGGAH, by=by, objek=tumpukan, ukuran=ukuran)
    enqueue("pindai.baca", tumpukan_id=str(tumpukan.id))
    return tumpukan, True


def _check_upload(source: BinaryIO, ukuran: int, by: Pelaku) -> None:
    batas = runtime().profil.batas
    source.seek(0)
    if source.read(len(_PDF)) != _PDF:
        raise RuleError(
            "Berkas ini bukan PDF. Atur pemindai agar menyimpan satu PDF berisi semua halaman.",
            "berkas",
            kode="tumpukan_jenis",
        )
    if ukuran > batas.ukuran_tumpukan:
        raise RuleError(
            f"PDF ini lebih besar dari {batas.ukuran_tumpukan // MIB} MB. Pindai dengan 200 dpi, atau bagi "
            "tumpukannya.",
            "berkas",
            kode="tumpukan_terlalu_besar",
        )
    if by.akun_id is not None and queries.used_today(by.akun_id) >= batas.tumpukan_per_hari:
        raise RuleError(
            f"Hari ini Anda sudah mengunggah {batas.tumpukan_per_hari} tumpukan. Lanjutkan besok.",
            "berkas",
            kode="tumpukan_kuota",
        )


# -- read ---------------------------------------------------------------------------------------------------


@task("pindai.baca")
def read_stack(tumpukan_id: str) -> None:
    """Read what has not been read yet, some pages at a time, then sort; commits by itself.

    Safe to run twice and to kill anywhere: each page is one row, and a page with a row is not read again.
    """
    tumpukan = db.session.get(Tumpukan, uuid.UUID(tumpukan_id))
    if tumpukan is None or tumpukan.status is not StatusTumpukan.DIBACA:
        return
    try:
        with baca.opened(tumpukan) as berkas:
            _read_all(tumpukan.id, berkas)
    except RuleError as refused:
        _fail(tumpukan.id, refused.pesan)
        return
    except (PaperDamaged, MissingObject, InvalidTag) as incident:
        log.error("stack %s: %s", tumpukan_id, type(incident).__name__)
        _fail(
            tumpukan.id,
            "Berkas yang tersimpan tidak sama lagi dengan yang Anda unggah. Unggah kembali berkasnya.",
        )
        return
    _finish_reading(tumpukan.id)


def _read_all(tumpukan_id: uuid.UUID, berkas: BinaryIO) -> None:
    total = _count(tumpukan_id, berkas)
    while missing := sorted(set(range(1, total + 1)) - queries.list_nomor(tumpukan_id)):
        db.session.rollback()
        pages = baca.read_pages(berkas, missing[: baca.SEKALI])
        if not _keep(tumpukan_id, pages):
            return


def _count(tumpukan_id: uuid.UUID, berkas: BinaryIO) -> int:
    total = db.session.scalar(db.select(Tumpukan.halaman).where(Tumpukan.id == tumpukan_id))
    db.session.rollback()
    if total is None:
        total = baca.count_pages(berkas, runtime().profil.batas.halaman_tumpukan)
        if tumpukan := _waiting(tumpukan_id):
            tumpukan.halaman = total
        db.session.commit()
    return total


def _waiting(tumpukan_id: uuid.UUID) -> Tumpukan | None:
    """The stack, locked, if it is still being read (it may have been thrown away meanwhile)."""
    db.session.rollback()
    row = db.session.get(Tumpukan, tumpukan_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.status is StatusTumpukan.DIBACA else None


def _keep(tumpukan_id: uuid.UUID, pages: Sequence[baca.HalamanTerbaca]) -> bool:
    """Store these pages and the progress together; ``False`` when nobody waits for them any more."""
    tumpukan = _waiting(tumpukan_id)
    if tumpukan is None:
        db.session.rollback()
        return False
    known = queries.list_nomor(tumpukan_id)  # a second server may have read them as well
    for page in pages:
        if page.nomor not in known:
            db.session.add(_row(tumpukan, page))
    db.session.flush()
    tumpukan.dibaca = len(known | {page.nomor for page in pages})
    db.session.commit()
    return True


def _row(tumpukan: Tumpukan, page: baca.HalamanTerbaca) -> HalamanPindai:
    blank = HasilHalaman.KOSONG if page.kosong else HasilHalaman.TANPA_KODE
    row = HalamanPindai(
        id=uuid.uuid4(),
        tumpukan_id=tumpukan.id,
        nomor=page.nomor,
        hasil=blank if page.gambar else HasilHalaman.RUSAK,
        kode=page.kode,
        putaran=page.putaran,
        tinta=page.tinta,
        tempel_kosong=page.tempel_kosong,
        lebar=page.lebar,
        tinggi=page.tinggi,
    )
    if page.gambar is not None:
        row.sha256 = hash_of(page.gambar)
        row.kunci_gambar = simpan(row, "kunci_gambar", page.gambar, prefix=baca.PREFIX)
    return row


def _fail(tumpukan_id: uuid.UUID, pesan: str) -> None:
    if tumpukan := _waiting(tumpukan_id):
        tumpukan.status, tumpukan.galat, tumpukan.selesai_pada = StatusTumpukan.GAGAL, pesan[:200], now()
        discard(tumpukan, queries.list_halaman(tumpukan), with_key=True)
    db.session.commit()


def _finish_reading(tumpukan_id: uuid.UUID) -> None:
    """All pages are there: sort them; the PDF itself has done its work."""
    if tumpukan := _waiting(tumpukan_id):
        tumpukan.status = StatusTumpukan.SIAP
        sort_stack(tumpukan)
        discard(tumpukan, (), with_key=False)
    db.session.commit()


@at_start
def resume_stacks() -> None:
    """Read on what a stopped process left unread."""
    for tumpukan_id in db.session.scalars(
        db.select(Tumpukan.id).where(Tumpukan.status == StatusTumpukan.DIBACA)
    ):
        enqueue("pindai.baca", tumpukan_id=str(tumpukan_id))


# -- close --------------------------------------------------------------------------------------------------


def close_stack(tumpukan: Tumpukan, *, by: Pelaku, versi: int | None = None) -> None:
    """The operator is done: the remaining pictures are destroyed. Raises ``RuleError``, ``Stale``."""
    check_version(tumpukan, versi)
    if tumpukan.status not in (StatusTumpukan.SIAP, StatusTumpukan.DIBACA):
        raise RuleError("Tumpukan ini sudah ditutup.", kode="tumpukan_tutup")
    filed = any(one.berkas_id for one in queries.list_halaman(tumpukan))
    tumpukan.status = StatusTumpukan.SELESAI if filed else StatusTumpukan.DIBUANG
    tumpukan.selesai_pada = now()
    discard(tumpukan, queries.list_halaman(tumpukan), with_key=True)
    record(Peristiwa.HALAMAN_DITEMPATKAN, by=by, objek=tumpukan, apa="ditutup")


def sweep_stacks() -> int:
    """Job: delete stored objects that no stack knows and that are older than two days; how many."""
    return sapu(baca.PREFIX, queries.list_kunci())
