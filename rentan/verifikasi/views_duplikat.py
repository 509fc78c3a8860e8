"""Doubtful duplicates, and workers refused by BPJS whose data was corrected: two states side by side."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asuhan.queries import find_terbuka
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import Forbidden, NotFound
from rentan.core.permissions import Peran, Permission
from rentan.core.subject import load_deks
from rentan.ext import db
from rentan.pekerja.alasan_bpjs import alasan_of, kode_giliran
from rentan.pekerja.koreksi import data_of
from rentan.pekerja.models import DugaDuplikat, Pekerja
from rentan.pekerja.queries import HALAMAN, list_duga_duplikat
from rentan.pekerja.status import PutusanDuplikat
from rentan.verifikasi import duplikat, perbaikan_bpjs
from rentan.verifikasi.banding import compare
from rentan.verifikasi.forms_duplikat import BEDA, SAMA, TOLAK, BukaNikForm, PutusanGandaForm
from rentan.verifikasi.forms_perbaikan import TIDAK_LAYAK, PutusanBpjsForm
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.sesaat import show_sesaat
from rentan.web.transaction import answered_before, finish

bp = Blueprint("ganda", __name__)


@bp.get("/verifikasi/ganda")
@requires(Permission.DUPLIKAT_LIHAT)
def index() -> Response:
    """Pairs that may be one person, oldest first; each look at the names is logged."""
    baris = list_duga_duplikat(request.args.get("sesudah", type=uuid.UUID))
    record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="duga_duplikat", jumlah=len(baris))
    return render_page(
        "verifikasi/ganda.html",
        "antrean",
        baris=baris,
        sesudah=baris[-1].id if len(baris) == HALAMAN else None,
    )


@bp.route("/verifikasi/ganda/<uuid:duplikat_id>", methods=["GET", "POST"])
@requires(Permission.DUPLIKAT_LIHAT)
def decide(duplikat_id: uuid.UUID) -> Response:
    """Both records side by side, and the decision (W4)."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    duga = _get(duplikat_id)
    form = _form(duga)
    if form.accepts():
        with form.rules():
            pesan = _decide(duga, form)
            berikut = next((one for one in list_duga_duplikat(limit=2) if one.id != duplikat_id), None)
            url = url_for(".decide", duplikat_id=berikut.id) if berikut else url_for(".index")
            return finish(url, pesan)
        duga = _get(duplikat_id)
    return _pair(duga, form)


@bp.post("/verifikasi/ganda/<uuid:duplikat_id>/nik")
@requires(Permission.DUPLIKAT_LIHAT)
def show_numbers(duplikat_id: uuid.UUID) -> Response:
    """Both whole numbers for a short while; each record's look is logged (MSK-1).

    Not for who is party to it: neither side learns the other's data.
    """
    duga = _get(duplikat_id)
    if duplikat.is_involved(duga, pelaku()):
        raise Forbidden
    form = BukaNikForm()
    if not form.accepts() or duga.mirip is None:
        return _pair(duga, _form(duga, bound=False))
    for one in (duga.pekerja, duga.mirip):
        record(Peristiwa.NIK_DIBUKA, by=pelaku(), objek=one, alasan="dugaan_ganda")
    db.session.commit()
    answer = _pair(duga, _form(duga, bound=False), nik_terbuka=True)
    return show_sesaat(answer, url_for(".decide", duplikat_id=duplikat_id))


def _get(duplikat_id: uuid.UUID) -> DugaDuplikat:
    duga = db.session.get(DugaDuplikat, duplikat_id)
    if duga is None:
        raise NotFound
    return duga


def _form(duga: DugaDuplikat, *, bound: bool = True) -> PutusanGandaForm:
    form = PutusanGandaForm() if bound else PutusanGandaForm(formdata=None)
    form.putusan.pilihan = (BEDA, TOLAK) if duga.mirip is None else (BEDA, SAMA, TOLAK)
    return form


def _decide(duga: DugaDuplikat, form: PutusanGandaForm) -> str:
    facts: dict[str, Any] = {"alasan": form.alasan.data or "", "by": pelaku()}
    if form.putusan.data is PutusanDuplikat.BEDA:
        duplikat.keep_apart(duga, **facts)
        return "Dicatat: dua orang yang berbeda. Pasangan ini tidak ditanyakan lagi."
    if form.putusan.data is PutusanDuplikat.SAMA:
        duplikat.merge_records(duga, nik_baru=form.nik.data == "baru", **facts)
        return "Kedua catatan digabung ke catatan yang lebih lama."
    duplikat.refuse_record(duga, **facts)
    return "Pekerja ditolak; donaturnya diminta memilih pekerja lain."


