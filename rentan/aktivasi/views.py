"""Activation for the ASN, slips for the secretariat."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from rentan.aktivasi import actions, queries
from rentan.aktivasi.forms import AktivasiForm, SlipForm
from rentan.akun.actions import begin_try, check_sandi, forget_tries, hash_sandi
from rentan.core.actor import Pelaku
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.web.access import pelaku, public, request_id, requires
from rentan.web.context import add_menu
from rentan.web.page import after_action, render_page
from rentan.web.tujuan import base_url
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("aktivasi", __name__, url_prefix="/aktivasi")
add_menu("Slip aktivasi", "aktivasi.slips", Permission.AKTIVASI_CETAK, awalan="/aktivasi/slip", urutan=30)

SEMUA, TANPA = "semua", "tanpa"


@bp.route("", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """NIP and the code of the slip open the account; the person chooses the password."""
    form = AktivasiForm()
    if form.accepts():
        alamat = request.remote_addr or ""
        with form.rules():
            # Said before the code is tried: five weak wishes are not five wrong codes.
            check_sandi(form.sandi.data, pribadi=(str(form.nip.data),))
            hash_baru = hash_sandi(form.sandi.data)  # before the first query: it takes 40 ms
            percobaan = begin_try("aktivasi", str(form.nip.data), alamat=alamat)
            db.session.commit()
            tamu = Pelaku(akun_id=None, permintaan_id=request_id(), alamat=alamat)
            actions.activate(
                str(form.nip.data),
                form.kode.data,
                form.sandi.data,
                hash_baru=hash_baru,
                boleh=percobaan.boleh,
                by=tamu,
            )
            forget_tries(percobaan)
            db.session.commit()
            return after_action(
                url_for("akun.sign_in"),
                pesan="Akun Anda sudah aktif. Masuklah dengan NIP dan kata sandi baru Anda.",
            )
    return render_page("aktivasi/aktivasi.html", form=form)


@bp.get("/slip")
@requires(Permission.AKTIVASI_CETAK)
def slips() -> ResponseReturnValue:
    """How many have not activated, by sub-unit; the way to their slips."""
    choices = queries.list_opd(seen_by=pelaku())
    kode = request.args.get("opd") or (choices[0].kode if choices else "")
    opd = queries.get_opd(kode, seen_by=pelaku())
    return _page(opd, SlipForm())


@bp.post("/slip/<kode>")
@requires(Permission.AKTIVASI_CETAK)
def print_slips(kode: str) -> ResponseReturnValue:
    """The PDF; printing voids the slips printed before."""
    opd = queries.get_opd(kode, seen_by=pelaku())
    form = SlipForm()
    form.unit.pilihan = _choices(opd)
    if not form.accepts():
        return _page(opd, form)
    with form.rules():
        return _printed(opd, form.unit.data)
    return _page(queries.get_opd(kode, seen_by=pelaku()), form)


def _printed(opd: Opd, unit: str) -> Response:
    unit_id = None if unit in (SEMUA, TANPA) else uuid.UUID(unit)
    people = queries.list_belum(opd, unit_id=unit_id, tanpa_unit=unit == TANPA)
    codes, sampai, nama_opd, kode_opd = actions.make_codes(people), actions.expiry(), opd.nama, opd.kode
    db.session.rollback()  # drawing thousands of slips takes seconds and must not hold the write lock
    cetakan = actions.render_slips(nama_opd, people, codes, sampai=sampai, alamat=base_url())
    actions.issue_codes(queries.get_opd(kode_opd, seen_by=pelaku()), codes, sampai=sampai, by=pelaku())
    db.session.commit()
    name = f"slip-aktivasi-{kode_opd.lower()}.pdf"
    return kirim_berkas(cetakan.pdf, "application/pdf", name, lampiran=True)


def _choices(opd: Opd) -> list[tuple[str, str]]:
    rows = queries.list_unit(opd)
    units = [(TANPA if row.unit_id is None else str(row.unit_id), row.nama) for row in rows]
    return [(SEMUA, "Semua unit"), *units] if rows else []


def _page(opd: Opd, form: SlipForm) -> Response:
    rows = queries.list_unit(opd)
    return render_page(
        "aktivasi/slip.html",
        form=form,
        opd=opd,
        pilihan_opd=queries.list_opd(seen_by=pelaku()),
        baris=rows,
        ada_asn=bool(rows) or queries.has_asn(opd),
        belum=sum(row.belum for row in rows),
        tercetak=sum(row.tercetak for row in rows),
        semua=SEMUA,
        tanpa=TANPA,
    )
