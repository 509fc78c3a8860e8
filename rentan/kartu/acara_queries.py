"""Reads of hand-over days: the own kecamatan's, their lists and how they went."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from rentan.core.actor import Pelaku
from rentan.core.baca import get_one
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.status import HasilUndangan, Hubungan, Penerima, StatusAcara, StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.wilayah.models import Kelurahan

#: What may be put on a list: in the kecamatan and on no other list.
DAPAT_DIUNDANG = (StatusKartu.DITERIMA_KEC, StatusKartu.TIDAK_KETEMU)


@dataclass(frozen=True)
class Baris:
    """A line of a day's list with its worker and, when the card was handed over, how."""

    undangan: UndanganSerah
    kartu: Kartu
    pekerja: Pekerja
    kelurahan: str
    penyerahan: PenyerahanKartu | None

    @property
    def keadaan(self) -> str:
        """How it went, in the words of the sheet."""
        if self.undangan.hasil is HasilUndangan.DISERAHKAN and self.penyerahan is not None:
            return "Diserahkan" if self.penyerahan.penerima is Penerima.PEKERJA else "Diwakilkan"
        return self.undangan.hasil.label


@dataclass(frozen=True)
class Jumlah:
    """Totals of a day. ``tambahan``: cards handed over that stood on no list of that day."""

    diundang: int
    sendiri: int
    diwakilkan: int
    tidak_datang: int
    salah_data: int
    menunggu: int
    tambahan: int

    @property
    def diserahkan(self) -> int:
        """Cards of the list that are in somebody's hands."""
        return self.sendiri + self.diwakilkan


