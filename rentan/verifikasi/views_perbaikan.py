"""The correction loop: for the donor (/perbaikan), for the operator who helps (/surat-kuasa/…/perbaikan)."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.berkas.actions import clean_upload
from rentan.berkas.status import JenisBerkas
from rentan.core.audit import undo_changes
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.core.workflow import offers
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.alasan_bpjs import alasan_of
from rentan.pekerja.koreksi import data_of
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE
from rentan.util.nik import mask_nik
from rentan.verifikasi import perbaikan
from rentan.verifikasi import perbaikan_queries as queries
from rentan.verifikasi.forms_perbaikan import (
    PETUNJUK_BERKAS,
    GantiForm,
    KirimPerbaikanForm,
    KirimSuratForm,
    KoreksiPekerjaForm,
    SanggahForm,
)
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan
from rentan.verifikasi.status import Jawaban
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm
from rentan.web.page import render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import answered_before, finish

bp = Blueprint("perbaikan", __name__)
add_menu("Perbaikan", "perbaikan.index", Permission.PERBAIKAN, awalan="/perbaikan", urutan=46)


@bp.get("/perbaikan")
@requires(Permission.PERBAIKAN)
def index() -> Response:
    """The own open request; for an operator also what waits in the own OPD."""
    return _page(queries.find_surat_sendiri(pelaku()))


@bp.get("/surat-kuasa/<uuid:surat_id>/perbaikan")
@requires(Permission.PERBAIKAN)
def show(surat_id: uuid.UUID) -> Response:
    """The same for one letter of the own OPD."""
    return _page(queries.get_surat_diperbaiki(surat_id, seen_by=pelaku()), satu=True)


@bp.post("/perbaikan/<uuid:butir_id>/berkas")
@requires(Permission.PERBAIKAN)
@body_limit(UPLOAD_BYTES)
def replace(butir_id: uuid.UUID) -> Response:
    """A new paper; it is opened in the sandbox before the transaction that keeps it."""
    butir = queries.get_butir(butir_id, seen_by=pelaku())
    surat_id = butir.permintaan.surat_kuasa_id
    form = GantiForm(id_awalan=f"butir-{butir.urutan}")
    if form.accepts():
        if answer := answered_before():
            return answer
        try:
            jenis = _keep(butir, form)
            return finish(_url(surat_id), f"{jenis.label} pengganti tersimpan.")
        except RuleError as refused:
            if refused.status not in (409, 422):
                raise
            undo_changes()
            refused.field = "berkas"
            form.refuse(refused)
    return _again(surat_id, butir_id, form)


def _keep(butir: ButirPerbaikan, form: GantiForm) -> JenisBerkas:
    """Refuse early, open the file outside any transaction (SQLite has one writer), then keep it."""
    by, butir_id = pelaku(), butir.id
    data, nama = form.berkas.data.stream.read(), form.berkas.data.filename or ""
    jenis = perbaikan.check_replacement(butir, ukuran=len(data), by=by)
    db.session.rollback()
    bersih = clean_upload(data, nama, jenis, by=by)
    butir = queries.get_butir(butir_id, seen_by=by)
    perbaikan.replace_paper(butir, data=data, nama_file=nama, bersih=bersih, by=by)
    return jenis


@bp.post("/perbaikan/<uuid:butir_id>/sanggah")
@requires(Permission.PERBAIKAN)
def contest(butir_id: uuid.UUID) -> Response:
    """Say why it is right as it is."""
    butir = queries.get_butir(butir_id, seen_by=pelaku())
    surat_id = butir.permintaan.surat_kuasa_id
    form = SanggahForm(id_awalan=f"sanggah-{butir.urutan}")
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            perbaikan.contest_point(butir, catatan=form.catatan.data, by=pelaku())
            return finish(_url(surat_id), "Sanggahan tersimpan. Verifikator akan memeriksanya kembali.")
    return _again(surat_id, butir_id, form)


@bp.post("/surat-kuasa/<uuid:surat_id>/perbaikan")
@requires(Permission.PERBAIKAN)
def send(surat_id: uuid.UUID) -> Response:
    """M8: everything is answered."""
    surat = queries.get_surat_diperbaiki(surat_id, seen_by=pelaku())
    form = _send_form(queries.find_terbuka(surat), surat, bound=True)
    if form.accepts():
        if answer := answered_before():
            return answer
        signed = form.ditandatangani_pada.data if isinstance(form, KirimSuratForm) else None
        with form.rules():
            perbaikan.send_repair(surat, ditandatangani_pada=signed, versi=form.versi.data, by=pelaku())
            pesan = "Perbaikan terkirim. Surat kembali ke tempatnya semula dalam antrean verifikator."
            return finish(_url(surat_id), pesan)
    surat = queries.get_surat_diperbaiki(surat_id, seen_by=pelaku())
    return _page(surat, satu=pelaku().asn_id != surat.asn_id, refused=form, kirim=form)


@bp.route("/perbaikan/pekerja/<uuid:asuhan_id>", methods=["GET", "POST"])
@requires(Permission.PERBAIKAN)
def correct(asuhan_id: uuid.UUID) -> Response:
    """A worker's data, while a point or a refusal of BPJS asks for it."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    asuhan, _ = queries.get_asuhan_diperbaiki(asuhan_id, seen_by=pelaku())
    now = data_of(asuhan.pekerja)
    form = KoreksiPekerjaForm(data=_shown(now) | {"versi": asuhan.pekerja.versi})
    if form.accepts():
        with form.rules():
            perbaikan.correct_worker(
                asuhan,
                _typed(form, now.nik),
                alasan_peringatan=form.alasan_peringatan.data,
                versi=form.versi.data,
                by=pelaku(),
            )
            return finish(_after_worker(asuhan_id), "Data pekerja tersimpan.")
        asuhan, _ = queries.get_asuhan_diperbaiki(asuhan_id, seen_by=pelaku())
        now = data_of(asuhan.pekerja)
    butir = queries.find_butir_pekerja(asuhan)
    stored = KoreksiPekerjaForm(formdata=None, data=_shown(now))
    return render_page(
        "verifikasi/koreksi.html",
        "formulir",
        form=form,
        beda=form.differences(stored, asuhan.pekerja.versi),
        asuhan=asuhan,
        nik=mask_nik(now.nik, lahir_terlihat=True),
        kalimat=butir.putusan.kalimat if butir else alasan_of(asuhan.pekerja.alasan_bpjs).kalimat,
        dari_bpjs=butir is None,
        kembali=_url(butir.permintaan.surat_kuasa_id) if butir else url_for(".index"),
    )


