"""Months that were paid at another price: carried over, used first, asked for once; never silently."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import event

from rentan.core.actor import SISTEM
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran import buku, gerak, kuitansi, penerimaan, usul
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.penyesuaian import sesuaikan_dibayar
from rentan.iuran.status import MACHINE, JenisUrusan, JenisUsul, Saluran, StatusBpjs, StatusIuran
from rentan.laporan.periksa import uang
from rentan.pekerja.status import Sektor
from rentan.tarif.actions import add_kelas, add_potongan, end_potongan
from rentan.tarif.price import Kelas, Potongan
from rentan.tarif.queries import load_tabel
from rentan.tarif.tabel import SusunanKelas
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.iuran.maker import lacak, make_donatur, make_iuran

#: After the cuts of the seed: the full price is 16.800.
BULAN = max(date(2027, 6, 1), tambah_bulan(awal_bulan(today()), 1))


def potong(program: str = "JKK", mulai: date = BULAN) -> None:
    add_potongan(Potongan(mulai, None, "lain", "pribadi", program, 50, "Peraturan rekaan"), by=SISTEM)  # type: ignore[arg-type]


def paid(asuhan: Any, bulan: date = BULAN, bpjs: StatusBpjs = StatusBpjs.BELUM) -> Iuran:
    """A month paid ahead by debit, with its ledger."""
    row = make_iuran(asuhan, bulan, StatusIuran.BERHASIL, dibayar_pada=today())
    posting = [
        buku.Posting.dua_sisi(
            JenisJurnal.DEBET, today(), AkunBuku.BANK_PENAMPUNG, AkunBuku.TITIPAN_IURAN, row.jumlah,
            iuran_id=row.id,
        )
    ]  # fmt: skip
    row.status_bpjs = bpjs
    if bpjs is StatusBpjs.TERCATAT:
        row.tercatat_pada = today()
    if bpjs in gerak.SUDAH_DISETOR:
        posting.append(
            buku.Posting.dua_sisi(
                JenisJurnal.SETORAN, today(), AkunBuku.TITIPAN_IURAN, AkunBuku.BANK_PENAMPUNG, row.jumlah,
                iuran_id=row.id,
            )
        )  # fmt: skip
    db.session.flush()
    buku.catat(posting, by=SISTEM)
    return row


@pytest.fixture
def asuhan(app: Any) -> Any:
    return make_donatur(sektor=Sektor.LAIN).asuhan[0]


def test_a_cheaper_month_is_carried_over_once(asuhan: Any) -> None:
    row = paid(asuhan)
    assert row.jumlah == 16_800
    potong()

    assert sesuaikan_dibayar() == 1
    assert sesuaikan_dibayar() == 0
    db.session.expire_all()
    assert (row.jumlah, row.jkk, row.jkm) == (11_800, 5_000, 6_800)
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 5_000}
    assert -buku.saldo(AkunBuku.TITIPAN_IURAN) == 11_800


def test_a_late_reversal_takes_the_difference_back_too(asuhan: Any, cast: Any) -> None:
    row = paid(asuhan)
    lacak(MACHINE, row.id, ("jadwalkan", "masuk_batch", "kirim", "berhasil"))
    potong()
    sesuaikan_dibayar()
    gerak.balikkan_debet([row], tanggal=today(), by=cast.hadi.pelaku)

    assert buku.saldo_kredit([asuhan.id]) == {}
    assert buku.saldo(AkunBuku.TITIPAN_IURAN) == buku.saldo(AkunBuku.BANK_PENAMPUNG) == 0
    assert (row.status, row.tagihan) == (StatusIuran.GAGAL, 11_800)


def test_what_bpjs_has_already_is_asked_back_and_credited(asuhan: Any) -> None:
    row = paid(asuhan, bpjs=StatusBpjs.TERCATAT)
    potong()

    assert sesuaikan_dibayar() == 1
    assert sesuaikan_dibayar() == 0
    assert row.jumlah == 16_800
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 5_000}
    assert buku.saldo(AkunBuku.PIUTANG_BPJS) == 5_000
    urusan = db.session.scalars(db.select(Urusan)).one()
    assert (urusan.jenis, urusan.pemilik) == (JenisUrusan.PENGEMBALIAN, Peran.PETUGAS_BPJS)
    potong("JKM")  # a further cut: only the further difference
    assert sesuaikan_dibayar() == 1
    assert buku.saldo(AkunBuku.PIUTANG_BPJS) == 8_400
    assert db.session.scalar(db.select(db.func.count()).select_from(Urusan)) == 1


def test_the_checks_know_that_the_tariff_has_changed(asuhan: Any) -> None:
    for n, bpjs in enumerate((StatusBpjs.BELUM, StatusBpjs.TERCATAT)):
        paid(asuhan, tambah_bulan(BULAN, n), bpjs).nomor_bukti = f"KW-{n}"
    db.session.commit()
    potong()
    sesuaikan_dibayar()
    db.session.commit()
    checks = [one for one in uang.PEMERIKSAAN if one.nama in ("jurnal", "saldo", "titipan", "harga")]
    found = [finding for check in checks for finding in check.cari()]
    assert found == []


def test_a_dearer_month_is_asked_for_once(asuhan: Any) -> None:
    potong()
    row = paid(asuhan)
    assert row.jumlah == 11_800
    key = next(key for key, one in load_tabel().potongan.items() if one.dasar_hukum == "Peraturan rekaan")
    potong("JKM", tambah_bulan(BULAN, 5))
    end_potongan(key, BULAN, by=SISTEM)
    later = paid(asuhan, tambah_bulan(BULAN, 1))
    assert later.jumlah == 16_800
    naik(BULAN)

    assert sesuaikan_dibayar() == 2
    for urusan in db.session.scalars(db.select(Urusan)):
        assert (urusan.jenis, urusan.pemilik) == (JenisUrusan.KURANG_BAYAR, Peran.BENDAHARA)
        urusan.selesai_pada, urusan.catatan = urusan.dibuat_pada, "dibebaskan"
    db.session.flush()
    assert sesuaikan_dibayar() == 0  # what somebody has decided is not asked again


def naik(mulai: date, jkm: int = 7_000) -> None:
    """JKM from 6.800 to this much in every class."""
    tabel = load_tabel()
    kelas = tuple(
        Kelas(one.min, one.maks, one.dasar, one.jkk, jkm, one.jht) for one in tabel.susunan_pada(mulai).kelas
    )
    add_kelas(SusunanKelas(mulai, kelas, "Peraturan rekaan"), by=SISTEM)


def test_what_is_carried_over_pays_a_dearer_month_first(asuhan: Any) -> None:
    mahal = paid(asuhan, tambah_bulan(BULAN, 1))
    paid(asuhan)
    potong()
    key = next(key for key, one in load_tabel().potongan.items() if one.dasar_hukum == "Peraturan rekaan")
    end_potongan(key, BULAN, by=SISTEM)
    sesuaikan_dibayar()
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 5_000}
    naik(tambah_bulan(BULAN, 1))

    assert sesuaikan_dibayar() == 1
    db.session.expire_all()
    assert (mahal.jumlah, mahal.kredit_dipakai, mahal.tagihan) == (17_000, 200, 16_800)
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 4_800}
    assert db.session.scalar(db.select(Urusan)) is None


def test_a_month_in_an_unpaid_remittance_waits(asuhan: Any) -> None:
    paid(asuhan, bpjs=StatusBpjs.DALAM_SETORAN)
    potong()
    assert sesuaikan_dibayar() == 0


def test_sponsorships_are_held_before_contributions(asuhan: Any) -> None:
    """The order in which everybody locks; another one would end in a deadlock on PostgreSQL."""
    paid(asuhan)
    potong()
    db.session.flush()
    held: list[str] = []

    def note(*args: Any) -> None:
        held.extend(one for one in ("asuhan", "iuran") if f"ORDER BY {one}.id" in args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert sesuaikan_dibayar() == 1
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert held == ["asuhan", "iuran"]


def temuan(*nama: str) -> list[str]:
    db.session.flush()
    return [f"{one.nama}: {found}" for one in uang.PEMERIKSAAN if one.nama in nama for found in one.cari()]


def paid_with_credit(asuhan: Any, kredit: int) -> Iuran:
    """A month of 16.800 of which what was carried over has paid ``kredit``, and a debit the rest."""
    row = make_iuran(
        asuhan, BULAN, StatusIuran.BERHASIL, dibayar_pada=today(), kredit_dipakai=kredit, nomor_bukti="KW-1"
    )
    bank, titipan, milik = AkunBuku.BANK_PENAMPUNG, AkunBuku.TITIPAN_IURAN, AkunBuku.KREDIT_DONATUR
    post, satu = buku.Posting.dua_sisi, asuhan.id
    buku.catat(
        [
            post(JenisJurnal.KELEBIHAN, today(), bank, milik, kredit, asuhan_id=satu),
            post(JenisJurnal.PAKAI_KREDIT, today(), milik, titipan, kredit, asuhan_id=satu, iuran_id=row.id),
            post(JenisJurnal.DEBET, today(), bank, titipan, 16_800 - kredit, iuran_id=row.id),
        ],
        by=SISTEM,
    )
    lacak(MACHINE, row.id, ("jadwalkan", "masuk_batch", "kirim", "berhasil"))
    return row


@pytest.mark.parametrize(("kredit", "tersisa", "ditagih"), [(14_000, 9_000, 2_800), (3_000, 0, 11_800)])
def test_a_cut_lets_go_of_credit_first(
    asuhan: Any, cast: Any, kredit: int, tersisa: int, ditagih: int
) -> None:
    """What the donor ever paid comes back in full, as money or as credit; a reversal leaves the rest."""
    row = paid_with_credit(asuhan, kredit)
    potong()
    assert (sesuaikan_dibayar(), sesuaikan_dibayar()) == (1, 0)
    assert (row.jumlah, row.kredit_dipakai, row.tagihan) == (11_800, tersisa, ditagih)
    assert temuan("titipan", "saldo", "jurnal") == []
    db.session.commit()

    one = usul.propose_usul(
        row, JenisUsul.KEMBALIKAN, alasan="salah_donatur", keterangan="x", by=cast.hadi.pelaku
    )
    usul.accept_usul(one, by=cast.yuni.pelaku)
    assert temuan("titipan", "saldo", "jurnal") == []
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == 16_800 - ditagih
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 16_800 - ditagih}
    db.session.rollback()

    gerak.balikkan_debet([row], tanggal=today(), by=cast.hadi.pelaku)
    assert (row.kredit_dipakai, temuan("titipan", "saldo", "jurnal")) == (tersisa, [])


def test_a_cut_of_a_month_that_credit_has_paid(asuhan: Any) -> None:
    row = make_iuran(
        asuhan, BULAN, StatusIuran.DARI_KREDIT, dibayar_pada=today(), kredit_dipakai=16_800, nomor_bukti="K"
    )
    bank, titipan, milik = AkunBuku.BANK_PENAMPUNG, AkunBuku.TITIPAN_IURAN, AkunBuku.KREDIT_DONATUR
    post, satu = buku.Posting.dua_sisi, asuhan.id
    buku.catat(
        [
            post(JenisJurnal.KELEBIHAN, today(), bank, milik, 16_800, asuhan_id=satu),
            post(JenisJurnal.PAKAI_KREDIT, today(), milik, titipan, 16_800, asuhan_id=satu, iuran_id=row.id),
        ],
        by=SISTEM,
    )
    potong()
    assert sesuaikan_dibayar() == 1
    assert (row.jumlah, row.kredit_dipakai, buku.saldo_kredit([satu])) == (11_800, 11_800, {satu: 5_000})
    assert temuan("titipan", "saldo", "jurnal") == []


def carry(asuhan: Any, jumlah: int) -> None:
    """So much is carried over for this sponsorship."""
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN, today(), AkunBuku.KAS, AkunBuku.KREDIT_DONATUR, jumlah,
                asuhan_id=asuhan.id,
            )
        ],
        by=SISTEM,
    )  # fmt: skip


def terbuka() -> list[JenisUrusan]:
    return list(db.session.scalars(db.select(Urusan.jenis).where(Urusan.selesai_pada.is_(None))))


def test_what_was_asked_for_is_closed_when_credit_has_paid_it_and_asked_again_for_more(asuhan: Any) -> None:
    row = paid(asuhan, tambah_bulan(BULAN, 1))
    naik(BULAN)
    sesuaikan_dibayar()
    assert terbuka() == [JenisUrusan.KURANG_BAYAR]
    carry(asuhan, 200)
    assert sesuaikan_dibayar() == 1
    db.session.expire_all()
    assert (row.jumlah, terbuka()) == (17_000, [])
    naik(row.periode, 7_300)
    assert sesuaikan_dibayar() == 1
    assert terbuka() == [JenisUrusan.KURANG_BAYAR]


@pytest.mark.parametrize("bpjs", [StatusBpjs.DISETOR, StatusBpjs.TERCATAT])
def test_what_bpjs_has_recorded_at_the_old_price_is_asked_for_no_more(asuhan: Any, bpjs: StatusBpjs) -> None:
    row = paid(asuhan)
    naik(BULAN)
    sesuaikan_dibayar()
    row.status_bpjs, row.tercatat_pada = bpjs, today()
    sesuaikan_dibayar()
    assert (terbuka() == []) is (bpjs is StatusBpjs.TERCATAT)


def receive(cast: Any, asuhan: Any, mulai: date, jumlah: int, bulan: int = 1) -> None:
    """Cash for so many months, recorded and accepted."""
    row = penerimaan.record_penerimaan(
        asuhan, saluran=Saluran.TUNAI, tanggal=today(), bukti=f"K-{jumlah}", jumlah=jumlah,
        bulan_mulai=mulai, jumlah_bulan=bulan, by=cast.hadi.pelaku,
    )  # fmt: skip
    penerimaan.accept_penerimaan(row, by=cast.yuni.pelaku)


@pytest.mark.parametrize("kredit", [0, 150])
def test_what_is_asked_for_is_recorded_as_a_receipt(asuhan: Any, cast: Any, kredit: int) -> None:
    """As the matter says. What is carried over, but was not enough, is used with it."""
    row = paid(asuhan)
    row.nomor_bukti = "KW-1"
    naik(BULAN)
    if kredit:
        carry(asuhan, kredit)
    sesuaikan_dibayar()
    with pytest.raises(RuleError, match="Kurang Rp10:"):
        receive(cast, asuhan, BULAN, 190 - kredit)
    receive(cast, asuhan, BULAN, 200 - kredit)

    assert (row.jumlah, row.kredit_dipakai, row.status) == (17_000, 200, StatusIuran.BERHASIL)
    assert (buku.saldo(AkunBuku.KAS), buku.saldo_kredit([asuhan.id]), terbuka()) == (200, {}, [])
    assert temuan("titipan", "saldo", "jurnal") == []
    with pytest.raises(RuleError, match="sudah didebet"):
        receive(cast, asuhan, BULAN, 200)


def test_a_receipt_pays_a_dearer_month_and_the_next_one_together(asuhan: Any, cast: Any) -> None:
    asuhan.bulan_pertama = BULAN
    row = paid(asuhan)
    row.nomor_bukti = "KW-1"
    naik(BULAN)
    hasil = penerimaan.hitung(asuhan, BULAN, 3)
    assert [one.kurang for one in hasil.bulan] == [200, 17_000, 17_000]
    receive(cast, asuhan, BULAN, hasil.kurang + 300, bulan=3)

    rows = db.session.scalars(db.select(Iuran).order_by(Iuran.periode)).all()
    assert [one.status for one in rows] == [StatusIuran.BERHASIL, *[StatusIuran.DIBAYAR_LAIN] * 2]
    assert {one.jumlah for one in rows} == {17_000}
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 300}
    assert temuan("titipan", "saldo", "jurnal") == []


def test_a_receipt_says_what_was_received_whatever_the_price_is_now(
    asuhan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed before and after a cut: of months that a debit and credit have paid, and credit alone."""
    debet = paid_with_credit(asuhan, 14_000)
    carry(asuhan, 16_800)
    kredit = make_iuran(asuhan, tambah_bulan(BULAN, 1))
    pakai_kredit([asuhan.id])
    assert kredit.status is StatusIuran.DARI_KREDIT
    cetak: list[Any] = []
    monkeypatch.setattr(
        kuitansi, "render_dokumen", lambda one, **_more: cetak.append((one.jumlah, one.kredit)) or Mock()
    )

    def print_both() -> None:
        for row in (debet, kredit):
            kuitansi.print_kuitansi(row, waktu=now())

    print_both()
    potong()
    assert sesuaikan_dibayar() == 2 and debet.jumlah == kredit.jumlah == 11_800
    print_both()
    assert cetak == [(16_800, 14_000), (16_800, 0)] * 2
