"""Standing in (delight 7): an ASN stands by, is asked for one worker and at most two months, and answers.

Offers are made by the job and by the liaison's button, one at a time per worker: own OPD first, then the same
kecamatan. An accepted offer continues the worker's line (A11), and at its end the search goes on (A10).
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.asn.models import Asn
from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan import putusan
from rentan.asuhan.garis import bulan_lanjut
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import SUDAH_SIAP, TERBUKA, StatusAsuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, to_local, today
from rentan.core.errors import RuleError
from rentan.core.settings import get_setting
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.iuran.gugur import TALANGAN_SELESAI
from rentan.siaga.models import DonaturSiaga, Talangan
from rentan.siaga.queries import (
    beban_talangan,
    bulan_talangan,
    count_bebas,
    find_siaga,
    list_penalang,
    list_untuk_ditanya,
    penghalang,
    perlu_talangan,
)
from rentan.siaga.status import MACHINE, StatusTalangan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_hidup
from rentan.surat_kuasa.status import HIDUP
from rentan.tarif.queries import bulan_pertama, hari_debet


def stand_by(asn: Asn, *, by: Pelaku) -> None:
    """Stand by from now on. Raises ``RuleError`` without a letter in force."""
    if find_hidup(asn.id) is None:
        raise RuleError(
            "Donatur siaga memakai surat kuasa dan batasnya sendiri. Anda dapat mendaftar setelah surat "
            "kuasa Anda berlaku.",
            kode="tanpa_surat",
        )
    row = db.session.get(DonaturSiaga, asn.id)
    if row is None:
        row = DonaturSiaga(asn_id=asn.id, sejak=now(), berhenti_pada=None)
        db.session.add(row)
    elif row.berhenti_pada is not None:
        row.sejak, row.berhenti_pada = now(), None
    record(Peristiwa.SIAGA_DIUBAH, by=by, objek=asn, siaga=True)
    db.session.flush()


def stand_down(asn: Asn, *, by: Pelaku) -> None:
    """Stop standing by; an offer that waits is declined with it, a worker on loan stays until its month."""
    row = find_siaga(asn.id)
    if row is None:
        return
    row.berhenti_pada = now()
    waiting = select(Talangan).where(Talangan.asn_id == asn.id, Talangan.status == StatusTalangan.DITAWARKAN)
    for one in db.session.scalars(waiting.order_by(Talangan.id)).all():
        answer_offer(one, terima=False, by=by)
    record(Peristiwa.SIAGA_DIUBAH, by=by, objek=asn, siaga=False)
    db.session.flush()


# -- asking -------------------------------------------------------------------------------------------------


def ask_next(asuhan: Asuhan, *, by: Pelaku, penuh: set[uuid.UUID] | None = None) -> Talangan | None:
    """T1: ask the next stand-in whose ceiling has room; ``None`` when nobody is left to ask.

    ``penuh``: ASN known to have no room for this worker; who is found to have none is added.

    Raises ``RuleError`` when nobody may be asked for this worker now.
    """
    if not perlu_talangan(asuhan):
        raise RuleError(
            "Untuk pekerja ini tidak perlu ditanyakan donatur siaga sekarang: sudah ada yang ditanya atau "
            "memilihnya, atau donatur lama tidak menghendakinya.",
            kode="tidak_perlu",
        )
    penuh = set() if penuh is None else penuh
    for asn in list_penalang(asuhan, kecuali=penuh):
        if penghalang(asn, asuhan) is None:
            break
        penuh.add(asn.id)
    else:
        return None
    mulai, sampai = bulan_talangan(asuhan)
    row = Talangan(
        id=uuid.uuid4(),
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        asn_id=asn.id,
        asn=asn,
        bulan_mulai=mulai,
        bulan_sampai=sampai,
        ditawarkan_pada=now(),
        jawab_sebelum=today() + timedelta(days=int(get_setting("hari_jawab_siaga"))),
    )
    try:
        with db.session.begin_nested():
            advance(MACHINE, row, "tawarkan", by=by, baru=True)
    except IntegrityError:
        raise RuleError("Seorang donatur siaga baru saja ditanya.", kode="sudah_ditanya") from None
    return row


def ask_all() -> int:
    """Job: end what nobody answered, withdraw what is not needed any more, ask the next ones; how many.

    Safe to run twice: one open offer per worker, and nobody is asked twice for the same one.
    """
    moved = _close_offers()
    db.session.flush()
    bebas, rows = count_bebas(), list_untuk_ditanya()
    lanjut = bulan_lanjut([one.pekerja_id for one in rows])
    asked: set[uuid.UUID] = set()
    penuh: dict[Hashable, set[uuid.UUID]] = {}
    for asuhan in rows:
        # After a day on which hundreds stop, many more search than stand by: nobody is looked for in vain.
        tanpa_ruang = penuh.setdefault(beban_talangan(asuhan, lanjut[asuhan.pekerja_id]), set())
        if len(asked | tanpa_ruang) >= bebas or not perlu_talangan(asuhan):
            continue
        if (offer := ask_next(asuhan, by=SISTEM, penuh=tanpa_ruang)) is not None:
            asked.add(offer.asn_id)
    return moved + len(asked)


def _close_offers() -> int:
    query = select(Talangan).where(Talangan.status == StatusTalangan.DITAWARKAN).order_by(Talangan.id)
    moved = 0
    for row in db.session.scalars(query.with_for_update(of=Talangan, skip_locked=True)).all():
        if row.jawab_sebelum < today():
            advance(MACHINE, row, "lewat_waktu", by=SISTEM)
        elif row.asuhan.status is not StatusAsuhan.MENCARI_PENGGANTI or _taken(row.asuhan):
            advance(MACHINE, row, "batal", by=SISTEM)
        else:
            continue
        row.dijawab_pada = now()
        moved += 1
    return moved


def _taken(asuhan: Asuhan) -> bool:
    query = select(Asuhan.id).where(Asuhan.pekerja_id == asuhan.pekerja_id, Asuhan.status.in_(TERBUKA))
    return db.session.scalar(query.limit(1)) is not None


# -- answering ----------------------------------------------------------------------------------------------


def answer_offer(talangan: Talangan, *, terima: bool, by: Pelaku, versi: int | None = None) -> Asuhan | None:
    """T2 or T3. Accepting makes the stand-in's own sponsorship at once; the first month is computed anew.

    Raises ``RuleError``: ``lewat_waktu``, ``penjaga_t2`` (letter or ceiling), ``tidak_dicari`` and those of
    ``asuhan.actions.talangi``; ``Stale``.
    """
    check_version(talangan, versi)
    if not terima:
        advance(MACHINE, talangan, "tolak", by=by)
        talangan.dijawab_pada = now()
        return None
    if talangan.jawab_sebelum < today():
        raise RuleError(
            "Tawaran ini sudah lewat waktu dan diteruskan kepada donatur lain.", kode="lewat_waktu"
        )
    lama = _hold(talangan)
    if lama.status is not StatusAsuhan.MENCARI_PENGGANTI:
        raise RuleError("Pekerja ini sudah dilanjutkan donatur lain. Terima kasih.", kode="tidak_dicari")
    mulai, sampai = bulan_talangan(lama)
    refusal = penghalang(talangan.asn, lama)
    if refusal is not None:
        raise RuleError(refusal, kode="penjaga_t2")
    pengganti = asuhan_actions.talangi(lama, talangan.asn, sampai=sampai, by=by)
    talangan.bulan_mulai, talangan.bulan_sampai = mulai, sampai
    talangan.pengganti_id, talangan.dijawab_pada = pengganti.id, now()
    with db.session.no_autoflush:
        advance(MACHINE, talangan, "terima", by=by, penghalang=refusal)
    return pengganti


def _hold(talangan: Talangan) -> Asuhan:
    """The stand-in's letter and the searching sponsorship, held and read anew, in the order of the house."""
    letter = select(SuratKuasa).where(SuratKuasa.asn_id == talangan.asn_id, SuratKuasa.status.in_(HIDUP))
    db.session.scalars(
        letter.with_for_update(of=SuratKuasa, key_share=True).execution_options(populate_existing=True)
    ).all()
    return db.session.get_one(
        Asuhan, talangan.asuhan_id, with_for_update={"key_share": True}, populate_existing=True
    )


def end_loans() -> int:
    """Job (A10): a stand-in whose last month has been debited is free, and the search goes on; how many."""
    query = (
        select(Asuhan, Talangan.dijawab_pada)
        .join(Talangan, Talangan.pengganti_id == Asuhan.id, isouter=True)
        .where(Asuhan.sementara, Asuhan.sampai.is_not(None), Asuhan.status.in_(SUDAH_SIAP))
        .order_by(Asuhan.id)
        .with_for_update(of=Asuhan, key_share=True)
    )
    done = 0
    for asuhan, dijawab in db.session.execute(query).all():
        # Accepted late, the months are debited together in the first month whose list was still open.
        bulan = [asuhan.sampai, bulan_pertama(to_local(dijawab).date()) if dijawab else None]
        if today() >= hari_debet(max(one for one in bulan if one is not None)):
            putusan.henti(asuhan, alasan=TALANGAN_SELESAI, by=SISTEM)
            done += 1
    return done
