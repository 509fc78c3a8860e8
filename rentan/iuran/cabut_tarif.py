"""Which contributions stand on a row of the tariff: only one without any can be withdrawn."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.tarif.models import TarifKelas
from rentan.tarif.price import Potongan


def count_potongan(cut: Potongan) -> int:
    """Contributions that this cut has made cheaper, whatever became of them."""
    query = select(func.count()).where(
        Iuran.periode >= cut.mulai,
        Iuran.sektor == cut.sektor,
        Iuran.pendanaan == cut.pendanaan,
        Iuran.program.contains(cut.program, autoescape=True),
    )
    if cut.sampai is not None:
        query = query.where(Iuran.periode <= cut.sampai)
    return int(db.session.scalar(query) or 0)


def count_kelas(mulai: date) -> int:
    """Contributions that were priced with the set of classes that begins in this month."""
    kelas = select(TarifKelas.id).where(TarifKelas.berlaku_mulai == mulai)
    query = select(func.count()).where(Iuran.tarif_kelas_id.in_(kelas))
    return int(db.session.scalar(query) or 0)
