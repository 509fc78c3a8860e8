"""Which contributions may be remitted now, which not and why; refused ones; what a worker has recorded."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from rentan.core.actor import Pelaku
from rentan.core.baca import get_one
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.massal import chunks
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.iuran.jadwal import potret_harga
from rentan.iuran.models import TERAMBIL, Iuran, Urusan
from rentan.iuran.penyesuaian import MUNDUR
from rentan.iuran.status import UANG_MASUK, JenisUrusan, StatusBpjs
from rentan.iuran.tersetor import GILIRAN, AlasanTinggal, tak_tersetor
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.pekerja.masa import lunas_sampai
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

A, B = AlasanTinggal, StatusBpjs
#: A month in one of these does not stand in the way of the next one.
TEMBUS = (B.DALAM_SETORAN, B.DISETOR, B.TERCATAT)


@dataclass(frozen=True)
class Calon:
    """A contribution with money in: it may be remitted (``alasan`` empty), or why not.

    ``bulan`` is the month that is missing before it. ``jumlah`` in whole rupiah.
    """

    iuran_id: uuid.UUID
    pekerja_id: uuid.UUID
    nama: str
    periode: date
    jumlah: int
    alasan: AlasanTinggal | None = None
    bulan: date | None = None

    @property
    def kalimat(self) -> str:
        if self.alasan is None:
            return ""
        return f"{self.alasan.label}{f' ({format_bulan(self.bulan)})' if self.bulan else ''}."

    @property
    def siapa(self) -> str:
        return GILIRAN[self.alasan].label if self.alasan else ""


@dataclass(frozen=True)
class _Pekerja:
    status: StatusPekerja
    lunas_sampai: date | None
    mulai_masa: date | None


def list_calon() -> list[Calon]:
    """Every contribution whose money is in and which has not gone to BPJS, the oldest month first.

    A worker's months go in their order: none goes before an older one that is missing or refused.
    """
    per_worker: dict[uuid.UUID, list[Any]] = {}
    query = (
        select(
            Iuran.id, Iuran.pekerja_id, Iuran.periode, Iuran.jumlah,
            Pekerja.nama, Pekerja.status, Pekerja.lunas_sampai, Pekerja.mulai_masa,
        )
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .where(_ready())
        .order_by(Iuran.periode, Iuran.id)
    )  # fmt: skip
    for row in db.session.execute(query):
        per_worker.setdefault(row.pekerja_id, []).append(row)
    months = _other_months()
    found: list[Calon] = []
    for pekerja_id, rows in per_worker.items():
        first = rows[0]
        worker = _Pekerja(first.status, first.lunas_sampai, first.mulai_masa)
        found += _in_order(worker, rows, months.get(pekerja_id, {}))
    return sorted(found, key=lambda one: (one.periode, one.nama, one.iuran_id))


def _ready() -> Any:
    return Iuran.status.in_(UANG_MASUK) & (Iuran.status_bpjs == B.BELUM)


def _other_months() -> dict[uuid.UUID, dict[date, StatusBpjs]]:
    """The months on their way, recorded or refused, of workers who have one to be remitted."""
    workers = select(Iuran.pekerja_id).where(_ready())
    query = select(Iuran.pekerja_id, Iuran.periode, Iuran.status_bpjs).where(
        Iuran.status_bpjs != B.BELUM, TERAMBIL, Iuran.pekerja_id.in_(workers)
    )
    found: dict[uuid.UUID, dict[date, StatusBpjs]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.pekerja_id, {})[row.periode] = row.status_bpjs
    return found


def _in_order(worker: _Pekerja, rows: list[Any], others: dict[date, StatusBpjs]) -> Iterator[Calon]:
    """One worker's contributions, oldest first, each with what stands in its way."""
    masa = awal_bulan(worker.mulai_masa) if worker.mulai_masa else date.min
    through = {bulan for bulan, status in others.items() if bulan >= masa and status in TEMBUS}
    refused = {bulan for bulan, status in others.items() if bulan >= masa and status is B.DITOLAK_BPJS}
    known = through | refused | {row.periode for row in rows if row.periode >= masa}
    after = tambah_bulan(worker.lunas_sampai, 1) if worker.lunas_sampai else min(known, default=date.min)
    for row in rows:
        alasan = tak_tersetor(row.periode, worker.status, worker.mulai_masa, worker.lunas_sampai)
        bulan = None
        if alasan is None:
            while after < row.periode and after in through:
                after = tambah_bulan(after, 1)
            if after < row.periode:
                alasan, bulan = (A.DITOLAK_DULU if after in refused else A.SELA), after
            else:
                through.add(row.periode)
        yield Calon(row.id, row.pekerja_id, row.nama, row.periode, row.jumlah, alasan, bulan)


