"""Step 4 and the end: print, upload, check answers, send, receipt, give up."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from rentan.berkas.actions import clean_upload
from rentan.berkas.status import JenisBerkas
from rentan.core.cetak import render_dokumen
from rentan.core.errors import NotFound
from rentan.ext import db
from rentan.pendaftaran import actions
from rentan.pendaftaran.forms import FORMULIR_BERKAS, BatalForm, KirimForm, TandaTanganForm
from rentan.pendaftaran.langkah import LANGKAH, kekurangan
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import Keadaan, biaya_untuk, get_pendaftaran, list_terkirim, load_keadaan
from rentan.pendaftaran.ringkasan import ringkasan_jawaban, susun_tanda_terima
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.pendaftaran.views_rangka import bp, closed, own, render_step, steps_shown
from rentan.web.access import pelaku
from rentan.web.forms import BaseForm
from rentan.web.page import after_action, is_partial, render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas


@bp.route("/berkas", methods=["GET", "POST"])
@own
@body_limit(UPLOAD_BYTES)
def papers() -> ResponseReturnValue:
    """Print, sign, upload. A post carries one paper, or the date of the signature (each its own form)."""
    if answer := answered_before():
        return answer
    keadaan = load_keadaan(seen_by=pelaku())
    if elsewhere := closed(keadaan):
        return elsewhere
    sent = [one for one in FORMULIR_BERKAS if one.value in request.files or one.value in request.form]
    if sent and request.method == "POST":
        return _upload(keadaan, sent)
    form = TandaTanganForm(data={"ditandatangani_pada": keadaan.isian.ditandatangani_pada})
    if form.accepts():
        with form.rules():
            actions.save_tanda_tangan(
                load_keadaan(seen_by=pelaku(), lock=True),
                ditandatangani_pada=form.ditandatangani_pada.data,
                by=pelaku(),
            )
            return finish(url_for(".papers"), "Tanggal tanda tangan tersimpan.")
    return _papers(form)


def _upload(keadaan: Keadaan, sent: list[JenisBerkas]) -> ResponseReturnValue:
    """Keep the papers of this post; the sandbox works between two transactions, without the write lock."""
    forms = {one: FORMULIR_BERKAS[one]() for one in sent}
    accepted = [form.accepts() for form in forms.values()]  # every field says its own fault
    first = forms[sent[0]]
    if all(accepted):
        with first.rules():
            _keep(keadaan, {one: form[one.value].data for one, form in forms.items()})
            return _kept(sent)
    refused = next((form for form in forms.values() if form.errors), first)
    block = f"berkas_{sent[0].value}" if len(sent) == 1 else "formulir"
    return _papers(refused, forms, block)


def _keep(keadaan: Keadaan, files: dict[JenisBerkas, FileStorage]) -> None:
    data = {one: (file.stream.read(), file.filename or "") for one, file in files.items()}
    actions.check_unggahan(keadaan, {one: len(content) for one, (content, _) in data.items()}, by=pelaku())
    db.session.rollback()
    clean = {one: clean_upload(content, nama, one, by=pelaku()) for one, (content, nama) in data.items()}
    keadaan = load_keadaan(seen_by=pelaku(), lock=True)
    for one, (content, nama) in data.items():
        actions.upload_berkas(keadaan, one, data=content, nama_file=nama, bersih=clean[one], by=pelaku())
        files[one].stream.seek(0)  # the one-time key is bound to the contents


def _kept(sent: list[JenisBerkas]) -> ResponseReturnValue:
    """htmx gets only the paper's own part: files chosen beside it, not sent yet, stay chosen."""
    pesan, url = f"{', '.join(one.label for one in sent)} tersimpan.", url_for(".papers")
    if not is_partial() or len(sent) > 1:
        return finish(url, pesan)
    finish(url)
    ctx = _papers_context(load_keadaan(seen_by=pelaku()), {})
    return after_action(url, "pendaftaran/berkas.html", f"berkas_{sent[0].value}", pesan, **ctx)


def _papers(
    form: BaseForm,
    forms: dict[JenisBerkas, BaseForm] | None = None,
    block: str = "formulir",
    cetak: BaseForm | None = None,
) -> ResponseReturnValue:
    ctx = _papers_context(load_keadaan(seen_by=pelaku()), forms or {})
    ctx["tanggal"] = form if isinstance(form, TandaTanganForm) else ctx["tanggal"]
    ctx["cetak"] = cetak or ctx["cetak"]
    del ctx["keadaan"]  # the frame of a step brings it
    return render_step("berkas", "pendaftaran/berkas.html", form, block=block, **ctx)


def _papers_context(keadaan: Keadaan, forms: dict[JenisBerkas, BaseForm]) -> dict[str, Any]:
    """The papers as ``templates/surat_kuasa/_kertas.html`` shows them, each form with an own one-time key."""
    kertas = {
        jenis.value: {
            "jenis": jenis,
            "berkas": keadaan.berkas.get(jenis),
            "form": forms.get(jenis) or kind(formdata=None),
            "boleh": keadaan.surat is not None,
            "boleh_lihat": True,
            "tujuan": url_for(".papers"),
        }
        for jenis, kind in FORMULIR_BERKAS.items()
    }
    signed = {"ditandatangani_pada": keadaan.isian.ditandatangani_pada}
    return {
        "keadaan": keadaan,
        "kertas": kertas,
        "surat": keadaan.surat,
        "tanggal": TandaTanganForm(formdata=None, data=signed),
        "cetak": BaseForm(formdata=None),
        "siap_cetak": not any(one.kurang(keadaan) for one in LANGKAH[:-1]),
    }


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
    return _papers(form, cetak=form)


@bp.route("/berkas/versi-baru", methods=["POST"])
@own
def renew_letter() -> ResponseReturnValue:
    """M3: the print does not fit any more."""
    if answer := answered_before():
        return answer
    actions.renew_surat(load_keadaan(seen_by=pelaku(), lock=True), by=pelaku())
    return finish(url_for(".papers"), "Surat versi baru siap dicetak.")


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
        langkah=steps_shown(keadaan, "periksa"),
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
    return kirim_berkas(pdf, "application/pdf", name, lampiran=True)


def _sent(pendaftaran_id: uuid.UUID) -> Pendaftaran:
    row = get_pendaftaran(pendaftaran_id, seen_by=pelaku())
    if row.status is not StatusPendaftaran.DIAJUKAN:
        raise NotFound
    return row
