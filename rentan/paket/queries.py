"""Batches and exceptions through the eyes of who builds that kind, and of who approves all kinds."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from rentan.akun.models import Akun
from rentan.core.actor import Pelaku
from rentan.core.baca import after, get_one
from rentan.core.clock import today
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.ext import db
from rentan.paket.models import Paket, PaketUang, Pengecualian
from rentan.paket.status import PENGIRIM, PENYUSUN, UANG, JenisPaket, StatusPaket

#: Whose answers the lines of an exception list belong to.
IMPOR_PAKET = {
    JenisPaket.MANDAT: (JenisImpor.JAWABAN_MANDAT,),
    JenisPaket.DEBET: (JenisImpor.HASIL_DEBET,),
    JenisPaket.ULANG: (JenisImpor.HASIL_DEBET,),
    JenisPaket.SETOR: (JenisImpor.CATATAN_BPJS,),
    JenisPaket.DAFTAR: (JenisImpor.JAWABAN_BPJS, JenisImpor.KPJ),
    JenisPaket.KARTU: (),
}
#: Files that hold whole NIK.
KE_BPJS = (JenisPaket.DAFTAR, JenisPaket.SETOR)
BATAS_HITUNG = 1_000  # counting further would only cost time


class Urusan(Status):
    """Which open exceptions to list."""

    BEBAS = "bebas", "Tanpa pemilik"
    SAYA = "saya", "Milik saya"
    LEWAT = "lewat", "Lewat tenggat"


def jenis_terlihat(by: Pelaku) -> tuple[JenisPaket, ...]:
    """The kinds that this person builds, or all for who approves them."""
    if by.has(Peran.PENYETUJU):
        return tuple(JenisPaket)
    return tuple(one for one in JenisPaket if by.has(PENYUSUN[one]))


def _seen_by(by: Pelaku) -> ColumnElement[bool]:
    """The kinds of who builds them; who approves or hands over sees what has been locked once, not a list
    being built."""
    built = [one for one in JenisPaket if by.has(PENYUSUN[one])]
    sent = [one for one in JenisPaket if by.has(PENGIRIM[one], Peran.PENYETUJU)]
    return or_(
        Paket.jenis.in_(built) if built else false(),
        and_(Paket.jenis.in_(sent), Paket.dikunci_pada.is_not(None)) if sent else false(),
    )


def get_paket(paket_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Paket:
    """One batch, locked for a change if asked. Raises ``NotFound``, also for a kind that is not theirs."""
    query = select(Paket).where(Paket.id == paket_id, _seen_by(seen_by))
    return get_one(query, untuk_diubah=untuk_diubah)


def list_terlihat(paket_ids: Collection[uuid.UUID], *, seen_by: Pelaku) -> set[uuid.UUID]:
    """Which of these batches this person may open: only those are links."""
    return set(db.session.scalars(select(Paket.id).where(Paket.id.in_(paket_ids), _seen_by(seen_by))))


def may_download(paket: Paket, *, seen_by: Pelaku) -> bool:
    """Is there a valid file for this person? Whole NIK are not the approver's or the treasurer's to read
    (AUZ-3): of the lists to BPJS they see the masked lines, their number, and the hash.
    """
    if paket.kunci_berkas is None or paket.status in (StatusPaket.DISUSUN, StatusPaket.DIBATALKAN):
        return False
    return paket.jenis not in KE_BPJS or seen_by.has(PENYUSUN[paket.jenis])


def list_paket(
    jenis: JenisPaket | None = None,
    *,
    seen_by: Pelaku,
    status: Collection[StatusPaket] = (),
    sesudah: uuid.UUID | None = None,
    banyak: int = 20,
) -> list[Paket]:
    """The newest batches of one kind, or of all that they see; ``sesudah`` is the last one already shown."""
    query = select(Paket).where(_seen_by(seen_by))
    if jenis is not None:
        query = query.where(Paket.jenis == jenis)
    if status:
        query = query.where(Paket.status.in_(status))
    query = after(query, sesudah, Paket.dibuat_pada, Paket.id, turun=True)
    query = query.order_by(Paket.dibuat_pada.desc(), Paket.id.desc()).limit(banyak)
    return list(db.session.scalars(query))


def list_menunggu_persetujuan(*, seen_by: Pelaku) -> list[Paket]:
    """Locked batches that this person may approve (not the own ones: B5a), the longest waiting first."""
    if not seen_by.has(Peran.PENYETUJU):
        return []
    pertama = select(PaketUang.paket_id).where(PaketUang.setuju_pertama_oleh == seen_by.akun_id)
    query = select(Paket).where(
        Paket.status == StatusPaket.DIKUNCI,
        Paket.id.not_in(pertama),  # the second of two approvals is another person's
        Paket.dibuat_oleh.is_distinct_from(seen_by.akun_id),
        Paket.dikunci_oleh.is_distinct_from(seen_by.akun_id),
    )
    return list(db.session.scalars(query.order_by(Paket.dikunci_pada, Paket.id)))


def list_menunggu_uang(*, seen_by: Pelaku) -> list[Paket]:
    """Batches of money that this person has to reconcile (treasurer) or may close (approver, not who read the
    answer: B11), oldest first."""
    steps = []
    if seen_by.has(Peran.BENDAHARA):
        steps.append(Paket.status == StatusPaket.HASIL_LENGKAP)
    if seen_by.has(Peran.PENYETUJU):
        dibaca = select(PaketUang.paket_id).where(PaketUang.pengimpor == seen_by.akun_id)
        steps.append(and_(Paket.status == StatusPaket.DIREKONSILIASI, Paket.id.not_in(dibaca)))
    if not steps:
        return []
    query = select(Paket).where(Paket.jenis.in_(UANG), or_(*steps))
    return list(db.session.scalars(query.order_by(Paket.dikirim_pada, Paket.id)))


def nama_akun(akun_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of the staff who made the moves of a batch."""
    wanted = {one for one in akun_ids if one is not None}
    rows = db.session.execute(select(Akun.id, Akun.nama).where(Akun.id.in_(wanted)))
    return {row.id: row.nama for row in rows}


