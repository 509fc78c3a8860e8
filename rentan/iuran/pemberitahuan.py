"""Notices to donors whose monthly sum a change of the tariff moves; each reads and keeps the own ones.

One notice per donor and month. It says what changes, why, and whether the letter's ceiling carries it: a
dearer month needs no new letter as long as it does (product.md §3).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.massal import chunks, set_many
from rentan.ext import db
from rentan.iuran.models import Pemberitahuan
from rentan.iuran.pratinjau import (
    Tanggungan,
    harga_dari,
    harga_sebelum,
    load_plafon,
    load_tanggungan,
    sum_per_asn,
)
from rentan.pekerja.models import Pekerja
from rentan.tarif.queries import load_tabel
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

TARIF = "tarif"
#: A dated change that the tables already contain is announced so many days before its month.
HARI_UMUM = 45
_TABEL: Table = Pemberitahuan.__table__  # type: ignore[assignment]


def umumkan_tarif(bulan: date, *, by: Pelaku = SISTEM, perbarui: bool = False) -> int:
    """Write the notices of this month's change; how many are new or say something else now.

    With ``perbarui`` those that were written before a later change of the tables are corrected and stand as
    unread again. Without, they stay: the job may run as often as it likes.
    """
    bulan = awal_bulan(bulan)
    tabel = load_tabel()
    rows = [one for one in load_tanggungan() if one.membayar(bulan)]
    sums = sum_per_asn(rows, bulan, harga_sebelum(tabel, bulan), harga_dari(tabel))
    plafon, sebab = load_plafon(), " ".join(tabel.sebab(bulan))
    isi = {
        asn_id: {
            "jumlah_lama": lama,
            "jumlah_baru": baru,
            "keterangan": _kalimat(sebab, lama, baru, plafon.get(asn_id)),
        }
        for asn_id, (lama, baru) in sums.items()
    }
    banyak = _perbarui(bulan, isi) if perbarui else 0
    banyak += _tambah(
        bulan, {key: one for key, one in isi.items() if one["jumlah_lama"] != one["jumlah_baru"]}
    )
    if banyak:
        record(Peristiwa.PEMBERITAHUAN_DIBUAT, by=by, jenis=TARIF, jumlah=banyak, bulan=bulan.isoformat()[:7])
    return banyak


def umumkan_mendatang() -> int:
    """Job "umumkan-tarif": every change of the coming ``HARI_UMUM`` days that the tables already contain."""
    batas = today() + timedelta(days=HARI_UMUM)
    return sum(umumkan_tarif(one) for one in load_tabel().batas() if today() < one <= batas)


def _kalimat(sebab: str, lama: int, baru: int, plafon: int | None) -> str:
    if lama == baru:
        return "Perubahan tarif yang pernah diumumkan untuk bulan ini batal. Jumlah iuran Anda tetap."
    if plafon is None:
        return sebab
    batas = f"Batas dalam surat kuasa Anda {format_rupiah(plafon)} per bulan"
    if baru <= plafon:
        return f"{sebab} {batas}, sehingga tidak perlu surat kuasa baru.".strip()
    return (
        f"{sebab} {batas} tidak cukup: perlu surat kuasa baru. Tanpa surat kuasa baru, iuran yang melebihi "
        "batas tidak dapat didebet."
    ).strip()


def _perbarui(bulan: date, isi: dict[uuid.UUID, dict[str, Any]]) -> int:
    query = select(Pemberitahuan).where(Pemberitahuan.jenis == TARIF, Pemberitahuan.periode == bulan)
    rows = [
        one
        for one in db.session.scalars(query.order_by(Pemberitahuan.id).with_for_update())
        if one.asn_id in isi and any(getattr(one, name) != value for name, value in isi[one.asn_id].items())
    ]
    set_many(rows, {one.id: isi[one.asn_id] | {"dibaca_pada": None, "dibuat_pada": now()} for one in rows})
    return len(rows)


def _tambah(bulan: date, isi: dict[uuid.UUID, dict[str, Any]]) -> int:
    """Insert those that are missing; a second run at the same time finds them made."""
    ada = select(Pemberitahuan.asn_id).where(Pemberitahuan.jenis == TARIF, Pemberitahuan.periode == bulan)
    known = set(db.session.scalars(ada))
    rows = [
        {
            "id": uuid.uuid4(),
            "asn_id": asn_id,
            "jenis": TARIF,
            "periode": bulan,
            "dibuat_pada": now(),
            "dibaca_pada": None,
            **one,
        }
        for asn_id, one in sorted(isi.items())
        if asn_id not in known
    ]
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialek.insert(_TABEL).on_conflict_do_nothing().returning(_TABEL.c.id)
    return sum(
        len(db.session.connection().execute(statement, list(some)).scalars().all()) for some in chunks(rows)
    )


# -- reading -------------------------------------------------------------------------------------------------


def list_pemberitahuan(*, seen_by: Pelaku) -> list[Pemberitahuan]:
    """The viewer's own notices, newest first."""
    query = select(Pemberitahuan).where(Pemberitahuan.asn_id == seen_by.asn_id)
    return list(db.session.scalars(query.order_by(Pemberitahuan.dibuat_pada.desc(), Pemberitahuan.id)))


