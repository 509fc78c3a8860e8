"""Pages of the bank's answers to debits: upload and preview, what came of each line, lines without news."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from rentan.autodebet.forms import BarisForm, CariBarisForm
from rentan.autodebet.hasil import PENANGAN
from rentan.autodebet.hasil_baris import Sasaran
from rentan.autodebet.hasil_tindakan import kode_gagal, langkah, rincian_sasaran
from rentan.autodebet.queries_hasil import (
    count_hasil_impor,
    get_percobaan,
    list_baris_impor,
    list_pengecualian_impor,
    list_tanpa_kabar,
    sasaran_of,
)
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.imports import Impor, JenisImpor, StatusImpor, get_impor
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.sheets_write import OutColumn, SheetOut, write_xlsx
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.iuran.models import Percobaan
from rentan.paket.urus import Isian, run_tindakan
from rentan.util.tanggal import format_waktu
from rentan.web.access import pelaku, requires
from rentan.web.impor import HalamanImpor, add_import_routes
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("hasil_debet", __name__)
P = Permission


def _konteks(impor: Impor) -> dict[str, Any]:
    if impor.status is not StatusImpor.DITERAPKAN:
        return {}
    return {"hitung": count_hasil_impor(impor.id)}


add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=P.DEBET_KELOLA,
        alamat="/autodebet/hasil",
        segar=True,
        asal="autodebet.index",
        tujuan="halaman Autodebet",
        pengantar="Jawaban bank atas berkas debet: mana yang berhasil, gagal, atau harus ditanyakan.",
        kolom="Kolom yang dibaca: REFERENSI, NO_REKENING, NOMINAL, KODE_HASIL, KETERANGAN, WAKTU, dan "
        "REF_BANK untuk pembatalan. Baris yang tidak cocok menjadi pengecualian dan tidak menghentikan "
        "baris lain.",
        sesudah="autodebet/_hasil_sesudah.html",
        konteks=_konteks,
    ),
)

_BARIS = (
    OutColumn("URUTAN", 10, "angka"),
    OutColumn("REFERENSI", 24),
    OutColumn("PERIODE", 12),
    OutColumn("NOMINAL", 14, "angka"),
    OutColumn("HASIL", 18),
    OutColumn("KODE", 8),
    OutColumn("KETERANGAN", 60),
)
_TANYA = (
    OutColumn("LEMBAR", 14),
    OutColumn("BARIS", 8, "angka"),
    OutColumn("REFERENSI", 24),
    OutColumn("NOMINAL", 14, "angka"),
    OutColumn("KODE BANK", 10),
    OutColumn("WAKTU", 22),
    OutColumn("YANG TERJADI", 100),
)


@bp.get("/autodebet/hasil/<uuid:impor_id>/baris.xlsx")
@requires(P.DEBET_KELOLA)
def lines(impor_id: uuid.UUID) -> Response:
    """What this file answered, line by line, and its exceptions: no names and no account numbers (EXP-2)."""
    by = pelaku()
    impor = get_impor(impor_id, jenis=JenisImpor.HASIL_DEBET, seen_by=by)
    if impor.diterapkan_pada is None:
        raise NotFound
    baris, tanya = list_baris_impor(impor.id), list_pengecualian_impor(impor.id)
    check_jatah_ekspor(by, len(baris) + len(tanya))
    record(
        Peristiwa.EKSPOR,
        by=by,
        objek=impor,
        daftar="hasil_debet",
        jumlah=len(baris) + len(tanya),
        saringan=f"impor={impor.id}",
    )
    judul = [f"Hasil debet dari bank, diterapkan {format_waktu(impor.diterapkan_pada)}"]
    kaki = f"Hasil debet, diunduh oleh {current_user.nama} pada {format_waktu(now())}"
    sheets = [SheetOut("PENGECUALIAN", judul, _TANYA, tanya), SheetOut("HASIL", judul, _BARIS, baris)]
    return kirim_berkas(write_xlsx(sheets, kaki), MIME_XLSX, "hasil-debet.xlsx", lampiran=True)


@bp.get("/autodebet/tanpa-kabar")
@requires(P.DEBET_KELOLA)
def unknown() -> Response:
    """Lines that the bank has not answered (C9), and the way to any other line by its reference."""
    by = pelaku()
    form = CariBarisForm(request.args, meta={"csrf": False})
    rows = list_tanpa_kabar(
        referensi=(form.referensi.data or "").strip().upper(),
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=51,
    )
    shown = rows[:50]
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="tanpa_kabar", jumlah=len(shown)))
    return render_page(
        "autodebet/tanpa_kabar.html",
        "daftar",
        form=form,
        baris=shown,
        dicari=bool(form.referensi.data),
        sesudah=shown[-1][0].id if len(rows) > 50 else None,
    )


@bp.route("/autodebet/baris/<uuid:percobaan_id>", methods=["GET", "POST"])
@requires(P.DEBET_KELOLA)
def line(percobaan_id: uuid.UUID) -> Response:
    """One line: what was asked, what came of it, and what a letter of the bank allows (C10, C15)."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by, percobaan = pelaku(), get_percobaan(percobaan_id)
    target = sasaran_of(percobaan)
    form = _form(percobaan, target)
    if form.accepts():
        with form.rules():
            check_version(percobaan.iuran, form.versi.data)
            isian = Isian(form.tanggal.data, (form.ref_bank.data or "").upper(), form.kode.data or "")
            chosen, dasar = form.tindakan.data or "", form.catatan.data or ""
            run_tindakan(langkah(target), chosen, isian, by, catatan=dasar)
            record(Peristiwa.JAWABAN_BANK_DICATAT, by=by, objek=percobaan, tindakan=chosen)
            return finish(url_for(".unknown"), "Jawaban bank dicatat.")
        db.session.rollback()
        percobaan = get_percobaan(percobaan_id)
        target = sasaran_of(percobaan)
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, objek=percobaan, daftar="baris_debet", jumlah=1)
    )
    return render_page(
        "autodebet/baris.html",
        "isi",
        form=form,
        satu=percobaan,
        rincian=rincian_sasaran(target),
    )


def _form(percobaan: Percobaan, target: Sasaran) -> BarisForm:
    steps = langkah(target)
    form = BarisForm(data={"versi": percobaan.iuran.versi})
    form.tindakan.pilihan = [(one.kunci, one.label, one.akibat) for one in steps]
    form.kode.pilihan = kode_gagal()
    form.perlu = frozenset().union(*(one.isian for one in steps))
    return form
