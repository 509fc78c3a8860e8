"""The queue: oldest first, who holds what until when, and the next letter for one verifikator."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager

from rentan.akun.models import Akun
from rentan.asn.models import Asn
from rentan.berkas.models import Berkas
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.core.actor import Pelaku
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.penjaga import klaim_berlaku, klaim_sampai, not_uploader
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.verifikasi.models import PendapatKedua
from rentan.verifikasi.queries import LANGKAH_PENGIRIM
from rentan.verifikasi.status import JawabanPendapat

MENUNGGU = (StatusSurat.DIUNGGAH, StatusSurat.DIPERIKSA)
MILIK_SENDIRI = "Ini surat kuasa Anda sendiri; verifikator lain yang memeriksanya."


@dataclass(frozen=True)
class BarisAntrean:
    """One letter that waits. ``alasan`` says why the viewer cannot take it; ``hari``: days of waiting."""

    surat: SuratKuasa
    opd: str
    pekerja: int
    hari: int
    pemeriksa: str | None
    sampai: datetime | None
    dipegang_sendiri: bool
    pendapat: PendapatKedua | None
    alasan: str | None


@dataclass(frozen=True)
class HalamanAntrean:
    """A page of the queue and the letter after which the next one begins."""

    baris: Sequence[BarisAntrean]
    sesudah: uuid.UUID | None
    jumlah: int


def _urut() -> tuple[Any, Any]:
    return SuratKuasa.diunggah_pada, SuratKuasa.id


def _after(surat: SuratKuasa) -> ColumnElement[bool]:
    return tuple_(*_urut()) > tuple_(surat.diunggah_pada, surat.id)


def list_antrean(
    *, seen_by: Pelaku, opd_id: uuid.UUID | None = None, sesudah: uuid.UUID | None = None, banyak: int = 50
) -> HalamanAntrean:
    """Letters that wait or are being checked, oldest first; one page of ``banyak`` rows.

    Raises ``NotFound`` for a ``sesudah`` that is no letter. Only a verifikator and an admin see any.
    """
    if not seen_by.has(Peran.VERIFIKATOR, Peran.ADMIN):
        return HalamanAntrean((), None, 0)
    query = _with_owner().where(SuratKuasa.status.in_(MENUNGGU))
    if opd_id is not None:
        query = query.where(Asn.opd_id == opd_id)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    if sesudah is not None:
        last = db.session.get(SuratKuasa, sesudah)
        if last is None or last.diunggah_pada is None:
            raise NotFound
        query = query.where(_after(last))
    rows = list(db.session.execute(query.order_by(*_urut()).limit(banyak + 1)))
    shown = _lines([(row[0], row[1]) for row in rows[:banyak]], seen_by)
    return HalamanAntrean(shown, shown[-1].surat.id if len(rows) > banyak else None, count)


def list_minta_pendapat(*, seen_by: Pelaku) -> list[BarisAntrean]:
    """Letters on which a colleague asks for a second opinion that this verifikator may give."""
    if not seen_by.has(Peran.VERIFIKATOR):
        return []
    query = (
        _with_owner()
        .where(SuratKuasa.status == StatusSurat.DIPERIKSA, _asked(SuratKuasa.id, bukan=seen_by.akun_id))
        .where(~_had_in_hand(SuratKuasa.id, seen_by))
        .order_by(*_urut())
        .limit(50)
    )
    if seen_by.asn_id is not None:
        query = query.where(SuratKuasa.asn_id != seen_by.asn_id)
    return _lines([(row[0], row[1]) for row in db.session.execute(query)], seen_by)


def list_dipegang(by: Pelaku) -> list[SuratKuasa]:
    """Letters that this verifikator holds and can go on with, oldest claim first.

    Those on which a colleague's opinion is awaited are left out: there is nothing to do now.
    """
    query = select(SuratKuasa).where(
        SuratKuasa.status == StatusSurat.DIPERIKSA,
        SuratKuasa.diperiksa_oleh == by.akun_id,
        ~_asked(SuratKuasa.id),
    )
    return list(db.session.scalars(query.order_by(SuratKuasa.diperiksa_sejak, SuratKuasa.id)))


def find_berikutnya(by: Pelaku, *, sesudah: SuratKuasa | None = None) -> SuratKuasa | None:
    """The oldest free letter that ``by`` may verify, behind ``sesudah``; its row is locked.

    Letters that a colleague is taking at this moment are passed over, not waited for (PostgreSQL; SQLite has
    one writer).
    """
    stale = now() - timedelta(hours=int(get_setting("jam_klaim")))
    free = or_(
        SuratKuasa.status == StatusSurat.DIUNGGAH,
        and_(SuratKuasa.status == StatusSurat.DIPERIKSA, SuratKuasa.diperiksa_sejak <= stale),
    )
    query = select(SuratKuasa).where(free, ~_asked(SuratKuasa.id), ~_had_in_hand(SuratKuasa.id, by))
    if by.asn_id is not None:
        query = query.where(SuratKuasa.asn_id != by.asn_id)
    if sesudah is not None:
        query = query.where(_after(sesudah))
    query = query.order_by(*_urut()).limit(1)
    return db.session.scalar(query.with_for_update(of=SuratKuasa, key_share=True, skip_locked=True))


def list_opd_menunggu() -> list[tuple[uuid.UUID, str]]:
    """The OPD that have letters in the queue, for its filter."""
    query = (
        select(Opd.id, Opd.singkatan)
        .where(
            Opd.id.in_(
                select(Asn.opd_id)
                .join(SuratKuasa, SuratKuasa.asn_id == Asn.id)
                .where(SuratKuasa.status.in_(MENUNGGU))
            )
        )
        .order_by(Opd.singkatan, Opd.id)
    )
    return [(row.id, row.singkatan) for row in db.session.execute(query)]


# -- within -------------------------------------------------------------------------------------------------


def _with_owner() -> Select[*tuple[Any, ...]]:
    """Letters with their ASN, and the short name of the OPD."""
    query = select(SuratKuasa, Opd.singkatan).join(Asn, Asn.id == SuratKuasa.asn_id)
    return query.join(Opd, Opd.id == Asn.opd_id).options(contains_eager(SuratKuasa.asn))


def _asked(surat_id: Any, *, bukan: uuid.UUID | None = None) -> ColumnElement[bool]:
    """Does a second opinion wait on this letter (asked by somebody else than ``bukan``)?"""
    query: Select[Any] = select(PendapatKedua.id).where(
        PendapatKedua.surat_kuasa_id == surat_id, PendapatKedua.jawaban == JawabanPendapat.MENUNGGU
    )
    if bukan is not None:
        query = query.where(PendapatKedua.diminta_oleh != bukan)
    return query.exists()


def _had_in_hand(surat_id: Any, by: Pelaku) -> ColumnElement[bool]:
    """G5 as a condition: did this account upload a paper that counts, or send the letter in?"""
    paper = select(Berkas.id).where(
        Berkas.surat_kuasa_id == surat_id,
        Berkas.diganti_pada.is_(None),
        Berkas.jenis.in_(WAJIB_UNGGAH),
        Berkas.diunggah_oleh == by.akun_id,
    )
    sent = select(Riwayat.id).where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == surat_id,
        Riwayat.langkah.in_(LANGKAH_PENGIRIM),
        Riwayat.pelaku_id == by.akun_id,
    )
    return or_(paper.exists(), sent.exists())


def _uploaded(surat_ids: Sequence[uuid.UUID], by: Pelaku) -> set[uuid.UUID]:
    query = select(SuratKuasa.id).where(SuratKuasa.id.in_(surat_ids), _had_in_hand(SuratKuasa.id, by))
    return set(db.session.scalars(query))


def _lines(rows: Sequence[tuple[SuratKuasa, str]], by: Pelaku) -> list[BarisAntrean]:
    ids = [surat.id for surat, _ in rows]
    holders = select(Akun.id, Akun.nama).where(Akun.id.in_([surat.diperiksa_oleh for surat, _ in rows]))
    names = {row.id: row.nama for row in db.session.execute(holders)}
    counts = (
        select(SuratPekerja.surat_kuasa_id, func.count())
        .where(SuratPekerja.surat_kuasa_id.in_(ids))
        .group_by(SuratPekerja.surat_kuasa_id)
    )
    workers: dict[uuid.UUID, int] = {row[0]: row[1] for row in db.session.execute(counts)}
    asked = {
        one.surat_kuasa_id: one
        for one in db.session.scalars(
            select(PendapatKedua).where(
                PendapatKedua.surat_kuasa_id.in_(ids), PendapatKedua.jawaban == JawabanPendapat.MENUNGGU
            )
        )
    }
    uploaded = _uploaded(ids, by)
    return [
        _line(surat, opd, workers.get(surat.id, 0), names, asked.get(surat.id), surat.id in uploaded, by)
        for surat, opd in rows
    ]


def _line(
    surat: SuratKuasa,
    opd: str,
    pekerja: int,
    names: dict[uuid.UUID, str],
    asked: PendapatKedua | None,
    uploaded: bool,
    by: Pelaku,
) -> BarisAntrean:
    held = klaim_berlaku(surat)
    alasan = None
    if by.asn_id is not None and surat.asn_id == by.asn_id:
        alasan = MILIK_SENDIRI
    elif uploaded:
        alasan = not_uploader(surat, by, {"pengunggah": {by.akun_id}})
    return BarisAntrean(
        surat=surat,
        opd=opd,
        pekerja=pekerja,
        hari=(today() - to_local(cast(datetime, surat.diunggah_pada)).date()).days,
        pemeriksa=names.get(surat.diperiksa_oleh) if held and surat.diperiksa_oleh else None,
        sampai=klaim_sampai(surat) if held else None,
        dipegang_sendiri=surat.diperiksa_oleh is not None and surat.diperiksa_oleh == by.akun_id,
        pendapat=asked,
        alasan=alasan,
    )
