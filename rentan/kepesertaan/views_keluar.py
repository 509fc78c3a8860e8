"""A14 for the verifikator: find an accepted sponsorship, end it because of its worker."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.kepesertaan import keluar
from rentan.kepesertaan.forms import CariForm
from rentan.kepesertaan.forms_keluar import KeluarForm
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("keluar", __name__)


@bp.get("/verifikasi/keluar")
@requires(Permission.VERIFIKASI)
def index() -> Response:
    """Accepted sponsorships by the worker's name."""
    by, form = pelaku(), CariForm()
    form.validate()
    banyak = runtime().profil.batas.baris_per_halaman
    rows = keluar.list_diterima(
        seen_by=by,
        cari=form.cari.data or "",
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=banyak + 1,
    )
    shown = rows[:banyak]
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="asuhan_diterima", jumlah=len(shown)))
    return render_page(
        "kepesertaan/keluar_daftar.html",
        "daftar",
        status=form.status,
        form=form,
        baris=shown,
        lanjutan=bool(request.args.get("sesudah")),
        sesudah=shown[-1].id if len(rows) > banyak else None,
    )


@bp.route("/verifikasi/keluar/<uuid:asuhan_id>", methods=["GET", "POST"])
@requires(Permission.VERIFIKASI)
def drop(asuhan_id: uuid.UUID) -> Response:
    """A14 with the reason and what it rests on."""
    if request.method == "POST" and (earlier := answered_before()):
        return earlier
    by, posting = pelaku(), request.method == "POST"
    asuhan = keluar.get_diterima(asuhan_id, seen_by=by, untuk_diubah=posting)
    form = KeluarForm(data={"versi": asuhan.versi})
    if form.accepts() and form.alasan.data and form.pada.data:
        with form.rules():
            keluar.drop_worker(
                asuhan,
                form.alasan.data,
                pada=form.pada.data,
                catatan=form.catatan.data or "",
                by=by,
                versi=form.versi.data,
            )
            return finish(url_for(".index"), "Asuhan diakhiri. Donatur diminta memilih pekerja berikutnya.")
        asuhan = keluar.get_diterima(asuhan_id, seen_by=by)
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=asuhan.pekerja, daftar="akhiri_asuhan", jumlah=1)
    )
    return render_page("kepesertaan/keluar.html", "isi", status=form.status, form=form, asuhan=asuhan)
