"""Counting what arrives at the kecamatan: first the count, then the difference is confirmed (K5)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from rentan.core.audit import Peristiwa, record
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.kartu import actions, queries
from rentan.kartu.forms import HitungForm, TerimaForm
from rentan.kartu.queries import BarisKartu
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("kartu_terima", __name__)
P = Permission


@dataclass(frozen=True)
class Selisih:
    """What was counted against what was sent. ``asing``: codes that are no part of this shipment."""

    hadir: Sequence[BarisKartu]
    kurang: Sequence[BarisKartu]
    asing: Sequence[str]


def compare(baris: Sequence[BarisKartu], hadir: Sequence[uuid.UUID], kode: Sequence[str]) -> Selisih:
    """Ticks and scanned codes together against the lines that are still to be counted."""
    there = {one.id for one in baris if one.id in set(hadir) or one.kode in set(kode)}
    known = {one.kode for one in baris}
    return Selisih(
        [one for one in baris if one.id in there],
        [one for one in baris if one.id not in there],
        [one for one in kode if one not in known],
    )


def _lines(paket_id: uuid.UUID | None) -> list[BarisKartu]:
    if paket_id is not None:
        queries.get_kiriman(paket_id, seen_by=pelaku())
    return queries.list_isi_kiriman(paket_id, pelaku().kecamatan)


@bp.get("/kartu/terima", defaults={"paket_id": None})
@bp.get("/kartu/terima/<uuid:paket_id>")
@requires(P.KARTU_SERAH)
def count(paket_id: uuid.UUID | None) -> Response:
    """The lines of a shipment (without one: of cards that were sent singly), to be ticked or scanned."""
    return _count(paket_id, HitungForm(formdata=None))


def _count(paket_id: uuid.UUID | None, form: HitungForm) -> Response:
    baris, by = _lines(paket_id), pelaku()
    seen = len(baris)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="kartu_terima", jumlah=seen))
    paket = queries.get_kiriman(paket_id, seen_by=by) if paket_id else None
    return render_page(
        "kartu/hitung.html", status=form.status, form=form, baris=baris, paket=paket, paket_id=paket_id
    )


@bp.post("/kartu/terima/hitung", defaults={"paket_id": None})
@bp.post("/kartu/terima/<uuid:paket_id>/hitung")
@requires(P.KARTU_SERAH)
def compare_count(paket_id: uuid.UUID | None) -> Response:
    """The difference, before anything is noted."""
    form = HitungForm()
    if not form.accepts():
        return _count(paket_id, form)
    found = compare(_lines(paket_id), form.hadir.data, form.codes())
    if not found.hadir and not found.kurang:
        form.refuse(RuleError("Semua kartu kiriman ini sudah dihitung.", kode="sudah_dihitung"))
        return _count(paket_id, form)
    return _confirm(paket_id, TerimaForm(formdata=None), found)


def _confirm(paket_id: uuid.UUID | None, form: TerimaForm, found: Selisih) -> Response:
    by, seen = pelaku(), len(found.hadir) + len(found.kurang)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="kartu_terima", jumlah=seen))
    paket = queries.get_kiriman(paket_id, seen_by=by) if paket_id else None
    catatan = dict(zip(form.kurang.data, form.catatan.data, strict=False))
    return render_page(
        "kartu/selisih.html",
        status=form.status,
        form=form,
        selisih=found,
        paket=paket,
        paket_id=paket_id,
        catatan=catatan,
    )


@bp.post("/kartu/terima", defaults={"paket_id": None})
@bp.post("/kartu/terima/<uuid:paket_id>")
@requires(P.KARTU_SERAH)
def receive(paket_id: uuid.UUID | None) -> Response:
    """K5 for what is there; what is missing is lost (K11, with a note each) or still awaited."""
    form = TerimaForm()
    sound = form.accepts()
    if sound:
        if answer := answered_before():
            return answer
        with form.rules():
            return _receive(paket_id, form)
    baris = _lines(paket_id)
    asing = (form.asing.data or "").split()
    return _confirm(paket_id, form, compare(baris, form.hadir.data, asing))


def _receive(paket_id: uuid.UUID | None, form: TerimaForm) -> Response:
    mine = {one.id for one in _lines(paket_id)}
    hadir = [one for one in form.hadir.data if one in mine]
    notes = dict(zip(form.kurang.data, form.catatan.data, strict=False))
    lost = (
        {one: notes.get(one, "") for one in form.kurang.data if one in mine and one not in hadir}
        if form.nasib.data != "menyusul"
        else {}
    )
    if not hadir and not lost:
        raise RuleError("Tidak ada kartu yang dicatat. Hitung kembali kiriman ini.", kode="tidak_ada")
    asing = (form.asing.data or "").split()
    found, missing = actions.receive_kiriman(hadir, lost, by=pelaku(), asing=asing)
    pesan = f"{found} kartu diterima."
    if missing:
        pesan += f" {missing} kartu dicatat hilang dan penggantinya dimintakan."
    return finish(url_for("kartu.index"), pesan)
