"""Lapsed covers: who can be registered anew, and the decision (W16)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.pekerja.masa import keadaan_perlindungan
from rentan.verifikasi import terhenti
from rentan.verifikasi.forms_perbaikan import DaftarUlangForm
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("terhenti", __name__)


@bp.get("/verifikasi/terhenti")
@requires(Permission.VERIFIKASI)
def index() -> Response:
    """Lapsed workers who still have a donor."""
    by = pelaku()
    baris = terhenti.list_terhenti(seen_by=by)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="terhenti", jumlah=len(baris)))
    return render_page(
        "verifikasi/terhenti.html", baris=[(one, keadaan_perlindungan(one.pekerja)[1]) for one in baris]
    )


@bp.route("/verifikasi/terhenti/<uuid:pekerja_id>", methods=["GET", "POST"])
@requires(Permission.VERIFIKASI)
def decide(pekerja_id: uuid.UUID) -> Response:
    """W16, with a word on who made sure that the worker still works."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    satu = terhenti.get_terhenti(pekerja_id, seen_by=pelaku())
    form = DaftarUlangForm(obj=satu.pekerja)
    if form.accepts():
        with form.rules():
            satu = terhenti.get_terhenti(pekerja_id, seen_by=pelaku(), untuk_diubah=True)
            terhenti.register_again(satu, catatan=form.catatan.data or "", by=pelaku(), versi=form.versi.data)
            return finish(
                url_for(".index"),
                "Pekerja didaftarkan ulang. Petugas BPJS mengajukannya dalam paket berikutnya.",
            )
        satu = terhenti.get_terhenti(pekerja_id, seen_by=pelaku())
    by, pekerja = pelaku(), satu.pekerja
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=pekerja, daftar="terhenti", jumlah=1))
    return render_page(
        "verifikasi/terhenti_satu.html",
        "isi",
        status=form.status,
        form=form,
        satu=satu,
        sumber=keadaan_perlindungan(satu.pekerja)[1],
    )
