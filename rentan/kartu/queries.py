"""Reads of cards, always through the viewer's eyes (AUZ-2, AUZ-3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, and_, exists, false, func, select, tuple_

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.core.actor import Pelaku
from rentan.core.baca import get_one
from rentan.core.clock import to_local, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.kartu.models import Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.status import HIDUP, HasilUndangan, StatusKartu
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.util.kode import read_kode
from rentan.util.nama import nama_inti
from rentan.wilayah.models import Kelurahan

#: Who may read every card of the city with its name; an operator reads those of the own OPD.
_MELIHAT_SEMUA = (Peran.VERIFIKATOR, Peran.PETUGAS_BPJS)
PALING_BANYAK_TEMUAN = 20
#: Numbers are sealed: looking for last digits opens each candidate, so there is an end to them.
PALING_BANYAK_DIBUKA = 5_000


def _reach(by: Pelaku) -> Any:
    """The one scope of this table."""
    if by.is_system or by.has(*_MELIHAT_SEMUA):
        return None
    reach: Any = false()
    if by.has(Peran.PETUGAS_KECAMATAN):
        reach = reach | Kartu.kecamatan_kode.in_(by.kecamatan)
    if by.has(Peran.ASN) and by.asn_id is not None:
        reach = reach | Kartu.asuhan_id.in_(select(Asuhan.id).where(Asuhan.asn_id == by.asn_id))
    if by.has(Peran.OPERATOR_OPD):
        own = select(Asuhan.id).join(Asn, Asn.id == Asuhan.asn_id).where(Asn.opd_id.in_(by.opd_ids))
        reach = reach | Kartu.asuhan_id.in_(own)
    return reach


def _visible(query: Any, seen_by: Pelaku) -> Any:
    reach = _reach(seen_by)
    return query if reach is None else query.where(reach)


def get_kartu(kartu_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Kartu:
    """One card, held for a change if asked; ``NotFound`` for a missing and for a foreign one alike."""
    query = _visible(select(Kartu).where(Kartu.id == kartu_id), seen_by)
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


# -- lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BarisKartu:
    """A card as lists show it. ``umur``: whole days in this state; ``nomor4``: last digits of the number."""

    id: uuid.UUID
    kode: str
    nama: str
    kelurahan: str
    kecamatan_kode: str
    alamat: str
    status: StatusKartu
    sejak: datetime
    percobaan: int
    paket_id: uuid.UUID | None
    nomor4: str = ""

    @property
    def umur(self) -> int:
        return umur(self.sejak)


@dataclass(frozen=True)
class HalamanKartu:
    """A page of the list and the card after which the next one begins."""

    baris: Sequence[BarisKartu]
    sesudah: uuid.UUID | None


def umur(sejak: datetime) -> int:
    """Whole days in the city's calendar since then."""
    return (today() - to_local(sejak).date()).days


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Kartu.id, Kartu.kode, Pekerja.nama, Kelurahan.nama, Kartu.kecamatan_kode, Pekerja.alamat,
            Kartu.status, Kartu.sejak, Kartu.percobaan, Kartu.paket_id,
        )
        .select_from(Kartu)
        .join(Pekerja, Pekerja.id == Kartu.pekerja_id)
        .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
    )  # fmt: skip


def list_kartu(
    *,
    seen_by: Pelaku,
    status: Collection[StatusKartu] = (),
    kecamatan: str | None = None,
    sesudah: uuid.UUID | None = None,
    banyak: int = 50,
) -> HalamanKartu:
    """Cards in these states (none: all that are under way), the longest waiting first; one page of them."""
    query = _lines().where(Kartu.status.in_(status or HIDUP))
    if kecamatan:
        query = query.where(Kartu.kecamatan_kode == kecamatan)
    if sesudah is not None:
        last = get_kartu(sesudah, seen_by=seen_by)
        query = query.where(tuple_(Kartu.sejak, Kartu.id) > tuple_(last.sejak, last.id))
    query = _visible(query, seen_by).order_by(Kartu.sejak, Kartu.id).limit(banyak + 1)
    rows = [BarisKartu(*row) for row in db.session.execute(query)]
    return HalamanKartu(rows[:banyak], rows[banyak - 1].id if len(rows) > banyak else None)


