"""One card: where it stands, its way, and what this person may do with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, url_for

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.core.riwayat import kejadian
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu import actions, kembali, queries
from rentan.kartu.forms import (
    AbsenForm,
    AlamatForm,
    BatalForm,
    KirimUlangForm,
    LaporForm,
    TindakanForm,
)
from rentan.kartu.kalimat import kalimat
from rentan.kartu.models import Kartu
from rentan.kartu.riwayat import KALIMAT
from rentan.kartu.status import HIDUP, MACHINE, Penerima, StatusKartu
from rentan.kartu.tawaran import list_tawaran
from rentan.util.rekening import mask_rekening
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.sisipan import add_piece
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.wilayah.queries import list_kelurahan

bp = Blueprint("kartu_satu", __name__)
P = Permission


@bp.get("/kartu/<uuid:kartu_id>")
@requires(P.KARTU_LIHAT, P.ASUHAN_SENDIRI)
def show(kartu_id: uuid.UUID) -> Response:
    """One card; the donor reads the own worker's."""
    return _page(queries.get_kartu(kartu_id, seen_by=pelaku()))


def _page(kartu: Kartu, refused: Any = None) -> Response:
    by = pelaku()
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=kartu, daftar="kartu_satu", jumlah=1))
    own = kartu.asuhan is not None and by.asn_id is not None and kartu.asuhan.asn_id == by.asn_id
    asked = queries.asks_alamat(kartu, by)
    nomor = reveal(kartu, "nomor")
    return render_page(
        "kartu/lihat.html",
        status=refused.status if refused else 200,
        refused=refused,
        kartu=kartu,
        kalimat=kalimat(kartu),
        nomor=mask_rekening(nomor) if nomor else None,
        milik_sendiri=own,
        ditanya=asked,
        hidup=kartu.status in HIDUP,
        penyerahan=[_shown(one, by) for one in queries.list_penyerahan(kartu)],
        peristiwa=[
            kejadian(one, KALIMAT, _note(one, by)).baris(milik_sendiri=own)
            for one in list_riwayat(MACHINE, kartu)
        ],
        rantai=queries.list_rantai(kartu),
        tawaran=list_tawaran(kartu, by),
        undangan=queries.find_undangan_menunggu(kartu),
        minta_lagi=_may_request_again(kartu, by),
        forms=_forms(kartu, refused, asked),
    )


def _note(langkah: Any, by: Pelaku) -> str:
    """Words that staff wrote with a move are for staff."""
    return (langkah.catatan or "") if by.can(P.KARTU_SERAH) or by.can(P.KARTU_KELOLA) else ""


def _shown(penyerahan: Any, by: Pelaku) -> dict[str, Any]:
    """A hand-over; the proxy's name is for those who handle cards."""
    staff = by.can(P.KARTU_SERAH) or by.can(P.KARTU_KELOLA)
    return {
        "row": penyerahan,
        "wakil": reveal(penyerahan, "nama_wakil")
        if staff and penyerahan.penerima is Penerima.WAKIL
        else None,
    }


def _may_request_again(kartu: Kartu, by: Pelaku) -> bool:
    last = queries.list_rantai(kartu)[-1].id == kartu.id
    return by.can(P.KARTU_KELOLA) and kartu.status not in HIDUP and last


def _forms(kartu: Kartu, refused: Any, asked: bool) -> dict[str, Any]:
    """One form per button; the refused one as it was sent."""
    made: dict[str, Any] = {
        "tindakan": TindakanForm(formdata=None, obj=kartu),
        "lapor": LaporForm(formdata=None, versi=kartu.versi, id_awalan="lapor"),
        "ulang": KirimUlangForm(formdata=None, versi=kartu.versi, id_awalan="ulang"),
        "batal": BatalForm(formdata=None, versi=kartu.versi, id_awalan="batal"),
        "absen": AbsenForm(formdata=None, versi=kartu.versi, id_awalan="absen"),
    }
    if asked:
        made["alamat"] = _alamat_form(kartu, formdata=None)
    for name, form in made.items():
        if type(form) is type(refused):
            made[name] = refused
    return made


def _alamat_form(kartu: Kartu, **lain: Any) -> AlamatForm:
    pekerja = kartu.pekerja
    form = AlamatForm(
        alamat=pekerja.alamat,
        kelurahan=pekerja.kelurahan_kode,
        versi=kartu.versi,
        id_awalan="alamat",
        **lain,
    )
    form.kelurahan.pilihan = [(one.kode, one.label) for one in list_kelurahan()]
    return form


def _do(
    kartu_id: uuid.UUID, form: Any, move: Callable[..., object], pesan: str = "", **facts: Any
) -> Response:
    """One button: the move, or the page again with the sentence that refuses it. ``facts`` are what the move
    asks for besides who and what; it may say what it did, ``pesan`` is for one that does not.
    """
    by = pelaku()
    kartu = queries.get_kartu(kartu_id, seen_by=by)
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            said = move(kartu, by=by, versi=form.versi.data, **facts)
            return finish(url_for(".show", kartu_id=kartu_id), said if isinstance(said, str) else pesan)
    return _page(queries.get_kartu(kartu_id, seen_by=by), form)


