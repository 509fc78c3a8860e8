"""The trail, for the admin."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.jejak.forms import SaringanForm
from rentan.jejak.queries import Saringan, list_jejak
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page, url_dengan

bp = Blueprint("jejak", __name__)
add_menu("Jejak", "jejak.index", Permission.JEJAK_LIHAT, awalan="/jejak", urutan=90)


@bp.get("/jejak")
@requires(Permission.JEJAK_LIHAT)
def index() -> ResponseReturnValue:
    """Who did what, newest first."""
    form = SaringanForm()
    good = form.validate()
    saringan = Saringan(
        peristiwa=form.peristiwa.data,
        pelaku=form.pelaku.data or "",
        objek=form.objek.data or "",
        permintaan=form.permintaan.data or "",
        hasil=form.hasil.data or "",
        dari=form.dari.data,
        sampai=form.sampai.data,
    )
    before = request.args.get("sebelum", "")
    sebelum = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    jumlah = runtime().profil.batas.baris_per_halaman
    rows, following = (
        list_jejak(saringan, seen_by=pelaku(), sebelum=sebelum, jumlah=jumlah) if good else ([], None)
    )
    return render_page(
        "jejak/daftar.html",
        block="daftar_jejak",
        status=200,
        form=form,
        baris=rows,
        sesudah=url_dengan(sebelum=following) if following else None,
        awal=url_dengan(sebelum=None) if before else None,
    )
