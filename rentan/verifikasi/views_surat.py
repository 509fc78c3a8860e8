"""One letter under verification: data left, pages right, a verdict per paper and per worker, the decision."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.penjaga import klaim_berlaku, klaim_sampai
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions, pendapat, queries
from rentan.verifikasi.alasan import ALASAN_TOLAK_SURAT, YANG_DIPERIKSA, find_alasan, list_alasan
from rentan.verifikasi.forms import (
    TIDAK,
    YA,
    AkhirForm,
    BatalSuratForm,
    JawabForm,
    LangkahForm,
    PutusanForm,
    TanyaForm,
    TarikForm,
)
from rentan.verifikasi.models import PendapatKedua
from rentan.verifikasi.queries import Hal, get_surat_masuk, name_of
from rentan.verifikasi.status import HasilPutusan, JawabanPendapat, JenisPendapat
from rentan.verifikasi.views import KOSONG, claim_next, conflict
from rentan.web.access import pelaku, requires
from rentan.web.forms import VersionedForm
from rentan.web.page import render_page
from rentan.web.sisipan import pieces_of
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("verifikasi_surat", __name__)

AKHIR = "putusan"
#: How far the page image can be turned (degrees) and enlarged (times).
PUTAR, BESAR = (0, 90, 180, 270), (1, 2, 3)


@bp.get("/verifikasi/<uuid:surat_id>")
@requires(Permission.VERIFIKASI)
def show(surat_id: uuid.UUID) -> Response:
    """The page. Whole numbers only for who holds the letter or is asked for an opinion; that is noted."""
    return _page(_surat(surat_id), request.args.get("hal"))


@bp.post("/verifikasi/<uuid:surat_id>/putusan")
@requires(Permission.VERIFIKASI)
def judge(surat_id: uuid.UUID) -> Response:
    """A verdict on one paper or one worker; then the next thing that is undecided."""
    form = PutusanForm()
    surat = _surat(surat_id)
    hal = queries.find_hal(queries.list_hal(surat), form.hal.data or "")
    if hal is not None:
        form.alasan.pilihan = [(one.kode, one.label) for one in list_alasan(hal.jenis)]
    if form.accepts() and hal is not None:
        if answer := answered_before():
            return answer
        chosen = hal

        def do() -> Response:
            _judge(surat, chosen, form)
            kunci = queries.next_kunci(queries.list_hal(surat), chosen.kunci)
            return finish(url_for(".show", surat_id=surat.id, hal=kunci))

        return _try(surat, form, do, chosen.kunci, putusan=form)
    return _page(surat, form.hal.data, form=form, putusan=form)


def _judge(surat: SuratKuasa, hal: Hal, form: PutusanForm) -> None:
    common: dict[str, Any] = {"by": pelaku(), "versi": form.versi.data}
    if form.hasil.data == TIDAK:
        reason = find_alasan(hal.jenis, form.alasan.data)
        common |= {"alasan": form.alasan.data, "kalimat": form.kalimat.data}
        common["hasil"] = reason.hasil if reason else HasilPutusan.PERBAIKI
    else:
        common["hasil"] = HasilPutusan.YA
    if hal.asuhan is not None:
        actions.judge_pekerja(surat, hal.asuhan, **common)
    elif hal.berkas is not None:
        part = form.bagian()
        marked = actions.Bagian(*part) if part and form.hasil.data == TIDAK else None
        actions.judge_berkas(surat, hal.berkas, bagian=marked, **common)
    else:
        raise NotFound


@bp.post("/verifikasi/<uuid:surat_id>/setujui")
@requires(Permission.VERIFIKASI)
def approve(surat_id: uuid.UUID) -> Response:
    """M9, then the next letter."""
    return _decide(surat_id, actions.approve_surat, "disetujui")


@bp.post("/verifikasi/<uuid:surat_id>/minta-perbaikan")
@requires(Permission.VERIFIKASI)
def request_repair(surat_id: uuid.UUID) -> Response:
    """M7, then the next letter."""
    return _decide(surat_id, actions.request_repair, "dikembalikan untuk diperbaiki")


def _decide(surat_id: uuid.UUID, action: Callable[..., Any], said: str) -> Response:
    form = AkhirForm()
    surat = _surat(surat_id)
    if form.accepts():
        if answer := answered_before():
            return answer

        def do() -> Response:
            action(surat, by=pelaku(), versi=form.versi.data)
            pesan = f"Surat {surat.nomor} {said}."
            if form.lanjut.data != YA:
                return finish(url_for("verifikasi.index"), pesan)
            found = claim_next()
            if found is None:
                return finish(url_for("verifikasi.index"), f"{pesan} {KOSONG}")
            return finish(url_for(".show", surat_id=found.id), f"{pesan} Ini surat berikutnya.")

        return _try(surat, form, do, AKHIR, akhir=form)
    return _page(surat, AKHIR, form=form, akhir=form)


@bp.post("/verifikasi/<uuid:surat_id>/tanya")
@requires(Permission.VERIFIKASI)
def ask(surat_id: uuid.UUID) -> Response:
    """Ask a second verifikator: to refuse the letter, or to let an exception pass."""
    form = TanyaForm(id_awalan="tanya")
    surat = _surat(surat_id)
    if form.accepts():
        if answer := answered_before():
            return answer

        def do() -> Response:
            jenis = form.jenis.data
            alasan = form.alasan.data if jenis is JenisPendapat.TOLAK else jenis.value
            pendapat.ask_second_opinion(
                surat,
                jenis=jenis,
                alasan=alasan or "",
                catatan=form.catatan.data,
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(
                url_for("verifikasi.index"),
                f"Pendapat kedua untuk surat {surat.nomor} diminta. Verifikator lain melihatnya paling atas.",
            )

        return _try(surat, form, do, AKHIR, tanya=form)
    return _page(surat, AKHIR, form=form, tanya=form)


@bp.post("/verifikasi/<uuid:surat_id>/jawab")
@requires(Permission.VERIFIKASI)
def answer_opinion(surat_id: uuid.UUID) -> Response:
    """The second verifikator's answer; agreeing to a refusal refuses the letter (M10)."""
    form = JawabForm()
    surat = _surat(surat_id)
    if form.accepts():
        if answer := answered_before():
            return answer

        def do() -> Response:
            asked = _pendapat(form.pendapat_id())
            agreed = form.jawaban.data == YA
            pendapat.answer_second_opinion(
                surat,
                asked,
                setuju=agreed,
                catatan=form.catatan.data,
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(url_for("verifikasi.index"), f"Pendapat Anda atas surat {surat.nomor} tersimpan.")

        return _try(surat, form, do, AKHIR, jawab=form)
    return _page(surat, AKHIR, form=form, jawab=form)


@bp.post("/verifikasi/<uuid:surat_id>/tarik")
@requires(Permission.VERIFIKASI)
def withdraw(surat_id: uuid.UUID) -> Response:
    """Take an unanswered question back and go on alone."""
    form = TarikForm()
    surat = _surat(surat_id)
    if form.accepts():
        if answer := answered_before():
            return answer

        def do() -> Response:
            pendapat.withdraw_opinion(surat, _pendapat(form.pendapat_id()), by=pelaku())
            return finish(url_for(".show", surat_id=surat.id, hal=AKHIR), "Permintaan pendapat ditarik.")

        return _try(surat, form, do, AKHIR)
    return _page(surat, AKHIR, form=form)


@bp.post("/verifikasi/<uuid:surat_id>/batal")
@requires(Permission.VERIFIKASI)
def cancel(surat_id: uuid.UUID) -> Response:
    """M22: a double letter, another person's, or one without any worker left."""
    form = BatalSuratForm(id_awalan="batal")
    surat = _surat(surat_id)
    if form.accepts():
        if answer := answered_before():
            return answer

        def do() -> Response:
            actions.cancel_surat(surat, alasan=form.alasan.data, by=pelaku(), versi=form.versi.data)
            return finish(url_for("verifikasi.index"), f"Surat {surat.nomor} dibatalkan.")

        return _try(surat, form, do, AKHIR, batal=form)
    return _page(surat, AKHIR, form=form, batal=form)


# -- within -------------------------------------------------------------------------------------------------


def _surat(surat_id: uuid.UUID) -> SuratKuasa:
    return get_surat_masuk(surat_id, seen_by=pelaku())


def _pendapat(pendapat_id: uuid.UUID | None) -> PendapatKedua:
    row = db.session.get(PendapatKedua, pendapat_id) if pendapat_id else None
    if row is None:
        raise NotFound
    return row


def _try(
    surat: SuratKuasa, form: VersionedForm, do: Callable[[], Response], kunci: str, **forms: VersionedForm
) -> Response:
    """Do it, or say at the form why not; a letter that moved meanwhile gets a page that says what changed."""
    surat_id = surat.id
    try:
        return do()
    except RuleError as refused:
        if refused.status not in (409, 422):
            raise
        undo_changes()
        surat = _surat(surat_id)
        if isinstance(refused, Stale) or surat.versi != form.versi.data:
            return conflict(surat)
        form.refuse(refused)
        return _page(surat, kunci, form=form, **forms)


def _page(
    surat: SuratKuasa, kunci: str | None, *, form: VersionedForm | None = None, **forms: VersionedForm
) -> Response:
    hal = queries.list_hal(surat)
    kunci = kunci if kunci == AKHIR or queries.find_hal(hal, kunci or "") else queries.next_kunci(hal)
    now_at = queries.find_hal(hal, kunci or "")
    by = pelaku()
    dipegang = surat.status is StatusSurat.DIPERIKSA and surat.diperiksa_oleh == by.akun_id
    opinions = queries.list_pendapat(surat)
    waiting = [one for one in opinions if one.jawaban is JawabanPendapat.MENUNGGU]
    ditanya = [one for one in waiting if one.diminta_oleh != by.akun_id]
    data = queries.data_surat(surat, hal, terbuka=dipegang or bool(ditanya))
    if data.terbuka:
        jumlah = len(data.pekerja)
        # Beside a refused form as well, whose own changes were rolled back.
        after_reading(
            lambda: record(
                Peristiwa.NIK_DIBUKA, by=by, objek=surat, alasan="verifikasi", jumlah=jumlah, rekening=True
            )
        )
    return render_page(
        "verifikasi/surat.html",
        status=form.status if form else 200,
        surat=surat,
        opd=db.session.get_one(Opd, surat.asn.opd_id),
        hal=hal,
        kunci=kunci,
        kini=now_at,
        data=data,
        dipegang=dipegang,
        sampai=klaim_sampai(surat) if klaim_berlaku(surat) else None,
        pemeriksa=name_of(surat.diperiksa_oleh),
        tawaran=queries.list_tawaran_periksa(surat, by, hal),
        pengecualian=queries.list_pengecualian(surat),
        pendapat=[(one, name_of(one.diminta_oleh), name_of(one.dijawab_oleh)) for one in opinions],
        menunggu=waiting,
        alasan_tolak=ALASAN_TOLAK_SURAT,
        lembar=_sheet(hal, now_at),
        form=form,
        **pieces_of("verifikasi_surat.show", by),
        **_forms(surat, now_at, forms),
        **_arrows(hal, kunci or AKHIR),
    )


def _forms(surat: SuratKuasa, now_at: Hal | None, forms: dict[str, VersionedForm]) -> dict[str, Any]:
    """The forms of the page: the one that was sent with its errors, the others fresh."""
    fresh: dict[str, Any] = {
        "akhir": AkhirForm(formdata=None, lanjut=YA),
        "tanya": TanyaForm(formdata=None, id_awalan="tanya"),
        "batal": BatalSuratForm(formdata=None, id_awalan="batal"),
        "langkah": LangkahForm(formdata=None),
        "jawab": JawabForm(formdata=None),
        "tarik": TarikForm(formdata=None),
        "putusan": _verdict_form(now_at),
    } | forms
    for one in fresh.values():
        one.versi.raw_data, one.versi.data = None, surat.versi
    reasons = list_alasan(now_at.jenis) if now_at else ()
    periksa = YANG_DIPERIKSA[now_at.jenis or "pekerja"] if now_at else ()
    return fresh | {"alasan": reasons, "yang_diperiksa": periksa}


def _verdict_form(now_at: Hal | None) -> PutusanForm:
    """The form of this thing, filled with the verdict that stands."""
    form = PutusanForm(formdata=None)
    if now_at is None:
        return form
    form.hal.data = now_at.kunci
    form.alasan.pilihan = [(one.kode, one.label) for one in list_alasan(now_at.jenis)]
    standing = now_at.putusan
    if standing is not None and standing.alasan is not None:
        form.alasan.process_data(standing.alasan)
        form.kalimat.data = standing.kalimat or ""
        for name in ("halaman", "kiri", "atas", "lebar", "tinggi"):
            form[name].data = getattr(standing, name)
    return form


def _arrows(hal: list[Hal], kunci: str) -> dict[str, str | None]:
    names: list[str] = [one.kunci for one in hal] + [AKHIR]
    at = names.index(kunci)
    return {
        "sebelumnya": names[at - 1] if at else None,
        "berikutnya": names[at + 1] if at + 1 < len(names) else None,
    }


def _sheet(hal: list[Hal], now_at: Hal | None) -> dict[str, Any] | None:
    """The page image: which paper, which page, how turned and enlarged; works without scripts."""
    papers = {one.jenis: one.berkas for one in hal if one.berkas is not None}
    if not papers:
        return None
    asked = request.args.get("berkas", "")
    jenis = next((one for one in WAJIB_UNGGAH if one.value == asked), None)
    jenis = jenis or (now_at.jenis if now_at else None) or JenisBerkas.SURAT_KUASA
    berkas = papers.get(jenis) or next(iter(papers.values()))
    assert berkas is not None
    return {
        "berkas": berkas,
        "semua": [one for one in papers.values() if one is not None],
        "halaman": min(max(request.args.get("halaman", 1, type=int), 1), berkas.halaman),
        "putar": _one_of(request.args.get("putar", 0, type=int), PUTAR),
        "besar": _one_of(request.args.get("besar", 1, type=int), BESAR),
    }


def _one_of(value: int, allowed: tuple[int, ...]) -> int:
    return value if value in allowed else allowed[0]
