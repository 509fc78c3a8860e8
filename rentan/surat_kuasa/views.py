"""Pages of the letter: its state and what comes next, print, papers, versions, the way of the original."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import FileStorage

from rentan.berkas.actions import clean_upload
from rentan.berkas.queries import list_kini, read_bersih
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran, Permission
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.surat_kuasa import actions, asli, queries
from rentan.surat_kuasa.cari_asli import nama_petugas
from rentan.surat_kuasa.forms import (
    FORM_BERKAS,
    AsliForm,
    BatalForm,
    CetakForm,
    KirimForm,
    UbahForm,
)
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.riwayat import kejadian_surat
from rentan.surat_kuasa.status import BERJALAN, StatusSurat, in_service
from rentan.util.rekening import mask_rekening
from rentan.web.access import pelaku, requires
from rentan.web.forms import BaseForm
from rentan.web.page import after_action, is_partial, render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("surat_kuasa", __name__)

_SURAT = (Permission.SURAT_SENDIRI, Permission.SURAT_BANTU)


@bp.get("/surat-kuasa/<uuid:surat_id>")
@requires(*_SURAT, Permission.BERKAS_ASAL, Permission.ASLI_PINDAH)
def show(surat_id: uuid.UUID) -> Response:
    """One version: where it stands, what comes next."""
    return _page(queries.get_surat(surat_id, seen_by=pelaku()))


@bp.route("/surat-kuasa/<uuid:surat_id>/cetak.pdf", methods=["GET", "POST"])
@requires(*_SURAT, Permission.BERKAS_ASAL)
def print_letter(surat_id: uuid.UUID) -> Response:
    """POST makes and freezes the letter (M2); GET gives the frozen bytes, the same each time."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    if request.method == "POST":
        return _print(surat)
    berkas = queries.find_cetakan(surat)
    if berkas is None:
        raise NotFound
    if not _sees_print(surat):
        raise Forbidden
    record(Peristiwa.SURAT_DILIHAT, by=pelaku(), objek=surat, versi=surat.urutan_versi)
    name = f"surat-kuasa-{surat.ref.lower()}-versi-{surat.urutan_versi}.pdf"
    return kirim_berkas(read_bersih(berkas), berkas.mime, name, lampiran=True)


def _print(surat: SuratKuasa) -> Response:
    form = CetakForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            actions.cetak(surat, kertas=form.kertas.data, versi=form.versi.data, by=pelaku())
            return finish(_url(surat), "Surat kuasa siap. Unduh, cetak, lalu tandatangani di atas meterai.")
    return _page(surat, cetak=form)


@bp.route("/surat-kuasa/<uuid:surat_id>/unggah", methods=["GET", "POST"])
@requires(*_SURAT)
@body_limit(UPLOAD_BYTES)
def upload(surat_id: uuid.UUID) -> Response:
    """The three papers, each with its own form; a paper is opened before the transaction that keeps it."""
    queries.get_surat(surat_id, seen_by=pelaku())
    sent = [jenis for jenis in WAJIB_UNGGAH if jenis.value in request.files]
    if request.method == "POST" and not sent:
        sent = [JenisBerkas.SURAT_KUASA]  # its form says that a file must be chosen
    forms = {jenis: _paper_form(jenis, bound=jenis in sent) for jenis in WAJIB_UNGGAH}
    accepted = [forms[jenis].accepts() for jenis in sent]  # all of them, so that all errors show
    if sent and all(accepted):
        if answer := answered_before():
            return answer
        try:
            _keep(surat_id, {jenis: forms[jenis][jenis.value].data for jenis in sent})
            return _after_upload(surat_id, sent)
        except RuleError as refused:
            if refused.status not in (409, 422):
                raise
            undo_changes()
            named = next((jenis for jenis in sent if jenis.value == refused.field), sent[0])
            forms[named].refuse(refused)
    return _papers(surat_id, forms, sent)


