"""The BPJS liaison's desk: who goes to BPJS, what came back, who has to do what; one worker's cover."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat, offers
from rentan.ext import db, runtime
from rentan.kepesertaan import actions, queries
from rentan.kepesertaan.forms import (
    AkhiriForm,
    BukaNikForm,
    CariForm,
    LengkapiForm,
    PastikanForm,
    SusunForm,
)
from rentan.kepesertaan.formulir import ISI
from rentan.kepesertaan.impor import PENANGAN
from rentan.kepesertaan.kpj import PENANGAN as PENANGAN_KPJ
from rentan.kepesertaan.penangan import kalimat_sisa
from rentan.paket.actions import susun_paket
from rentan.paket.queries import count_pengecualian, list_paket, nama_akun
from rentan.paket.status import TERBUKA, JenisPaket
from rentan.pekerja.masa import keadaan_perlindungan
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE, StatusPekerja
from rentan.util.nik import mask_nik
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm, carry_out
from rentan.web.impor import FormJawaban, HalamanImpor, add_import_routes
from rentan.web.page import render_page
from rentan.web.sesaat import show_sesaat
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("kepesertaan", __name__)
bp_kpj = Blueprint("kpj", __name__)
P = Permission
MAKS_BELUM = 500  # rows of the list of those who cannot go yet

add_menu(
    "Kepesertaan", "kepesertaan.index", P.KEPESERTAAN_KELOLA, awalan=("/kepesertaan", "/paket"), urutan=15
)
add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=P.KEPESERTAAN_KELOLA,
        alamat="/kepesertaan/impor",
        asal="kepesertaan.index",
        tujuan="halaman Kepesertaan",
        pengantar="Jawaban kantor cabang atas daftar yang dikirim; setiap baris mendapat satu hasil.",
        kolom="Nomor Identitas (NIK), Status (Y/T), Keterangan Status Data, Nama Lengkap; boleh Tanggal "
        "Terdaftar. NIK harus berupa teks.",
        formulir=FormJawaban,
    ),
)
add_import_routes(
    bp_kpj,
    HalamanImpor(
        penangan=PENANGAN_KPJ,
        izin=P.KEPESERTAAN_KELOLA,
        alamat="/kepesertaan/kpj",
        asal="kepesertaan.index",
        tujuan="halaman Kepesertaan",
        pengantar="Nomor peserta (KPJ) pekerja yang sudah terdaftar, dari kantor cabang BPJS.",
        kolom="NIK, NAMA, KPJ. NIK dan KPJ harus berupa teks.",
    ),
)


# -- the desk -----------------------------------------------------------------------------------------------


@bp.get("/kepesertaan")
@requires(P.KEPESERTAAN_KELOLA)
def index() -> Response:
    """How many are ready, blocked, sent, registered, refused; batches and answers."""
    return _index(SusunForm(formdata=None))


def _index(form: BaseForm) -> Response:
    by = pelaku()
    kode = Counter(one.kode for one in queries.list_kandidat())
    siap = kode.pop("", 0)
    batches = list_paket(JenisPaket.DAFTAR, seen_by=by)
    terbuka = next((one for one in batches if one.status in TERBUKA), None)
    status = queries.count_status()
    return render_page(
        "kepesertaan/mulai.html",
        status=form.status,
        form=form,
        siap=siap,
        sisa=kalimat_sisa(siap),
        belum=[(one, kalimat, kode[one]) for one, kalimat in queries.ALASAN.items() if kode[one]],
        jumlah_belum=sum(kode.values()),
        daftar=[
            (nama, label, sum(status.get(one, 0) for one in states))
            for nama, (label, states) in queries.DAFTAR.items()
        ],
        paket=batches,
        terbuka=terbuka,
        pengecualian=count_pengecualian(seen_by=by, jenis=JenisPaket.DAFTAR),
    )


@bp.post("/kepesertaan/susun")
@requires(P.KEPESERTAAN_KELOLA)
def build() -> Response:
    """B1: a new list with everybody who is ready."""
    form = SusunForm()

    def susun() -> tuple[str, str]:
        paket = susun_paket(JenisPaket.DAFTAR, today(), by=pelaku())
        return url_for("paket.show", paket_id=paket.id), "Paket disusun. Periksa isinya, lalu kunci."

    return carry_out(form, susun) or _index(form)


@bp.get("/kepesertaan/belum")
@requires(P.KEPESERTAAN_KELOLA)
def list_blocked() -> Response:
    """Who cannot go yet, why, and who can put it right."""
    wanted = request.args.get("alasan", "")
    if wanted and wanted not in queries.ALASAN:
        raise NotFound
    rows = [one for one in queries.list_kandidat() if one.kode and wanted in ("", one.kode)]
    record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="belum_ke_bpjs", jumlah=min(len(rows), MAKS_BELUM))
    return render_page(
        "kepesertaan/belum.html", baris=rows[:MAKS_BELUM], jumlah=len(rows), alasan=queries.ALASAN.get(wanted)
    )


@bp.get("/kepesertaan/pekerja")
@requires(P.KEPESERTAAN_KELOLA)
def list_workers() -> Response:
    """One list of workers who went to BPJS, by name."""
    daftar, form = request.args.get("daftar", "terdaftar"), CariForm()
    form.validate()
    banyak = runtime().profil.batas.baris_per_halaman
    rows = queries.list_pekerja(
        daftar,
        seen_by=pelaku(),
        cari=form.cari.data or "",
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=banyak + 1,
    )
    actor, seen = pelaku(), min(len(rows), banyak)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar=f"bpjs_{daftar}", jumlah=seen))
    return render_page(
        "kepesertaan/daftar.html",
        "daftar_pekerja",
        status=form.status,
        form=form,
        daftar=daftar,
        judul_daftar=queries.DAFTAR[daftar][0],
        semua={nama: label for nama, (label, _) in queries.DAFTAR.items()},
        baris=rows[:banyak],
        lanjutan=bool(request.args.get("sesudah")),
        sesudah=rows[banyak - 1].id if len(rows) > banyak else None,
    )


# -- one worker ---------------------------------------------------------------------------------------------


@bp.get("/kepesertaan/pekerja/<uuid:pekerja_id>")
@requires(P.KEPESERTAAN_KELOLA)
def show(pekerja_id: uuid.UUID) -> Response:
    """One worker's way to BPJS."""
    return _show(queries.get_pekerja(pekerja_id, seen_by=pelaku()))


