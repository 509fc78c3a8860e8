"""Where the paper is: one search, and scanning letters to where they have come."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from wtforms import ValidationError

from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.ext import db, runtime
from rentan.surat_kuasa.asli import list_tempat
from rentan.surat_kuasa.cari_asli import PALING_BANYAK, cari_asli, list_pada_admin, pindai_asli
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm, PilihanField, TeksField, TeksPanjangField, Wajib
from rentan.web.page import render_page
from rentan.web.transaction import after_reading

bp = Blueprint("asli", __name__)
add_menu(
    "Lembar asli",
    "asli.index",
    Permission.ASLI_PINDAH,
    awalan="/surat-kuasa",
    urutan=22,
    kecuali=Permission.SURAT_BANTU,  # operators come from their list
)

#: Codes of one form; a box of letters is scanned in a few of them.
KODE_SEKALIGUS = 200


class CariForm(BaseForm):
    """Search words name people: they travel in the body, never in an address."""

    cari = TeksField("Nomor surat, referensi, NIP, atau nama", [Wajib()], maks=100, lebar=40)


class PindaiForm(BaseForm):
    """A scanner types one code and Enter: every line is one code, so nothing is lost while it scans on."""

    ke = PilihanField("Lembar asli sekarang berada", [Wajib()], tampilan="radio")
    kode = TeksPanjangField("Kode surat", [Wajib()], maks=20_000)

    def validate_kode(self, field: TeksPanjangField) -> None:
        if len(self.daftar) > KODE_SEKALIGUS:
            raise ValidationError(f"Paling banyak {KODE_SEKALIGUS} kode sekali catat. Bagi menjadi beberapa.")

    @property
    def daftar(self) -> list[str]:
        return [line for line in (self.kode.data or "").splitlines() if line]


def _pindai_form(*, bound: bool = False) -> PindaiForm:
    form = PindaiForm(id_awalan="pindai") if bound else PindaiForm(formdata=None, id_awalan="pindai")
    form.ke.pilihan = [(one, one.label) for one in list_tempat(pelaku())]
    return form


@bp.get("/surat-kuasa/asli")
@requires(Permission.ASLI_PINDAH)
def index() -> Response:
    """Both forms, empty; for the admin below them what lies on the own desk."""
    by = pelaku()
    pada_admin = list_pada_admin(seen_by=by, banyak=runtime().profil.batas.baris_per_halaman)
    if pada_admin:
        look: dict[str, Any] = {"daftar": "asli_admin", "jumlah": len(pada_admin)}
        after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, **look))
    return render_page(
        "surat_kuasa/asli.html",
        cari=CariForm(formdata=None),
        pindai=_pindai_form(),
        pada_admin=pada_admin,
    )


@bp.post("/surat-kuasa/asli/cari")
@requires(Permission.ASLI_PINDAH)
def search() -> Response:
    """Where is this letter? Changes nothing but the trail: a search for a person is logged (AUD-3)."""
    form = CariForm()
    found = []
    if form.accepts():
        found = cari_asli(form.cari.data or "", seen_by=pelaku())
        record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="asli", jumlah=len(found))
        db.session.commit()
    return render_page(
        "surat_kuasa/asli.html",
        "hasil_cari",
        form.status,
        cari=form,
        pindai=_pindai_form(),
        ditemukan=found[:PALING_BANYAK] if form.status == 200 else None,
        lebih=len(found) > PALING_BANYAK,
    )


@bp.post("/surat-kuasa/asli/pindai")
@requires(Permission.ASLI_PINDAH)
def scan() -> Response:
    """Note the scanned letters; sent twice, the second answer says that they stand there already."""
    form = _pindai_form(bound=True)
    hasil = None
    if form.accepts():
        hasil = pindai_asli(form.daftar, form.ke.data, by=pelaku())
        db.session.commit()
        form.kode.data = ""
    return render_page(
        "surat_kuasa/asli.html",
        "pindai_asli",
        form.status,
        cari=CariForm(formdata=None),
        pindai=form,
        hasil=hasil,
    )