def _exceptions_seen_by(by: Pelaku) -> ColumnElement[bool]:
    kinds = [one for jenis in JenisPaket if by.has(PENYUSUN[jenis]) for one in IMPOR_PAKET[jenis]]
    return Pengecualian.jenis.in_(kinds) if kinds else false()


def list_pengecualian(
    *,
    seen_by: Pelaku,
    jenis: JenisPaket | None = None,
    selesai: bool = False,
    urusan: Urusan | None = None,
    sesudah: uuid.UUID | None = None,
    banyak: int = 50,
) -> list[Pengecualian]:
    """Open exceptions, the oldest first; or closed ones."""
    query = select(Pengecualian).where(_exceptions_seen_by(seen_by))
    if jenis is not None:
        query = query.where(Pengecualian.jenis.in_(IMPOR_PAKET[jenis]))
    query = query.where(Pengecualian.selesai_pada.is_not(None) == selesai)
    if urusan is not None:
        query = query.where(_of_urusan(urusan, seen_by))
    urut = (Pengecualian.dibuat_pada, Pengecualian.lembar, Pengecualian.baris, Pengecualian.id)
    return list(db.session.scalars(after(query, sesudah, *urut).order_by(*urut).limit(banyak)))


def _of_urusan(urusan: Urusan, by: Pelaku) -> ColumnElement[bool]:
    if urusan is Urusan.BEBAS:
        return Pengecualian.pemilik_id.is_(None)
    if urusan is Urusan.SAYA:
        return Pengecualian.pemilik_id == by.akun_id
    return and_(Pengecualian.pemilik_id.is_not(None), Pengecualian.tenggat < today())


def count_pengecualian(*, seen_by: Pelaku, jenis: JenisPaket | None = None) -> int:
    """How many are open, counted up to ``BATAS_HITUNG``."""
    query = select(Pengecualian.id).where(
        and_(_exceptions_seen_by(seen_by), Pengecualian.selesai_pada.is_(None))
    )
    if jenis is not None:
        query = query.where(Pengecualian.jenis.in_(IMPOR_PAKET[jenis]))
    return db.session.scalar(select(func.count()).select_from(query.limit(BATAS_HITUNG).subquery())) or 0


def get_pengecualian(
    pengecualian_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False
) -> Pengecualian:
    """One exception. Raises ``NotFound``, also for a kind that is not theirs."""
    query = select(Pengecualian).where(Pengecualian.id == pengecualian_id, _exceptions_seen_by(seen_by))
    return get_one(query, untuk_diubah=untuk_diubah)
