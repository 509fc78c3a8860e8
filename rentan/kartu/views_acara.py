"""Hand-over days: planning, cards, papers, results from paper, the end with its berita acara."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import Kertas
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.workflow import offers
from rentan.kartu import acara as actions
from rentan.kartu import acara_cetak, acara_queries
from rentan.kartu.acara_queries import Baris
from rentan.kartu.acara_status import MACHINE
from rentan.kartu.forms_serah import (
    AcaraBaruForm,
    AcaraForm,
    PilihKartuForm,
    SaringKelurahanForm,
    TindakanForm,
)
from rentan.kartu.models import AcaraSerah
from rentan.kartu.status import HasilUndangan, StatusAcara
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas
from rentan.wilayah.queries import list_kecamatan

bp = Blueprint("acara", __name__, url_prefix="/kartu/acara")
P = Permission


def _get(acara_id: uuid.UUID, *, untuk_diubah: bool = False) -> AcaraSerah:
    return acara_queries.get_acara(acara_id, seen_by=pelaku(), untuk_diubah=untuk_diubah)


def _seen(daftar: str, banyak: int) -> None:
    """Names on a page leave a trace, whatever becomes of the request."""
    actor = pelaku()
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar=daftar, jumlah=banyak))


@bp.get("")
@requires(P.KARTU_SERAH)
def index() -> Response:
    """The own kecamatan's days, planned ones first."""
    rows = acara_queries.list_acara(seen_by=pelaku())
    return render_page(
        "kartu/acara_daftar.html", acara=rows, jumlah=acara_queries.count_acara([one.id for one in rows])
    )


