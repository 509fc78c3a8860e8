"""The line of sponsorships of one worker (``garis_asuh_id``): no month without a payer, no month paid twice.

A successor begins with the month after the last one that is paid or on its way (states.md A11). Contributions
belong to a room to the right; their table is read by name, for that one question only.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Date, String, Uuid, column, func, or_, select, table

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.tarif.queries import batas_berkas, bulan_pertama
from rentan.util.tanggal import awal_bulan, tambah_bulan

_IURAN = table(
    "iuran", column("asuhan_id", Uuid), column("pekerja_id", Uuid), column("periode", Date),
    column("status", String), column("status_bpjs", String),
)  # fmt: skip
#: A month whose contribution stands here has no payer (a test compares the words with ``StatusIuran``).
TANPA_PEMBAYAR = ("gagal", "dihapuskan", "dikembalikan")
#: Unless BPJS has it: whoever pays it now would pay it a second time.
SAMPAI_BPJS = ("disetor", "tercatat")


def bulan_terakhir(
    pekerja_ids: Collection[uuid.UUID], *, kecuali: uuid.UUID | None = None
) -> dict[uuid.UUID, date]:
    """The last month of each worker that is paid, on its way, or recorded by BPJS; without one: no entry.

    ``kecuali``: a sponsorship whose own contributions (a prepayment) are left out. Months before the present
    membership began (W16) do not count either: that line was cut.
    """
    found: dict[uuid.UUID, date] = {}
    semua = list(dict.fromkeys(pekerja_ids))
    berbayar: ColumnElement[bool] = or_(
        _IURAN.c.status.not_in(TANPA_PEMBAYAR), _IURAN.c.status_bpjs.in_(SAMPAI_BPJS)
    )
    if kecuali is not None:
        berbayar = berbayar & (_IURAN.c.asuhan_id != kecuali)
    for some in chunks(semua):
        rows = db.session.execute(
            select(Pekerja.id, Pekerja.lunas_sampai, Pekerja.mulai_masa, func.max(_IURAN.c.periode))
            .join(_IURAN, (_IURAN.c.pekerja_id == Pekerja.id) & berbayar, isouter=True)
            .where(Pekerja.id.in_(some))
            .group_by(Pekerja.id, Pekerja.lunas_sampai, Pekerja.mulai_masa)
        )
        for pekerja_id, lunas, mulai, dibayar in rows:
            last = max((one for one in (lunas, dibayar) if one is not None), default=None)
            if last is not None and (mulai is None or last >= awal_bulan(mulai)):
                found[pekerja_id] = last
    return found


def bulan_lanjut(pekerja_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, date]:
    """The first month of each worker that nobody pays yet; for whom nothing was ever paid, the next month
    that can still be debited."""
    last = bulan_terakhir(pekerja_ids)
    pertama = bulan_pertama(today())
    return {one: tambah_bulan(last[one], 1) if one in last else pertama for one in pekerja_ids}


def bulan_kosong(lanjut: date, hari: date | None = None) -> int:
    """How many calendar months from ``lanjut`` on are over without a payer."""
    kini = awal_bulan(hari or today())
    return max(0, (kini.year - lanjut.year) * 12 + kini.month - lanjut.month)


def batas_pengganti(lanjut: date, hari: date | None = None) -> date | None:
    """By when a new donor's letter is needed: the cut-off of the first month without a payer.

    Once that is over, the cut-off of the month after: the debit may still bring the month before along (C1),
    and the cover reaches so far. ``None``: that one is over as well, the cover may end any day.
    """
    hari = hari or today()
    return next((batas for n in (0, 1) if (batas := batas_berkas(tambah_bulan(lanjut, n))) >= hari), None)


def find_dicari(pekerja_id: uuid.UUID) -> Asuhan | None:
    """The sponsorship of this worker that waits for a successor: the last one of its line."""
    query = select(Asuhan).where(
        Asuhan.pekerja_id == pekerja_id, Asuhan.status == StatusAsuhan.MENCARI_PENGGANTI
    )
    return db.session.scalar(query.order_by(Asuhan.dibuat_pada.desc(), Asuhan.id).limit(1))


def dapat_dilanjutkan(pekerja: Pekerja) -> bool:
    """A member of BPJS, whose payer has stopped or stops: he is taken over as he stands, and neither his age
    (product.md §3: it counts again after a lapse) nor his registration is judged anew."""
    return pekerja.status in TERDAFTAR_DI_BPJS


def diasuh_lain(asuhan: Asuhan) -> bool:
    """Does somebody else sponsor this worker now?"""
    query = select(Asuhan.id).where(
        Asuhan.pekerja_id == asuhan.pekerja_id, Asuhan.status.in_(TERBUKA), Asuhan.id != asuhan.id
    )
    return db.session.scalar(query.limit(1)) is not None


def tanpa_sela(terakhir: date | None, mulai: date) -> bool:
    """A11: the successor's first month follows the last one with a payer at once."""
    return terakhir is None or mulai == tambah_bulan(terakhir, 1)


def mulai_pengganti(pilihan: date | None, terakhir: date | None) -> date:
    """A7, first period: of a successor the month after the last one with a payer; of a new sponsorship the
    donor's own choice, or the next month whose list is still open. Months before that are nobody's debt."""
    if terakhir is not None:
        return tambah_bulan(terakhir, 1)
    berikut = bulan_pertama(today())
    return max(pilihan or berikut, berikut)
