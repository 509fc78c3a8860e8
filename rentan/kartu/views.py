"""Cards by role: what waits where, the list with its file, and the first steps of the BPJS liaison."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import render_dokumen
from rentan.core.cetak_kirim import BarisKirim, DaftarKirim
from rentan.core.clock import now, to_local, today
from rentan.core.errors import NotFound
from rentan.core.jatah import check_jatah_ekspor
from rentan.core.kop import kop_kota
from rentan.core.permissions import Permission
from rentan.core.sheets_write import OutColumn, SheetOut, write_xlsx
from rentan.ext import runtime
from rentan.kartu import actions, queries
from rentan.kartu.forms import CariForm, MintaForm, SaringForm, SusunForm
from rentan.kartu.penangan import nama_kecamatan, read_baris
from rentan.kartu.status import StatusKartu
from rentan.paket.actions import susun_paket
from rentan.paket.queries import list_paket
from rentan.paket.status import TERBUKA, JenisPaket
from rentan.util.kode import group_kode
from rentan.util.tanggal import format_waktu
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.forms import BaseForm
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish
from rentan.web.unduhan import MIME_XLSX, kirim_berkas
from rentan.wilayah.queries import list_kecamatan

bp = Blueprint("kartu", __name__)
P = Permission
S = StatusKartu

add_menu("Kartu", "kartu.index", P.KARTU_LIHAT, awalan="/kartu", urutan=28)

#: States that wait for the liaison, and for the kecamatan.
PERLU = (S.DIKEMBALIKAN, S.HILANG, S.RUSAK, S.SALAH_DATA)
_KOLOM = (
    OutColumn("KODE KARTU", 14),
    OutColumn("NAMA", 36),
    OutColumn("KELURAHAN", 24),
    OutColumn("KECAMATAN", 20),
    OutColumn("KEADAAN", 28),
    OutColumn("SEJAK", 14, "tanggal"),
    OutColumn("HARI", 8, "angka"),
    OutColumn("TIDAK DITEMUI", 14, "angka"),
)


@bp.get("/kartu")
@requires(P.KARTU_LIHAT)
def index() -> Response:
    """What waits, for how long, and the next step of who looks."""
    return _overview()


def _overview(refused: BaseForm | None = None) -> Response:
    by = pelaku()
    liaison = by.can(P.KARTU_KELOLA)
    kecamatan = {one.kode: one.nama for one in list_kecamatan()}
    return render_page(
        "kartu/ringkas.html",
        status=refused.status if refused else 200,
        refused=refused,
        ringkas=[one for one in queries.ringkas_status(seen_by=by) if one.jumlah],
        kecamatan=kecamatan,
        per_kecamatan=queries.ringkas_kecamatan(seen_by=by) if liaison or by.can(P.AKUN_KELOLA) else None,
        kiriman=queries.list_kiriman(seen_by=by) if liaison or by.can(P.KARTU_SERAH) else None,
        bernama=_sees_names(),
        cari=CariForm(formdata=None),
        minta=MintaForm(formdata=None),
        **(_liaison(kecamatan) if liaison else {}),
    )


def _liaison(kecamatan: dict[str, str]) -> dict[str, Any]:
    """What the BPJS liaison does next."""
    by = pelaku()
    daftar = list_paket(JenisPaket.KARTU, seen_by=by, banyak=20)
    open_for = {
        one.lingkup: one for one in list_paket(JenisPaket.KARTU, seen_by=by, status=TERBUKA, banyak=200)
    }
    ready = queries.count_siap_kirim()
    places = sorted({*ready, *open_for}, key=lambda kode: kecamatan[kode])
    return {
        "belum": queries.count_belum(),
        "bernomor": queries.count_menunggu_nomor(),
        "siap": [
            {"kode": kode, "nama": kecamatan[kode], "jumlah": ready.get(kode, 0), "paket": open_for.get(kode)}
            for kode in places
        ],
        "daftar": daftar,
    }


def _sees_names() -> bool:
    """An administrator reads counts only."""
    by = pelaku()
    return by.can(P.KARTU_KELOLA) or by.can(P.KARTU_SERAH) or by.can(P.VERIFIKASI) or by.can(P.PERBAIKAN)


# -- the list -----------------------------------------------------------------------------------------------


@bp.get("/kartu/daftar")
@requires(P.KARTU_LIHAT)
def list_cards() -> Response:
    """Cards with their filters, the longest waiting first."""
    saring = _filters()
    page = queries.list_kartu(
        seen_by=pelaku(),
        status=_states(saring),
        kecamatan=saring.kecamatan.data,
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=runtime().profil.batas.baris_per_halaman,
    )
    _note_look("kartu", len(page.baris))
    return render_page(
        "kartu/daftar.html",
        "daftar_kartu",
        saring=saring,
        halaman=page,
        kecamatan={one.kode: one.nama for one in list_kecamatan()},
        lanjutan=bool(request.args.get("sesudah")),
    )


@bp.get("/kartu/daftar.xlsx")
@requires(P.KARTU_LIHAT)
def export() -> Response:
    """The same list as a file (EXP-2)."""
    saring, batas = _filters(), runtime().profil.batas
    rows = queries.list_kartu(
        seen_by=pelaku(),
        status=_states(saring),
        kecamatan=saring.kecamatan.data,
        banyak=batas.baris_ekspor + 1,
    ).baris
    check_jatah_ekspor(pelaku(), len(rows))
    names = {one.kode: one.nama for one in list_kecamatan()}
    status = saring.status.data
    words = f"Keadaan: {status.label if status else 'semua yang berjalan'}; kecamatan: "
    words += names.get(saring.kecamatan.data or "", "semua")
    lines = [
        (
            group_kode(one.kode), one.nama, one.kelurahan, names[one.kecamatan_kode], one.status.label,
            to_local(one.sejak).date(), one.umur, one.percobaan,
        )
        for one in rows
    ]  # fmt: skip
    foot = f"Diunduh oleh {current_user.nama} pada {format_waktu(now())}"
    data = write_xlsx([SheetOut("KARTU", ["Kartu peserta", words], _KOLOM, lines)], foot)
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        daftar="kartu",
        jumlah=len(rows),
        saringan=f"status={status or ''}&kecamatan={saring.kecamatan.data or ''}",
        jenis="xlsx",
    )
    return kirim_berkas(data, MIME_XLSX, f"kartu-{today():%Y-%m-%d}.xlsx", lampiran=True)


def _filters() -> SaringForm:
    saring = SaringForm()
    saring.kecamatan.pilihan = [(one.kode, one.nama) for one in list_kecamatan()]
    saring.validate()
    return saring


def _states(saring: SaringForm) -> tuple[StatusKartu, ...]:
    return (saring.status.data,) if saring.status.data else ()


def _note_look(daftar: str, jumlah: int) -> None:
    by = pelaku()
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar=daftar, jumlah=jumlah))


@bp.route("/kartu/cari", methods=["GET", "POST"])
@requires(P.KARTU_LIHAT)
def search() -> Response:
    """One card by code, name or last digits."""
    form = CariForm()
    found = None
    if form.accepts():
        found = queries.find_kartu(form.cari.data, seen_by=pelaku())
        _note_look("kartu_cari", len(found))
    return render_page(
        "kartu/cari.html",
        "hasil_cari",
        form=form,
        temuan=found,
        kecamatan={one.kode: one.nama for one in list_kecamatan()},
    )


# -- the liaison's first steps ------------------------------------------------------------------------------


@bp.post("/kartu/minta")
@requires(P.KARTU_KELOLA)
def request_cards() -> Response:
    """K1 for everybody who is registered and has no card."""
    form = MintaForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            count = actions.request_kartu(by=pelaku())
            return finish(url_for(".index"), f"{count} kartu diminta.")
    return _overview(form)


@bp.post("/kartu/nomor")
@requires(P.KARTU_KELOLA)
def record_numbers() -> Response:
    """K2 for every first card whose number is known."""
    form = MintaForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            count = actions.record_nomor(by=pelaku())
            return finish(url_for(".index"), f"Nomor {count} kartu dicatat.")
    return _overview(form)


@bp.post("/kartu/daftar-kirim")
@requires(P.KARTU_KELOLA)
def build_list() -> Response:
    """B1: a packing list for one kecamatan."""
    form = SusunForm()
    form.kecamatan.pilihan = [(one.kode, one.nama) for one in list_kecamatan()]
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            paket = susun_paket(JenisPaket.KARTU, today(), by=pelaku(), lingkup=form.kecamatan.data)
            return finish(
                url_for("paket.show", paket_id=paket.id),
                "Daftar kirim disusun. Periksa isinya, lalu kunci untuk mencetak.",
            )
    return _overview(form)


@bp.get("/kartu/daftar-kirim/<uuid:paket_id>.pdf")
@requires(P.KARTU_KELOLA, P.KARTU_SERAH)
def print_list(paket_id: uuid.UUID) -> Response:
    """The packing list on paper, from its frozen lines; with ``kertas=f4`` on folio."""
    paket = queries.get_kiriman(paket_id, seen_by=pelaku())
    if paket.dikunci_pada is None or paket.sha256 is None or paket.nomor is None:
        raise NotFound
    check_jatah_ekspor(pelaku(), paket.jumlah)
    document = DaftarKirim(
        kop=kop_kota(),
        kecamatan=nama_kecamatan(paket.lingkup),
        nomor=paket.nomor,
        tanggal=to_local(paket.dikunci_pada).date(),
        sidik=paket.sha256[:12],
        baris=tuple(BarisKirim(**vars(one)) for one in read_baris(paket)),
    )
    kertas = "f4" if request.args.get("kertas") == "f4" else "a4"
    done = render_dokumen(document, waktu=paket.dikunci_pada, kertas=kertas)  # type: ignore[arg-type]
    record(
        Peristiwa.EKSPOR,
        by=pelaku(),
        objek=paket,
        daftar="daftar_kirim",
        jumlah=paket.jumlah,
        saringan=f"nomor={paket.nomor}",
        jenis="pdf",
    )
    return kirim_berkas(done.pdf, "application/pdf", f"daftar-kirim-{paket.nomor}.pdf", lampiran=True)