def pada_harga_lama(iuran_ids: Select[uuid.UUID]) -> ColumnElement[bool]:
    """Those of these paid contributions whose price is another one now, and nobody has settled it yet.

    As far back as :mod:`penyesuaian` settles. Where the donor is asked for the rest, the month goes as it is.
    """
    kind = (Iuran.periode, Iuran.penghasilan, Iuran.program, Iuran.sektor, Iuran.jumlah)
    sejak = tambah_bulan(awal_bulan(today()), -MUNDUR)
    kinds = db.session.execute(
        select(*kind).where(Iuran.id.in_(iuran_ids), Iuran.periode >= sejak).distinct()
    )
    lama = [
        and_(*(column == value for column, value in zip(kind, one, strict=True)))
        for one in kinds
        if potret_harga(one.periode, one.penghasilan, one.program, one.sektor)["jumlah"] != one.jumlah
    ]
    ditanya = select(Urusan.iuran_id).where(
        Urusan.jenis == JenisUrusan.KURANG_BAYAR, Urusan.iuran_id.is_not(None)
    )
    return and_(or_(false(), *lama), Iuran.id.not_in(ditanya))


# -- what BPJS has recorded ---------------------------------------------------------------------------------


def hitung_lunas(pekerja: Collection[Pekerja]) -> dict[uuid.UUID, date | None]:
    """The last month recorded without a gap, for each of these workers, out of their contributions.

    Only months of the present membership count (``mulai_masa``): a lapse begins a new one.
    """
    months = list_tercatat([one.id for one in pekerja])
    found = {}
    for one in pekerja:
        masa = awal_bulan(one.mulai_masa) if one.mulai_masa else date.min
        tercatat = {bulan for bulan in months.get(one.id, ()) if bulan >= masa}
        found[one.id] = lunas_sampai(tercatat, one.lunas_sampai)
    return found


def list_tercatat(pekerja_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[date]]:
    """The months that BPJS has recorded, by worker."""
    found: dict[uuid.UUID, set[date]] = {}
    for some in chunks(sorted(pekerja_ids)):
        query = select(Iuran.pekerja_id, Iuran.periode).where(
            Iuran.pekerja_id.in_(some), Iuran.status_bpjs == B.TERCATAT
        )
        for row in db.session.execute(query):
            found.setdefault(row.pekerja_id, set()).add(row.periode)
    return found


# -- refused by BPJS ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tolakan:
    """A month that BPJS refused, with its words; ``versi`` is the contribution's."""

    iuran_id: uuid.UUID
    versi: int
    nama: str
    periode: date
    jumlah: int
    kode: str | None
    keterangan: str
    nomor: str | None


def list_ditolak(*, seen_by: Pelaku, banyak: int = 200) -> list[Tolakan]:
    """Refused months that wait for a repair, the oldest first."""
    _in_scope(seen_by)
    last = select(db.func.max(BarisSetor.dijawab_pada)).where(BarisSetor.iuran_id == Iuran.id)
    query = (
        select(
            Iuran.id, Iuran.versi, Pekerja.nama, Iuran.periode, Iuran.jumlah,
            BarisSetor.kode_hasil, BarisSetor.keterangan, Paket.nomor,
        )
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
        .join(Paket, Paket.id == BarisSetor.paket_id)
        .where(
            Iuran.status_bpjs == B.DITOLAK_BPJS,
            BarisSetor.hasil == HasilSetor.DITOLAK,
            BarisSetor.dijawab_pada == last.correlate(Iuran).scalar_subquery(),
        )
        .order_by(Iuran.periode, Pekerja.nama, Iuran.id)
        .limit(banyak)
    )  # fmt: skip
    return [
        Tolakan(r.id, r.versi, r.nama, r.periode, r.jumlah, r.kode_hasil, r.keterangan or "", r.nomor)
        for r in db.session.execute(query)
    ]


def get_ditolak(iuran_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Iuran:
    """One refused contribution. Raises ``NotFound``, also for one in another state."""
    _in_scope(seen_by)
    query = select(Iuran).where(Iuran.id == iuran_id, Iuran.status_bpjs == B.DITOLAK_BPJS)
    return get_one(query, untuk_diubah=untuk_diubah)


def kata_bpjs(iuran: Iuran) -> str:
    """BPJS's words in its last refusal of this month."""
    query = (
        select(BarisSetor.keterangan)
        .where(BarisSetor.iuran_id == iuran.id, BarisSetor.hasil == HasilSetor.DITOLAK)
        .order_by(BarisSetor.dijawab_pada.desc(), BarisSetor.id)
    )
    return db.session.scalar(query.limit(1)) or ""


def _in_scope(seen_by: Pelaku) -> None:
    if not seen_by.can(Permission.SETORAN_KELOLA):
        raise NotFound


# -- batches ------------------------------------------------------------------------------------------------


def get_setoran(paket_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Paket:
    """A remittance: the liaison's whenever, the treasurer's and approver's once it has been locked.

    Raises ``NotFound``.
    """
    query = select(Paket).where(Paket.id == paket_id, _seen(seen_by))
    return get_one(query, untuk_diubah=untuk_diubah)


def list_setoran(*, seen_by: Pelaku, banyak: int = 20) -> list[Paket]:
    """The newest remittances that this person sees."""
    query = select(Paket).where(_seen(seen_by)).order_by(Paket.dibuat_pada.desc(), Paket.id.desc())
    return list(db.session.scalars(query.limit(banyak)))


def _seen(by: Pelaku) -> Any:
    mine = Paket.jenis == JenisPaket.SETOR
    if by.has(Peran.PETUGAS_BPJS):
        return mine
    if by.has(Peran.BENDAHARA, Peran.PENYETUJU):
        return mine & Paket.dikunci_pada.is_not(None)
    return mine & false()
