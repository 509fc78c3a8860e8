"""The visible button: what happens next, with dates; one click; the paper for the bank."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asuhan.riwayat import kalimat
from rentan.berkas.actions import check_kuota, clean_upload
from rentan.berkas.models import Berkas
from rentan.berkas.queries import read_bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran, Permission
from rentan.ext import db
from rentan.pencabutan import actions
from rentan.pencabutan.akibat import Cara, akibat_of
from rentan.pencabutan.forms import BerhentiForm, BerhentiKertasForm, BerhentiMeninggalForm, TtdForm
from rentan.pencabutan.models import Pencabutan
from rentan.pencabutan.queries import find_pencabutan, get_surat_berhenti
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_berjalan, find_hidup
from rentan.surat_kuasa.status import StatusSurat
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.sisipan import add_piece
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("pencabutan", __name__)

#: From here on there is something to stop; before, "Batalkan surat kuasa" on the letter's page says the same.
TERKIRIM_KE_ATAS = frozenset(StatusSurat) - {
    StatusSurat.DRAF,
    StatusSurat.DICETAK,
    StatusSurat.DIBATALKAN,
    StatusSurat.DITOLAK,
    StatusSurat.DIGANTI,
    StatusSurat.BERAKHIR,
}


@bp.route("/surat-kuasa/<uuid:surat_id>/berhenti", methods=["GET", "POST"])
@requires(Permission.BERHENTI)
def stop(surat_id: uuid.UUID) -> Response:
    """Before: what follows. After: the three dates and the paper."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    surat = get_surat_berhenti(surat_id, seen_by=pelaku(), untuk_diubah=request.method == "POST")
    form = _form(surat, pelaku())
    if form.accepts():
        with form.rules():
            row = actions.stop_surat(surat, by=pelaku(), versi=form.versi.data, **_facts(form))
            return finish(_url(surat_id), _done(surat, row))
        surat = get_surat_berhenti(surat_id, seen_by=pelaku())
    return _page(surat, form)


def _url(surat_id: uuid.UUID) -> str:
    return url_for("pencabutan.stop", surat_id=surat_id)


def _own(surat: SuratKuasa, by: Pelaku) -> bool:
    return by.has(Peran.ASN) and surat.asn_id == by.asn_id


def _form(surat: SuratKuasa, by: Pelaku) -> Any:
    """Each role's own form: the donor's, with the signed paper, or on a reported death."""
    data = {"versi": surat.versi}
    if _own(surat, by):
        return BerhentiForm(data=data | {"cari_pengganti": True})
    if actions.is_paper(surat, by):
        return BerhentiKertasForm(data=data | {"cari_pengganti": True})
    return BerhentiMeninggalForm(data=data)


def _facts(form: Any) -> dict[str, Any]:
    names = ("cari_pengganti", "ditandatangani_pada")
    return {name: form[name].data for name in names if name in form}


def _done(surat: SuratKuasa, row: Pencabutan | None) -> str:
    if row is None:
        return "Surat kuasa dibatalkan. Tidak ada rekening yang didebet."
    if surat.status is StatusSurat.DICABUT_MENUNGGU:
        return "Pencabutan tercatat. Terima kasih atas kebaikan Anda selama ini."
    return "Keinginan berhenti tercatat dan dijalankan begitu surat ini selesai diproses."


def _page(surat: SuratKuasa, form: Any, ttd: TtdForm | None = None) -> Response:
    by = pelaku()
    row = find_pencabutan(surat.id)
    akibat = None if row is not None else akibat_of(surat)
    own = _own(surat, by)
    hambatan = None
    if akibat is not None and not own and akibat.cara in (Cara.BATAL, Cara.TUNGGU_VERIFIKASI):
        hambatan = (
            "Surat ini belum sampai ke bank, sehingga pemiliknya sendiri yang membatalkannya dari "
            "akunnya, atau verifikator bila pemiliknya tidak dapat."
        )
    return render_page(
        "pencabutan/berhenti.html",
        status=max(form.status, ttd.status if ttd else 200),
        surat=surat,
        form=form,
        ttd=ttd or (TtdForm(formdata=None, data={"versi": row.versi}) if row else None),
        pencabutan=row,
        akibat=akibat,
        hambatan=hambatan,
        milik_sendiri=own,
        boleh_unggah=row is not None and (own or surat.asn.opd_id in by.opd_ids),
        oleh_pemilik=row is not None and actions.is_recorded_by_owner(row),
        lanjutan=find_berjalan(surat.asn_id) if akibat and akibat.cara is Cara.CABUT else None,
        tetap=find_hidup(surat.asn_id) if akibat and akibat.cara is not Cara.CABUT else None,
        kalimat=kalimat,
        Cara=Cara,
    )