@bp.route("/baru", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def create() -> Response:
    """Plan a day."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    form = AcaraBaruForm()
    form.kecamatan.pilihan = [
        (one.kode, one.nama) for one in list_kecamatan() if one.kode in pelaku().kecamatan
    ]
    if len(form.kecamatan.pilihan) == 1 and request.method == "GET":
        form.kecamatan.process_data(form.kecamatan.pilihan[0][0])
    if form.accepts():
        with form.rules():
            acara = actions.create_acara(
                nama=form.nama.data,
                tempat=form.tempat.data,
                tanggal=form.tanggal.data,
                kecamatan_kode=form.kecamatan.data,
                by=pelaku(),
            )
            return finish(url_for(".choose", acara_id=acara.id), "Acara dibuat. Pilih kartunya.")
    return render_page("kartu/acara_ubah.html", form=form, acara=None)


@bp.route("/<uuid:acara_id>/ubah", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def change(acara_id: uuid.UUID) -> Response:
    """Another name, place or day."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    acara = _get(acara_id, untuk_diubah=request.method == "POST")
    form = AcaraForm(obj=acara)
    if form.accepts():
        with form.rules():
            actions.change_acara(
                acara,
                nama=form.nama.data,
                tempat=form.tempat.data,
                tanggal=form.tanggal.data,
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(url_for(".show", acara_id=acara.id), "Acara diubah.")
        acara = _get(acara_id)
    beda = form.differences(AcaraForm(formdata=None, obj=acara), acara.versi)
    return render_page("kartu/acara_ubah.html", form=form, acara=acara, beda=beda)


@bp.get("/<uuid:acara_id>")
@requires(P.KARTU_SERAH)
def show(acara_id: uuid.UUID) -> Response:
    """The day: what comes next, its papers, its totals, its list."""
    acara = _get(acara_id)
    baris, tambahan = acara_queries.list_baris(acara), acara_queries.list_tambahan(acara)
    _seen("acara", len(baris) + len(tambahan))
    jumlah = acara_queries.hitung(baris, len(tambahan))
    return render_page(
        "kartu/acara.html",
        acara=acara,
        baris=baris,
        tambahan=tambahan,
        jumlah=jumlah,
        hasil=acara_cetak.tabel_jumlah(jumlah),
        tanpa_hp=sum(one.pekerja.hp_enc is None for one in baris),
        kecamatan=acara_cetak.nama_kecamatan(acara),
        hari_ini=today(),
        boleh={
            one.move.peristiwa: one.alasan
            for one in offers(MACHINE, acara, pelaku(), diserahkan=jumlah.diserahkan + jumlah.tambahan)
        },
        rencana=acara.status is StatusAcara.RENCANA,
    )


@bp.route("/<uuid:acara_id>/kartu", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def choose(acara_id: uuid.UUID) -> Response:
    """K6: put cards on the list, all or some."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    acara = _get(acara_id, untuk_diubah=request.method == "POST")
    form = PilihKartuForm()
    if form.accepts():
        with form.rules():
            added = actions.invite_kartu(acara, form.kartu.data, by=pelaku())
            return finish(url_for(".show", acara_id=acara.id), f"{added} kartu masuk daftar acara.")
        acara = _get(acara_id)
    rows = acara_queries.list_dapat_diundang(acara)
    saring = SaringKelurahanForm()
    saring.kelurahan.pilihan = sorted(
        {(one.kelurahan_kode, one.kelurahan) for one in rows}, key=lambda one: (one[1], one[0])
    )
    saring.validate()
    wanted = saring.kelurahan.data
    rows = [one for one in rows if wanted is None or one.kelurahan_kode == wanted]
    _seen("acara_pilih", len(rows))
    return render_page("kartu/acara_kartu.html", form=form, saring=saring, acara=acara, rows=rows)


@bp.route("/<uuid:acara_id>/selesai", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def end(acara_id: uuid.UUID) -> Response:
    """H2 after a page that shows the totals and who is still waiting."""

    def move(acara: AcaraSerah, **who: Any) -> Response:
        actions.finish_acara(acara, **who)
        return finish(url_for(".show", acara_id=acara_id), f"Berita acara {acara.nomor_ba} dibuat.")

    return _do(acara_id, move, _end_page)


def _end_page(acara: AcaraSerah, form: TindakanForm) -> Response:
    baris, tambahan = acara_queries.list_baris(acara), acara_queries.list_tambahan(acara)
    _seen("acara_selesai", len(baris))
    return render_page(
        "kartu/acara_selesai.html",
        form=form,
        acara=acara,
        menunggu=[one for one in baris if one.undangan.hasil is HasilUndangan.MENUNGGU],
        hasil=acara_cetak.tabel_jumlah(acara_queries.hitung(baris, len(tambahan))),
        alasan=_refusal(acara, "selesaikan"),
    )


@bp.route("/<uuid:acara_id>/batal", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def cancel(acara_id: uuid.UUID) -> Response:
    """H3."""

    def move(acara: AcaraSerah, **who: Any) -> Response:
        actions.cancel_acara(acara, **who)
        return finish(url_for(".index"), "Acara dibatalkan. Kartunya dapat dijadwalkan lagi.")

    return _do(acara_id, move, _cancel_page)


def _cancel_page(acara: AcaraSerah, form: TindakanForm) -> Response:
    return render_page("kartu/acara_batal.html", form=form, acara=acara, alasan=_refusal(acara, "batalkan"))


def _do(
    acara_id: uuid.UUID,
    move: Callable[..., Response],
    page: Callable[[AcaraSerah, TindakanForm], Response],
) -> Response:
    """A step that a page of its own explains: that page, the step, or the page with why it was refused."""
    if answer := answered_before():
        return answer
    posting = request.method == "POST"
    acara = _get(acara_id, untuk_diubah=posting)
    form = TindakanForm(obj=acara)
    if form.accepts():
        with form.rules():
            return move(acara, by=pelaku(), versi=form.versi.data)
        acara = _get(acara_id)
    return page(acara, form)


def _refusal(acara: AcaraSerah, peristiwa: str) -> str | None:
    """Why this move is refused now (G3)."""
    handed, _ = acara_queries.count_acara([acara.id]).get(acara.id, (0, 0))
    found = {one.move.peristiwa: one.alasan for one in offers(MACHINE, acara, pelaku(), diserahkan=handed)}
    return found.get(peristiwa, f"Acara ini sudah {acara.status.label.lower()}.")


# -- papers -------------------------------------------------------------------------------------------------


def _lines(acara_id: uuid.UUID, jenis: str) -> tuple[AcaraSerah, list[Baris]]:
    """The list for a print; taking names out counts (EXP-2)."""
    acara = _get(acara_id)
    baris = acara_queries.list_baris(acara)
    if not baris:
        raise NotFound("Daftar acara ini masih kosong. Pilih kartunya lebih dahulu.")
    check_jatah_ekspor(pelaku(), len(baris))
    facts: dict[str, Any] = {"daftar": "acara_serah", "jumlah": len(baris), "saringan": "", "jenis": jenis}
    record(Peristiwa.EKSPOR, by=pelaku(), objek=acara, **facts)
    return acara, baris


def _pdf(acara: AcaraSerah, data: bytes, nama: str) -> Response:
    return kirim_berkas(data, "application/pdf", f"{nama}-{acara.kode.lower()}.pdf", lampiran=True)


@bp.get("/<uuid:acara_id>/daftar-hadir.pdf")
@requires(P.KARTU_SERAH)
def attendance(acara_id: uuid.UUID) -> Response:
    """The sheet that is signed."""
    acara, baris = _lines(acara_id, "daftar_hadir")
    kertas: Kertas = "f4" if request.args.get("kertas") == "f4" else "a4"
    return _pdf(acara, acara_cetak.print_daftar_hadir(acara, baris, kertas), "daftar-hadir")


@bp.get("/<uuid:acara_id>/label.pdf")
@requires(P.KARTU_SERAH)
def labels(acara_id: uuid.UUID) -> Response:
    """Labels for the envelopes."""
    acara, baris = _lines(acara_id, "label")
    return _pdf(acara, acara_cetak.print_label(acara, baris), "label")


@bp.get("/<uuid:acara_id>/undangan.pdf")
@requires(P.KARTU_SERAH)
def invitations(acara_id: uuid.UUID) -> Response:
    """Letters for workers without telephone."""
    acara, baris = _lines(acara_id, "undangan")
    if all(one.pekerja.hp_enc is not None for one in baris):
        raise NotFound("Semua pekerja dalam daftar ini punya nomor HP.")
    return _pdf(acara, acara_cetak.print_undangan(acara, baris), "undangan")


@bp.get("/<uuid:acara_id>/hasil.xlsx")
@requires(P.KARTU_SERAH)
def result_table(acara_id: uuid.UUID) -> Response:
    """Totals and every line as XLSX."""
    acara, baris = _lines(acara_id, "xlsx")
    tambahan = acara_queries.list_tambahan(acara)
    jumlah = acara_queries.hitung(baris, len(tambahan))
    data = acara_cetak.write_hasil(acara, baris, tambahan, jumlah, oleh=current_user.nama, waktu=now())
    return kirim_berkas(data, MIME_XLSX, f"hasil-{acara.kode.lower()}.xlsx", lampiran=True)


@bp.get("/<uuid:acara_id>/berita-acara.pdf")
@requires(P.KARTU_SERAH)
def report(acara_id: uuid.UUID) -> Response:
    """The frozen report, byte for byte."""
    acara = _get(acara_id)
    data = actions.read_berita_acara(acara)
    record(
        Peristiwa.EKSPOR, by=pelaku(), objek=acara, daftar="berita_acara", jumlah=1, saringan="", jenis="pdf"
    )
    return _pdf(acara, data, f"berita-acara-{(acara.nomor_ba or '').lower()}")
