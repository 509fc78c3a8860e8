"""/cermin: a month in eight cells, the rows of a cell, work made of them, and closing the month."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.cermin import actions, ekspor, queries
from rentan.cermin.cermin import SEL, Sel
from rentan.cermin.forms import SelForm, TutupForm
from rentan.cermin.gambar import LEBAR, LINGKARAN, TINGGI, angka
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.iuran.models import BulanTutup
from rentan.iuran.queries import baca_bulan
from rentan.paket.queries import nama_akun
from rentan.util.angka import format_angka
from rentan.util.tanggal import format_bulan
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("cermin", __name__)
P = Permission

add_menu("Cermin", "cermin.index", P.CERMIN_LIHAT, awalan="/cermin", urutan=18)


def _bulan(teks: str | None) -> date:
    """The month asked for; without a wish the running one."""
    return baca_bulan(teks) if teks else baca_bulan(f"{queries.bulan_ini():%Y-%m}")


@bp.get("/cermin")
@requires(P.CERMIN_LIHAT)
def index() -> Response:
    """Drawing and table of the eight cells, and whether the month may be closed."""
    return _index(_bulan(request.args.get("bulan")))


def _index(bulan: date, form: BaseForm | None = None) -> Response:
    by = pelaku()
    hitung = queries.count_sel(bulan, seen_by=by)
    tutup = queries.find_tutup(bulan)
    return render_page(
        "cermin/mulai.html",
        status=form.status if form else 200,
        form=form or TutupForm(formdata=None, data={"bulan": f"{bulan:%Y-%m}"}),
        bulan=bulan,
        semua_bulan=queries.list_bulan(),
        hitung=hitung,
        lingkaran=LINGKARAN,
        angka_venn=angka({one.sel.kode: one.banyak for one in hitung}),
        lebar=LEBAR,
        tinggi=TINGGI,
        selisih=sum(one.banyak for one in hitung if not one.sel.cocok),
        tutup=tutup,
        penutup=_penutup(tutup),
        penghalang=[] if tutup else queries.list_penghalang(bulan, hitung, by=by),
        jawab=queries.jawab_pada(bulan),
        peran=by.peran,
        waktu=now(),
    )


def _penutup(tutup: BulanTutup | None) -> str:
    """Who closed the month, by name."""
    if tutup is None or tutup.ditutup_oleh is None:
        return ""
    return nama_akun([tutup.ditutup_oleh]).get(tutup.ditutup_oleh, "")


def _sel(kode: str | None) -> Sel:
    if kode not in SEL:
        raise NotFound
    return SEL[kode]


@bp.get("/cermin/rincian")
@requires(P.CERMIN_LIHAT)
def detail() -> Response:
    """The sponsorships of one cell, page by page."""
    return _detail(_bulan(request.args.get("bulan")), _sel(request.args.get("sel")))


def _detail(bulan: date, sel: Sel, form: BaseForm | None = None) -> Response:
    by, banyak = pelaku(), int(runtime().profil.batas.baris_per_halaman)
    baris, sesudah = queries.list_baris(
        bulan, sel.kode, seen_by=by, sesudah=_id_from("sesudah"), banyak=banyak
    )
    record(Peristiwa.NAMA_DILIHAT, by=by, daftar=f"cermin_{sel.kode}", jumlah=len(baris))
    hitung = next(one for one in queries.count_sel(bulan, seen_by=by) if one.sel is sel)
    return render_page(
        "cermin/rincian.html",
        "rincian",
        status=form.status if form else 200,
        form=form or SelForm(formdata=None, data={"bulan": f"{bulan:%Y-%m}", "sel": sel.kode}),
        bulan=bulan,
        sel=sel,
        hitung=hitung,
        baris=baris,
        sesudah=sesudah,
        mulai=not request.args.get("sesudah"),
        peran=by.peran,
    )


@bp.post("/cermin/urusan")
@requires(P.CERMIN_LIHAT)
def open_work() -> Response:
    """Every row of a cell that nobody sees to becomes a matter of the role whose turn it is."""
    if answer := answered_before():
        return answer
    form = SelForm()
    if not form.accepts() or form.sel.data is None:
        return _index(queries.bulan_ini(), form)
    bulan, sel = baca_bulan(form.bulan.data or ""), SEL[form.sel.data]
    with form.rules():
        banyak = actions.open_urusan_sel(bulan, sel.kode, by=pelaku())
        pesan = f"{format_angka(banyak)} pekerjaan dibuka untuk {_nama(sel)}." if banyak else TIDAK_ADA
        return finish(url_for(".detail", bulan=f"{bulan:%Y-%m}", sel=sel.kode), pesan)
    return _detail(bulan, sel, form)


TIDAK_ADA = "Semua baris sudah menjadi pekerjaan seseorang; tidak ada yang dibuka."


def _nama(sel: Sel) -> str:
    return sel.pemilik.label.lower() if sel.pemilik else ""


@bp.post("/cermin/tutup")
@requires(P.BULAN_TUTUP)
@fresh
def close() -> Response:
    """Close the month."""
    if answer := answered_before():
        return answer
    form = TutupForm()
    if not form.accepts():
        return _index(queries.bulan_ini(), form)
    bulan = baca_bulan(form.bulan.data or "")
    with form.rules():
        actions.close_bulan(bulan, by=pelaku())
        return finish(url_for(".index", bulan=f"{bulan:%Y-%m}"), f"{format_bulan(bulan)} ditutup.")
    return _index(bulan, form)


@bp.get("/cermin/unduh.xlsx")
@requires(P.CERMIN_LIHAT)
def unduh() -> ResponseReturnValue:
    """The eight cells, and with ``sel`` the sponsorships of that cell, as XLSX."""
    by, waktu = pelaku(), now()
    bulan = _bulan(request.args.get("bulan"))
    isi: list[queries.Baris] = []
    sel = _sel(request.args["sel"]) if request.args.get("sel") else None
    hitung = queries.count_sel(bulan, seen_by=by)
    if sel is not None:
        check_jatah_ekspor(by, next(one.banyak for one in hitung if one.sel is sel))
        isi, _ = queries.list_baris(
            bulan, sel.kode, seen_by=by, banyak=int(runtime().profil.batas.baris_ekspor)
        )
    else:
        check_jatah_ekspor(by, len(hitung))
    record(Peristiwa.EKSPOR, by=by, jenis="xlsx", **_ekspor(bulan, sel, len(isi) or len(hitung)))
    data = ekspor.xlsx_cermin(bulan, hitung, sel, isi, current_user.nama, waktu)
    return kirim_berkas(data, MIME_XLSX, f"cermin-{bulan:%Y-%m}.xlsx", lampiran=True)


def _ekspor(bulan: date, sel: Sel | None, jumlah: int) -> dict[str, Any]:
    saringan = f"bulan={bulan:%Y-%m}" + (f"&sel={sel.kode}" if sel else "")
    return {"daftar": "cermin", "jumlah": jumlah, "saringan": saringan}


def _id_from(name: str) -> uuid.UUID | None:
    value = request.args.get(name)
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise NotFound from None