def _after_worker(asuhan_id: uuid.UUID) -> str:
    asuhan, butir = queries.get_asuhan_diperbaiki(asuhan_id, seen_by=pelaku())
    return _url(butir.permintaan.surat_kuasa_id) if butir else url_for(".index")


def _shown(data: DataPekerja) -> dict[str, Any]:
    return {
        "nama": data.nama,
        "tanggal_lahir": data.tanggal_lahir,
        "jenis_kelamin": data.jenis_kelamin,
        "hp": data.hp,
        "pekerjaan": data.pekerjaan,
        "sektor": data.sektor,
        "lokasi_kerja": data.lokasi_kerja or "",
        "alamat": data.alamat,
        "kelurahan": data.kelurahan_kode,
    }


def _typed(form: KoreksiPekerjaForm, nik: str) -> DataPekerja:
    return DataPekerja(
        nik=form.nik.data or nik,
        nama=form.nama.data or "",
        tanggal_lahir=form.tanggal_lahir.data,
        jenis_kelamin=form.jenis_kelamin.data,
        pekerjaan=form.pekerjaan.data or "",
        sektor=form.sektor.data,
        alamat=form.alamat.data or "",
        kelurahan_kode=form.kelurahan.data,
        lokasi_kerja=form.lokasi_kerja.data or None,
        hp=form.hp.data,
    )


# -- the page -----------------------------------------------------------------------------------------------


