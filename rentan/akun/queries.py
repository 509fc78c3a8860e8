"""Reads about accounts: who somebody is now, whose session a token names."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from rentan.akun.models import Akun, PeranAkun, Sesi
from rentan.core.actor import Pelaku, finds_pelaku
from rentan.core.clock import today
from rentan.core.permissions import PERAN_KOTA, Peran
from rentan.core.settings import get_setting
from rentan.ext import db, runtime
from rentan.opd.models import Opd


def in_force(pada: date) -> ColumnElement[bool]:
    """Grants that count on this date."""
    return and_(
        PeranAkun.dicabut_pada.is_(None),
        PeranAkun.mulai <= pada,
        or_(PeranAkun.selesai.is_(None), PeranAkun.selesai >= pada),
    )


def list_peran(akun_id: uuid.UUID) -> list[PeranAkun]:
    """The grants in force today."""
    query = db.select(PeranAkun).where(PeranAkun.akun_id == akun_id, in_force(today()))
    return list(db.session.scalars(query.order_by(PeranAkun.peran, PeranAkun.id)))


def pelaku_of(akun: Akun, *, permintaan_id: str = "", alamat: str = "") -> Pelaku:
    """The account as an actor, with the roles in force today; an operator's OPD include their sub-units.

    An account that is switched off has no roles.
    """
    grants = list_peran(akun.id) if akun.aktif else []
    return Pelaku(
        akun_id=akun.id,
        peran=frozenset(one.peran for one in grants),
        asn_id=akun.asn_id,
        opd_ids=_with_children({one.opd_id for one in grants if one.opd_id}),
        kecamatan=frozenset(one.kecamatan_kode for one in grants if one.kecamatan_kode),
        permintaan_id=permintaan_id,
        alamat=alamat,
    )


@finds_pelaku
def find_pelaku(akun_id: uuid.UUID) -> Pelaku | None:
    """The account of this id as an actor, for work that goes on without its person."""
    akun = db.session.get(Akun, akun_id)
    return pelaku_of(akun) if akun is not None else None


def _with_children(opd_ids: set[uuid.UUID]) -> frozenset[uuid.UUID]:
    """These OPD and everything below them."""
    found, level = set(opd_ids), set(opd_ids)
    while level:
        level = set(db.session.scalars(db.select(Opd.id).where(Opd.induk_id.in_(level)))) - found
        found |= level
    return frozenset(found)


def token_hash(token: str) -> bytes:
    """How a session token is stored (SES-1)."""
    return bytes(runtime().keyring.code_hash("sesi", token))


def find_sesi(token: str) -> tuple[Sesi, Akun] | None:
    """The session row of this token, whether it still lives or not, and its account."""
    query = db.select(Sesi, Akun).join(Akun, Akun.id == Sesi.akun_id)
    row = db.session.execute(query.where(Sesi.token_hash == token_hash(token))).first()
    return None if row is None else (row[0], row[1])


def list_sesi(akun_id: uuid.UUID) -> list[Sesi]:
    """Sessions that are neither ended nor over, last used first."""
    query = db.select(Sesi).where(Sesi.akun_id == akun_id, Sesi.dicabut_pada.is_(None))
    return list(db.session.scalars(query.order_by(Sesi.terakhir_pada.desc(), Sesi.id)))


def find_akun(pengenal: str) -> Akun | None:
    """The account with this NIP or sign-in name."""
    return db.session.scalar(db.select(Akun).where(Akun.pengenal == pengenal))


def needs_totp(peran: frozenset[Peran]) -> bool:
    """Must somebody with these roles use a second factor (AUT-5)? The demo city leaves it off."""
    return bool(peran & PERAN_KOTA) and not runtime().settings.demo and bool(get_setting("totp_wajib"))
