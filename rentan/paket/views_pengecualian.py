"""Exceptions: lines of answers that fit nowhere, each taken by somebody and settled with a word on it."""

from __future__ import annotations

import uuid

from flask import Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.paket import queries
from rentan.paket.forms import AmbilForm, SelesaiForm
from rentan.paket.models import Pengecualian
from rentan.paket.penangan import penangan_of
from rentan.paket.status import JenisPaket
from rentan.paket.urus import Isian, ambil_pengecualian, penyelesai_of, selesaikan_pengecualian
from rentan.paket.views import bp
from rentan.util.angka import format_angka
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

P = Permission
_SIAPA = (P.MANDAT_KIRIM, P.DEBET_KELOLA, P.KEPESERTAAN_KELOLA)


@bp.get("/paket/pengecualian")
@requires(*_SIAPA)
def list_exceptions() -> Response:
    """Open ones (all, without an owner, the own, overdue), or those that are settled."""
    by = pelaku()
    jenis = next((one for one in JenisPaket if one.value == request.args.get("jenis", "")), None)
    selesai = request.args.get("status") == "selesai"
    wanted = "" if selesai else request.args.get("urusan", "")
    urusan = next((one for one in queries.Urusan if one.value == wanted), None)
    rows = queries.list_pengecualian(
        seen_by=by,
        jenis=jenis,
        selesai=selesai,
        urusan=urusan,
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=51,
    )
    asal = next((penangan_of(one).halaman for one in JenisPaket if one in queries.jenis_terlihat(by)), None)
    return render_page(
        "paket/pengecualian.html",
        "daftar",
        baris=rows[:50],
        sesudah=rows[49].id if len(rows) > 50 else None,
        selesai=selesai,
        urusan=urusan,
        Urusan=queries.Urusan,
        saya=by.akun_id,
        jumlah=format_angka(queries.count_pengecualian(seen_by=by, jenis=jenis)),
        nama=queries.nama_akun([one.selesai_oleh for one in rows] + [one.pemilik_id for one in rows]),
        asal=url_for(asal) if asal else None,
    )


@bp.route("/paket/pengecualian/<uuid:pengecualian_id>", methods=["GET", "POST"])
@requires(*_SIAPA)
def close_exception(pengecualian_id: uuid.UUID) -> Response:
    """One exception: what it says, what can be done, and the form that settles it."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    row = queries.get_pengecualian(pengecualian_id, seen_by=pelaku())
    form = _form(row)
    if form.accepts():
        with form.rules():
            row = queries.get_pengecualian(pengecualian_id, seen_by=pelaku(), untuk_diubah=True)
            selesaikan_pengecualian(
                row,
                catatan=form.catatan.data or "",
                by=pelaku(),
                versi=form.versi.data,
                tindakan=form.tindakan.data or "catatan",
                isian=Isian(form.tanggal.data, (form.ref_bank.data or "").upper(), form.kode.data or ""),
            )
            return finish(url_for(".list_exceptions"), "Pengecualian diselesaikan.")
    return _show(pengecualian_id, form)


@bp.post("/paket/pengecualian/<uuid:pengecualian_id>/ambil")
@requires(*_SIAPA)
def take_exception(pengecualian_id: uuid.UUID) -> Response:
    """Take it over, with a date."""
    if answer := answered_before():
        return answer
    form = AmbilForm()
    if form.accepts():
        with form.rules():
            row = queries.get_pengecualian(pengecualian_id, seen_by=pelaku(), untuk_diubah=True)
            ambil_pengecualian(row, tenggat=form.tenggat.data, by=pelaku(), versi=form.versi.data)
            return finish(
                url_for(".close_exception", pengecualian_id=pengecualian_id),
                "Anda sekarang pemilik pengecualian ini.",
            )
    return _show(pengecualian_id, ambil=form)


def _form(row: Pengecualian) -> SelesaiForm:
    form = SelesaiForm(obj=row)
    penyelesai = penyelesai_of(row.jenis)
    steps = list(penyelesai.tindakan(row)) if penyelesai and row.selesai_pada is None else []
    form.tindakan.pilihan = [
        *((one.kunci, one.label, one.akibat) for one in steps),
        ("catatan", "Hanya catatan", "Tidak ada yang berubah selain pengecualian ini ditutup."),
    ]
    form.kode.pilihan = list(penyelesai.pilihan_kode()) if penyelesai else []
    form.perlu = frozenset().union(*(one.isian for one in steps))
    return form


def _show(
    pengecualian_id: uuid.UUID, form: SelesaiForm | None = None, ambil: AmbilForm | None = None
) -> Response:
    by = pelaku()
    db.session.rollback()
    row = queries.get_pengecualian(pengecualian_id, seen_by=by)
    penyelesai = penyelesai_of(row.jenis)
    if penyelesai is not None:
        after_reading(
            lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=row, daftar="pengecualian", jumlah=1)
        )
    refused = ambil or form
    return render_page(
        "paket/selesai.html",
        "isi",
        status=refused.status if refused else 200,
        form=form or _form(row),
        ambil=ambil or AmbilForm(formdata=None, obj=row),
        satu=row,
        rincian=penyelesai.rincian(row) if penyelesai else (),
        saya=by.akun_id,
        nama=queries.nama_akun([row.selesai_oleh, row.pemilik_id]),
    )
