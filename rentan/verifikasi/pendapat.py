"""Second opinions: one verifikator asks another to refuse a letter (M10) or to let an exception pass (M9)."""

from __future__ import annotations

from typing import Any

from rentan.asn.hitungan import turun
from rentan.asn.status import Tahap
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import NotFound, RuleError
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.penjaga import no_open_opinion, not_uploader
from rentan.surat_kuasa.status import MACHINE, TERKIRIM
from rentan.verifikasi.actions import check_holder, check_reach, end_claim, lock_surat
from rentan.verifikasi.alasan import ALASAN_TOLAK_SURAT
from rentan.verifikasi.models import PendapatKedua
from rentan.verifikasi.queries import facts_periksa, list_pengecualian
from rentan.verifikasi.status import JawabanPendapat, JenisPendapat


def ask_second_opinion(
    surat: SuratKuasa,
    *,
    jenis: JenisPendapat,
    alasan: str,
    catatan: str | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> PendapatKedua:
    """Ask another verifikator: to refuse the letter (M10, ``alasan`` a final reason) or to let an exception
    pass (M9). Raises ``RuleError`` when one waits already, or when there is nothing to except."""
    check_holder(surat, by, versi)
    facts = facts_periksa(surat, by)
    if refusal := no_open_opinion(surat, by, facts):
        raise RuleError(refusal, kode="pendapat_menunggu")
    if jenis is JenisPendapat.TOLAK:
        if alasan not in ALASAN_TOLAK_SURAT:
            raise RuleError("Pilih alasan penolakan.", "alasan", kode="tanpa_alasan")
    elif jenis not in list_pengecualian(surat):
        raise RuleError("Tidak ada yang perlu dikecualikan pada surat ini.", "jenis", kode="tanpa_alasan")
    elif not catatan:
        raise RuleError(
            "Tulis mengapa hal ini dapat diterima, agar verifikator kedua dapat menilainya.", "catatan"
        )
    row = PendapatKedua(
        surat_kuasa_id=surat.id,
        jenis=jenis,
        alasan=alasan,
        catatan=catatan or None,
        diminta_oleh=by.akun_id,
        diminta_pada=now(),
        jawaban=JawabanPendapat.MENUNGGU,
    )
    db.session.add(row)
    db.session.flush()
    record(Peristiwa.PENDAPAT_DIMINTA, by=by, objek=surat, jenis=jenis.value, alasan=alasan)
    return row


def answer_second_opinion(
    surat: SuratKuasa,
    pendapat: PendapatKedua,
    *,
    setuju: bool,
    catatan: str | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """The second verifikator's answer. Agreeing to a refusal refuses the letter at once (M10).

    Raises ``RuleError`` for the one who asked, for an uploader, and when it was answered meanwhile.
    """
    lock_surat(surat)
    check_reach(surat, by)
    check_version(surat, versi)
    facts = facts_periksa(surat, by)
    if refusal := not_uploader(surat, by, facts):
        raise RuleError(refusal, kode="pengunggah")
    _check_waiting(surat, pendapat)
    if pendapat.diminta_oleh == by.akun_id:
        raise RuleError("Pendapat kedua diberikan verifikator lain.", kode="orang_yang_sama")
    if setuju and pendapat.jenis is JenisPendapat.TOLAK:
        _refuse(surat, pendapat, by, facts)
    pendapat.jawaban = JawabanPendapat.SETUJU if setuju else JawabanPendapat.TIDAK
    pendapat.catatan_jawaban = catatan or None
    pendapat.dijawab_oleh, pendapat.dijawab_pada = by.akun_id, now()
    db.session.flush()
    facts_of = {"jenis": pendapat.jenis.value, "jawaban": pendapat.jawaban.value}
    record(Peristiwa.PENDAPAT_DIJAWAB, by=by, objek=surat, **facts_of)


def withdraw_opinion(surat: SuratKuasa, pendapat: PendapatKedua, *, by: Pelaku) -> None:
    """Who asked takes the question back, so that a letter never waits for a colleague who is not there."""
    lock_surat(surat)
    _check_waiting(surat, pendapat)
    if pendapat.diminta_oleh != by.akun_id:
        raise RuleError("Hanya yang meminta pendapat yang dapat menariknya kembali.")
    pendapat.jawaban, pendapat.dijawab_pada = JawabanPendapat.DITARIK, now()
    db.session.flush()
    facts = {"jenis": pendapat.jenis.value, "jawaban": pendapat.jawaban.value}
    record(Peristiwa.PENDAPAT_DIJAWAB, by=by, objek=surat, **facts)


def _refuse(surat: SuratKuasa, pendapat: PendapatKedua, by: Pelaku, facts: dict[str, Any]) -> None:
    """M10. The workers stay proposed: the ASN may send the next version."""
    facts = facts | {"usul_tolak_oleh": pendapat.diminta_oleh}
    advance(MACHINE, surat, "tolak", by=by, alasan=pendapat.alasan, catatan=pendapat.catatan, **facts)
    surat.diputus_pada = now()
    end_claim(surat)
    query = db.select(SuratKuasa.id).where(SuratKuasa.asn_id == surat.asn_id, SuratKuasa.status.in_(TERKIRIM))
    if db.session.scalar(query.limit(1)) is None:
        turun(surat.asn, Tahap.DIAJUKAN, pada=today())


def _check_waiting(surat: SuratKuasa, pendapat: PendapatKedua) -> None:
    if pendapat.surat_kuasa_id != surat.id:
        raise NotFound
    db.session.refresh(pendapat)
    if pendapat.jawaban is not JawabanPendapat.MENUNGGU:
        raise RuleError(
            f"Permintaan pendapat ini sudah ditutup: {pendapat.jawaban.label.lower()}.", kode="sudah_dijawab"
        )
