"""Standing in; workers without a payer; the forecast of ends of service; reopening."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from rentan.asn.models import Asn
from rentan.asuhan import putusan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import render_dokumen
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.settings import get_setting
from rentan.ext import db, runtime
from rentan.pekerja.masa import keadaan_perlindungan
from rentan.siaga import actions, buka, masa, queries
from rentan.siaga.dokumen import susun_surat_akhir
from rentan.siaga.ekspor import xlsx_ramalan
from rentan.siaga.forms import (
    AkhiriForm,
    Jawaban,
    JawabForm,
    Putusan,
    PutusBukaForm,
    SiapForm,
    UsulBukaForm,
)
from rentan.siaga.models import Talangan
from rentan.siaga.status import StatusTalangan
from rentan.surat_kuasa.queries import find_hidup
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.sisipan import add_piece
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("siaga", __name__)
P = Permission
add_menu(
    "Pengganti", "siaga.manage", P.SIAGA_KELOLA, awalan=("/siaga/pengganti", "/siaga/ramalan"), urutan=18
)
add_menu(
    "Masa kerja", "siaga.forecast", P.MASA_LIHAT, awalan="/siaga/ramalan", urutan=28, kecuali=P.SIAGA_KELOLA
)


def _asn(by: Pelaku) -> Asn:
    asn = db.session.get(Asn, by.asn_id) if by.asn_id else None
    if asn is None:
        raise NotFound
    return asn


def _seen(row: Asuhan, daftar: str, by: Pelaku) -> None:
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=row, daftar=daftar, jumlah=1))


# -- the stand-in's own page --------------------------------------------------------------------------------


@bp.get("/siaga")
@requires(P.SIAGA_SENDIRI)
def index() -> Response:
    """Stand by or not; the offer that waits; what was asked before."""
    return _index(SiapForm(formdata=None))


def _index(form: SiapForm | None, refused: JawabForm | None = None) -> Response:
    by = pelaku()
    asn = _asn(by)
    rows = queries.list_talangan(asn.id, seen_by=by)
    return render_page(
        "siaga/siaga.html",
        status=max(form.status if form else 200, refused.status if refused else 200),
        form=form or SiapForm(formdata=None),
        refused=refused,
        siaga=queries.find_siaga(asn.id),
        surat=find_hidup(asn.id),
        tawaran=[_offer(one) for one in rows if one.status is StatusTalangan.DITAWARKAN],
        lama=[one for one in rows if one.status is not StatusTalangan.DITAWARKAN],
        dimajukan=queries.list_dimajukan(rows),
        maks_bulan=queries.MAKS_BULAN_TALANGAN,
    )


def _offer(row: Talangan) -> dict[str, Any]:
    """Without the name: that is told once the stand-in has accepted, as on the board."""
    mulai, sampai = queries.bulan_talangan(row.asuhan)
    return {
        "baris": row,
        "harga": [(bulan, harga(row.asuhan, bulan).total) for bulan in (mulai, sampai)],
        "penghalang": queries.penghalang(row.asn, row.asuhan),
    }


@bp.post("/siaga/siap")
@requires(P.SIAGA_SENDIRI)
def join() -> Response:
    """Stand by."""
    if answer := answered_before():
        return answer
    form = SiapForm()
    if form.accepts():
        with form.rules():
            actions.stand_by(_asn(pelaku()), by=pelaku())
            return finish(url_for(".index"), "Terima kasih. Anda tercatat sebagai donatur siaga.")
    return _index(form)


@bp.post("/siaga/berhenti")
@requires(P.SIAGA_SENDIRI)
def leave() -> Response:
    """Stop standing by."""
    if answer := answered_before():
        return answer
    actions.stand_down(_asn(pelaku()), by=pelaku())
    return finish(url_for(".index"), "Anda tidak lagi tercatat sebagai donatur siaga.")


@bp.post("/siaga/tawaran/<uuid:talangan_id>/jawab")
@requires(P.SIAGA_SENDIRI)
def answer(talangan_id: uuid.UUID) -> Response:
    """T2 or T3, with one click."""
    if earlier := answered_before():
        return earlier
    by, form = pelaku(), JawabForm()
    row = queries.get_talangan_sendiri(talangan_id, seen_by=by)
    if form.accepts():
        with form.rules():
            terima = form.jawaban.data is Jawaban.TERIMA
            actions.answer_offer(row, terima=terima, by=by, versi=form.versi.data)
            if terima:
                return finish(url_for("asuhan.index"), "Terima kasih. Pekerja ini Anda talangi.")
            return finish(url_for(".index"), "Tercatat. Donatur siaga lain akan ditanya.")
    return _index(None, form)


def _donor_piece(by: Pelaku) -> dict[str, Any]:
    """On the donor's own page: the end of service ahead, and the offer that waits."""
    surat = find_hidup(by.asn_id) if by.asn_id else None
    if surat is None:
        return {}
    return {
        "masa_berakhir": masa.pengingat_donatur(surat, today()),
        "tawaran_siaga": queries.count_tawaran(surat.asn_id),
        "surat_hidup": surat,
    }


