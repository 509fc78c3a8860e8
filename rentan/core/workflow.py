"""Move tables and ``advance``: the only way a status moves (states.md G1-G6).

A room declares one :class:`Machine` in its ``status.py``. ``advance`` checks role, row scope, source state,
version and guards, moves the status, and writes one append-only history row and one event of the trail.
The same table answers which buttons a page may show (G3), so a button that would be refused is shown
disabled with the refusal's own sentence.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, insert, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.ext import Base, IdMixin, db

#: A guard gets the row, the actor and the facts of the move; it answers ``None`` or the refusing sentence.
Guard = Callable[[Any, Pelaku, dict[str, Any]], "str | None"]


CHUNK = 500  # ids in one statement


@dataclass(frozen=True)
class Move:
    """One row of states.md: ``kode`` is its number there, an empty ``dari`` creates the row."""

    kode: str
    peristiwa: str
    dari: frozenset[Any]
    ke: Any
    siapa: frozenset[Peran]
    label: str
    sistem: bool = False
    penjaga: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Machine:
    """All moves of one kind of row. ``in_scope`` says whether a role reaches this row (own, own OPD, …)."""

    nama: str
    sebutan: str
    moves: tuple[Move, ...]
    in_scope: Callable[[Any, Pelaku, Peran], bool]
    #: The column that holds the state: a contribution has two axes, each a machine of its own.
    kolom: str = "status"

    def status_of(self, row: Any) -> Any:
        """Where the row stands on this machine."""
        return getattr(row, self.kolom)

    def move(self, peristiwa: str, dari: Any) -> Move:
        """The move of this event from this state; ``RuleError`` names the states where it is possible."""
        same = [one for one in self.moves if one.peristiwa == peristiwa]
        if not same:
            raise LookupError(f"{self.nama}: unknown event {peristiwa}")
        for one in same:
            if (dari is None and not one.dari) or dari in one.dari:
                return one
        allowed = sorted({state.label for one in same for state in one.dari})
        here = "belum ada" if dari is None else f"berstatus “{dari.label}”"
        raise RuleError(
            f"{self.sebutan} ini {here}, sedangkan “{same[0].label}” hanya dapat dilakukan pada status: "
            f"{', '.join(allowed) or 'baru'}. Muat ulang halaman untuk melihat keadaan terakhir.",
            kode="status_tidak_cocok",
        )


class Riwayat(IdMixin, Base):
    """One append-only row per move of any machine (G2)."""

    __tablename__ = "riwayat"
    mesin: Mapped[str]
    objek_id: Mapped[uuid.UUID]
    langkah: Mapped[str]
    peristiwa: Mapped[str]
    dari: Mapped[str | None]
    ke: Mapped[str]
    pelaku_id: Mapped[uuid.UUID | None]
    peran: Mapped[str]
    pada: Mapped[datetime]
    alasan: Mapped[str | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    dokumen: Mapped[list[Any]] = mapped_column(default=list)
    permintaan_id: Mapped[str]
    urutan: Mapped[int]
    __table_args__ = (Index("ix_riwayat_objek", "mesin", "objek_id", "urutan", unique=True),)


@dataclass(frozen=True)
class Tawaran:
    """A move as a page offers it: ``alasan`` is why it is refused now, or ``None`` when it may be made."""

    move: Move
    alasan: str | None


def check_version(row: Any, versi: int | None) -> None:
    """Refuse an answer to a stale page (CON-5)."""
    if versi is not None and row.versi != versi:
        raise Stale


def role_for(machine: Machine, move: Move, row: Any, by: Pelaku) -> Peran | None:
    """The role under which ``by`` makes this move on this row; ``None`` for the system; or ``Forbidden``."""
    if by.is_system:
        if move.sistem:
            return None
        raise Forbidden
    for peran in sorted(move.siapa & by.peran):
        if machine.in_scope(row, by, peran):
            return peran
    raise Forbidden


def check_move(
    machine: Machine,
    row: Any,
    peristiwa: str,
    *,
    by: Pelaku,
    versi: int | None = None,
    baru: bool = False,
    **facts: Any,
) -> tuple[Move, Peran | None]:
    """What ``advance`` would refuse, without moving; answers the move and the role under which it is made."""
    move = machine.move(peristiwa, None if baru else machine.status_of(row))
    check_version(row, versi)
    peran = role_for(machine, move, row, by)
    for guard in move.penjaga:
        if refusal := guard(row, by, facts):
            raise RuleError(refusal, kode=f"penjaga_{move.kode.lower()}")
    return move, peran


def advance(
    machine: Machine,
    row: Any,
    peristiwa: str,
    *,
    by: Pelaku,
    versi: int | None = None,
    alasan: str | None = None,
    catatan: str | None = None,
    dokumen: Sequence[uuid.UUID] = (),
    baru: bool = False,
    **facts: Any,
) -> Riwayat:
    """Make one move, or raise ``RuleError``/``Forbidden``/``Stale`` and change nothing.

    ``baru`` marks the creating move of a new row (its status is set here for the first time). ``alasan`` is
    a reason code, ``catatan`` free words of staff, ``dokumen`` ids of papers that carry the move.
    """
    before = None if baru else machine.status_of(row)
    asked = facts if alasan is None else facts | {"alasan": alasan}  # some guards want a reason (K13)
    move, peran = check_move(machine, row, peristiwa, by=by, versi=versi, baru=baru, **asked)
    setattr(row, machine.kolom, move.ke)
    if baru:
        db.session.add(row)
    return write_history(
        machine, row, move, before, by=by, peran=peran, alasan=alasan, catatan=catatan, dokumen=dokumen
    )


def advance_new(machine: Machine, row_ids: Sequence[uuid.UUID], events: Sequence[str], *, by: Pelaku) -> Any:
    """Make the same first moves for rows that an import inserts set-based; answers the state they end in.

    The caller writes that state in its own INSERT. Guards are not asked: the caller has checked each row. One
    event of the trail per move carries the count. The first move is made by ``by``, the others by the system.
    """
    before: Any = None
    rows: list[dict[str, Any]] = []
    for number, peristiwa in enumerate(events, 1):
        move = machine.move(peristiwa, before)
        actor = by if number == 1 else SISTEM
        peran = role_for(machine, move, None, actor)
        common = {
            "mesin": machine.nama,
            "langkah": move.kode,
            "peristiwa": move.peristiwa,
            "dari": None if before is None else before.value,
            "ke": move.ke.value,
            "pelaku_id": actor.akun_id,
            "peran": "sistem" if peran is None else peran.value,
            "pada": now(),
            "dokumen": [],
            "permintaan_id": by.permintaan_id,
            "urutan": number,
        }
        rows += [{"id": uuid.uuid4(), "objek_id": one} | common for one in row_ids]
        facts = {"langkah": move.kode, "dari": common["dari"], "ke": common["ke"], "jumlah": len(row_ids)}
        record(Peristiwa.STATUS_BERPINDAH, by=actor, mesin=machine.nama, **facts)
        before = move.ke
    if rows:
        db.session.execute(insert(Riwayat), rows)
    return before


def advance_many(
    machine: Machine,
    rows: Sequence[Any],
    peristiwa: str,
    *,
    by: Pelaku,
    alasan: Mapping[uuid.UUID, str | None] | None = None,
    catatan: Mapping[uuid.UUID, str | None] | None = None,
    **facts: Any,
) -> None:
    """The same move for thousands of loaded rows of one model: all of them, or none with the refusal.

    Each row is checked as by ``advance`` and gets its own history row; the trail gets one event with the
    count. ``alasan`` and ``catatan`` are by row id. Raises ``Stale`` when a row has moved meanwhile.
    """
    db.session.flush()
    checked = [
        (row, machine.status_of(row), *check_move(machine, row, peristiwa, by=by, **facts)) for row in rows
    ]
    counts = _history_counts(machine, [row.id for row in rows])
    common: dict[str, Any] = {
        "mesin": machine.nama,
        "pelaku_id": by.akun_id,
        "pada": now(),
        "dokumen": [],
    }
    history = [
        common
        | {
            "id": uuid.uuid4(),
            "objek_id": row.id,
            "langkah": move.kode,
            "peristiwa": move.peristiwa,
            "dari": before.value,
            "ke": move.ke.value,
            "peran": "sistem" if peran is None else peran.value,
            "alasan": (alasan or {}).get(row.id),
            "catatan": (catatan or {}).get(row.id),
            "permintaan_id": by.permintaan_id,
            "urutan": counts.get(row.id, 0) + 1,
        }
        for row, before, move, peran in checked
    ]
    for before in {one[1] for one in checked}:
        group = [(row, move) for row, was, move, _ in checked if was is before]
        _move_together([row for row, _ in group], before, group[0][1], machine.kolom)
        facts_of = {"mesin": machine.nama, "langkah": group[0][1].kode, "dari": before.value}
        record(Peristiwa.STATUS_BERPINDAH, by=by, ke=group[0][1].ke.value, jumlah=len(group), **facts_of)
    if history:
        db.session.execute(insert(Riwayat), history)


def _history_counts(machine: Machine, row_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for start in range(0, len(row_ids), CHUNK):
        query = db.select(Riwayat.objek_id, db.func.max(Riwayat.urutan)).where(
            Riwayat.mesin == machine.nama, Riwayat.objek_id.in_(row_ids[start : start + CHUNK])
        )
        found |= {row[0]: row[1] for row in db.session.execute(query.group_by(Riwayat.objek_id))}
    return found


def _move_together(rows: Sequence[Any], before: Any, move: Move, kolom: str) -> None:
    """Compare and set: whoever moved one of them in between makes this fail as a whole."""
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        model = type(some[0])
        changed = db.session.execute(
            update(model)
            .where(model.id.in_([row.id for row in some]), getattr(model, kolom) == before)
            .values({kolom: move.ke, "versi": model.versi + 1})
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != len(some):  # type: ignore[attr-defined]
            raise Stale
        for row in some:
            set_committed_value(row, kolom, move.ke)
            set_committed_value(row, "versi", row.versi + 1)


def write_history(
    machine: Machine,
    row: Any,
    move: Move,
    before: Any,
    *,
    by: Pelaku,
    peran: Peran | None,
    alasan: str | None,
    catatan: str | None,
    dokumen: Sequence[uuid.UUID],
) -> Riwayat:
    """The history row of a move just made; its running number makes two moves at once collide."""
    db.session.flush()
    count = db.session.scalar(
        db.select(db.func.coalesce(db.func.max(Riwayat.urutan), 0)).where(
            Riwayat.mesin == machine.nama, Riwayat.objek_id == row.id
        )
    )
    history = Riwayat(
        mesin=machine.nama,
        objek_id=row.id,
        langkah=move.kode,
        peristiwa=move.peristiwa,
        dari=None if before is None else before.value,
        ke=move.ke.value,
        pelaku_id=by.akun_id,
        peran="sistem" if peran is None else peran.value,
        pada=now(),
        alasan=alasan,
        catatan=catatan,
        dokumen=[str(one) for one in dokumen],
        permintaan_id=by.permintaan_id,
        urutan=(count or 0) + 1,
    )
    db.session.add(history)
    record(
        Peristiwa.STATUS_BERPINDAH,
        by=by,
        objek=row,
        mesin=machine.nama,
        langkah=move.kode,
        dari=history.dari,
        ke=history.ke,
    )
    return history


def offers(machine: Machine, row: Any, by: Pelaku, **facts: Any) -> list[Tawaran]:
    """The moves that ``by`` could make from the row's present state, each with the refusal in its way."""
    found = []
    for move in machine.moves:
        if machine.status_of(row) not in move.dari:
            continue
        try:
            role_for(machine, move, row, by)
        except Forbidden:
            continue
        refusal = next((said for guard in move.penjaga if (said := guard(row, by, facts))), None)
        found.append(Tawaran(move, refusal))
    return found


def list_riwayat(machine: Machine, row: Any) -> list[Riwayat]:
    """The row's moves, oldest first."""
    query = db.select(Riwayat).where(Riwayat.mesin == machine.nama, Riwayat.objek_id == row.id)
    return list(db.session.scalars(query.order_by(Riwayat.urutan)))


__all__ = [
    "Guard",
    "Machine",
    "Move",
    "Riwayat",
    "Tawaran",
    "advance",
    "advance_many",
    "advance_new",
    "check_move",
    "check_version",
    "list_riwayat",
    "offers",
]