def count_belum_dibaca(asn_id: uuid.UUID) -> int:
    """Notices that this donor has not marked as read: for the start page."""
    query = select(func.count()).where(Pemberitahuan.asn_id == asn_id, Pemberitahuan.dibaca_pada.is_(None))
    return int(db.session.scalar(query) or 0)


def get_pemberitahuan(key: uuid.UUID, *, seen_by: Pelaku) -> Pemberitahuan:
    """One of the viewer's own. Raises ``NotFound`` for a missing and for a foreign one alike."""
    row = db.session.get(Pemberitahuan, key)
    if row is None or seen_by.asn_id is None or row.asn_id != seen_by.asn_id:
        raise NotFound
    return row


def mark_read(row: Pemberitahuan) -> None:
    """The donor has read it; the first time counts."""
    row.dibaca_pada = row.dibaca_pada or now()


def count_per_bulan(opd_ids: Collection[uuid.UUID]) -> list[tuple[date, int, int]]:
    """Months with tariff notices: how many donors of these agencies have one, how many of them have not read
    it; newest first."""
    belum = func.sum(case((Pemberitahuan.dibaca_pada.is_(None), 1), else_=0))
    query = (
        select(Pemberitahuan.periode, func.count(), belum)
        .join(Asn, Asn.id == Pemberitahuan.asn_id)
        .where(Pemberitahuan.jenis == TARIF, Asn.opd_id.in_(opd_ids))
        .group_by(Pemberitahuan.periode)
        .order_by(Pemberitahuan.periode.desc())
    )
    return [(row[0], row[1], int(row[2])) for row in db.session.execute(query)]


def list_opd_bulan(
    opd_ids: Collection[uuid.UUID], bulan: date, *, mulai: int, banyak: int
) -> list[Pemberitahuan]:
    """The tariff notices of one month to the donors of these agencies, by name, a slice of them."""
    query = (
        select(Pemberitahuan)
        .join(Asn, Asn.id == Pemberitahuan.asn_id)
        .where(Pemberitahuan.jenis == TARIF, Pemberitahuan.periode == bulan, Asn.opd_id.in_(opd_ids))
        .options(db.joinedload(Pemberitahuan.asn))
        .order_by(Asn.nama_urut, Pemberitahuan.id)
        .offset(mulai)
        .limit(banyak)
    )
    return list(db.session.scalars(query))


# -- the worker lines of a printed notice --------------------------------------------------------------------


@dataclass(frozen=True)
class BarisNotis:
    """One worker on the notice, with the price before and after in whole rupiah."""

    nama: str
    program: str
    lama: int
    baru: int


@dataclass(frozen=True)
class IsiNotis:
    """A notice with its workers and the donor's ceiling (``None``: no letter in force)."""

    surat: Pemberitahuan
    pekerja: tuple[BarisNotis, ...]
    plafon: int | None

    @property
    def cukup(self) -> bool:
        """Whether the ceiling carries the new sum."""
        return self.plafon is None or self.surat.jumlah_baru <= self.plafon


def load_isi(rows: Sequence[Pemberitahuan]) -> list[IsiNotis]:
    """Notices of one month with their workers, in the order given."""
    if not rows:
        return []
    bulan, asn_ids = rows[0].periode, [one.asn_id for one in rows]
    tabel = load_tabel()
    lama, baru = harga_sebelum(tabel, bulan), harga_dari(tabel)
    plafon = load_plafon()
    names = _nama(asn_ids)
    per_asn: dict[uuid.UUID, list[Tanggungan]] = defaultdict(list)
    for one in load_tanggungan(asn_ids):
        if one.membayar(bulan):
            per_asn[one.asn_id].append(one)
    return [
        IsiNotis(
            row,
            tuple(
                BarisNotis(names[one.asuhan_id], one.dasar[1], lama(bulan, one.dasar), baru(bulan, one.dasar))
                for one in per_asn[row.asn_id]
            ),
            plafon.get(row.asn_id),
        )
        for row in rows
    ]


def _nama(asn_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    query = (
        select(Asuhan.id, Pekerja.nama)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(Asuhan.asn_id.in_(asn_ids))
    )
    return {row.id: row.nama for row in db.session.execute(query)}


def judul(row: Pemberitahuan) -> str:
    """What the notice is about, in one line."""
    if row.jenis == TARIF:
        return f"Tarif iuran berubah mulai {format_bulan(row.periode)}"
    return f"Jumlah potongan {format_bulan(row.periode)}"


def bulan_lalu(row: Pemberitahuan) -> date:
    """The month with which a notice compares."""
    return tambah_bulan(row.periode, -1)
