"""The treasurer's page: this month's dates, one next step, the debit batches."""

from __future__ import annotations

from flask import Response, url_for

from rentan.autodebet import queries
from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.debet_tanggal import bulan_kerja
from rentan.autodebet.forms import SusunDebetForm
from rentan.autodebet.queries_debet import lihat_bulan
from rentan.autodebet.views import bp
from rentan.core.permissions import Permission
from rentan.paket.queries import count_pengecualian
from rentan.paket.status import JenisPaket
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

P = Permission


@bp.get("/autodebet")
@requires(P.DEBET_KELOLA)
def index() -> Response:
    """The month that is being worked on."""
    return _index(SusunDebetForm(formdata=None))


def _index(form: SusunDebetForm) -> Response:
    by = pelaku()
    return render_page(
        "autodebet/debet.html",
        form=form,
        b=lihat_bulan(bulan_kerja(), seen_by=by),
        surat=queries.ringkas(),
        pengecualian=count_pengecualian(seen_by=by, jenis=JenisPaket.DEBET),
    )


@bp.post("/autodebet/debet")
@requires(P.DEBET_KELOLA)
def build_debit() -> Response:
    """B1 of DEBET or ULANG: everything that may go; a long list is filled in the background."""
    form = SusunDebetForm()
    if answer := answered_before():
        return answer
    if form.accepts():
        with form.rules():
            paket = susun_debet(form.jenis.data, bulan_kerja(), by=pelaku(), latar=True)
            return finish(
                url_for("paket.show", paket_id=paket.id), "Paket disusun. Periksa isinya, lalu kunci."
            )
    return _index(form)
