"""The OPD table (/partisipasi) with its files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.laporan import daftar as daftar_queries
from rentan.laporan import ekspor, queries
from rentan.laporan.daftar import Daftar, Saringan
from rentan.laporan.forms import TAHAP_PER_DAFTAR, SaringForm
from rentan.laporan.queries import Angka
from rentan.opd.models import Opd
from rentan.perlindungan.peringatan import count_opd
from rentan.util.angka import format_angka
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("laporan", __name__)
P = Permission

add_menu(
    "Partisipasi",
    "laporan.partisipasi",
    P.PARTISIPASI_LIHAT,
    awalan="/partisipasi",
    urutan=10,
    kecuali=P.DASBOR_LIHAT,
)


@dataclass(frozen=True)
class Permintaan:
    """What a request about one OPD asks for, read through the viewer's eyes."""

    opd: Opd
    semua_opd: list[Opd]
    bulan: date
    saringan: Saringan
    form: SaringForm
    angka: Angka

    @property
    def alamat(self) -> dict[str, str]:
        """The part of the address that all links of the page share."""
        kini = queries.parse_bulan(None)
        return {"opd": self.opd.kode} | ({} if self.bulan == kini else {"bulan": f"{self.bulan:%Y-%m}"})


def _read() -> Permintaan | None:
    """The OPD, month and filters asked for; ``None``: somebody of the whole city has not chosen an OPD
    yet.
    """
    by, kode = pelaku(), request.args.get("opd", "")
    semua = queries.list_opd(seen_by=by)
    sendiri = [one for one in semua if one.id in by.opd_ids]
    if not kode and not sendiri and queries.sees_all(by):
        return None
    opd = next((one for one in (semua if kode else sendiri) if not kode or one.kode == kode), None)
    if opd is None:
        raise NotFound
    bulan = queries.parse_bulan(request.args.get("bulan"))
    pilihan = request.args.get("daftar", Daftar.BELUM.value)
    tab = next((one for one in Daftar if one.value == pilihan), None)
    if tab is None:
        raise NotFound
    form = SaringForm()
    form.unit.pilihan = daftar_queries.list_unit(opd.id)
    form.tahap.pilihan = TAHAP_PER_DAFTAR[tab]
    saringan = Saringan(opd.id, bulan, tab)
    if form.validate():
        saringan = Saringan(
            opd.id,
            bulan,
            tab,
            form.unit.data,
            form.status_asn.data,
            form.tahap.data or "",
            form.cari.data or "",
        )
    angka = queries.angka_opd(bulan, [opd.id]).get(opd.id, Angka())
    return Permintaan(opd, semua, bulan, saringan, form, angka)


def _read_opd() -> Permintaan:
    asked = _read()
    if asked is None:
        raise NotFound
    return asked


@bp.route("/partisipasi")
@requires(P.PARTISIPASI_LIHAT)
def partisipasi() -> ResponseReturnValue:
    """Ladder of one OPD, and its people page by page: who has not joined comes first."""
    asked = _read()
    if asked is None:
        return redirect(url_for("dasbor.index"), 303)
    halaman = daftar_queries.Halaman([], None, None)
    if pelaku().can(P.PARTISIPASI_NAMA) and not asked.form.errors:
        halaman = daftar_queries.list_asn(
            asked.saringan, sesudah=_id_from("sesudah"), sebelum=_id_from("sebelum")
        )
        _seen(asked, len(halaman.baris))
    pekerja = {}
    if asked.saringan.daftar is Daftar.IKUT:
        pekerja = daftar_queries.pekerja_per_asn([b.id for b in halaman.baris], asked.bulan)
    return render_page(
        "laporan/partisipasi.html",
        block="daftar",
        **_page(asked),
        halaman=halaman,
        banyak=_count(asked),
        pekerja=pekerja,
    )


@bp.route("/partisipasi/unit")
@requires(P.PARTISIPASI_LIHAT)
def unit() -> ResponseReturnValue:
    """The ladder of each sub-unit."""
    asked = _read_opd()
    baris = daftar_queries.list_baris_unit(asked.opd.id, asked.bulan)
    return render_page("laporan/unit.html", **_page(asked), baris=baris, kolom_tahap=ekspor.KOLOM_TAHAP)


@bp.route("/partisipasi/cetak")
@requires(P.PARTISIPASI_NAMA)
def cetak() -> ResponseReturnValue:
    """The whole filtered list on one page, for the printer."""
    asked = _read_opd()
    baris = _all(asked.saringan)
    _seen(asked, len(baris))
    return render_page(
        "laporan/cetak.html",
        **_page(asked),
        baris=baris,
        kalimat_saringan=ekspor.kalimat_saringan(asked.saringan, _unit_name(asked)),
    )


@bp.route("/partisipasi/unduh.xlsx")
@requires(P.PARTISIPASI_NAMA)
def unduh() -> ResponseReturnValue:
    """The filtered list as XLSX."""
    asked, waktu = _read_opd(), now()
    baris = _all(asked.saringan)
    check_jatah_ekspor(pelaku(), len(baris))
    isi = ekspor.xlsx_opd(
        asked.opd, asked.saringan, _unit_name(asked), asked.angka, baris, current_user.nama, waktu
    )
    _exported("partisipasi", asked.opd, asked.saringan, len(baris), "xlsx")
    name = f"partisipasi-{asked.opd.kode.lower()}-{asked.bulan:%Y-%m}.xlsx"
    return kirim_berkas(isi, MIME_XLSX, name, lampiran=True)


