"""Reads of contributions, receipts and proposals, through the viewer's eyes (AUZ-2, AUZ-3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from rentan.akun.models import Akun
from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.core.actor import Pelaku
from rentan.core.baca import get_one
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.iuran.models import TERAMBIL, Iuran, Penerimaan, UsulIuran
from rentan.iuran.status import JenisUsul, StatusIuran, StatusUsul
from rentan.util.tanggal import awal_bulan, tambah_bulan

#: Roles that see the contributions of the whole city.
KOTA = (Peran.BENDAHARA, Peran.PENYETUJU, Peran.PETUGAS_BPJS)
#: So far back and ahead a donor may ask about a month.
BULAN_LALU, BULAN_DEPAN = 120, 13
BANYAK = 50


def donatur_terlihat(by: Pelaku) -> ColumnElement[bool]:
    """Whose months staff may look up: all of them, or people of the own OPD who cannot look themselves."""
    if by.has(*KOTA):
        return Asn.id.is_not(None)
    if by.has(Peran.OPERATOR_OPD) and by.opd_ids:
        berakun = select(Akun.asn_id).where(
            Akun.asn_id.is_not(None), Akun.aktif.is_(True), Akun.sandi_hash.is_not(None)
        )
        return and_(Asn.opd_id.in_(by.opd_ids), Asn.id.not_in(berakun))
    return false()


def get_donatur(asn_id: uuid.UUID, *, seen_by: Pelaku) -> Asn:
    """A donor for staff. Raises ``NotFound``."""
    row = db.session.scalar(select(Asn).where(Asn.id == asn_id, donatur_terlihat(seen_by)))
    if row is None:
        raise NotFound
    return row


def get_sendiri(*, seen_by: Pelaku) -> Asn:
    """The viewer's own roster row. Raises ``NotFound`` for who has none."""
    row = db.session.get(Asn, seen_by.asn_id) if seen_by.asn_id else None
    if row is None:
        raise NotFound
    return row


def find_donatur(nip: str, *, seen_by: Pelaku) -> Asn | None:
    """By NIP (18 digits)."""
    return db.session.scalar(select(Asn).where(Asn.nip == nip, donatur_terlihat(seen_by)))


def baca_bulan(teks: str) -> date:
    """``2026-12`` as the first day. Raises ``NotFound`` for anything else and for months far away."""
    tahun, _, bulan = teks.partition("-")
    benar = len(tahun) == 4 and len(bulan) == 2 and teks.isascii() and (tahun + bulan).isdigit()
    if not benar or not 1 <= int(bulan) <= 12 or int(tahun) < 1:
        raise NotFound
    found, kini = date(int(tahun), int(bulan), 1), awal_bulan(today())
    if not tambah_bulan(kini, -BULAN_LALU) <= found <= tambah_bulan(kini, BULAN_DEPAN):
        raise NotFound
    return found


@dataclass(frozen=True)
class BulanDonatur:
    """A month of one donor: the rows that stand."""

    bulan: date
    baris: list[Iuran]

    @property
    def jumlah(self) -> int:
        return sum(one.jumlah for one in self.baris)


def list_bulan(asn: Asn, *, banyak: int = 24) -> tuple[list[BulanDonatur], list[BulanDonatur]]:
    """The donor's months up to the next one, newest first, with contributions and workers; and the months
    further ahead (paid or scheduled in advance), the next one first."""
    batas = tambah_bulan(awal_bulan(today()), 1)
    depan = _bulan_donatur(asn, Iuran.periode > batas, BULAN_DEPAN)
    return _bulan_donatur(asn, Iuran.periode <= batas, banyak), depan[::-1]


def _bulan_donatur(asn: Asn, syarat: ColumnElement[bool], banyak: int) -> list[BulanDonatur]:
    bulan = list(
        db.session.scalars(
            select(Iuran.periode)
            .where(Iuran.asn_id == asn.id, syarat)
            .group_by(Iuran.periode)
            .order_by(Iuran.periode.desc())
            .limit(banyak)
        )
    )
    rows = db.session.scalars(
        select(Iuran)
        .where(Iuran.asn_id == asn.id, Iuran.periode.in_(bulan))
        .options(db.joinedload(Iuran.pekerja))
        .order_by(Iuran.periode.desc(), Iuran.dijadwalkan_pada, Iuran.id)
    )
    found: dict[date, list[Iuran]] = {one: [] for one in bulan}
    for row in sorted(rows, key=lambda one: one.pekerja.nama.casefold()):
        found[row.periode].append(row)
    return [BulanDonatur(one, baris) for one, baris in found.items()]


