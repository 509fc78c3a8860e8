"""Matters: what a person must see to, from the day it shows until somebody closes it with a note (B11)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.baca import after, get_one
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.status import JenisUrusan
from rentan.pekerja.models import Pekerja
from rentan.util.tanggal import awal_bulan

_TABEL: Table = Urusan.__table__  # type: ignore[assignment]
#: Whose turn a matter can be; the approver reads them all before a month is closed.
PEMILIK = (Peran.BENDAHARA, Peran.PETUGAS_BPJS)


class Saringan(Status):
    """Which open matters to list."""

    BEBAS = "bebas", "Tanpa pemilik"
    SAYA = "saya", "Milik saya"
    LEWAT = "lewat", "Lewat tenggat"


@dataclass(frozen=True)
class UrusanBaru:
    """A matter to open: what is the case and what should be done, in sentences without personal data."""

    jenis: JenisUrusan
    asuhan_id: uuid.UUID
    periode: date
    keterangan: str
    pemilik: Peran
    iuran_id: uuid.UUID | None = None
    sel: str = ""


def buka_urusan(
    jenis: JenisUrusan,
    asuhan: Asuhan,
    periode: date,
    keterangan: str,
    *,
    pemilik: Peran,
    iuran: Iuran | None = None,
    sel: str = "",
    by: Pelaku = SISTEM,
) -> Urusan:
    """Open one, or answer the open one of this kind, sponsorship and month: nobody is asked twice."""
    iuran_id = None if iuran is None else iuran.id
    buka_banyak(
        [UrusanBaru(jenis, asuhan.id, awal_bulan(periode), keterangan, pemilik, iuran_id, sel)], by=by
    )
    query = select(Urusan).where(
        Urusan.jenis == jenis,
        Urusan.asuhan_id == asuhan.id,
        Urusan.periode == awal_bulan(periode),
        Urusan.selesai_pada.is_(None),
    )
    return db.session.scalars(query).one()


def buka_banyak(items: Sequence[UrusanBaru], *, by: Pelaku = SISTEM) -> int:
    """Open many, set-based; those that are open already stay as they are. Answers how many are new."""
    db.session.flush()
    moment = now()
    rows = [
        {
            "id": uuid.uuid4(),
            "versi": 1,
            "jenis": one.jenis,
            "asuhan_id": one.asuhan_id,
            "periode": awal_bulan(one.periode),
            "keterangan": one.keterangan,
            "pemilik": one.pemilik,
            "iuran_id": one.iuran_id,
            "sel": one.sel,
            "dibuat_pada": moment,
        }
        for one in sorted(items, key=lambda one: (one.jenis.value, one.asuhan_id, one.periode))
    ]
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialek.insert(_TABEL).on_conflict_do_nothing().returning(_TABEL.c.id, _TABEL.c.jenis)
    baru: dict[JenisUrusan, int] = {}
    for some in chunks(rows):
        for row in db.session.connection().execute(statement, list(some)):
            baru[row.jenis] = baru.get(row.jenis, 0) + 1
    for jenis, banyak in baru.items():
        record(Peristiwa.URUSAN_DIBUKA, by=by, jenis=jenis.value, jumlah=banyak)
    return sum(baru.values())


def ambil_urusan(urusan: Urusan, *, tenggat: date, by: Pelaku, versi: int | None = None) -> None:
    """Take it over until a day (B11). Raises ``RuleError``, ``Forbidden``, ``Stale``."""
    _check(urusan, by, versi)
    if tenggat < today():
        raise RuleError("Tenggatnya paling cepat hari ini.", "tenggat", kode="tenggat_lewat")
    urusan.pemilik_id, urusan.tenggat = by.akun_id, tenggat
    db.session.flush()
    record(Peristiwa.URUSAN_DIAMBIL, by=by, objek=urusan, jenis=urusan.jenis.value)


def selesaikan_urusan(urusan: Urusan, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """Close it with a word on what was done. Raises ``RuleError``, ``Forbidden``, ``Stale``."""
    _check(urusan, by, versi)
    if not catatan.strip():
        raise RuleError("Tuliskan apa yang dilakukan.", "catatan", kode="tanpa_catatan")
    tutup_urusan(urusan, catatan=catatan.strip(), by=by)


def tutup_urusan(urusan: Urusan, *, catatan: str, by: Pelaku = SISTEM) -> None:
    """Close it because its cause is gone: for the rooms whose moves settle it."""
    urusan.selesai_oleh, urusan.selesai_pada, urusan.catatan = by.akun_id, now(), catatan
    db.session.flush()
    record(Peristiwa.URUSAN_SELESAI, by=by, objek=urusan, jenis=urusan.jenis.value)


def tutup_untuk(
    jenis: JenisUrusan, iuran_ids: Sequence[uuid.UUID], *, catatan: str, by: Pelaku = SISTEM
) -> int:
    """Close the open matters of this kind about these contributions, if there are any; how many."""
    banyak = 0
    for some in chunks(sorted(iuran_ids)):
        query = select(Urusan).where(
            Urusan.jenis == jenis, Urusan.iuran_id.in_(some), Urusan.selesai_pada.is_(None)
        )
        for one in db.session.scalars(query.order_by(Urusan.id).with_for_update()):
            tutup_urusan(one, catatan=catatan, by=by)
            banyak += 1
    return banyak


def _check(urusan: Urusan, by: Pelaku, versi: int | None) -> None:
    check_version(urusan, versi)
    if not by.has(urusan.pemilik):
        raise Forbidden
    if by.asn_id is not None and urusan.asuhan.asn_id == by.asn_id:
        raise RuleError("Ini iuran Anda sendiri, sehingga petugas lain yang mengurusnya.", kode="sendiri")
    if urusan.selesai_pada is not None:
        raise RuleError("Urusan ini sudah diselesaikan.", kode="sudah_selesai")


# -- reading -------------------------------------------------------------------------------------------------


def _seen_by(by: Pelaku) -> ColumnElement[bool]:
    if by.is_system or by.has(Peran.PENYETUJU):
        return Urusan.pemilik.in_(PEMILIK)
    return Urusan.pemilik.in_([one for one in PEMILIK if by.has(one)])


def get_urusan(urusan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Urusan:
    """One matter, held for a change if asked; raises ``NotFound``, also for another role's."""
    query = select(Urusan).where(Urusan.id == urusan_id, _seen_by(seen_by))
    return get_one(query, untuk_diubah=untuk_diubah)


