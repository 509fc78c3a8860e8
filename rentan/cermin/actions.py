"""Turning mismatches into work, and closing a month for good."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.cermin.cermin import SEL, SELISIH, cermin, langkah
from rentan.cermin.queries import count_sel, list_paket_uang, list_penghalang
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.iuran.models import BulanTutup, Urusan
from rentan.iuran.status import JenisUrusan, StatusBpjs, StatusIuran
from rentan.iuran.urusan import UrusanBaru, buka_banyak
from rentan.util.tanggal import awal_bulan, format_bulan


def open_urusan_sel(bulan: date, sel: str, *, by: Pelaku) -> int:
    """One matter per row of this cell that nobody sees to yet; how many. Safe to do twice.

    Raises ``NotFound`` for a cell without mismatch.
    """
    if not by.can(Permission.CERMIN_LIHAT):
        raise Forbidden
    pemilik = SEL[sel].pemilik if sel in SELISIH else None
    if pemilik is None:
        raise NotFound
    bulan = awal_bulan(bulan)
    rows = cermin(bulan).subquery()
    sudah = select(Urusan.asuhan_id).where(Urusan.periode == bulan, Urusan.selesai_pada.is_(None))
    query = select(rows).where(rows.c.sel == sel, rows.c.beres == 0, rows.c.asuhan_id.not_in(sudah))
    return buka_banyak(
        [
            UrusanBaru(
                JenisUrusan.CERMIN,
                row.asuhan_id,
                bulan,
                _keterangan(sel, row.uang, row.bpjs),
                pemilik,
                row.iuran_id,
                sel,
            )
            for row in db.session.execute(query)
        ],
        by=by,
    )


def _keterangan(sel: str, uang: str | None, bpjs: str | None) -> str:
    step = langkah(sel, StatusIuran(uang) if uang else None, StatusBpjs(bpjs) if bpjs else None)
    return f"{SEL[sel].label}. {step}"


def close_bulan(bulan: date, *, by: Pelaku) -> BulanTutup:
    """Close a month: nothing new is asked for it, corrections are reversals (states.md §6, B11, B13).

    Raises ``Forbidden`` without the permission, ``RuleError`` with everything that stands in the way.
    """
    if not by.can(Permission.BULAN_TUTUP):
        raise Forbidden
    bulan = awal_bulan(bulan)
    list_paket_uang(bulan, untuk_diubah=True)
    hitung = count_sel(bulan, seen_by=by)
    if penghalang := list_penghalang(bulan, hitung, by=by):
        raise RuleError(
            f"{format_bulan(bulan)} belum dapat ditutup. {' '.join(one.kalimat for one in penghalang)}",
            kode="belum_dapat_ditutup",
        )
    ringkasan = {one.sel.kode: one.banyak for one in hitung}
    row = BulanTutup(periode=bulan, ditutup_oleh=by.akun_id, ditutup_pada=now(), ringkasan=ringkasan)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RuleError(f"{format_bulan(bulan)} sudah ditutup.", kode="sudah_ditutup") from None
    selisih = sum(one.banyak for one in hitung if not one.sel.cocok)
    record(Peristiwa.BULAN_DITUTUP, by=by, periode=f"{bulan:%Y-%m}", selisih=selisih)
    return row