@bp.route("/partisipasi/laporan.pdf")
@requires(P.PARTISIPASI_NAMA)
def laporan() -> ResponseReturnValue:
    """The report of the OPD for its secretary's signature."""
    asked, waktu = _read_opd(), now()
    belum = _all(Saringan(asked.opd.id, asked.bulan, Daftar.BELUM))
    luar = _all(Saringan(asked.opd.id, asked.bulan, Daftar.LUAR))
    check_jatah_ekspor(pelaku(), len(belum) + len(luar))
    unit = daftar_queries.list_baris_unit(asked.opd.id, asked.bulan)
    hasil = ekspor.pdf_opd(
        asked.opd, asked.bulan, asked.angka, unit, belum, luar, waktu, current_user.nama, read_kertas()
    )
    _exported("laporan_opd", asked.opd, asked.saringan, len(belum) + len(luar), "pdf")
    name = f"laporan-{asked.opd.kode.lower()}-{asked.bulan:%Y-%m}.pdf"
    return kirim_berkas(hasil.pdf, "application/pdf", name, lampiran=True)


# -- small pieces -------------------------------------------------------------------------------------------


def _page(asked: Permintaan) -> dict[str, Any]:
    """What all pages of one OPD show."""
    waktu: datetime = now()
    return {
        "opd": asked.opd,
        "semua_opd": asked.semua_opd,
        "bulan": asked.bulan,
        "kini": asked.bulan == queries.parse_bulan(None),
        "semua_bulan": queries.list_bulan(),
        "saringan": asked.saringan,
        "form": asked.form,
        "angka": asked.angka,
        "tangga": ekspor.tangga(asked.angka),
        "tangga_pekerja": ekspor.tangga_pekerja(asked.angka),
        "berisiko": count_opd(asked.opd.id) if asked.bulan == queries.parse_bulan(None) else None,
        "tab": [
            (Daftar.BELUM, asked.angka.belum),
            (Daftar.IKUT, asked.angka.ikut),
            (Daftar.LUAR, asked.angka.tidak_dihitung),
        ],
        "alamat": asked.alamat,
        "waktu": waktu,
        "kalimat_penyebut": ekspor.kalimat_penyebut(),
        "pesan_salin": ekspor.pesan_salin(asked.opd, asked.angka, waktu),
        "keadaan": ekspor.keadaan,
        "alasan_luar": ekspor.alasan_luar,
        "sees_all": queries.sees_all(pelaku()),
        "Daftar": Daftar,
    }


def _count(asked: Permintaan) -> str:
    """How many the list has, in words; an unfiltered list knows it from the counters."""
    if not asked.saringan.disaring:
        banyak = {
            Daftar.BELUM: asked.angka.belum,
            Daftar.IKUT: asked.angka.ikut,
            Daftar.LUAR: asked.angka.tidak_dihitung,
        }[asked.saringan.daftar]
        return f"{format_angka(banyak)} orang"
    banyak = daftar_queries.count_asn(asked.saringan)
    if banyak > daftar_queries.BATAS_HITUNG:
        return f"lebih dari {format_angka(daftar_queries.BATAS_HITUNG)} orang"
    return f"{format_angka(banyak)} orang"


def _all(saringan: Saringan) -> list[Any]:
    """The whole list, or the refusal that it is too long for one file."""
    batas = runtime().profil.batas.baris_ekspor
    baris = daftar_queries.list_semua(saringan, batas)
    if len(baris) > batas:
        check_jatah_ekspor(pelaku(), len(baris))
    return baris


def _unit_name(asked: Permintaan) -> str | None:
    wanted = str(asked.saringan.unit_id)
    return next((one.label for one in asked.form.unit.opsi() if one.kunci == wanted), None)


def _id_from(name: str) -> uuid.UUID | None:
    value = request.args.get(name)
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise NotFound from None


def _seen(asked: Permintaan, banyak: int) -> None:
    """Each look at names is noted (product.md §6): whose list, which month, how many; never the names."""
    record(
        Peristiwa.NAMA_DILIHAT,
        by=pelaku(),
        objek=asked.opd,
        daftar=asked.saringan.daftar.value,
        jumlah=banyak,
        bulan=f"{asked.bulan:%Y-%m}",
    )


def _exported(daftar: str, opd: Opd, saringan: Saringan, banyak: int, jenis: str) -> None:
    isi = {
        "daftar": saringan.daftar.value,
        "bulan": f"{saringan.bulan:%Y-%m}",
        "unit": str(saringan.unit_id or ""),
        "status": saringan.status.value if saringan.status else "",
        "tahap": saringan.tahap,
        "cari": "ya" if saringan.cari else "",
    }
    saringan_teks = "&".join(f"{kunci}={nilai}" for kunci, nilai in isi.items() if nilai)
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        objek=opd,
        daftar=daftar,
        jumlah=banyak,
        saringan=saringan_teks,
        jenis=jenis,
    )


def read_kertas() -> ekspor.Kertas:
    """The paper size asked for; A4 unless it says otherwise."""
    return "f4" if request.args.get("kertas") == "f4" else "a4"
