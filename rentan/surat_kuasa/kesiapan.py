"""A7: which sponsorships can be debited from now on; asked when a letter or a worker comes one step on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import siap
from rentan.asuhan.status import StatusAsuhan
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP


def siapkan_asuhan(pekerja_ids: Iterable[uuid.UUID]) -> int:
    """Move the waiting sponsorships of these workers whose letter is in force and whom BPJS has registered.

    Answers how many were moved; those that still lack one of the two stay and are asked again later.
    """
    db.session.flush()
    query = (
        select(Asuhan)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .join(SuratPekerja, SuratPekerja.asuhan_id == Asuhan.id)
        .join(SuratKuasa, SuratKuasa.id == SuratPekerja.surat_kuasa_id)
        .where(
            Asuhan.pekerja_id.in_(list(pekerja_ids)),
            Asuhan.status == StatusAsuhan.MENUNGGU_MANDAT,
            Pekerja.status.in_(TERDAFTAR_DI_BPJS),
            SuratKuasa.status.in_(HIDUP),
        )
        .order_by(Asuhan.id)
    )
    rows = db.session.scalars(query).unique().all()
    for asuhan in rows:
        siap(asuhan)
    return len(rows)
