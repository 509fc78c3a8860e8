"""Buttons that only batches of money have: first approval, refusal by the bank, reconciliation, closing."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response

from rentan.core.permissions import Permission
from rentan.paket import uang
from rentan.paket.forms import RekonsiliasiForm, TindakanForm, TolakBerkasForm
from rentan.paket.views import do_langkah, do_move
from rentan.web.access import fresh, pelaku, requires

bp = Blueprint("paket_uang", __name__)
P = Permission


@bp.post("/paket/<uuid:paket_id>/setujui-pertama")
@requires(P.PAKET_SETUJUI)
@fresh
def approve_first(paket_id: uuid.UUID) -> Response:
    """B5a: one of two approvals (AUT-7)."""
    form, by = TindakanForm(), pelaku()
    return do_move(
        paket_id,
        form,
        lambda paket: uang.setujui_pertama(paket, by=by, versi=form.versi.data),
        "Persetujuan pertama tercatat. Penyetuju lain memberi yang kedua.",
    )


@bp.post("/paket/<uuid:paket_id>/tolak-berkas")
@requires(P.DEBET_KELOLA)
def refuse_file(paket_id: uuid.UUID) -> Response:
    """B6: nothing of it was executed."""
    form, by = TolakBerkasForm(), pelaku()
    return do_move(
        paket_id,
        form,
        lambda paket: uang.tolak_berkas(
            paket,
            pesan_bank=form.pesan_bank.data or "",
            tidak_dijalankan=bool(form.tidak_dijalankan.data),
            by=by,
            versi=form.versi.data,
        ),
        "Penolakan bank tercatat. Tidak ada baris yang dijalankan.",
    )


@bp.post("/paket/<uuid:paket_id>/perbaiki")
@requires(P.DEBET_KELOLA)
def repair(paket_id: uuid.UUID) -> Response:
    """B7: the same lines, another file."""
    return do_langkah(paket_id, TindakanForm(), "perbaiki")


@bp.post("/paket/<uuid:paket_id>/lengkap")
@requires(P.DEBET_KELOLA, P.SETORAN_KELOLA)
def declare_complete(paket_id: uuid.UUID) -> Response:
    """B9: the bank (or BPJS) says that this was all."""
    return do_langkah(paket_id, TindakanForm(), "nyatakan_lengkap")


@bp.post("/paket/<uuid:paket_id>/rekonsiliasi")
@requires(P.DEBET_KELOLA, P.SETORAN_BAYAR)
def reconcile(paket_id: uuid.UUID) -> Response:
    """B10: what succeeded against what the bank credited."""
    form, by = RekonsiliasiForm(), pelaku()
    return do_move(
        paket_id,
        form,
        lambda paket: uang.rekonsiliasi(
            paket,
            kredit_bank=form.kredit_bank.data or 0,
            selisih=form.selisih(),
            by=by,
            versi=form.versi.data,
        ),
        "Jumlahnya cocok. Penyetuju yang tidak membaca hasil bank menutup paket ini.",
    )


@bp.post("/paket/<uuid:paket_id>/tutup")
@requires(P.PAKET_SETUJUI)
@fresh
def close(paket_id: uuid.UUID) -> Response:
    """B11: for good."""
    form, by = TindakanForm(), pelaku()
    return do_move(
        paket_id,
        form,
        lambda paket: uang.tutup(paket, by=by, versi=form.versi.data),
        "Paket ditutup. Sesudah ini pembetulan hanya lewat catatan baru.",
    )