@bp.post("/kartu/<uuid:kartu_id>/nomor")
@requires(P.KARTU_KELOLA)
def record_number(kartu_id: uuid.UUID) -> Response:
    """K2."""
    pesan = "Nomor kartu dicatat. Kartu masuk daftar kirim berikutnya."
    return _do(kartu_id, TindakanForm(), actions.record_nomor_kartu, pesan)


@bp.post("/kartu/<uuid:kartu_id>/tidak-datang")
@requires(P.KARTU_SERAH)
def note_absent(kartu_id: uuid.UUID) -> Response:
    """K8 for a card that stands on a list of a hand-over day."""
    form = AbsenForm(id_awalan="absen")

    def move(kartu: Kartu, **who: Any) -> str:
        kembali.note_absent_kartu(kartu, alasan=form.alasan.data, **who)
        return f"Dicatat: pekerja belum ditemui ({kartu.percobaan} kali)."

    return _do(kartu_id, form, move)


@bp.post("/kartu/<uuid:kartu_id>/kembalikan")
@requires(P.KARTU_SERAH)
def return_card(kartu_id: uuid.UUID) -> Response:
    """K9."""
    pesan = "Kartu dikembalikan ke petugas BPJS. Alamat pekerja ditanyakan kepada donatur dan operator OPD."
    return _do(kartu_id, TindakanForm(), kembali.return_kartu, pesan)


@bp.post("/kartu/<uuid:kartu_id>/alamat")
@requires(P.PERBAIKAN)
def answer_address(kartu_id: uuid.UUID) -> Response:
    """The donor or the operator says where the worker lives."""
    form = _alamat_form(queries.get_kartu(kartu_id, seen_by=pelaku()))

    def move(kartu: Kartu, **who: Any) -> str:
        kembali.answer_alamat(kartu, alamat=form.alamat.data, kelurahan_kode=form.kelurahan.data, **who)
        return "Terima kasih. Kartu dikirim ulang ke kecamatan alamat ini."

    return _do(kartu_id, form, move)


@bp.post("/kartu/<uuid:kartu_id>/kirim-ulang")
@requires(P.KARTU_KELOLA)
def resend(kartu_id: uuid.UUID) -> Response:
    """K10."""
    form = KirimUlangForm(id_awalan="ulang")
    pesan = "Kartu dicatat dikirim ulang ke kecamatan."
    return _do(kartu_id, form, kembali.resend_kartu, pesan, catatan=form.catatan.data or "")


@bp.post("/kartu/<uuid:kartu_id>/lapor")
@requires(P.KARTU_SERAH, P.KARTU_KELOLA, P.ASUHAN_SENDIRI)
def report(kartu_id: uuid.UUID) -> Response:
    """K11, by the kecamatan, the BPJS liaison or the donor."""
    form = LaporForm(id_awalan="lapor")

    def move(kartu: Kartu, **who: Any) -> str:
        baru = actions.report_kartu(kartu, form.apa.data, catatan=form.catatan.data, **who)
        after = "Kartu pengganti dimintakan ke BPJS." if baru else "Tidak ada kartu pengganti yang diminta."
        return f"Laporan dicatat. {after}"

    return _do(kartu_id, form, move)


@bp.post("/kartu/<uuid:kartu_id>/batal")
@requires(P.KARTU_KELOLA)
def cancel(kartu_id: uuid.UUID) -> Response:
    """K12."""
    form = BatalForm(id_awalan="batal")
    facts = {name: form[name].data for name in ("alasan", "catatan", "dimusnahkan")}
    return _do(kartu_id, form, actions.cancel_kartu, "Kartu dibatalkan.", **facts)


@bp.post("/kartu/<uuid:kartu_id>/minta-lagi")
@requires(P.KARTU_KELOLA)
def request_again(kartu_id: uuid.UUID) -> Response:
    """K1 after a card that was given up or not replaced."""
    return _do(kartu_id, TindakanForm(), actions.request_again, "Kartu baru diminta ke BPJS.")


# -- on the donor's own page --------------------------------------------------------------------------------


def kartu_asuhan(by: Pelaku) -> dict[str, Any]:
    """The newest card of each own sponsorship, for ``/asuhan``."""
    query = (
        db.select(Kartu)
        .join(Asuhan, Asuhan.id == Kartu.asuhan_id)
        .where(Asuhan.asn_id == by.asn_id, Asuhan.status.in_(TERBUKA))
        .order_by(Kartu.sejak, Kartu.id)
    )
    found: dict[uuid.UUID | None, Kartu] = {}
    for kartu in db.session.scalars(query):
        old = found.get(kartu.asuhan_id)
        if old is None or old.status not in HIDUP:
            found[kartu.asuhan_id] = kartu
    return {"kartu_asuhan": found, "kartu_kembali": StatusKartu.DIKEMBALIKAN}


add_piece("asuhan.index", kartu_asuhan)
