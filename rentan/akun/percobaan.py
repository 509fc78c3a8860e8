"""Counting wrong tries in the database, so that all processes agree and a restart forgets nothing (AUT-3).

A try is written down as wrong *before* the secret is checked, and taken back when it was right: twenty tries
sent at once are then twenty tries, and a process killed while checking gives none away.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from rentan.akun.models import PercobaanMasuk
from rentan.core.clock import now
from rentan.ext import db, runtime

KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Percobaan:
    """One counted try. ``boleh``: the secret may be checked; ``terakhir``: if it is wrong, a wait begins."""

    jenis: str
    kunci: bytes
    ids: tuple[uuid.UUID, ...]
    boleh: bool
    terakhir: bool


def begin_try(jenis: str, siapa: str, *, alamat: str, batas_orang: bool = True) -> Percobaan:
    """Write down a try of this kind for this person and this address. The caller commits before it checks.

    Five wrong ones within 15 minutes hold the person for 15 minutes; 200 hold the address, behind which a
    whole office may sit (``batas_orang=False``: only this limit, where nobody is named). While held, tries
    are not counted, so that nobody can prolong the wait of another.
    """
    batas, at = runtime().profil.batas, now()
    orang = _kunci(jenis, siapa)
    tempat = _kunci("alamat", alamat)
    _lock(orang)
    jendela = timedelta(minutes=batas.menit_kunci)
    recent = list(
        db.session.scalars(
            db.select(PercobaanMasuk.pada)
            .where(
                PercobaanMasuk.jenis == jenis,
                PercobaanMasuk.kunci == orang,
                PercobaanMasuk.pada > at - 2 * jendela,
            )
            .order_by(PercobaanMasuk.pada.desc())
            .limit(batas.sandi_salah)
        )
    )
    full = len(recent) == batas.sandi_salah
    held = batas_orang and full and recent[0] - recent[-1] <= jendela and at - recent[0] < jendela
    from_here = db.session.scalar(
        db.select(db.func.count()).where(
            PercobaanMasuk.jenis == "alamat",
            PercobaanMasuk.kunci == tempat,
            PercobaanMasuk.pada > at - jendela,
        )
    )
    if held or (from_here or 0) >= batas.salah_per_alamat:
        return Percobaan(jenis, orang, (), boleh=False, terakhir=False)
    rows = [
        PercobaanMasuk(id=uuid.uuid4(), jenis=kind, kunci=key, pada=at)
        for kind, key in ((jenis, orang), ("alamat", tempat))
    ]
    db.session.add_all(rows)
    before = [one for one in recent if at - one <= jendela]
    return Percobaan(
        jenis,
        orang,
        tuple(row.id for row in rows),
        boleh=True,
        terakhir=batas_orang and len(before) == batas.sandi_salah - 1,
    )


def forget_tries(percobaan: Percobaan) -> None:
    """The try was right: take it back, and the person's earlier wrong ones of this kind with it."""
    table = PercobaanMasuk
    db.session.execute(db.delete(table).where(table.id.in_(percobaan.ids)))
    db.session.execute(db.delete(table).where(table.jenis == percobaan.jenis, table.kunci == percobaan.kunci))


def prune_tries() -> int:
    """Forget counters older than two days (nightly job); returns how many."""
    result = db.session.execute(db.delete(PercobaanMasuk).where(PercobaanMasuk.pada < now() - KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _kunci(jenis: str, siapa: str) -> bytes:
    """A keyed hash: what was typed as a NIP may be anything, even a password in the wrong field."""
    return bytes(runtime().keyring.code_hash(f"percobaan {jenis}", siapa))


def _lock(kunci: bytes) -> None:
    """Tries for one person are counted one after the other; SQLite has a single writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(kunci[:8], "big", signed=True)
        db.session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
