"""The admin's reads: accounts by name, one account with its grants."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_

from rentan.akun.models import Akun, PeranAkun
from rentan.akun.queries import in_force
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.wilayah.models import Kecamatan

#: What ends within so many days is shown beforehand.
HARI_MENJELANG = 30


@dataclass(frozen=True)
class BarisPeran:
    """One grant in words."""

    id: uuid.UUID
    peran: Peran
    tempat: str
    mulai: date
    selesai: date | None
    berlaku: bool


@dataclass(frozen=True)
class BarisAkun:
    """One account of the list."""

    akun: Akun
    peran: list[BarisPeran]


def ends_soon() -> ColumnElement[bool]:
    """Grants that end within ``HARI_MENJELANG`` days and were not revoked."""
    batas = today() + timedelta(days=HARI_MENJELANG)
    return and_(PeranAkun.dicabut_pada.is_(None), PeranAkun.selesai >= today(), PeranAkun.selesai <= batas)


def list_akun(
    *,
    seen_by: Pelaku,
    cari: str = "",
    peran: Peran | None = None,
    berakhir: bool = False,
    sesudah: uuid.UUID | None = None,
    jumlah: int = 50,
) -> tuple[list[BarisAkun], uuid.UUID | None]:
    """A page of accounts by name and the id to go on after; only for admins (others see none). ``berakhir``:
    those with a role that ends within ``HARI_MENJELANG`` days.
    """
    if not seen_by.can(Permission.AKUN_KELOLA):
        return [], None
    query = db.select(Akun)
    if cari:
        like = "%" + cari.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(
                Akun.nama.ilike(like, escape="\\"),
                Akun.pengenal.ilike(like, escape="\\"),
                Akun.pengenal == "".join(cari.split()),
            )
        )
    if peran is not None:
        query = query.where(
            db.select(PeranAkun.id)
            .where(PeranAkun.akun_id == Akun.id, PeranAkun.peran == peran, in_force(today()))
            .exists()
        )
    if berakhir:
        query = query.where(db.select(PeranAkun.id).where(PeranAkun.akun_id == Akun.id, ends_soon()).exists())
    if sesudah is not None and (last := db.session.get(Akun, sesudah)) is not None:
        query = query.where(or_(Akun.nama > last.nama, and_(Akun.nama == last.nama, Akun.id > last.id)))
    rows = list(db.session.scalars(query.order_by(Akun.nama, Akun.id).limit(jumlah + 1)))
    page = rows[:jumlah]
    grants = list_peran_of([one.id for one in page])
    following = page[-1].id if len(rows) > jumlah else None
    return [BarisAkun(one, [g for g in grants.get(one.id, []) if g.berlaku]) for one in page], following


def walk_akun(*, peran: Peran | None = None) -> Iterator[BarisAkun]:
    """Every account by name, for commands at the server."""
    admin, sesudah = Pelaku(akun_id=None, peran=frozenset({Peran.ADMIN}), is_system=True), None
    while True:
        rows, sesudah = list_akun(seen_by=admin, peran=peran, sesudah=sesudah, jumlah=500)
        yield from rows
        if sesudah is None:
            return


def list_peran_of(akun_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[BarisPeran]]:
    """The grants of these accounts that were not revoked, with the names of their places."""
    today_ = today()
    query = (
        db.select(PeranAkun, Opd.singkatan, Kecamatan.nama)
        .outerjoin(Opd, Opd.id == PeranAkun.opd_id)
        .outerjoin(Kecamatan, Kecamatan.kode == PeranAkun.kecamatan_kode)
        .where(PeranAkun.akun_id.in_(akun_ids), PeranAkun.dicabut_pada.is_(None))
        .order_by(PeranAkun.peran, PeranAkun.mulai, PeranAkun.id)
    )
    found: dict[uuid.UUID, list[BarisPeran]] = {}
    for row, opd, kecamatan in db.session.execute(query):
        berlaku = row.mulai <= today_ and (row.selesai is None or row.selesai >= today_)
        found.setdefault(row.akun_id, []).append(
            BarisPeran(
                row.id,
                row.peran,
                opd or (f"Kecamatan {kecamatan}" if kecamatan else ""),
                row.mulai,
                row.selesai,
                berlaku,
            )
        )
    return found


def get_akun(akun_id: uuid.UUID, *, seen_by: Pelaku) -> Akun:
    """One account for the admin. Raises ``NotFound``."""
    akun = db.session.get(Akun, akun_id) if seen_by.can(Permission.AKUN_KELOLA) else None
    if akun is None:
        raise NotFound
    return akun


def get_peran(akun: Akun, peran_id: uuid.UUID) -> PeranAkun:
    """A grant of this account. Raises ``NotFound``."""
    row = db.session.get(PeranAkun, peran_id)
    if row is None or row.akun_id != akun.id:
        raise NotFound
    return row
