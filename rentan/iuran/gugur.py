"""C5, C13: what has not left yet of a sponsorship that is over leaves no line behind."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, select, update

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import SETELAH_BERHENTI
from rentan.asuhan.status import TERBUKA
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran.kredit import lepas_kredit
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import MACHINE, AlasanTahan, HasilCoba, StatusIuran

#: Not in any batch: still follows what changes around it.
BEBAS = (StatusIuran.TERJADWAL, StatusIuran.DITAHAN)
ALASAN_GUGUR = "asuhan_berakhir"
#: Why a stand-in's sponsorship ends by itself (``siaga``). He has agreed to these very months: a line that
#: waits in a batch goes on; any other one of a sponsorship that is over leaves it.
TALANGAN_SELESAI = "talangan_selesai"


def keluarkan_belum_terkirim(asuhan_ids: Collection[uuid.UUID], *, by: Pelaku = SISTEM) -> int:
    """C5 on M18, A10 and A14: lines of these sponsorships leave the batches that are not sent yet.

    A batch that is locked already then holds fewer lines than its frozen file: it cannot be sent any more
    (``autodebet`` compares). Answers how many lines.
    """
    rows = muat_terkunci(asuhan_ids, (StatusIuran.DALAM_BATCH,))
    keluarkan_baris(rows, by=by)
    return len(rows)


def keluarkan_baris(rows: Sequence[Iuran], *, by: Pelaku = SISTEM) -> None:
    """C5 for these held contributions, each in a batch that is not sent yet."""
    for some in chunks([row.id for row in rows]):
        db.session.execute(
            update(Percobaan)
            .where(Percobaan.iuran_id.in_(some), Percobaan.hasil == HasilCoba.TERBUKA)
            .values(hasil=HasilCoba.DIKELUARKAN)
            .execution_options(synchronize_session="fetch")
        )
    if rows:
        advance_many(MACHINE, rows, "keluar", by=by)


def keluarkan_berakhir(rows: Sequence[Iuran]) -> None:
    """C5 and C13 for those of these contributions whose sponsorship is over: they are back in a batch that
    was at the bank when it ended (B7)."""
    berakhir = select(Asuhan.id).where(
        Asuhan.status.not_in(TERBUKA), func.coalesce(Asuhan.alasan_akhir, "") != TALANGAN_SELESAI
    )
    ids: set[uuid.UUID] = set()
    for some in chunks(sorted({row.asuhan_id for row in rows})):
        ids |= set(db.session.scalars(berakhir.where(Asuhan.id.in_(some))))
    keluarkan_belum_terkirim(ids)
    gugurkan_berakhir(ids)


def gugurkan_berakhir(asuhan_ids: Collection[uuid.UUID] | None = None) -> int:
    """C13 by the system: what was not asked for yet of sponsorships that are over; credit comes back."""
    over = select(Iuran.asuhan_id).join(Asuhan, Asuhan.id == Iuran.asuhan_id)
    over = over.where(Iuran.status.in_(BEBAS), Asuhan.status.not_in(TERBUKA)).distinct()
    if asuhan_ids is None:
        asuhan_ids = list(db.session.scalars(over))
    rows = muat_terkunci(asuhan_ids, BEBAS)
    # What a person holds until a doubt is cleared waits for that person.
    return gugurkan([row for row in rows if not _dipegang(row)])


def _dipegang(row: Iuran) -> bool:
    return row.status is StatusIuran.DITAHAN and row.alasan_tahan is AlasanTahan.DIMINTA


def gugurkan(rows: Sequence[Iuran]) -> int:
    """C13 ``gugur`` for these loaded rows; raises ``RuleError`` when a sponsorship is not over."""
    if rows:
        lepas_kredit(rows, tanggal=today())
        alasan = dict.fromkeys((row.id for row in rows), ALASAN_GUGUR)
        advance_many(MACHINE, rows, "gugur", by=SISTEM, alasan=alasan)
    return len(rows)


def muat_terkunci(asuhan_ids: Collection[uuid.UUID], status: Iterable[StatusIuran]) -> list[Iuran]:
    """The contributions of these sponsorships in these states, held, in the order of their ids."""
    db.session.flush()
    found: list[Iuran] = []
    for some in chunks(sorted(asuhan_ids)):
        query = (
            select(Iuran)
            .where(Iuran.asuhan_id.in_(some), Iuran.status.in_(tuple(status)))
            .options(db.selectinload(Iuran.asuhan))
            .order_by(Iuran.id)
            .with_for_update(of=Iuran)
            .execution_options(populate_existing=True)
        )
        found += db.session.scalars(query)
    return found


def _setelah_berhenti(asuhan: Sequence[Asuhan], _by: Pelaku) -> None:
    """A10, A14, A15: nothing more leaves for these sponsorships, but the agreed months of a loan."""
    over = [one for one in asuhan if one.status not in TERBUKA]
    ids = [one.id for one in over]
    # All held at once, before their states are looked at: what is put into a batch at this very moment is
    # waited for, and found there.
    muat_terkunci(ids, (*BEBAS, StatusIuran.DALAM_BATCH, StatusIuran.GAGAL))
    keluarkan_belum_terkirim([one.id for one in over if one.alasan_akhir != TALANGAN_SELESAI])
    gugurkan_berakhir(ids)


SETELAH_BERHENTI.append(_setelah_berhenti)