def _url(surat_id: uuid.UUID) -> str:
    """The own letter has the short address, which needs no id."""
    surat = queries.get_surat_diperbaiki(surat_id, seen_by=pelaku())
    own = surat.asn_id == pelaku().asn_id
    return url_for(".index") if own else url_for(".show", surat_id=surat_id)


def _send_form(
    permintaan: PermintaanPerbaikan | None, surat: SuratKuasa, *, bound: bool = False
) -> KirimPerbaikanForm:
    """With a newly signed letter the date on it is asked for, else only the button."""
    again = permintaan is not None and any(
        one.jawaban is Jawaban.DIGANTI and queries.jenis_of(one) is JenisBerkas.SURAT_KUASA
        for one in permintaan.butir
    )
    data = {"versi": surat.versi}  # the new letter has a date of its own: never the old one
    kind = KirimSuratForm if again else KirimPerbaikanForm
    return kind(id_awalan="kirim") if bound else kind(formdata=None, data=data, id_awalan="kirim")


def _again(surat_id: uuid.UUID, butir_id: uuid.UUID, form: BaseForm) -> Response:
    surat = queries.get_surat_diperbaiki(surat_id, seen_by=pelaku())
    own = pelaku().asn_id == surat.asn_id
    return _page(surat, satu=not own, refused=form, butir_id=butir_id)


def _page(
    surat: SuratKuasa | None,
    *,
    satu: bool = False,
    refused: BaseForm | None = None,
    butir_id: uuid.UUID | None = None,
    kirim: KirimPerbaikanForm | None = None,
) -> Response:
    by = pelaku()
    permintaan = queries.find_terbuka(surat) if surat else None
    own = surat is not None and surat.asn_id == by.asn_id
    points = permintaan.butir if permintaan else []
    facts = queries.facts_kirim(permintaan)
    tawaran = {one.move.peristiwa: one for one in offers(MACHINE, surat, by, **facts)} if surat else {}
    bpjs = queries.list_ditolak_bpjs(by, asn_id=surat.asn_id if satu and surat else None)
    return render_page(
        "verifikasi/perbaikan.html",
        status=refused.status if refused else 200,
        satu=satu,
        surat=surat,
        permintaan=permintaan,
        milik_sendiri=own,
        titik=[_point(one, own, refused if one.id == butir_id else None) for one in points],
        diterima=queries.list_diterima(surat) if surat and permintaan else [],
        jadwal=queries.jadwal_of(permintaan) if permintaan else None,
        kirim=kirim or (_send_form(permintaan, surat) if surat and permintaan else None),
        tawaran=tawaran.get("kirim_ulang"),
        bpjs=[(one, alasan_of(one.alasan)) for one in bpjs],
        opd=[] if satu else queries.list_perbaikan_opd(by),
        bpjs_opd=[] if satu else queries.list_bpjs_opd(by),
        basi=[] if satu else queries.list_basi(by),
        refused=refused,
    )


def _point(butir: ButirPerbaikan, own: bool, refused: BaseForm | None) -> dict[str, Any]:
    """One point with its forms; the crop is for the owner alone (AUZ-3)."""
    jenis, putusan = queries.jenis_of(butir), butir.putusan
    asuhan = putusan.asuhan
    return {
        "butir": butir,
        "judul": queries.label_of(butir),
        "jenis": jenis,
        "petunjuk": PETUNJUK_BERKAS.get(jenis) if jenis else None,
        "kalimat": putusan.kalimat,
        "potongan": own and putusan.kiri is not None,
        "lihat": (butir.berkas_baru_id or putusan.berkas_id) if own else None,
        "asuhan": asuhan,
        "dapat_disanggah": butir.jawaban is not Jawaban.DIGANTI,
        "ganti": refused
        if isinstance(refused, GantiForm)
        else GantiForm(formdata=None, id_awalan=f"butir-{butir.urutan}"),
        "sanggah": refused
        if isinstance(refused, SanggahForm)
        else SanggahForm(
            formdata=None, data={"catatan": butir.catatan or ""}, id_awalan=f"sanggah-{butir.urutan}"
        ),
    }