def _keep(surat_id: uuid.UUID, files: dict[JenisBerkas, FileStorage]) -> None:
    """Refuse what can be refused, open the files in the sandbox outside any transaction, then keep them.

    SQLite has one writer: others must not wait for a parser.
    """
    actor = pelaku()
    surat = queries.get_surat(surat_id, seen_by=actor)
    read = {jenis: (file.stream.read(), file.filename or "") for jenis, file in files.items()}
    for jenis, (data, _) in read.items():
        actions.check_unggahan(surat, jenis, ukuran=len(data), by=actor)
    db.session.rollback()
    clean = {jenis: clean_upload(data, nama, jenis, by=actor) for jenis, (data, nama) in read.items()}
    surat = queries.get_surat(surat_id, seen_by=actor, untuk_diubah=True)
    for jenis, (data, nama) in read.items():
        actions.unggah_berkas(surat, jenis=jenis, data=data, nama_file=nama, bersih=clean[jenis], by=actor)


def _after_upload(surat_id: uuid.UUID, sent: list[JenisBerkas]) -> Response:
    """Commit; htmx gets the paper's own part of the page, everyone else the page again."""
    pesan = f"{', '.join(one.label for one in sent)} tersimpan."
    url = url_for(".upload", surat_id=surat_id)
    if not is_partial() or len(sent) > 1:
        return finish(url, pesan)
    finish(url)
    block = f"berkas_{sent[0].value}"
    return after_action(url, "surat_kuasa/unggah.html", block, pesan, **_papers_context(surat_id))


def _paper_form(jenis: JenisBerkas, *, bound: bool = False) -> BaseForm:
    """Three forms on one page: each with an own one-time key, only the one sent carries what was sent."""
    return FORM_BERKAS[jenis]() if bound else FORM_BERKAS[jenis](formdata=None)


def _papers(surat_id: uuid.UUID, forms: dict[JenisBerkas, BaseForm], sent: list[JenisBerkas]) -> Response:
    status = max((forms[jenis].status for jenis in sent), default=200)
    block = f"berkas_{sent[0].value}" if len(sent) == 1 else None
    return render_page("surat_kuasa/unggah.html", block, status, **_papers_context(surat_id, forms))


def _papers_context(surat_id: uuid.UUID, forms: dict[JenisBerkas, BaseForm] | None = None) -> dict[str, Any]:
    """What the upload page shows; the same parts stand on the letter's page."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    kini = list_kini(surat.id)
    forms = forms or {jenis: _paper_form(jenis) for jenis in WAJIB_UNGGAH}
    kertas = {
        jenis.value: {
            "jenis": jenis,
            "berkas": kini.get(jenis),
            "form": forms[jenis],
            "boleh": surat.status is StatusSurat.DICETAK
            or (surat.status is StatusSurat.DRAF and jenis is not JenisBerkas.SURAT_KUASA),
            "boleh_lihat": pelaku().can(Permission.BERKAS_LIHAT) and _sees_scans(surat),
        }
        for jenis in WAJIB_UNGGAH
    }
    return {"surat": surat, "kertas": kertas, "lengkap": all(one in kini for one in WAJIB_UNGGAH)}


def _sees_scans(surat: SuratKuasa) -> bool:
    """AUZ-3: the owner and the verifikator; an operator uploads for others but does not see the scans."""
    actor = pelaku()
    return actor.asn_id == surat.asn_id or actor.has(Peran.VERIFIKATOR)


def _sees_print(surat: SuratKuasa) -> bool:
    """AUZ-3: the print shows the whole account number, which an admin sees masked only."""
    actor = pelaku()
    return _sees_scans(surat) or (actor.has(Peran.OPERATOR_OPD) and surat.asn.opd_id in actor.opd_ids)


# -- the moves ----------------------------------------------------------------------------------------------


@bp.post("/surat-kuasa/<uuid:surat_id>/kirim")
@requires(*_SURAT)
def send(surat_id: uuid.UUID) -> Response:
    """M4: hand in."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    form = KirimForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            actions.unggah(
                surat,
                ditandatangani_pada=form.ditandatangani_pada.data,
                versi=form.versi.data,
                by=pelaku(),
            )
            return finish(_url(surat), "Surat kuasa terkirim dan menunggu verifikasi.")
    return _page(surat, kirim=form)