def _show(pekerja: Pekerja, form: BaseForm | None = None, nik: str | None = None) -> Response:
    by = pelaku()
    standing = next(iter(queries.list_kandidat(pekerja_ids=[pekerja.id])), None)
    riwayat = list_riwayat(MACHINE, pekerja)
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=pekerja, daftar="kepesertaan_pekerja", jumlah=1)
    )
    return render_page(
        "kepesertaan/pekerja.html",
        status=form.status if form else 200,
        pekerja=pekerja,
        nik=nik,
        nik_tersamar=mask_nik(reveal(pekerja, "nik") or "", lahir_terlihat=True),
        kpj=reveal(pekerja, "kpj"),
        kandidat=standing,
        form=form or BukaNikForm(formdata=None),
        tawaran={one.move.peristiwa: one.alasan for one in offers(MACHINE, pekerja, by, **_FACTS)},
        perlindungan=keadaan_perlindungan(pekerja),
        riwayat=riwayat,
        label={one.value: one.label for one in StatusPekerja},
        nama=nama_akun([one.pelaku_id for one in riwayat]),
    )


#: Facts of moves that are not made on this page, so that all of them can be offered or not.
_FACTS: dict[str, Any] = {"kosong": [], "mandat_disetujui": True, "berubah": True}


@bp.route("/kepesertaan/pekerja/<uuid:pekerja_id>/lengkapi", methods=["GET", "POST"])
@requires(P.KEPESERTAAN_KELOLA)
def complete(pekerja_id: uuid.UUID) -> Response:
    """What BPJS's form lacks, filled in after a call to the donor or the operator."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    form = _completion(pekerja)
    asked = [one for one in actions.DAPAT_DILENGKAPI if one in form]
    if asked and form.accepts():
        with form.rules():
            pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku(), untuk_diubah=True)
            isian = {one: form[one].data for one in asked}
            actions.complete_data(pekerja, isian, by=pelaku(), versi=form.versi.data)
            return finish(url_for(".list_blocked", alasan="kosong"), "Data dilengkapi.")
        pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    return render_page(
        "kepesertaan/lengkapi.html",
        "isi",
        status=form.status,
        form=form,
        pekerja=pekerja,
        asked=asked,
        isi=ISI,
    )


def _completion(pekerja: Pekerja) -> LengkapiForm:
    """The form with only the blanks that BPJS's form wants filled."""
    form = LengkapiForm(data={"versi": pekerja.versi})
    standing = next(iter(queries.list_kandidat(pekerja_ids=[pekerja.id])), None)
    for name in actions.DAPAT_DILENGKAPI:
        if standing is None or name not in standing.kosong:
            del form[name]
    return form


