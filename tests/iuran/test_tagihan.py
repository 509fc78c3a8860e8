"""C2, C3, C5, C13: holds with their reason, releases before the cut-off, and what a stop takes back."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from rentan.asn.models import Penempatan
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import henti
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat, advance, advance_many
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.gugur import gugurkan, keluarkan_belum_terkirim
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import MACHINE, AlasanTahan, HasilCoba, KelasGagal, StatusIuran
from rentan.iuran.tagihan import jatuh_tempo, list_jatuh_tempo, periksa_semua, periksa_tagihan
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.status import Sektor, StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran, sebut
from tests.iuran.test_jadwal import give_credit
from tests.threads import run_at_once

DES, JAN = date(2026, 12, 1), date(2027, 1, 1)
S = StatusIuran


@pytest.fixture(autouse=True)
def _before_the_cut_off(app: Flask) -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def row_of(asuhan: Any, bulan: date = DES) -> Iuran:
    db.session.flush()
    db.session.expire_all()
    query = select(Iuran).where(Iuran.asuhan_id == asuhan.id, Iuran.periode == bulan)
    return db.session.scalars(query.order_by(Iuran.status, Iuran.id)).first()


def make_line(row: Iuran, *, jenis: JenisPaket = JenisPaket.DEBET) -> Percobaan:
    """The row in a batch that is being built."""
    query = select(Paket).where(Paket.jenis == jenis, Paket.periode == row.periode)
    paket = db.session.scalars(query).first() or Paket(
        id=uuid.uuid4(), jenis=jenis, status=StatusPaket.DISUSUN, periode=row.periode, dibuat_pada=now()
    )
    db.session.add(paket)
    db.session.flush()
    line = Percobaan(
        id=uuid.uuid4(), paket_id=paket.id, iuran_id=row.id, asn_id=row.asn_id, urutan=next(_urut), ke=1,
        jumlah=row.tagihan, hasil=HasilCoba.TERBUKA,
    )  # fmt: skip
    db.session.add(line)
    db.session.flush()
    return line


_urut = iter(range(1, 10_000))


def masuk(row: Iuran, by: Any) -> Percobaan:
    line = make_line(row)
    advance(MACHINE, row, "masuk_batch", by=by)
    db.session.flush()
    return line


@pytest.mark.kedua_basis
def test_the_ceiling_serves_the_oldest_sponsorship_first_and_a_higher_one_lets_go(app: Flask) -> None:
    donor = make_donatur(pekerja=3, plafon=16_800)
    for n, one in enumerate(donor.asuhan):
        one.dibuat_pada = now() + timedelta(minutes=n)
    jadwalkan()
    assert periksa_tagihan(DES) == 1 + 1  # November's third line as well: it is due with December's
    assert [row_of(one).status for one in donor.asuhan] == [S.TERJADWAL, S.TERJADWAL, S.DITAHAN]
    assert row_of(donor.asuhan[2]).alasan_tahan is AlasanTahan.PLAFON
    assert periksa_tagihan(DES) == 0
    donor.surat.plafon = 25_200
    assert periksa_tagihan(DES) == 2
    assert row_of(donor.asuhan[2]).alasan_tahan is None


def test_what_is_in_a_batch_already_counts_against_the_ceiling(app: Flask, cast: Cast) -> None:
    donor = make_donatur(pekerja=2, plafon=8_400)
    jadwalkan()
    masuk(row_of(donor.asuhan[1]), cast.hadi.pelaku)
    periksa_tagihan(DES)
    assert row_of(donor.asuhan[0]).alasan_tahan is AlasanTahan.PLAFON


def test_letter_pause_account_and_term_each_have_their_reason(app: Flask) -> None:
    gone, paused, begins, ends, blind, single = (make_donatur() for _ in range(6))
    jadwalkan()
    gone.surat.status = StatusSurat.DICABUT_MENUNGGU
    paused.surat.status, paused.surat.jeda_sejak = StatusSurat.DITANGGUHKAN, DES
    begins.surat.berlaku_mulai = date(2026, 12, 15)
    ends.surat.berlaku_sampai = date(2026, 11, 30)
    blind.surat.rekening_enc = None
    single.asuhan[0].status = StatusAsuhan.DIJEDA
    periksa_tagihan(DES)
    assert [row_of(one.asuhan[0]).alasan_tahan for one in (gone, paused, begins, ends, blind, single)] == [
        AlasanTahan.MANDAT, AlasanTahan.JEDA, AlasanTahan.MANDAT, AlasanTahan.MANDAT, AlasanTahan.REKENING,
        AlasanTahan.JEDA,
    ]  # fmt: skip


def test_a_pause_that_begins_later_does_not_hold_this_month(app: Flask) -> None:
    donor = make_donatur()
    jadwalkan()
    donor.surat.status, donor.surat.jeda_sejak = StatusSurat.DITANGGUHKAN, JAN
    periksa_tagihan(DES)
    assert row_of(donor.asuhan[0]).status is S.TERJADWAL


def test_nothing_is_released_after_the_cut_off_nor_what_a_person_holds(app: Flask, cast: Cast) -> None:
    donor, other = make_donatur(), make_donatur()
    jadwalkan()
    donor.surat.plafon = 1
    held = row_of(other.asuhan[0])
    held.alasan_tahan = AlasanTahan.DIMINTA
    advance(MACHINE, held, "tahan", by=cast.hadi.pelaku)
    periksa_tagihan(DES)
    donor.surat.plafon = 200_000
    with time_machine.travel(datetime.fromisoformat("2026-11-26T09:00:00+07:00"), tick=False):
        assert periksa_tagihan(DES) == 0
        assert row_of(donor.asuhan[0]).status is S.DITAHAN
        # The next month's debit may still ask for it.
        assert periksa_tagihan(JAN) == 2
    assert row_of(other.asuhan[0]).alasan_tahan is AlasanTahan.DIMINTA


def test_late_months_are_judged_by_the_debit_that_will_ask_for_them(app: Flask) -> None:
    """A successor's months before the letter's first day go with December's debit: neither the job nor a
    retry of November holds them again once nothing may be released any more."""
    donor = make_donatur(mulai=DES)
    asuhan, pekerja = donor.asuhan[0], donor.asuhan[0].pekerja
    asuhan.bulan_pertama = date(2026, 10, 1)
    pekerja.status, pekerja.lunas_sampai = StatusPekerja.TENGGANG_1, date(2026, 9, 1)
    jadwalkan()
    rows = list(db.session.scalars(select(Iuran).where(Iuran.asuhan_id == asuhan.id)))
    periksa_semua()
    with time_machine.travel(datetime.fromisoformat("2026-11-25T09:00:00+07:00"), tick=False):
        periksa_semua()
        periksa_tagihan(date(2026, 11, 1))
    assert [row.status for row in rows] == [S.TERJADWAL] * 3
    moves = select(Riwayat.peristiwa).where(Riwayat.objek_id.in_([row.id for row in rows]))
    assert set(db.session.scalars(moves)) == {"jadwalkan"}


def test_rows_that_have_not_left_follow_price_letter_and_worker(app: Flask) -> None:
    donor = make_donatur(sektor=Sektor.TRANSPORTASI)
    lama = donor.surat
    with time_machine.travel(datetime.fromisoformat("2026-12-28T09:00:00+07:00"), tick=False):
        give_credit(donor.asuhan[0], 1_000)
        row = make_iuran(donor.asuhan[0], JAN)
        periksa_tagihan(JAN)
        row = row_of(donor.asuhan[0], JAN)
        assert (row.jumlah, row.tagihan) == (8_400, 7_400)
        baru = make_donatur(donor.asn, pekerja=0, rekening="1777777777") if lama_diganti(lama) else None
        assert baru is not None
        donor.asuhan[0].pekerja.sektor = Sektor.LAIN
        periksa_tagihan(JAN)
        row = row_of(donor.asuhan[0], JAN)
    assert (row.jumlah, row.tagihan, row.sektor) == (16_800, 15_800, "lain")
    assert (row.surat_kuasa_id, reveal(row, "rekening")) == (baru.surat.id, "1777777777")
    assert buku.saldo_kredit([donor.asuhan[0].id]) == {}


def lama_diganti(surat: Any) -> bool:
    surat.status, surat.urutan_versi = StatusSurat.DIGANTI, 99
    db.session.flush()
    return True


def test_a_prepaid_block_goes_with_its_first_month(app: Flask) -> None:
    donor, monthly = make_donatur(periode=3, mulai=DES), make_donatur(mulai=DES)
    jadwalkan()
    make_iuran(monthly.asuhan[0], JAN)
    due = list_jatuh_tempo(DES)
    assert {(one.asuhan_id, one.periode.month) for one in due} == {
        (donor.asuhan[0].id, 12), (donor.asuhan[0].id, 1), (donor.asuhan[0].id, 2),
        (monthly.asuhan[0].id, 12),
    }  # fmt: skip
    assert {jatuh_tempo(one) for one in due} == {DES}


@pytest.mark.kedua_basis
def test_a_stop_takes_unsent_lines_back_and_frees_the_month_for_a_successor(app: Flask, cast: Cast) -> None:
    donor = make_donatur()
    asuhan = donor.asuhan[0]
    give_credit(asuhan, 500)
    jadwalkan()
    line = masuk(row_of(asuhan), cast.hadi.pelaku)
    sent = row_of(asuhan, date(2026, 11, 1))
    advance_many(MACHINE, [sent], "masuk_batch", by=cast.hadi.pelaku)
    advance_many(MACHINE, [sent], "kirim", by=cast.hadi.pelaku)
    henti(asuhan, alasan="donatur_berhenti", by=SISTEM)
    row = row_of(asuhan)
    assert (row.status, db.session.get(Percobaan, line.id).hasil) == (S.DIHAPUSKAN, HasilCoba.DIKELUARKAN)
    assert row_of(asuhan, date(2026, 11, 1)).status is S.DIKIRIM
    history = select(Riwayat.peristiwa).where(Riwayat.objek_id == row.id).order_by(Riwayat.urutan)
    assert list(db.session.scalars(history)) == ["jadwalkan", "masuk_batch", "keluar", "gugur"]
    baru = make_donatur(pekerja=0)
    lanjutan = Asuhan(
        id=uuid.uuid4(), garis_asuh_id=asuhan.garis_asuh_id, asn_id=baru.asn.id, pekerja_id=asuhan.pekerja_id,
        status=StatusAsuhan.SIAP, program="JKK+JKM", penghasilan=1_000_000, bulan_pertama=DES,
        dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(lanjutan)
    assert jadwalkan() == 0  # the letter in force does not name him
    sebut(baru, lanjutan)
    assert jadwalkan() == 1


def test_a_failed_month_of_a_stopped_donor_gives_way_only_when_a_successor_needs_it(app: Flask) -> None:
    donor = make_donatur()
    asuhan = donor.asuhan[0]
    row = make_iuran(asuhan, DES, S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    row.asuhan.pekerja.lunas_sampai = date(2026, 11, 1)
    henti(asuhan, alasan="donatur_berhenti", by=SISTEM)
    jadwalkan()
    assert row_of(asuhan).status is S.GAGAL
    baru = make_donatur(pekerja=0)
    lanjutan = Asuhan(
        id=uuid.uuid4(), garis_asuh_id=asuhan.garis_asuh_id, asn_id=baru.asn.id, pekerja_id=asuhan.pekerja_id,
        status=StatusAsuhan.SIAP, program="JKK+JKM", penghasilan=1_000_000, bulan_pertama=DES,
        dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(lanjutan)
    sebut(baru, lanjutan)
    dinas = db.session.scalars(select(Penempatan).where(Penempatan.asn_id == baru.asn.id)).one()
    dinas.status_aktif = StatusAktif.CUTI  # no row can be made for him: nothing gives way
    assert jadwalkan() == 0 and row_of(asuhan).status is S.GAGAL
    dinas.status_aktif = StatusAktif.AKTIF
    assert jadwalkan() == 1
    assert (row_of(asuhan).status, row_of(lanjutan).status) == (S.DIHAPUSKAN, S.TERJADWAL)


def test_a_row_of_a_standing_sponsorship_never_falls_away(app: Flask) -> None:
    donor = make_donatur()
    row = make_iuran(donor.asuhan[0], DES)
    with pytest.raises(RuleError):
        gugurkan([row])
    assert keluarkan_belum_terkirim([donor.asuhan[0].id]) == 0


def test_the_job_ends_what_a_hook_has_missed(app: Flask) -> None:
    donor = make_donatur()
    jadwalkan()
    donor.asuhan[0].status = StatusAsuhan.BERAKHIR
    assert periksa_semua() == 2
    assert periksa_semua() == 0


@pytest.mark.kedua_basis
def test_check_and_stop_at_the_same_moment_leave_nothing_scheduled(app: Flask) -> None:
    donors = [make_donatur(pekerja=2) for _ in range(3)]
    for one in donors:
        give_credit(one.asuhan[0], 700)
    jadwalkan()
    ids = [one.asuhan[0].id for one in donors]

    def work(n: int) -> Any:
        if n < 2:
            periksa_tagihan(DES)
        else:
            henti(db.session.get(Asuhan, ids[n - 2]), alasan="donatur_berhenti", by=SISTEM)
        db.session.commit()
        return None

    assert run_at_once(app, 5, work) == [None] * 5
    assert {row_of(one.asuhan[0]).status for one in donors} == {S.DIHAPUSKAN}
    assert buku.saldo_kredit(ids) == dict.fromkeys(ids, 700)
