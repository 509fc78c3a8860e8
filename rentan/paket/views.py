"""One page for every kind of batch: state, what comes next and why not, lines, file, history; exceptions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.errors import RuleError
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.workflow import list_riwayat, offers
from rentan.ext import runtime
from rentan.paket import actions, queries
from rentan.paket.forms import AlasanForm, KirimForm, RekonsiliasiForm, TindakanForm, TolakBerkasForm
from rentan.paket.models import Paket
from rentan.paket.penangan import penangan_of, uang_of
from rentan.paket.status import MACHINE, PENYUSUN, UANG, StatusPaket
from rentan.paket.tampil import uang_tampil
from rentan.paket.tugas import check_sibuk, kemajuan, kerjakan, tugas_terakhir
from rentan.web.access import fresh, pelaku, polling, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm, VersionedForm
from rentan.web.page import after_action, render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("paket", __name__)
P = Permission
_PAKET = (P.PAKET_SETUJUI, P.MANDAT_KIRIM, P.KEPESERTAAN_KELOLA, P.KARTU_KELOLA)
_SUSUN = _PAKET[1:]
MAKS_ALASAN = 200  # reasons listed on a page: more of them would hide the rest

add_menu("Persetujuan", "paket.index", P.PAKET_SETUJUI, awalan="/paket", urutan=15)

MIME = {
    "xlsx": MIME_XLSX,
    "csv": "text/csv",
    "txt": "text/plain",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


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
        menunggu_uang=queries.list_menunggu_uang(seen_by=by),
        baris=rows[:50],
        sesudah=rows[49].id if len(rows) > 50 else None,
        nama=queries.nama_akun([one.dikunci_oleh for one in rows] + [one.dibuat_oleh for one in rows]),
    )


@bp.get("/paket/<uuid:paket_id>")
@requires(*_PAKET)
def show(paket_id: uuid.UUID) -> Response:
    """One batch."""
    return show_paket(queries.get_paket(paket_id, seen_by=pelaku()))


def show_paket(paket: Paket, refused: BaseForm | None = None) -> Response:
    by, handler = pelaku(), penangan_of(paket.jenis)
    banyak = runtime().profil.batas.baris_per_halaman
    sesudah = request.args.get("sesudah", default=0, type=int)
    # The column is a 64-bit number; whoever types more than that gets an empty page.
    lines = handler.list_baris(paket, sesudah=max(0, min(sesudah, 2**31)), banyak=banyak + 1)
    building = paket.status is StatusPaket.DISUSUN
    tugas = tugas_terakhir(paket) if paket.jenis in UANG else None
    sibuk = tugas is not None and tugas.selesai_pada is None
    look: dict[str, Any] = {"daftar": f"paket_{paket.jenis}", "jumlah": len(lines)}
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=paket, **look))
    building = building and not sibuk
    blocked = handler.list_hambatan(paket, banyak=MAKS_ALASAN) if building else []
    offered = {} if sibuk else _offered(paket, blocked=bool(blocked))
    riwayat = list_riwayat(MACHINE, paket)
    return render_page(
        "paket/lihat.html",
        "baris",
        status=refused.status if refused else 200,
        paket=paket,
        asal=url_for(handler.halaman) if by.has(PENYUSUN[paket.jenis]) else url_for("paket.index"),
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
        tugas=tugas,
        persen=kemajuan(tugas) if tugas else 0,
        uang=uang_tampil(paket),
        forms={
            "tolak": _form(TolakBerkasForm, refused, paket),
            "rekonsiliasi": _form(RekonsiliasiForm, refused, paket),
            "tindakan": TindakanForm(formdata=None, obj=paket),
            "kirim": _form(KirimForm, refused, paket),
            "alasan": AlasanForm(formdata=None, obj=paket, id_awalan="buka"),
            "batal": AlasanForm(formdata=None, obj=paket, id_awalan="batal"),
        },
    )


def _offered(paket: Paket, *, blocked: bool) -> dict[str, str | None]:
    """The moves that this person could make, each with what stands in its way."""
    facts: dict[str, Any] = {"jumlah": paket.jumlah}
    if paket.jenis in UANG and paket.status is StatusPaket.DISUSUN:
        facts["penghalang"] = actions.penghalang_kunci(paket)
    if paket.jenis in UANG and paket.status is StatusPaket.DIREKONSILIASI:
        facts["tanpa_pemilik"] = uang_of(paket.jenis).count_tanpa_pemilik(paket)
    offered = {one.move.peristiwa: one.alasan for one in offers(MACHINE, paket, pelaku(), **facts)}
    if blocked and "kunci" in offered:
        offered["kunci"] = "Ada baris yang belum dapat dikirim. Keluarkan baris itu atau perbaiki datanya."
    return offered


def _form(kind: type[VersionedForm], refused: BaseForm | None, paket: Paket) -> VersionedForm:
    """What was typed, when it was this form that was refused; otherwise an empty one."""
    return refused if isinstance(refused, kind) else kind(formdata=None, obj=paket)


def do_move(
    paket_id: uuid.UUID, form: Any, move: Callable[..., str | None], pesan: str = "", **facts: Any
) -> Response:
    """One button: the move, or the page again with the sentence that refuses it. A move may answer what it
    did; ``pesan`` is for one that answers nothing. ``facts`` are what the move asks for besides who and what.
    """
    if answer := answered_before():
        return answer
    by = pelaku()
    if form.accepts():
        with form.rules():
            # Asked before the row is locked: a step in the background holds it for as long as it takes.
            check_sibuk(queries.get_paket(paket_id, seen_by=by))
            paket = queries.get_paket(paket_id, seen_by=by, untuk_diubah=True)
            said = move(paket, by=by, versi=form.versi.data, **facts)
            return finish(url_for("paket.show", paket_id=paket_id), said or pesan)
    return show_paket(queries.get_paket(paket_id, seen_by=by), form)


def do_langkah(paket_id: uuid.UUID, form: Any, langkah: str, **pilihan: Any) -> Response:
    """One of the steps that a long batch makes in the background."""
    return do_move(paket_id, form, partial(kerjakan, langkah=langkah), **pilihan)


@bp.post("/paket/<uuid:paket_id>/isi")
@requires(*_SUSUN)
def refill(paket_id: uuid.UUID) -> Response:
    """B2: what has become ready since."""
    return do_langkah(paket_id, TindakanForm(), "isi")


@bp.post("/paket/<uuid:paket_id>/keluarkan/<uuid:baris_id>")
@requires(*_SUSUN)
def take_out(paket_id: uuid.UUID, baris_id: uuid.UUID) -> Response:
    """B2: one line out."""
    pesan = "Satu baris dikeluarkan dari paket."
    return do_move(paket_id, TindakanForm(), actions.keluarkan_baris, pesan, baris_id=baris_id)


@bp.post("/paket/<uuid:paket_id>/kunci")
@requires(*_SUSUN)
def lock(paket_id: uuid.UUID) -> Response:
    """B3: freeze lines and file."""
    return do_langkah(paket_id, TindakanForm(), "kunci")


@bp.post("/paket/<uuid:paket_id>/buka")
@requires(*_SUSUN)
def reopen(paket_id: uuid.UUID) -> Response:
    """B4: the file becomes void."""
    form = AlasanForm()
    pesan = "Paket dibuka kembali. Berkas yang lama tidak berlaku; penguncian berikutnya memberi nomor baru."
    return do_move(paket_id, form, actions.buka_paket, pesan, alasan=form.alasan.data or "")


@bp.post("/paket/<uuid:paket_id>/setujui")
@requires(P.PAKET_SETUJUI)
@fresh
def approve(paket_id: uuid.UUID) -> Response:
    """B5a: the second person, with a fresh password (AUT-7)."""
    pesan = "Paket disetujui dan siap dikirim atau dibayar."
    return do_move(paket_id, TindakanForm(), actions.setujui_paket, pesan)


@bp.post("/paket/<uuid:paket_id>/kirim")
@requires(*_SUSUN)
def send(paket_id: uuid.UUID) -> Response:
    """B5: handed over."""
    form = KirimForm()
    return do_langkah(paket_id, form, "kirim", tanda_terima=form.tanda_terima.data or None)


@bp.post("/paket/<uuid:paket_id>/batal")
@requires(*_PAKET)
def cancel(paket_id: uuid.UUID) -> Response:
    """B12: given up before it was sent."""
    form = AlasanForm()
    return do_langkah(paket_id, form, "batal", alasan=form.alasan.data or "")


@bp.get("/paket/<uuid:paket_id>/kemajuan")
@requires(*_PAKET)
@polling
def progress(paket_id: uuid.UUID) -> Response:
    """How far the step in the background is; once it is over, the whole page again."""
    paket = queries.get_paket(paket_id, seen_by=pelaku())
    tugas = tugas_terakhir(paket)
    if tugas is None or tugas.selesai_pada is not None:
        return after_action(url_for("paket.show", paket_id=paket_id))
    return render_page("paket/kemajuan.html", "kemajuan", paket=paket, tugas=tugas, persen=kemajuan(tugas))


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
