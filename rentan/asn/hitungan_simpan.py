"""The stored counters per OPD, month and ASN status: changes are gathered, then added in one order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asn.hitungan_dasar import KOLOM
from rentan.asn.models import HitunganOpd
from rentan.asn.status import StatusAsn
from rentan.core.clock import today
from rentan.ext import db
from rentan.util.tanggal import awal_bulan

TABEL: Table = HitunganOpd.__table__  # type: ignore[assignment]

Kunci = tuple[uuid.UUID, StatusAsn]


def gabung(semua: dict[Kunci, dict[str, int]], kunci: Kunci, bagian: Mapping[str, int], tanda: int) -> None:
    """Put ``tanda`` times these columns to what is to be added under this key."""
    isi = semua.setdefault(kunci, {})
    for kolom, jumlah in bagian.items():
        isi[kolom] = isi.get(kolom, 0) + tanda * jumlah


def tambah(perubahan: Mapping[Kunci, Mapping[str, int]]) -> None:
    """Add to the counters of the running month, and of a later row that another wrote just after midnight.

    Always in the same order, so that two changes at once cannot wait for each other.
    """
    for kunci in sorted(perubahan, key=lambda one: (str(one[0]), one[1].value)):
        _tambah(kunci, {kolom: jumlah for kolom, jumlah in perubahan[kunci].items() if jumlah})


def _tambah(kunci: Kunci, delta: dict[str, int]) -> None:
    if not delta:
        return
    bulan = awal_bulan(today())
    _siapkan(kunci, bulan)
    db.session.execute(
        update(TABEL)
        .where(TABEL.c.opd_id == kunci[0], TABEL.c.status_asn == kunci[1], TABEL.c.bulan >= bulan)
        .values({kolom: TABEL.c[kolom] + jumlah for kolom, jumlah in delta.items()})
    )


def _siapkan(kunci: Kunci, bulan: date) -> None:
    """The first write of a month carries the values of the month before forward.

    The latest row is locked first: a move that still counts for the old month then either is in the copy, or
    waits and finds the new row. Two first writers at once: the second one's insert does nothing.
    """
    terakhir = db.session.execute(
        select(TABEL)
        .where(TABEL.c.opd_id == kunci[0], TABEL.c.status_asn == kunci[1], TABEL.c.bulan <= bulan)
        .order_by(TABEL.c.bulan.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if terakhir is not None and terakhir.bulan == bulan:
        return
    isi = {kolom: 0 if terakhir is None else getattr(terakhir, kolom) for kolom in KOLOM}
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    baris = dialek.insert(TABEL).values(opd_id=kunci[0], status_asn=kunci[1], bulan=bulan, **isi)
    db.session.execute(baris.on_conflict_do_nothing())