add_piece("asuhan.index", _donor_piece)


# -- the liaison's desk -------------------------------------------------------------------------------------


@bp.get("/siaga/pengganti")
@requires(P.SIAGA_KELOLA)
def manage() -> Response:
    """Who waits for a successor, by when one is needed, and who was asked."""
    by = pelaku()
    rows, sesudah = queries.list_dicari(seen_by=by, sesudah=request.args.get("sesudah", type=uuid.UUID))
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="mencari_pengganti", jumlah=len(rows)))
    return render_page(
        "siaga/pengganti.html",
        "daftar",
        baris=rows,
        jumlah=queries.count_dicari(),
        siaga=queries.count_siaga(),
        sesudah=sesudah,
        keadaan=keadaan_perlindungan,
        perlu={one.asuhan.id for one in rows if one.di_papan and not one.tawaran and not one.calon_donatur},
    )


@bp.post("/siaga/pengganti/<uuid:asuhan_id>/tanya")
@requires(P.SIAGA_KELOLA)
def ask(asuhan_id: uuid.UUID) -> Response:
    """T1: ask the next stand-in now."""
    if earlier := answered_before():
        return earlier
    by = pelaku()
    row = queries.get_dicari(asuhan_id, seen_by=by, untuk_diubah=True)
    offer = actions.ask_next(row, by=by)
    if offer is None:
        return finish(
            url_for(".manage"), "Tidak ada donatur siaga lain yang dapat ditanya untuk pekerja ini sekarang."
        )
    return finish(url_for(".manage"), "Seorang donatur siaga ditanya. Jawabannya tampil di sini.")


@bp.route("/siaga/pengganti/<uuid:asuhan_id>/akhiri", methods=["GET", "POST"])
@requires(P.SIAGA_KELOLA)
def end(asuhan_id: uuid.UUID) -> Response:
    """A13, after a page with the letter for the worker."""
    if request.method == "POST" and (earlier := answered_before()):
        return earlier
    by, posting = pelaku(), request.method == "POST"
    row = queries.get_dicari(asuhan_id, seen_by=by, untuk_diubah=posting)
    form = AkhiriForm(data={"versi": row.versi})
    if form.accepts():
        with form.rules():
            putusan.akhiri_tanpa_pengganti(row, catatan=form.catatan.data or "", by=by, versi=form.versi.data)
            return finish(url_for(".manage"), "Asuhan berakhir tanpa pengganti; pekerja sudah diberi tahu.")
        row = queries.get_dicari(asuhan_id, seen_by=by)
    _seen(row, "akhiri_tanpa_pengganti", by)
    return render_page(
        "siaga/akhiri.html",
        "isi",
        status=form.status,
        form=form,
        asuhan=row,
        surat=susun_surat_akhir(queries.describe([row])[0]),
    )


@bp.get("/siaga/pengganti/<uuid:asuhan_id>/surat.pdf")
@requires(P.SIAGA_KELOLA)
def letter(asuhan_id: uuid.UUID) -> Response:
    """The letter for the worker, to be printed and handed over before the end is noted."""
    row = queries.get_dicari(asuhan_id, seen_by=pelaku())
    _seen(row, "surat_tanpa_pengganti", pelaku())
    hasil = render_dokumen(susun_surat_akhir(queries.describe([row])[0]), waktu=now())
    return kirim_berkas(hasil.pdf, "application/pdf", "surat-pekerja.pdf", lampiran=True)


