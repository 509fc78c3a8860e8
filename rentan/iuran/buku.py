"""The ledger (MON-2, MON-3): balanced postings that nothing changes afterwards; corrections are reversals."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, insert, select

from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.massal import chunks
from rentan.ext import db
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.models import Entri, Jurnal


@dataclass(frozen=True)
class Sisipan:
    """One side of a posting, in whole rupiah; ``asuhan_id`` only for ``KREDIT_DONATUR``."""

    akun: AkunBuku
    sisi: Sisi
    jumlah: int
    asuhan_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Posting:
    """What is written as one ``Jurnal``. ``tanggal`` is the day of the fact, not of the writing."""

    jenis: JenisJurnal
    tanggal: date
    entri: tuple[Sisipan, ...]
    iuran_id: uuid.UUID | None = None
    paket_id: uuid.UUID | None = None
    penerimaan_id: uuid.UUID | None = None
    usul_id: uuid.UUID | None = None
    membalik_id: uuid.UUID | None = None

    @classmethod
    def dua_sisi(
        cls,
        jenis: JenisJurnal,
        tanggal: date,
        debet: AkunBuku,
        kredit: AkunBuku,
        jumlah: int,
        *,
        asuhan_id: uuid.UUID | None = None,
        **acuan: Any,
    ) -> Posting:
        """From one account to another; ``asuhan_id`` is written where the account is ``KREDIT_DONATUR``."""

        def sisi(akun: AkunBuku, satu: Sisi) -> Sisipan:
            return Sisipan(akun, satu, jumlah, asuhan_id if akun is AkunBuku.KREDIT_DONATUR else None)

        return cls(jenis, tanggal, (sisi(debet, Sisi.D), sisi(kredit, Sisi.K)), **acuan)


def catat(postings: Sequence[Posting], *, by: Pelaku) -> list[uuid.UUID]:
    """Write postings, set-based; their ids. Raises ``ValueError`` for one that does not balance."""
    db.session.flush()
    moment = now()
    jurnal: list[dict[str, Any]] = []
    entri: list[dict[str, Any]] = []
    for one in postings:
        sums = {sisi: sum(e.jumlah for e in one.entri if e.sisi is sisi) for sisi in Sisi}
        if sums[Sisi.D] != sums[Sisi.K] or not sums[Sisi.D]:
            raise ValueError("a posting must balance")
        key = uuid.uuid4()
        jurnal.append(
            {
                "id": key,
                "jenis": one.jenis,
                "tanggal": one.tanggal,
                "pada": moment,
                "iuran_id": one.iuran_id,
                "paket_id": one.paket_id,
                "penerimaan_id": one.penerimaan_id,
                "usul_id": one.usul_id,
                "membalik_id": one.membalik_id,
                "oleh": by.akun_id,
            }
        )
        entri += [
            {
                "id": uuid.uuid4(),
                "jurnal_id": key,
                "urutan": n,
                "akun": e.akun,
                "sisi": e.sisi,
                "jumlah": e.jumlah,
                "asuhan_id": e.asuhan_id,
            }
            for n, e in enumerate(one.entri, 1)
        ]
    if jurnal:
        db.session.execute(insert(Jurnal), jurnal)
        db.session.execute(insert(Entri), entri)
    return [one["id"] for one in jurnal]


def balik(jurnal_ids: Collection[uuid.UUID], *, tanggal: date, by: Pelaku) -> list[uuid.UUID]:
    """Take postings back: each is answered by its mirror image that names it.

    One posting is reversed once (unique in the database); the second attempt raises ``IntegrityError``.
    """
    postings = []
    lawan = {Sisi.D: Sisi.K, Sisi.K: Sisi.D}
    for some in chunks(sorted(jurnal_ids)):
        query = select(Jurnal).where(Jurnal.id.in_(some)).options(db.selectinload(Jurnal.entri))
        postings += [
            Posting(
                JenisJurnal.PEMBALIKAN,
                tanggal,
                tuple(Sisipan(e.akun, lawan[e.sisi], e.jumlah, e.asuhan_id) for e in one.entri),
                iuran_id=one.iuran_id,
                paket_id=one.paket_id,
                penerimaan_id=one.penerimaan_id,
                membalik_id=one.id,
            )
            for one in db.session.scalars(query.order_by(Jurnal.id))
        ]
    return catat(postings, by=by)


def list_berlaku(
    iuran_ids: Collection[uuid.UUID], jenis: JenisJurnal, dari: AkunBuku | None = None
) -> dict[uuid.UUID, uuid.UUID]:
    """The newest posting of this kind that stands (is not reversed) for each of these contributions.

    ``dari``: only postings that debit this account.
    """
    dibalik = select(Jurnal.membalik_id).where(Jurnal.membalik_id.is_not(None))
    found: dict[uuid.UUID, uuid.UUID] = {}
    for some in chunks(sorted(iuran_ids)):
        query = (
            select(Jurnal.iuran_id, Jurnal.id)
            .where(Jurnal.iuran_id.in_(some), Jurnal.jenis == jenis, Jurnal.id.not_in(dibalik))
            .order_by(Jurnal.pada, Jurnal.id)
        )
        if dari is not None:
            debet = select(Entri.jurnal_id).where(Entri.akun == dari, Entri.sisi == Sisi.D)
            query = query.where(Jurnal.id.in_(debet))
        found |= {row.iuran_id: row.id for row in db.session.execute(query)}
    return found


_BERSIH = func.sum(case((Entri.sisi == Sisi.D, Entri.jumlah), else_=-Entri.jumlah))


def saldo(akun: AkunBuku) -> int:
    """Debit minus credit of an account, in whole rupiah."""
    return int(db.session.scalar(select(_BERSIH).where(Entri.akun == akun)) or 0)


def saldo_iuran(iuran_ids: Collection[uuid.UUID], akun: AkunBuku) -> dict[uuid.UUID, int]:
    """Debit minus credit of an account in the postings about each of these contributions, in whole rupiah."""
    found: dict[uuid.UUID, int] = {}
    for some in chunks(sorted(iuran_ids)):
        query = (
            select(Jurnal.iuran_id, _BERSIH.label("n"))
            .join(Entri, Entri.jurnal_id == Jurnal.id)
            .where(Jurnal.iuran_id.in_(some), Entri.akun == akun)
            .group_by(Jurnal.iuran_id)
        )
        found |= {row.iuran_id: int(row.n) for row in db.session.execute(query)}
    return found


def saldo_kredit(asuhan_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What is carried over for these sponsorships, in whole rupiah; those without any are missing."""
    found: dict[uuid.UUID, int] = {}
    for some in chunks(sorted(asuhan_ids)):
        query = (
            select(Entri.asuhan_id, _BERSIH.label("n"))
            .where(Entri.akun == AkunBuku.KREDIT_DONATUR, Entri.asuhan_id.in_(some))
            .group_by(Entri.asuhan_id)
        )
        found |= {row.asuhan_id: -int(row.n) for row in db.session.execute(query) if row.n}
    return found
