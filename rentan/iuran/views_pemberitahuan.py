"""Notices: the donor's own ones, and those of an OPD as one PDF to hand out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import render_dokumen
from rentan.core.cetak_tarif import BarisTarif, PemberitahuanTarif, SuratTarif
from rentan.core.clock import now, today
from rentan.core.errors import NotFound
from rentan.core.kop import kop_kota
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.iuran import pemberitahuan
from rentan.iuran.forms_tarif import UmumForm, parse_bulan
from rentan.iuran.models import Pemberitahuan
from rentan.iuran.pemberitahuan import TARIF, bulan_lalu, judul
from rentan.iuran.pratinjau import load_plafon
from rentan.opd.queries import list_semua_opd
from rentan.tarif.queries import hari_debet, load_tabel
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("pemberitahuan", __name__)
P = Permission
#: Donors in one PDF: a print of several thousand pages would stop the printer, not only the server.
SEKALI_CETAK = 200


@bp.get("/pemberitahuan")
@requires(P.IURAN_SENDIRI)
def index() -> Response:
    """The own notices, newest first."""
    return _index(UmumForm(formdata=None))


def _index(form: UmumForm) -> Response:
    by = pelaku()
    return render_page(
        "iuran/pemberitahuan.html",
        form=form,
        baris=pemberitahuan.list_pemberitahuan(seen_by=by),
        judul_surat=judul,
        TARIF=TARIF,
        plafon=load_plafon(by.asn_id).get(by.asn_id) if by.asn_id else None,
    )


@bp.post("/pemberitahuan/<uuid:pemberitahuan_id>/baca")
@requires(P.IURAN_SENDIRI)
def mark_read(pemberitahuan_id: uuid.UUID) -> ResponseReturnValue:
    """The donor has read it."""
    row = pemberitahuan.get_pemberitahuan(pemberitahuan_id, seen_by=pelaku())
    form = UmumForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        pemberitahuan.mark_read(row)
        return finish(url_for(".index"), "Pemberitahuan ditandai sudah dibaca.")
    return _index(form)


@bp.get("/pemberitahuan/<uuid:pemberitahuan_id>/surat.pdf")
@requires(P.IURAN_SENDIRI)
def own_letter(pemberitahuan_id: uuid.UUID) -> Response:
    """One's own notice of a new tariff as a page to keep."""
    row = pemberitahuan.get_pemberitahuan(pemberitahuan_id, seen_by=pelaku())
    if row.jenis != TARIF:
        raise NotFound
    return _pdf([row], f"pemberitahuan-{row.periode:%Y-%m}.pdf")


@bp.get("/tarif/pemberitahuan")
@requires(P.SURAT_BANTU)
def opd_index() -> Response:
    """Which months have notices for donors of the own OPD, in parts that a printer takes."""
    months = [
        (bulan, banyak, list(range(1, (banyak + SEKALI_CETAK - 1) // SEKALI_CETAK + 1)))
        for bulan, banyak, _ in pemberitahuan.count_per_bulan(pelaku().opd_ids)
    ]
    return render_page("tarif/pemberitahuan.html", bulan=months, sekali=SEKALI_CETAK)


@bp.get("/tarif/pemberitahuan.pdf")
@requires(P.SURAT_BANTU)
def opd_letters() -> Response:
    """The notices of the own OPD for one month (the last one, when none is named), one part, as one PDF."""
    bulan = parse_bulan(request.args.get("bulan"))
    if "bulan" not in request.args:
        bulan = next((one for one, _, _ in pemberitahuan.count_per_bulan(pelaku().opd_ids)), None)
    bagian = request.args.get("bagian", 1, type=int)
    if bulan is None or not 1 <= bagian <= 1_000:
        raise NotFound
    rows = pemberitahuan.list_opd_bulan(
        pelaku().opd_ids, bulan, mulai=(bagian - 1) * SEKALI_CETAK, banyak=SEKALI_CETAK
    )
    if not rows:
        raise NotFound
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        daftar="pemberitahuan_tarif",
        jumlah=len(rows),
        saringan=f"{bulan:%Y-%m} bagian {bagian}",
    )
    return _pdf(rows, f"pemberitahuan-opd-{bulan:%Y-%m}-{bagian}.pdf")


def _pdf(rows: Sequence[Pemberitahuan], nama: str) -> Response:
    profil = runtime().profil
    bulan = rows[0].periode
    dokumen = PemberitahuanTarif(
        kop=kop_kota(),
        tempat=profil.tempat,
        tanggal=today(),
        bulan=bulan,
        lalu=bulan_lalu(rows[0]),
        debet=hari_debet(bulan),
        bantuan=profil.kontak_bantuan,
        surat=tuple(_surat(rows)),
    )
    hasil = render_dokumen(dokumen, waktu=now())
    return kirim_berkas(hasil.pdf, "application/pdf", nama, lampiran=True)


def _surat(rows: Sequence[Pemberitahuan]) -> list[SuratTarif]:
    opd: dict[Any, str] = {one.id: one.nama for one in list_semua_opd()}
    sebab = " ".join(load_tabel().sebab(rows[0].periode))
    return [
        SuratTarif(
            nama=one.surat.asn.nama,
            nip=one.surat.asn.nip,
            opd=opd[one.surat.asn.opd_id],
            pekerja=tuple(
                BarisTarif(nama=p.nama, program=p.program, lama=p.lama, baru=p.baru) for p in one.pekerja
            ),
            lama=sum(p.lama for p in one.pekerja),
            baru=sum(p.baru for p in one.pekerja),
            plafon=one.plafon,
            sebab=sebab,
        )
        for one in pemberitahuan.load_isi(rows)
        if one.pekerja
    ]