@dataclass(frozen=True)
class BarisUrusan:
    """A matter as the list shows it."""

    urusan: Urusan
    donatur: str
    pekerja: str


def list_urusan(
    *,
    seen_by: Pelaku,
    selesai: bool = False,
    saringan: Saringan | None = None,
    jenis: JenisUrusan | None = None,
    sesudah: uuid.UUID | None = None,
    banyak: int = 50,
) -> list[BarisUrusan]:
    """Open matters, the oldest first; or closed ones. ``sesudah``: the last one that was shown."""
    query = (
        _names()
        .where(_seen_by(seen_by), Urusan.selesai_pada.is_not(None) == selesai)
        .order_by(Urusan.dibuat_pada, Urusan.id)
        .limit(banyak)
    )
    if saringan is not None:
        query = query.where(_pilih(saringan, seen_by))
    if jenis is not None:
        query = query.where(Urusan.jenis == jenis)
    query = after(query, sesudah, Urusan.dibuat_pada, Urusan.id)
    return [BarisUrusan(*row) for row in db.session.execute(query)]


def baris_of(urusan: Urusan) -> BarisUrusan:
    """The names that go with one matter."""
    return BarisUrusan(*db.session.execute(_names().where(Urusan.id == urusan.id)).one())


def _names() -> Select[*tuple[Any, ...]]:
    return (
        select(Urusan, Asn.nama, Pekerja.nama)
        .join(Asuhan, Asuhan.id == Urusan.asuhan_id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
    )


def _pilih(saringan: Saringan, by: Pelaku) -> ColumnElement[bool]:
    if saringan is Saringan.BEBAS:
        return Urusan.pemilik_id.is_(None)
    if saringan is Saringan.SAYA:
        return Urusan.pemilik_id == by.akun_id
    return and_(Urusan.pemilik_id.is_not(None), Urusan.tenggat < today())


def count_terbuka(*, seen_by: Pelaku) -> int:
    """How many open matters wait for a role of this person (an approver only reads them: none)."""
    own = [one for one in PEMILIK if seen_by.has(one)]
    query = select(func.count()).where(Urusan.selesai_pada.is_(None), Urusan.pemilik.in_(own))
    return int(db.session.scalar(query) or 0) if own else 0


def count_tanpa_pemilik(periode: date) -> int:
    """Open matters of this month that nobody has taken with a date: it cannot be closed (B11)."""
    query = select(func.count()).where(
        Urusan.periode == awal_bulan(periode),
        Urusan.selesai_pada.is_(None),
        or_(Urusan.pemilik_id.is_(None), Urusan.tenggat.is_(None)),
    )
    return int(db.session.scalar(query) or 0)
