"""One page for every kind of batch: state, what comes next and why not, lines, file, history; exceptions."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.errors import RuleError
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.workflow import list_riwayat, offers
from rentan.ext import runtime
from rentan.paket import actions, queries
from rentan.paket.forms import AlasanForm, KirimForm, TindakanForm
from rentan.paket.models import Paket
from rentan.paket.penangan import penangan_of
from rentan.paket.status import MACHINE, PENYUSUN, StatusPaket
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("paket", __name__)
P = Permission
_PAKET = (P.PAKET_SETUJUI, P.MANDAT_KIRIM, P.KEPESERTAAN_KELOLA, P.KARTU_KELOLA)
_SUSUN = _PAKET[1:]
MAKS_ALASAN = 200  # reasons listed on a page: more of them would hide the rest

add_menu("Persetujuan", "paket.index", P.PAKET_SETUJUI, awalan="/paket", urutan=15)

MIME = {"xlsx": MIME_XLSX, "csv": "text/csv", "pdf": "application/pdf", "zip": "application/zip"}


@bp.get("/paket")
@requires(*_PAKET)
def index() -> Response:
    """What waits for this person's approval, then the batches that they see, newest first."""
    by = pelaku()
    rows = queries.list_paket(seen_by=by, sesudah=request.args.get("sesudah", type=uuid.UUID), banyak=51)
    return render_page(
        "paket/daftar.html",
        "daftar",
        menunggu=queries.list_menunggu_persetujuan(seen_by=by),
        baris=rows[:50],
        sesudah=rows[49].id if len(rows) > 50 else None,
        nama=queries.nama_akun([one.dikunci_oleh for one in rows] + [one.dibuat_oleh for one in rows]),
    )


@bp.get("/paket/<uuid:paket_id>")
@requires(*_PAKET)
def show(paket_id: uuid.UUID) -> Response:
    """One batch."""
    return _show(queries.get_paket(paket_id, seen_by=pelaku()))


def _show(paket: Paket, refused: BaseForm | None = None) -> Response:
    by, handler = pelaku(), penangan_of(paket.jenis)
    banyak = runtime().profil.batas.baris_per_halaman
    sesudah = request.args.get("sesudah", default=0, type=int)
    # The column is a 64-bit number; whoever types more than that gets an empty page.
    lines = handler.list_baris(paket, sesudah=max(0, min(sesudah, 2**31)), banyak=banyak + 1)
    building = paket.status is StatusPaket.DISUSUN
    look: dict[str, Any] = {"daftar": f"paket_{paket.jenis}", "jumlah": len(lines)}
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=paket, **look))
    blocked = handler.list_hambatan(paket, banyak=MAKS_ALASAN) if building else []
    offered = {one.move.peristiwa: one.alasan for one in offers(MACHINE, paket, by, jumlah=paket.jumlah)}
    if blocked and "kunci" in offered:
        offered["kunci"] = "Ada baris yang belum dapat dikirim. Keluarkan baris itu atau perbaiki datanya."
    riwayat = list_riwayat(MACHINE, paket)
    return render_page(
        "paket/lihat.html",
        "baris",
        status=refused.status if refused else 200,
        paket=paket,
        asal=url_for(handler.halaman) if by.has(PENYUSUN[paket.jenis]) else url_for(".index"),
        sebutan=handler.sebutan,
        hasil=handler.count_hasil(paket),
        tawaran=offered,
        baris=lines[:banyak],
        lanjutan=sesudah > 0,
        sesudah=lines[banyak - 1].urutan if len(lines) > banyak else None,
        dikecualikan=handler.list_dikecualikan(paket, banyak=MAKS_ALASAN + 1) if building else [],
        hambatan=blocked,
        maks=MAKS_ALASAN,
        boleh_ubah=by.has(PENYUSUN[paket.jenis]),
        boleh_unduh=queries.may_download(paket, seen_by=by),
        riwayat=riwayat,
        nama=queries.nama_akun([one.pelaku_id for one in riwayat]),
        langkah={one.peristiwa: one.label for one in MACHINE.moves},
        refused=refused,
        forms={
            "tindakan": TindakanForm(formdata=None, obj=paket),
            "kirim": refused if isinstance(refused, KirimForm) else KirimForm(formdata=None, obj=paket),
            "alasan": AlasanForm(formdata=None, obj=paket, id_awalan="buka"),
            "batal": AlasanForm(formdata=None, obj=paket, id_awalan="batal"),
        },
    )


