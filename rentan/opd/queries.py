"""Agencies: lists for choosing, and finding the one that a file means."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.ext import db, runtime
from rentan.opd.ejaan import akhiran_kota, normal
from rentan.opd.models import EjaanOpd, Opd


def list_opd(pada: date | None = None) -> list[Opd]:
    """The agencies that exist on this date (default: today), in the city's order."""
    hari = pada or today()
    query = select(Opd).where(
        or_(Opd.berlaku_mulai.is_(None), Opd.berlaku_mulai <= hari),
        or_(Opd.berlaku_sampai.is_(None), Opd.berlaku_sampai >= hari),
    )
    return list(db.session.scalars(query.order_by(Opd.urutan, Opd.id)))


def list_semua_opd() -> list[Opd]:
    """Every agency, past and future ones included, in the city's order."""
    return list(db.session.scalars(select(Opd).order_by(Opd.urutan, Opd.id)))


def get_opd(opd_id: uuid.UUID) -> Opd:
    """The agency; agencies are no secret. Raises ``NotFound``."""
    found = db.session.get(Opd, opd_id)
    if found is None:
        raise NotFound
    return found


def list_ejaan() -> list[tuple[EjaanOpd, Opd]]:
    """The spellings that the admin has mapped, with their agency."""
    query = select(EjaanOpd, Opd).join(Opd, Opd.id == EjaanOpd.opd_id).order_by(EjaanOpd.ejaan)
    return [(row[0], row[1]) for row in db.session.execute(query)]


def ejaan_normal(text: str) -> str:
    """The comparable form of an agency's name in this city."""
    profil = runtime().profil
    return normal(text, akhiran_kota(profil.nama_kota, profil.nama_pemda))


@dataclass(frozen=True)
class PencocokOpd:
    """Finds agencies by any of their spellings; made once per list."""

    menurut_ejaan: dict[str, uuid.UUID]
    akhiran: tuple[tuple[str, ...], ...]

    def cari(self, text: str | None) -> uuid.UUID | None:
        """The agency meant, or ``None`` when no spelling (or more than one agency) fits."""
        return self.menurut_ejaan.get(normal(text, self.akhiran)) if text else None


def buat_pencocok(pada: date | None = None) -> PencocokOpd:
    """A finder over mapped spellings, codes, names and short names, the former winning over the latter.

    A spelling that two agencies share on the same level belongs to neither: it must be mapped.
    """
    profil = runtime().profil
    akhiran = akhiran_kota(profil.nama_kota, profil.nama_pemda)
    semua = list_opd(pada)
    ada = {one.id for one in semua}
    found: dict[str, uuid.UUID] = {
        ejaan: opd_id
        for ejaan, opd_id in db.session.execute(select(EjaanOpd.ejaan, EjaanOpd.opd_id))
        if opd_id in ada
    }
    for kolom in ("kode", "nama", "singkatan"):
        level: dict[str, set[uuid.UUID]] = {}
        for one in semua:
            level.setdefault(normal(getattr(one, kolom), akhiran), set()).add(one.id)
        for ejaan, pemilik in level.items():
            if len(pemilik) == 1:
                found.setdefault(ejaan, next(iter(pemilik)))
    return PencocokOpd(found, akhiran)
