"""DEBET: who is in and who is not, frozen lines and file, one batch a month whoever builds it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from rentan.autodebet.debet_berkas import angka_periksa, make_referensi
from rentan.autodebet.debet_susun import susun_debet
from rentan.core.actor import Pelaku
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.subject import reveal, seal
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.iuran.models import Percobaan, Urusan
from rentan.iuran.status import AlasanTahan, StatusIuran
from rentan.paket import actions, uang
from rentan.paket.penangan import penangan_of
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.surat_kuasa.status import MACHINE as SURAT
from tests.autodebet.maker_debet import (
    DES,
    HASIL,
    SIAP,
    alasan_luar,
    baris_of,
    jawab,
    kirim,
    langkah,
    make_bulan,
    pada,
    setujui,
    status,
    susun,
)
from tests.iuran.maker import make_donatur, make_iuran
from tests.threads import run_at_once

S = StatusIuran


def test_everything_scheduled_is_in(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = susun(cast)
        assert (paket.jumlah, paket.uang.tanggal) == (2, DES)
        assert status(*rows) == [S.DALAM_BATCH] * 2
        assert [(one.urutan, one.ke, one.jumlah) for one in baris_of(paket)] == [(1, 1, 8_400), (2, 1, 8_400)]


def test_a_file_for_the_bank(app: Flask, cast: Any) -> None:
    """B3: references, sealed lines, control totals; later changes of the account do not reach the bytes."""
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = susun(cast)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        db.session.flush()
        assert (paket.nomor, paket.nama_berkas) == ("DB-2026-0001", "debet-2026-12-DB-2026-0001.csv")
        assert (paket.jumlah, paket.uang.jumlah_rupiah, paket.uang.layout) == (2, 16_800, "csv")
        data = actions.read_berkas(paket)
        lines = data.decode().splitlines()
        refs = [one.referensi for one in baris_of(paket)]
        assert lines[0] == "H;DB-2026-0001;2026-12;2026-12-01;2;16800"
        assert lines[2] == (
            f"1;2026-12;{refs[0]};1034567890;{donors[0].asn.nama};8400;2026-12-01;Iuran JKK+JKM Desember 2026"
        )
        assert lines[-1] == "T;2;16800"
        seal(rows[0], "rekening", "9999999999")
        seal(donors[0].surat, "rekening", "9999999999")
        assert actions.read_berkas(paket) == data
        assert '"nominal": 8400' in (reveal(baris_of(paket)[0], "isi") or "")


def test_references_have_a_check_digit() -> None:
    assert make_referensi(DES, 123) == "D2612-000123-0"
    assert angka_periksa("7992739871") == 3  # the textbook's
    assert len(make_referensi(DES, 1_234_567)) <= 20


@pytest.mark.parametrize(
    ("alasan", "kata"),
    [(AlasanTahan.MANDAT, "tidak berlaku"), (AlasanTahan.DIMINTA, "Ditahan bendahara")],
)
def test_what_is_held_is_listed_with_its_reason(
    app: Flask, cast: Any, alasan: AlasanTahan, kata: str
) -> None:
    with pada(SIAP):
        donors, rows = make_bulan(2)
        if alasan is AlasanTahan.MANDAT:
            donors[0].surat.berlaku_mulai = date(2027, 1, 1)
        else:
            rows[0].alasan_tahan, rows[0].status = alasan, S.DITAHAN
        db.session.flush()
        paket = susun(cast)
        assert paket.jumlah == 1
        assert [kata in one for one in alasan_luar(paket)] == [True]


def test_prepaid_months_go_with_their_first(app: Flask, cast: Any) -> None:
    """A block of three begins in December; the next block and single months ahead do not come along."""
    with pada(SIAP):
        blok = make_donatur(periode=3, mulai=DES)
        satu = make_donatur()
        for bulan in (DES, date(2027, 1, 1), date(2027, 2, 1)):
            make_iuran(blok.asuhan[0], bulan)
        lain = [make_iuran(blok.asuhan[0], date(2027, 3, 1)), make_iuran(satu.asuhan[0], date(2027, 1, 1))]
        paket = susun(cast)
        assert [one.iuran.periode.month for one in baris_of(paket)] == [12, 1, 2]
        assert [one.jumlah for one in baris_of(paket)] == [8_400, 16_800, 16_800]
        assert status(*lain) == [S.TERJADWAL] * 2


def test_the_oldest_sponsorship_comes_first(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donor = make_donatur(pekerja=2)
        donor.asuhan[1].dibuat_pada = datetime(2026, 1, 5, tzinfo=UTC)
        muda, tua = (make_iuran(one, DES) for one in donor.asuhan)
        dulu = make_iuran(donor.asuhan[1], date(2026, 11, 1))
        paket = susun(cast)
        assert [one.iuran_id for one in baris_of(paket)] == [dulu.id, tua.id, muda.id]


def test_added_later_and_still_in_order(app: Flask, cast: Any) -> None:
    """B2; a line taken out by hand does not come back by itself."""
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = susun(cast)
        first = baris_of(paket)[0]
        actions.keluarkan_baris(paket, first.id, by=cast.hadi.pelaku)
        assert status(first.iuran) == [S.TERJADWAL]
        baru = make_donatur()
        baru.asn.nama_urut = "AAA"
        make_iuran(baru.asuhan[0], DES)
        assert actions.isi_lagi(paket, by=cast.hadi.pelaku) == 2
        assert alasan_luar(paket) == ["Dikeluarkan dari paket ini; ikut paket berikutnya."]
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert [one.iuran.asn_id for one in baris_of(paket)][0] == baru.asn.id
        assert [one.urutan for one in baris_of(paket)] == [1, 2]


def test_who_builds(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        make_bulan(1)
        for other in (cast.yuni, cast.wati, cast.dewi):
            with pytest.raises((RuleError, Forbidden)):
                actions.susun_paket(JenisPaket.DEBET, DES, by=other.pelaku)
            db.session.rollback()


def test_when(app: Flask, cast: Any) -> None:
    """B1: not before the candidate day, not after the day on which the file must leave; one a month."""
    with pada(datetime(2026, 11, 10, 2, tzinfo=UTC)):
        make_bulan(1)
        with pytest.raises(RuleError, match="disusun mulai 17 November 2026"):
            susun(cast)
    with pada(datetime(2026, 11, 27, 2, tzinfo=UTC)), pytest.raises(RuleError, match="sudah lewat"):
        susun(cast)
    with pada(SIAP):
        paket = susun(cast)
        with pytest.raises(RuleError, match="Sebulan hanya ada satu"):
            susun(cast)
        actions.batal_paket(paket, by=cast.hadi.pelaku, alasan="salah")
        assert susun(cast).jumlah == 1
    with pada(datetime(2026, 12, 20, 2, tzinfo=UTC)), pytest.raises(RuleError, match="Desember 2026 belum"):
        susun(cast, bulan=date(2027, 1, 1))


def test_too_late_to_lock(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        make_bulan(1)
        paket = susun(cast)
    with pada(datetime(2026, 11, 26, 2, tzinfo=UTC)):
        assert penangan_of(paket.jenis).penghalang_kunci(paket) is None
    with pada(datetime(2026, 11, 27, 2, tzinfo=UTC)), pytest.raises(RuleError, match="Hari kirim"):
        actions.kunci_paket(paket, by=cast.hadi.pelaku)


def test_nothing_is_left_out_without_a_word(app: Flask, cast: Any) -> None:
    """B3: what became ready after the batch was built keeps it from being locked."""
    with pada(SIAP):
        make_bulan(1)
        paket = susun(cast)
        make_bulan(1)
        with pytest.raises(RuleError, match="1 iuran yang siap belum masuk"):
            actions.kunci_paket(paket, by=cast.hadi.pelaku)


def test_a_letter_that_ends_before_the_lock(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = susun(cast)
        donors[0].surat.berlaku_sampai = date(2026, 11, 30)
        donors[1].asn.tmt_pensiun = date(2026, 12, 1)  # the roster came after the row was made
        db.session.flush()
        assert len(penangan_of(paket.jenis).list_hambatan(paket, banyak=9)) == 2
        with pytest.raises(RuleError, match="suratnya, harganya"):
            actions.kunci_paket(paket, by=cast.hadi.pelaku)
        db.session.rollback()


def test_refreshed_lines_follow_the_price(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donors, rows = make_bulan(1)
        paket = susun(cast)
        donors[0].asuhan[0].program = "JKK+JKM+JHT"
        db.session.flush()
        with pytest.raises(RuleError, match="harganya"):
            actions.kunci_paket(paket, by=cast.hadi.pelaku)
        actions.isi_lagi(paket, by=cast.hadi.pelaku)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert [one.jumlah for one in baris_of(paket)] == [28_400]


def test_sent(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = kirim(cast)
        assert status(*rows) == [S.DIKIRIM] * 2
        assert paket.status is StatusPaket.DIKIRIM
        assert langkah(paket) == ["susun", "kunci", "setujui", "kirim"]


def test_who_stops_after_the_lock_keeps_the_file_here(app: Flask, cast: Any) -> None:
    """M18: the frozen file has a line too many; the way out is a new batch."""
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = setujui(susun(cast), cast)
        pemilik = Pelaku(akun_id=None, peran=frozenset({Peran.ASN}), asn_id=donors[0].asn.id)
        advance(SURAT, donors[0].surat, "cabut", by=pemilik)
        with pytest.raises(RuleError, match="Batalkan paket ini"):
            actions.kirim_paket(paket, by=cast.hadi.pelaku)
        db.session.rollback()


def test_the_approver_differs(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        make_bulan(1)
        paket = susun(cast)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        for other in (cast.hadi, cast.wati):
            with pytest.raises(RuleError):
                actions.setujui_paket(paket, by=other.pelaku)
        actions.setujui_paket(paket, by=cast.yuni.pelaku)
        assert paket.status is StatusPaket.DISETUJUI


def test_more_than_a_fifth_asks_for_two_approvers(app: Flask, cast: Any) -> None:
    """B5a: compared with the month before, in lines or in rupiah; the same person does not give both."""
    with pada(SIAP):
        make_bulan(2)
        paket = kirim(cast)
        assert (paket.uang.banding_baris, paket.uang.perlu_kedua) == (None, False)
        for one in baris_of(paket):
            make_iuran(one.iuran.asuhan, date(2027, 1, 1))
    with pada(datetime(2026, 12, 21, 2, tzinfo=UTC)):
        jan = susun(cast, bulan=date(2027, 1, 1))
        actions.kunci_paket(jan, by=cast.hadi.pelaku)
        assert (jan.uang.banding_baris, jan.uang.banding_rupiah) == (2, 16_800)
        assert (jan.jumlah, jan.uang.jumlah_rupiah, jan.uang.perlu_kedua) == (2, 33_600, True)
        with pytest.raises(RuleError, match="dua penyetuju"):
            actions.setujui_paket(jan, by=cast.yuni.pelaku)
        uang.setujui_pertama(jan, by=cast.yuni.pelaku)
        with pytest.raises(RuleError, match="sudah memberi"):
            actions.setujui_paket(jan, by=cast.yuni.pelaku)
        kedua = Pelaku(akun_id=cast.dewi.akun.id, peran=frozenset({Peran.PENYETUJU}))
        actions.setujui_paket(jan, by=kedua)
        assert jan.status is StatusPaket.DISETUJUI


@pytest.mark.parametrize(("kini", "beda"), [(120, False), (121, True), (80, False), (79, True), (100, False)])
def test_a_fifth_itself_is_not_more(app: Flask, kini: int, beda: bool) -> None:
    assert uang.berbeda(kini, 100) is beda
    assert uang.berbeda(kini, None) is False


def test_the_bank_refuses_the_file(app: Flask, cast: Any) -> None:
    """B6, B7: nothing was executed, the same lines go again under new references and a new number."""
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = kirim(cast)
        dulu = {one.iuran_id: one.referensi for one in baris_of(paket)}
        with pytest.raises(RuleError, match="tidak satu baris pun"):
            uang.tolak_berkas(paket, pesan_bank="kepala salah", tidak_dijalankan=False, by=cast.hadi.pelaku)
        uang.tolak_berkas(paket, pesan_bank="kepala salah", tidak_dijalankan=True, by=cast.hadi.pelaku)
        assert status(*rows) == [S.DIKIRIM] * 2
        uang.perbaiki(paket, by=cast.hadi.pelaku)
        assert status(*rows) == [S.DALAM_BATCH] * 2
    with pada(datetime(2026, 12, 1, 2, tzinfo=UTC)):
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert (paket.nomor, paket.urutan_berkas) == ("DB-2026-0002", 2)
        assert paket.uang.tanggal == date(2026, 12, 2)
        for one in baris_of(paket):
            assert one.referensi not in dulu.values()
            assert one.referensi_lama == [dulu[one.iuran_id]]
        assert paket.disetujui_oleh is None
        actions.setujui_paket(paket, by=cast.yuni.pelaku)
        actions.kirim_paket(paket, by=cast.hadi.pelaku)


def test_opened_again(app: Flask, cast: Any) -> None:
    """B4: the first approval falls with the file."""
    with pada(SIAP):
        make_bulan(1)
        paket = susun(cast)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        paket.uang.perlu_kedua = True
        uang.setujui_pertama(paket, by=cast.yuni.pelaku)
        actions.buka_paket(paket, alasan="salah hari", by=cast.hadi.pelaku)
        assert paket.uang.setuju_pertama_oleh is None
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert paket.nomor == "DB-2026-0002"


def test_cancelled(app: Flask, cast: Any) -> None:
    """B12: also by the approver; everything is scheduled again."""
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = susun(cast)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        actions.batal_paket(paket, alasan="salah", by=cast.yuni.pelaku)
        assert status(*rows) == [S.TERJADWAL] * 2
        assert baris_of(paket) == []


def test_reconciled_and_closed(app: Flask, cast: Any) -> None:
    """B9-B11: what has no answer is unknown and somebody's matter; differences are listed; the importer
    does not close."""
    with pada(SIAP):
        make_bulan(3)
        paket = kirim(cast)
        a, b, c = baris_of(paket)
    with pada(HASIL):
        jawab(paket, [a, b], None, cast)
        uang.nyatakan_lengkap(paket, by=cast.hadi.pelaku)
        with pytest.raises(RuleError, match="tidak sama"):
            uang.rekonsiliasi(paket, kredit_bank=16_000, selisih=[], by=cast.hadi.pelaku)
        with pytest.raises(RuleError, match="sebabnya"):
            uang.rekonsiliasi(
                paket, kredit_bank=16_000, selisih=[uang.Selisih(-800, " ")], by=cast.hadi.pelaku
            )
        uang.rekonsiliasi(
            paket, kredit_bank=16_000, selisih=[uang.Selisih(-800, "biaya bank")], by=cast.hadi.pelaku
        )
        assert paket.uang.selisih == [{"jumlah": -800, "sebab": "biaya bank"}]
        with pytest.raises(RuleError, match="1 hal terbuka"):
            uang.tutup(paket, by=cast.yuni.pelaku)
        urusan = db.session.scalars(db.select(Urusan)).one()
        assert urusan.iuran_id == c.iuran_id
        urusan.pemilik_id, urusan.tenggat = cast.hadi.akun.id, date(2026, 12, 10)
        db.session.flush()
        with pytest.raises(RuleError):
            uang.tutup(paket, by=cast.hadi.pelaku)
        uang.tutup(paket, by=cast.yuni.pelaku)
        assert paket.status is StatusPaket.DITUTUP


@pytest.mark.kedua_basis
def test_twenty_at_once_make_one(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        make_bulan(3)
        by = cast.hadi.pelaku

        def build(_number: int) -> str:
            paket = susun_debet(JenisPaket.DEBET, DES, by=by)
            db.session.commit()
            return str(paket.id)

        done = run_at_once(app, 20, build)
    made = [one for one in done if isinstance(one, str)]
    assert len(made) == 1, done
    assert all(isinstance(one, RuleError) for one in done if one not in made), done
    assert db.session.scalar(db.select(db.func.count(Percobaan.id))) == 3
