"""A7: which sponsorships can be debited from now on; asked when a letter or a worker comes one step on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable

from sqlalchemy import select

from rentan.asuhan.garis import bulan_terakhir, mulai_pengganti
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import alihkan, siap
from rentan.asuhan.status import StatusAsuhan
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP

#: Which of these sponsorships are prepaid: known to a room to the right (A7 "or prepaid receipt accepted").
Prabayar = Callable[[Collection[uuid.UUID]], set[uuid.UUID]]
_PRABAYAR: list[Prabayar] = []


def add_prabayar(prabayar: Prabayar) -> None:
    """Announce who knows of accepted prepayments."""
    if prabayar not in _PRABAYAR:
        _PRABAYAR.append(prabayar)


def siapkan_asuhan(pekerja_ids: Iterable[uuid.UUID]) -> int:
    """Move the waiting sponsorships of these workers whom BPJS has registered, and whose letter is in force
    or who are prepaid.

    Answers how many were moved; those that still lack one of the two stay and are asked again later.
    """
    db.session.flush()
    query = (
        select(Asuhan)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(
            Asuhan.pekerja_id.in_(list(pekerja_ids)),
            Asuhan.status == StatusAsuhan.MENUNGGU_MANDAT,
            Pekerja.status.in_(TERDAFTAR_DI_BPJS),
        )
        .order_by(Asuhan.id)
    )
    rows = db.session.scalars(query).unique().all()
    if not rows:
        return 0
    ids = [one.id for one in rows]
    berlaku = set(
        db.session.scalars(
            select(SuratPekerja.asuhan_id)
            .join(SuratKuasa, SuratKuasa.id == SuratPekerja.surat_kuasa_id)
            .where(SuratPekerja.asuhan_id.in_(ids), SuratKuasa.status.in_(HIDUP))
        )
    )
    berlaku = berlaku.union(*(one(ids) for one in _PRABAYAR))
    ready = [one for one in rows if one.id in berlaku]
    for asuhan in ready:
        lanjutkan_garis(asuhan)
        siap(asuhan)
    return len(ready)


def lanjutkan_garis(asuhan: Asuhan) -> None:
    """A11: whoever takes a worker over pays from the month after the last one with a payer, and the
    sponsorship before is handed over; for a worker whom nobody has paid for nothing happens."""
    query = select(Asuhan).where(
        Asuhan.garis_asuh_id == asuhan.garis_asuh_id,
        Asuhan.status == StatusAsuhan.MENCARI_PENGGANTI,
        Asuhan.id != asuhan.id,
    )
    before = db.session.scalars(query.order_by(Asuhan.id).with_for_update(key_share=True)).all()
    last = bulan_terakhir([asuhan.pekerja_id], kecuali=asuhan.id).get(asuhan.pekerja_id)
    asuhan.bulan_pertama = mulai_pengganti(asuhan.bulan_pertama, last)
    for lama in before:
        alihkan(lama, asuhan)
