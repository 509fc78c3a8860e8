"""The treasurer's contributions; recording a receipt, proposing a write-off or refund (U1)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.iuran import penerimaan, queries, tahan, usul
from rentan.iuran.forms import (
    CariForm,
    PenerimaanForm,
    SaringForm,
    TahanForm,
    UsulForm,
)
from rentan.iuran.models import Iuran
from rentan.iuran.usul_alasan import ALASAN
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("iuran_kelola", __name__)
P = Permission
add_menu(
    "Iuran",
    "iuran_kelola.index",
    P.IURAN_CATAT,
    awalan=("/iuran/kelola", "/iuran/usul", "/iuran/donatur"),
    urutan=19,
)
add_menu(
    "Penerimaan dan usul",
    "iuran_kelola.queue",
    P.IURAN_PUTUS,
    awalan=("/iuran/putusan", "/iuran/kelola", "/iuran/usul", "/iuran/donatur"),
    urutan=16,
)
#: Months that the treasurer may choose from: arrears, and a prepayment of a year.
MUNDUR, MAJU = 6, 12
#: Sponsorships for which money may still come in.
DAPAT_DIBAYAR = tuple(
    one
    for one in StatusAsuhan
    if one
    not in (StatusAsuhan.DITAHAN, StatusAsuhan.DIUSULKAN, StatusAsuhan.DITOLAK, StatusAsuhan.KEDALUWARSA)
)


def seen(daftar: str, jumlah: int = 1, tentang: uuid.UUID | None = None) -> None:
    """Names were shown (AUD-3), also on the page of a refused form; ``tentang``: the one row it was about."""
    by = pelaku()
    facts: dict[str, Any] = {"tentang": tentang} if tentang else {}
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar=daftar, jumlah=jumlah, **facts))


@bp.get("/iuran/kelola")
@requires(P.IURAN_LIHAT)
def index() -> Response:
    """This month in numbers, the latest receipts and proposals, and the way to a donor."""
    return _index(CariForm(formdata=None))


def _index(form: CariForm, **found: Any) -> Response:
    by = pelaku()
    masuk, usulan = queries.list_penerimaan(seen_by=by, banyak=20), queries.list_usul(seen_by=by, banyak=20)
    seen("iuran_kelola", len(masuk) + len(usulan))
    bulan = awal_bulan(today())
    return render_page(
        "iuran/kelola.html",
        form=form,
        bulan=bulan,
        per_status=queries.count_status(bulan),
        penerimaan=masuk,
        usul=usulan,
        **found,
    )


@bp.post("/iuran/kelola/cari")
@requires(P.IURAN_LIHAT)
def search() -> Response:
    """A donor by NIP: the sponsorships, each with what may be recorded."""
    by, form = pelaku(), CariForm()
    if form.accepts():
        with form.rules():
            asn = queries.find_donatur(form.nip.data, seen_by=by)
            if asn is None:
                raise RuleError("NIP ini tidak ada dalam daftar pegawai. Periksa angkanya.", "nip")
            seen("iuran_cari", tentang=asn.id)
            return _index_found(form, asn)
    return _index(form)


def _index_found(form: CariForm, asn: Any) -> Response:
    bulan, depan = queries.list_bulan(asn, banyak=12)
    return render_page(
        "iuran/temuan.html",
        form=form,
        asn=asn,
        asuhan=queries.list_asuhan_donatur(asn),
        bulan=bulan,
        depan=depan,
        kini=awal_bulan(today()),
        DAPAT_DIBAYAR=DAPAT_DIBAYAR,
        jenis_usul=usul.jenis_usul,
    )


@bp.get("/iuran/kelola/bulan/<bulan>")
@requires(P.IURAN_LIHAT)
def month(bulan: str) -> Response:
    """The contributions of one month, by donor."""
    periode, form = queries.baca_bulan(bulan), SaringForm()
    status = form.status.data if form.validate() else None
    rows, lanjut = queries.list_iuran(periode, status, sesudah=_sesudah())
    lalu, depan = queries.bulan_tetangga(periode)
    seen("iuran_bulan", len(rows))
    return render_page(
        "iuran/kelola_bulan.html",
        status=422 if form.errors else 200,
        form=form,
        bulan=periode,
        baris=rows,
        sesudah=lanjut,
        per_status=queries.count_status(periode),
        lalu=lalu,
        depan=depan,
        jenis_usul=usul.jenis_usul,
    )


def _sesudah() -> uuid.UUID | None:
    teks = request.args.get("sesudah", "")
    try:
        return uuid.UUID(teks) if teks else None
    except ValueError:
        raise NotFound from None


@bp.route("/iuran/kelola/tahan/<uuid:iuran_id>", methods=["GET", "POST"])
@requires(P.IURAN_CATAT)
def hold(iuran_id: uuid.UUID) -> Response:
    """C2 and C3 by the treasurer: until something is found out, and on again."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by = pelaku()
    iuran = queries.get_iuran(iuran_id, seen_by=by)
    form = TahanForm(data={"versi": iuran.versi})
    if form.accepts():
        with form.rules():
            iuran = queries.get_iuran(iuran_id, seen_by=by, untuk_diubah=True)
            tahan.toggle_hold(iuran, catatan=form.catatan.data, by=by, versi=form.versi.data)
            url = url_for("iuran.donor_month", asn_id=iuran.asn_id, bulan=f"{iuran.periode:%Y-%m}")
            return finish(url, f"Tercatat: {iuran.status.label.lower()}.")
        iuran = queries.get_iuran(iuran_id, seen_by=by)
    seen("iuran_tahan", tentang=iuran.id)
    return render_page("iuran/tahan.html", form=form, iuran=iuran, halangan=tahan.halangan(iuran, by))


