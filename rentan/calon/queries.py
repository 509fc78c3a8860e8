"""The pool through the eyes of those who may look: a board without names, own proposals, offers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, select, tuple_

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.garis import batas_pengganti, bulan_lanjut
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.calon.models import Calon, Tawaran
from rentan.calon.status import KeadaanUsulan, StatusTawaran
from rentan.core.actor import Pelaku
from rentan.core.baca import after
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import lahir_sesudah
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, Sektor, StatusPekerja
from rentan.tarif.queries import debet_pertama
from rentan.wilayah.models import Kecamatan, Kelurahan
from rentan.wilayah.queries import find_kecamatan_bernama, find_kelurahan, tetangga

DEKAT = (
    "Sekelurahan dengan kantor atau rumah Anda",
    "Sekecamatan dengan kantor atau rumah Anda",
    "Kecamatan tetangga",
    "Kecamatan lain",
)


@dataclass(frozen=True)
class BarisCalon:
    """A pool worker as the board shows him: no name, no birth date, no address below the ward."""

    id: uuid.UUID
    pekerjaan: str
    sektor: Sektor
    kelurahan: str
    kecamatan: str
    menunggu_sejak: datetime
    pekerja_id: uuid.UUID
    dekat: int
    mendesak: bool = False
    tenggat: date | None = None

    @property
    def hari(self) -> int:
        """Whole days of waiting."""
        return (now() - self.menunggu_sejak).days

    @property
    def label_dekat(self) -> str:
        return DEKAT[self.dekat]


@dataclass(frozen=True)
class Papan:
    """One page of the board; ``sesudah`` continues it (``None``: the end), ``jumlah`` counts to ``CAP``."""

    baris: list[BarisCalon]
    sesudah: uuid.UUID | None
    jumlah: int


HALAMAN = 50  # rows of a list with names
CAP = 10_000  # counting further would only cost time: the page says "lebih dari"


def is_free() -> ColumnElement[bool]:
    """Free = in the pool, not sponsored, not offered; and either cover ``layak`` and young enough on the
    first debit day, or a member of BPJS whose donor has stopped.

    A hold or an offer whose last day is over does not bind any more, even before the nightly job.
    """
    held_over = and_(Asuhan.status == StatusAsuhan.DITAHAN, Asuhan.ditahan_sampai < today())
    taken = exists().where(Asuhan.pekerja_id == Pekerja.id, Asuhan.status.in_(TERBUKA), ~held_over)
    return and_(
        Calon.keluar_pada.is_(None),
        or_(
            and_(
                Pekerja.status == StatusPekerja.LAYAK,
                Pekerja.tanggal_lahir > lahir_sesudah(debet_pertama(today())),
            ),
            is_urgent(),
        ),
        ~taken,
        ~waiting_offer(),
    )


def is_urgent() -> ColumnElement[bool]:
    """A member of BPJS whose donor has stopped: without a new one the cover ends on a date."""
    return and_(
        Pekerja.status.in_(TERDAFTAR_DI_BPJS),
        exists().where(Asuhan.pekerja_id == Pekerja.id, Asuhan.status == StatusAsuhan.MENCARI_PENGGANTI),
    )


def waiting_offer() -> ColumnElement[bool]:
    """Does an offer of this pool worker wait for its answer?"""
    return exists().where(
        Tawaran.calon_id == Calon.id,
        Tawaran.status == StatusTawaran.MENUNGGU,
        Tawaran.berlaku_sampai >= today(),
    )


def list_calon(
    asn: Asn | None,
    *,
    dekat: str | None = None,
    sektor: Sektor | None = None,
    pekerjaan: str = "",
    sesudah: uuid.UUID | None = None,
    seen_by: Pelaku,
) -> Papan:
    """Free workers, a short page at a time (``jarak_calon``): first those whose cover ends without a new
    donor, then the nearest, then those who wait longest.

    ``dekat`` is the Kemendagri code of a ward to be near to; without it the ward of the ASN's office and of
    the ASN's home count. Names are not read at all: they are told once the worker is held.
    """
    if not seen_by.permissions & {Permission.CALON_PILIH, Permission.CALON_TAWARKAN, Permission.CALON_IMPOR}:
        raise NotFound
    rank = _nearness(*_places(asn, dekat))
    query = _filtered(sektor, pekerjaan)
    total = db.session.scalar(
        select(db.func.count()).select_from(query.with_only_columns(Calon.id).limit(CAP + 1).subquery())
    )
    ordinary = case((is_urgent(), 0), else_=1)
    query = query.add_columns(rank.label("dekat"), is_urgent().label("mendesak"))
    if sesudah is not None:
        last = db.session.execute(
            select(ordinary.label("biasa"), rank.label("dekat"), Calon.menunggu_sejak)
            .join(Pekerja, Pekerja.id == Calon.pekerja_id)
            .where(Calon.id == sesudah)
        ).first()
        if last is not None:
            here = tuple_(ordinary, rank, Calon.menunggu_sejak, Calon.id)
            query = query.where(
                here
                > tuple_(
                    literal(last.biasa),
                    literal(last.dekat),
                    literal(last.menunggu_sejak, Calon.menunggu_sejak.type),
                    literal(sesudah, Calon.id.type),
                )
            )
    size = int(get_setting("jarak_calon"))
    order = (ordinary, rank, Calon.menunggu_sejak, Calon.id)
    rows = db.session.execute(query.order_by(*order).limit(size + 1)).all()
    found = [BarisCalon(**row._mapping) for row in rows[:size]]
    lanjut = bulan_lanjut([one.pekerja_id for one in found if one.mendesak])
    found = [
        replace(one, tenggat=batas_pengganti(lanjut[one.pekerja_id])) if one.mendesak else one
        for one in found
    ]
    return Papan(found, found[-1].id if len(rows) > size else None, int(total or 0))


def _filtered(sektor: Sektor | None, pekerjaan: str) -> Select[Any]:
    query: Any = (
        select(
            Calon.id,
            Pekerja.pekerjaan,
            Pekerja.sektor,
            Kelurahan.nama.label("kelurahan"),
            Kecamatan.nama.label("kecamatan"),
            Calon.menunggu_sejak,
            Pekerja.id.label("pekerja_id"),
        )
        .join(Pekerja, Pekerja.id == Calon.pekerja_id)
        .join(Kelurahan, Kelurahan.kode == Calon.kelurahan_kode)
        .join(Kecamatan, Kecamatan.kode == Calon.kecamatan_kode)
        .where(is_free())
    )
    if sektor is not None:
        query = query.where(Pekerja.sektor == sektor)
    if pekerjaan:
        query = query.where(Pekerja.pekerjaan.icontains(pekerjaan, autoescape=True))
    return query


def _places(asn: Asn | None, dekat: str | None) -> tuple[set[str], set[str]]:
    """Codes of the wards and of the districts to be near to: the chosen ward's, else office's and home's."""
    codes: list[str | None] = [dekat] if dekat else []
    kecamatan = set()
    if not dekat and asn is not None:
        office = db.session.get_one(Opd, asn.opd_id)
        codes = [office.kelurahan_kode, asn.kelurahan_kode]
        if office.kelurahan_kode is None and office.jenis == "kecamatan":
            kecamatan = {one.kode for one in [find_kecamatan_bernama(office.nama)] if one is not None}
    wards = [one for one in map(find_kelurahan, codes) if one is not None]
    return {one.kode for one in wards}, kecamatan | {one.kecamatan_kode for one in wards}