@bp.route("/kepesertaan/pekerja/<uuid:pekerja_id>/akhiri", methods=["GET", "POST"])
@requires(P.KEPESERTAAN_KELOLA)
def end(pekerja_id: uuid.UUID) -> Response:
    """W17, W18: the cover ends, the donor is asked for the next worker."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    form = AkhiriForm(obj=pekerja)
    if form.accepts() and form.alasan.data and form.pada.data:
        with form.rules():
            pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku(), untuk_diubah=True)
            actions.end_cover(
                pekerja,
                form.alasan.data,
                pada=form.pada.data,
                catatan=form.catatan.data or "",
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(
                url_for(".index"), "Kepesertaan diakhiri. Donatur diminta memilih pekerja berikutnya."
            )
        pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    return render_page("kepesertaan/akhiri.html", "isi", status=form.status, form=form, pekerja=pekerja)


@bp.route("/kepesertaan/pekerja/<uuid:pekerja_id>/pastikan", methods=["GET", "POST"])
@requires(P.KEPESERTAAN_KELOLA)
def confirm_lapse(pekerja_id: uuid.UUID) -> Response:
    """W15: what we had computed is confirmed by BPJS."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    form = PastikanForm(obj=pekerja)
    if form.accepts() and form.pada.data:
        with form.rules():
            pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku(), untuk_diubah=True)
            actions.confirm_lapse(
                pekerja,
                pada=form.pada.data,
                catatan=form.catatan.data or "",
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(url_for(".show", pekerja_id=pekerja_id), "Konfirmasi BPJS dicatat.")
        pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    found = {one.move.peristiwa: one.alasan for one in offers(MACHINE, pekerja, pelaku(), **_FACTS)}
    return render_page(
        "kepesertaan/pastikan.html",
        "isi",
        status=form.status,
        form=form,
        pekerja=pekerja,
        sumber=keadaan_perlindungan(pekerja)[1],
        alasan=found.get("konfirmasi", "Perlindungan pekerja ini tidak terhenti."),
    )


@bp.post("/kepesertaan/pekerja/<uuid:pekerja_id>/nik")
@requires(P.NIK_BUKA)
def open_nik(pekerja_id: uuid.UUID) -> Response:
    """The whole NIK for a minute, with a reason (MSK-1)."""
    pekerja = queries.get_pekerja(pekerja_id, seen_by=pelaku())
    form = BukaNikForm()
    if not form.accepts() or form.alasan.data is None:
        return _show(pekerja, form)
    nik = actions.open_nik(pekerja, form.alasan.data, by=pelaku())
    db.session.commit()  # no number is shown without its trace
    response = _show(pekerja, nik=nik)
    return show_sesaat(response, url_for(".show", pekerja_id=pekerja_id))