@bp.get("/surat-kuasa/<uuid:surat_id>/pencabutan.pdf")
@requires(Permission.BERHENTI)
def print_withdrawal(surat_id: uuid.UUID) -> Response:
    """The frozen paper for the bank, the same bytes each time; it shows the whole account number."""
    surat = get_surat_berhenti(surat_id, seen_by=pelaku())
    row = find_pencabutan(surat.id)
    if row is None or row.berkas_cetak_id is None:
        raise NotFound
    berkas = db.session.get_one(Berkas, row.berkas_cetak_id)
    record(Peristiwa.SURAT_DILIHAT, by=pelaku(), objek=surat, pencabutan=row.id)
    return kirim_berkas(
        read_bersih(berkas), berkas.mime, f"pencabutan-{surat.ref.lower()}.pdf", lampiran=True
    )


@bp.post("/surat-kuasa/<uuid:surat_id>/pencabutan/unggah")
@requires(Permission.BERHENTI)
@body_limit(UPLOAD_BYTES)
def upload_signed(surat_id: uuid.UUID) -> Response:
    """The signed paper as a scan, by the donor or the operator; opened before the transaction."""
    if answer := answered_before():
        return answer
    by = pelaku()
    surat = get_surat_berhenti(surat_id, seen_by=by)
    if find_pencabutan(surat.id) is None:
        raise NotFound
    if not _own(surat, by) and surat.asn.opd_id not in by.opd_ids:
        raise Forbidden
    form = TtdForm()
    if form.accepts():
        with form.rules():
            _keep(surat_id, form, by)
            return finish(_url(surat_id), "Surat pencabutan bertanda tangan tersimpan.")
    surat = get_surat_berhenti(surat_id, seen_by=by)
    return _page(surat, _form_unbound(surat, by), form)


def _form_unbound(surat: SuratKuasa, by: Pelaku) -> BerhentiForm:
    """The page's other form, which was not sent."""
    return BerhentiForm(formdata=None, data={"versi": surat.versi})


def _keep(surat_id: uuid.UUID, form: TtdForm, by: Pelaku) -> None:
    file = form.surat_pencabutan.data
    data, nama, versi = file.stream.read(), file.filename or "", form.versi.data
    check_kuota(len(data), by=by)
    db.session.rollback()  # SQLite has one writer: others must not wait for the parser
    try:
        bersih = clean_upload(data, nama, JenisBerkas.CABUT_TTD, by=by)
    except RuleError as refused:
        refused.field = "surat_pencabutan"
        raise
    surat = get_surat_berhenti(surat_id, seen_by=by, untuk_diubah=True)
    row = find_pencabutan(surat.id)
    if row is None:
        raise NotFound
    actions.attach_signed(row, data=data, nama_file=nama, bersih=bersih, versi=versi, by=by)


def _stop_link(by: Pelaku) -> dict[str, Any]:
    """On the donor's own page: the way out of the letter in force, or of the one under way."""
    if by.asn_id is None:
        return {}
    surat = find_hidup(by.asn_id) or find_berjalan(by.asn_id)
    if surat is None or surat.status not in TERKIRIM_KE_ATAS:
        return {}
    return {"url_berhenti": _url(surat.id), "pencabutan": find_pencabutan(surat.id)}


add_piece("asuhan.index", _stop_link)


def _stopped(_by: Pelaku) -> dict[str, Any]:
    """On the verifikator's page: has the donor of this letter stopped meanwhile?"""
    return {"pencabutan_dari": find_pencabutan, "dicatat_pemilik": actions.is_recorded_by_owner}


add_piece("verifikasi_surat.show", _stopped)
