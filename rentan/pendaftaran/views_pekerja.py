"""Step 2: workers typed in, taken from the own holds, corrected, removed."""

from __future__ import annotations

import uuid
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from rentan.asuhan.models import Asuhan
from rentan.core.subject import reveal
from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.naskah import naskah
from rentan.pendaftaran import actions_pekerja as actions
from rentan.pendaftaran.forms import AmbilForm, LangkahForm, PekerjaForm, UbahPekerjaForm
from rentan.pendaftaran.queries import load_keadaan
from rentan.pendaftaran.views_rangka import back_or, bp, closed, own, render_step
from rentan.web.access import pelaku
from rentan.web.transaction import answered_before, finish

#: htmx asks for the explanation while the number is typed (the fragment of the room ``asuhan``).
PERIKSA_NIK = {
    "hx-post": "/asuhan/nik",
    "hx-trigger": "input changed delay:600ms, change from:#tanggal_lahir, change from:#jenis_kelamin-isian",
    "hx-target": "#nik-info",
    "hx-sync": "this:replace",
}


@bp.route("/pekerja", methods=["GET"])
@own
def list_workers() -> ResponseReturnValue:
    keadaan = load_keadaan(seen_by=pelaku())
    if elsewhere := closed(keadaan):
        return elsewhere
    return _workers(LangkahForm(formdata=None))


@bp.route("/pekerja", methods=["POST"], endpoint="add_worker_here")
@bp.route("/pekerja/tambah", methods=["GET", "POST"])
@own
def add_worker() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if elsewhere := closed(keadaan):
        return elsewhere
    form = PekerjaForm()
    if form.accepts():
        with form.rules():
            actions.add_pekerja(
                keadaan,
                _data_pekerja(form),
                diberi_tahu_pada=form.diberi_tahu_pada.data,
                alasan_peringatan=form.alasan_peringatan.data,
                cetak_ulang=form.cetak_ulang.data,
                by=pelaku(),
            )
            return finish(url_for(".list_workers"), "Pekerja tersimpan dalam draf pendaftaran Anda.")
    return render_step(
        "pekerja", "pendaftaran/tambah_pekerja.html", form, naskah=naskah(), periksa_nik=PERIKSA_NIK
    )


@bp.route("/pekerja/<uuid:asuhan_id>/ambil", methods=["POST"])
@own
def take_worker(asuhan_id: uuid.UUID) -> ResponseReturnValue:
    """A held worker comes into the sign-up."""
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=True)
    form = _take_form(actions.get_held(keadaan, asuhan_id))
    if form.accepts():
        with form.rules():
            actions.take_pekerja(
                keadaan,
                asuhan_id,
                diberi_tahu_pada=form.diberi_tahu_pada.data if isinstance(form, AmbilForm) else None,
                cetak_ulang=form.cetak_ulang.data,
                by=pelaku(),
            )
            return finish(url_for(".list_workers"), "Pekerja masuk ke pendaftaran Anda.")
    return _workers(form, asuhan_id)


def _take_form(held: Asuhan, **options: Any) -> LangkahForm:
    """What is asked when this worker comes in: the notice too, when nobody has told him yet."""
    kind = AmbilForm if held.pekerja.diberi_tahu_pada is None else LangkahForm
    return kind(**options)


def _workers(form: LangkahForm, ditolak: uuid.UUID | None = None) -> ResponseReturnValue:
    """The list; every held worker has a form of its own, with a one-time key and element ids of its own."""
    held = load_keadaan(seen_by=pelaku()).ditahan
    forms = {one.id: _take_form(one, formdata=None, id_awalan=f"ambil-{n}") for n, one in enumerate(held, 1)}
    if ditolak in forms:
        forms[ditolak] = form
    untold = any(isinstance(one, AmbilForm) for one in forms.values())
    return render_step(
        "pekerja", "pendaftaran/pekerja.html", form, ambil=forms, naskah=naskah() if untold else ()
    )


@bp.route("/pekerja/<uuid:asuhan_id>/ubah", methods=["GET", "POST"])
@own
def edit_worker(asuhan_id: uuid.UUID) -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    asuhan = actions.get_own(keadaan, asuhan_id)
    pekerja = asuhan.pekerja
    stored = {
        "nama": pekerja.nama,
        "hp": reveal(pekerja, "hp"),
        "pekerjaan": pekerja.pekerjaan,
        "sektor": pekerja.sektor,
        "lokasi_kerja": pekerja.lokasi_kerja or "",
        "alamat": pekerja.alamat,
        "kelurahan": pekerja.kelurahan_kode,
    }
    form = UbahPekerjaForm(data=stored | {"versi": pekerja.versi})
    if form.accepts():
        with form.rules():
            actions.edit_pekerja(
                keadaan,
                asuhan_id,
                _data_pekerja(form, asuhan),
                versi=form.versi.data,
                cetak_ulang=form.cetak_ulang.data,
                by=pelaku(),
            )
            return finish(back_or(url_for(".list_workers")), "Data pekerja tersimpan.")
    return render_step(
        "pekerja",
        "pendaftaran/ubah_pekerja.html",
        form,
        UbahPekerjaForm(formdata=None, data=stored),
        versi_kini=pekerja.versi,
        asuhan=asuhan,
        boleh_ubah=actions.may_edit(asuhan, pelaku()),
    )


@bp.route("/pekerja/<uuid:asuhan_id>/hapus", methods=["GET", "POST"])
@own
def remove_worker(asuhan_id: uuid.UUID) -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    asuhan = actions.get_own(keadaan, asuhan_id)
    form = LangkahForm(data={"versi": asuhan.versi})
    if form.accepts():
        with form.rules():
            actions.remove_pekerja(
                keadaan, asuhan_id, versi=form.versi.data, cetak_ulang=form.cetak_ulang.data, by=pelaku()
            )
            return finish(url_for(".list_workers"), "Pekerja dihapus dari pendaftaran Anda.")
    return render_step(
        "pekerja", "pendaftaran/hapus_pekerja.html", form, asuhan=asuhan, versi_kini=asuhan.versi
    )


def _data_pekerja(form: Any, asuhan: Any = None) -> DataPekerja:
    """The typed worker; while correcting one, who he is stays as it was."""
    pekerja = asuhan.pekerja if asuhan else None
    return DataPekerja(
        nik=form.nik.data if pekerja is None else "",
        nama=form.nama.data,
        tanggal_lahir=form.tanggal_lahir.data if pekerja is None else pekerja.tanggal_lahir,
        jenis_kelamin=form.jenis_kelamin.data if pekerja is None else pekerja.jenis_kelamin,
        pekerjaan=form.pekerjaan.data,
        sektor=form.sektor.data,
        alamat=form.alamat.data,
        kelurahan_kode=form.kelurahan.data,
        lokasi_kerja=form.lokasi_kerja.data or None,
        hp=form.hp.data,
    )
