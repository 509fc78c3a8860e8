"""Money to BPJS: what may be remitted, what may not and why, its payment, what BPJS has recorded."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.berkas.sanitise import Bersih, sanitise
from rentan.core import arsip
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.core.workflow import offers
from rentan.ext import db
from rentan.iuran.tersetor import GILIRAN, AlasanTinggal
from rentan.paket.models import Paket
from rentan.paket.queries import count_pengecualian
from rentan.paket.status import MACHINE, TERBUKA, JenisPaket, StatusPaket
from rentan.paket.tugas import SIBUK, check_sibuk, is_sibuk
from rentan.pekerja.alasan_bpjs import alasan_of
from rentan.setoran import actions, queries
from rentan.setoran.forms import BayarForm, SusunForm, UlangForm
from rentan.setoran.impor import PENANGAN
from rentan.tarif.queries import jadwal_bulan
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm, carry_out
from rentan.web.impor import FormJawaban, HalamanImpor, add_import_routes
from rentan.web.page import render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("setoran", __name__)
P = Permission
MAKS_TINGGAL = 500  # rows of the list of what stays behind
_MELIHAT = (P.SETORAN_KELOLA, P.SETORAN_BAYAR)

add_menu("Setoran", "setoran.index", *_MELIHAT, awalan="/setoran", urutan=17)
add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=P.SETORAN_KELOLA,
        alamat="/setoran/catatan",
        asal="setoran.index",
        tujuan="halaman Setoran",
        pengantar="Bulan yang sudah dicatat BPJS Ketenagakerjaan; setiap baris mendapat satu hasil.",
        kolom="NIK, NAMA, BULAN (11-2026 atau 2026-11), STATUS (Y tercatat, T tidak); boleh KPJ dan "
        "KETERANGAN. NIK harus berupa teks.",
        formulir=FormJawaban,
    ),
)


@bp.get("/setoran")
@requires(*_MELIHAT)
def index() -> Response:
    """What may be remitted and what not, the batches, what BPJS refused."""
    return _index(SusunForm(formdata=None))


def _index(form: BaseForm) -> Response:
    by = pelaku()
    kelola = by.can(P.SETORAN_KELOLA)
    rows = queries.list_calon() if kelola else []
    tinggal = Counter(one.alasan for one in rows if one.alasan)
    siap = [one for one in rows if one.alasan is None]
    batches = queries.list_setoran(seen_by=by)
    ditolak = queries.list_ditolak(seen_by=by) if kelola else []
    if ditolak:
        look: dict[str, Any] = {"daftar": "setoran_ditolak", "jumlah": len(ditolak)}
        after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, **look))
    return render_page(
        "setoran/mulai.html",
        status=form.status,
        form=form,
        kelola=kelola,
        bulan=today(),
        jadwal=jadwal_bulan(today()),
        siap=len(siap),
        rupiah=sum(one.jumlah for one in siap),
        menurut_bulan=sorted(Counter(one.periode for one in siap).items()),
        tinggal=[(one, tinggal[one], GILIRAN[one].label) for one in AlasanTinggal if tinggal[one]],
        ditolak=[(one, alasan_of(one.kode)) for one in ditolak],
        paket=batches,
        terbuka=next((one for one in batches if one.status in TERBUKA), None) if kelola else None,
        bayar=[one for one in batches if one.status is StatusPaket.DISETUJUI and by.can(P.SETORAN_BAYAR)],
        pengecualian=count_pengecualian(seen_by=by, jenis=JenisPaket.SETOR) if kelola else 0,
    )


@bp.post("/setoran/susun")
@requires(P.SETORAN_KELOLA)
def build() -> Response:
    """B1: a remittance with everything that may go."""
    form = SusunForm()

    def susun() -> tuple[str, str]:
        paket = actions.build_setoran(by=pelaku())
        return url_for("paket.show", paket_id=paket.id), "Setoran disusun. Periksa isinya, lalu kunci."

    return carry_out(form, susun) or _index(form)


@bp.get("/setoran/tertinggal")
@requires(P.SETORAN_KELOLA)
def list_left() -> Response:
    """Money that is in and cannot be remitted yet, with the reason and whose turn it is."""
    by, wanted = pelaku(), request.args.get("alasan", "")
    if wanted and wanted not in {one.value for one in AlasanTinggal}:
        raise NotFound
    rows = [one for one in queries.list_calon() if one.alasan and wanted in ("", one.alasan.value)]
    seen = min(len(rows), MAKS_TINGGAL)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="setoran_tertinggal", jumlah=seen))
    return render_page("setoran/tertinggal.html", baris=rows[:MAKS_TINGGAL], jumlah=len(rows))


# -- payment ------------------------------------------------------------------------------------------------


@bp.route("/setoran/<uuid:paket_id>/bayar", methods=["GET", "POST"])
@requires(P.SETORAN_BAYAR)
@body_limit(UPLOAD_BYTES)
@fresh
def pay(paket_id: uuid.UUID) -> Response:
    """B5: number, day and amount of the payment; a scan of the proof if there is one."""
    paket = queries.get_setoran(paket_id, seen_by=pelaku())
    form = BayarForm(data={"versi": paket.versi})
    if form.accepts():
        if answer := answered_before():
            return answer
        try:
            bersih = _clean(form)
            # Asked before the row is locked: a step in the background holds it for as long as it takes.
            check_sibuk(queries.get_setoran(paket_id, seen_by=pelaku()))
            paket = queries.get_setoran(paket_id, seen_by=pelaku(), untuk_diubah=True)
            pesan = actions.pay_setoran(
                paket,
                nomor=form.nomor.data or "",
                tanggal=form.tanggal.data,
                jumlah=form.jumlah.data,
                pindaian=bersih,
                by=pelaku(),
                versi=form.versi.data,
                latar=True,
            )
            return finish(url_for("paket.show", paket_id=paket_id), pesan)
        except RuleError as refused:
            if refused.status not in (409, 422):
                raise
            undo_changes()
            form.refuse(refused)
        paket = queries.get_setoran(paket_id, seen_by=pelaku())
    found = {one.move.peristiwa: one.alasan for one in offers(MACHINE, paket, pelaku())}
    if is_sibuk(paket):
        found["kirim"] = SIBUK
    return render_page(
        "setoran/bayar.html",
        status=form.status,
        form=form,
        paket=paket,
        alasan=found.get("kirim", f"Setoran ini {paket.keadaan.lower()}."),
    )


def _clean(form: BayarForm) -> Bersih | None:
    """The scan made harmless, outside any transaction: the sandbox takes its time."""
    if not form.pindaian.data:
        return None
    data, nama = form.pindaian.data.stream.read(), form.pindaian.data.filename or ""
    db.session.rollback()
    try:
        return sanitise(data, nama)
    except RuleError as refused:
        refused.field = "pindaian"
        raise


@bp.get("/setoran/<uuid:paket_id>/bukti")
@requires(*_MELIHAT, P.PAKET_SETUJUI)
@fresh
def proof(paket_id: uuid.UUID) -> Response:
    """The scan of the payment's proof; each look is recorded."""
    paket: Paket = queries.get_setoran(paket_id, seen_by=pelaku())
    uang = paket.uang
    if uang is None or uang.kunci_bukti is None or uang.sha256_bukti is None:
        raise NotFound
    data = arsip.baca(paket, "kunci_bukti", uang.kunci_bukti, uang.sha256_bukti)
    record(Peristiwa.BUKTI_DILIHAT, by=pelaku(), objek=paket)
    mime, akhiran = ("application/pdf", "pdf") if data.startswith(b"%PDF") else ("image/jpeg", "jpg")
    return kirim_berkas(data, mime, f"bukti-{(paket.nomor or 'setoran').lower()}.{akhiran}", lampiran=False)


# -- refused by BPJS ----------------------------------------------------------------------------------------


@bp.route("/setoran/ulang/<uuid:iuran_id>", methods=["GET", "POST"])
@requires(P.SETORAN_KELOLA)
def resubmit(iuran_id: uuid.UUID) -> Response:
    """P6: into the next remittance once more."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    iuran = queries.get_ditolak(iuran_id, seen_by=pelaku())
    form = UlangForm(data={"versi": iuran.versi})
    if form.accepts() and form.tanggal.data:
        with form.rules():
            iuran = queries.get_ditolak(iuran_id, seen_by=pelaku(), untuk_diubah=True)
            actions.resubmit(
                iuran,
                tanggal=form.tanggal.data,
                catatan=form.catatan.data or "",
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(url_for(".index"), "Iuran ini masuk ke setoran berikutnya.")
        iuran = queries.get_ditolak(iuran_id, seen_by=pelaku())
    by = pelaku()
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=iuran, daftar="setoran_ulang", jumlah=1)
    )
    return render_page(
        "setoran/ulang.html",
        "isi",
        status=form.status,
        form=form,
        iuran=iuran,
        kata=queries.kata_bpjs(iuran),
    )
