"""The donor's own page, and the explanation of a NIK while a form is being typed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asuhan import actions, queries
from rentan.asuhan.forms import PeriksaNikForm, TindakanForm
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import henti
from rentan.asuhan.riwayat import kalimat, list_peristiwa
from rentan.asuhan.status import MACHINE, SUDAH_SIAP, TERBUKA, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.core.workflow import offers
from rentan.ext import db
from rentan.pekerja.masa import aman_sampai, keadaan_perlindungan
from rentan.pekerja.status import DAPAT_DIASUH, TERDAFTAR_DI_BPJS
from rentan.tarif.queries import bulan_pertama
from rentan.util.tanggal import awal_bulan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.sisipan import pieces_of
from rentan.web.transaction import answered_before, finish

bp = Blueprint("asuhan", __name__)
add_menu(
    "Pekerja asuhan",
    "asuhan.index",
    Permission.ASUHAN_SENDIRI,
    awalan=("/asuhan", "/siaga", "/kartu"),
    urutan=45,
)


@bp.get("/asuhan")
@requires(Permission.ASUHAN_SENDIRI)
def index() -> Response:
    """The own sponsorships: state in words, timeline, and what may be done."""
    by = pelaku()
    if by.asn_id is None:
        raise NotFound
    rows = queries.list_asuhan(by.asn_id, seen_by=by)
    return render_page(
        "asuhan/daftar.html",
        berjalan=[_shown(one, by) for one in rows if one.status in TERBUKA],
        selesai=[_shown(one, by) for one in rows if one.status not in TERBUKA],
        peristiwa=list_peristiwa(rows),
        **pieces_of("asuhan.index", by),
    )


def _shown(asuhan: Asuhan, by: Pelaku) -> dict[str, Any]:
    # What it costs now, not what the first month once cost.
    kini = awal_bulan(today()) if asuhan.status in SUDAH_SIAP else bulan_pertama(today())
    bulan = max(asuhan.bulan_pertama or kini, kini)
    return {
        "asuhan": asuhan,
        "kalimat": kalimat(asuhan),
        # Cover and card stand apart, each with its own word and date (product.md §3).
        "bpjs": asuhan.pekerja.status not in DAPAT_DIASUH,
        "perlindungan": keadaan_perlindungan(asuhan.pekerja),
        "aman": _aman(asuhan),
        "bulan": bulan,
        "harga": queries.harga(asuhan, bulan).total,
        # Only held and given back: the name was lent for the hold and is the pool's again (AUZ-3).
        "dilepas": asuhan.status not in TERBUKA and asuhan.bulan_pertama is None,
        "boleh": {one.move.peristiwa: one.alasan for one in offers(MACHINE, asuhan, by)},
    }


def _aman(asuhan: Asuhan) -> date | None:
    """Until when the cover surely holds; ``None`` where BPJS has recorded nothing, or it is over."""
    lunas = asuhan.pekerja.lunas_sampai
    return aman_sampai(lunas) if lunas and asuhan.pekerja.status in TERDAFTAR_DI_BPJS else None


@bp.route("/asuhan/<uuid:asuhan_id>/batal", methods=["GET", "POST"])
@requires(Permission.ASUHAN_SENDIRI)
def cancel(asuhan_id: uuid.UUID) -> Response:
    """A15, or A10 for a worker who is ready or paid for, after a page that says what it means; no reason."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    asuhan = queries.get_asuhan_sendiri(asuhan_id, seen_by=pelaku())
    form = TindakanForm(obj=asuhan)
    if form.accepts():
        with form.rules():
            if asuhan.status in SUDAH_SIAP:
                henti(asuhan, alasan="donatur_berhenti", by=pelaku(), versi=form.versi.data)
                return finish(url_for(".index"), "Tercatat: Anda berhenti mengasuh pekerja ini.")
            held = asuhan.status is StatusAsuhan.DITAHAN
            actions.batal(asuhan, by=pelaku(), versi=form.versi.data)
            pesan = "Asuhan dibatalkan. Tidak ada potongan untuk pekerja ini."
            return finish(url_for(".index"), "Pekerja kembali ke daftar calon." if held else pesan)
        asuhan = queries.get_asuhan_sendiri(asuhan_id, seen_by=pelaku())
    peristiwa = "henti" if asuhan.status in SUDAH_SIAP else "batal"
    boleh = {one.move.peristiwa: one.alasan for one in offers(MACHINE, asuhan, pelaku())}
    return render_page(
        "asuhan/batal.html",
        "batal",
        form=form,
        asuhan=asuhan,
        alasan=boleh.get(peristiwa, ""),
        henti=peristiwa == "henti",
        bebas_mulai=bulan_pertama(today()),
    )


@bp.post("/asuhan/<uuid:asuhan_id>/perpanjang")
@requires(Permission.ASUHAN_SENDIRI)
def extend(asuhan_id: uuid.UUID) -> Response:
    """A2: some days more for a hold, once."""
    if answer := answered_before():
        return answer
    asuhan = queries.get_asuhan_sendiri(asuhan_id, seen_by=pelaku())
    form = TindakanForm()
    actions.perpanjang(asuhan, by=pelaku(), versi=form.versi.data)
    return finish(url_for(".index"), "Masa pegang diperpanjang.")


@bp.post("/asuhan/nik")
@requires(Permission.PENDAFTARAN_SENDIRI, Permission.CALON_USULKAN, Permission.SURAT_BANTU)
def explain_nik() -> Response:
    """What a NIK says, and whether its worker can be covered, while the form is being typed; stores nothing.

    A search by NIK is a POST and is logged (MSK-2, AUD-3).
    """
    form = PeriksaNikForm(request.form)
    jawaban, alasan = None, None
    try:
        jawaban = actions.look_up_nik(**form.facts(), by=pelaku())  # type: ignore[arg-type]
        db.session.commit()
    except RuleError as refused:
        db.session.rollback()
        alasan = refused.pesan
    return render_page("asuhan/nik.html", "keterangan_nik", status=200, jawaban=jawaban, alasan=alasan)
