"""What the bank says about a debit batch after it was reconciled (B10, B13).

The batch keeps what was reconciled; what came later stands in the rows that carry it, the ledger's. Each line
that succeeded is one posting of the kind DEBET there, and each reversal (C15) names it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from rentan.ext import db
from rentan.iuran.buku_akun import JenisJurnal, Sisi
from rentan.iuran.models import Entri, Jurnal
from rentan.paket.models import Paket, PaketUang
from rentan.paket.penangan import Susulan


def per_paket() -> Select[Any]:
    """Per reconciled debit batch, in whole rupiah: ``saat_cocok`` what had succeeded at the reconciliation,
    ``dibatalkan`` what of it the bank took back later, ``berhasil`` what succeeded only later and stands.

    ``baris_dibatalkan`` and ``baris_berhasil`` count their lines.
    """
    balik = aliased(Jurnal)
    cocok = PaketUang.rekonsiliasi_pada
    tepat = Jurnal.pada <= cocok
    berdiri = and_(tepat, or_(balik.id.is_(None), balik.pada > cocok))
    batal = and_(tepat, balik.pada > cocok)
    susul = and_(Jurnal.pada > cocok, balik.id.is_(None))

    def jumlah(syarat: Any, nilai: Any) -> Any:
        return func.coalesce(func.sum(case((syarat, nilai), else_=0)), 0)

    return (
        select(
            Jurnal.paket_id,
            jumlah(berdiri, Entri.jumlah).label("saat_cocok"),
            jumlah(batal, 1).label("baris_dibatalkan"),
            jumlah(batal, Entri.jumlah).label("dibatalkan"),
            jumlah(susul, 1).label("baris_berhasil"),
            jumlah(susul, Entri.jumlah).label("berhasil"),
        )
        .join(PaketUang, PaketUang.paket_id == Jurnal.paket_id)
        .join(Entri, and_(Entri.jurnal_id == Jurnal.id, Entri.sisi == Sisi.D))
        .outerjoin(balik, and_(balik.membalik_id == Jurnal.id, balik.jenis == JenisJurnal.PEMBALIKAN))
        .where(Jurnal.jenis == JenisJurnal.DEBET, cocok.is_not(None))
        .group_by(Jurnal.paket_id)
    )


def hitung_susulan(paket: Paket) -> Susulan:
    """What answers have changed since this batch was reconciled; nothing before that."""
    row = db.session.execute(per_paket().where(Jurnal.paket_id == paket.id)).one_or_none()
    if row is None:
        return Susulan()
    return Susulan(
        baris_dibatalkan=int(row.baris_dibatalkan),
        dibatalkan=int(row.dibatalkan),
        baris_berhasil=int(row.baris_berhasil),
        berhasil=int(row.berhasil),
    )
