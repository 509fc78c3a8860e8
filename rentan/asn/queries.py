"""The roster through the eyes of those who may look: the admin all of it, an operator the own OPD, an ASN
the own row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.opd.models import Opd, UnitKerja
from rentan.util.nama import nama_urut

UKURAN_HALAMAN = 50


@dataclass(frozen=True)
class Saringan:
    """What the list shows; ``cari``: part of a name, or a NIP (also a former one) or its beginning."""

    cari: str = ""
    opd_id: uuid.UUID | None = None
    status_asn: StatusAsn | None = None
    status_aktif: StatusAktif | None = None


@dataclass(frozen=True)
class BarisAsn:
    """One line of the list."""

    asn: Asn
    opd: Opd
    unit: str | None


@dataclass(frozen=True)
class Halaman:
    """A page; ``sebelum``/``sesudah`` are the people between whom it stands, ``None`` at an end."""

    baris: list[BarisAsn]
    sebelum: uuid.UUID | None
    sesudah: uuid.UUID | None


def in_view(by: Pelaku) -> ColumnElement[bool]:
    """Which rows of the roster this person may see."""
    if by.is_system or by.can(Permission.ASN_KELOLA):
        return Asn.id.is_not(None)
    shown = [Asn.id == by.asn_id] if by.asn_id else []
    if by.has(Peran.OPERATOR_OPD) and by.opd_ids:
        shown.append(Asn.opd_id.in_(by.opd_ids))
    return or_(*shown) if shown else Asn.id.is_(None)


def get_asn(asn_id: uuid.UUID, *, seen_by: Pelaku) -> Asn:
    """One ASN. Raises ``NotFound`` for a missing row and for one that this person may not see."""
    found = db.session.scalar(select(Asn).where(Asn.id == asn_id, in_view(seen_by)))
    if found is None:
        raise NotFound
    return found


def find_by_nip(nip: str) -> Asn | None:
    """Whose NIP this is or was (18 digits), whoever asks."""
    query = select(Asn).join(NipRiwayat, NipRiwayat.asn_id == Asn.id).where(NipRiwayat.nip == nip)
    return db.session.scalar(query)


def list_asn(
    saringan: Saringan,
    *,
    seen_by: Pelaku,
    sesudah: uuid.UUID | None = None,
    sebelum: uuid.UUID | None = None,
    ukuran: int = UKURAN_HALAMAN,
) -> Halaman:
    """One page by name. The place in the list is a person's id, so that addresses carry no names."""
    mundur = sebelum is not None and sesudah is None
    query = (
        select(Asn, Opd, UnitKerja.nama)
        .join(Opd, Opd.id == Asn.opd_id)
        .outerjoin(UnitKerja, UnitKerja.id == Asn.unit_id)
        .where(in_view(seen_by), *_syarat(saringan))
    )
    urut = tuple_(Asn.nama_urut, Asn.id)
    if patokan := sebelum or sesudah:
        acuan = get_asn(patokan, seen_by=seen_by)
        batas = tuple_(acuan.nama_urut, acuan.id)
        query = query.where(urut < batas if mundur else urut > batas)
    arah = (Asn.nama_urut.desc(), Asn.id.desc()) if mundur else (Asn.nama_urut, Asn.id)
    found = [BarisAsn(*row) for row in db.session.execute(query.order_by(*arah).limit(ukuran + 1))]
    lebih, found = len(found) > ukuran, found[:ukuran]
    if mundur:
        found.reverse()
    awal, akhir = (lebih, True) if mundur else (sesudah is not None, lebih)
    return Halaman(
        found,
        found[0].asn.id if found and awal else None,
        found[-1].asn.id if found and akhir else None,
    )


def _syarat(saringan: Saringan) -> list[ColumnElement[bool]]:
    syarat: list[ColumnElement[bool]] = []
    if saringan.opd_id:
        syarat.append(Asn.opd_id == saringan.opd_id)
    if saringan.status_asn:
        syarat.append(Asn.status_asn == saringan.status_asn)
    if saringan.status_aktif:
        syarat.append(Asn.status_aktif == saringan.status_aktif)
    digits = "".join(saringan.cari.split())
    if digits.isascii() and digits.isdigit():
        dulu = select(NipRiwayat.asn_id).where(NipRiwayat.nip.startswith(digits, autoescape=True))
        syarat.append(Asn.id.in_(dulu))
    elif saringan.cari:
        syarat.append(Asn.nama_urut.contains(nama_urut(saringan.cari), autoescape=True))
    return syarat


def list_penempatan(asn: Asn) -> list[tuple[Penempatan, Opd, str | None]]:
    """Where the person served, latest first."""
    query = (
        select(Penempatan, Opd, UnitKerja.nama)
        .join(Opd, Opd.id == Penempatan.opd_id)
        .outerjoin(UnitKerja, UnitKerja.id == Penempatan.unit_id)
        .where(Penempatan.asn_id == asn.id)
        .order_by(Penempatan.mulai.desc(), Penempatan.id)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def list_nip(asn: Asn) -> list[NipRiwayat]:
    """The person's NIPs, latest first."""
    query = select(NipRiwayat).where(NipRiwayat.asn_id == asn.id)
    return list(db.session.scalars(query.order_by(NipRiwayat.mulai.desc(), NipRiwayat.nip)))


def penempatan_pada(asn_id: uuid.UUID, hari: date) -> Penempatan | None:
    """Where the person served on this day."""
    query = select(Penempatan).where(
        Penempatan.asn_id == asn_id,
        Penempatan.mulai <= hari,
        or_(Penempatan.sampai.is_(None), Penempatan.sampai >= hari),
    )
    return db.session.scalar(query.order_by(Penempatan.mulai.desc(), Penempatan.id).limit(1))


def get_many(ids: Iterable[uuid.UUID], *, seen_by: Pelaku) -> dict[uuid.UUID, BarisAsn]:
    """These people, as far as they may be seen; for lists of ids such as an import's preview."""
    query = (
        select(Asn, Opd, UnitKerja.nama)
        .join(Opd, Opd.id == Asn.opd_id)
        .outerjoin(UnitKerja, UnitKerja.id == Asn.unit_id)
        .where(and_(Asn.id.in_(list(ids)), in_view(seen_by)))
    )
    return {row[0].id: BarisAsn(*row) for row in db.session.execute(query)}
