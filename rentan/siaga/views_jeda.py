"""Pausing and going on: the whole letter (M16, M17), one worker (A9), and coming back (A12)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asuhan import putusan
from rentan.asuhan.garis import bulan_kosong, bulan_lanjut
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import get_asuhan_sendiri
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.pekerja.masa import aman_sampai
from rentan.pencabutan.queries import get_surat_berhenti
from rentan.siaga import masa
from rentan.siaga.forms import JedaBendaharaForm, JedaForm, TindakanForm
from rentan.surat_kuasa import jeda
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.penjaga import JEDA_SENDIRI
from rentan.surat_kuasa.queries import find_hidup
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.sisipan import add_piece
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("jeda", __name__)
P = Permission


# -- the whole letter ---------------------------------------------------------------------------------------


def _letter(surat_id: uuid.UUID, by: Pelaku, *, untuk_diubah: bool = False) -> SuratKuasa:
    """A letter that was in force, of the viewer as donor or for the treasurer. Raises ``NotFound``."""
    surat = get_surat_berhenti(surat_id, seen_by=by, untuk_diubah=untuk_diubah)
    if surat.status not in HIDUP or not (_own(surat, by) or by.has(Peran.BENDAHARA)):
        raise NotFound
    return surat


def _own(surat: SuratKuasa, by: Pelaku) -> bool:
    return by.has(Peran.ASN) and surat.asn_id == by.asn_id


@bp.route("/surat-kuasa/<uuid:surat_id>/jeda", methods=["GET", "POST"])
@requires(P.BERHENTI)
def letter(surat_id: uuid.UUID) -> Response:
    """M16: what it means for each worker, then one or two months."""
    if request.method == "POST" and (earlier := answered_before()):
        return earlier
    by, posting = pelaku(), request.method == "POST"
    surat = _letter(surat_id, by, untuk_diubah=posting)
    own = _own(surat, by)
    form: Any = (JedaForm if own else JedaBendaharaForm)(data={"versi": surat.versi})
    if form.accepts():
        with form.rules():
            alasan = JEDA_SENDIRI if own else form.alasan.data.value
            jeda.pause_surat(surat, int(form.bulan.data.value), alasan=alasan, by=by, versi=form.versi.data)
            pesan = "Potongan dijeda. Daftar yang sudah ditutup tetap berjalan."
            return finish(url_for("asuhan.index") if own else url_for(".index"), pesan)
        surat = _letter(surat_id, by)
    return render_page(
        "siaga/jeda.html",
        "isi",
        status=form.status,
        form=form,
        surat=surat,
        milik_sendiri=own,
        pekerja=[_effect(one) for one in jeda.list_dibayar(surat, untuk_diubah=False)],
        pilihan=[jeda.bulan_jeda(n, asn_id=surat.asn_id) for n in (1, 2)],
        dijeda=surat.status is StatusSurat.DITANGGUHKAN,
        lanjut=TindakanForm(formdata=None, data={"versi": surat.versi}),
    )


def _effect(asuhan: Asuhan) -> dict[str, Any]:
    lunas = asuhan.pekerja.lunas_sampai
    return {"asuhan": asuhan, "aman": None if lunas is None else aman_sampai(lunas)}


@bp.post("/surat-kuasa/<uuid:surat_id>/lanjut")
@requires(P.BERHENTI)
def resume_letter(surat_id: uuid.UUID) -> Response:
    """M17: the donor's own pause, or by the treasurer what was blocked."""
    if earlier := answered_before():
        return earlier
    by = pelaku()
    surat = _letter(surat_id, by, untuk_diubah=True)
    jeda.resume_surat(surat, by=by, versi=TindakanForm().versi.data)
    return finish(
        url_for("asuhan.index") if _own(surat, by) else url_for(".index"),
        "Jeda selesai. Bulan yang terlewat ikut ditagih agar perlindungan pekerja tidak terputus.",
    )


