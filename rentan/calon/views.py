"""The pool: board for ASN, proposals of the kecamatan, offers by admin and operator, imported lists."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asn.models import Asn
from rentan.calon import actions, queries
from rentan.calon.forms import (
    JawabForm,
    SaringForm,
    SaringUsulanForm,
    TawarkanForm,
    UsulCalonForm,
    pilihan_kelurahan,
)
from rentan.calon.impor import PENANGAN
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Peran, Permission
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.pekerja.queries import naskah_pemberitahuan
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.impor import HalamanImpor, add_import_routes
from rentan.web.page import render_page
from rentan.web.sisipan import add_piece, pieces_of
from rentan.web.transaction import answered_before, finish

P = Permission
MELIHAT = (P.CALON_PILIH, P.CALON_USULKAN, P.CALON_TAWARKAN, P.CALON_IMPOR)

bp = Blueprint("calon", __name__)
add_menu("Daftar calon", "calon.index", *MELIHAT, awalan="/calon", urutan=55)
add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=P.CALON_IMPOR,
        alamat="/calon/impor",
        asal="calon.index",
        pengantar="Tambahkan pekerja yang menunggu orang tua asuh dari daftar kecamatan atau dinas.",
        kolom="NIK, NAMA, TANGGAL LAHIR, JENIS KELAMIN, PEKERJAAN, KELURAHAN, ALAMAT; boleh ditambah HP, "
        "KECAMATAN, SEKTOR, LOKASI KERJA. Nama kelurahan dapat berulang: isi KECAMATAN agar tidak tertukar.",
    ),
)

#: The views of one address, in the order in which a person with several roles sees them.
TAMPILAN = (
    ("usulan", "Usulan kecamatan", frozenset({P.CALON_USULKAN})),
    ("papan", "Pilih pekerja", frozenset({P.CALON_PILIH})),
    ("kelola", "Tawarkan kepada ASN", frozenset({P.CALON_TAWARKAN, P.CALON_IMPOR})),
)


def _offers(by: Pelaku) -> dict[str, Any]:
    return {"tawaran": queries.list_tawaran(by.asn_id, seen_by=by) if by.asn_id else []}


add_piece("asuhan.index", _offers)


@bp.get("/calon")
@requires(*MELIHAT)
def index() -> Response:
    """The view that fits the person's role; with several roles, ``?tampilan=`` chooses."""
    by = pelaku()
    mine = [(kunci, label) for kunci, label, izin in TAMPILAN if izin & by.permissions]
    asked = request.args.get("tampilan", mine[0][0])
    if asked not in dict(mine):
        raise NotFound
    views = {"usulan": _proposals, "papan": _board, "kelola": _manage}
    return views[asked](by, mine if len(mine) > 1 else [])


def _board(by: Pelaku, tabs: list[tuple[str, str]]) -> Response:
    form = SaringForm()
    return render_page(
        "calon/papan.html", "papan", tab=tabs, saring=form, papan=_page(form, by), tampilan="papan",
        hari=get_setting("hari_pegang"), batas_hitung=queries.CAP,
        **_offers(by), **pieces_of("calon.index", by),
    )  # fmt: skip


def _manage(by: Pelaku, tabs: list[tuple[str, str]]) -> Response:
    form = SaringForm()
    form.dekat.kosong = "Seluruh kota"
    return render_page(
        "calon/kelola.html", "papan", tab=tabs, saring=form, papan=_page(form, by, near_asn=False),
        dibuat=queries.list_tawaran_dibuat(seen_by=by) if by.can(P.CALON_TAWARKAN) else [], tampilan="kelola",
        batas_hitung=queries.CAP,
    )  # fmt: skip


def _page(form: SaringForm, by: Pelaku, *, near_asn: bool = True) -> queries.Papan:
    asn = db.session.get(Asn, by.asn_id) if near_asn and by.asn_id else None
    return queries.list_calon(
        asn,
        dekat=form.dekat.data,
        sektor=form.sektor.data,
        pekerjaan=form.pekerjaan.data or "",
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        seen_by=by,
    )


