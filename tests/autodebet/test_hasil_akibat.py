"""What an answer brings about beyond its line: credit that was spent, advances, workers who are no more."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from rentan.autodebet.debet_susun import susun_debet
from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.massal import set_many
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran import buku, gerak, penerimaan
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import Iuran, Percobaan, Urusan
from rentan.iuran.status import JenisUrusan, Saluran, StatusIuran
from rentan.kepesertaan.actions import AlasanKeluar, end_cover
from rentan.laporan.periksa import uang
from rentan.paket.actions import kirim_paket, kunci_paket, setujui_paket
from rentan.paket.status import JenisPaket
from tests.autodebet.hasil_maker import BACA, KIRIM, baca_langsung, baris, jawab, make_terkirim
from tests.autodebet.maker_debet import baris_of
from tests.iuran.maker import make_iuran

JANUARI = date(2027, 1, 1)


@pytest.fixture
def terkirim(cast: Any) -> Any:
    """A batch of one line at the bank, then the day on which its answers are read: (its row, its line)."""
    with time_machine.travel(KIRIM, tick=False):
        _, data = make_terkirim(cast, 1)
    with time_machine.travel(BACA, tick=False):
        yield db.session.scalars(db.select(Iuran)).one(), baris(data)[0]


def terbuka() -> list[Urusan]:
    return list(db.session.scalars(db.select(Urusan).where(Urusan.selesai_pada.is_(None))))


def temuan(*nama: str) -> list[str]:
    db.session.flush()
    return [f"{one.nama}: {found}" for one in uang.PEMERIKSAAN if one.nama in nama for found in one.cari()]


def paket_of(row: Iuran) -> uuid.UUID:
    return db.session.scalars(db.select(Percobaan.paket_id).where(Percobaan.iuran_id == row.id)).one()


def batalkan(satu: Any, cast: Any) -> None:
    baca_langsung([jawab(satu, "R1", waktu="2026-12-02 08:00:00", ref="RV1")], cast)


def make_cheaper(row: Iuran, beda: int) -> None:
    """A price that fell after the debit: the difference is carried over."""
    set_many([row], {row.id: {"jumlah": row.jumlah - beda, "jkm": row.jkm - beda}})
    kelebihan = buku.Posting.dua_sisi(
        JenisJurnal.KELEBIHAN, today(), AkunBuku.TITIPAN_IURAN, AkunBuku.KREDIT_DONATUR, beda,
        asuhan_id=row.asuhan_id, iuran_id=row.id,
    )  # fmt: skip
    buku.catat([kelebihan], by=SISTEM)


def test_credit_that_has_not_come_in_comes_back_from_months_that_are_not_paid(
    cast: Any, terkirim: Any
) -> None:
    row, satu = terkirim
    baca_langsung([jawab(satu)], cast)
    make_cheaper(row, 2_000)
    lain = make_iuran(row.asuhan, JANUARI)
    pakai_kredit([row.asuhan_id])
    assert lain.kredit_dipakai == 2_000

    batalkan(satu, cast)
    assert (lain.kredit_dipakai, buku.saldo_kredit([row.asuhan_id]), terbuka()) == (0, {}, [])
    assert temuan("titipan", "saldo", "jurnal") == []


def test_credit_that_was_spent_is_asked_for(cast: Any, terkirim: Any, client_as: Any) -> None:
    """A month that the bank was asked for keeps it: the donor is asked, and his receipt closes the matter."""
    row, satu = terkirim
    baca_langsung([jawab(satu)], cast)
    make_cheaper(row, 2_000)
    lain = make_iuran(row.asuhan, JANUARI)
    pakai_kredit([row.asuhan_id])
    lain.status, lain.dibayar_pada = StatusIuran.BERHASIL, today()
    db.session.flush()

    batalkan(satu, cast)
    [urusan] = terbuka()
    assert (urusan.jenis, urusan.pemilik, urusan.iuran_id) == (
        JenisUrusan.KURANG_BAYAR, Peran.BENDAHARA, row.id,
    )  # fmt: skip
    assert "Rp2.000" in urusan.keterangan and temuan("saldo") == []
    assert penerimaan.hitung(row.asuhan, row.periode, 1).utang == 0, "an unpaid month does not wait for it"
    html = client_as(cast.hadi).get(f"/iuran/kelola/penerimaan/{row.asuhan_id}").text
    assert 'data-uji="utang"' in html
    with pytest.raises(RuleError, match="Kurang Rp500"):
        receive(cast, row, JANUARI, 1_500)
    receive(cast, row, JANUARI, 2_000)
    assert (buku.saldo_kredit([row.asuhan_id]), terbuka()) == ({}, [])


def test_an_advance_is_settled_by_the_retry(cast: Any, terkirim: Any) -> None:
    row, satu = terkirim
    baca_langsung([jawab(satu)], cast)
    gerak.masuk_setoran([row], by=cast.bayu.pelaku)
    gerak.setor([row], tanggal=today(), paket_id=paket_of(row), by=cast.hadi.pelaku)
    batalkan(satu, cast)
    assert [one.jenis for one in terbuka()] == [JenisUrusan.TALANGAN]

    paket = susun_debet(JenisPaket.ULANG, row.periode, by=cast.hadi.pelaku)
    kunci_paket(paket, by=cast.hadi.pelaku)
    setujui_paket(paket, by=cast.yuni.pelaku)
    kirim_paket(paket, by=cast.hadi.pelaku, tanda_terima="1")
    [lagi] = baris_of(paket)
    baca_langsung([f"{lagi.referensi};{satu.rekening};{lagi.jumlah};00;x;{today():%Y-%m-%d} 09:00:00;"], cast)
    assert (row.status, terbuka()) == (StatusIuran.BERHASIL, [])
    assert temuan("titipan", "piutang") == []


@pytest.mark.parametrize(("hari", "jenis"), [(3, [JenisUrusan.PENGEMBALIAN]), (33, [])])
def test_what_counts_is_the_day_of_the_death(
    cast: Any, terkirim: Any, hari: int, jenis: list[JenisUrusan]
) -> None:
    """Of November, told in January before December's answer was read; in December, the month is owed."""
    row, satu = terkirim
    with time_machine.travel("2027-01-05T03:00:00Z", tick=False):
        meninggal = date(2026, 10, 31) + timedelta(days=hari)
        end_cover(row.pekerja, AlasanKeluar.MENINGGAL, pada=meninggal, catatan="surat", by=cast.bayu.pelaku)
        baca_langsung([jawab(satu)], cast)
        assert [one.jenis for one in terbuka()] == jenis


def receive(cast: Any, row: Iuran, bulan: date, jumlah: int) -> None:
    one = penerimaan.record_penerimaan(
        row.asuhan, saluran=Saluran.TUNAI, tanggal=today(), bukti=f"K-{jumlah}", jumlah=jumlah,
        bulan_mulai=bulan, jumlah_bulan=1, by=cast.hadi.pelaku,
    )  # fmt: skip
    penerimaan.accept_penerimaan(one, by=cast.yuni.pelaku)
