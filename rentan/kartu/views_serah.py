"""Handing cards over: the scan page, one card, taking back, and the proof (states.md K7, K13)."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from rentan.akun.models import Akun
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.clock import to_local, today
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.kartu import acara_queries
from rentan.kartu.forms_serah import BatalSerahForm, CariForm, SatuKartuForm, SerahForm
from rentan.kartu.lembar import read_bukti
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu
from rentan.kartu.serah import (
    SudahDiserahkan,
    find_undangan,
    get_penyerahan,
    hand_over_kartu,
    is_seketika,
    undo_facts,
    undo_serah,
)
from rentan.kartu.serah_cari import find_scanned, get_kartu_kecamatan, search_kartu
from rentan.kartu.status import CaraSerah, Penerima, StatusAcara
from rentan.util.tanggal import format_jam
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("serah", __name__)
P = Permission


def _chosen_acara() -> AcaraSerah | None:
    """The day named in the address; without a name today's, when there is exactly one. ``-``: none."""
    wanted = request.args.get("acara", "")
    if wanted == "-":
        return None
    try:
        return acara_queries.get_acara(uuid.UUID(wanted), seen_by=pelaku())
    except ValueError:
        planned = acara_queries.list_acara(seen_by=pelaku(), status=StatusAcara.RENCANA)
        now_on = [one for one in planned if one.tanggal == today()]
        return now_on[0] if len(now_on) == 1 else None


def _address(acara: AcaraSerah | None, **more: Any) -> str:
    return url_for("serah.scan", acara=acara.id if acara else "-", **more)


@bp.route("/kartu/serah", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def scan() -> Response:
    """One big field: each code is a card in its worker's hands. Scripts send the codes one by one as JSON."""
    as_json = request.method == "POST" and request.accept_mimetypes.best == "application/json"
    if request.method == "POST" and not as_json and (answer := answered_before()):
        return answer
    acara = _chosen_acara()
    form = SerahForm()
    if as_json:
        return _scan_json(form, acara)
    sudah: PenyerahanKartu | None = None
    if form.accepts():
        with form.rules():
            try:
                row = _hand_over(form, acara)
            except SudahDiserahkan as refused:
                sudah = refused.penyerahan
                raise
            return finish(_address(acara, hasil=row.id))
        acara = _chosen_acara()
    return _scan_page(form, acara, sudah)


def _hand_over(form: SerahForm, acara: AcaraSerah | None) -> PenyerahanKartu:
    kartu = find_scanned(form.nomor_kartu.data, seen_by=pelaku())
    penerima = form.penerima.data or Penerima.PEKERJA
    return hand_over_kartu(
        kartu,
        penerima=penerima,
        tanggal=acara.tanggal if acara else today(),
        cara=CaraSerah.PINDAI,
        acara=acara,
        # Who scans at the desk looks at the identity card; the page says so beside the field.
        identitas_dilihat=penerima is Penerima.PEKERJA,
        nama_wakil=form.nama_wakil.data or "",
        hubungan=form.hubungan.data,
        alasan_wakil=form.alasan_wakil.data or "",
        by=pelaku(),
    )


def _scan_json(form: SerahForm, acara: AcaraSerah | None) -> Response:
    """The same for the page's script: 200 done or done before, 4xx refused for good (its "gagal" list).

    No one-time key here: a card is handed over once, whoever asks how often.
    """
    if not form.accepts():
        return _refused("; ".join(said for _, said in form.ringkasan()), 422)
    try:
        row = _hand_over(form, acara)
    except SudahDiserahkan as before:
        db.session.rollback()
        return jsonify(_result(before.penyerahan, acara, sudah=True))
    except RuleError as refused:
        undo_changes()
        db.session.commit()
        return _refused(refused.pesan, refused.status)
    db.session.commit()
    return jsonify(_result(row, acara))


def _refused(pesan: str, status: int) -> Response:
    response = jsonify({"hasil": "ditolak", "kata": "Ditolak", "keterangan": pesan})
    response.status_code = status
    return response


def _result(row: PenyerahanKartu | None, acara: AcaraSerah | None, *, sudah: bool = False) -> dict[str, Any]:
    """What the page shows after a scan. A card in somebody's hands names no worker, only when and by whom."""
    serah, undangan = _counter(acara)
    shown: dict[str, Any] = {"serah": serah, "undangan": undangan}
    if sudah:
        shown |= {"hasil": "sudah", "kata": "Sudah diserahkan", "keterangan": _said_before(row)}
        shown["sendiri"] = row is not None and is_seketika(row, pelaku())
        return shown
    assert row is not None
    listed = acara is None or find_undangan(acara, row.kartu) is not None
    keterangan = f"Kelurahan {row.kartu.pekerja.kelurahan.nama}"
    return shown | {
        "hasil": "diserahkan",
        "kata": "Diserahkan",
        "nama": row.kartu.pekerja.nama,
        "kode": row.kartu.kode,
        "keterangan": keterangan if listed else f"{keterangan}. Tidak ada dalam daftar acara ini.",
        "jam": format_jam(to_local(row.dicatat_pada)),
        "batal": url_for(".undo", penyerahan_id=row.id),
    }


def _said_before(row: PenyerahanKartu | None) -> str:
    if row is None:
        return "Meja lain baru saja menyerahkannya."
    akun = db.session.get(Akun, row.dicatat_oleh) if row.dicatat_oleh else None
    oleh = "Anda" if row.dicatat_oleh == pelaku().akun_id else (akun.nama if akun else "petugas lain")
    waktu = to_local(row.dicatat_pada)
    kapan = f"{waktu:%d-%m-%Y} " if waktu.date() != today() else ""
    return f"Oleh {oleh}, {kapan}pukul {format_jam(waktu)}."


def _counter(acara: AcaraSerah | None) -> tuple[int, int]:
    return acara_queries.count_acara([acara.id]).get(acara.id, (0, 0)) if acara else (0, 0)


def _scan_page(form: SerahForm, acara: AcaraSerah | None, sudah: PenyerahanKartu | None = None) -> Response:
    terakhir = acara_queries.list_terakhir(seen_by=pelaku(), acara=acara)
    hasil = next((one for one in terakhir if str(one.penyerahan.id) == request.args.get("hasil")), None)
    actor, seen = pelaku(), len(terakhir)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar="serah", jumlah=seen))
    serah, undangan = _counter(acara)
    return render_page(
        "kartu/serah.html",
        status=form.status,
        form=form,
        cari=CariForm(formdata=None, id_awalan="cari"),
        acara=acara,
        pilihan=acara_queries.list_acara(seen_by=pelaku(), status=StatusAcara.RENCANA),
        serah=serah,
        undangan=undangan,
        terakhir=[(one, is_seketika(one.penyerahan, pelaku())) for one in terakhir],
        hasil=_result(hasil.penyerahan, acara) if hasil else None,
        sudah=_said_before(sudah) if sudah else None,
        menit=get_setting("menit_batal_serah"),
        jam=lambda waktu: format_jam(to_local(waktu)),
        belum=acara is not None and acara.tanggal > today(),
    )