def bulan_tetangga(bulan: date) -> tuple[date | None, date | None]:
    """The months before and after, as far as :func:`baca_bulan` goes."""
    kini = awal_bulan(today())
    lalu, depan = tambah_bulan(bulan, -1), tambah_bulan(bulan, 1)
    return (
        lalu if lalu >= tambah_bulan(kini, -BULAN_LALU) else None,
        depan if depan <= tambah_bulan(kini, BULAN_DEPAN) else None,
    )


def tahun_tetangga(asn: Asn, tahun: int) -> tuple[int | None, int | None]:
    """The years before and after this one that lead to a contribution of the donor, or back to one."""
    query = select(func.min(Iuran.periode), func.max(Iuran.periode)).where(Iuran.asn_id == asn.id)
    first, last = db.session.execute(query).one()
    awal, akhir = (first.year, last.year) if first else (today().year, today().year)
    return (tahun - 1 if tahun > awal else None, tahun + 1 if tahun < akhir else None)


def get_iuran(iuran_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Iuran:
    """One contribution: the own, or any for those who see the city's. Raises ``NotFound``."""
    query = select(Iuran).where(Iuran.id == iuran_id, _iuran_terlihat(seen_by))
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


def _iuran_terlihat(by: Pelaku) -> ColumnElement[bool]:
    if by.has(*KOTA):
        return Iuran.id.is_not(None)
    return Iuran.asn_id == by.asn_id if by.asn_id else false()


@dataclass(frozen=True)
class BarisIuran:
    """One line of the treasurer's list."""

    iuran: Iuran
    donatur: str
    pekerja: str


def list_iuran(
    bulan: date, status: StatusIuran | None, *, sesudah: uuid.UUID | None = None, banyak: int = BANYAK
) -> tuple[list[BarisIuran], uuid.UUID | None]:
    """The contributions of one month by donor's name; and after whom the next page begins."""
    urut = tuple_(Asn.nama_urut, Iuran.id)
    query = (
        select(Iuran)
        .join(Asn, Asn.id == Iuran.asn_id)
        .where(Iuran.periode == awal_bulan(bulan))
        .options(db.contains_eager(Iuran.asn), db.joinedload(Iuran.pekerja))
    )
    if status is not None:
        query = query.where(Iuran.status == status)
    if sesudah is not None:
        acuan = db.session.get(Iuran, sesudah)
        if acuan is None:
            raise NotFound
        query = query.where(urut > tuple_(acuan.asn.nama_urut, acuan.id))
    rows = list(db.session.scalars(query.order_by(Asn.nama_urut, Iuran.id).limit(banyak + 1)))
    tampil = rows[:banyak]
    lanjut = tampil[-1].id if len(rows) > banyak else None
    return [BarisIuran(one, one.asn.nama, one.pekerja.nama) for one in tampil], lanjut


def count_status(bulan: date) -> dict[StatusIuran, tuple[int, int]]:
    """How many contributions of the month stand where, and their rupiah."""
    query = (
        select(Iuran.status, func.count(), func.sum(Iuran.jumlah))
        .where(Iuran.periode == awal_bulan(bulan))
        .group_by(Iuran.status)
    )
    found = {row[0]: (row[1], int(row[2])) for row in db.session.execute(query)}
    return {one: found[one] for one in StatusIuran if one in found}


# -- receipts and proposals -------------------------------------------------------------------------------


def _check_lihat(by: Pelaku) -> None:
    if not by.can(Permission.IURAN_LIHAT):
        raise NotFound


def get_penerimaan(penerimaan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Penerimaan:
    """One receipt for those who may see all contributions. Raises ``NotFound``."""
    _check_lihat(seen_by)
    return get_one(select(Penerimaan).where(Penerimaan.id == penerimaan_id), untuk_diubah=untuk_diubah)


def list_penerimaan(
    *, seen_by: Pelaku, status: StatusUsul | None = None, banyak: int = BANYAK
) -> list[Penerimaan]:
    """Receipts: those that wait, the oldest first; without ``status`` all of them, the newest first."""
    if not seen_by.can(Permission.IURAN_LIHAT):
        return []
    query = select(Penerimaan).options(
        db.joinedload(Penerimaan.asn), db.joinedload(Penerimaan.asuhan).joinedload(Asuhan.pekerja)
    )
    if status is None:
        query = query.order_by(Penerimaan.dibuat_pada.desc(), Penerimaan.id)
    else:
        query = query.where(Penerimaan.status == status).order_by(Penerimaan.dibuat_pada, Penerimaan.id)
    return list(db.session.scalars(query.limit(banyak)))


def get_usul(usul_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> UsulIuran:
    """One proposal for those who may see all contributions. Raises ``NotFound``."""
    _check_lihat(seen_by)
    return get_one(select(UsulIuran).where(UsulIuran.id == usul_id), untuk_diubah=untuk_diubah)


def find_usul_terbuka(iuran_id: uuid.UUID) -> UsulIuran | None:
    """The proposal about this contribution that still waits; the database allows one."""
    return db.session.scalar(
        select(UsulIuran).where(UsulIuran.iuran_id == iuran_id, UsulIuran.status == StatusUsul.DIAJUKAN)
    )


def find_sisa_terbuka(asuhan_id: uuid.UUID) -> UsulIuran | None:
    """The waiting proposal to pay back what is carried over for this sponsorship; the database allows one."""
    return db.session.scalar(
        select(UsulIuran).where(
            UsulIuran.asuhan_id == asuhan_id,
            UsulIuran.jenis == JenisUsul.SISA,
            UsulIuran.status == StatusUsul.DIAJUKAN,
        )
    )


def list_usul(*, seen_by: Pelaku, status: StatusUsul | None = None, banyak: int = BANYAK) -> list[UsulIuran]:
    """Proposals, in the order of :func:`list_penerimaan`."""
    if not seen_by.can(Permission.IURAN_LIHAT):
        return []
    asuhan = db.joinedload(UsulIuran.asuhan)
    query = select(UsulIuran).options(
        db.joinedload(UsulIuran.iuran), asuhan.joinedload(Asuhan.asn), asuhan.joinedload(Asuhan.pekerja)
    )
    if status is None:
        query = query.order_by(UsulIuran.dibuat_pada.desc(), UsulIuran.id)
    else:
        query = query.where(UsulIuran.status == status).order_by(UsulIuran.dibuat_pada, UsulIuran.id)
    return list(db.session.scalars(query.limit(banyak)))


def count_putusan(by: Pelaku) -> int:
    """How many receipts and proposals wait for this approver: his own recordings are another's."""
    if not by.can(Permission.IURAN_PUTUS):
        return 0
    total = 0
    for kelas in (Penerimaan, UsulIuran):
        milik = or_(kelas.oleh.is_(None), kelas.oleh != by.akun_id)
        query = select(func.count()).select_from(kelas).where(kelas.status == StatusUsul.DIAJUKAN, milik)
        total += db.session.scalar(query) or 0
    return total


def list_asuhan_donatur(asn: Asn) -> list[Asuhan]:
    """All sponsorships of a donor with their workers, for the treasurer."""
    query = (
        select(Asuhan)
        .where(Asuhan.asn_id == asn.id)
        .options(db.joinedload(Asuhan.pekerja))
        .order_by(Asuhan.dibuat_pada, Asuhan.id)
    )
    return list(db.session.scalars(query))


def get_asuhan_bayar(asuhan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Asuhan:
    """A sponsorship for which the treasurer records money. Raises ``NotFound``."""
    if not seen_by.can(Permission.IURAN_CATAT):
        raise NotFound
    query = select(Asuhan).where(Asuhan.id == asuhan_id)
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


def rows_berdiri(asuhan: Asuhan, bulan: Sequence[date]) -> dict[date, Iuran]:
    """The rows that stand for these months of one worker, whoever pays them."""
    query = select(Iuran).where(
        Iuran.pekerja_id == asuhan.pekerja_id,
        Iuran.periode.in_(list(bulan)),
        TERAMBIL,
    )
    return {one.periode: one for one in db.session.scalars(query.order_by(Iuran.id))}


def prabayar_diterima(asuhan_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Sponsorships for which an accepted receipt stands (A7, W7: "or prepaid")."""
    query = select(Penerimaan.asuhan_id).where(
        Penerimaan.asuhan_id.in_(list(asuhan_ids)), Penerimaan.status == StatusUsul.DITERIMA
    )
    return set(db.session.scalars(query))


def list_dibayar(penerimaan: Penerimaan) -> list[Iuran]:
    """The months that an accepted receipt has paid."""
    query = select(Iuran).where(Iuran.penerimaan_id == penerimaan.id)
    return list(db.session.scalars(query.order_by(Iuran.periode)))