def _nearness(kelurahan: set[str], kecamatan: set[str]) -> ColumnElement[int]:
    """0 same ward, 1 same district, 2 neighbouring district, 3 elsewhere; the nearest of several places."""
    if not kecamatan:
        return cast("ColumnElement[int]", literal(len(DEKAT) - 1))
    sekitar = set().union(*(tetangga(one) for one in kecamatan)) - kecamatan
    whens = [
        (Calon.kelurahan_kode.in_(sorted(kelurahan)), 0),
        (Calon.kecamatan_kode.in_(sorted(kecamatan)), 1),
    ]
    if sekitar:
        whens.append((Calon.kecamatan_kode.in_(sorted(sekitar)), 2))
    return cast("ColumnElement[int]", case(*whens, else_=3))


def get_calon(calon_id: uuid.UUID, *, seen_by: Pelaku) -> Calon:
    """A pool worker whom the viewer may hold, offer or has proposed; raises ``NotFound`` otherwise."""
    query = select(Calon).where(Calon.id == calon_id)
    if not seen_by.permissions & {Permission.CALON_PILIH, Permission.CALON_TAWARKAN, Permission.CALON_IMPOR}:
        query = query.where(_own_area(seen_by))
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def _own_area(seen_by: Pelaku) -> ColumnElement[bool]:
    if not seen_by.has(Peran.PETUGAS_KECAMATAN):
        return false()
    return Calon.kecamatan_kode.in_(seen_by.kecamatan)


def _keadaan_usulan() -> ColumnElement[str]:
    """How a proposal stands for its proposer; every row has exactly one value of ``KeadaanUsulan``."""
    diasuh = select(Asuhan.pekerja_id).where(Asuhan.status.in_(TERBUKA))
    return case(
        (Calon.pekerja_id.in_(diasuh), KeadaanUsulan.DIPILIH.value),
        (Calon.keluar_pada.is_not(None), KeadaanUsulan.LAIN.value),
        (or_(Pekerja.status == StatusPekerja.LAYAK, is_urgent()), KeadaanUsulan.MENUNGGU.value),
        (Pekerja.status == StatusPekerja.DUGA_DUPLIKAT, KeadaanUsulan.DIPERIKSA.value),
        else_=KeadaanUsulan.LAIN.value,
    )


