"""The work list of matters: for whose role it is the turn, taken with a date, closed with a word."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.iuran import urusan as urus
from rentan.iuran.forms_urusan import AmbilUrusanForm, SelesaiUrusanForm
from rentan.iuran.status import JenisUrusan
from rentan.paket.queries import nama_akun
from rentan.util.angka import format_angka
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("urusan", __name__)
P = Permission
_SIAPA = (P.IURAN_LIHAT, P.SETORAN_KELOLA)
add_menu("Urusan", "urusan.index", P.IURAN_CATAT, P.SETORAN_KELOLA, awalan="/iuran/urusan", urutan=20)
BARIS = 50


def _seen(jumlah: int) -> None:
    """Names were shown (AUD-3)."""
    by = pelaku()
    if jumlah:
        after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="urusan", jumlah=jumlah))


@bp.get("/iuran/urusan")
@requires(*_SIAPA)
def index() -> Response:
    """Open matters (all, without an owner, the own, overdue), or those that are settled."""
    by = pelaku()
    selesai = request.args.get("status") == "selesai"
    saringan = next((one for one in urus.Saringan if one.value == request.args.get("urusan", "")), None)
    jenis = next((one for one in JenisUrusan if one.value == request.args.get("jenis", "")), None)
    rows = urus.list_urusan(
        seen_by=by,
        selesai=selesai,
        saringan=None if selesai else saringan,
        jenis=jenis,
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=BARIS + 1,
    )
    shown = rows[:BARIS]
    _seen(len(shown))
    return render_page(
        "urusan/daftar.html",
        "daftar",
        baris=shown,
        sesudah=shown[-1].urusan.id if len(rows) > BARIS else None,
        selesai=selesai,
        saringan=saringan,
        Saringan=urus.Saringan,
        jenis=jenis,
        saya=by.akun_id,
        jumlah=format_angka(urus.count_terbuka(seen_by=by)),
        nama=nama_akun([one for row in shown for one in (row.urusan.pemilik_id, row.urusan.selesai_oleh)]),
    )


@bp.route("/iuran/urusan/<uuid:urusan_id>", methods=["GET", "POST"])
@requires(*_SIAPA)
def show(urusan_id: uuid.UUID) -> Response:
    """One matter: what is the case, who has taken it, and the form that closes it."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    form = SelesaiUrusanForm()
    if form.accepts():
        with form.rules():
            row = urus.get_urusan(urusan_id, seen_by=pelaku(), untuk_diubah=True)
            urus.selesaikan_urusan(row, catatan=form.catatan.data or "", by=pelaku(), versi=form.versi.data)
            return finish(url_for(".index"), "Urusan diselesaikan.")
    return _show(urusan_id, form)


@bp.post("/iuran/urusan/<uuid:urusan_id>/ambil")
@requires(*_SIAPA)
def take(urusan_id: uuid.UUID) -> Response:
    """Take it over, with a date."""
    if answer := answered_before():
        return answer
    form = AmbilUrusanForm()
    if form.accepts():
        with form.rules():
            row = urus.get_urusan(urusan_id, seen_by=pelaku(), untuk_diubah=True)
            urus.ambil_urusan(row, tenggat=form.tenggat.data, by=pelaku(), versi=form.versi.data)
            return finish(url_for(".show", urusan_id=urusan_id), "Anda sekarang pemilik urusan ini.")
    return _show(urusan_id, ambil=form)


def _show(
    urusan_id: uuid.UUID, form: SelesaiUrusanForm | None = None, ambil: AmbilUrusanForm | None = None
) -> Response:
    by = pelaku()
    db.session.rollback()
    row = urus.get_urusan(urusan_id, seen_by=by)
    _seen(1)
    refused = ambil or (form if form is not None and form.errors else None)
    return render_page(
        "urusan/lihat.html",
        "isi",
        status=refused.status if refused else 200,
        form=form if form is not None and form.errors else SelesaiUrusanForm(formdata=None, obj=row),
        ambil=ambil or AmbilUrusanForm(formdata=None, obj=row),
        satu=row,
        nama_donatur=urus.baris_of(row),
        boleh=by.has(row.pemilik),
        saya=by.akun_id,
        nama=nama_akun([row.selesai_oleh, row.pemilik_id]),
    )
