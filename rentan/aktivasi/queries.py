"""Who still has to activate, as far as the viewer's OPD reaches."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_

from rentan.akun.models import Akun
from rentan.asn.models import Asn, KodeAktivasi
from rentan.asn.status import StatusAktif
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.opd.models import Opd, UnitKerja

#: People on unpaid leave may join when they are back, so they get a slip too.
BERHAK = (StatusAktif.AKTIF, StatusAktif.CUTI)
TANPA_UNIT = "Tanpa unit kerja"


@dataclass(frozen=True)
class BarisUnit:
    """A sub-unit with how many there have not activated, and for how many of them a slip is out."""

    unit_id: uuid.UUID | None
    nama: str
    belum: int
    tercetak: int


@dataclass(frozen=True)
class Penerima:
    """Somebody who gets a slip: plain values, so that drawing thousands needs no transaction."""

    asn_id: uuid.UUID
    nip: str
    nama: str
    unit: str


def in_reach(seen_by: Pelaku) -> ColumnElement[bool]:
    """OPD for which this person may print slips: an operator's own with sub-units, all for the admin."""
    if not (seen_by.is_system or seen_by.can(Permission.AKTIVASI_CETAK)):
        return db.false()
    if seen_by.is_system or seen_by.has(Peran.ADMIN):
        return db.true()
    return Opd.id.in_(seen_by.opd_ids)


def list_opd(*, seen_by: Pelaku) -> list[Opd]:
    """The OPD to choose from."""
    return list(db.session.scalars(db.select(Opd).where(in_reach(seen_by)).order_by(Opd.urutan, Opd.id)))


def get_opd(kode: str, *, seen_by: Pelaku) -> Opd:
    """One OPD by its code. Raises ``NotFound``, also for a foreign one (AUZ-2)."""
    opd = db.session.scalar(db.select(Opd).where(Opd.kode == kode, in_reach(seen_by)))
    if opd is None:
        raise NotFound
    return opd


def _belum() -> ColumnElement[bool]:
    """Not activated: no account, or one that never got a password."""
    return and_(
        Asn.status_aktif.in_(BERHAK),
        ~db.select(Akun.id).where(Akun.asn_id == Asn.id, Akun.sandi_hash.is_not(None)).exists(),
    )


def _live() -> ColumnElement[bool]:
    """The code of this ASN that was neither used nor voided: at most one."""
    return and_(
        KodeAktivasi.asn_id == Asn.id,
        KodeAktivasi.dipakai_pada.is_(None),
        KodeAktivasi.dibatalkan_pada.is_(None),
    )


def list_unit(opd: Opd) -> list[BarisUnit]:
    """The sub-units of an OPD in which somebody has not activated yet, by name."""
    query = (
        db.select(UnitKerja.id, UnitKerja.nama, db.func.count(Asn.id), db.func.count(KodeAktivasi.id))
        .select_from(Asn)
        .outerjoin(UnitKerja, UnitKerja.id == Asn.unit_id)
        .outerjoin(KodeAktivasi, _live())
        .where(Asn.opd_id == opd.id, _belum())
        .group_by(UnitKerja.id, UnitKerja.nama)
        .order_by(UnitKerja.nama, UnitKerja.id)
    )
    return [
        BarisUnit(unit_id, nama or TANPA_UNIT, belum, tercetak)
        for unit_id, nama, belum, tercetak in db.session.execute(query)
    ]


def has_asn(opd: Opd) -> bool:
    """Is anybody of this OPD entitled to an account, activated or not?"""
    query = db.select(Asn.id).where(Asn.opd_id == opd.id, Asn.status_aktif.in_(BERHAK)).limit(1)
    return db.session.scalar(query) is not None


def list_belum(
    opd: Opd, *, unit_id: uuid.UUID | None = None, tanpa_unit: bool = False, tanpa_slip: bool = False
) -> list[Penerima]:
    """People of an OPD (or of one sub-unit) who have not activated, by sub-unit and name.

    ``tanpa_unit``: those whom the roster puts into no sub-unit; ``tanpa_slip``: those without a valid slip.
    """
    query = (
        db.select(Asn.id, Asn.nip, Asn.nama, UnitKerja.nama)
        .outerjoin(UnitKerja, UnitKerja.id == Asn.unit_id)
        .where(Asn.opd_id == opd.id, _belum())
        .order_by(UnitKerja.nama, UnitKerja.id, Asn.nama_urut, Asn.id)
    )
    if unit_id is not None:
        query = query.where(Asn.unit_id == unit_id)
    if tanpa_unit:
        query = query.where(Asn.unit_id.is_(None))
    if tanpa_slip:
        valid = and_(_live(), KodeAktivasi.kedaluwarsa_pada > now())
        query = query.where(~db.select(KodeAktivasi.id).where(valid).exists())
    return [
        Penerima(asn_id, nip, nama, unit or TANPA_UNIT)
        for asn_id, nip, nama, unit in db.session.execute(query)
    ]


def find_asn(nip: str) -> Asn | None:
    """The roster row of somebody who activates; only those who may."""
    return db.session.scalar(db.select(Asn).where(Asn.nip == nip, Asn.status_aktif.in_(BERHAK)))
