"""A stack's road: received, read in the queue, sorted, completed by hand, closed.

Every change locks the stack first, so that two operators of one office take turns.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import IntegrityError

from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.arsip import PaperDamaged, hash_of, sapu, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.core.qr import KodePemisah, KodeSurat, parse_kode
from rentan.core.queue import at_start, enqueue, task
from rentan.core.storage import MissingObject
from rentan.core.subject import KunciSubjek
from rentan.core.workflow import check_version
from rentan.ext import db, runtime
from rentan.pindai import baca, queries
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.pilah import Tempat, Terbaca, pilah
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa

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
        _discard(tumpukan, queries.list_halaman(tumpukan), with_key=True)
    db.session.commit()


def _finish_reading(tumpukan_id: uuid.UUID) -> None:
    """All pages are there: sort them; the PDF itself has done its work."""
    if tumpukan := _waiting(tumpukan_id):
        tumpukan.status = StatusTumpukan.SIAP
        sort_stack(tumpukan)
        _discard(tumpukan, (), with_key=False)
    db.session.commit()


@at_start
def resume_stacks() -> None:
    """Read on what a stopped process left unread."""
    for tumpukan_id in db.session.scalars(
        db.select(Tumpukan.id).where(Tumpukan.status == StatusTumpukan.DIBACA)
    ):
        enqueue("pindai.baca", tumpukan_id=str(tumpukan_id))


# -- sort and place -----------------------------------------------------------------------------------------


def sort_stack(tumpukan: Tumpukan) -> None:
    """Put every page where its code says; what a person decided, and what is filed, stays."""
    pages = queries.list_halaman(tumpukan)
    fixed = {
        one.nomor
        for one in pages
        if one.berkas_id or one.dibuang_pada or (one.ditempatkan_pada and one.surat_kuasa_id)
    }
    taken = {slot for one in pages if one.nomor in fixed and (slot := _slot(one))}
    free = [one for one in pages if one.nomor not in fixed]
    codes = [parse_kode(one.kode or "") for one in free]
    refs = {kode.ref for kode in codes if isinstance(kode, KodeSurat | KodePemisah)}
    letak = pilah([_reading(one) for one in free], queries.kenali(tumpukan.opd_id, refs), taken)
    moved = [one for one in free if _slot(one) != letak[one.nomor].tempat]
    for one in moved:
        one.surat_kuasa_id = one.jenis = one.halaman_surat = None
    db.session.flush()  # empty slots first: the database refuses two pages in one
    for one in free:
        one.hasil = letak[one.nomor].hasil
    for one in moved:
        if (tempat := letak[one.nomor].tempat) is not None:
            _put(one, tempat)
    db.session.flush()


def _reading(one: HalamanPindai) -> Terbaca:
    return Terbaca(
        nomor=one.nomor,
        kode=one.kode,
        tinta=one.tinta,
        sha256=one.sha256 or "",
        kosong=one.hasil is HasilHalaman.KOSONG,
        rusak=one.hasil is HasilHalaman.RUSAK,
        tempel_kosong=one.tempel_kosong,
    )


def _slot(one: HalamanPindai) -> Tempat | None:
    if one.surat_kuasa_id is None or one.jenis is None or one.halaman_surat is None:
        return None
    return Tempat(one.surat_kuasa_id, one.jenis, one.halaman_surat)


def _put(one: HalamanPindai, tempat: Tempat) -> None:
    one.surat_kuasa_id, one.jenis, one.halaman_surat = tempat.surat_id, tempat.jenis, tempat.halaman


def place_page(
    halaman: HalamanPindai,
    surat: SuratKuasa,
    jenis: JenisBerkas,
    nomor: int = 1,
    *,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """A person says what this page is. Raises ``RuleError``: ``bukan_menunggu`` (or of another OPD),
    ``halaman_surat``, ``sudah_ada``, ``tanpa_gambar``; ``Stale``."""
    _check_open(halaman, versi)
    if halaman.kunci_gambar is None:
        raise RuleError("Halaman ini tidak dapat dibuka. Pindai ulang lembarnya.", kode="tanpa_gambar")
    waiting = queries.menunggu_berkas([surat])[surat.id]
    if surat.asn.opd_id != halaman.tumpukan.opd_id or jenis not in waiting:
        raise RuleError(
            f"Surat itu tidak menunggu {jenis.label}. Pilih surat lain.", "surat", kode="bukan_menunggu"
        )
    last = int(surat.halaman or 1) if jenis is JenisBerkas.SURAT_KUASA else 1
    if not 1 <= nomor <= last:
        raise RuleError(f"Surat itu hanya {last} halaman.", "sebagai", kode="halaman_surat")
    tempat = Tempat(surat.id, jenis, nomor)
    for other in queries.list_halaman(halaman.tumpukan):
        if other.id != halaman.id and _slot(other) == tempat:
            raise RuleError(
                f"Bagian itu sudah diisi halaman {other.nomor} tumpukan ini. Sisihkan dahulu halaman itu.",
                "sebagai",
                kode="sudah_ada",
            )
    _put(halaman, tempat)
    _decided(halaman, by, "ditempatkan")
    halaman.dibuang_pada = None
    db.session.flush()
    sort_stack(halaman.tumpukan)


def set_aside(halaman: HalamanPindai, *, by: Pelaku, versi: int | None = None) -> None:
    """This page is no paper of a letter, or a bad scan; a double may take its place.

    Raises ``RuleError``, ``Stale``.
    """
    _check_open(halaman, versi)
    halaman.surat_kuasa_id = halaman.jenis = halaman.halaman_surat = None
    _decided(halaman, by, "disisihkan")
    halaman.dibuang_pada = now()
    db.session.flush()
    sort_stack(halaman.tumpukan)


def take_back(halaman: HalamanPindai, *, by: Pelaku, versi: int | None = None) -> None:
    """Undo what a person said of this page: its own code decides again. ``RuleError``, ``Stale``."""
    _check_open(halaman, versi)
    _decided(halaman, by, "dikembalikan")
    halaman.ditempatkan_oleh = halaman.ditempatkan_pada = halaman.dibuang_pada = None
    halaman.surat_kuasa_id = halaman.jenis = halaman.halaman_surat = None
    db.session.flush()
    sort_stack(halaman.tumpukan)


def _decided(halaman: HalamanPindai, by: Pelaku, apa: str) -> None:
    halaman.ditempatkan_oleh, halaman.ditempatkan_pada = by.akun_id, now()
    record(Peristiwa.HALAMAN_DITEMPATKAN, by=by, objek=halaman, apa=apa, surat=halaman.surat_kuasa_id)


def _check_open(halaman: HalamanPindai, versi: int | None) -> None:
    check_version(halaman, versi)
    if halaman.tumpukan.status is not StatusTumpukan.SIAP:
        raise RuleError(
            f"Tumpukan ini berstatus “{halaman.tumpukan.status.label}”, sehingga tidak dapat diubah.",
            kode="tumpukan_tutup",
        )
    if halaman.berkas_id is not None:
        raise RuleError("Halaman ini sudah tersimpan pada suratnya.", kode="sudah_tersimpan")


# -- close --------------------------------------------------------------------------------------------------


def close_stack(tumpukan: Tumpukan, *, by: Pelaku, versi: int | None = None) -> None:
    """The operator is done: the remaining pictures are destroyed. Raises ``RuleError``, ``Stale``."""
    check_version(tumpukan, versi)
    if tumpukan.status not in (StatusTumpukan.SIAP, StatusTumpukan.DIBACA):
        raise RuleError("Tumpukan ini sudah ditutup.", kode="tumpukan_tutup")
    filed = any(one.berkas_id for one in queries.list_halaman(tumpukan))
    tumpukan.status = StatusTumpukan.SELESAI if filed else StatusTumpukan.DIBUANG
    tumpukan.selesai_pada = now()
    _discard(tumpukan, queries.list_halaman(tumpukan), with_key=True)
    record(Peristiwa.HALAMAN_DITEMPATKAN, by=by, objek=tumpukan, apa="ditutup")


def forget_pictures(pages: Sequence[HalamanPindai]) -> None:
    """Destroy these pictures once this change is committed: their papers are kept elsewhere now."""
    keys = [one.kunci_gambar for one in pages if one.kunci_gambar]
    for one in pages:
        one.kunci_gambar = None
    enqueue("pindai.buang", kunci=keys, subjek=None)


def _discard(tumpukan: Tumpukan, pages: Sequence[HalamanPindai], *, with_key: bool) -> None:
    keys = [*tumpukan.bagian, *(one.kunci_gambar for one in pages if one.kunci_gambar)]
    tumpukan.bagian = []
    for one in pages:
        one.kunci_gambar = None
    enqueue("pindai.buang", kunci=keys, subjek=str(tumpukan.id) if with_key else None)


@task("pindai.buang")
def discard_objects(kunci: list[str], subjek: str | None) -> None:
    """Destroy stored objects that nothing needs any more, and the stack's key when it is closed."""
    for key in kunci:
        runtime().store.delete(key)
    if subjek is not None:
        db.session.execute(db.delete(KunciSubjek).where(KunciSubjek.id == uuid.UUID(subjek)))


def sweep_stacks() -> int:
    """Job: delete stored objects that no stack knows and that are older than two days; how many."""
    return sapu(baca.PREFIX, queries.list_kunci())


__all__ = [
    "close_stack",
    "discard_objects",
    "forget_pictures",
    "place_page",
    "read_stack",
    "receive_stack",
    "resume_stacks",
    "set_aside",
    "sort_stack",
    "sweep_stacks",
    "take_back",
]
