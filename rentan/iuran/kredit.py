"""Money carried over pays before the bank is asked again (C1), and comes back when its month falls away."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.massal import chunks, set_many
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.gerak import beri_bukti, naikkan_didebit
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE, StatusBpjs, StatusIuran
from rentan.iuran.tersetor import AlasanTinggal as A
from rentan.iuran.tersetor import tak_tersetor
from rentan.pekerja.models import Pekerja


def pakai_kredit(asuhan_ids: Collection[uuid.UUID], hari: date | None = None) -> int:
    """Use what is carried over for these sponsorships for their scheduled months, oldest first.

    A month paid whole is ``dari_kredit`` with a receipt; of one paid in part the bank is asked for the rest.
    Answers how many months were paid whole. Held months wait: their cause may end them.
    """
    hari = hari or today()
    saldo = kunci_saldo(asuhan_ids)
    if not saldo:
        return 0
    penuh, bagian = [], {}
    for row in _terjadwal(list(saldo)):
        dipakai = min(max(saldo[row.asuhan_id], 0), row.tagihan)
        if not dipakai:
            continue
        saldo[row.asuhan_id] -= dipakai
        bagian[row.id] = (row, dipakai)
        if dipakai == row.tagihan:
            penuh.append(row)
    rows = [row for row, _ in bagian.values()]
    set_many(rows, {row.id: {"kredit_dipakai": row.kredit_dipakai + n} for row, n in bagian.values()})
    buku.catat([_posting(row, n, hari) for row, n in bagian.values()], by=SISTEM)
    if penuh:
        beri_bukti(penuh, {row.id: hari for row in penuh})
        advance_many(MACHINE, penuh, "pakai_kredit", by=SISTEM)
        naikkan_didebit(penuh)
    return len(penuh)


def kunci_saldo(asuhan_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The balances of these sponsorships that have one, held until the end of the transaction.

    Two runs at once must not spend the same rupiah: the sponsorship's row is the lock of its balance.
    """
    kaya = buku.saldo_kredit(asuhan_ids)
    kunci_asuhan(kaya)
    return buku.saldo_kredit(kaya) if kaya else {}


def kunci_asuhan(asuhan_ids: Collection[uuid.UUID]) -> None:
    """Hold these sponsorships, by id: before contributions, as everybody does."""
    for some in chunks(sorted(set(asuhan_ids))):
        lock = select(Asuhan.id).where(Asuhan.id.in_(some)).order_by(Asuhan.id)
        db.session.execute(lock.with_for_update(key_share=True)).all()


def lepas_kredit(rows: Sequence[Iuran], *, tanggal: date, by: Pelaku = SISTEM) -> None:
    """Give back what these unpaid months had taken of the credit: for months that are written off or priced
    anew.
    """
    rows = [row for row in rows if row.kredit_dipakai]
    _balik(rows, tanggal, by)
    set_many(rows, {row.id: {"kredit_dipakai": 0} for row in rows})


def kurangi_kredit(rows: Sequence[Iuran], dipakai: Mapping[uuid.UUID, int], *, tanggal: date) -> None:
    """Of paid months, credit pays only ``dipakai`` (by row id, whole rupiah) any more; the rest comes back.

    The ledger alone: the caller writes ``kredit_dipakai`` with the price, because the database compares them.
    """
    rows = [row for row in rows if dipakai[row.id] < row.kredit_dipakai]
    _balik(rows, tanggal, SISTEM)
    buku.catat([_posting(row, dipakai[row.id], tanggal) for row in rows if dipakai[row.id]], by=SISTEM)


def _balik(rows: Sequence[Iuran], tanggal: date, by: Pelaku) -> None:
    """A month may have taken credit several times: repeated until none of its postings stands."""
    ids = [row.id for row in rows]
    while jurnal := buku.list_berlaku(ids, JenisJurnal.PAKAI_KREDIT):
        buku.balik(list(jurnal.values()), tanggal=tanggal, by=by)


def kunci_pemakai(iuran_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Before these contributions are locked whose debit is taken back: hold their sponsorships, and answer
    which other months would then give credit back (:func:`tarik_kredit`), to be locked with them.
    """
    asuhan_ids: list[uuid.UUID] = []
    for some in chunks(sorted(iuran_ids)):
        asuhan_ids += db.session.scalars(select(Iuran.asuhan_id).where(Iuran.id.in_(some)).distinct())
    kunci_asuhan(asuhan_ids)
    return [row.id for row in _pemakai(asuhan_ids)]


def tarik_kredit(
    asuhan_ids: Collection[uuid.UUID], *, tanggal: date, by: Pelaku = SISTEM
) -> dict[uuid.UUID, int]:
    """Where more was spent than has come in after all (C15), months not paid give it back, newest first.

    Answers what is still missing, by sponsorship in whole rupiah: used by months that have left, or are paid.
    """
    kurang = {key: -n for key, n in buku.saldo_kredit(asuhan_ids).items() if n < 0}
    lepas = []
    for row in sorted(_pemakai(list(kurang)), key=lambda row: row.periode, reverse=True):
        if kurang[row.asuhan_id] > 0:
            kurang[row.asuhan_id] -= row.kredit_dipakai
            lepas.append(row)
    lepas_kredit(lepas, tanggal=tanggal, by=by)
    return {key: n for key, n in kurang.items() if n > 0}


def _pemakai(asuhan_ids: Collection[uuid.UUID]) -> list[Iuran]:
    """Months that credit has paid a part of, and that neither are paid nor lie in a batch or at BPJS."""
    found: list[Iuran] = []
    for some in chunks(sorted(set(asuhan_ids))):
        query = select(Iuran).where(
            Iuran.asuhan_id.in_(some),
            Iuran.kredit_dipakai > 0,
            Iuran.status.in_((StatusIuran.TERJADWAL, StatusIuran.DITAHAN, StatusIuran.GAGAL)),
            Iuran.status_bpjs == StatusBpjs.BELUM,
        )
        found += db.session.scalars(query.order_by(Iuran.id))
    return found


def _terjadwal(asuhan_ids: Sequence[uuid.UUID]) -> list[Iuran]:
    """Without months that cannot be remitted: those are not paid, and the credit is not lost on them."""
    found: list[Iuran] = []
    for some in chunks(sorted(asuhan_ids)):
        query = (
            select(Iuran, Pekerja.status, Pekerja.mulai_masa, Pekerja.lunas_sampai)
            .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
            .where(Iuran.asuhan_id.in_(some), Iuran.status == StatusIuran.TERJADWAL)
        )
        for row, status, masa, lunas in db.session.execute(
            query.with_for_update(of=Iuran).order_by(Iuran.id)
        ):
            # A prepayment comes before the registration (A7).
            if tak_tersetor(row.periode, status, masa, lunas, row.status_bpjs) in (None, A.BELUM_TERDAFTAR):
                found.append(row)
    return sorted(found, key=lambda row: (row.asuhan_id, row.periode))


def _posting(row: Iuran, jumlah: int, hari: date) -> buku.Posting:
    return buku.Posting.dua_sisi(
        JenisJurnal.PAKAI_KREDIT,
        hari,
        AkunBuku.KREDIT_DONATUR,
        AkunBuku.TITIPAN_IURAN,
        jumlah,
        asuhan_id=row.asuhan_id,
        iuran_id=row.id,
    )
