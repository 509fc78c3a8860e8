"""Agencies for the admin: names, dates, spellings."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.core.permissions import Permission
from rentan.opd import actions, queries
from rentan.opd.forms import FormEjaan, FormOpd
from rentan.util.teks import rapikan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

bp = Blueprint("opd", __name__)
add_menu("OPD", "opd.list_opd", Permission.ASN_KELOLA, awalan="/opd", urutan=70)


@bp.get("/opd")
@requires(Permission.ASN_KELOLA)
def list_opd() -> Response:
    """All agencies and the spellings known for them."""
    return _list(_form_ejaan())


@bp.route("/opd/<uuid:opd_id>", methods=["GET", "POST"])
@requires(Permission.ASN_KELOLA)
def change(opd_id: uuid.UUID) -> Response:
    """Rename or date one agency."""
    opd = queries.get_opd(opd_id)
    form = FormOpd(obj=opd)
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            actions.change_opd(
                opd,
                nama=form.nama.data,
                singkatan=form.singkatan.data,
                berlaku_mulai=form.berlaku_mulai.data,
                berlaku_sampai=form.berlaku_sampai.data,
                versi=form.versi.data,
                by=pelaku(),
            )
            return finish(url_for("opd.list_opd"), f"{form.nama.data} disimpan.")
    opd = queries.get_opd(opd_id)  # as stored: a refusal has rolled back what was read before
    beda = form.differences(FormOpd(formdata=None, obj=opd), opd.versi)
    return render_page("opd/ubah.html", "ubah", form=form, opd=opd, beda=beda)


@bp.post("/opd/ejaan")
@requires(Permission.ASN_KELOLA)
def map_spelling() -> Response:
    """Remember what a spelling means."""
    form = _form_ejaan()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            opd = queries.get_opd(form.opd.data)
            actions.map_ejaan(form.ejaan.data, opd, by=pelaku())
            return finish(url_for("opd.list_opd"), f"Ejaan itu sekarang berarti {opd.nama}.")
    return _list(form)


@bp.post("/opd/ejaan/hapus")
@requires(Permission.ASN_KELOLA)
def forget_spelling() -> Response:
    """Make a spelling unknown again."""
    actions.forget_ejaan(rapikan(request.form.get("ejaan", "")), by=pelaku())
    return finish(url_for("opd.list_opd"), "Ejaan itu tidak dipakai lagi.")


def _form_ejaan() -> FormEjaan:
    form = FormEjaan()
    form.opd.pilihan = [(one.id, f"{one.nama} ({one.kode})") for one in queries.list_opd()]
    return form


def _list(form: FormEjaan) -> Response:
    semua = queries.list_semua_opd()
    return render_page(
        "opd/daftar.html",
        form=form,
        semua=semua,
        nama_induk={one.id: one.singkatan for one in semua},
        ejaan=queries.list_ejaan(),
    )
