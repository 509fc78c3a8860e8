"""What somebody typed into a page whose session had run out: kept half an hour, given back (CSR-2)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from rentan.akun.models import IsianTertunda
from rentan.core.clock import now
from rentan.core.subject import reveal, seal
from rentan.ext import db

UMUR = timedelta(minutes=30)
MAKS = 128 * 1024  # characters of one form
#: Never kept: tokens of the page, and secrets that the person types again.
_TIDAK_DISIMPAN = frozenset({"csrf_token", "sandi", "sandi_lama", "sandi_baru", "sandi_ulang", "kode"})


@dataclass(frozen=True)
class Isian:
    """A kept form: where it goes, its fields in order, and whether files must be chosen again."""

    jalur: str
    isian: list[tuple[str, str]]
    berkas: bool


def keep_isian(akun_id: uuid.UUID, jalur: str, isian: list[tuple[str, str]], *, berkas: bool) -> None:
    """Keep the form for this account in place of an older one; too large a form is not kept."""
    kept = [(name, value) for name, value in isian if name not in _TIDAK_DISIMPAN]
    if sum(len(name) + len(value) for name, value in kept) > MAKS:
        return
    row = IsianTertunda(id=uuid.uuid4(), akun_id=akun_id, dibuat_pada=now())
    body = json.dumps({"jalur": jalur, "isian": kept, "berkas": berkas}, separators=(",", ":"))
    try:
        with db.session.begin_nested():
            drop_isian(akun_id)
            seal(row, "isi", body)
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        return  # two tabs at once: one of the forms is kept


def find_isian(akun_id: uuid.UUID) -> Isian | None:
    """The form waiting for this account, or ``None``."""
    row = db.session.scalar(
        db.select(IsianTertunda).where(
            IsianTertunda.akun_id == akun_id, IsianTertunda.dibuat_pada > now() - UMUR
        )
    )
    body = None if row is None else reveal(row, "isi")
    if body is None:
        return None
    found = json.loads(body)
    return Isian(found["jalur"], [(name, value) for name, value in found["isian"]], found["berkas"])


def drop_isian(akun_id: uuid.UUID) -> None:
    """Forget the waiting form: it was sent, or is not wanted."""
    db.session.execute(db.delete(IsianTertunda).where(IsianTertunda.akun_id == akun_id))


def prune_isian() -> int:
    """Forget forms nobody came back for (nightly job); returns how many."""
    result = db.session.execute(db.delete(IsianTertunda).where(IsianTertunda.dibuat_pada < now() - UMUR))
    return int(result.rowcount)  # type: ignore[attr-defined]
