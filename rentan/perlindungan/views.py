"""/perlindungan: whose cover ends soon, why, who can help and what it costs; on screen, paper and as XLSX."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.permissions import Permission
from rentan.core.settings import get_setting
from rentan.ext import runtime
from rentan.perlindungan import ekspor, queries, tampil
from rentan.perlindungan.forms import JatuhForm
from rentan.perlindungan.queries import Baris, Saringan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.unduhan import MIME_XLSX, kirim_berkas

bp = Blueprint("perlindungan", __name__)
P = Permission

add_menu("Perlindungan", "perlindungan.index", P.PERLINDUNGAN_LIHAT, awalan="/perlindungan", urutan=19)


@dataclass(frozen=True)
class Permintaan:
    """The list asked for: ``semua`` of the viewer's scope, ``cocok`` what the filters leave."""

    form: JatuhForm
    saringan: Saringan
    semua: list[Baris]
    cocok: list[Baris]

    @property
    def judul(self) -> str:
        if self.saringan.belum:
            return "Terdaftar, iuran pertama belum tercatat"
        return f"Perlindungan berakhir dalam {get_setting('hari_jatuh')} hari"

    @property
    def alamat(self) -> dict[str, str]:
        """The filters, as the links of the page carry them."""
        s = self.saringan
        isi = {
            "daftar": "belum" if s.belum else "",
            "opd": s.opd,
            "sebab": s.sebab.value if s.sebab else "",
            "siapa": s.siapa.value if s.siapa else "",
        }
        return {kunci: nilai for kunci, nilai in isi.items() if nilai}


def _asked(by: Pelaku) -> Permintaan:
    daftar = request.args.get("daftar", "")
    if daftar not in ("", "belum"):
        raise NotFound
    form, belum = JatuhForm(), daftar == "belum"
    semua = queries.list_jatuh(seen_by=by, belum=belum)
    form.opd.pilihan = sorted({(one.opd_kode, one.opd) for one in semua}, key=lambda one: one[1])
    saringan = Saringan(belum=belum)
    if form.validate():
        saringan = Saringan(form.opd.data or "", form.sebab.data, form.siapa.data, belum)
    return Permintaan(form, saringan, semua, queries.saring(semua, saringan))


@bp.get("/perlindungan")
@requires(P.PERLINDUNGAN_LIHAT)
def index() -> Response:
    """Counts per cause; below them the names, page by page, for who may read names."""
    by = pelaku()
    asked = _asked(by)
    rows, sesudah = _page(queries.bernama(asked.cocok, by), request.args.get("sesudah"))
    if rows:
        record(Peristiwa.NAMA_DILIHAT, by=by, daftar="perlindungan", jumlah=len(rows))
    return render_page(
        "perlindungan/daftar.html",
        "daftar",
        status=asked.form.status,
        **_shown(asked, by),
        baris=rows,
        sesudah=sesudah,
        mulai=not request.args.get("sesudah"),
    )


def _page(rows: Sequence[Baris], sesudah: str | None) -> tuple[list[Baris], uuid.UUID | None]:
    """One page behind the worker with this id, and where the next one goes on."""
    banyak, mulai = _banyak(), 0
    if sesudah:
        try:
            wanted = uuid.UUID(sesudah)
        except ValueError:
            raise NotFound from None
        at = next((n for n, one in enumerate(rows) if one.pekerja_id == wanted), None)
        if at is None:
            raise NotFound
        mulai = at + 1
    page = list(rows[mulai : mulai + banyak])
    return page, (page[-1].pekerja_id if page and len(rows) > mulai + banyak else None)


def _banyak() -> int:
    return int(runtime().profil.batas.baris_per_halaman)


def _shown(asked: Permintaan, by: Pelaku) -> dict[str, Any]:
    return {
        "form": asked.form,
        "saringan": asked.saringan,
        "judul_daftar": asked.judul,
        "alamat": asked.alamat,
        "jumlah": len(asked.cocok),
        "seluruhnya": len(asked.semua),
        "tua": sum(one.tua for one in asked.cocok),
        "per_sebab": queries.count_sebab(asked.semua),
        "per_opd": queries.count_opd(asked.semua),
        "bernama": queries.sees_names(by),
        "hari": get_setting("hari_jatuh"),
        "siapa": tampil.siapa,
        "kalimat_bulan": tampil.kalimat_bulan,
        "usia_akhir": tampil.USIA_AKHIR,
        "peran": by.peran,
        "waktu": now(),
        "kalimat_saringan": _filter_sentence(asked),
    }


def _filter_sentence(asked: Permintaan) -> str:
    s, bagian = asked.saringan, []
    if s.opd:
        bagian.append("OPD " + next((one.opd for one in asked.semua if one.opd_kode == s.opd), s.opd))
    if s.sebab:
        bagian.append(f"sebab “{s.sebab.label}”")
    if s.siapa:
        bagian.append(f"yang dapat menolong: {tampil.siapa(s.siapa)}")
    return f"Saringan: {'; '.join(bagian)}." if bagian else "Tanpa saringan."


@bp.get("/perlindungan/cetak")
@requires(P.PERLINDUNGAN_LIHAT)
def cetak() -> Response:
    """The whole filtered list on one page, for the printer."""
    by = pelaku()
    asked, rows = _whole(by)
    record(Peristiwa.NAMA_DILIHAT, by=by, daftar="perlindungan_cetak", jumlah=len(rows))
    return render_page("perlindungan/cetak.html", **_shown(asked, by), baris=rows)


def _whole(by: Pelaku) -> tuple[Permintaan, list[Baris]]:
    """All names of the filtered list; ``NotFound`` for readers of counts."""
    if not queries.sees_names(by):
        raise NotFound
    asked = _asked(by)
    rows = queries.bernama(asked.cocok, by)
    check_jatah_ekspor(by, len(rows))
    return asked, rows


@bp.get("/perlindungan/unduh.xlsx")
@requires(P.PERLINDUNGAN_LIHAT)
def unduh() -> ResponseReturnValue:
    """The filtered list as XLSX."""
    by, waktu = pelaku(), now()
    asked, rows = _whole(by)
    saringan = "&".join(f"{kunci}={nilai}" for kunci, nilai in asked.alamat.items())
    record(Peristiwa.EKSPOR, by=by, daftar="perlindungan", jumlah=len(rows), saringan=saringan, jenis="xlsx")
    data = ekspor.xlsx_jatuh(rows, asked.judul, _filter_sentence(asked), current_user.nama, waktu)
    return kirim_berkas(data, MIME_XLSX, f"perlindungan-{to_local(waktu):%Y-%m-%d}.xlsx", lampiran=True)
