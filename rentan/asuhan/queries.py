"""Reads of sponsorships, always through the viewer's eyes (AUZ-2, AUZ-3)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, false, func, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, TERBUKA, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.ext import db, runtime
from rentan.pekerja import queries as pekerja_queries
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import LIHAT_PAPAN, Kelayakan, refuse
from rentan.tarif.price import Rincian, iuran, kelas_untuk
from rentan.tarif.queries import tarif_pada

#: Roles that may see every worker of the city by name (AUZ-3); the others see own ones or none.
_MELIHAT_SEMUA = (Peran.VERIFIKATOR, Peran.PETUGAS_BPJS, Peran.ADMIN)


def _visible(query: Select[Any], seen_by: Pelaku) -> Select[Any]:
    """The one scope of this table: own, own OPD, or the roles of the city that may see workers."""
    if seen_by.is_system or seen_by.has(*_MELIHAT_SEMUA):
        return query
    reach: Any = false()
    if seen_by.has(Peran.ASN) and seen_by.asn_id is not None:
        reach = reach | (Asuhan.asn_id == seen_by.asn_id)
    if seen_by.has(Peran.OPERATOR_OPD):
        reach = reach | Asuhan.asn_id.in_(select(Asn.id).where(Asn.opd_id.in_(seen_by.opd_ids)))
    return query.where(reach)


def get_asuhan(asuhan_id: uuid.UUID, *, seen_by: Pelaku) -> Asuhan:
    """One sponsorship; raises ``NotFound`` for a missing and for a foreign one alike."""
    row = db.session.scalar(_visible(select(Asuhan).where(Asuhan.id == asuhan_id), seen_by))
    if row is None:
        raise NotFound
    return cast(Asuhan, row)


def get_asuhan_sendiri(asuhan_id: uuid.UUID, *, seen_by: Pelaku) -> Asuhan:
    """One of the viewer's own as ASN: an operator or verifikator sees more, but does not act as the donor."""
    row = get_asuhan(asuhan_id, seen_by=seen_by)
    if row.asn_id != seen_by.asn_id:
        raise NotFound
    return row


def list_asuhan(asn_id: uuid.UUID, *, seen_by: Pelaku, terbuka: bool = False) -> list[Asuhan]:
    """The sponsorships of one ASN with their workers, oldest first; ``terbuka``: only those that stand."""
    worker = db.joinedload(Asuhan.pekerja).joinedload(Pekerja.kelurahan)
    query = select(Asuhan).where(Asuhan.asn_id == asn_id).options(worker)
    if terbuka:
        query = query.where(Asuhan.status.in_(TERBUKA))
    return list(db.session.scalars(_visible(query, seen_by).order_by(Asuhan.dibuat_pada, Asuhan.id)))


def count_terbuka(asn_id: uuid.UUID) -> tuple[int, int]:
    """(held, proposed and later) open sponsorships of an ASN: for the limits."""
    rows = db.session.execute(
        select(Asuhan.status, func.count())
        .where(Asuhan.asn_id == asn_id, Asuhan.status.in_(TERBUKA))
        .group_by(Asuhan.status)
    )
    counts = {row[0]: row[1] for row in rows}
    return counts.get(StatusAsuhan.DITAHAN, 0), sum(counts.get(one, 0) for one in DIUSULKAN_KE_ATAS)


def find_terbuka(pekerja_id: uuid.UUID) -> Asuhan | None:
    """The open sponsorship of a worker, whoever's: for rules, never for a page."""
    return db.session.scalar(
        select(Asuhan).where(Asuhan.pekerja_id == pekerja_id, Asuhan.status.in_(TERBUKA))
    )


def lewat_masa(asuhan: Asuhan) -> bool:
    """Is this a hold whose last day is over? It stands until the job, but nobody has to wait for that."""
    return (
        asuhan.status is StatusAsuhan.DITAHAN
        and asuhan.ditahan_sampai is not None
        and asuhan.ditahan_sampai < today()
    )


def harga(asuhan: Asuhan, bulan: date) -> Rincian:
    """What this sponsorship costs for one month, in rupiah of the donor's own money (product.md §3 Price)."""
    tarif = tarif_pada(bulan)
    kelas = kelas_untuk(asuhan.penghasilan, tarif)
    sektor = cast(Any, asuhan.pekerja.sektor.value)
    return iuran(bulan, kelas, cast(Any, asuhan.program), sektor, "pribadi", tarif)


def periksa_kelayakan(
    *,
    nik_text: object,
    tanggal_lahir: date | None,
    jenis_kelamin: str | None,
    debet_pertama: date,
    asn_id: uuid.UUID | None = None,
    kecuali_asuhan: uuid.UUID | None = None,
) -> Kelayakan:
    """The whole check of a worker: ``pekerja.queries.periksa_kelayakan`` and whether somebody sponsors him.

    ``asn_id`` is the ASN for whom is asked; ``kecuali_asuhan`` the own sponsorship that is being edited.
    The answer names neither donor nor OPD (MSK-2).
    """
    answer = pekerja_queries.periksa_kelayakan(
        nik_text=nik_text,
        tanggal_lahir=tanggal_lahir,
        jenis_kelamin=jenis_kelamin,
        debet_pertama=debet_pertama,
    )
    if not answer.boleh or answer.nik is None:
        return answer
    nik_bi = runtime().keyring.blind_index("nik", answer.nik.digits)
    worker = db.session.scalar(select(Pekerja.id).where(Pekerja.nik_bi == nik_bi))
    taken = None if worker is None else find_terbuka(worker)
    if taken is None or taken.id == kecuali_asuhan or lewat_masa(taken):
        return answer
    if asn_id is not None and taken.asn_id == asn_id:
        if taken.status is StatusAsuhan.DITAHAN:
            return replace(answer, keterangan=f"{answer.keterangan}. Pekerja ini sedang Anda pegang.")
        return refuse("sudah_asuhan_anda", "Pekerja ini sudah ada dalam daftar asuhan Anda.", nik=answer.nik)
    return refuse("sudah_diasuh", SUDAH_DIASUH, nik=answer.nik)


SUDAH_DIASUH = f"NIK ini sudah terdaftar sebagai pekerja asuhan. {LIHAT_PAPAN}"
