"""What follows when a month is over without a record at BPJS (W12, W13, W15), and a 65th birthday (W19).

Jobs of the system: computed and marked as computed (G6); safe to run twice and to catch up several months.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, or_, select

from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.core.massal import chunks, set_many
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs
from rentan.pekerja.gerak import gerak_banyak
from rentan.pekerja.masa import aman_sampai, keadaan_perlindungan, tertinggal
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import lahir_sesudah
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.util.tanggal import awal_bulan, tambah_bulan

S = StatusPekerja
#: From which state, with which event, after how many closed months without a record (W12, W13, W15).
LANGKAH = ((S.AKTIF, "tertinggal", 1), (S.TENGGANG_1, "tertinggal", 2), (S.TENGGANG_2, "terhenti", 3))


def hitung_perlindungan() -> int:
    """Job: W12, W13, W15 for everybody whose months are missing, one state after the other; how many."""
    hari = today()
    kini = awal_bulan(hari)
    behind = [
        and_(Pekerja.status == status, Pekerja.lunas_sampai < tambah_bulan(kini, -bulan))
        for status, _, bulan in LANGKAH
    ]
    rows = _held(or_(*behind))
    moved: set[uuid.UUID] = set()
    for status, peristiwa, bulan in LANGKAH:
        due = [
            one
            for one in rows
            if one.status is status and one.lunas_sampai and tertinggal(one.lunas_sampai, hari) >= bulan
        ]
        if peristiwa == "terhenti":
            # The end is final; it is not ours to compute while the city has paid and BPJS's list is unread.
            disetor = _disetor(due)
            due = [one for one in due if one.id not in disetor]
        _computed(due, hari)
        gerak_banyak(due, peristiwa, by=SISTEM, tertinggal=bulan)
        moved.update(one.id for one in due)
    return len(moved)


def tandai_usia65() -> int:
    """Job: W19 for covered workers who have reached the age limit, each once; how many."""
    rows = _held(
        and_(
            Pekerja.status == S.AKTIF,
            Pekerja.usia65.is_(False),
            Pekerja.tanggal_lahir <= lahir_sesudah(today()),
        )
    )
    set_many(rows, {one.id: {"usia65": True} for one in rows})
    gerak_banyak(rows, "usia65", by=SISTEM)
    return len(rows)


def _held(where: object) -> list[Pekerja]:
    """Workers locked in the order of their ids."""
    query = select(Pekerja).where(where).order_by(Pekerja.id)  # type: ignore[arg-type]
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _disetor(rows: Sequence[Pekerja]) -> set[uuid.UUID]:
    """Those whose oldest month without a record has been remitted."""
    berikut = {one.id: tambah_bulan(one.lunas_sampai, 1) for one in rows if one.lunas_sampai}
    found: set[uuid.UUID] = set()
    for some in chunks(sorted(berikut)):
        query = select(Iuran.pekerja_id, Iuran.periode).where(
            Iuran.pekerja_id.in_(some), Iuran.status_bpjs == StatusBpjs.DISETOR
        )
        found |= {
            one.pekerja_id for one in db.session.execute(query) if one.periode == berikut[one.pekerja_id]
        }
    return found


def _computed(rows: Sequence[Pekerja], hari: date) -> None:
    """G6: this state is our arithmetic."""
    source = {"sumber": SumberPerlindungan.DIHITUNG, "sumber_pada": hari, "sumber_impor_id": None}
    set_many(rows, {one.id: source for one in rows})


__all__ = ["aman_sampai", "hitung_perlindungan", "keadaan_perlindungan", "tandai_usia65", "tertinggal"]
