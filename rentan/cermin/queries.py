"""Counts and rows of the mirror, and what keeps a month from being closed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.cermin.cermin import SEL, SELISIH, Sel, cermin, langkah
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.iuran.models import BulanTutup, Iuran, Urusan
from rentan.iuran.status import StatusBpjs, StatusIuran
from rentan.opd.models import Opd
from rentan.paket.models import Paket, PaketUang, Pengecualian
from rentan.paket.queries import list_terlihat
from rentan.paket.status import UANG, StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.tarif.queries import hari_debet, jadwal_bulan
from rentan.util.angka import format_angka
from rentan.util.tanggal import awal_bulan, format_bulan, format_tanggal, tambah_bulan

#: Batches in these states need nothing more.
SELESAI = (StatusPaket.DITUTUP, StatusPaket.DIBATALKAN)


@dataclass(frozen=True)
class Hitung:
    """A cell with how many sponsorships lie in it, and how many of those nobody sees to."""

    sel: Sel
    banyak: int
    tanpa_urusan: int


def _check_scope(seen_by: Pelaku) -> None:
    if not seen_by.can(Permission.CERMIN_LIHAT):
        raise NotFound


def count_sel(bulan: date, *, seen_by: Pelaku) -> list[Hitung]:
    """All eight cells of the month, in the order of the table."""
    _check_scope(seen_by)
    rows = cermin(bulan).subquery()
    query = select(rows.c.sel, func.count(), func.sum(1 - rows.c.beres)).group_by(rows.c.sel)
    found = {sel: (int(n), int(sisa)) for sel, n, sisa in db.session.execute(query)}
    return [Hitung(one, *found.get(kode, (0, 0))) for kode, one in SEL.items()]


@dataclass(frozen=True)
class Baris:
    """One sponsorship of a cell. ``pemilik`` and ``tenggat`` are those of an open matter about it."""

    asuhan_id: uuid.UUID
    pekerja: str
    donatur: str
    opd: str
    uang: StatusIuran | None
    bpjs: StatusBpjs | None
    jumlah: int | None
    langkah: str
    terbuka: bool
    pemilik: str
    tenggat: date | None
    beres: bool


def list_baris(
    bulan: date, sel: str, *, seen_by: Pelaku, sesudah: uuid.UUID | None = None, banyak: int = 50
) -> tuple[list[Baris], uuid.UUID | None]:
    """The sponsorships of one cell by worker's name, and where the next page goes on. Raises ``NotFound``."""
    _check_scope(seen_by)
    if sel not in SEL:
        raise NotFound
    rows = cermin(bulan).subquery()
    query = (
        select(rows, Pekerja.nama.label("nama"), Asn.nama.label("donatur"), Opd.singkatan.label("opd"))
        .join(Pekerja, Pekerja.id == rows.c.pekerja_id)
        .join(Asn, Asn.id == rows.c.asn_id)
        .join(Opd, Opd.id == Asn.opd_id)
        .where(rows.c.sel == sel)
    )
    urut = (Pekerja.nama_inti, rows.c.asuhan_id)
    if sesudah is not None:
        dari = select(Pekerja.nama_inti).join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        nama = db.session.scalar(dari.where(Asuhan.id == sesudah))
        if nama is None:
            raise NotFound
        query = query.where(tuple_(*urut) > tuple_(nama, sesudah))
    found = db.session.execute(query.order_by(*urut).limit(banyak + 1)).all()
    lebih, found = len(found) > banyak, found[:banyak]
    urusan = _urusan_terbuka(bulan, [row.asuhan_id for row in found])
    baris = [_baris(row, sel, urusan.get(row.asuhan_id)) for row in found]
    return baris, (baris[-1].asuhan_id if lebih else None)


def _baris(row: Any, sel: str, urusan: Urusan | None) -> Baris:
    uang = StatusIuran(row.uang) if row.uang else None
    bpjs = StatusBpjs(row.bpjs) if row.bpjs else None
    return Baris(
        row.asuhan_id, row.nama, row.donatur, row.opd, uang, bpjs, row.jumlah, langkah(sel, uang, bpjs),
        terbuka=urusan is not None,
        pemilik=urusan.pemilik.label if urusan else "",
        tenggat=urusan.tenggat if urusan else None,
        beres=bool(row.beres),
    )  # fmt: skip


def _urusan_terbuka(bulan: date, asuhan_ids: list[uuid.UUID]) -> dict[uuid.UUID, Urusan]:
    query = select(Urusan).where(
        Urusan.asuhan_id.in_(asuhan_ids), Urusan.periode == bulan, Urusan.selesai_pada.is_(None)
    )
    # Of several the one that somebody has taken is shown.
    rows = db.session.scalars(query.order_by(Urusan.pemilik_id.is_not(None), Urusan.dibuat_pada, Urusan.id))
    return {row.asuhan_id: row for row in rows}