# -- forecast -----------------------------------------------------------------------------------------------


@bp.get("/siaga/ramalan")
@requires(P.MASA_LIHAT)
def forecast() -> Response:
    """Whose service ends, how many workers need a successor, and by when."""
    by = pelaku()
    rows, sesudah = masa.list_ramalan(seen_by=by, sesudah=request.args.get("sesudah", type=uuid.UUID))
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="ramalan_masa", jumlah=len(rows)))
    return render_page(
        "siaga/ramalan.html",
        "daftar",
        baris=rows,
        ringkas=masa.count_ramalan(seen_by=by),
        sesudah=sesudah,
        hari=get_setting("hari_ramalan"),
        kota=by.can(P.SIAGA_KELOLA),
    )


@bp.get("/siaga/ramalan/unduh.xlsx")
@requires(P.MASA_LIHAT)
def download() -> Response:
    """The whole forecast as XLSX (EXP-2)."""
    by, waktu = pelaku(), now()
    rows, lebih = masa.list_ramalan(seen_by=by, banyak=runtime().profil.batas.baris_ekspor)
    check_jatah_ekspor(by, len(rows) + (lebih is not None))
    record(Peristiwa.EKSPOR, by=by, daftar="ramalan_masa", jumlah=len(rows), saringan="", jenis="xlsx")
    data = xlsx_ramalan(masa.count_ramalan(seen_by=by), rows, current_user.nama, waktu)
    return kirim_berkas(data, MIME_XLSX, f"ramalan-{to_local(waktu):%Y-%m-%d}.xlsx", lampiran=True)


# -- reopening (A16) ----------------------------------------------------------------------------------------


@bp.get("/siaga/buka")
@requires(P.VERIFIKASI)
def reopen_list() -> Response:
    """Ended within the last thirty days; proposals that wait for a second verifikator."""
    return _reopen()


def _reopen() -> Response:
    by = pelaku()
    rows = queries.list_dapat_dibuka(
        seen_by=by, sejak=buka.sejak(), sesudah=request.args.get("sesudah", type=uuid.UUID)
    )
    usul = [one for one in queries.list_usul() if one.asuhan.asn_id != by.asn_id]
    terbuka = {one.asuhan_id for one in usul}
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="asuhan_berakhir", jumlah=len(rows) + len(usul))
    )
    return render_page(
        "siaga/buka.html",
        "daftar",
        baris=[(asuhan, langkah) for asuhan, langkah in rows if asuhan.id not in terbuka],
        usul=usul,
        sesudah=rows[-1][1].id if len(rows) == queries.HALAMAN else None,
        hari=buka.HARI_BUKA,
        saya=by.akun_id,
    )


@bp.route("/siaga/buka/<uuid:asuhan_id>/usul", methods=["GET", "POST"])
@requires(P.VERIFIKASI)
def propose_reopen(asuhan_id: uuid.UUID) -> Response:
    """The first verifikator proposes, with a reason."""
    if request.method == "POST" and (earlier := answered_before()):
        return earlier
    by = pelaku()
    row = buka.get_berakhir(asuhan_id, seen_by=by)
    form = UsulBukaForm()
    if form.accepts():
        with form.rules():
            buka.propose_reopen(row, catatan=form.catatan.data or "", by=by)
            return finish(url_for(".reopen_list"), "Usul tercatat. Verifikator lain memutuskannya.")
        row = buka.get_berakhir(asuhan_id, seen_by=by)
    _seen(row, "buka_kembali", by)
    return render_page("siaga/usul_buka.html", "isi", status=form.status, form=form, asuhan=row)


@bp.post("/siaga/buka/usul/<uuid:usul_id>/putus")
@requires(P.VERIFIKASI)
def decide_reopen(usul_id: uuid.UUID) -> Response:
    """The second verifikator decides."""
    if earlier := answered_before():
        return earlier
    by, form = pelaku(), PutusBukaForm()
    row = buka.get_usul(usul_id, seen_by=by)
    if form.accepts():
        setuju = form.putusan.data is Putusan.SETUJU
        buka.decide_reopen(row, setuju=setuju, by=by)
        pesan = "Asuhan dibuka kembali; pengganti dicarikan." if setuju else "Usul ditolak."
        return finish(url_for(".reopen_list"), pesan)
    return _reopen()
