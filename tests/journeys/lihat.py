"""What a sign-up has left in the database."""

from __future__ import annotations

from typing import Any

from rentan.ext import db
from rentan.pendaftaran.models import Pendaftaran
from rentan.surat_kuasa.models import SuratKuasa


def hitung(kind: Any) -> int:
    """How many rows of this kind there are."""
    return int(db.session.scalar(db.select(db.func.count()).select_from(kind)) or 0)


def draf_kini() -> Pendaftaran:
    """The only sign-up."""
    return db.session.scalars(db.select(Pendaftaran)).one()


def semua_surat() -> list[SuratKuasa]:
    """All letters, the oldest version first."""
    return list(db.session.scalars(db.select(SuratKuasa).order_by(SuratKuasa.urutan_versi)))