def bulan_ini() -> date:
    """First day of the running month."""
    return awal_bulan(today())


def list_bulan() -> list[date]:
    """Months that have something to compare, newest first; the running one always."""
    kini = bulan_ini()
    batas = db.session.execute(select(func.min(Iuran.periode), func.max(Iuran.periode))).one()
    pertama, akhir = min(batas[0] or kini, kini), max(batas[1] or kini, kini)
    bulan = [akhir]
    while bulan[-1] > pertama:
        bulan.append(tambah_bulan(bulan[-1], -1))
    return bulan


# -- closing ------------------------------------------------------------------------------------------------


def find_tutup(bulan: date) -> BulanTutup | None:
    return db.session.get(BulanTutup, awal_bulan(bulan))


def list_paket_uang(bulan: date, *, untuk_diubah: bool = False) -> list[Paket]:
    """The batches of money of the month, by id."""
    query = select(Paket).where(Paket.jenis.in_(UANG), Paket.periode == awal_bulan(bulan)).order_by(Paket.id)
    if untuk_diubah:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Penghalang:
    """What stands in the way of closing, as a sentence; with the cell, or the batch that ``by`` may open."""

    kalimat: str
    sel: str = ""
    paket_id: uuid.UUID | None = None


def list_penghalang(bulan: date, hitung: Sequence[Hitung], *, by: Pelaku) -> list[Penghalang]:
    """What has to be done before ``by`` may close the month; empty: it may be closed.

    ``hitung``: the cells of that month (:func:`count_sel`).
    """
    bulan = awal_bulan(bulan)
    if find_tutup(bulan) is not None:
        return [Penghalang(f"{format_bulan(bulan)} sudah ditutup.")]
    found: list[Penghalang] = []
    if today() < hari_debet(bulan):
        found.append(Penghalang(f"Hari debetnya, {format_tanggal(hari_debet(bulan))}, belum tiba."))
    for one in hitung:
        if one.sel.kode in SELISIH and one.tanpa_urusan:
            kalimat = (
                f"{one.sel.label}: {format_angka(one.tanpa_urusan)} belum ada yang mengurus. Buka sebagai "
                "pekerjaan, lalu ambil dengan tanggal atau selesaikan."
            )
            found.append(Penghalang(kalimat, sel=one.sel.kode))
    paket = list_paket_uang(bulan)
    belum = [one for one in paket if one.status not in SELESAI]
    terlihat = list_terlihat([one.id for one in belum], seen_by=by)
    found += [
        Penghalang(
            f"Paket {one.nomor or one.jenis.label.lower()} masih “{one.keadaan}”.",
            paket_id=one.id if one.id in terlihat else None,
        )
        for one in belum
    ]
    found += _tanpa_pemilik(bulan)
    pengimpor = select(PaketUang.pengimpor).where(PaketUang.paket_id.in_([one.id for one in paket]))
    if by.can(Permission.BULAN_TUTUP) and by.akun_id in set(db.session.scalars(pengimpor)):
        kalimat = "Anda membaca jawaban bank atau BPJS bulan ini, sehingga penyetuju lain yang menutupnya."
        found.append(Penghalang(kalimat))
    return found


def _tanpa_pemilik(bulan: date) -> list[Penghalang]:
    """Open exceptions of the month's batches and open matters that nobody has taken (B11)."""
    pengecualian = db.session.scalar(
        select(func.count())
        .select_from(Pengecualian)
        .join(Paket, Paket.id == Pengecualian.paket_id)
        .where(
            Paket.jenis.in_(UANG),
            Paket.periode == bulan,
            Pengecualian.selesai_pada.is_(None),
            or_(Pengecualian.pemilik_id.is_(None), Pengecualian.tenggat.is_(None)),
        )
    )
    urusan = db.session.scalar(
        select(func.count())
        .select_from(Urusan)
        .where(and_(Urusan.periode == bulan, Urusan.selesai_pada.is_(None), Urusan.pemilik_id.is_(None)))
    )
    found = []
    if pengecualian:
        kalimat = f"{format_angka(pengecualian)} baris jawaban masih terbuka tanpa pemilik atau tanggal."
        found.append(Penghalang(kalimat))
    if urusan:
        kalimat = f"{format_angka(urusan)} pekerjaan bulan ini masih terbuka tanpa pemilik atau tanggal."
        found.append(Penghalang(kalimat))
    return found


def jawab_pada(bulan: date) -> date:
    """The day by which BPJS's record of the month is read (states.md §6 Timing)."""
    return jadwal_bulan(bulan).jawab