def count_usulan(*, seen_by: Pelaku) -> dict[KeadaanUsulan, tuple[int, datetime | None]]:
    """Proposals of the viewer's kecamatan by how they stand: how many, and since when the oldest waits."""
    keadaan = _keadaan_usulan().label("keadaan")
    query = select(keadaan, func.count(), func.min(Calon.menunggu_sejak))
    query = query.join(Pekerja, Pekerja.id == Calon.pekerja_id).where(_own_area(seen_by)).group_by(keadaan)
    found: dict[KeadaanUsulan, tuple[int, datetime | None]] = dict.fromkeys(KeadaanUsulan, (0, None))
    for nilai, jumlah, terlama in db.session.execute(query):
        found[KeadaanUsulan(nilai)] = (jumlah, terlama)
    return found


def list_usulan(
    *,
    seen_by: Pelaku,
    keadaan: KeadaanUsulan | None = None,
    sesudah: uuid.UUID | None = None,
    limit: int = HALAMAN,
) -> list[Calon]:
    """The pool workers of the viewer's kecamatan with their names, newest first (AUZ-3: own area)."""
    query = select(Calon).join(Pekerja, Pekerja.id == Calon.pekerja_id).where(_own_area(seen_by))
    if keadaan is not None:
        query = query.where(_keadaan_usulan() == keadaan.value)
    query = after(query, sesudah, Calon.menunggu_sejak, Calon.id, turun=True)
    return list(db.session.scalars(query.order_by(Calon.menunggu_sejak.desc(), Calon.id.desc()).limit(limit)))


def state_of(rows: list[Calon]) -> dict[uuid.UUID, str]:
    """In words, for the proposer: waiting, chosen, or why not offered; two queries for any number of rows."""
    taken = set(
        db.session.scalars(
            select(Asuhan.pekerja_id).where(
                Asuhan.pekerja_id.in_([one.pekerja_id for one in rows]), Asuhan.status.in_(TERBUKA)
            )
        )
    )
    words = {}
    for one in rows:
        if one.pekerja_id in taken:
            words[one.id] = "Sudah dipilih seorang ASN"
        elif one.keluar_pada is not None:
            words[one.id] = "Tidak lagi ditawarkan"
        elif one.pekerja.status is StatusPekerja.LAYAK:
            words[one.id] = "Menunggu ASN"
        else:
            words[one.id] = one.pekerja.status.label
    return words


def list_tawaran(asn_id: uuid.UUID, *, seen_by: Pelaku) -> list[Tawaran]:
    """Offers that wait for this ASN's answer, oldest first."""
    query = select(Tawaran).where(
        Tawaran.asn_id == asn_id,
        Tawaran.status == StatusTawaran.MENUNGGU,
        Tawaran.berlaku_sampai >= today(),
    )
    query = _visible_offers(query, seen_by)
    return list(db.session.scalars(query.order_by(Tawaran.ditawarkan_pada, Tawaran.id)))


def list_tawaran_dibuat(*, seen_by: Pelaku, limit: int = 50) -> list[Tawaran]:
    """The latest offers that an operator's OPD (or, for the admin, the city) has made, newest first."""
    if seen_by.has(Peran.ADMIN):
        query = select(Tawaran)
    else:
        query = select(Tawaran).join(Asn, Asn.id == Tawaran.asn_id).where(Asn.opd_id.in_(seen_by.opd_ids))
    query = query.options(db.joinedload(Tawaran.asn))
    return list(db.session.scalars(query.order_by(Tawaran.ditawarkan_pada.desc(), Tawaran.id).limit(limit)))


def get_tawaran(tawaran_id: uuid.UUID, *, seen_by: Pelaku) -> Tawaran:
    """An offer made to the viewer; raises ``NotFound`` for a foreign and a missing one alike."""
    row = db.session.scalar(_visible_offers(select(Tawaran).where(Tawaran.id == tawaran_id), seen_by))
    if row is None:
        raise NotFound
    return cast(Tawaran, row)


def _visible_offers(query: Select[Any], seen_by: Pelaku) -> Select[Any]:
    if seen_by.has(Peran.ASN) and seen_by.asn_id is not None:
        return query.where(Tawaran.asn_id == seen_by.asn_id)
    return query.where(false())


def find_penerima(nip: str, *, seen_by: Pelaku) -> Asn | None:
    """The active ASN with this NIP to whom the viewer may offer: own OPD, or anybody for the admin."""
    query = select(Asn).where(Asn.nip == nip, Asn.status_aktif == StatusAktif.AKTIF)
    if not seen_by.has(Peran.ADMIN):
        query = query.where(Asn.opd_id.in_(seen_by.opd_ids))
    return db.session.scalar(query)