@bp.get("/siaga/jeda")
@requires(P.MANDAT_KIRIM)
def index() -> Response:
    """For the treasurer: donors on unpaid leave, and what is paused."""
    by = pelaku()
    cuti, dijeda = masa.list_cuti(seen_by=by), masa.list_jeda(seen_by=by)
    after_reading(
        lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="jeda", jumlah=len(cuti) + len(dijeda))
    )
    return render_page("siaga/daftar_jeda.html", cuti=cuti, dijeda=dijeda, sendiri=JEDA_SENDIRI)


# -- one worker ---------------------------------------------------------------------------------------------


@bp.route("/asuhan/<uuid:asuhan_id>/jeda", methods=["GET", "POST"])
@requires(P.ASUHAN_SENDIRI)
def worker(asuhan_id: uuid.UUID) -> Response:
    """A9 for one worker."""
    if request.method == "POST" and (earlier := answered_before()):
        return earlier
    by = pelaku()
    asuhan = get_asuhan_sendiri(asuhan_id, seen_by=by)
    form = JedaForm(data={"versi": asuhan.versi})
    if form.accepts() and form.bulan.data:
        with form.rules():
            sejak, sampai = jeda.bulan_jeda(int(form.bulan.data.value), asn_id=asuhan.asn_id)
            putusan.jeda(asuhan, sejak=sejak, sampai=sampai, by=by, versi=form.versi.data)
            return finish(url_for("asuhan.index"), "Potongan untuk pekerja ini dijeda.")
        asuhan = get_asuhan_sendiri(asuhan_id, seen_by=by)
    return render_page(
        "siaga/jeda_pekerja.html",
        "isi",
        status=form.status,
        form=form,
        satu=_effect(asuhan),
        pilihan=[jeda.bulan_jeda(n, asn_id=asuhan.asn_id) for n in (1, 2)],
        boleh=asuhan.status is StatusAsuhan.AKTIF,
    )


@bp.post("/asuhan/<uuid:asuhan_id>/lanjut")
@requires(P.ASUHAN_SENDIRI)
def resume_worker(asuhan_id: uuid.UUID) -> Response:
    """A9: the pause of one worker ends now."""
    if earlier := answered_before():
        return earlier
    asuhan = get_asuhan_sendiri(asuhan_id, seen_by=pelaku())
    jeda.resume_pekerja(asuhan, by=pelaku(), versi=TindakanForm().versi.data)
    return finish(
        url_for("asuhan.index"),
        "Jeda selesai. Bulan yang terlewat ikut ditagih agar perlindungan pekerja tidak terputus.",
    )


@bp.post("/asuhan/<uuid:asuhan_id>/kembali")
@requires(P.ASUHAN_SENDIRI)
def take_back(asuhan_id: uuid.UUID) -> Response:
    """A12: the donor goes on with a worker given up before."""
    if earlier := answered_before():
        return earlier
    by = pelaku()
    asuhan = get_asuhan_sendiri(asuhan_id, seen_by=by)
    putusan.kembali(asuhan, mandat_berlaku=_named(asuhan), by=by, versi=TindakanForm().versi.data)
    return finish(url_for("asuhan.index"), "Terima kasih. Pekerja ini kembali Anda asuh.")


def _named(asuhan: Asuhan) -> bool:
    """Is this worker named in the donor's letter in force?"""
    surat = find_hidup(asuhan.asn_id)
    if surat is None or surat.status is not StatusSurat.AKTIF:
        return False
    query = db.select(SuratPekerja.id).where(
        SuratPekerja.surat_kuasa_id == surat.id, SuratPekerja.asuhan_id == asuhan.id
    )
    return db.session.scalar(query) is not None


def _pause_piece(_by: Pelaku) -> dict[str, Any]:
    """On the donor's own page: which worker can be taken back, and by when the debit would go on."""
    return {"dapat_kembali": _can_return, "kosong_dari": _missing}


def _can_return(asuhan: Asuhan) -> bool:
    searching = asuhan.status is StatusAsuhan.MENCARI_PENGGANTI
    return searching and _missing(asuhan) < 3 and _named(asuhan) and not putusan.diasuh_lain(asuhan)


def _missing(asuhan: Asuhan, hari: date | None = None) -> int:
    return bulan_kosong(bulan_lanjut([asuhan.pekerja_id])[asuhan.pekerja_id], hari)


add_piece("asuhan.index", _pause_piece)