def _proposals(by: Pelaku, tabs: list[tuple[str, str]]) -> Response:
    form = SaringUsulanForm()
    keadaan = form.keadaan.data
    counts = queries.count_usulan(seen_by=by)
    rows = queries.list_usulan(
        seen_by=by, keadaan=keadaan, sesudah=request.args.get("sesudah", type=uuid.UUID)
    )
    record(Peristiwa.NAMA_DILIHAT, by=by, daftar="calon_kecamatan", jumlah=len(rows))
    return render_page(
        "calon/usulan.html", "usulan", tab=tabs, baris=rows, keadaan=queries.state_of(rows), saring=form,
        jumlah=counts[keadaan][0] if keadaan else sum(n for n, _ in counts.values()),
        tampilan="usulan", sesudah=rows[-1].id if len(rows) == queries.HALAMAN else None,
    )  # fmt: skip


@bp.route("/calon/usul", methods=["GET", "POST"])
@requires(P.CALON_USULKAN)
def propose() -> Response:
    """A worker of the own kecamatan, typed in by its officer."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by, form = pelaku(), UsulCalonForm()
    form.kelurahan.pilihan = pilihan_kelurahan(by.kecamatan)
    if form.accepts():
        with form.rules():
            actions.usulkan_calon(
                form.data_pekerja(),
                diberi_tahu_pada=form.diberi_tahu_pada.data,
                alasan_peringatan=form.alasan_peringatan.data,
                by=by,
            )
            return finish(url_for(".index", tampilan="usulan"), "Pekerja masuk ke daftar calon.")
    return render_page("calon/usul.html", "formulir_usul", form=form, naskah=naskah_pemberitahuan())


@bp.post("/calon/<uuid:calon_id>/pegang")
@requires(P.CALON_PILIH)
def hold(calon_id: uuid.UUID) -> Response:
    """A1: from now on the ASN sees the name and has some days to sign up."""
    if answer := answered_before():
        return answer
    by = pelaku()
    asn = db.session.get(Asn, by.asn_id) if by.asn_id else None
    if asn is None:
        raise NotFound
    return _hold_or_say_why(queries.get_calon(calon_id, seen_by=by), asn, by)


def _hold_or_say_why(calon: Any, asn: Asn, by: Pelaku) -> Response:
    try:
        actions.pegang(calon, asn=asn, by=by)
    except RuleError as refused:
        if refused.status != 422:
            raise
        # Somebody else was faster, or the limit is reached: back to the board with the reason.
        undo_changes()
        return finish(url_for(".index", tampilan="papan"), refused.pesan)
    return finish(url_for("asuhan.index"), "Pekerja ini sekarang Anda pegang. Namanya tampil di bawah.")


@bp.route("/calon/<uuid:calon_id>/tawarkan", methods=["GET", "POST"])
@requires(P.CALON_TAWARKAN)
def offer(calon_id: uuid.UUID) -> Response:
    """Offer one worker to one ASN, who decides."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    by, form = pelaku(), TawarkanForm()
    calon = queries.get_calon(calon_id, seen_by=by)
    if form.accepts():
        with form.rules():
            asn = queries.find_penerima(form.nip.data or "", seen_by=by)
            if asn is None:
                tempat = "" if by.has(Peran.ADMIN) else " di OPD Anda"
                raise RuleError(
                    f"Tidak ada ASN aktif dengan NIP ini{tempat}. Periksa NIP-nya.", "nip", kode="nip"
                )
            actions.tawarkan(calon, asn, by=by)
            return finish(
                url_for(".index", tampilan="kelola"),
                "Tawaran tercatat. ASN menjawabnya dari halamannya sendiri.",
            )
        calon = queries.get_calon(calon_id, seen_by=by)
    return render_page("calon/tawarkan.html", "formulir_tawarkan", form=form, calon=calon)


@bp.post("/calon/tawaran/<uuid:tawaran_id>/jawab")
@requires(P.CALON_PILIH)
def answer(tawaran_id: uuid.UUID) -> Response:
    """The ASN accepts or declines; nobody is enrolled without accepting."""
    if earlier := answered_before():
        return earlier
    by, form = pelaku(), JawabForm()
    tawaran = queries.get_tawaran(tawaran_id, seen_by=by)
    if form.jawaban.data not in ("terima", "tolak"):
        raise RuleError("Pilih menerima atau tidak menerima tawaran ini.", kode="jawaban")
    terima = form.jawaban.data == "terima"
    actions.jawab_tawaran(tawaran, terima=terima, by=by, versi=form.versi.data)
    pesan = "Terima kasih. Pekerja ini sekarang Anda pegang." if terima else "Tawaran tidak Anda terima."
    return finish(url_for("asuhan.index"), pesan)
