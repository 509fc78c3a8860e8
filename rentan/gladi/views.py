"""Pages of rehearsals: ask for one, watch it, read what the program did, take the files to practise with."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, url_for

from rentan.core.permissions import Permission
from rentan.gladi import folder
from rentan.gladi.forms import GladiForm
from rentan.paket.queries import list_paket
from rentan.paket.status import JenisPaket
from rentan.util.tanggal import format_bulan
from rentan.web.access import pelaku, polling, requires
from rentan.web.page import after_action, render_page
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("gladi", __name__)
P = Permission


@bp.route("/gladi", methods=["GET", "POST"])
@requires(P.GLADI)
def index() -> Response:
    """The form and the viewer's own rehearsals of the last day."""
    form, by = GladiForm(), pelaku()
    paket = {one.id: one for one in list_paket(JenisPaket.DEBET, seen_by=by, banyak=6) if one.jumlah}
    form.paket.pilihan = [
        (one.id, f"Debet {format_bulan(one.periode)}, {one.jumlah} baris, {one.keadaan}")
        for one in paket.values()
    ]
    if form.is_submitted() and (answer := answered_before()):
        return answer
    if form.accepts():
        with form.rules():
            dipilih = paket[form.paket.data] if form.paket.data else None
            gladi_id = folder.minta_gladi(dipilih, form.salah(), by=by)
            return finish(url_for(".show", gladi_id=gladi_id), "Gladi dimulai pada salinan.")
    return render_page(
        "gladi/index.html", form=form, gladi=folder.list_gladi(seen_by=by), maks=folder.PER_HARI
    )


@bp.get("/gladi/<uuid:gladi_id>")
@requires(P.GLADI)
def show(gladi_id: uuid.UUID) -> Response:
    """What the program did, step by step."""
    return render_page("gladi/lihat.html", g=folder.get_gladi(gladi_id, seen_by=pelaku()))


@bp.get("/gladi/<uuid:gladi_id>/kemajuan")
@requires(P.GLADI)
@polling
def progress(gladi_id: uuid.UUID) -> Response:
    """How far it is; once it is over, the whole page again."""
    found = folder.get_gladi(gladi_id, seen_by=pelaku())
    if found.selesai:
        return after_action(url_for(".show", gladi_id=gladi_id))
    return render_page("gladi/kemajuan.html", "kemajuan", g=found)


@bp.get("/gladi/<uuid:gladi_id>/berkas/<int(max=9999):nomor>")
@requires(P.GLADI)
def file(gladi_id: uuid.UUID, nomor: int) -> Response:
    """The fictional debit file (0) or one of the answers (1, 2): to practise with."""
    nama, data = folder.read_berkas_gladi(folder.get_gladi(gladi_id, seen_by=pelaku()), nomor)
    return kirim_berkas(data, "text/csv", f"gladi-{nama}", lampiran=True)
