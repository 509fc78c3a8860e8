"""What the treasurer recorded and another decides: receipts and proposals, one road for both (U2, U3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from rentan.core.permissions import Permission
from rentan.core.workflow import Machine, offers
from rentan.iuran import penerimaan, queries, usul
from rentan.iuran.forms import SetujuForm, TolakForm
from rentan.iuran.models import Penerimaan, UsulIuran
from rentan.iuran.status import MACHINE_PENERIMAAN, MACHINE_USUL, StatusUsul
from rentan.iuran.usul_alasan import ALASAN
from rentan.iuran.views_kelola import bp, seen
from rentan.web.access import fresh, pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

P = Permission


@dataclass(frozen=True)
class Perkara:
    """One kind of record that a second person accepts or refuses."""

    daftar: str
    template: str
    machine: Machine
    get: Callable[..., Any]
    #: What its page shows besides the row and the decision.
    isi: Callable[[Any], dict[str, Any]]
    terima: Callable[..., None]
    tolak: Callable[..., None]
    pesan_terima: str
    pesan_tolak: str


def _isi_penerimaan(row: Penerimaan) -> dict[str, Any]:
    """While it waits what its months cost now, afterwards the months that it has paid."""
    menunggu = row.status is StatusUsul.DIAJUKAN
    hasil = penerimaan.hitung(row.asuhan, row.bulan_mulai, row.jumlah_bulan) if menunggu else None
    return {"hasil": hasil, "dibayar": queries.list_dibayar(row)}


def _isi_usul(row: UsulIuran) -> dict[str, Any]:
    """The reason in words, and what an approval brings about."""
    return {
        "alasan": ALASAN[row.jenis].get(row.alasan, row.alasan),
        "akibat": usul.akibat_usul(row),
    }


PENERIMAAN = Perkara(
    "penerimaan",
    "iuran/penerimaan.html",
    MACHINE_PENERIMAAN,
    queries.get_penerimaan,
    _isi_penerimaan,
    penerimaan.accept_penerimaan,
    penerimaan.refuse_penerimaan,
    "Penerimaan disetujui; iurannya tercatat sudah dibayar.",
    "Penerimaan ditolak; bendahara membaca alasannya.",
)
USUL = Perkara(
    "usul_iuran",
    "iuran/usul.html",
    MACHINE_USUL,
    queries.get_usul,
    _isi_usul,
    usul.accept_usul,
    usul.refuse_usul,
    "Usul disetujui dan dijalankan.",
    "Usul ditolak; bendahara membaca alasannya.",
)


@bp.get("/iuran/kelola/penerimaan/lihat/<uuid:penerimaan_id>")
@requires(P.IURAN_LIHAT)
def receipt(penerimaan_id: uuid.UUID) -> Response:
    """One receipt: what it pays, what is over, and for the approver the decision."""
    return _show(PENERIMAAN, penerimaan_id)


@bp.post("/iuran/kelola/penerimaan/lihat/<uuid:penerimaan_id>/setujui")
@requires(P.IURAN_PUTUS)
@fresh
def accept_receipt(penerimaan_id: uuid.UUID) -> Response:
    """U2."""
    return _accept(PENERIMAAN, penerimaan_id)


@bp.post("/iuran/kelola/penerimaan/lihat/<uuid:penerimaan_id>/tolak")
@requires(P.IURAN_PUTUS)
def refuse_receipt(penerimaan_id: uuid.UUID) -> Response:
    """U3."""
    return _refuse(PENERIMAAN, penerimaan_id)


@bp.get("/iuran/usul/lihat/<uuid:usul_id>")
@requires(P.IURAN_LIHAT)
def proposal(usul_id: uuid.UUID) -> Response:
    """One proposal, and for the approver the decision."""
    return _show(USUL, usul_id)


@bp.post("/iuran/usul/lihat/<uuid:usul_id>/setujui")
@requires(P.IURAN_PUTUS)
@fresh
def accept_proposal(usul_id: uuid.UUID) -> Response:
    """U2 with C13 or C14."""
    return _accept(USUL, usul_id)


@bp.post("/iuran/usul/lihat/<uuid:usul_id>/tolak")
@requires(P.IURAN_PUTUS)
def refuse_proposal(usul_id: uuid.UUID) -> Response:
    """U3."""
    return _refuse(USUL, usul_id)


def _show(perkara: Perkara, row_id: uuid.UUID, form: SetujuForm | TolakForm | None = None) -> Response:
    """Its page; ``form`` is the decision that was refused."""
    row = perkara.get(row_id, seen_by=pelaku())
    seen(perkara.daftar, tentang=row.id)
    data = {"versi": row.versi}
    forms = {
        "setuju": SetujuForm(formdata=None, data=data, id_awalan="s"),
        "tolak": TolakForm(formdata=None, data=data, id_awalan="t"),
    }
    if form:
        forms["tolak" if isinstance(form, TolakForm) else "setuju"] = form
    return render_page(
        perkara.template,
        status=form.status if form else 200,
        row=row,
        tawaran={one.move.peristiwa: one.alasan for one in offers(perkara.machine, row, pelaku())},
        ditolak_form=form,
        **forms,
        **perkara.isi(row),
    )


def _accept(perkara: Perkara, row_id: uuid.UUID) -> Response:
    return _decide(perkara, row_id, SetujuForm(id_awalan="s"), perkara.terima, perkara.pesan_terima)


def _refuse(perkara: Perkara, row_id: uuid.UUID) -> Response:
    form = TolakForm(id_awalan="t")
    return _decide(perkara, row_id, form, perkara.tolak, perkara.pesan_tolak, catatan=form.catatan.data)


def _decide(
    perkara: Perkara,
    row_id: uuid.UUID,
    form: SetujuForm | TolakForm,
    move: Callable[..., None],
    pesan: str,
    **facts: Any,
) -> Response:
    if answer := answered_before():
        return answer
    by = pelaku()
    perkara.get(row_id, seen_by=by)
    if form.accepts():
        with form.rules():
            row = perkara.get(row_id, seen_by=by, untuk_diubah=True)
            move(row, by=by, versi=form.versi.data, **facts)
            return finish(url_for(".queue"), pesan)
    return _show(perkara, row_id, form)


@bp.get("/iuran/putusan")
@requires(P.IURAN_PUTUS)
def queue() -> Response:
    """What waits for the approver, the oldest first."""
    by = pelaku()
    masuk = queries.list_penerimaan(seen_by=by, status=StatusUsul.DIAJUKAN)
    usulan = queries.list_usul(seen_by=by, status=StatusUsul.DIAJUKAN)
    seen("iuran_putusan", len(masuk) + len(usulan))
    return render_page("iuran/putusan.html", penerimaan=masuk, usul=usulan, saya=by.akun_id, ALASAN=ALASAN)