def find_kartu(cari: str, *, seen_by: Pelaku) -> list[BarisKartu]:
    """At most twenty cards by card code, by name, by the number's last four digits, or name and digits."""
    words = cari.split()
    digits = "".join(one for one in words if one.isascii() and one.isdigit())[:4]
    nama = nama_inti(" ".join(one for one in words if not one.isdigit()))
    by_code = _visible(_lines().where(Kartu.kode == read_kode(cari)), seen_by)
    if exact := [BarisKartu(*row) for row in db.session.execute(by_code)]:
        return exact
    if not nama and len(digits) < 4:
        return []
    query = _lines().add_columns(Kartu)
    if nama:
        query = query.where(Pekerja.nama_inti.contains(nama, autoescape=True))
    query = _visible(query, seen_by).order_by(Pekerja.nama_inti, Kartu.sejak, Kartu.id)
    rows = list(db.session.execute(query.limit(PALING_BANYAK_DIBUKA if digits else PALING_BANYAK_TEMUAN)))
    if digits:
        load_deks(row[-1].pekerja_id for row in rows)
        rows = [row for row in rows if (reveal(row[-1], "nomor") or "").endswith(digits)]
    return [BarisKartu(*row[:-1]) for row in rows[:PALING_BANYAK_TEMUAN]]


@dataclass(frozen=True)
class Ringkas:
    """How many cards stand in a state, and how many days the oldest of them has."""

    status: StatusKartu
    jumlah: int
    tertua: int


def ringkas_status(*, seen_by: Pelaku, kecamatan: str | None = None) -> list[Ringkas]:
    """The funnel, in the order of the road; an administrator sees counts although no names."""
    query = select(Kartu.status, func.count(), func.min(Kartu.sejak)).group_by(Kartu.status)
    if kecamatan:
        query = query.where(Kartu.kecamatan_kode == kecamatan)
    if not seen_by.has(Peran.ADMIN):
        query = _visible(query, seen_by)
    found = {row[0]: Ringkas(row[0], row[1], umur(row[2])) for row in db.session.execute(query)}
    return [found.get(one, Ringkas(one, 0, 0)) for one in StatusKartu if one is not StatusKartu.BELUM]


def ringkas_kecamatan(*, seen_by: Pelaku) -> dict[str, dict[StatusKartu, int]]:
    """Counts per kecamatan and state, for whoever sees the whole city."""
    query = select(Kartu.kecamatan_kode, Kartu.status, func.count()).group_by(
        Kartu.kecamatan_kode, Kartu.status
    )
    if not seen_by.has(Peran.ADMIN):
        query = _visible(query, seen_by)
    found: dict[str, dict[StatusKartu, int]] = {}
    for kode, status, jumlah in db.session.execute(query.order_by(Kartu.kecamatan_kode)):
        found.setdefault(kode, {})[status] = jumlah
    return found


# -- before there is a card ---------------------------------------------------------------------------------


def belum_berkartu() -> Select[*tuple[Any, ...]]:
    """K1: (worker, sponsorship, kecamatan) of workers whom BPJS has registered and who never had a card.

    Whoever had one gets another by :func:`rentan.kartu.actions.request_again`, never by itself.
    """
    ever = exists().where(Kartu.pekerja_id == Pekerja.id)
    return (
        select(Pekerja.id, Asuhan.id, Kelurahan.kecamatan_kode)
        .select_from(Pekerja)
        .join(Asuhan, and_(Asuhan.pekerja_id == Pekerja.id, Asuhan.status.in_(DIUSULKAN_KE_ATAS)))
        .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
        .where(Pekerja.status.in_(TERDAFTAR_DI_BPJS), ~ever)
        .order_by(Pekerja.id)
    )


def count_belum() -> int:
    """How many cards can be requested now (K1)."""
    return db.session.scalar(select(func.count()).select_from(belum_berkartu().subquery())) or 0


def menunggu_nomor(pekerja_ids: Collection[uuid.UUID] | None = None) -> Select[Any]:
    """K2: requested cards whose worker's number (KPJ) is known.

    Without ``pekerja_ids`` only first cards: a replacement is printed when BPJS says so, its number is old.
    """
    query = (
        select(Kartu)
        .join(Pekerja, Pekerja.id == Kartu.pekerja_id)
        .where(Kartu.status == StatusKartu.DIMINTA, Pekerja.kpj_bi.is_not(None))
        .order_by(Kartu.id)
    )
    if pekerja_ids is None:
        return query.where(Kartu.menggantikan_id.is_(None))
    return query.where(Kartu.pekerja_id.in_(list(pekerja_ids)))


def count_menunggu_nomor() -> int:
    """How many requested cards could get their number now."""
    return db.session.scalar(select(func.count()).select_from(menunggu_nomor().subquery())) or 0


# -- packing lists ------------------------------------------------------------------------------------------


def bebas(kecamatan: str | None = None) -> Any:
    """Cards that go into the next packing list: number known, or printed and in no list any more."""
    free = and_(
        Kartu.status.in_((StatusKartu.TERBIT, StatusKartu.DICETAK)),
        Kartu.paket_id.is_(None),
    )
    return free if kecamatan is None else and_(free, Kartu.kecamatan_kode == kecamatan)


