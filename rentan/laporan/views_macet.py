"""/macet: what has waited too long, by owner; and the rows of one waiting state, also as XLSX."""

from __future__ import annotations

import uuid
from datetime import datetime
from itertools import groupby

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Peran, Permission
from rentan.core.settings import get_setting
from rentan.ext import runtime
from rentan.laporan import ekspor_macet, macet
from rentan.laporan.kabar_periksa import kabar_periksa
from rentan.laporan.macet import Baris, Macet
from rentan.laporan.tunggu import Tunggu, find_tunggu
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("macet", __name__)
P = Permission


@bp.get("/macet")
@requires(P.MACET_LIHAT)
def index() -> Response:
    """Counts and ages per waiting state, grouped by who has to do something; the own group first. Below, for
    admin and leadership, what the nightly checks said."""
    by = pelaku()
    rows = macet.list_macet(seen_by=by)
    return render_page(
        "laporan/macet.html",
        kelompok=_grouped(rows, by.peran),
        jumlah=sum(one.banyak for one in rows),
        hari=get_setting("hari_macet"),
        bernama=macet.sees_names(by),
        milik=by.peran,
        umur=_umur,
        periksa=kabar_periksa() if by.can(P.PERIKSA_LIHAT) else None,
    )


def _grouped(rows: list[Macet], peran: frozenset[Peran]) -> list[tuple[Peran, list[Macet]]]:
    urutan = list(Peran)
    rows = sorted(rows, key=lambda one: (one.tunggu.pemilik not in peran, urutan.index(one.tunggu.pemilik)))
    return [(pemilik, list(isi)) for pemilik, isi in groupby(rows, key=lambda one: one.tunggu.pemilik)]


def _asked() -> tuple[Tunggu, bool]:
    """The waiting state and the order asked for; ``NotFound`` for anything unknown."""
    found = find_tunggu(request.args.get("hal", ""))
    urut = request.args.get("urut", "lama")
    if found is None or urut not in ("lama", "baru"):
        raise NotFound
    return found, urut == "baru"


@bp.get("/macet/rincian")
@requires(P.MACET_LIHAT)
def detail() -> Response:
    """What waits in one state, page by page, by age."""
    tunggu, terbaru = _asked()
    baris, sesudah = macet.list_baris(tunggu, seen_by=pelaku(), terbaru=terbaru, sesudah=_id_from("sesudah"))
    record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar=f"macet {tunggu.kunci}", jumlah=len(baris))
    return render_page(
        "laporan/macet_rincian.html",
        "rincian",
        tunggu=tunggu,
        baris=baris,
        sesudah=sesudah,
        mulai=not request.args.get("sesudah"),
        terbaru=terbaru,
        hari=get_setting("hari_macet"),
        milik=tunggu.pemilik in pelaku().peran,
        umur=_umur,
    )


@bp.get("/macet/unduh.xlsx")
@requires(P.MACET_LIHAT)
def unduh() -> ResponseReturnValue:
    """The counts, and for readers of names the rows of the state asked for."""
    by, waktu = pelaku(), now()
    rows = macet.list_macet(seen_by=by)
    tunggu: Tunggu | None = None
    isi: list[Baris] = []
    if request.args.get("hal"):
        tunggu, terbaru = _asked()
        batas = runtime().profil.batas.baris_ekspor
        isi, lebih = macet.list_baris(tunggu, seen_by=by, terbaru=terbaru, batas=batas)
        check_jatah_ekspor(by, len(isi) + (lebih is not None))
    else:
        check_jatah_ekspor(by, len(rows))
    record(
        Peristiwa.EKSPOR,
        by=by,
        daftar="macet",
        jumlah=len(isi) or len(rows),
        saringan=f"hal={tunggu.kunci}" if tunggu else "",
        jenis="xlsx",
    )
    data = ekspor_macet.xlsx_macet(rows, tunggu, isi, current_user.nama, waktu)
    return kirim_berkas(data, MIME_XLSX, f"macet-{to_local(waktu):%Y-%m-%d}.xlsx", lampiran=True)


def _umur(sejak: datetime) -> int:
    """Whole days that something has waited."""
    return (today() - to_local(sejak).date()).days


def _id_from(name: str) -> uuid.UUID | None:
    value = request.args.get(name)
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise NotFound from None
