"""The treasurer proposes to pay back what is carried over for a donor who has stopped (U1)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, url_for

from rentan.asuhan.models import Asuhan
from rentan.core.clock import today
from rentan.core.permissions import Permission
from rentan.iuran import buku, queries, sisa, usul
from rentan.iuran.forms import SisaForm
from rentan.iuran.status import JenisUsul
from rentan.iuran.usul_alasan import ALASAN
from rentan.iuran.views_kelola import seen
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

bp = Blueprint("sisa", __name__)
P = Permission


@bp.route("/iuran/kelola/sisa/<uuid:asuhan_id>", methods=["GET", "POST"])
@requires(P.IURAN_CATAT)
def propose(asuhan_id: uuid.UUID) -> Response:
    """The whole balance, with the payment voucher that the approver signs."""
    if answer := answered_before():
        return answer
    by = pelaku()
    form = SisaForm(data={"tanggal_bukti": today()})
    form.alasan.pilihan = list(ALASAN[JenisUsul.SISA].items())
    if form.accepts():
        with form.rules():
            asuhan = queries.get_asuhan_bayar(asuhan_id, seen_by=by, untuk_diubah=True)
            row = usul.propose_sisa(
                asuhan,
                saluran=form.saluran.data,
                bukti=form.bukti.data,
                tanggal_bukti=form.tanggal_bukti.data,
                alasan=form.alasan.data,
                keterangan=form.keterangan.data,
                by=by,
            )
            return finish(
                url_for("iuran_kelola.proposal", usul_id=row.id), "Usul dicatat dan menunggu persetujuan."
            )
    asuhan = queries.get_asuhan_bayar(asuhan_id, seen_by=by)
    seen("sisa_kredit", tentang=asuhan.asn_id)
    return render_page(
        "iuran/sisa.html",
        form=form,
        asuhan=asuhan,
        jumlah=buku.saldo_kredit([asuhan.id]).get(asuhan.id, 0),
        belum=sisa.belum_dibayar(asuhan.asn_id),
        halangan=_halangan(asuhan),
        terbuka=queries.find_sisa_terbuka(asuhan.id),
    )


def _halangan(asuhan: Asuhan) -> str | None:
    if pelaku().asn_id == asuhan.asn_id:
        return "Ini uang Anda sendiri, sehingga bendahara lain yang mengusulkannya."
    return sisa.halangan(asuhan)
