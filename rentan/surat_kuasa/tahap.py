"""The rungs of participation that letters carry: who has none left on a rung steps down from it."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select

from rentan.asn.hitungan import turun_banyak
from rentan.asn.models import Asn
from rentan.asn.status import Tahap
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import DISETUJUI, TERKIRIM

#: Each rung and the letters that keep an ASN on it; nobody stands on the last one without those below it.
_PENOPANG = ((Tahap.TERVERIFIKASI, DISETUJUI), (Tahap.DIAJUKAN, TERKIRIM), (Tahap.DIDEBIT, TERKIRIM))


def turunkan_tahap(asn: Asn) -> None:
    """Call it after a letter has ended or lost its verification; another letter keeps the ASN on a rung."""
    turunkan_tahap_banyak([asn.id])


def turunkan_tahap_banyak(asn_ids: Collection[uuid.UUID]) -> None:
    """``turunkan_tahap`` for many ASN at once, set-based."""
    db.session.flush()
    for tahap, penopang in _PENOPANG:
        tetap: set[uuid.UUID] = set()
        for some in chunks(sorted(asn_ids)):
            query = select(SuratKuasa.asn_id).where(SuratKuasa.asn_id.in_(some))
            tetap |= set(db.session.scalars(query.where(SuratKuasa.status.in_(penopang))))
        turun_banyak(set(asn_ids) - tetap, tahap, pada=today())
