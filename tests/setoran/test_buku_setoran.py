"""The ledger says what the states say, whichever way the money of a refused month comes and goes (MON-3)."""

from __future__ import annotations

from typing import Any

import pytest

from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran import buku, gerak, usul
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs, StatusIuran
from rentan.iuran.usul_alasan import TAGIHAN_BALIK
from rentan.laporan.periksa.uang import PEMERIKSAAN
from rentan.setoran.actions import resubmit
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.iuran.test_usul import debited, propose

S, B, A = StatusIuran, StatusBpjs, AkunBuku
TITIPAN = next(one for one in PEMERIKSAAN if one.nama == "titipan")


def titipan() -> list[Any]:
    db.session.flush()
    return list(TITIPAN.cari())


def _ditolak(row: Iuran) -> None:
    row.status_bpjs = B.DITOLAK_BPJS
    db.session.flush()


@pytest.mark.parametrize("ditolak_dulu", [False, True])
@pytest.mark.parametrize("dibayar", [False, True])
def test_a_reversed_debit_and_a_refused_month(cast: Cast, ditolak_dulu: bool, dibayar: bool) -> None:
    """C15 and P5 in either order, then P6, the month paid meanwhile or not."""
    row = debited(make_donatur(), B.DISETOR)
    if ditolak_dulu:
        _ditolak(row)
    gerak.balikkan_debet([row], tanggal=today(), by=cast.hadi.pelaku)
    assert titipan() == [] and buku.saldo(A.PIUTANG_DONATUR) == row.jumlah
    if not ditolak_dulu:
        _ditolak(row)
    if dibayar:
        row.status = S.DIKIRIM
        db.session.flush()
        gerak.terima_debet([row], tanggal={row.id: today()}, paket_id=None, by=cast.hadi.pelaku)  # type: ignore[arg-type]
        assert titipan() == [] and buku.saldo(A.PIUTANG_DONATUR) == 0
    resubmit(row, tanggal=today(), catatan="NIK diperbaiki", by=cast.bayu.pelaku)
    assert titipan() == []
    assert (row.status_bpjs, buku.saldo(A.PIUTANG_DONATUR)) == (B.BELUM, 0)
    assert buku.saldo(A.BANK_PENAMPUNG) == (row.jumlah if dibayar else 0)


@pytest.mark.parametrize("alasan", ["pekerja_meninggal", TAGIHAN_BALIK])
def test_a_refunded_month_comes_back_from_bpjs(cast: Cast, alasan: str) -> None:
    """C14 after the remittance, then P6: BPJS owes nothing any more."""
    ditagih = alasan == TAGIHAN_BALIK
    row = debited(make_donatur(), B.DISETOR)
    _ditolak(row)
    usul.accept_usul(propose(cast, row, alasan), by=cast.yuni.pelaku)
    assert titipan() == [] and buku.saldo(A.PIUTANG_BPJS) == row.jumlah
    resubmit(row, tanggal=today(), catatan="dikembalikan BPJS", by=cast.bayu.pelaku)
    assert titipan() == [] and buku.saldo(A.PIUTANG_BPJS) == 0
    assert buku.saldo(A.BANK_PENAMPUNG) == (0 if ditagih else row.jumlah)
    assert buku.saldo_kredit([row.asuhan_id]) == ({} if ditagih else {row.asuhan_id: row.jumlah})


def _lebih_murah(row: Iuran) -> None:
    """The price fell by a thousand after the remittance (``penyesuaian``)."""
    lebih = buku.Posting.dua_sisi(
        JenisJurnal.KELEBIHAN, today(), A.PIUTANG_BPJS, A.KREDIT_DONATUR, 1_000, asuhan_id=row.asuhan_id,
        iuran_id=row.id,
    )  # fmt: skip
    buku.catat([lebih], by=SISTEM)


def test_what_bpjs_owed_for_a_lower_price_ends_with_the_month(cast: Cast) -> None:
    """The month comes back whole; the lower price is settled anew, once."""
    row = debited(make_donatur(), B.DISETOR)
    _lebih_murah(row)
    _ditolak(row)
    resubmit(row, tanggal=today(), catatan="NIK diperbaiki", by=cast.bayu.pelaku)
    assert buku.saldo(A.PIUTANG_BPJS) == 0 and buku.saldo_kredit([row.asuhan_id]) == {}
    assert titipan() == []


def test_a_refund_after_a_lower_price_gives_the_money_once(cast: Cast) -> None:
    row = debited(make_donatur(), B.DISETOR)
    _lebih_murah(row)
    usul.accept_usul(propose(cast, row, "pekerja_meninggal"), by=cast.yuni.pelaku)
    assert buku.saldo_kredit([row.asuhan_id]) == {row.asuhan_id: row.jumlah}
    assert buku.saldo(A.PIUTANG_BPJS) == row.jumlah
