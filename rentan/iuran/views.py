"""The donor's own months: why (not) debited, receipts, the year; and the same page for staff."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, Response, url_for

from rentan.asn.models import Asn
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.iuran import kuitansi, queries, sisa
from rentan.iuran.mengapa import garis_waktu
from rentan.iuran.mengapa_fakta import jelaskan_bulan
from rentan.iuran.pemberitahuan import count_belum_dibaca
from rentan.iuran.status import GUGUR, StatusIuran
from rentan.tarif.queries import jadwal_bulan
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("iuran", __name__)
P = Permission
add_menu("Iuran saya", "iuran.index", P.IURAN_SENDIRI, awalan=("/iuran", "/pemberitahuan"), urutan=47)
PDF = "application/pdf"
TAHUN_AWAL = 2020


@bp.get("/iuran")
@requires(P.IURAN_SENDIRI)
def index() -> Response:
    """The own months, newest first."""
    asn = queries.get_sendiri(seen_by=pelaku())
    bulan, depan = queries.list_bulan(asn)
    return render_page(
        "iuran/daftar.html",
        bulan=bulan,
        depan=depan,
        berikut=_bulan_berikut(bulan),
        kredit=kuitansi.kredit_donatur(asn),
        mengasuh=sisa.donatur_mengasuh(asn.id),
        belum_dibaca=count_belum_dibaca(asn.id),
        tahun=today().year,
        GUGUR=GUGUR,
    )


def _bulan_berikut(bulan: list[queries.BulanDonatur]) -> date | None:
    """The next debit month while nothing is scheduled for it: the question "why not?" has an answer too."""
    kini = awal_bulan(today())
    bulan_ini = kini if today() <= jadwal_bulan(kini).debet else tambah_bulan(kini, 1)
    return None if any(one.bulan == bulan_ini for one in bulan) else bulan_ini


@bp.get("/iuran/<bulan>")
@requires(P.IURAN_SENDIRI)
def month(bulan: str) -> Response:
    """Why was (not) debited in this month?"""
    asn = queries.get_sendiri(seen_by=pelaku())
    return _bulan(asn, queries.baca_bulan(bulan), milik_sendiri=True)


@bp.get("/iuran/donatur/<uuid:asn_id>/<bulan>")
@requires(P.IURAN_LIHAT, P.SETORAN_KELOLA, P.SURAT_BANTU)
def donor_month(asn_id: uuid.UUID, bulan: str) -> Response:
    """The same sentences for who is asked: treasurer, approver, liaison, the operator of the own OPD."""
    by = pelaku()
    asn = queries.get_donatur(asn_id, seen_by=by)
    periode = queries.baca_bulan(bulan)
    record(Peristiwa.NAMA_DILIHAT, by=by, objek=asn, daftar="iuran_donatur", jumlah=1)
    return _bulan(asn, periode, milik_sendiri=False)


def _bulan(asn: Asn, bulan: date, *, milik_sendiri: bool) -> Response:
    def url(satu: date) -> str:
        kata = f"{satu:%Y-%m}"
        if milik_sendiri:
            return url_for(".month", bulan=kata)
        return url_for(".donor_month", asn_id=asn.id, bulan=kata)

    lalu, depan = queries.bulan_tetangga(bulan)
    return render_page(
        "iuran/bulan.html",
        asn=asn,
        bulan=bulan,
        jadwal=jadwal_bulan(bulan),
        bagian=jelaskan_bulan(asn, bulan),
        milik_sendiri=milik_sendiri,
        url_lalu=url(lalu) if lalu else None,
        url_depan=url(depan) if depan else None,
        garis_waktu_of=garis_waktu,
        berkuitansi=kuitansi.berkuitansi,
        boleh_cetak=milik_sendiri or pelaku().can(P.IURAN_CATAT),
        Status=StatusIuran,
    )


@bp.get("/iuran/kuitansi/<uuid:iuran_id>.pdf")
@requires(P.IURAN_SENDIRI, P.IURAN_CATAT)
def receipt(iuran_id: uuid.UUID) -> Response:
    """The receipt of a paid month: by the donor, or by the treasurer for a donor without account."""
    by = pelaku()
    iuran = queries.get_iuran(iuran_id, seen_by=by)
    if not kuitansi.berkuitansi(iuran) or (iuran.asn_id != by.asn_id and not by.can(P.IURAN_CATAT)):
        raise NotFound
    pdf = kuitansi.print_kuitansi(iuran, waktu=now())
    record(Peristiwa.KUITANSI_DICETAK, by=by, objek=iuran)
    return kirim_berkas(pdf, PDF, f"kuitansi-{(iuran.nomor_bukti or '').lower()}.pdf", lampiran=True)


def _tahun(tahun: int) -> int:
    if not TAHUN_AWAL <= tahun <= today().year + 1:
        raise NotFound
    return tahun


@bp.get("/iuran/tahun/<int(max=9999):tahun>")
@requires(P.IURAN_SENDIRI)
def year(tahun: int) -> Response:
    """The own year on one page."""
    asn = queries.get_sendiri(seen_by=pelaku())
    isi = kuitansi.susun_tahun(asn, _tahun(tahun))
    lalu, depan = queries.tahun_tetangga(asn, tahun)
    return render_page("iuran/tahun.html", isi=isi, lalu=lalu, depan=depan)


@bp.get("/iuran/tahun/<int(max=9999):tahun>.pdf")
@requires(P.IURAN_SENDIRI)
def year_pdf(tahun: int) -> Response:
    """The same as PDF (A4)."""
    by = pelaku()
    asn = queries.get_sendiri(seen_by=by)
    isi = kuitansi.susun_tahun(asn, _tahun(tahun))
    pdf = kuitansi.print_tahun(asn, isi, waktu=to_local(now()))
    record(Peristiwa.KUITANSI_DICETAK, by=by, objek=asn, tahun=tahun)
    return kirim_berkas(pdf, PDF, f"iuran-{tahun}.pdf", lampiran=True)
