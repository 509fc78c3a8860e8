"""Reads of papers. Scans are for their owner and the verifikator alone (AUZ-3), printed letters also for the
operator who prints them for somebody of the own OPD."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Select, false, func, select

from rentan.asn.models import Asn
from rentan.berkas.models import Berkas
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.arsip import PaperDamaged, baca
from rentan.core.clock import start_of_day, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.ext import db


def _visible(query: Select[Any], seen_by: Pelaku) -> Select[Any]:
    """The one scope of this table: own papers; a verifikator all; an operator the own OPD's prints."""
    if seen_by.is_system or seen_by.has(Peran.VERIFIKATOR):
        return query
    reach: Any = false()
    if seen_by.has(Peran.ASN) and seen_by.asn_id is not None:
        reach = reach | (Berkas.asn_id == seen_by.asn_id)
    if seen_by.has(Peran.OPERATOR_OPD):
        own = select(Asn.id).where(Asn.opd_id.in_(seen_by.opd_ids))
        reach = reach | ((Berkas.jenis == JenisBerkas.SURAT_CETAK) & Berkas.asn_id.in_(own))
    return query.where(reach)


def get_berkas(berkas_id: uuid.UUID, *, seen_by: Pelaku) -> Berkas:
    """One paper; raises ``NotFound`` for a missing and for a foreign one alike."""
    row = db.session.scalar(_visible(select(Berkas).where(Berkas.id == berkas_id), seen_by))
    if row is None:
        raise NotFound
    return cast(Berkas, row)


def get_berkas_asal(berkas_id: uuid.UUID, *, seen_by: Pelaku) -> Berkas:
    """A paper whose original upload may be taken: for verifikator and admin only (UPL-3)."""
    query = select(Berkas).where(Berkas.id == berkas_id, Berkas.kunci_asal.is_not(None))
    row = db.session.scalar(query) if seen_by.has(Peran.VERIFIKATOR, Peran.ADMIN) else None
    if row is None:
        raise NotFound
    return row


def list_kini(surat_kuasa_id: uuid.UUID) -> dict[JenisBerkas, Berkas]:
    """The papers of a letter that count now, by kind: for rules and pages that show facts, not contents."""
    query = select(Berkas).where(Berkas.surat_kuasa_id == surat_kuasa_id, Berkas.diganti_pada.is_(None))
    return {row.jenis: row for row in db.session.scalars(query.order_by(Berkas.jenis, Berkas.id))}


def list_kini_banyak(surat_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID | None, set[JenisBerkas]]:
    """Which papers many letters have, with one query: for lists."""
    found: dict[uuid.UUID | None, set[JenisBerkas]] = {}
    query = select(Berkas.surat_kuasa_id, Berkas.jenis).where(
        Berkas.surat_kuasa_id.in_(list(surat_ids)), Berkas.diganti_pada.is_(None)
    )
    for surat_id, jenis in db.session.execute(query):
        found.setdefault(surat_id, set()).add(jenis)
    return found


def used_today(akun_id: uuid.UUID) -> tuple[int, int]:
    """(files, bytes) that this account uploaded since midnight of the city (UPL-1)."""
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Berkas.ukuran_asal), 0)).where(
            Berkas.diunggah_oleh == akun_id,
            Berkas.diunggah_pada >= start_of_day(today()),
            Berkas.kunci_asal.is_not(None),
        )
    ).one()
    return int(row[0]), int(row[1])


def read_bersih(berkas: Berkas) -> bytes:
    """The re-made copy (or the printed letter), decrypted and compared with its hash.

    Raises ``PaperDamaged``, ``InvalidTag`` or ``MissingObject``: each of them an incident.
    """
    return baca(berkas, "kunci_bersih", berkas.kunci_bersih, berkas.sha256)


def read_asal(berkas: Berkas) -> bytes:
    """The file as received; errors as ``read_bersih``, and ``NotFound`` for a paper that we printed."""
    if berkas.kunci_asal is None:
        raise NotFound
    return baca(berkas, "kunci_asal", berkas.kunci_asal, berkas.sha256_asal)


def list_kunci() -> set[str]:
    """Every name in the document store that a row knows."""
    rows = db.session.execute(select(Berkas.kunci_asal, Berkas.kunci_bersih))
    return {key for row in rows for key in row if key is not None}


__all__ = [
    "PaperDamaged",
    "get_berkas",
    "get_berkas_asal",
    "list_kini",
    "list_kini_banyak",
    "list_kunci",
    "read_asal",
    "read_bersih",
    "used_today",
]
