"""History rows as sentences: what happened, when, and by which role; never by whose name.

Each room keeps one table ``KALIMAT`` from a move (its number and event) to a sentence; a test holds that no
move of any machine is without one. Donors read these pages, so that notes of staff are left out of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.util.tanggal import format_waktu

#: (number, event) of a move to the sentence that says what happened.
Kalimat = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Kejadian:
    """Something that happened on the way of a sponsorship or letter; ``urut`` breaks ties of one instant."""

    pada: datetime
    judul: str
    peran: str = ""
    isi: str = ""
    urut: int = 0

    def baris(self, *, milik_sendiri: bool) -> dict[str, Any]:
        """For ``components/garis_waktu.html``."""
        siapa = oleh(self.peran, milik_sendiri=milik_sendiri)
        waktu = f"{format_waktu(self.pada)}, {siapa}" if siapa else format_waktu(self.pada)
        return {"judul": self.judul, "waktu": waktu, "isi": self.isi}


def oleh(peran: str, *, milik_sendiri: bool) -> str:
    """``oleh verifikator``; the donor reads "oleh Anda" of the own moves, and nothing of the system's."""
    if peran in ("", "sistem"):
        return ""
    if peran == Peran.ASN:
        return "oleh Anda" if milik_sendiri else "oleh ASN"
    return f"oleh {Peran(peran).label[0].lower()}{Peran(peran).label[1:]}"


def kejadian(langkah: Riwayat, kalimat: Kalimat, isi: str = "") -> Kejadian:
    """One history row as a sentence."""
    judul = kalimat[langkah.langkah, langkah.peristiwa]
    return Kejadian(langkah.pada, judul, langkah.peran, isi, langkah.urutan)


def list_langkah(mesin: str, objek_ids: Collection[uuid.UUID]) -> list[Riwayat]:
    """The moves of many rows of one machine, each row's oldest first; one query."""
    if not objek_ids:
        return []
    query = select(Riwayat).where(Riwayat.mesin == mesin, Riwayat.objek_id.in_(list(objek_ids)))
    return list(db.session.scalars(query.order_by(Riwayat.objek_id, Riwayat.urutan)))
