"""Results from paper: the signed sheet typed in, or its scan confirmed line by line beside its picture."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.kartu import acara_queries, lembar
from rentan.kartu.acara_queries import Baris
from rentan.kartu.forms_serah import KetikForm, LembarForm
from rentan.kartu.models import AcaraSerah
from rentan.kartu.status import CaraSerah, HasilUndangan, Penerima, StatusAcara
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.security import IMPORT_BYTES, body_limit
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("lembar", __name__, url_prefix="/kartu/acara/<uuid:acara_id>")
P = Permission


def _get(acara_id: uuid.UUID) -> AcaraSerah:
    return acara_queries.get_acara(acara_id, seen_by=pelaku())


def _number() -> int:
    found = request.args.get("halaman", default=1, type=int)
    return min(max(found or 1, 1), 1_000)


@bp.route("/ketik", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def type_in(acara_id: uuid.UUID) -> Response:
    """Every line of the sheet with its four answers, twenty at a time."""
    acara = _get(acara_id)
    if request.method == "POST":
        return _save(acara, CaraSerah.KETIK)
    rows, pages = lembar.page_of(acara_queries.list_baris(acara), _number())
    return _page(acara, rows, pages, KetikForm(formdata=None, data={"baris": _stored(rows)}))


@bp.route("/lembar", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
@body_limit(IMPORT_BYTES)
def upload(acara_id: uuid.UUID) -> Response:
    """Upload a scan of the signed sheets; its lines then wait to be read by eye."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    acara = _get(acara_id)
    form = LembarForm()
    if form.accepts():
        with form.rules():
            nama, data = str(form.lembar.data.filename), form.lembar.data.read()
            db.session.rollback()  # reading the pages takes seconds: nobody waits for our lock meanwhile
            answer_, gambar = lembar.read_scan_file(data, nama)
            acara = _get(acara_id)
            hasil = lembar.keep_lines(acara, answer_, gambar, by=pelaku())
            return finish(url_for(".confirm", acara_id=acara_id), _sentence(hasil))
        acara = _get(acara_id)
    menunggu = sum(one.undangan.kunci_potongan is not None for one in acara_queries.list_baris(acara))
    return render_page("kartu/acara_lembar.html", form=form, acara=acara, menunggu=menunggu)


def _sentence(hasil: lembar.HasilBaca) -> str:
    """What the scan gave, and what it did not."""
    parts = [f"{hasil.halaman} halaman dibaca, {hasil.dikenal} baris ditemukan."]
    if hasil.asing:
        parts.append(f"{hasil.asing} baris bukan dari daftar acara ini.")
    if hasil.lain:
        parts.append(f"Halaman {', '.join(map(str, hasil.lain))} milik acara lain.")
    if hasil.tanpa_kode:
        parts.append(f"Halaman {', '.join(map(str, hasil.tanpa_kode))} tanpa kode yang terbaca.")
    return " ".join(parts)


