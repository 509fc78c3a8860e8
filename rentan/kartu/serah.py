"""The card into the worker's hands and, by mistake of line, back (states.md K7, K13): one way for all."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import Pelaku
from rentan.core.arsip import hash_of, simpan
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.subject import seal
from rentan.core.workflow import check_move
from rentan.ext import db
from rentan.kartu.gerak import gerak
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.queries import find_undangan_menunggu
from rentan.kartu.status import (
    MACHINE,
    CaraSerah,
    HasilUndangan,
    Hubungan,
    Penerima,
    StatusAcara,
    StatusKartu,
)
from rentan.util.tanggal import format_tanggal, format_waktu

#: Signature crops, sealed for the worker; pictures of lines that nobody has read yet.
PREFIX_BUKTI = "bukti"
PREFIX_POTONGAN = "potongan"
#: K7: the evidence may follow within a week.
HARI_BUKTI = timedelta(days=7)


class SudahDiserahkan(RuleError):
    """The card is in somebody's hands already: a notice at the scanner, no failure. 409, names no person."""

    status = 409

    def __init__(self, penyerahan: PenyerahanKartu | None) -> None:
        at = f" pada {format_waktu(to_local(penyerahan.dicatat_pada))}" if penyerahan else ""
        super().__init__(f"Kartu ini sudah diserahkan{at}.", "nomor_kartu", kode="sudah_diserahkan")
        self.penyerahan = penyerahan


def lock_kartu(kartu: Kartu) -> None:
    """Read the card anew and hold it until the transaction ends.

    ``FOR NO KEY UPDATE``: rows that only refer to the card are not held up.
    """
    db.session.refresh(kartu, with_for_update={"key_share": True})


def find_penyerahan(kartu: Kartu) -> PenyerahanKartu | None:
    """The hand-over of this card that stands now."""
    query = select(PenyerahanKartu).where(
        PenyerahanKartu.kartu_id == kartu.id, PenyerahanKartu.dibatalkan_pada.is_(None)
    )
    return cast("PenyerahanKartu | None", db.session.scalar(query))


def find_undangan(acara: AcaraSerah | None, kartu: Kartu) -> UndanganSerah | None:
    """This card's line on the list of that day."""
    if acara is None:
        return None
    query = select(UndanganSerah).where(
        UndanganSerah.acara_id == acara.id, UndanganSerah.kartu_id == kartu.id
    )
    return cast("UndanganSerah | None", db.session.scalar(query))


def hand_over_kartu(
    kartu: Kartu,
    *,
    penerima: Penerima,
    tanggal: date,
    cara: CaraSerah,
    by: Pelaku,
    acara: AcaraSerah | None = None,
    identitas_dilihat: bool = False,
    nama_wakil: str = "",
    hubungan: Hubungan | None = None,
    alasan_wakil: str = "",
    meja: str | None = None,
    bukti: bytes | None = None,
) -> PenyerahanKartu:
    """K7. The caller commits; two desks with one card: the second waits here and gets ``SudahDiserahkan``.

    ``bukti`` is the picture of the signed line (JPEG). Raises ``RuleError``: ``sudah_diserahkan``,
    ``acara_belum``, ``acara_selesai``, ``belum_dihitung``, ``penjaga_k7`` (future date, receiver incomplete),
    a state from which nothing is handed over; ``Forbidden`` for another kecamatan.
    """
    if acara is not None:
        check_acara(acara)
    _hold_dapat_diserahkan(kartu)
    row = PenyerahanKartu(
        id=uuid.uuid4(),
        kartu_id=kartu.id,
        kartu=kartu,
        acara_id=acara.id if acara else None,
        tanggal=tanggal,
        penerima=penerima,
        cara=cara,
        meja=meja,
        dicatat_oleh=by.akun_id,
        dicatat_pada=now(),
    )
    gerak(
        kartu,
        "serahkan",
        by=by,
        penerima=penerima,
        identitas_dilihat=identitas_dilihat,
        nama_wakil=nama_wakil,
        hubungan=hubungan,
        alasan_wakil=alasan_wakil,
        tanggal=tanggal,
    )
    if penerima is Penerima.WAKIL:
        seal(row, "nama_wakil", nama_wakil)
        row.hubungan, row.alasan_wakil = hubungan, alasan_wakil
    if bukti is not None:
        _keep(row, bukti)
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise SudahDiserahkan(None) from None
    # Also outside its day: the line on the list must not wait for somebody who has been here.
    undangan = find_undangan(acara, kartu) or find_undangan_menunggu(kartu)
    if undangan is not None:
        undangan.hasil, undangan.alasan = HasilUndangan.DISERAHKAN, None
        db.session.flush()
    return row


def _hold_dapat_diserahkan(kartu: Kartu) -> None:
    """The card held, with the two refusals that a desk meets every day in words of their own."""
    lock_kartu(kartu)
    if kartu.status is StatusKartu.DISERAHKAN:
        raise SudahDiserahkan(find_penyerahan(kartu))
    if kartu.status is StatusKartu.DIKIRIM_KEC:
        raise RuleError(
            "Kiriman kartu ini belum dihitung. Hitung kirimannya di halaman Kartu, lalu pindai lagi.",
            kode="belum_dihitung",
        )


