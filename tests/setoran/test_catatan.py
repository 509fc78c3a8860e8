"""BPJS's record of months: what it moves, what a person must look at (P4-P6, W11, W14, A8, B8, B9)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.core.errors import RuleError, Stale
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.status import JenisUrusan, StatusBpjs
from rentan.paket.models import Pengecualian
from rentan.paket.status import StatusPaket
from rentan.paket.uang import nyatakan_lengkap
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.perlindungan.hitung import hitung_perlindungan
from rentan.setoran.actions import resubmit
from rentan.setoran.impor import parse_bulan
from rentan.setoran.models import BarisSetor
from rentan.setoran.penangan import PENANGAN
from rentan.setoran.queries import get_ditolak, list_ditolak
from rentan.setoran.status import HasilSetor
from rentan.util.galat import TidakSah
from rentan.util.tanggal import ZONA, awal_bulan, tambah_bulan
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.setoran.maker import answer, build, make_lunas, read_record, send

B, W = StatusBpjs, StatusPekerja


def _bulan(n: int) -> date:
    return tambah_bulan(awal_bulan(today()), n)


def _one(n: int = 0) -> tuple[Asuhan, Iuran]:
    asuhan = make_donatur().asuhan[0]
    return asuhan, make_lunas(asuhan, _bulan(n))


@pytest.mark.kedua_basis
def test_the_first_month_recorded_makes_the_worker_protected(cast: Cast) -> None:
    asuhan, row = _one()
    paket = send(cast)
    hasil = read_record(cast, answer(row))
    assert (hasil.read, hasil.changed, hasil.unchanged) == (1, 1, 0)
    pekerja = asuhan.pekerja
    assert row.status_bpjs is B.TERCATAT and row.tercatat_pada == today()
    assert pekerja.status is W.AKTIF and pekerja.lunas_sampai == _bulan(0)
    assert pekerja.sumber is SumberPerlindungan.DIKONFIRMASI and pekerja.sumber_pada == today()
    assert pekerja.sumber_impor_id is not None
    assert asuhan.status is StatusAsuhan.AKTIF
    assert paket.status is StatusPaket.HASIL_LENGKAP
    assert paket.uang.pengimpor == cast.bayu.akun.id


def test_the_same_file_twice_changes_nothing(cast: Cast) -> None:
    asuhan, row = _one()
    send(cast)
    read_record(cast, answer(row))
    versi = asuhan.pekerja.versi
    hasil = read_record(cast, answer(row), answer(row))
    assert (hasil.changed, hasil.unchanged) == (0, 2)
    assert asuhan.pekerja.versi == versi and not db.session.scalars(db.select(Pengecualian)).all()


@pytest.mark.parametrize("status", [W.TENGGANG_1, W.TENGGANG_2])
def test_arrears_recorded_bring_the_cover_back(cast: Cast, status: StatusPekerja) -> None:
    asuhan = make_donatur().asuhan[0]
    pekerja = asuhan.pekerja
    pekerja.status, pekerja.lunas_sampai = status, _bulan(-3)
    pekerja.sumber, pekerja.sumber_pada = SumberPerlindungan.DIHITUNG, today()
    oldest, next_one = make_lunas(asuhan, _bulan(-2)), make_lunas(asuhan, _bulan(-1))
    send(cast)
    read_record(cast, answer(oldest))
    assert pekerja.status is status and pekerja.lunas_sampai == _bulan(-2)
    assert pekerja.sumber is SumberPerlindungan.DIHITUNG, "still behind: still our arithmetic"
    read_record(cast, answer(next_one))
    assert pekerja.status is W.AKTIF and pekerja.lunas_sampai == _bulan(-1)
    assert pekerja.sumber is SumberPerlindungan.DIKONFIRMASI


def test_a_gap_in_the_record_stops_the_count(cast: Cast) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.status, asuhan.pekerja.lunas_sampai = W.TENGGANG_1, _bulan(-2)
    first, second = make_lunas(asuhan, _bulan(-1)), make_lunas(asuhan, _bulan(0))
    send(cast)
    read_record(cast, answer(second), answer(first, "T", "Nama tidak sesuai"))
    assert asuhan.pekerja.status is W.TENGGANG_1 and asuhan.pekerja.lunas_sampai == _bulan(-2)
    assert (first.status_bpjs, second.status_bpjs) == (B.DITOLAK_BPJS, B.TERCATAT)


def test_a_lapsed_worker_stays_lapsed_and_somebody_looks(cast: Cast) -> None:
    asuhan, row = _one(-1)
    paket = send(cast)
    asuhan.pekerja.status, asuhan.pekerja.lunas_sampai = W.NONAKTIF, _bulan(-4)
    db.session.flush()
    read_record(cast, answer(row))
    assert asuhan.pekerja.status is W.NONAKTIF and row.status_bpjs is B.TERCATAT
    noted = db.session.scalars(db.select(Pengecualian)).one()
    assert noted.kode == "pekerja_terhenti" and noted.paket_id == paket.id
    assert PENANGAN.count_tanpa_pemilik(paket) == 1


def test_a_refusal_is_a_matter_with_an_owner_and_the_money_comes_back_once(cast: Cast) -> None:
    _, row = _one()
    before = buku.saldo(AkunBuku.TITIPAN_IURAN)
    paket = send(cast)
    read_record(cast, answer(row, "T", "NIK tidak ditemukan di Dukcapil"))
    assert row.status_bpjs is B.DITOLAK_BPJS and paket.status is StatusPaket.HASIL_LENGKAP
    matter = db.session.scalars(db.select(Urusan)).one()
    assert matter.jenis is JenisUrusan.DITOLAK_BPJS and matter.pemilik is Peran.PETUGAS_BPJS
    (listed,) = list_ditolak(seen_by=cast.bayu.pelaku)
    assert listed.iuran_id == row.id and listed.kode == "nik_tidak_valid"
    stale = row.versi - 1
    with pytest.raises(Stale):
        resubmit(row, tanggal=today(), catatan="NIK diperbaiki", by=cast.bayu.pelaku, versi=stale)
    with pytest.raises(RuleError, match="diperbaiki"):
        resubmit(row, tanggal=today(), catatan=" ", by=cast.bayu.pelaku)
    resubmit(
        get_ditolak(row.id, seen_by=cast.bayu.pelaku), tanggal=today(), catatan="NIK", by=cast.bayu.pelaku
    )
    assert row.status_bpjs is B.BELUM and buku.saldo(AkunBuku.TITIPAN_IURAN) == before
    again = send(cast)
    assert again.jumlah == 1 and buku.saldo(AkunBuku.TITIPAN_IURAN) - before == row.jumlah


def test_an_old_file_does_not_refuse_a_month_a_second_time(cast: Cast) -> None:
    asuhan, row = _one()
    send(cast)
    refusal = answer(row, "T", "Nama tidak sesuai")
    read_record(cast, refusal)
    resubmit(row, tanggal=today(), catatan="Nama diperbaiki", by=cast.bayu.pelaku)
    send(cast)
    hasil = read_record(cast, refusal)
    assert hasil.changed == 0 and row.status_bpjs is B.DISETOR
    assert db.session.scalars(db.select(Pengecualian.kode)).all() == ["penolakan_sama"]
    read_record(cast, answer(row))
    assert row.status_bpjs is B.TERCATAT and asuhan.pekerja.status is W.AKTIF
    lines = db.session.scalars(db.select(BarisSetor.hasil).order_by(BarisSetor.dijawab_pada)).all()
    assert lines == [HasilSetor.DITOLAK, HasilSetor.TERCATAT]
    assert not list_ditolak(seen_by=cast.bayu.pelaku)


def test_lines_that_fit_nowhere_become_exceptions_and_stop_nothing(cast: Cast) -> None:
    _, good = _one()
    _, twice = _one()
    _, named = _one()
    _, unsent = _one()
    unsent.status_bpjs = B.BELUM
    paket = send(cast)
    db.session.execute(db.update(Iuran).where(Iuran.id == unsent.id).values(status_bpjs=B.BELUM))
    db.session.expire_all()
    hasil = read_record(
        cast,
        answer(good),
        answer(good, nik="3374014107900099", nama="Orang Lain"),
        answer(good, bulan="01-2020"),
        answer(twice),
        answer(twice, "T", "Nama"),
        answer(named, nama="Zzz Qqq"),
        answer(unsent),
    )
    assert hasil.changed == 1 and good.status_bpjs is B.TERCATAT and twice.status_bpjs is B.DISETOR
    codes = sorted(db.session.scalars(db.select(Pengecualian.kode)))
    assert codes == ["belum_disetor", "belum_disetor", "jawaban_ganda", "nama_beda", "nik_tidak_dikenal"]
    assert paket.status is StatusPaket.HASIL_SEBAGIAN
    read_record(cast, answer(good, "T", "Nama"))
    assert good.status_bpjs is B.TERCATAT
    assert "berubah_t" in db.session.scalars(db.select(Pengecualian.kode)).all()


def test_unreadable_rows_are_refused_by_name_of_the_column(cast: Cast) -> None:
    _, row = _one()
    send(cast)
    hasil = read_record(
        cast,
        answer(row, "mungkin"),
        answer(row, bulan="13-2026"),
        answer(row, nik="123"),
        answer(row),
        take_good=True,
    )
    assert [one.code for one in hasil.refused][:2] == ["status_invalid", "bulan_invalid"]
    assert len(hasil.refused) == 3 and row.status_bpjs is B.TERCATAT


def test_what_bpjs_never_names_stays_remitted_and_gets_an_owner(cast: Cast) -> None:
    _, named = _one()
    _, silent = _one()
    paket = send(cast)
    read_record(cast, answer(named))
    assert paket.status is StatusPaket.HASIL_SEBAGIAN
    nyatakan_lengkap(paket, by=cast.bayu.pelaku)
    assert paket.status is StatusPaket.HASIL_LENGKAP and silent.status_bpjs is B.DISETOR
    matter = db.session.scalars(db.select(Urusan)).one()
    assert (matter.jenis, matter.sel, matter.iuran_id) == (JenisUrusan.CERMIN, "110", silent.id)
    assert PENANGAN.count_tanpa_pemilik(paket) == 1
    read_record(cast, answer(silent))  # a late file still counts
    assert silent.status_bpjs is B.TERCATAT and paket.status is StatusPaket.HASIL_LENGKAP


def test_a_cancelled_list_answered_by_bpjs_is_an_exception(cast: Cast) -> None:
    _, row = _one()
    build(cast)
    read_record(cast, answer(row))
    assert row.status_bpjs is B.DALAM_SETORAN
    assert db.session.scalars(db.select(Pengecualian.kode)).all() == ["belum_disetor"]


def _at(*hari: int) -> time_machine.travel:
    return time_machine.travel(datetime(*hari, 9, tzinfo=ZONA), tick=False)


def test_a_first_month_recorded_in_the_next_one_begins_the_cover(cast: Cast) -> None:
    with _at(2026, 12, 10):
        asuhan = make_donatur(mulai=date(2026, 12, 1)).asuhan[0]
        row = make_lunas(asuhan, date(2026, 12, 1))
        send(cast)
    with _at(2027, 1, 5):
        read_record(cast, answer(row))
        assert asuhan.pekerja.status is W.AKTIF
    with _at(2027, 4, 1):
        hitung_perlindungan()
        assert asuhan.pekerja.status is W.NONAKTIF


def test_a_first_month_recorded_two_months_late_covers_nobody_yet(cast: Cast) -> None:
    with _at(2026, 12, 10):
        asuhan = make_donatur(mulai=date(2026, 12, 1)).asuhan[0]
        row = make_lunas(asuhan, date(2026, 12, 1))
        send(cast)
    with _at(2027, 2, 5):
        read_record(cast, answer(row))
    assert asuhan.pekerja.status is W.TERDAFTAR and asuhan.pekerja.lunas_sampai == date(2026, 12, 1)


def test_a_list_read_late_finds_its_workers_still_in_the_grace(cast: Cast) -> None:
    """Three months remitted in time are no lapse because nobody has read the answer."""
    asuhan, rows = make_donatur().asuhan[0], []
    asuhan.pekerja.status, asuhan.pekerja.lunas_sampai = W.AKTIF, date(2026, 11, 1)
    for bulan in (date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)):
        with _at(bulan.year, bulan.month, 10):
            rows.append(make_lunas(asuhan, bulan))
            send(cast)
    with _at(2027, 3, 5):
        hitung_perlindungan()
        assert asuhan.pekerja.status is W.TENGGANG_2 and hitung_perlindungan() == 0
        read_record(cast, *(answer(one) for one in rows))
    assert asuhan.pekerja.status is W.AKTIF and asuhan.pekerja.lunas_sampai == date(2027, 2, 1)


def test_a_refusal_read_late_ends_the_cover(cast: Cast) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.status, asuhan.pekerja.lunas_sampai = W.AKTIF, date(2026, 11, 1)
    with _at(2026, 12, 10):
        row = make_lunas(asuhan, date(2026, 12, 1))
        send(cast)
    with _at(2027, 3, 5):
        read_record(cast, answer(row, "T", "data ganda"))
        hitung_perlindungan()
    assert asuhan.pekerja.status is W.NONAKTIF


@pytest.mark.parametrize(
    "text",
    ["2026-11", "11-2026", "11/2026", "202611", "2026-11-15", "15-11-2026", "November 2026", "Nov 2026"],
)
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    assert parse_bulan(text) == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["13-2026", "2026", "11-26", "Nopember", "abc", "00-2026", "11-1800"])
def test_an_unclear_month_is_refused(text: str) -> None:
    with pytest.raises(TidakSah, match="BULAN"):
        parse_bulan(text)