def count_siap_kirim() -> dict[str, int]:
    """Per kecamatan: cards that could go into a packing list now."""
    query = select(Kartu.kecamatan_kode, func.count()).where(bebas()).group_by(Kartu.kecamatan_kode)
    return {row[0]: row[1] for row in db.session.execute(query.order_by(Kartu.kecamatan_kode))}


@dataclass(frozen=True)
class Kiriman:
    """What is on its way to one kecamatan: a packing list, or (without one) cards that are sent singly."""

    paket: Paket | None
    kecamatan_kode: str
    dikirim_pada: datetime
    jumlah: int

    @property
    def umur(self) -> int:
        return umur(self.dikirim_pada)


def list_kiriman(*, seen_by: Pelaku) -> list[Kiriman]:
    """Shipments with cards that nobody has counted yet, the oldest first."""
    query = (
        select(Kartu.paket_id, Kartu.kecamatan_kode, func.min(Kartu.sejak), func.count())
        .where(Kartu.status == StatusKartu.DIKIRIM_KEC)
        .group_by(Kartu.paket_id, Kartu.kecamatan_kode)
    )
    rows = db.session.execute(_visible(query, seen_by)).all()
    ids = [row[0] for row in rows if row[0] is not None]
    paket = {one.id: one for one in db.session.scalars(select(Paket).where(Paket.id.in_(ids)))}
    found = [Kiriman(paket.get(row[0]), row[1], row[2], row[3]) for row in rows]
    return sorted(found, key=lambda one: (one.dikirim_pada, one.kecamatan_kode, str(one.paket)))


def get_kiriman(paket_id: uuid.UUID, *, seen_by: Pelaku) -> Paket:
    """A packing list that was sent to an own kecamatan, or any for the BPJS liaison. Raises ``NotFound``."""
    paket = db.session.get(Paket, paket_id)
    if paket is None or paket.jenis is not JenisPaket.KARTU:
        raise NotFound
    if seen_by.has(Peran.PETUGAS_BPJS):
        return paket
    sent = paket.dikirim_pada is not None
    if not (sent and seen_by.has(Peran.PETUGAS_KECAMATAN) and paket.lingkup in seen_by.kecamatan):
        raise NotFound
    return paket


def list_isi_kiriman(paket_id: uuid.UUID | None, kecamatan: Iterable[str]) -> list[BarisKartu]:
    """What of this shipment is still to be counted in these kecamatan; by kelurahan and name."""
    query = (
        _lines()
        .where(
            Kartu.status == StatusKartu.DIKIRIM_KEC,
            Kartu.kecamatan_kode.in_(list(kecamatan)),
            Kartu.paket_id.is_(None) if paket_id is None else Kartu.paket_id == paket_id,
        )
        .order_by(Kelurahan.nama, Pekerja.nama_inti, Kartu.id)
    )
    return [BarisKartu(*row) for row in db.session.execute(query)]


# -- one card -----------------------------------------------------------------------------------------------


def asks_alamat(kartu: Kartu, by: Pelaku) -> bool:
    """K9: is this the donor, or an operator of the donor's OPD, whom the card's address is asked of?

    Nobody else answers, whatever else the person may see.
    """
    if kartu.status is not StatusKartu.DIKEMBALIKAN or kartu.asuhan is None:
        return False
    asn = kartu.asuhan.asn
    own = by.has(Peran.ASN) and by.asn_id == asn.id
    return own or (by.has(Peran.OPERATOR_OPD) and asn.opd_id in by.opd_ids)


def find_undangan_menunggu(kartu: Kartu) -> UndanganSerah | None:
    """The open line of this card on a hand-over day's list."""
    query = select(UndanganSerah).where(
        UndanganSerah.kartu_id == kartu.id, UndanganSerah.hasil == HasilUndangan.MENUNGGU
    )
    return cast("UndanganSerah | None", db.session.scalar(query.order_by(UndanganSerah.id).limit(1)))


def list_penyerahan(kartu: Kartu) -> list[PenyerahanKartu]:
    """Every hand-over of this card, reversed ones too, oldest first."""
    query = select(PenyerahanKartu).where(PenyerahanKartu.kartu_id == kartu.id)
    return list(db.session.scalars(query.order_by(PenyerahanKartu.dicatat_pada, PenyerahanKartu.id)))


def list_rantai(kartu: Kartu) -> list[Kartu]:
    """The card with what it replaces and what replaces it, oldest first."""
    rows = list(db.session.scalars(select(Kartu).where(Kartu.pekerja_id == kartu.pekerja_id)))
    by_id, after = {one.id: one for one in rows}, {one.menggantikan_id: one for one in rows}
    first = kartu
    while first.menggantikan_id is not None:
        first = by_id[first.menggantikan_id]
    chain = [first]
    while (later := after.get(chain[-1].id)) is not None:
        chain.append(later)
    return chain
