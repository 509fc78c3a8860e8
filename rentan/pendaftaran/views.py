"""The sign-up wizard: start, four steps, check answers, sending, giving up."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from rentan.berkas.actions import clean_upload
from rentan.berkas.status import JenisBerkas
from rentan.core.cetak import render_dokumen
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja
from rentan.pekerja.naskah import naskah
from rentan.pendaftaran import actions
from rentan.pendaftaran.forms import (
    FORMULIR_BERKAS,
    BatalForm,
    DataDiriForm,
    IuranForm,
    KirimForm,
    LangkahForm,
    PekerjaForm,
    TandaTanganForm,
    UbahPekerjaForm,
    kunci_bulan,
)
from rentan.pendaftaran.langkah import LANGKAH, first_open, kekurangan
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import (
    Keadaan,
    biaya_untuk,
    get_pendaftaran,
    list_terkirim,
    load_keadaan,
)
from rentan.pendaftaran.ringkasan import nama_opd, ringkasan_jawaban, susun_tanda_terima
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.queries import BULAN_KE_DEPAN
from rentan.tarif.price import kelas_untuk
from rentan.tarif.queries import tarif_pada
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm, VersionedForm
from rentan.web.page import is_partial, render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import answered_before, finish

bp = Blueprint("pendaftaran", __name__, url_prefix="/pendaftaran")
own = requires(Permission.PENDAFTARAN_SENDIRI)

add_menu("Pendaftaran", "pendaftaran.index", Permission.PENDAFTARAN_SENDIRI, awalan="/pendaftaran")


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
    )


# -- step 1 ---------------------------------------------------------------------------------------------------


@bp.route("/data-diri", methods=["GET", "POST"])
@own
def own_data() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if closed := _closed(keadaan):
        return closed
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
            return finish(_next("data_diri"), "Data diri tersimpan.")
    return _step(
        "data_diri",
        "pendaftaran/data_diri.html",
        form,
        DataDiriForm(formdata=None, data=stored),
        opd=nama_opd(asn),
    )


# -- step 2 ---------------------------------------------------------------------------------------------------


@bp.route("/pekerja", methods=["GET"])
@own
def list_workers() -> ResponseReturnValue:
    keadaan = load_keadaan(seen_by=pelaku())
    if closed := _closed(keadaan):
        return closed
    return _step("pekerja", "pendaftaran/pekerja.html", LangkahForm(formdata=None))


@bp.route("/pekerja", methods=["POST"], endpoint="add_worker_here")
@bp.route("/pekerja/tambah", methods=["GET", "POST"])
@own
def add_worker() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if closed := _closed(keadaan):
        return closed
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
    return _step("pekerja", "pendaftaran/tambah_pekerja.html", form, naskah=naskah(), periksa_nik={})


@bp.route("/pekerja/<uuid:asuhan_id>/ambil", methods=["POST"])
@own
def take_worker(asuhan_id: uuid.UUID) -> ResponseReturnValue:
    """A held worker comes into the sign-up."""
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=True)
    form = LangkahForm()
    if form.accepts():
        with form.rules():
            actions.take_pekerja(keadaan, asuhan_id, cetak_ulang=form.cetak_ulang.data, by=pelaku())
            return finish(url_for(".list_workers"), "Pekerja masuk ke pendaftaran Anda.")
    return _step("pekerja", "pendaftaran/pekerja.html", form)


@bp.route("/pekerja/<uuid:asuhan_id>/ubah", methods=["GET", "POST"])
@own
def edit_worker(asuhan_id: uuid.UUID) -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    asuhan = actions.find_own(keadaan, asuhan_id)
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
            return finish(url_for(".list_workers"), "Data pekerja tersimpan.")
    return _step(
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
    asuhan = actions.find_own(keadaan, asuhan_id)
    form = LangkahForm(data={"versi": asuhan.versi})
    if form.accepts():
        with form.rules():
            actions.remove_pekerja(
                keadaan, asuhan_id, versi=form.versi.data, cetak_ulang=form.cetak_ulang.data, by=pelaku()
            )
            return finish(url_for(".list_workers"), "Pekerja dihapus dari pendaftaran Anda.")
    return _step("pekerja", "pendaftaran/hapus_pekerja.html", form, asuhan=asuhan, versi_kini=asuhan.versi)


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


# -- step 3 ---------------------------------------------------------------------------------------------------


@bp.route("/iuran", methods=["GET", "POST"])
@own
def contribution() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if closed := _closed(keadaan):
        return closed
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
            return finish(_next("iuran"), "Iuran dan rekening tersimpan.")
    return _step(
        "iuran",
        "pendaftaran/iuran.html",
        form,
        IuranForm(keadaan=keadaan, formdata=None, data=stored),
        **_perkiraan(load_keadaan(seen_by=pelaku()), form),
    )


@bp.route("/iuran/total", methods=["POST"])
@own
def total() -> ResponseReturnValue:
    """What the choices on the page would cost; nothing is stored. Without scripts the whole page comes back."""
    keadaan = load_keadaan(seen_by=pelaku())
    form = IuranForm(keadaan=keadaan)
    form.validate()
    for field in form:
        field.errors = []
    page = _perkiraan(keadaan, form)
    if is_partial():
        return render_page("pendaftaran/iuran.html", "total", status=200, keadaan=keadaan, **page)
    return _step("iuran", "pendaftaran/iuran.html", form, **page)


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
        "usulan": biaya_untuk(keadaan, **wanted | {"periode": BULAN_KE_DEPAN}).puncak,
        "kelas": kelas_untuk(wanted["penghasilan"] or keadaan.penghasilan, tarif_pada(keadaan.bulan_pertama)),
    }


def _warn_account(form: IuranForm) -> None:
    for one in form.nomor_rekening.peringatan:
        flash(one.pesan)


# -- step 4 ---------------------------------------------------------------------------------------------------


@bp.route("/berkas", methods=["GET", "POST"])
@own
@body_limit(UPLOAD_BYTES)
def papers() -> ResponseReturnValue:
    """Print, sign, upload. A post carries one paper, or the date of the signature (each its own form)."""
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku())
    if closed := _closed(keadaan):
        return closed
    forms: dict[str, BaseForm] = {jenis.value: kind() for jenis, kind in FORMULIR_BERKAS.items()}
    forms["tanggal"] = TandaTanganForm(data={"ditandatangani_pada": keadaan.isian.ditandatangani_pada})
    if request.method == "GET":
        return _papers(forms)
    sent = [one for one in FORMULIR_BERKAS if one.value in request.files or one.value in request.form]
    if sent:
        return _upload(keadaan, sent, forms)
    form = forms["tanggal"]
    if form.accepts():
        with form.rules():
            actions.save_tanda_tangan(
                load_keadaan(seen_by=pelaku(), lock=True),
                ditandatangani_pada=form.ditandatangani_pada.data,  # type: ignore[attr-defined]
                by=pelaku(),
            )
            return finish(url_for(".papers"), "Tanggal tanda tangan tersimpan.")
    return _papers(forms, form)


def _upload(keadaan: Keadaan, sent: list[JenisBerkas], forms: dict[str, BaseForm]) -> ResponseReturnValue:
    """Keep the papers of this post. The sandbox works between two transactions: it must not hold the write lock."""
    first = forms[sent[0].value]
    accepted = [forms[one.value].accepts() for one in sent]  # every field says its own fault
    if not all(accepted):
        return _papers(forms, next(forms[one.value] for one in sent if forms[one.value].errors))
    with first.rules():
        papers = {one: forms[one.value][one.value].data for one in sent}
        data = {one: file.stream.read() for one, file in papers.items()}
        actions.check_unggahan(keadaan, {one: len(content) for one, content in data.items()}, by=pelaku())
        db.session.rollback()
        clean = {
            one: clean_upload(content, papers[one].filename or "", one, by=pelaku())
            for one, content in data.items()
        }
        keadaan = load_keadaan(seen_by=pelaku(), lock=True)
        for one, content in data.items():
            actions.upload_berkas(
                keadaan,
                one,
                data=content,
                nama_file=papers[one].filename or "",
                bersih=clean[one],
                by=pelaku(),
            )
            papers[one].stream.seek(0)
        return finish(url_for(".papers"), f"{', '.join(one.label for one in sent)} tersimpan.")
    return _papers(forms, first)


def _papers(forms: dict[str, BaseForm], refused: BaseForm | None = None) -> ResponseReturnValue:
    form = refused or forms["tanggal"]
    return _step("berkas", "pendaftaran/berkas.html", form, forms=forms, cetak=BaseForm(formdata=None))


@bp.route("/berkas/cetak", methods=["POST"])
@own
def print_letter() -> ResponseReturnValue:
    """M2: number, print and freeze the letter."""
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=True)
    form = BaseForm()
    if form.accepts():
        with form.rules():
            actions.print_surat(keadaan, by=pelaku())
            return finish(url_for(".papers"), "Surat kuasa siap. Unduh, cetak, lalu tandatangani.")
    forms: dict[str, BaseForm] = {jenis.value: kind(formdata=None) for jenis, kind in FORMULIR_BERKAS.items()}
    forms["tanggal"] = TandaTanganForm(formdata=None)
    return _step("berkas", "pendaftaran/berkas.html", form, forms=forms, cetak=form)


# -- the end --------------------------------------------------------------------------------------------------


@bp.route("/periksa")
@own
def check() -> ResponseReturnValue:
    return _check(KirimForm(formdata=None))


@bp.route("/kirim", methods=["POST"])
@own
def send() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=True)
    if keadaan.draf is None and (sent := list_terkirim(keadaan.asn.id)):
        # The same button in a second window: the sign-up is there, so its receipt is the answer.
        return redirect(url_for(".receipt", pendaftaran_id=sent[0].id), 303)
    form = KirimForm()
    if form.accepts():
        with form.rules():
            row = actions.send_pendaftaran(keadaan, by=pelaku())
            return finish(url_for(".receipt", pendaftaran_id=row.id))
    return _check(form)


def _check(form: KirimForm) -> ResponseReturnValue:
    keadaan = load_keadaan(seen_by=pelaku())
    if keadaan.draf is None:
        return redirect(url_for(".index"), 303)
    return render_page(
        "pendaftaran/periksa.html",
        form=form,
        keadaan=keadaan,
        langkah=_langkah(keadaan, "periksa"),
        kurang=kekurangan(keadaan),
        bagian=ringkasan_jawaban(keadaan),
        biaya=biaya_untuk(keadaan),
    )


@bp.route("/batal", methods=["GET", "POST"])
@own
def cancel() -> ResponseReturnValue:
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku(), lock=request.method == "POST")
    if keadaan.draf is None:
        return redirect(url_for(".index"), 303)
    form = BatalForm()
    if form.accepts():
        with form.rules():
            actions.cancel_pendaftaran(keadaan, by=pelaku())
            return finish(url_for(".index"), "Pendaftaran dibatalkan. Pekerja dapat dipilih ASN lain.")
    return render_page("pendaftaran/batal.html", form=form, keadaan=load_keadaan(seen_by=pelaku()))


@bp.route("/terima/<uuid:pendaftaran_id>")
@own
def receipt(pendaftaran_id: uuid.UUID) -> ResponseReturnValue:
    """What was sent, under which number, and what happens next."""
    row = _sent(pendaftaran_id)
    return render_page("pendaftaran/terima.html", pendaftaran=row, terima=susun_tanda_terima(row))


@bp.route("/terima/<uuid:pendaftaran_id>/tanda-terima.pdf")
@own
def receipt_pdf(pendaftaran_id: uuid.UUID) -> ResponseReturnValue:
    row = _sent(pendaftaran_id)
    terima = susun_tanda_terima(row)
    pdf = render_dokumen(terima, waktu=terima.waktu).pdf
    name = f"tanda-terima-{terima.nomor.lower()}.pdf"
    return Response(
        pdf, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _sent(pendaftaran_id: uuid.UUID) -> Pendaftaran:
    row = get_pendaftaran(pendaftaran_id, seen_by=pelaku())
    if row.status is not StatusPendaftaran.DIAJUKAN:
        raise NotFound
    return row


# -- shared ---------------------------------------------------------------------------------------------------


def _closed(keadaan: Keadaan) -> Response | None:
    """Steps are closed while a sent letter is under way: the start page says so. A post gets the refusal (422)."""
    if keadaan.surat_lain is None and not keadaan.terkunci:
        return None
    if request.method == "POST":
        actions.require_open(keadaan)
    return redirect(url_for(".index" if keadaan.surat_lain else ".check"), 303)  # type: ignore[return-value]


def _langkah(keadaan: Keadaan, kini: str) -> list[dict[str, Any]]:
    steps = [
        {
            "judul": one.judul,
            "url": url_for(one.endpoint),
            "keadaan": "kini" if one.kunci == kini else ("belum" if one.kurang(keadaan) else "selesai"),
        }
        for one in LANGKAH
    ]
    last = {"judul": "Periksa dan kirim", "keadaan": "kini" if kini == "periksa" else "belum"}
    return [*steps, last | {"url": url_for(".check") if keadaan.draf else None}]


def _next(kunci: str) -> str:
    """Where the button leads: the next step, or back to the check when that is where the donor came from."""
    if request.args.get("kembali") == "periksa":
        return url_for(".check")
    keys = [one.kunci for one in LANGKAH]
    return url_for(LANGKAH[keys.index(kunci) + 1].endpoint)


def _step(
    kunci: str,
    template: str,
    form: BaseForm,
    tersimpan: BaseForm | None = None,
    *,
    versi_kini: int | None = None,
    **ctx: Any,
) -> Response:
    """One step's page; an out-of-date one (409) shows what is stored beside what was typed, and loses neither."""
    keadaan = load_keadaan(seen_by=pelaku())
    beda: list[dict[str, str]] = []
    if form.status == 409 and isinstance(form, VersionedForm):
        current = keadaan.isian.versi_langkah(kunci) if versi_kini is None else versi_kini
        form.versi.raw_data, form.versi.data = None, current
        beda = _differences(form, tersimpan) if tersimpan else []
    return render_page(
        template,
        "formulir",
        form=form,
        keadaan=keadaan,
        langkah=_langkah(keadaan, kunci),
        beda=beda,
        kembali="periksa" if request.args.get("kembali") == "periksa" else None,
        **({"biaya": biaya_untuk(keadaan)} | ctx),
    )


def _differences(form: BaseForm, tersimpan: BaseForm) -> list[dict[str, str]]:
    rows = []
    for field in form:
        other = tersimpan._fields.get(field.name)
        if other is None or field.name in ("csrf_token", "kunci_formulir", "versi", "cetak_ulang"):
            continue
        mine, theirs = _shown(field), _shown(other)
        if mine != theirs:
            rows.append({"label": field.label.text, "tersimpan": theirs, "isian_anda": mine})
    return rows


def _shown(field: Any) -> str:
    """A field's value as people read it: the label of a choice, else the text of the input."""
    if hasattr(field, "opsi"):
        return next((one.label for one in field.opsi() if one.terpilih), "")
    return str(field._value())
