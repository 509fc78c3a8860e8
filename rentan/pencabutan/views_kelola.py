"""Withdrawals on their way to the bank, for the bendahara."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.permissions import Permission
from rentan.pencabutan import actions, queries
from rentan.pencabutan.forms import AkuiForm, TeruskanForm
from rentan.pencabutan.models import Pencabutan
from rentan.web.access import pelaku, requires
from rentan.web.forms import VersionedForm
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("cabut", __name__)


@bp.get("/autodebet/pencabutan")
@requires(Permission.MANDAT_KIRIM)
def index() -> Response:
    """What the bank must still hear or acknowledge, the oldest first."""
    return _list(None, None)


def _list(refused: VersionedForm | None, refused_id: uuid.UUID | None) -> Response:
    by = pelaku()
    rows = queries.list_pencabutan(seen_by=by)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="pencabutan", jumlah=len(rows)))
    forms = {
        one.id: refused
        if one.id == refused_id and isinstance(refused, TeruskanForm)
        else TeruskanForm(formdata=None, data={"versi": one.versi, "tanggal": today()}, id_awalan=f"p{n}")
        for n, one in enumerate(rows)
    }
    return render_page(
        "pencabutan/daftar.html",
        status=refused.status if refused else 200,
        baris=rows,
        selesai=queries.list_pencabutan(seen_by=by, selesai=True, banyak=20),
        forms=forms,
        refused=refused,
    )


@bp.post("/autodebet/pencabutan/<uuid:pencabutan_id>/teruskan")
@requires(Permission.MANDAT_KIRIM)
def forward(pencabutan_id: uuid.UUID) -> Response:
    """The third date."""
    form = TeruskanForm(id_awalan="p")
    return _do(
        pencabutan_id,
        form,
        lambda row: actions.forward_pencabutan(row, form.tanggal.data, by=pelaku(), versi=form.versi.data),
        "Dicatat: pencabutan diteruskan ke bank.",
    )


@bp.post("/autodebet/pencabutan/<uuid:pencabutan_id>/akui")
@requires(Permission.MANDAT_KIRIM)
def acknowledge(pencabutan_id: uuid.UUID) -> Response:
    """M19."""
    form = AkuiForm()
    return _do(
        pencabutan_id,
        form,
        lambda row: actions.acknowledge_pencabutan(row, by=pelaku(), versi=form.versi.data),
        "Pencabutan selesai: bank sudah mengakuinya.",
    )


def _do(
    pencabutan_id: uuid.UUID, form: VersionedForm, move: Callable[[Pencabutan], None], pesan: str
) -> Response:
    if answer := answered_before():
        return answer
    queries.get_pencabutan(pencabutan_id, seen_by=pelaku())
    if form.accepts():
        with form.rules():
            move(queries.get_pencabutan(pencabutan_id, seen_by=pelaku(), untuk_diubah=True))
            return finish(url_for(".index"), pesan)
    return _list(form, pencabutan_id)
