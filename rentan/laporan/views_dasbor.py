"""The city's dashboard (/dasbor): every OPD, workers per kecamatan, with its files."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.laporan import ekspor, queries
from rentan.laporan.fakta import list_fakta
from rentan.laporan.grafik import grafik_batang, peta_ubin
from rentan.laporan.queries import BarisOpd
from rentan.laporan.views import read_kertas
from rentan.perlindungan.peringatan import count_berisiko
from rentan.util.angka import format_angka, format_persen
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("dasbor", __name__)
P = Permission

# Who sees the whole city enters one OPD from the dashboard: two entries would lead to the same page.
add_menu("Dasbor", "dasbor.index", P.DASBOR_LIHAT, awalan=("/dasbor", "/partisipasi"), urutan=10)

URUTAN = {
    "opd": "susunan OPD",
    "asn": "jumlah ASN",
    "aktivasi": "akun aktif",
    "ikut": "jumlah yang ikut",
    "persen": "persentase yang ikut",
    "belum": "jumlah yang belum ikut",
    "pekerja": "jumlah pekerja",
    "terdaftar": "pekerja yang terdaftar di BPJS",
    "kartu": "kartu yang diserahkan",
}
#: Sort keys whose figure has another name.
KOLOM_URUTAN = {"persen": "bagian", "terdaftar": "pekerja_terdaftar", "kartu": "pekerja_kartu"}


@bp.route("/dasbor")
@requires(P.DASBOR_LIHAT)
def index() -> ResponseReturnValue:
    """The Mayor's page: ladder of the city, every OPD, workers per kecamatan."""
    bulan = queries.parse_bulan(request.args.get("bulan"))
    baris, urut, arah = _sorted(queries.list_baris_opd(bulan))
    total = queries.jumlah(one.angka for one in baris)
    kecamatan = queries.pekerja_kecamatan(bulan)
    isi = [
        (
            b.singkatan,
            100 * b.angka.bagian,
            f"{b.nama}: {format_persen(b.angka.ikut, b.angka.asn)}, "
            f"{format_angka(b.angka.ikut)} dari {format_angka(b.angka.asn)} ASN",
            url_for("laporan.partisipasi", opd=b.kode, bulan=request.args.get("bulan")),
        )
        for b in baris
    ]
    return render_page(
        "laporan/dasbor.html",
        block="tabel_opd",
        baris=baris,
        total=total,
        tangga=ekspor.tangga(total),
        tangga_pekerja=ekspor.tangga_pekerja(total),
        fakta=list_fakta(bulan, total),
        urut=urut,
        arah=arah,
        kalimat_urut=_order_sentence(urut, arah),
        kosong=sum(1 for one in baris if one.angka.semua_ikut == 0),
        grafik=grafik_batang(isi),
        kecamatan=kecamatan,
        ubin=peta_ubin(runtime().profil.ubin, kecamatan),
        bulan=bulan,
        kini=bulan == queries.parse_bulan(None),
        # At risk is a fact of today; the counters of past months do not have it.
        berisiko=count_berisiko() if bulan == queries.parse_bulan(None) else {},
        semua_bulan=queries.list_bulan(),
        waktu=now(),
        kalimat_penyebut=ekspor.kalimat_penyebut(),
    )


@bp.route("/dasbor/unduh.xlsx")
@requires(P.DASBOR_LIHAT)
def unduh() -> ResponseReturnValue:
    """The table of all OPD as XLSX."""
    bulan, waktu = queries.parse_bulan(request.args.get("bulan")), now()
    baris, urut, _ = _sorted(queries.list_baris_opd(bulan))
    check_jatah_ekspor(pelaku(), len(baris))
    isi = ekspor.xlsx_kota(baris, bulan, current_user.nama, waktu)
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        daftar="dasbor",
        jumlah=len(baris),
        saringan=f"urut={urut}",
        jenis="xlsx",
    )
    return kirim_berkas(isi, MIME_XLSX, f"dasbor-{bulan:%Y-%m}.xlsx", lampiran=True)


@bp.route("/dasbor/laporan.pdf")
@requires(P.DASBOR_LIHAT)
def laporan() -> ResponseReturnValue:
    """The table of all OPD on paper."""
    bulan, waktu = queries.parse_bulan(request.args.get("bulan")), now()
    baris, urut, arah = _sorted(queries.list_baris_opd(bulan))
    check_jatah_ekspor(pelaku(), len(baris))
    hasil = ekspor.pdf_kota(
        baris, bulan, _order_sentence(urut, arah), waktu, current_user.nama, read_kertas()
    )
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        daftar="dasbor",
        jumlah=len(baris),
        saringan=f"urut={urut}",
        jenis="pdf",
    )
    return kirim_berkas(hasil.pdf, "application/pdf", f"dasbor-{bulan:%Y-%m}.pdf", lampiran=True)


def _sorted(baris: list[BarisOpd]) -> tuple[list[BarisOpd], str, str]:
    """The rows as asked for; without a wish, parts stand below the OPD they belong to."""
    urut, arah = request.args.get("urut", "opd"), request.args.get("arah", "naik")
    if urut not in URUTAN or arah not in ("naik", "turun"):
        raise NotFound
    if urut == "opd":
        return (baris[::-1] if arah == "turun" else baris), urut, arah
    kolom = KOLOM_URUTAN.get(urut, urut)
    # Equal ones keep the city's order in both directions.
    tanda = -1 if arah == "turun" else 1
    urutan = {one.kode: at for at, one in enumerate(baris)}
    return sorted(baris, key=lambda b: (tanda * getattr(b.angka, kolom), urutan[b.kode])), urut, arah


def _order_sentence(urut: str, arah: str) -> str:
    if urut == "opd":
        return "Diurutkan menurut susunan OPD."
    return f"Diurutkan menurut {URUTAN[urut]}, dari yang {'terbesar' if arah == 'turun' else 'terkecil'}."
