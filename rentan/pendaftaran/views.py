"""The sign-up wizard: start page, own data, contribution; the other steps stand in ``views_…``."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from rentan.core.actor import Pelaku
from rentan.core.permissions import Permission
from rentan.core.subject import reveal
from rentan.pendaftaran import actions, views_kirim, views_pekerja  # noqa: F401 (the blueprint must be whole)
from rentan.pendaftaran.forms import DataDiriForm, IuranForm, kunci_bulan
from rentan.pendaftaran.langkah import LANGKAH, first_open
from rentan.pendaftaran.queries import BELUM_TERKIRIM, Keadaan, biaya_untuk, list_terkirim, load_keadaan
from rentan.pendaftaran.ringkasan import harga_seorang, nama_opd
from rentan.pendaftaran.views_rangka import bp, closed, next_step, own, render_step
from rentan.surat_kuasa.queries import BULAN_KE_DEPAN, catatan_bank, find_berjalan
from rentan.tarif.price import kelas_untuk
from rentan.tarif.queries import tarif_pada
from rentan.web.access import pelaku
from rentan.web.context import add_menu
from rentan.web.page import is_partial, render_page
from rentan.web.sisipan import add_piece
from rentan.web.transaction import answered_before, finish

add_menu("Pendaftaran", "pendaftaran.index", Permission.PENDAFTARAN_SENDIRI, awalan="/pendaftaran", urutan=40)


@bp.route("")
@own
def index() -> ResponseReturnValue:
    """Where the sign-up stands: begin, go on, or what happens to what was sent."""
    keadaan = load_keadaan(seen_by=pelaku())
    return render_page(
        "pendaftaran/mulai.html",
        keadaan=keadaan,
        langkah=LANGKAH,
        berikut=first_open(keadaan),
        terkirim=list_terkirim(keadaan.asn.id),
        biaya=biaya_untuk(keadaan),
        seorang=harga_seorang(keadaan),
        catatan_bank=catatan_bank(keadaan.surat),
    )


def _under_way(by: Pelaku) -> dict[str, Any]:
    """For the pages of the pool and of the own workers: is a sent letter in the way of new ones?"""
    surat = find_berjalan(by.asn_id) if by.asn_id else None
    return {"surat_diproses": surat is not None and surat.status not in BELUM_TERKIRIM}


add_piece("asuhan.index", _under_way)
add_piece("calon.index", _under_way)


# -- step 1 ----------------------------------------------------------------------------------------------


@bp.route("/data-diri", methods=["GET", "POST"])
@own
def own_data() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if elsewhere := closed(keadaan):
        return elsewhere
    asn, isian = keadaan.asn, keadaan.isian
    stored = {
        "alamat": isian.alamat or reveal(asn, "alamat") or "",
        "kelurahan": isian.kelurahan or asn.kelurahan_kode,
        "hp": isian.hp or reveal(asn, "hp"),
    }
    form = DataDiriForm(data=stored | {"versi": isian.versi_langkah("data_diri")})
    if form.accepts():
        with form.rules():
            actions.save_data_diri(
                keadaan,
                alamat=form.alamat.data,
                kelurahan=form.kelurahan.data,
                hp=form.hp.data,
                versi=form.versi.data,
                cetak_ulang=form.cetak_ulang.data,
                by=pelaku(),
            )
            return finish(next_step("data_diri"), "Data diri tersimpan.")
    return render_step(
        "data_diri",
        "pendaftaran/data_diri.html",
        form,
        DataDiriForm(formdata=None, data=stored),
        opd=nama_opd(asn),
    )


# -- step 3 ----------------------------------------------------------------------------------------------


@bp.route("/iuran", methods=["GET", "POST"])
@own
def contribution() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if elsewhere := closed(keadaan):
        return elsewhere
    stored = _stored_iuran(keadaan)
    form = IuranForm(keadaan=keadaan, data=stored | {"versi": keadaan.isian.versi_langkah("iuran")})
    if form.accepts():
        with form.rules():
            actions.save_iuran(
                keadaan,
                program=form.program.data,
                penghasilan=form.penghasilan.data,
                periode=form.periode.data,
                bulan_pertama=form.bulan_dipilih,
                nomor_rekening=form.nomor_rekening.data,
                nama_rekening=form.nama_rekening.data,
                plafon=form.plafon.data,
                versi=form.versi.data,
                cetak_ulang=form.cetak_ulang.data,
                by=pelaku(),
            )
            _warn_account(form)
            return finish(next_step("iuran"), "Iuran dan rekening tersimpan.")
    return render_step(
        "iuran",
        "pendaftaran/iuran.html",
        form,
        IuranForm(keadaan=keadaan, formdata=None, data=stored),
        **_perkiraan(load_keadaan(seen_by=pelaku()), form),
    )


@bp.route("/iuran/total", methods=["POST"])
@own
def total() -> ResponseReturnValue:
    """What the choices on the page would cost; nothing is stored. Without scripts the page comes back."""
    keadaan = load_keadaan(seen_by=pelaku())
    form = IuranForm(keadaan=keadaan)
    form.validate()
    for field in form:
        field.errors = []
    page = _perkiraan(keadaan, form)
    if is_partial():
        return render_page("pendaftaran/iuran.html", "total", status=200, keadaan=keadaan, **page)
    return render_step("iuran", "pendaftaran/iuran.html", form, **page)


def _stored_iuran(keadaan: Keadaan) -> dict[str, Any]:
    isian = keadaan.isian
    return {
        "program": keadaan.program,
        "penghasilan": keadaan.penghasilan,
        "periode": keadaan.periode,
        "bulan_pertama": kunci_bulan(keadaan.bulan_pertama),
        "nomor_rekening": isian.nomor_rekening,
        "nama_rekening": isian.nama_rekening or keadaan.asn.nama,
        "plafon": isian.plafon,
    }


def _perkiraan(keadaan: Keadaan, form: IuranForm) -> dict[str, Any]:
    """The total for what stands in the form now; what is unreadable there counts as not chosen."""
    wanted = {
        "program": form.program.data,
        "penghasilan": form.penghasilan.data,
        "periode": form.periode.data,
        "bulan_pertama": form.bulan_dipilih,
    }
    return {
        "biaya": biaya_untuk(keadaan, **wanted),
        "setahun": biaya_untuk(keadaan, **wanted | {"periode": BULAN_KE_DEPAN}),
        "kelas": kelas_untuk(wanted["penghasilan"] or keadaan.penghasilan, tarif_pada(keadaan.bulan_pertama)),
    }


def _warn_account(form: IuranForm) -> None:
    for one in form.nomor_rekening.peringatan:
        flash(one.pesan)