# -- receipts ---------------------------------------------------------------------------------------------


@bp.route("/iuran/kelola/penerimaan/<uuid:asuhan_id>", methods=["GET", "POST"])
@requires(P.IURAN_CATAT)
def record_receipt(asuhan_id: uuid.UUID) -> Response:
    """U1: the form shows what each month costs before anything is sent."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by = pelaku()
    asuhan = queries.get_asuhan_bayar(asuhan_id, seen_by=by)
    if asuhan.status not in DAPAT_DIBAYAR:
        raise NotFound
    form = PenerimaanForm(data={"tanggal": today(), "jumlah_bulan": 1})
    form.bulan_mulai.pilihan = [(f"{one:%Y-%m}", format_bulan(one)) for one in _pilihan(asuhan)]
    if form.accepts():
        with form.rules():
            row = penerimaan.record_penerimaan(
                asuhan,
                saluran=form.saluran.data,
                tanggal=form.tanggal.data,
                bukti=form.bukti.data,
                jumlah=form.jumlah.data,
                bulan_mulai=queries.baca_bulan(form.bulan_mulai.data),
                jumlah_bulan=form.jumlah_bulan.data,
                by=by,
            )
            pesan = f"Penerimaan {row.nomor} dicatat dan menunggu persetujuan."
            return finish(url_for(".receipt", penerimaan_id=row.id), pesan)
        asuhan = queries.get_asuhan_bayar(asuhan_id, seen_by=by)
    seen("penerimaan", tentang=asuhan.asn_id)
    return _receipt_form(form, asuhan)


def _pilihan(asuhan: Asuhan) -> list[date]:
    """Arrears that may be paid, and every month from now on in which nothing stands in the way."""
    kini = awal_bulan(today())
    hasil = penerimaan.hitung(asuhan, tambah_bulan(kini, -MUNDUR), MUNDUR + MAJU)
    return [one.bulan for one in hasil.bulan if one.halangan is None]


def _receipt_form(form: PenerimaanForm, asuhan: Asuhan) -> Response:
    bulan = _pilihan(asuhan)
    hasil = penerimaan.hitung(asuhan, bulan[0], MAJU) if bulan else None
    return render_page(
        "iuran/penerimaan_baru.html", form=form, asuhan=asuhan, hasil=hasil, bulan_tersedia=bulan
    )


# -- proposals --------------------------------------------------------------------------------------------


@bp.route("/iuran/usul/<uuid:iuran_id>", methods=["GET", "POST"])
@requires(P.IURAN_CATAT)
def propose(iuran_id: uuid.UUID) -> Response:
    """U1 for the write-off or refund of one contribution."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by = pelaku()
    iuran = queries.get_iuran(iuran_id, seen_by=by)
    jenis = usul.jenis_usul(iuran)
    if jenis is None:
        raise NotFound
    form = UsulForm()
    form.alasan.pilihan = list(ALASAN[jenis].items())
    if form.accepts():
        with form.rules():
            iuran = queries.get_iuran(iuran_id, seen_by=by, untuk_diubah=True)
            facts = {"alasan": form.alasan.data, "keterangan": form.keterangan.data}
            row = usul.propose_usul(iuran, jenis, **facts, by=by)
            return finish(url_for(".proposal", usul_id=row.id), "Usul dicatat dan menunggu persetujuan.")
        iuran = queries.get_iuran(iuran_id, seen_by=by)
    seen("usul_iuran", tentang=iuran.id)
    return render_page(
        "iuran/usul_baru.html",
        form=form,
        iuran=iuran,
        jenis=jenis,
        halangan=_halangan(iuran, jenis),
        terbuka=queries.find_usul_terbuka(iuran.id),
    )


def _halangan(iuran: Iuran, jenis: Any) -> str | None:
    by = pelaku()
    if by.asn_id is not None and iuran.asn_id == by.asn_id:
        return "Ini iuran Anda sendiri, sehingga bendahara lain yang mengusulkannya."
    return usul.halangan(iuran, jenis)
