"""The rungs of participation that letters carry: who has none left on a rung steps down from it."""

from __future__ import annotations

from sqlalchemy import select

from rentan.asn.hitungan import turun
from rentan.asn.models import Asn
from rentan.asn.status import Tahap
from rentan.core.clock import today
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import DISETUJUI, TERKIRIM


def turunkan_tahap(asn: Asn) -> None:
    """Call it after a letter has ended or lost its verification; another letter keeps the ASN on a rung."""
    db.session.flush()
    berdiri = set(db.session.scalars(select(SuratKuasa.status).where(SuratKuasa.asn_id == asn.id)))
    for tahap, status in ((Tahap.TERVERIFIKASI, DISETUJUI), (Tahap.DIAJUKAN, TERKIRIM)):
        if not berdiri.intersection(status):
            turun(asn, tahap, pada=today())
            if tahap is Tahap.DIAJUKAN:  # nobody stands on the last rung without the ones below it
                turun(asn, Tahap.DIDEBIT, pada=today())