@bp.route("/lembar/baca", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def confirm(acara_id: uuid.UUID) -> Response:
    """Each line's picture beside its four answers; nothing is ticked beforehand."""
    acara = _get(acara_id)
    if request.method == "POST":
        return _save(acara, CaraSerah.LEMBAR)
    waiting = [one for one in acara_queries.list_baris(acara) if one.undangan.kunci_potongan is not None]
    rows, pages = lembar.page_of(waiting, _number())
    empty = [{"undangan": str(one.undangan.id)} for one in rows]
    return _page(acara, rows, pages, KetikForm(formdata=None, data={"baris": empty}), gambar=True)


@bp.get("/undangan/<uuid:undangan_id>/potongan.jpg")
@requires(P.KARTU_SERAH)
def line_picture(acara_id: uuid.UUID, undangan_id: uuid.UUID) -> Response:
    """The picture of one line that waits to be read; each look is noted."""
    undangan = lembar.get_undangan(undangan_id, _get(acara_id))
    data = lembar.read_potongan(undangan)
    record(Peristiwa.BUKTI_DILIHAT, by=pelaku(), objek=undangan)
    return kirim_berkas(data, "image/jpeg", f"baris-{undangan.urutan}.jpg", lampiran=False)


def _stored(rows: Sequence[Baris]) -> list[dict[str, str]]:
    """What is noted already, so that the page shows it and saving it again changes nothing."""
    return [{"undangan": str(one.undangan.id), "hasil": _hasil(one) or ""} for one in rows]


def _hasil(one: Baris) -> str | None:
    hasil = one.undangan.hasil
    if hasil is HasilUndangan.DISERAHKAN:
        wakil = one.penyerahan is not None and one.penyerahan.penerima is Penerima.WAKIL
        return "wakil" if wakil else "sendiri"
    return None if hasil is HasilUndangan.MENUNGGU else hasil.value


def _page(
    acara: AcaraSerah, rows: Sequence[Baris], pages: int, form: KetikForm, *, gambar: bool = False
) -> Response:
    actor, seen = pelaku(), len(rows)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar="acara_ketik", jumlah=seen))
    by_id = {str(one.undangan.id): one for one in rows}
    pairs = [(by_id[entry.form.undangan.data], entry.form) for entry in form.baris if
             entry.form.undangan.data in by_id]  # fmt: skip
    return render_page(
        "kartu/acara_ketik.html",
        status=form.status,
        form=form,
        acara=acara,
        pairs=pairs,
        halaman=min(_number(), pages),
        pages=pages,
        gambar=gambar,
        tertutup=acara.status is not StatusAcara.RENCANA,
        sekarang=_hasil,
    )


def _save(acara: AcaraSerah, cara: CaraSerah) -> Response:
    """Line by line, each committed for itself: what one line is refused for takes no other along."""
    if answer := answered_before():
        return answer
    acara_id, endpoint = acara.id, request.endpoint or ""
    form = KetikForm()
    if form.accepts():
        saved, refused = 0, 0
        for entry in form.baris:
            try:
                isian = _line_of(entry.form)
                if isian is None:
                    continue
                notice = lembar.record_line(_get(acara_id), isian, cara=cara, by=pelaku())
                db.session.commit()
                saved += notice != "sudah dicatat sebelumnya"
            except RuleError as said:
                undo_changes()
                entry.form.hasil.errors = [*entry.form.hasil.errors, said.pesan]
                refused += 1
        if not refused:
            return finish(_next(acara_id, endpoint), f"{saved} baris disimpan.")
        form.form_errors = [f"{saved} baris disimpan, {refused} baris perlu diperbaiki."]
    acara = _get(acara_id)
    by_id = {str(one.undangan.id): one for one in acara_queries.list_baris(acara)}
    rows = [by_id[wanted] for entry in form.baris if (wanted := entry.form.undangan.data) in by_id]
    _, pages = lembar.page_of(list(by_id.values()), 1)
    return _page(acara, rows, pages, form, gambar=cara is CaraSerah.LEMBAR)


def _line_of(form: Any) -> lembar.IsianBaris | None:
    """The answers of one line, or ``None`` when it has none. Raises ``RuleError`` for no line of ours."""
    hasil = form.hasil.data
    if hasil is None:
        return None
    try:
        undangan_id = uuid.UUID(str(form.undangan.data))
    except ValueError:
        raise RuleError("Baris ini tidak dikenal. Muat ulang halaman.", kode="baris") from None
    return lembar.IsianBaris(
        undangan_id=undangan_id,
        hasil=hasil,
        nama_wakil=form.nama_wakil.data or "",
        hubungan=form.hubungan.data,
        alasan_wakil=form.alasan_wakil.data or "",
        alasan=form.alasan.data or "tidak_datang",
    )


def _next(acara_id: uuid.UUID, endpoint: str) -> str:
    """After the last page of the form comes the day itself; confirmed lines leave their list."""
    acara = _get(acara_id)
    baris = acara_queries.list_baris(acara)
    if endpoint.endswith("confirm"):
        waiting = any(one.undangan.kunci_potongan is not None for one in baris)
        return url_for(".confirm" if waiting else "acara.show", acara_id=acara_id)
    _, pages = lembar.page_of(baris, 1)
    if _number() < pages:
        return url_for(".type_in", acara_id=acara_id, halaman=_number() + 1)
    return url_for("acara.show", acara_id=acara_id)
