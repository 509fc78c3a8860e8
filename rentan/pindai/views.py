"""Pages of the stack scan: upload, progress, tray, one page, sending what is complete."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.clock import to_local
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.pindai import actions, kirim, queries, tempat
from rentan.pindai.forms import (
    CariForm,
    KirimForm,
    TempatForm,
    UnggahForm,
    kirim_form,
    parse_sebagai,
    sebagai_pilihan,
)
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa.queries import get_surat
from rentan.util.tanggal import format_waktu
from rentan.web.access import pelaku, polling, requires
from rentan.web.context import add_menu
from rentan.web.forms import VersionedForm
from rentan.web.page import is_partial, render_page
from rentan.web.security import STACK_BYTES, body_limit
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("pindai", __name__)
add_menu("Pindai", "pindai.index", Permission.PINDAI, awalan="/pindai", urutan=25)


@bp.route("/pindai", methods=["GET", "POST"])
@requires(Permission.PINDAI)
@body_limit(STACK_BYTES)
def index() -> Response:
    """Upload a stack; below, the latest ones."""
    opd = queries.list_opd(pelaku())
    form = UnggahForm(data={"opd": opd[0].id if len(opd) == 1 else None})
    form.opd.pilihan = [(one.id, one.nama) for one in opd]
    if form.is_submitted():
        if len(opd) == 1 and not request.form.get("opd"):
            form.opd.process_formdata([str(opd[0].id)])
        if answer := answered_before():
            return answer
        if form.accepts():
            with form.rules():
                return _receive(form)
    return render_page(
        "pindai/daftar.html",
        "unggah",
        form=form,
        pilih_opd=len(opd) > 1,
        tumpukan=queries.list_tumpukan(seen_by=pelaku()),
    )


def _receive(form: UnggahForm) -> Response:
    source = form.berkas.data.stream
    tumpukan, new = actions.receive_stack(source, opd_id=form.opd.data, by=pelaku())
    pesan = None
    if not new:
        waktu = format_waktu(to_local(tumpukan.dibuat_pada))
        pesan = f"Tumpukan ini sudah diunggah {waktu}. Tidak ada yang berubah."
    return finish(_url(tumpukan), pesan)


@bp.get("/pindai/<uuid:tumpukan_id>")
@requires(Permission.PINDAI)
def look(tumpukan_id: uuid.UUID) -> Response:
    """Progress, then the tray."""
    return _show(queries.get_tumpukan(tumpukan_id, seen_by=pelaku()))


@bp.get("/pindai/<uuid:tumpukan_id>/kemajuan")
@requires(Permission.PINDAI)
@polling
def progress(tumpukan_id: uuid.UUID) -> Any:
    """The same, for a page that waits."""
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku())
    return _show(tumpukan) if is_partial() else redirect(_url(tumpukan), 303)


def _show(tumpukan: Tumpukan, form: KirimForm | None = None) -> Response:
    """The stack; ``form``: dates as typed, when some letters could not be sent."""
    baki = queries.make_baki(tumpukan)
    names = len(baki.lengkap) + len(baki.kurang) + len(baki.tak_menunggu)
    actor = pelaku()
    if names:
        after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar="tumpukan", jumlah=names))
    return render_page(
        "pindai/lihat.html",
        "isi",
        status=form.status if form else 200,
        tumpukan=tumpukan,
        baki=baki,
        form=form or kirim_form(baki.lengkap, bound=False),
        Status=StatusTumpukan,
        kunci=_kunci,
    )


# -- sending ------------------------------------------------------------------------------------------------


@bp.post("/pindai/<uuid:tumpukan_id>/kirim")
@requires(Permission.PINDAI)
def send(tumpukan_id: uuid.UUID) -> Response:
    """Hand in every complete letter, each by itself; what is refused stays here with its reason."""
    if answer := answered_before():
        return answer
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku())
    baris = queries.make_baki(tumpukan).lengkap
    form = kirim_form(baris, bound=True)
    if not form.accepts():
        return _show(tumpukan, form)
    letters = [(one.surat.id, form.date_of(one.surat.id)) for one in baris]
    sent = 0
    with form.rules():
        kertas = kirim.collect(baris)
        for surat_id, tanggal in letters:
            if refused := _file(tumpukan_id, surat_id, kertas[surat_id], tanggal):
                own = form.field_of(surat_id)
                refused.field = own.name if own is not None else None
                form.refuse(refused)
            else:
                sent += 1
    if form.errors:
        if sent:
            form.form_errors = [
                f"{sent} surat terkirim. Yang belum terkirim disebut di bawah.",
                *form.form_errors,
            ]
        return _show_again(tumpukan_id, form)
    return finish(_url_id(tumpukan_id), f"{sent} surat terkirim untuk diverifikasi.")


@bp.post("/pindai/<uuid:tumpukan_id>/simpan")
@requires(Permission.PINDAI)
def keep_found(tumpukan_id: uuid.UUID) -> Response:
    """Keep the whole papers of letters that are not complete; the rest stays missing."""
    if answer := answered_before():
        return answer
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku())
    form = kirim_form((), bound=True)
    if not form.accepts():
        return _show(tumpukan, form)
    baris = [satu for satu in queries.make_baki(tumpukan).kurang if satu.bisa_disimpan]
    letters = [(satu.surat.id, satu.surat.nomor or satu.surat.ref) for satu in baris]
    kept = 0
    with form.rules():
        kertas = kirim.collect(baris)
        for surat_id, nomor in letters:
            if refused := _file(tumpukan_id, surat_id, kertas[surat_id], None):
                refused.pesan = f"Surat {nomor}: {refused.pesan}"
                form.refuse(refused)
            else:
                kept += len(kertas[surat_id])
    if form.errors:
        return _show_again(tumpukan_id, form)
    return finish(_url_id(tumpukan_id), f"{kept} berkas tersimpan pada suratnya.")


def _file(tumpukan_id: uuid.UUID, surat_id: uuid.UUID, kertas: Any, tanggal: Any) -> RuleError | None:
    """One letter in a transaction of its own; the refusal, if it was refused."""
    undo_changes()
    try:
        kirim.file_letter(tumpukan_id, surat_id, kertas, ditandatangani_pada=tanggal, by=pelaku())
        db.session.commit()
    except RuleError as refused:
        if refused.status not in (409, 422):
            raise
        undo_changes()
        return refused
    return None


def _show_again(tumpukan_id: uuid.UUID, form: KirimForm) -> Response:
    """The tray as it is now, with the dates and refusals of the letters that are still in it."""
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku())
    still = kirim_form(queries.make_baki(tumpukan).lengkap, bound=True)
    for field in still:
        if field.name in form:
            field.errors = form[field.name].errors
    still.form_errors, still._refused_status = form.form_errors, form._refused_status
    if still.kunci_formulir is not None:
        still.kunci_formulir.data = _kunci()
    return _show(tumpukan, still)


@bp.post("/pindai/<uuid:tumpukan_id>/selesai")
@requires(Permission.PINDAI)
def close(tumpukan_id: uuid.UUID) -> Response:
    """Done with this stack: what is left of it is destroyed."""
    form = VersionedForm()
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku(), untuk_diubah=True)
    if form.accepts():
        if answer := answered_before():
            return answer
        actions.close_stack(tumpukan, versi=form.versi.data, by=pelaku())
        return finish(url_for("pindai.index"), "Tumpukan ditutup dan sisa halamannya dihapus.")
    return _show(tumpukan)


# -- one page -----------------------------------------------------------------------------------------------


@bp.get("/pindai/<uuid:tumpukan_id>/halaman/<int(max=9999):nomor>.jpg")
@requires(Permission.PINDAI)
def picture(tumpukan_id: uuid.UUID, nomor: int) -> Response:
    """The page as a picture; each look is noted. Filed pages can no longer be seen here (AUZ-3)."""
    halaman = _page(tumpukan_id, nomor)
    data = queries.read_gambar(halaman)
    record(Peristiwa.HALAMAN_DILIHAT, by=pelaku(), objek=halaman, tumpukan=tumpukan_id, halaman=nomor)
    return kirim_berkas(data, "image/jpeg", f"halaman-{nomor}.jpg", lampiran=False)


@bp.route("/pindai/<uuid:tumpukan_id>/halaman/<int(max=9999):nomor>", methods=["GET", "POST"])
@requires(Permission.PINDAI)
def page(tumpukan_id: uuid.UUID, nomor: int) -> Response:
    """One page, large, and where it belongs."""
    halaman = _page(tumpukan_id, nomor, untuk_diubah=request.method == "POST")
    form = _tempat_form(halaman, bound=request.method == "POST")
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            jenis, ke = parse_sebagai(form.sebagai.data)
            surat = get_surat(form.surat.data, seen_by=pelaku())
            tempat.place_page(halaman, surat, jenis, ke, versi=form.versi.data, by=pelaku())
            return finish(_url_id(tumpukan_id), f"Halaman {nomor} ditempatkan.")
        halaman = _page(tumpukan_id, nomor)
    return render_page(
        "pindai/halaman.html",
        form=form,
        cari=_cari(),
        halaman=halaman,
        tumpukan=halaman.tumpukan,
        kunci=_kunci,
        boleh=halaman.tumpukan.status is StatusTumpukan.SIAP and halaman.berkas_id is None,
    )


@bp.post("/pindai/<uuid:tumpukan_id>/halaman/<int(max=9999):nomor>/sisihkan")
@requires(Permission.PINDAI)
def set_aside(tumpukan_id: uuid.UUID, nomor: int) -> Response:
    """This page is not needed."""
    return _decide(tumpukan_id, nomor, tempat.set_aside, f"Halaman {nomor} disisihkan.")


@bp.post("/pindai/<uuid:tumpukan_id>/halaman/<int(max=9999):nomor>/kembalikan")
@requires(Permission.PINDAI)
def take_back(tumpukan_id: uuid.UUID, nomor: int) -> Response:
    """Undo a placing or a putting aside."""
    return _decide(tumpukan_id, nomor, tempat.take_back, f"Halaman {nomor} kembali menurut kodenya sendiri.")


@bp.post("/pindai/<uuid:tumpukan_id>/halaman/<int(max=9999):nomor>/putar")
@requires(Permission.PINDAI)
def turn(tumpukan_id: uuid.UUID, nomor: int) -> Response:
    """The page lies on its side."""
    url = url_for(".page", tumpukan_id=tumpukan_id, nomor=nomor)
    return _decide(tumpukan_id, nomor, tempat.turn_page, "Halaman diputar.", url)


def _decide(tumpukan_id: uuid.UUID, nomor: int, action: Any, pesan: str, url: str | None = None) -> Response:
    halaman = _page(tumpukan_id, nomor, untuk_diubah=True)
    form = VersionedForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        action(halaman, versi=form.versi.data, by=pelaku())
        return finish(url or _url_id(tumpukan_id), pesan)
    raise NotFound


def _page(tumpukan_id: uuid.UUID, nomor: int, *, untuk_diubah: bool = False) -> HalamanPindai:
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=pelaku(), untuk_diubah=untuk_diubah)
    return queries.get_halaman(tumpukan, nomor)


def _kunci() -> str:
    """A one-time key for a button of its own."""
    return str(uuid.uuid4())


def _cari() -> CariForm:
    form = CariForm(id_awalan="saring")
    form.validate()
    return form


def _tempat_form(halaman: HalamanPindai, *, bound: bool) -> TempatForm:
    data = {"versi": halaman.versi}
    form = TempatForm() if bound else TempatForm(formdata=None, data=data)
    found = queries.list_menunggu(halaman.tumpukan.opd_id, _cari().cari.data or "")
    form.surat.pilihan = [(surat.id, f"{asn.nama}, surat {surat.nomor or surat.ref}") for surat, asn in found]
    most = max((surat.halaman or 1 for surat, _ in found), default=1)
    form.sebagai.pilihan = sebagai_pilihan(int(most))
    return form


def _url(tumpukan: Tumpukan) -> str:
    return _url_id(tumpukan.id)


def _url_id(tumpukan_id: uuid.UUID) -> str:
    return url_for("pindai.look", tumpukan_id=tumpukan_id)