@bp.post("/surat-kuasa/<uuid:surat_id>/ubah")
@requires(*_SURAT)
def change(surat_id: uuid.UUID) -> Response:
    """M3: void this print, begin the next version."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    form = UbahForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            baru = actions.ubah(surat, versi=form.versi.data, by=pelaku())
            return finish(_url(baru), f"Versi {baru.urutan_versi} dibuat; cetakan lama tidak berlaku lagi.")
    return _page(surat, ubah=form)


@bp.post("/surat-kuasa/<uuid:surat_id>/batal")
@requires(*_SURAT, Permission.BERKAS_ASAL)
def cancel(surat_id: uuid.UUID) -> Response:
    """M22: the owner without a reason, a verifikator with one."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    form = BatalForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            actions.batal(surat, alasan=form.alasan.data, versi=form.versi.data, by=pelaku())
            return finish(_url(surat), "Surat kuasa dibatalkan. Tidak ada rekening yang didebet.")
    return _page(surat, batal=form)


@bp.post("/surat-kuasa/<uuid:surat_id>/asli")
@requires(*_SURAT, Permission.ASLI_PINDAH)
def move_original(surat_id: uuid.UUID) -> Response:
    """Where the paper original is now."""
    surat = queries.get_surat(surat_id, seen_by=pelaku())
    form = _asli_form(surat, bound=True)
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            asli.pindah_asli(
                surat, form.ke.data, catatan=form.catatan.data or None, versi=form.versi.data, by=pelaku()
            )
            return finish(_url(surat), f"Dicatat: lembar asli {form.ke.data.label.lower()}.")
    return _page(surat, asli=form)


@bp.get("/surat-kuasa/versi/<ref>")
@requires(*_SURAT, Permission.BERKAS_ASAL)
def by_ref(ref: str) -> Response:
    """What the QR code of a sheet of paper leads to: is this the version to use?"""
    surat = queries.get_by_ref(ref.upper()[:40], seen_by=pelaku())
    berjalan = queries.find_berjalan(surat.asn_id) or queries.find_hidup(surat.asn_id)
    return render_page("surat_kuasa/versi.html", surat=surat, berlaku=berjalan)


# -- the page -----------------------------------------------------------------------------------------------


def _url(surat: SuratKuasa) -> str:
    return url_for("surat_kuasa.show", surat_id=surat.id)


def _asli_form(surat: SuratKuasa, *, bound: bool = False) -> AsliForm:
    form = AsliForm(id_awalan="asli") if bound else _fresh(AsliForm, surat, "asli")
    form.ke.pilihan = [(one, one.label) for one in asli.list_tujuan_asli(surat, pelaku())]
    return form


def _fresh(kind: type[Any], surat: SuratKuasa, awalan: str) -> Any:
    """An empty form that remembers which state of the letter the person saw (CON-5)."""
    return kind(formdata=None, data={"versi": surat.versi}, id_awalan=awalan)


def _page(surat: SuratKuasa, **sent: BaseForm) -> Response:
    """The letter with its forms; a refused one among them keeps what was typed."""
    surat = queries.get_surat(surat.id, seen_by=pelaku())  # a refusal rolled back what was loaded
    forms: dict[str, Any] = {
        "cetak": _fresh(CetakForm, surat, "cetak"),
        "kirim": _fresh(KirimForm, surat, "kirim"),
        "ubah": _fresh(UbahForm, surat, "ubah"),
        "batal": _fresh(BatalForm, surat, "batal"),
        "asli": _asli_form(surat),
    } | sent
    refused = next(iter(sent.values()), None)
    load_deks([surat.asn_id])
    isi = queries.isi_draf_of(surat)
    own = pelaku().asn_id == surat.asn_id
    perpindahan = queries.list_perpindahan(surat)
    return render_page(
        "surat_kuasa/lihat.html",
        status=refused.status if refused else 200,
        forms=forms,
        refused=refused,
        milik_sendiri=own,
        boleh_cetakan=_sees_print(surat),
        rekening=mask_rekening(reveal(surat, "rekening") or "0000"),
        isi=isi,
        tawaran=queries.list_tawaran(surat, pelaku()),
        versi_lain=queries.list_versi(surat.asn_id, seen_by=pelaku()),
        perpindahan=perpindahan,
        petugas=nama_petugas(perpindahan),
        catatan_bank=queries.catatan_bank(surat),
        terhenti=in_service(surat, pelaku(), {}) if surat.status in BERJALAN else None,
        riwayat=[one.baris(milik_sendiri=own) for one in kejadian_surat(surat, milik_sendiri=own)],
        **_papers_context(surat.id),
    )
