"""The operator's list of letters: who has printed, who has sent, where the originals are."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from rentan.core.audit import Peristiwa, record
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.surat_kuasa import asli, queries
from rentan.surat_kuasa.forms import AsliBanyakForm, DaftarForm
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("surat_daftar", __name__)
add_menu(
    "Surat kuasa OPD",
    "surat_daftar.index",
    Permission.SURAT_BANTU,
    awalan=("/surat-kuasa", "/tarif"),
    urutan=20,
)
add_menu(
    "Surat kuasa",
    "surat_daftar.index",
    Permission.SURAT_SENDIRI,
    awalan=("/surat-kuasa", "/berkas"),
    urutan=50,
    kecuali=Permission.SURAT_BANTU,
)


@bp.get("/surat-kuasa")
@requires(Permission.SURAT_SENDIRI, Permission.SURAT_BANTU)
def index() -> ResponseReturnValue:
    """The list for operators; everybody else is led to the own letter."""
    if pelaku().can(Permission.SURAT_BANTU):
        return _list(AsliBanyakForm(formdata=None))
    asn_id = pelaku().asn_id
    own = queries.list_versi(asn_id, seen_by=pelaku()) if asn_id else []
    if own:
        return redirect(url_for("surat_kuasa.show", surat_id=own[0].id), 303)
    return render_page("surat_kuasa/belum.html")


@bp.post("/surat-kuasa/asli")
@requires(Permission.SURAT_BANTU)
def move_originals() -> Response:
    """Note for several letters at once where the originals are; all of them, or none with the reason."""
    form = AsliBanyakForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            # In their own order, so that two operators cannot wait for each other.
            for surat_id in form.surat.data:
                surat = queries.get_surat(surat_id, seen_by=pelaku(), untuk_diubah=True)
                try:
                    asli.pindah_asli(surat, form.ke.data, by=pelaku())
                except RuleError as refused:
                    refused.pesan = f"Surat {surat.nomor or surat.ref}: {refused.pesan}"
                    raise
            return finish(
                url_for("surat_daftar.index"),
                f"{len(form.surat.data)} lembar asli dicatat: {form.ke.data.label}.",
            )
    return _list(form)


def _list(form: AsliBanyakForm) -> Response:
    saring = DaftarForm()
    saring.validate()
    page = queries.list_surat(
        seen_by=pelaku(),
        status=saring.status.data,
        asli_di=saring.asli_di.data,
        cari=saring.cari.data or "",
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=runtime().profil.batas.baris_per_halaman,
    )
    actor, seen = pelaku(), len(page.baris)
    # A refused form shows the names as well: the look is noted whatever becomes of the request.
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar="surat_kuasa", jumlah=seen))
    return render_page(
        "surat_kuasa/daftar.html",
        "daftar_surat",
        status=form.status,
        form=form,
        saring=saring,
        halaman=page,
        lanjutan=bool(request.args.get("sesudah")),
    )