def get_acara(acara_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> AcaraSerah:
    """A day of the own kecamatan; ``untuk_diubah`` holds the row. Raises ``NotFound``."""
    query = select(AcaraSerah).where(
        AcaraSerah.id == acara_id, AcaraSerah.kecamatan_kode.in_(seen_by.kecamatan)
    )
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


def list_acara(*, seen_by: Pelaku, status: StatusAcara | None = None) -> list[AcaraSerah]:
    """The own kecamatan's days: planned ones first, then the latest; at most two hundred."""
    query = select(AcaraSerah).where(AcaraSerah.kecamatan_kode.in_(seen_by.kecamatan))
    if status is not None:
        query = query.where(AcaraSerah.status == status)
    planned = case((AcaraSerah.status == StatusAcara.RENCANA, 0), else_=1)
    query = query.order_by(planned, AcaraSerah.tanggal.desc(), AcaraSerah.id).limit(200)
    return list(db.session.scalars(query))


def count_acara(acara_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """(handed over, on the list) of several days with one query."""
    handed = func.sum(case((UndanganSerah.hasil == HasilUndangan.DISERAHKAN, 1), else_=0))
    query = (
        select(UndanganSerah.acara_id, handed, func.count())
        .where(UndanganSerah.acara_id.in_(acara_ids))
        .group_by(UndanganSerah.acara_id)
    )
    return {one: (int(serah), jumlah) for one, serah, jumlah in db.session.execute(query)}


def list_baris(acara: AcaraSerah) -> list[Baris]:
    """The day's list in the order of its sheet."""
    query = (
        select(UndanganSerah, Kartu, Pekerja, Kelurahan.nama, PenyerahanKartu)
        .join(Kartu, UndanganSerah.kartu_id == Kartu.id)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .join(Kelurahan, Pekerja.kelurahan_kode == Kelurahan.kode)
        .outerjoin(
            PenyerahanKartu,
            (PenyerahanKartu.kartu_id == Kartu.id)
            & (PenyerahanKartu.acara_id == acara.id)
            & PenyerahanKartu.dibatalkan_pada.is_(None),
        )
        .where(UndanganSerah.acara_id == acara.id)
        .order_by(UndanganSerah.urutan)
    )
    return [Baris(*row) for row in db.session.execute(query)]


def list_tambahan(acara: AcaraSerah) -> list[tuple[PenyerahanKartu, Pekerja, str]]:
    """Cards handed over that day without standing on its list."""
    listed = select(UndanganSerah.kartu_id).where(UndanganSerah.acara_id == acara.id)
    query = (
        select(PenyerahanKartu, Pekerja, Kartu.kode)
        .join(Kartu, PenyerahanKartu.kartu_id == Kartu.id)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .where(PenyerahanKartu.acara_id == acara.id, PenyerahanKartu.dibatalkan_pada.is_(None))
        .where(PenyerahanKartu.kartu_id.not_in(listed))
        .order_by(PenyerahanKartu.dicatat_pada, PenyerahanKartu.id)
    )
    return [(row, pekerja, kode) for row, pekerja, kode in db.session.execute(query)]


def hitung(baris: Sequence[Baris], tambahan: int) -> Jumlah:
    """The totals of a list that was read."""
    n = Counter(one.undangan.hasil for one in baris)
    wakil = sum(
        one.undangan.hasil is HasilUndangan.DISERAHKAN
        and one.penyerahan is not None
        and one.penyerahan.penerima is Penerima.WAKIL
        for one in baris
    )
    return Jumlah(
        diundang=len(baris),
        sendiri=n[HasilUndangan.DISERAHKAN] - wakil,
        diwakilkan=wakil,
        tidak_datang=n[HasilUndangan.TIDAK_DATANG],
        salah_data=n[HasilUndangan.SALAH_DATA],
        menunggu=n[HasilUndangan.MENUNGGU],
        tambahan=tambahan,
    )


@dataclass(frozen=True)
class Terakhir:
    """A hand-over as the scan page lists it."""

    penyerahan: PenyerahanKartu
    kode: str
    nama: str
    kelurahan: str


def list_terakhir(*, seen_by: Pelaku, acara: AcaraSerah | None, banyak: int = 20) -> list[Terakhir]:
    """The latest hand-overs by this person (on this day), newest first, without reversed ones."""
    query = (
        select(PenyerahanKartu, Kartu.kode, Pekerja.nama, Kelurahan.nama)
        .join(Kartu, PenyerahanKartu.kartu_id == Kartu.id)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .join(Kelurahan, Pekerja.kelurahan_kode == Kelurahan.kode)
        .where(Kartu.kecamatan_kode.in_(seen_by.kecamatan))
        .where(PenyerahanKartu.dicatat_oleh == seen_by.akun_id, PenyerahanKartu.dibatalkan_pada.is_(None))
        .where(PenyerahanKartu.acara_id == (acara.id if acara else None))
        .order_by(PenyerahanKartu.dicatat_pada.desc(), PenyerahanKartu.id)
        .limit(banyak)
    )
    return [Terakhir(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class DapatDiundang:
    """A card that waits in the kecamatan for a day."""

    id: uuid.UUID
    kode: str
    nama: str
    kelurahan_kode: str
    kelurahan: str
    status: StatusKartu
    percobaan: int


def list_dapat_diundang(acara: AcaraSerah) -> list[DapatDiundang]:
    """Cards in this kecamatan that may go on the list, by kelurahan and name."""
    query = (
        select(Kartu, Pekerja.nama, Kelurahan.kode, Kelurahan.nama)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .join(Kelurahan, Pekerja.kelurahan_kode == Kelurahan.kode)
        .where(Kartu.kecamatan_kode == acara.kecamatan_kode, Kartu.status.in_(DAPAT_DIUNDANG))
        .order_by(Kelurahan.nama, Pekerja.nama_inti, Kartu.id)
    )
    return [
        DapatDiundang(kartu.id, kartu.kode, nama, kode, kelurahan, kartu.status, kartu.percobaan)
        for kartu, nama, kode, kelurahan in db.session.execute(query)
    ]


def nik4(baris: Iterable[Baris]) -> dict[uuid.UUID, str]:
    """The last four digits of each worker's NIK by line id (MSK-1: never beside a birth date)."""
    rows = list(baris)
    load_deks(one.pekerja.id for one in rows)
    return {one.undangan.id: (reveal(one.pekerja, "nik") or "")[-4:] for one in rows}


def wakil_dari(penyerahan: PenyerahanKartu) -> tuple[str, Hubungan] | None:
    """Who took the card for the worker."""
    if penyerahan.penerima is not Penerima.WAKIL or penyerahan.hubungan is None:
        return None
    return reveal(penyerahan, "nama_wakil") or "", penyerahan.hubungan


def list_kunci(kolom: str) -> set[str]:
    """Keys of stored pictures that rows know: ``bukti`` or ``potongan`` (for the sweep)."""
    column = PenyerahanKartu.kunci_bukti if kolom == "bukti" else UndanganSerah.kunci_potongan
    return {one for one in db.session.scalars(select(column).where(column.is_not(None))) if one}
