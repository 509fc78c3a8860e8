"""Debit batches of the tests: contributions of a month, the batch at each station, the words of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import time_machine

from rentan.autodebet.debet_susun import susun_debet
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.iuran.gerak import gagalkan_debet, terima_debet
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba, KelasGagal, StatusIuran
from rentan.paket import actions
from rentan.paket.models import Paket
from rentan.paket.penangan import penangan_of
from rentan.paket.status import MACHINE, JenisPaket
from tests.iuran.maker import Donatur, make_donatur, make_iuran

DES = date(2026, 12, 1)
#: Inside the candidate days of December 2026, before its cut-off on 24 November.
SIAP = datetime(2026, 11, 20, 2, tzinfo=UTC)
#: After the debit day of December: the bank has answered.
HASIL = datetime(2026, 12, 3, 2, tzinfo=UTC)


def pada(kapan: datetime) -> Any:
    """The application's clock stands still at this instant."""
    return time_machine.travel(kapan, tick=False)


def make_bulan(banyak: int = 2, bulan: date = DES, **more: Any) -> tuple[list[Donatur], list[Iuran]]:
    """So many donors with one worker each and their contribution of the month."""
    donors = [make_donatur(**more) for _ in range(banyak)]
    return donors, [make_iuran(one.asuhan[0], bulan) for one in donors]


def susun(cast: Any, jenis: JenisPaket = JenisPaket.DEBET, bulan: date = DES) -> Paket:
    return susun_debet(jenis, bulan, by=cast.hadi.pelaku)


def setujui(paket: Paket, cast: Any) -> Paket:
    actions.kunci_paket(paket, by=cast.hadi.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    return paket


def kirim(cast: Any, jenis: JenisPaket = JenisPaket.DEBET, bulan: date = DES) -> Paket:
    """Everything that is ready, at the bank."""
    paket = setujui(susun(cast, jenis, bulan), cast)
    actions.kirim_paket(paket, by=cast.hadi.pelaku, tanda_terima="nomor 12")
    return paket


def baris_of(paket: Paket, *, semua: bool = False) -> list[Percobaan]:
    """The lines in their order; with ``semua`` also those that were taken out."""
    query = db.select(Percobaan).where(Percobaan.paket_id == paket.id).order_by(Percobaan.urutan)
    if not semua:
        query = query.where(Percobaan.hasil != HasilCoba.DIKELUARKAN)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def jawab(
    paket: Paket, baris: Sequence[Percobaan], hasil: KelasGagal | None, cast: Any, *, lengkap: bool = False
) -> None:
    """The bank's outcome of these lines (``None``: debited), as its answer file would bring it."""
    by = cast.hadi.pelaku
    rows = [one.iuran for one in baris]
    if hasil is None:
        terima_debet(rows, tanggal={row.id: paket.uang.tanggal for row in rows}, paket_id=paket.id, by=by)
    else:
        gagalkan_debet(rows, kelas={row.id: hasil for row in rows}, by=by)
    for one in baris:
        one.hasil = HasilCoba.BERHASIL if hasil is None else HasilCoba.GAGAL
        one.kode_hasil, one.dijawab_pada = "00" if hasil is None else "51", datetime(2026, 12, 3, tzinfo=UTC)
    paket.uang.pengimpor = by.akun_id
    actions.catat_hasil(paket, lengkap=lengkap, by=by)
    db.session.flush()


def status(*rows: Iuran) -> list[StatusIuran]:
    for row in rows:
        db.session.refresh(row)
    return [row.status for row in rows]


def langkah(paket: Paket) -> list[str]:
    return [one.peristiwa for one in list_riwayat(MACHINE, paket)]


def alasan_luar(paket: Paket) -> list[str]:
    """Why contributions stay out of this batch."""
    return [one.alasan for one in penangan_of(paket.jenis).list_dikecualikan(paket, banyak=50)]