def _do(paket_id: uuid.UUID, form: Any, move: Any, pesan: str) -> Response:
    """One button: the move, or the page again with the sentence that refuses it."""
    if answer := answered_before():
        return answer
    if form.accepts():
        with form.rules():
            paket = queries.get_paket(paket_id, seen_by=pelaku(), untuk_diubah=True)
            move(paket)
            return finish(url_for(".show", paket_id=paket_id), pesan)
    return _show(queries.get_paket(paket_id, seen_by=pelaku()), form)


@bp.post("/paket/<uuid:paket_id>/isi")
@requires(*_SUSUN)
def refill(paket_id: uuid.UUID) -> Response:
    """B2: what has become ready since."""
    form, by = TindakanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.isi_lagi(paket, by=by, versi=form.versi.data),
        "Isi paket disegarkan.",
    )


@bp.post("/paket/<uuid:paket_id>/keluarkan/<uuid:baris_id>")
@requires(*_SUSUN)
def take_out(paket_id: uuid.UUID, baris_id: uuid.UUID) -> Response:
    """B2: one line out."""
    form, by = TindakanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.keluarkan_baris(paket, baris_id, by=by, versi=form.versi.data),
        "Satu baris dikeluarkan dari paket.",
    )


@bp.post("/paket/<uuid:paket_id>/kunci")
@requires(*_SUSUN)
def lock(paket_id: uuid.UUID) -> Response:
    """B3: freeze lines and file."""
    form, by = TindakanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.kunci_paket(paket, by=by, versi=form.versi.data),
        "Paket dikunci dan berkasnya dibuat. Sekarang paket menunggu persetujuan orang lain.",
    )


@bp.post("/paket/<uuid:paket_id>/buka")
@requires(*_SUSUN)
def reopen(paket_id: uuid.UUID) -> Response:
    """B4: the file becomes void."""
    form, by = AlasanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.buka_paket(paket, alasan=form.alasan.data or "", by=by, versi=form.versi.data),
        "Paket dibuka kembali. Berkas yang lama tidak berlaku; penguncian berikutnya memberi nomor baru.",
    )


@bp.post("/paket/<uuid:paket_id>/setujui")
@requires(P.PAKET_SETUJUI)
@fresh
def approve(paket_id: uuid.UUID) -> Response:
    """B5a: the second person, with a fresh password (AUT-7)."""
    form, by = TindakanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.setujui_paket(paket, by=by, versi=form.versi.data),
        "Paket disetujui. Penyusunnya dapat mengirim berkasnya.",
    )


@bp.post("/paket/<uuid:paket_id>/kirim")
@requires(*_SUSUN)
def send(paket_id: uuid.UUID) -> Response:
    """B5: handed over."""
    form, by = KirimForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.kirim_paket(
            paket, by=by, tanda_terima=form.tanda_terima.data or None, versi=form.versi.data
        ),
        "Paket dicatat sudah dikirim.",
    )


@bp.post("/paket/<uuid:paket_id>/batal")
@requires(*_PAKET)
def cancel(paket_id: uuid.UUID) -> Response:
    """B12: given up before it was sent."""
    form, by = AlasanForm(), pelaku()
    return _do(
        paket_id,
        form,
        lambda paket: actions.batal_paket(paket, alasan=form.alasan.data or "", by=by, versi=form.versi.data),
        "Paket dibatalkan. Isinya dapat masuk ke paket berikutnya.",
    )


@bp.get("/paket/<uuid:paket_id>/berkas")
@requires(*_PAKET)
@fresh
def download(paket_id: uuid.UUID) -> Response:
    """The frozen file byte for byte: an export with whole numbers (EXP-2, AUT-7)."""
    paket = queries.get_paket(paket_id, seen_by=pelaku())
    check_jatah_ekspor(pelaku(), paket.jumlah)
    if not queries.may_download(paket, seen_by=pelaku()):
        raise RuleError(
            "Berkas paket ini belum dibuat, tidak berlaku lagi, atau bukan untuk peran Anda.",
            kode="berkas_tidak_ada",
        )
    data = actions.read_berkas(paket)
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        objek=paket,
        daftar=f"paket_{paket.jenis}",
        jumlah=paket.jumlah,
        saringan=f"nomor={paket.nomor}",
    )
    nama = paket.nama_berkas or "paket.bin"
    mime = MIME.get(nama.rpartition(".")[2], "application/octet-stream")
    return kirim_berkas(data, mime, nama, lampiran=True)
