"""Doubtful duplicates (states.md §3: W4): keep apart, merge, or refuse; the decision is remembered.

Workers are locked first, in the order of their ids, then the pair: of two verifikator at once one wins, and
donors who meet at the same workers wait in the same order. Neither donor learns of the other.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select

from rentan.asn.hitungan import tambah_pekerja
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import keluar, tolak
from rentan.asuhan.queries import find_terbuka
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.calon.models import Calon, Tawaran
from rentan.calon.status import MACHINE as TAWARAN
from rentan.calon.status import StatusTawaran
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError, Stale
from rentan.core.subject import reveal, seal
from rentan.core.workflow import advance
from rentan.ext import db, runtime
from rentan.pekerja.actions import suspect_if_doubtful
from rentan.pekerja.gerak import gerak
from rentan.pekerja.models import DugaDuplikat, Pekerja
from rentan.pekerja.status import DAPAT_DIASUH, TERDAFTAR_DI_BPJS, PutusanDuplikat, StatusPekerja
from rentan.verifikasi.models import Putusan

#: Why a sponsorship ended; the donor reads only that this worker cannot be taken.
ALASAN = "duplikat"
#: The older record can take a sponsorship over in these states.
_HIDUP = (*DAPAT_DIASUH, StatusPekerja.DIAJUKAN_BPJS, StatusPekerja.DITOLAK_BPJS, *TERDAFTAR_DI_BPJS)
SUDAH_DIPUTUS = (
    "Pasangan ini sudah diputus verifikator lain. Muat ulang daftar untuk melihat yang masih menunggu."
)


def keep_apart(duga: DugaDuplikat, *, alasan: str, by: Pelaku) -> None:
    """W4 "beda": two persons. Each worker goes on once no other doubt is left; the pair never comes back.

    Raises ``RuleError`` (``tanpa_alasan``, ``ikut_terlibat``), ``Stale`` when it was decided meanwhile.
    """
    _begin(duga, alasan, by)
    _settle(duga, PutusanDuplikat.BEDA, alasan, by)
    _release(_workers(duga), by)


def merge_records(duga: DugaDuplikat, *, alasan: str, nik_baru: bool = False, by: Pelaku) -> Pekerja:
    """W4 "sama": one person; the younger record ends and points to the older one, which is answered.

    The first claim in time keeps the sponsorship; the other donor is offered the board. Place in the pool and
    other doubts follow to the older record. ``nik_baru``: the younger record has the right number, so the two
    change numbers. Cards need no moving: a record under suspicion was never registered. Raises ``RuleError``
    (``asn``: a worker is not merged with an ASN, ``tidak_dapat_digabung`` and those of ``keep_apart``).
    """
    _begin(duga, alasan, by)
    if duga.mirip is None:
        raise RuleError(
            "Pekerja tidak digabung dengan ASN. Pilih “orang yang berbeda” atau tolak pekerja ini.",
            "putusan",
            kode="asn",
        )
    older, younger = sorted((duga.pekerja, duga.mirip), key=lambda one: (one.dicatat_pada, one.id))
    if younger.status is not StatusPekerja.DUGA_DUPLIKAT:
        raise RuleError(
            f"Catatan yang lebih baru berstatus “{younger.status.label}”, sehingga tidak dapat digabung. "
            "Minta petugas BPJS mengakhiri salah satunya lebih dahulu.",
            "putusan",
            kode="tidak_dapat_digabung",
        )
    if nik_baru:
        _swap_numbers(older, younger)
    _settle(duga, PutusanDuplikat.SAMA, alasan, by)
    _join_claims(older, younger, by)
    _join_pool(older, younger)
    carried = _carry_doubts(older, younger, by)
    younger.digabung_ke = older.id
    gerak(younger, "sama", by=by, alasan=ALASAN)
    _release([older, *carried], by)
    suspect_if_doubtful(older.id)
    return older


def refuse_record(duga: DugaDuplikat, *, alasan: str, by: Pelaku) -> None:
    """W4 "tolak": the suspicious record (the one found to resemble an earlier one) is refused.

    Its sponsorship ends (A6), its other doubts are settled with it. Raises as ``keep_apart``, and
    ``tidak_dapat_ditolak`` when the record is not under suspicion any more.
    """
    _begin(duga, alasan, by)
    suspicious = duga.pekerja
    if suspicious.status is not StatusPekerja.DUGA_DUPLIKAT:
        raise RuleError(
            f"Pekerja ini berstatus “{suspicious.status.label}”, sehingga tidak dapat ditolak di sini.",
            "putusan",
            kode="tidak_dapat_ditolak",
        )
    others = [one for one in _workers(duga) if one.id != suspicious.id]
    _settle(duga, PutusanDuplikat.TOLAK, alasan, by)
    for doubt in _pending([suspicious.id]):
        others += [one for one in _workers(doubt) if one.id != suspicious.id]
        _settle(doubt, PutusanDuplikat.TOLAK, alasan, by)
    if (asuhan := find_terbuka(suspicious.id)) is not None:
        _end_claim(asuhan, by)
    gerak(suspicious, "tolak", by=by, alasan=ALASAN)
    _leave_pool(suspicious)
    _release(others, by)


# -- within -------------------------------------------------------------------------------------------------


def _workers(duga: DugaDuplikat) -> list[Pekerja]:
    return [one for one in (duga.pekerja, duga.mirip) if one is not None]


def _begin(duga: DugaDuplikat, alasan: str, by: Pelaku) -> None:
    """Lock, and refuse who is party to it or comes too late."""
    ids = [one for one in (duga.pekerja_id, duga.mirip_id) if one is not None]
    # With those of the other doubts, which a merge or a refusal settles as well.
    ids += [
        one
        for doubt in _pending(ids)
        for one in (doubt.pekerja_id, doubt.mirip_id)
        if one is not None and one not in ids
    ]
    query = select(Pekerja).where(Pekerja.id.in_(set(ids))).order_by(Pekerja.id)
    db.session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    db.session.refresh(duga, with_for_update=True)
    if duga.putusan is not PutusanDuplikat.MENUNGGU:
        raise Stale(SUDAH_DIPUTUS)
    if not alasan.strip():
        raise RuleError("Tulis alasan putusan ini.", "alasan", kode="tanpa_alasan")
    if is_involved(duga, by):
        raise RuleError(
            "Anda ikut terlibat dengan salah satu data ini, sehingga verifikator lain yang memutusnya.",
            kode="ikut_terlibat",
        )


def is_involved(duga: DugaDuplikat, by: Pelaku) -> bool:
    """AUZ-5: the own record, the own sponsorship, or a worker whom this person brought in."""
    if by.asn_id is not None and duga.mirip_asn_id == by.asn_id:
        return True
    workers = _workers(duga)
    if by.akun_id is not None and any(one.dicatat_oleh == by.akun_id for one in workers):
        return True
    claims = [find_terbuka(one.id) for one in workers]
    return any(one is not None and one.asn_id == by.asn_id for one in claims)


def _pending(pekerja_ids: Collection[uuid.UUID]) -> list[DugaDuplikat]:
    """Doubts about these workers that nobody has decided yet."""
    db.session.flush()
    query = select(DugaDuplikat).where(
        or_(DugaDuplikat.pekerja_id.in_(pekerja_ids), DugaDuplikat.mirip_id.in_(pekerja_ids)),
        DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU,
    )
    return list(db.session.scalars(query.order_by(DugaDuplikat.dibuat_pada, DugaDuplikat.id)))


def _settle(duga: DugaDuplikat, putusan: PutusanDuplikat, alasan: str, by: Pelaku) -> None:
    duga.putusan, duga.alasan = putusan, alasan.strip()
    duga.diputus_oleh, duga.diputus_pada = by.akun_id, now()
    db.session.flush()
    record(Peristiwa.DUPLIKAT_DIPUTUS, by=by, objek=duga, putusan=putusan.value)


def _release(workers: Collection[Pekerja], by: Pelaku) -> None:
    """Whoever has no doubt left is "layak" again (W4)."""
    for one in sorted({one.id: one for one in workers}.values(), key=lambda one: one.id):
        if one.status is StatusPekerja.DUGA_DUPLIKAT and not _pending([one.id]):
            gerak(one, "beda", by=by)


def _join_claims(older: Pekerja, younger: Pekerja, by: Pelaku) -> None:
    """First claim in time keeps the worker; it goes on with the older record."""
    later = find_terbuka(younger.id)
    if later is None:
        return
    first = find_terbuka(older.id)
    if older.status not in _HIDUP:
        _end_claim(later, by)  # that person cannot be covered by us
    elif first is None:
        _move_claim(later, older)
    elif _claimed(first) <= _claimed(later):
        _end_claim(later, by)
    else:
        _end_claim(first, by)
        _move_claim(later, older)


def _claimed(asuhan: Asuhan) -> datetime:
    return asuhan.dibuat_pada


def _end_claim(asuhan: Asuhan, by: Pelaku) -> None:
    """A6 for a proposed one, A14 for one that had come further or was only held."""
    if asuhan.status is StatusAsuhan.DIUSULKAN:
        tolak(asuhan, alasan=ALASAN, by=by)
    else:
        keluar(asuhan, alasan=ALASAN, by=by)


def _move_claim(asuhan: Asuhan, older: Pekerja) -> None:
    """The sponsorship keeps id and history, and so do letters; the counters follow the worker's cover.

    A verdict on the younger record's data does not hold for the older one's.
    """
    counted = asuhan.status in DIUSULKAN_KE_ATAS
    if counted:
        tambah_pekerja(asuhan.asn, -1, pekerja_id=asuhan.pekerja_id)
    asuhan.pekerja = older
    db.session.flush()
    if counted:
        tambah_pekerja(asuhan.asn, 1, pekerja_id=older.id)
    if asuhan.status is StatusAsuhan.DIUSULKAN:
        db.session.execute(
            db.update(Putusan)
            .where(Putusan.asuhan_id == asuhan.id, Putusan.gugur_pada.is_(None), Putusan.hasil == "ya")
            .values(gugur_pada=now())
        )


def _join_pool(older: Pekerja, younger: Pekerja) -> None:
    """One place in the pool, with the longer waiting time."""
    mine = db.session.scalar(select(Calon).where(Calon.pekerja_id == older.id))
    theirs = db.session.scalar(select(Calon).where(Calon.pekerja_id == younger.id))
    if theirs is None or theirs.keluar_pada is not None:
        return
    if mine is None:
        theirs.pekerja = older
        db.session.flush()
        return
    mine.menunggu_sejak = min(mine.menunggu_sejak, theirs.menunggu_sejak)
    _leave_pool(younger)


def _leave_pool(pekerja: Pekerja) -> None:
    """Out of the pool; an offer that waits for an answer ends."""
    row = db.session.scalar(select(Calon).where(Calon.pekerja_id == pekerja.id))
    if row is None or row.keluar_pada is not None:
        return
    row.keluar_pada, row.alasan_keluar = now(), ALASAN
    offers = select(Tawaran).where(Tawaran.calon_id == row.id, Tawaran.status == StatusTawaran.MENUNGGU)
    for offer in db.session.scalars(offers.order_by(Tawaran.id)).all():
        advance(TAWARAN, offer, "lewat_waktu", by=SISTEM)
        offer.dijawab_pada = now()
    db.session.flush()


def _carry_doubts(older: Pekerja, younger: Pekerja, by: Pelaku) -> list[Pekerja]:
    """Other doubts about the younger record are doubts about the older one now; answers who may be free.

    A doubt about the same two that exists, or was decided before, is not asked twice.
    """
    known = select(DugaDuplikat).where(
        or_(DugaDuplikat.pekerja_id == older.id, DugaDuplikat.mirip_id == older.id)
    )
    met = set()
    for one in db.session.scalars(known):
        met |= {one.pekerja_id, one.mirip_id, one.mirip_asn_id}
    others = []
    for doubt in _pending([younger.id]):
        other = doubt.mirip if doubt.pekerja_id == younger.id else doubt.pekerja
        if {doubt.mirip_asn_id, other.id if other else None} & (met - {None}):
            _settle(doubt, PutusanDuplikat.SAMA, doubt.alasan or "Digabung dengan catatan lain.", by)
            others += [other] if other else []
        elif doubt.pekerja_id == younger.id:
            doubt.pekerja = older
        else:
            doubt.mirip = older
    db.session.flush()
    return others


def _swap_numbers(older: Pekerja, younger: Pekerja) -> None:
    """The older record gets the right number; the wrong one stays with the ended record, so that nobody types
    it again unnoticed. Only before the number has gone to BPJS."""
    if older.status not in DAPAT_DIASUH:
        raise RuleError(
            f"Catatan yang lebih lama berstatus “{older.status.label}”, sehingga NIK-nya tidak diganti di "
            "sini. Gabungkan dengan NIK lama; bila BPJS menolaknya, donatur diminta memperbaiki.",
            "nik",
            kode="nik_terkunci",
        )
    right, wrong = reveal(younger, "nik") or "", reveal(older, "nik") or ""
    younger.nik_bi = secrets.token_bytes(len(younger.nik_bi))  # the column is unique: first out of the way
    db.session.flush()
    for row, digits in ((older, right), (younger, wrong)):
        seal(row, "nik", digits)
        row.nik_bi = runtime().keyring.blind_index("nik", digits)
        db.session.flush()
    older.data_diubah_pada = now()
    record(Peristiwa.PEKERJA_DIUBAH, by=SISTEM, objek=older, kolom=["nik"])