def check_acara(acara: AcaraSerah) -> None:
    """Cards are handed over on the day of the plan and afterwards, until it is ended.

    The day is held in common with the other desks; who ends it waits for them, and they for him.
    """
    db.session.refresh(acara, with_for_update={"read": True})
    if acara.status is not StatusAcara.RENCANA:
        raise RuleError(
            f"Acara ini sudah {acara.status.label.lower()}. Pilih acara lain, atau serahkan tanpa acara.",
            kode="acara_selesai",
        )
    if acara.tanggal > today():
        raise RuleError(
            f"Acara ini baru berlangsung {format_tanggal(acara.tanggal)}. Kartu diserahkan mulai hari itu.",
            kode="acara_belum",
        )


def attach_bukti(penyerahan: PenyerahanKartu, bukti: bytes) -> None:
    """Keep the picture of the signed line for a hand-over that was noted without it; one stays the proof.

    Raises ``RuleError`` ``bukti_terlambat`` after a week.
    """
    if today() - penyerahan.tanggal > HARI_BUKTI:
        raise RuleError(
            f"Bukti tanda tangan dapat disusulkan paling lama {HARI_BUKTI.days} hari sesudah penyerahan.",
            kode="bukti_terlambat",
        )
    if penyerahan.kunci_bukti is None:
        _keep(penyerahan, bukti)
        db.session.flush()


def _keep(row: PenyerahanKartu, bukti: bytes) -> None:
    row.kunci_bukti = simpan(row, "kunci_bukti", bukti, prefix=PREFIX_BUKTI)
    row.sha256_bukti = hash_of(bukti)


def is_seketika(penyerahan: PenyerahanKartu, by: Pelaku) -> bool:
    """May the one who did it still take it back alone (``menit_batal_serah``)?"""
    batas = timedelta(minutes=get_setting("menit_batal_serah"))
    return penyerahan.dicatat_oleh == by.akun_id and now() - penyerahan.dicatat_pada <= batas


def undo_facts(penyerahan: PenyerahanKartu, by: Pelaku, alasan: str = "") -> dict[str, Any]:
    """What the guard of K13 wants to know; for ``offers`` too."""
    return {
        "diserahkan_oleh": penyerahan.dicatat_oleh,
        "masih_seketika": is_seketika(penyerahan, by),
        "hari_sama": to_local(penyerahan.dicatat_pada).date() == today(),
        "alasan": alasan,
    }


def undo_serah(penyerahan: PenyerahanKartu, *, by: Pelaku, alasan: str = "", catatan: str = "") -> None:
    """K13: at once by the one who did it, later by a second petugas or the BPJS liaison.

    ``alasan`` is a code (owed on another day), ``catatan`` words. The row stays as reversed. On a day
    that is still open the card goes back on its list (K6). Raises ``RuleError``: ``sudah_batal``,
    ``penjaga_k13``.
    """
    kartu = penyerahan.kartu
    acara = db.session.get(AcaraSerah, penyerahan.acara_id) if penyerahan.acara_id else None
    if acara is not None:  # always the day before the card, as in handing over
        db.session.refresh(acara, with_for_update={"read": True})
    lock_kartu(kartu)
    db.session.refresh(penyerahan)
    if penyerahan.dibatalkan_pada is not None:
        raise RuleError("Penyerahan ini sudah dibatalkan.", kode="sudah_batal")
    facts = undo_facts(penyerahan, by, alasan)
    check_move(MACHINE, kartu, "batalkan_serah", by=by, **facts)
    penyerahan.dibatalkan_oleh, penyerahan.dibatalkan_pada = by.akun_id, now()
    penyerahan.alasan_batal = ": ".join(one for one in (alasan, catatan) if one) or None
    gerak(kartu, "batalkan_serah", by=by, **facts)
    undangan = find_undangan(acara, kartu) or _handed_over_line(kartu)
    if undangan is None:
        return
    if undangan.acara.status is StatusAcara.RENCANA:
        undangan.hasil = HasilUndangan.MENUNGGU
        if by.has(Peran.PETUGAS_KECAMATAN) and kartu.kecamatan_kode in by.kecamatan:
            gerak(kartu, "jadwalkan", by=by)
    else:
        undangan.hasil, undangan.alasan = HasilUndangan.TIDAK_DATANG, "dibatalkan"
    db.session.flush()


def _handed_over_line(kartu: Kartu) -> UndanganSerah | None:
    """The latest line that says that this card was handed over, for one handed over outside its day."""
    query = (
        select(UndanganSerah)
        .join(AcaraSerah)
        .where(UndanganSerah.kartu_id == kartu.id, UndanganSerah.hasil == HasilUndangan.DISERAHKAN)
        .order_by(AcaraSerah.tanggal.desc(), UndanganSerah.id)
    )
    return cast("UndanganSerah | None", db.session.scalar(query.limit(1)))


def get_penyerahan(penyerahan_id: uuid.UUID, *, seen_by: Pelaku) -> PenyerahanKartu:
    """One hand-over: of the own kecamatan, or any for the BPJS liaison. Raises ``NotFound``."""
    row = db.session.get(PenyerahanKartu, penyerahan_id)
    if row is None or not (
        seen_by.has(Peran.PETUGAS_BPJS)
        or (seen_by.has(Peran.PETUGAS_KECAMATAN) and row.kartu.kecamatan_kode in seen_by.kecamatan)
    ):
        raise NotFound
    return row