@bp.post("/kartu/serah/cari")
@requires(P.KARTU_SERAH)
def search() -> Response:
    """By name and last digits; POST, so that neither stands in an address. At most twenty, own kecamatan."""
    acara = _chosen_acara()
    form = CariForm(id_awalan="cari")
    temuan = None
    if form.accepts():
        with form.rules():
            nama, angka = form.nama.data or "", form.angka.data or ""
            if len(nama) < 3 and not (angka.isdigit() and len(angka) >= 4):
                raise RuleError("Isi paling sedikit tiga huruf nama, atau empat angka terakhir.", "nama")
            temuan = search_kartu(nama, angka, seen_by=pelaku())
            record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="serah_cari", jumlah=len(temuan))
            db.session.commit()
        acara = _chosen_acara()
    return render_page(
        "kartu/serah_cari.html", "hasil_cari", cari=form, form=form, temuan=temuan, acara=acara
    )


@bp.route("/kartu/<uuid:kartu_id>/serah", methods=["GET", "POST"])
@requires(P.KARTU_SERAH)
def hand_over(kartu_id: uuid.UUID) -> Response:
    """One card, to the worker or somebody for him, with every fact asked for."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    kartu = get_kartu_kecamatan(kartu_id, seen_by=pelaku())
    acara = _chosen_acara()
    form = SatuKartuForm(tanggal=min(acara.tanggal, today()) if acara else today())
    if form.accepts():
        with form.rules():
            row = hand_over_kartu(
                kartu,
                penerima=form.penerima.data,
                tanggal=form.tanggal.data,
                cara=CaraSerah.KETIK,
                acara=acara,
                identitas_dilihat=form.identitas.data,
                nama_wakil=form.nama_wakil.data or "",
                hubungan=form.hubungan.data,
                alasan_wakil=form.alasan_wakil.data or "",
                by=pelaku(),
            )
            return finish(_address(acara, hasil=row.id), "Kartu sudah diserahkan.")
        kartu, acara = get_kartu_kecamatan(kartu_id, seen_by=pelaku()), _chosen_acara()
    return _one_page(form, kartu, acara)


def _one_page(form: SatuKartuForm, kartu: Kartu, acara: AcaraSerah | None) -> Response:
    actor = pelaku()
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=actor, daftar="serah_satu", jumlah=1))
    return render_page("kartu/serah_satu.html", form=form, kartu=kartu, acara=acara)


@bp.route("/kartu/serah/<uuid:penyerahan_id>/batal", methods=["GET", "POST"])
@requires(P.KARTU_SERAH, P.KARTU_KELOLA)
def undo(penyerahan_id: uuid.UUID) -> Response:
    """K13: at once by the one who did it; later by somebody else, with a reason when it was another day."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    row = get_penyerahan(penyerahan_id, seen_by=pelaku())
    form = BatalSerahForm()
    if form.accepts():
        with form.rules():
            undo_serah(row, by=pelaku(), alasan=form.alasan.data or "", catatan=form.catatan.data or "")
            return finish(_back(row), "Penyerahan dibatalkan. Kartu kembali tercatat di kecamatan.")
        row = get_penyerahan(penyerahan_id, seen_by=pelaku())
    facts = undo_facts(row, pelaku())
    return render_page("kartu/serah_batal.html", form=form, row=row, facts=facts, kembali_ke=_back(row))


def _back(row: PenyerahanKartu) -> str:
    if not pelaku().can(P.KARTU_SERAH):
        return "/kartu"
    return url_for(".scan", acara=row.acara_id or "-")


@bp.get("/kartu/serah/<uuid:penyerahan_id>/bukti.jpg")
@requires(P.KARTU_SERAH, P.KARTU_KELOLA)
def proof(penyerahan_id: uuid.UUID) -> Response:
    """The signed line of the sheet; each look is noted."""
    row = get_penyerahan(penyerahan_id, seen_by=pelaku())
    data = read_bukti(row)
    record(Peristiwa.BUKTI_DILIHAT, by=pelaku(), objek=row)
    return kirim_berkas(data, "image/jpeg", f"bukti-{row.id.hex[:8]}.jpg", lampiran=False)
