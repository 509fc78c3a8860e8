"""A hand-over day: planned, its list (K6), who stayed away (K8), and its end with the berita acara."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from rentan.core.actor import Pelaku
from rentan.core.arsip import baca, hash_of, sapu, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.numbering import next_number
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.kartu.acara_cetak import susun_berita_acara
from rentan.kartu.acara_queries import (
    DAPAT_DIUNDANG,
    hitung,
    list_baris,
    list_kunci,
    list_tambahan,
)
from rentan.kartu.acara_status import MACHINE
from rentan.kartu.gerak import gerak
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.serah import PREFIX_BUKTI, PREFIX_POTONGAN, lock_kartu
from rentan.kartu.status import HasilUndangan, StatusAcara, StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.util.kode import make_kode
from rentan.wilayah.models import Kelurahan

PREFIX_BA = "berita_acara"
#: K8: why somebody was not met.
ALASAN_TIDAK_DATANG = (
    ("tidak_datang", "Tidak datang"),
    ("pindah", "Pindah alamat"),
    ("sakit", "Sakit atau bepergian"),
    ("tidak_dikenal", "Alamat tidak ditemukan"),
)
#: Cards put on a list at once.
PALING_BANYAK = 2_000


def create_acara(*, nama: str, tempat: str, tanggal: date, kecamatan_kode: str, by: Pelaku) -> AcaraSerah:
    """Plan a day in the own kecamatan. Raises ``RuleError`` for a past day, ``Forbidden`` elsewhere."""
    if kecamatan_kode not in by.kecamatan:
        raise Forbidden
    _check_tanggal(tanggal)
    acara = AcaraSerah(
        id=uuid.uuid4(),
        kecamatan_kode=kecamatan_kode,
        kode=f"AC-{make_kode(6)}",
        nama=nama,
        tempat=tempat,
        tanggal=tanggal,
        dibuat_oleh=by.akun_id,
        dibuat_pada=now(),
    )
    advance(MACHINE, acara, "rencanakan", by=by, baru=True)
    return acara


def change_acara(
    acara: AcaraSerah, *, nama: str, tempat: str, tanggal: date, by: Pelaku, versi: int | None
) -> None:
    """Another name, place or day, while it is planned. Raises ``RuleError``, ``Stale``."""
    check_version(acara, versi)
    _check_rencana(acara)
    if tanggal != acara.tanggal:
        _check_tanggal(tanggal)
    acara.nama, acara.tempat, acara.tanggal = nama, tempat, tanggal
    record(Peristiwa.ACARA_DIUBAH, by=by, objek=acara, tanggal=tanggal)


def _check_tanggal(tanggal: date) -> None:
    if tanggal < today():
        raise RuleError("Tanggal acara tidak boleh sebelum hari ini.", "tanggal", kode="tanggal_lewat")


def _check_rencana(acara: AcaraSerah) -> None:
    if acara.status is not StatusAcara.RENCANA:
        raise RuleError(
            f"Acara ini sudah {acara.status.label.lower()}, sehingga tidak dapat diubah lagi.",
            kode="acara_selesai",
        )


def _lock(kartu_ids: Sequence[uuid.UUID], kecamatan_kode: str) -> list[Kartu]:
    """These cards of that kecamatan, held, always in the order of their ids."""
    query = (
        select(Kartu)
        .where(Kartu.id.in_(kartu_ids), Kartu.kecamatan_kode == kecamatan_kode)
        .order_by(Kartu.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def invite_kartu(acara: AcaraSerah, kartu_ids: Sequence[uuid.UUID], *, by: Pelaku) -> int:
    """K6 for each card, lines in the order kelurahan, name; answers how many were added.

    Lines that stand already keep their number, so a sheet that was printed stays right. A card that meanwhile
    went elsewhere is left out. Raises ``RuleError`` when nothing remains, ``NotFound`` for a foreign card.
    The caller has locked the day.
    """
    _check_rencana(acara)
    rows = _lock(kartu_ids, acara.kecamatan_kode)
    if len(rows) != len(set(kartu_ids)):
        raise NotFound
    known = set(db.session.scalars(select(UndanganSerah.kartu_id).where(UndanganSerah.acara_id == acara.id)))
    free = [one for one in rows if one.status in DAPAT_DIUNDANG]
    if not free:
        raise RuleError("Pilih paling sedikit satu kartu yang masih menunggu di kecamatan.", kode="kosong")
    last = db.session.scalar(
        select(func.coalesce(func.max(UndanganSerah.urutan), 0)).where(UndanganSerah.acara_id == acara.id)
    )
    urutan = int(last or 0)
    for kartu in sorted(free, key=_place_of(free)):
        gerak(kartu, "jadwalkan", by=by)
        if kartu.id in known:  # scheduled, taken back by mistake of line, scheduled again
            continue
        urutan += 1
        db.session.add(
            UndanganSerah(
                id=uuid.uuid4(),
                acara_id=acara.id,
                kartu_id=kartu.id,
                urutan=urutan,
                hasil=HasilUndangan.MENUNGGU,
            )
        )
    db.session.flush()
    record(Peristiwa.ACARA_DIUBAH, by=by, objek=acara, ditambah=len(free))
    return len(free)


def _place_of(kartu: Sequence[Kartu]) -> Any:
    """Sort key of the sheet: kelurahan, name, id."""
    query = (
        select(Kartu.id, Kelurahan.nama, Pekerja.nama_inti)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .join(Kelurahan, Pekerja.kelurahan_kode == Kelurahan.kode)
        .where(Kartu.id.in_([one.id for one in kartu]))
    )
    where = {one: (kelurahan, nama, str(one)) for one, kelurahan, nama in db.session.execute(query)}
    return lambda one: where[one.id]


def note_absent(undangan: UndanganSerah, *, alasan: str, by: Pelaku) -> None:
    """K8: nobody came for this card; ``alasan`` is a code of ``ALASAN_TIDAK_DATANG``. Counts as a try."""
    kartu = undangan.kartu
    lock_kartu(kartu)
    db.session.refresh(undangan)  # another desk may have noted this line meanwhile
    _check_menunggu(undangan)
    _back_on_list(kartu, by)
    kartu.percobaan += 1
    gerak(kartu, "tidak_datang", by=by, alasan=alasan)
    undangan.hasil, undangan.alasan = HasilUndangan.TIDAK_DATANG, alasan
    db.session.flush()


def _check_menunggu(undangan: UndanganSerah) -> None:
    if undangan.hasil is not HasilUndangan.MENUNGGU:
        raise RuleError(
            f"Baris {undangan.urutan} sudah dicatat: {undangan.hasil.label.lower()}.", kode="sudah_dicatat"
        )


def _back_on_list(kartu: Kartu, by: Pelaku) -> None:
    """A hand-over that the BPJS liaison took back leaves the card unscheduled."""
    if kartu.status is StatusKartu.DITERIMA_KEC:
        gerak(kartu, "jadwalkan", by=by)


def finish_acara(acara: AcaraSerah, *, by: Pelaku, versi: int | None = None) -> None:
    """H2: who still waits did not come (K8); the berita acara gets its number and is frozen with its hash.

    The caller has locked the day, so that no desk hands over meanwhile. Raises ``RuleError``, ``Stale``.
    """
    check_version(acara, versi)
    _check_rencana(acara)
    waiting = [one for one in list_baris(acara) if one.undangan.hasil is HasilUndangan.MENUNGGU]
    for one in sorted(waiting, key=lambda one: one.kartu.id):
        lock_kartu(one.kartu)
        db.session.refresh(one.undangan)
        if one.undangan.hasil is not HasilUndangan.MENUNGGU:  # from the card's own page, this very moment
            continue
        if one.kartu.status is StatusKartu.DISERAHKAN:  # at the counter
            one.undangan.hasil = HasilUndangan.DISERAHKAN
        else:
            note_absent(one.undangan, alasan="tidak_datang", by=by)
    acara.selesai_pada = now()
    advance(MACHINE, acara, "selesaikan", by=by)
    tahun = today().year
    acara.nomor_ba = f"BA-{tahun}-{next_number('berita_acara', tahun):06d}"
    baris, tambahan = list_baris(acara), list_tambahan(acara)
    cetakan = susun_berita_acara(acara, baris, tambahan, hitung(baris, len(tambahan)))
    acara.kunci_ba = simpan(acara, "kunci_ba", cetakan.pdf, prefix=PREFIX_BA)
    acara.sha256_ba = hash_of(cetakan.pdf)
    record(Peristiwa.BERITA_ACARA_DIBUAT, by=by, objek=acara, nomor=acara.nomor_ba, sha256=acara.sha256_ba)
    db.session.flush()


def cancel_acara(acara: AcaraSerah, *, by: Pelaku, versi: int | None = None) -> None:
    """H3: the day does not take place; its cards wait for another one, and no try is counted."""
    check_version(acara, versi)
    handed = db.session.scalar(
        select(func.count())
        .select_from(PenyerahanKartu)
        .where(PenyerahanKartu.acara_id == acara.id, PenyerahanKartu.dibatalkan_pada.is_(None))
    )
    advance(MACHINE, acara, "batalkan", by=by, diserahkan=handed)
    for one in sorted(list_baris(acara), key=lambda one: one.kartu.id):
        lock_kartu(one.kartu)
        db.session.refresh(one.undangan)
        if one.undangan.hasil is HasilUndangan.MENUNGGU and one.kartu.status is StatusKartu.DIJADWALKAN:
            gerak(one.kartu, "tidak_datang", by=by, alasan="acara_batal")
            one.undangan.hasil, one.undangan.alasan = HasilUndangan.TIDAK_DATANG, "acara_batal"
    db.session.flush()


def read_berita_acara(acara: AcaraSerah) -> bytes:
    """The frozen PDF, byte for byte. Raises ``NotFound`` before the day is ended."""
    if acara.kunci_ba is None or acara.sha256_ba is None:
        raise NotFound
    return baca(acara, "kunci_ba", acara.kunci_ba, acara.sha256_ba)


def sapu_bukti() -> int:
    """Job: delete stored pictures and papers of hand-over days that no row knows any more; how many."""
    known = db.session.scalars(select(AcaraSerah.kunci_ba).where(AcaraSerah.kunci_ba.is_not(None)))
    return (
        sapu(PREFIX_BUKTI, list_kunci("bukti"))
        + sapu(PREFIX_POTONGAN, list_kunci("potongan"))
        + sapu(PREFIX_BA, (one for one in known if one))
    )