def _pair(duga: DugaDuplikat, form: PutusanGandaForm, *, nik_terbuka: bool = False) -> Response:
    """The older record stands left; of a pair with an ASN only what tells them apart is shown."""
    by = pelaku()
    record(Peristiwa.NAMA_DILIHAT, by=by, daftar="duga_duplikat", jumlah=2)
    pasangan: list[Pekerja] = [duga.pekerja]
    if duga.mirip is not None:
        pasangan = sorted((duga.pekerja, duga.mirip), key=lambda one: (one.dicatat_pada, one.id))
    load_deks([one.id for one in pasangan])
    page = render_page(
        "verifikasi/ganda_satu.html",
        form=form,
        buka=BukaNikForm(formdata=None),
        duga=duga,
        pasangan=pasangan,
        asuhan=[find_terbuka(one.id) for one in pasangan],
        baris=compare(*(data_of(one) for one in pasangan), nik_terbuka=nik_terbuka)
        if duga.mirip is not None
        else [],
        nik_terbuka=nik_terbuka,
        terlibat=duplikat.is_involved(duga, by),
        menunggu=duga.putusan is PutusanDuplikat.MENUNGGU,
    )
    if request.method == "POST":
        db.session.commit()  # the look itself; a refused decision was rolled back before
    return page


# -- refused by BPJS ----------------------------------------------------------------------------------------


@bp.get("/verifikasi/bpjs")
@requires(Permission.VERIFIKASI)
def list_bpjs() -> Response:
    """Workers whom BPJS refused: corrected ones first."""
    baris = [(one, alasan_of(one.pekerja.alasan_bpjs)) for one in perbaikan_bpjs.list_bpjs()]
    record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="ditolak_bpjs", jumlah=len(baris))
    belum = [(one, alasan) for one, alasan in baris if not one.diperbaiki]
    sendiri = kode_giliran(Peran.VERIFIKATOR)
    return render_page(
        "verifikasi/bpjs.html",
        menunggu=[(one, alasan) for one, alasan in baris if one.diperbaiki],
        putusan=[(one, alasan) for one, alasan in belum if alasan.kode in sendiri],
        donatur=[(one, alasan) for one, alasan in belum if alasan.kode not in sendiri],
    )


@bp.route("/verifikasi/bpjs/<uuid:pekerja_id>", methods=["GET", "POST"])
@requires(Permission.VERIFIKASI)
def decide_bpjs(pekerja_id: uuid.UUID) -> Response:
    """What BPJS refused beside what stands there now, and W10."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    pekerja = perbaikan_bpjs.get_ditolak(pekerja_id)
    form = _bpjs_form(pekerja)
    if form.accepts():
        facts = {"catatan": form.catatan.data, "versi": form.versi.data, "by": pelaku()}
        with form.rules():
            if form.keputusan.data == "perbaiki":
                perbaikan_bpjs.accept_correction(pekerja, **facts)
                pesan = "Perbaikan disetujui. Pekerja diajukan lagi ke BPJS pada daftar berikutnya."
            else:
                perbaikan_bpjs.let_go(pekerja, **facts)
                pesan = "Dicatat: tidak memenuhi syarat. Donatur diminta memilih pekerja lain."
            return finish(url_for(".list_bpjs"), pesan)
        pekerja = perbaikan_bpjs.get_ditolak(pekerja_id)
        form.versi.raw_data, form.versi.data = None, pekerja.versi
    return _refused(pekerja, form)


@bp.post("/verifikasi/bpjs/<uuid:pekerja_id>/nik")
@requires(Permission.VERIFIKASI)
def show_number_bpjs(pekerja_id: uuid.UUID) -> Response:
    """The whole number, before and now, for a short while (MSK-1)."""
    pekerja = perbaikan_bpjs.get_ditolak(pekerja_id)
    if perbaikan_bpjs.is_involved(pekerja, pelaku()):
        raise Forbidden
    form = _bpjs_form(pekerja, bound=False)
    if not BukaNikForm().accepts():
        return _refused(pekerja, form)
    record(Peristiwa.NIK_DIBUKA, by=pelaku(), objek=pekerja, alasan="ditolak_bpjs")
    db.session.commit()
    answer = _refused(pekerja, form, nik_terbuka=True)
    return show_sesaat(answer, url_for(".decide_bpjs", pekerja_id=pekerja_id))


def _bpjs_form(pekerja: Pekerja, *, bound: bool = True) -> PutusanBpjsForm:
    """Approval is offered only when something was corrected; the page says why not (G3)."""
    more: dict[str, Any] = {} if bound else {"formdata": None}
    form = PutusanBpjsForm(data={"versi": pekerja.versi}, **more)
    if perbaikan_bpjs.list_tawaran(pekerja, pelaku())["perbaiki"].alasan:
        form.keputusan.pilihan = (TIDAK_LAYAK,)
    return form


def _refused(pekerja: Pekerja, form: PutusanBpjsForm, *, nik_terbuka: bool = False) -> Response:
    by = pelaku()
    penolakan = perbaikan_bpjs.find_penolakan(pekerja)
    lama, kini = perbaikan_bpjs.data_saat_ditolak(pekerja), data_of(pekerja)
    record(Peristiwa.NAMA_DILIHAT, by=by, daftar="ditolak_bpjs", jumlah=1)
    page = render_page(
        "verifikasi/bpjs_satu.html",
        form=form,
        buka=BukaNikForm(formdata=None),
        pekerja=pekerja,
        alasan=alasan_of(pekerja.alasan_bpjs),
        penolakan=penolakan,
        baris=compare(lama, kini, nik_terbuka=nik_terbuka),
        nik_terbuka=nik_terbuka,
        tawaran=perbaikan_bpjs.list_tawaran(pekerja, by),
        terlibat=perbaikan_bpjs.is_involved(pekerja, by),
    )
    if request.method == "POST":
        db.session.commit()
    return page
