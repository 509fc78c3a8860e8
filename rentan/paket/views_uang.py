"""Buttons that only batches of money have: first approval, refusal by the bank, reconciliation, closing."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response

from rentan.core.permissions import Permission
from rentan.paket import uang
from rentan.paket.forms import RekonsiliasiForm, TindakanForm, TolakBerkasForm
from rentan.paket.views import do_langkah, do_move
from rentan.web.access import fresh, requires

bp = Blueprint("paket_uang", __name__)
P = Permission


@bp.post("/paket/<uuid:paket_id>/setujui-pertama")
@requires(P.PAKET_SETUJUI)
@fresh
def approve_first(paket_id: uuid.UUID) -> Response:
    """B5a: one of two approvals (AUT-7)."""
    pesan = "Persetujuan pertama tercatat. Penyetuju lain memberi yang kedua."
    return do_move(paket_id, TindakanForm(), uang.setujui_pertama, pesan)


@bp.post("/paket/<uuid:paket_id>/tolak-berkas")
@requires(P.DEBET_KELOLA)
def refuse_file(paket_id: uuid.UUID) -> Response:
    """B6: nothing of it was executed."""
    form = TolakBerkasForm()
    return do_move(
        paket_id,
        form,
        uang.tolak_berkas,
        "Penolakan bank tercatat. Tidak ada baris yang dijalankan.",
        pesan_bank=form.pesan_bank.data or "",
        tidak_dijalankan=bool(form.tidak_dijalankan.data),
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
    form = RekonsiliasiForm()
    return do_move(
        paket_id,
        form,
        uang.rekonsiliasi,
        "Jumlahnya cocok. Penyetuju yang tidak membaca hasil bank menutup paket ini.",
        kredit_bank=form.kredit_bank.data or 0,
        selisih=form.selisih(),
    )


@bp.post("/paket/<uuid:paket_id>/tutup")
@requires(P.PAKET_SETUJUI)
@fresh
def close(paket_id: uuid.UUID) -> Response:
    """B11: for good."""
    pesan = "Paket ditutup. Sesudah ini pembetulan hanya lewat catatan baru."
    return do_move(paket_id, TindakanForm(), uang.tutup, pesan)
