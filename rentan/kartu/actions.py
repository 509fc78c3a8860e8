"""The road of a card besides the hand-over itself (states.md K1, K2, K5, K11, K12)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.subject import load_deks, reveal, seal
from rentan.core.workflow import advance_new, check_version
from rentan.ext import db
from rentan.kartu.gerak import gerak, gerak_banyak
from rentan.kartu.models import Kartu
from rentan.kartu.queries import (
    belum_berkartu,
    find_undangan_menunggu,
    menunggu_nomor,
)
from rentan.kartu.serah import lock_kartu
from rentan.kartu.status import (
    HIDUP,
    MACHINE,
    TERCETAK,
    AlasanBatalKartu,
    HasilUndangan,
    StatusKartu,
)
from rentan.kepesertaan.kpj import setelah_kpj
from rentan.paket.actions import catat_hasil
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.util.kode import make_kode

PANJANG_KODE = 8
#: Cards requested or numbered by one press or one run of the job; the next one goes on.
PALING_BANYAK = 2_000
S = StatusKartu


def hold_kartu(kartu: Kartu) -> None:
    """Read the card anew and hold it; its list before it, as everybody does who changes both."""
    if kartu.paket_id is not None:
        db.session.get(Paket, kartu.paket_id, with_for_update=True)
    lock_kartu(kartu)


# -- K1, K2 -------------------------------------------------------------------------------------------------


def request_kartu(*, by: Pelaku) -> int:
    """K1 for every registered worker with a donor and no card yet; answers how many were requested.

    By the BPJS liaison (whose workers' numbers are noted at once, K2) or by the nightly job. Raises
    ``RuleError`` ``bersamaan`` when somebody else does the same right now.
    """
    rows = list(db.session.execute(belum_berkartu().limit(PALING_BANYAK)))
    if not rows:
        return 0
    kode = _fresh_kode(len(rows))
    ids = [uuid.uuid4() for _ in rows]
    status, sejak = MACHINE.move("minta", None).ke, now()
    values = [
        {
            "id": kartu_id,
            "pekerja_id": row[0],
            "asuhan_id": row[1],
            "kecamatan_kode": row[2],
            "status": status,
            "kode": one,
            "percobaan": 0,
            "sejak": sejak,
            "versi": 1,
        }
        for kartu_id, row, one in zip(ids, rows, kode, strict=True)
    ]
    try:
        with db.session.begin_nested():
            db.session.execute(db.insert(Kartu), values)
            advance_new(MACHINE, ids, ["minta"], by=by)
    except IntegrityError:
        raise RuleError(
            "Kartu-kartu ini baru saja diminta orang lain. Muat ulang halaman ini.",
            kode="bersamaan",
        ) from None
    if by.has(Peran.PETUGAS_BPJS):
        record_nomor(by=by)
    return len(rows)


def _fresh_kode(banyak: int) -> list[str]:
    """That many card codes which no card has: eight characters without look-alikes, also for QR codes."""
    found: dict[str, None] = {}
    while len(found) < banyak:
        drawn = {make_kode(PANJANG_KODE) for _ in range(banyak - len(found))}
        # Digits alone could be read as a card number.
        drawn = {one for one in drawn if not one.isdigit()}
        drawn -= set(db.session.scalars(select(Kartu.kode).where(Kartu.kode.in_(drawn))))
        found |= dict.fromkeys(drawn)
    return list(found)


def record_nomor(pekerja_ids: Collection[uuid.UUID] | None = None, *, by: Pelaku) -> int:
    """K2: the worker's number (KPJ) becomes the card's; for these workers, or for all first cards.

    Answers how many cards got theirs. The system may not do it (states.md: the BPJS liaison): cards then wait
    for the button on ``/kartu``.
    """
    if not by.has(Peran.PETUGAS_BPJS):
        return 0
    query = menunggu_nomor(pekerja_ids).limit(PALING_BANYAK).with_for_update(key_share=True, of=Kartu)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    load_deks(one.pekerja_id for one in rows)
    workers = {
        one.id: one
        for one in db.session.scalars(select(Pekerja).where(Pekerja.id.in_([row.pekerja_id for row in rows])))
    }
    for kartu in rows:
        _take_nomor(kartu, workers[kartu.pekerja_id])
    gerak_banyak(rows, "terbit", by=by)
    return len(rows)


def _take_nomor(kartu: Kartu, pekerja: Pekerja) -> None:
    seal(kartu, "nomor", reveal(pekerja, "kpj"))
    kartu.nomor_bi = pekerja.kpj_bi


def record_nomor_kartu(kartu: Kartu, *, by: Pelaku, versi: int | None = None) -> None:
    """K2 for one card, a replacement too: BPJS has issued it. ``RuleError`` while no number is known."""
    hold_kartu(kartu)
    check_version(kartu, versi)
    if kartu.pekerja.kpj_bi is not None:
        _take_nomor(kartu, kartu.pekerja)
    gerak(kartu, "terbit", by=by)


def after_kpj(pekerja_ids: Collection[uuid.UUID], by: Pelaku) -> None:
    """Hook of the KPJ import: these workers' numbers have just become known."""
    record_nomor(pekerja_ids, by=by)


setelah_kpj.append(after_kpj)


def minta_kartu() -> int:
    """Job: K1 by the system, so that nobody waits for a button."""
    return request_kartu(by=SISTEM)


# -- K5: counting a shipment --------------------------------------------------------------------------------


def receive_kiriman(
    hadir: Collection[uuid.UUID],
    hilang: Mapping[uuid.UUID, str],
    *,
    by: Pelaku,
    asing: Collection[str] = (),
) -> tuple[int, int]:
    """K5 for the cards that are there, K11 for missing ones (id -> note); answers how many of each.

    A card that somebody else has counted meanwhile is passed over. ``asing``: codes found in the parcel that
    are no part of it; the card's own page tells the BPJS liaison where it turned up. Raises ``Forbidden`` for
    a card of another kecamatan, ``RuleError`` ``tanpa_catatan`` for a missing one without a note.
    """
    if any(not note.strip() for note in hilang.values()):
        raise RuleError("Tuliskan keterangan untuk setiap kartu yang kurang.", kode="tanpa_catatan")
    wanted = {*hadir, *hilang}
    lists = select(Kartu.paket_id).where(Kartu.id.in_(wanted))
    db.session.execute(select(Paket.id).where(Paket.id.in_(lists)).order_by(Paket.id).with_for_update()).all()
    query = select(Kartu).where(Kartu.id.in_(wanted)).order_by(Kartu.id).with_for_update(key_share=True)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    if any(one.kecamatan_kode not in by.kecamatan for one in rows):
        raise Forbidden
    waiting = [one for one in rows if one.status is S.DIKIRIM_KEC]
    found = [one for one in waiting if one.id not in hilang]
    lost = [one for one in waiting if one.id in hilang]
    for kartu in found:
        kartu.diterima_pada = now()
    gerak_banyak(found, "terima", by=by)
    for kartu in lost:
        report_kartu(kartu, "hilang", catatan=hilang[kartu.id].strip(), by=by)
    _note_strays(asing, by)
    _close_lists({one.paket_id for one in rows if one.paket_id is not None})
    return len(found), len(lost)


def _note_strays(kode: Collection[str], by: Pelaku) -> None:
    tempat = ", ".join(sorted(by.kecamatan))
    for kartu in db.session.scalars(select(Kartu).where(Kartu.kode.in_(set(kode))).order_by(Kartu.id)):
        kartu.catatan = f"Ditemukan dalam kiriman ke kecamatan {tempat}."


def _close_lists(paket_ids: set[uuid.UUID]) -> None:
    """B8 for packing lists of which every card is accounted for."""
    db.session.flush()
    for paket_id in sorted(paket_ids):
        open_still = db.session.scalar(
            select(Kartu.id).where(Kartu.paket_id == paket_id, Kartu.status == S.DIKIRIM_KEC).limit(1)
        )
        paket = db.session.get_one(Paket, paket_id, with_for_update=True)
        if open_still is None and paket.status is StatusPaket.DIKIRIM:
            catat_hasil(paket, lengkap=True, by=SISTEM)


# -- K11: lost, broken, wrong; its replacement --------------------------------------------------------------


def report_kartu(
    kartu: Kartu, apa: str, *, catatan: str, by: Pelaku, versi: int | None = None
) -> Kartu | None:
    """K11: ``apa`` is ``hilang``, ``rusak`` or ``salah_data``; answers the replacement, if one is owed.

    Raises ``RuleError`` ``tanpa_catatan`` without a word on what happened.
    """
    hold_kartu(kartu)
    check_version(kartu, versi)
    if not catatan.strip():
        raise RuleError("Tuliskan apa yang terjadi pada kartu ini.", "catatan", kode="tanpa_catatan")
    on_its_way = kartu.status is S.DIKIRIM_KEC
    gerak(kartu, apa, by=by, catatan=catatan.strip())
    _leave_open_list(kartu)
    if on_its_way and kartu.paket_id is not None:
        _close_lists({kartu.paket_id})
    undangan = find_undangan_menunggu(kartu)
    if undangan is not None:
        wrong = kartu.status is S.SALAH_DATA
        undangan.hasil = HasilUndangan.SALAH_DATA if wrong else HasilUndangan.TIDAK_DATANG
        undangan.alasan = apa
    return replace_kartu(kartu)


def replace_kartu(kartu: Kartu) -> Kartu | None:
    """The card after a lost, broken or wrong one, linked to it and requested by the system (K1).

    None is owed when the worker is no longer registered or has no donor now. The old one has left the live
    set before: a worker has one live card.
    """
    db.session.flush()
    asuhan = db.session.scalar(
        select(Asuhan).where(Asuhan.pekerja_id == kartu.pekerja_id, Asuhan.status.in_(DIUSULKAN_KE_ATAS))
    )
    terdaftar = kartu.pekerja.status in TERDAFTAR_DI_BPJS
    if asuhan is None or not terdaftar:
        return None
    return _make(kartu.pekerja, asuhan, SISTEM, menggantikan=kartu)


def request_again(kartu: Kartu, *, by: Pelaku, versi: int | None = None) -> Kartu:
    """K1 for a worker whose last card is out of use and was not replaced. Raises ``RuleError``."""
    hold_kartu(kartu)
    check_version(kartu, versi)
    pekerja = kartu.pekerja
    asuhan = db.session.scalar(
        select(Asuhan).where(Asuhan.pekerja_id == pekerja.id, Asuhan.status.in_(DIUSULKAN_KE_ATAS))
    )
    if asuhan is None:
        raise RuleError("Pekerja ini tidak sedang diasuh; kartunya tidak diminta.", kode="tanpa_asuhan")
    if kartu.status in HIDUP:
        raise RuleError("Kartu ini masih berlaku. Kartu lain tidak diminta.", kode="masih_hidup")
    return _make(pekerja, asuhan, by, menggantikan=kartu)


def _make(pekerja: Pekerja, asuhan: Asuhan, by: Pelaku, *, menggantikan: Kartu) -> Kartu:
    row = Kartu(
        id=uuid.uuid4(),
        pekerja_id=pekerja.id,
        pekerja=pekerja,
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        kecamatan_kode=pekerja.kelurahan.kecamatan_kode,
        kode=_fresh_kode(1)[0],
        percobaan=0,
        menggantikan_id=menggantikan.id,
    )
    try:
        with db.session.begin_nested():
            gerak(row, "minta", by=by, baru=True, terdaftar=pekerja.status in TERDAFTAR_DI_BPJS)
    except IntegrityError:
        raise RuleError("Kartu lain untuk pekerja ini sudah diminta.", kode="bersamaan") from None
    return row


# -- K12 ----------------------------------------------------------------------------------------------------


def cancel_kartu(
    kartu: Kartu,
    *,
    alasan: AlasanBatalKartu,
    catatan: str,
    dimusnahkan: bool = False,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """K12: give the card up, because the cover has ended or the card exists twice.

    A printed one must have been destroyed. Raises ``RuleError``: ``tanpa_catatan``, ``masih_terdaftar``,
    ``belum_dimusnahkan``.
    """
    hold_kartu(kartu)
    check_version(kartu, versi)
    if not catatan.strip():
        raise RuleError("Tuliskan alasan pembatalan dengan singkat.", "catatan", kode="tanpa_catatan")
    if alasan is AlasanBatalKartu.BERAKHIR and kartu.pekerja.status is not StatusPekerja.BERAKHIR:
        raise RuleError(
            "Kepesertaan pekerja ini belum berakhir. Pilih “Kartu ganda” bila kartunya memang dua.",
            "alasan",
            kode="masih_terdaftar",
        )
    if kartu.status in TERCETAK and not dimusnahkan:
        raise RuleError(
            "Kartu ini sudah dicetak. Musnahkan kartunya, lalu beri tanda bahwa itu sudah dilakukan.",
            "dimusnahkan",
            kode="belum_dimusnahkan",
        )
    note: dict[str, Any] = {"alasan": alasan.value, "catatan": catatan.strip()}
    if kartu.status in TERCETAK:
        note["catatan"] += " Kartu cetak sudah dimusnahkan."
    gerak(kartu, "batal", by=by, **note)
    _leave_open_list(kartu)
    _close_lists({kartu.paket_id} if kartu.paket_id else set())


def _leave_open_list(kartu: Kartu) -> None:
    """A list that is still being built loses the line; a frozen one keeps it, as its file does."""
    paket = kartu.paket
    if paket is not None and paket.status is StatusPaket.DISUSUN:
        kartu.paket_id = None
        paket.jumlah -= 1
        db.session.flush()
