"""Alerts about cover at risk (product.md §3 Lapse): one month unpaid tells donor and OPD, two escalate."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja

#: From now on somebody above the donor has to act.
GAWAT = StatusPekerja.TENGGANG_2
BERISIKO = (StatusPekerja.TENGGANG_1, GAWAT)
#: Sponsorships whose donor (or the one being looked for) answers for the worker.
DIJAWAB = (*DIUSULKAN_KE_ATAS, StatusAsuhan.MENCARI_PENGGANTI)


@dataclass(frozen=True)
class Peringatan:
    """One alert for somebody's start page; ``gawat``: two months behind."""

    judul: str
    kalimat: str
    banyak: int
    gawat: bool
    url: str


def _berisiko(*kolom: Any) -> Select[Any]:
    return (
        select(*kolom)
        .select_from(Pekerja)
        .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .where(Pekerja.status.in_(BERISIKO), Asuhan.status.in_(DIJAWAB))
    )


def list_peringatan(by: Pelaku) -> list[Peringatan]:
    """What this person has to know: own workers as a donor, the own OPD's, or the city's; the worst first.

    Counts only: names stand on the page behind ``url``.
    """
    found = []
    if by.has(Peran.ASN) and by.asn_id is not None:
        found += _alerts(
            _berisiko().where(Asuhan.asn_id == by.asn_id, Asuhan.status.in_(DIUSULKAN_KE_ATAS)), own=True
        )
    if by.has(Peran.PETUGAS_BPJS, Peran.BENDAHARA, Peran.PIMPINAN):
        found += _alerts(_berisiko(), own=False)
    elif by.has(Peran.OPERATOR_OPD):
        found += _alerts(_berisiko().where(Asn.opd_id.in_(by.opd_ids)), own=False)
    return sorted(found, key=lambda one: not one.gawat)


def _alerts(query: Select[Any], *, own: bool) -> list[Peringatan]:
    counted = query.add_columns(Pekerja.status, func.count(Pekerja.id.distinct())).group_by(Pekerja.status)
    banyak = {row[0]: int(row[1]) for row in db.session.execute(counted)}
    return [_alert(one, banyak[one], own) for one in BERISIKO if one in banyak]


def _alert(status: StatusPekerja, banyak: int, own: bool) -> Peringatan:
    gawat = status is GAWAT
    siapa = "pekerja asuhan Anda" if own else "pekerja"
    if gawat:
        kalimat = "Dua bulan iuran belum tercatat di BPJS. Sebelum bulan ketiga lewat, iurannya harus masuk."
    else:
        kalimat = "Satu bulan iuran belum tercatat di BPJS. Perlindungannya masih berlaku, tetapi berisiko."
    judul = f"Perlindungan {banyak} {siapa} {'hampir terhenti' if gawat else 'berisiko'}"
    return Peringatan(judul, kalimat, banyak, gawat, "/asuhan" if own else "/perlindungan")


def count_berisiko() -> dict[str, int]:
    """Workers a month or two behind now, by code of the OPD of their donor."""
    query = (
        _berisiko(Opd.kode, func.count(Pekerja.id.distinct()))
        .join(Opd, Opd.id == Asn.opd_id)
        .group_by(Opd.kode)
    )
    return {kode: int(n) for kode, n in db.session.execute(query)}


def count_opd(opd_id: uuid.UUID) -> int:
    """Workers at risk whose donor serves in this OPD."""
    return db.session.scalar(_berisiko(func.count(Pekerja.id.distinct())).where(Asn.opd_id == opd_id)) or 0
