"""C1: who is scheduled for which month, once and only once; credit first; the city's calendar decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from rentan.asn.hitungan import pindah
from rentan.asn.models import Penempatan
from rentan.asn.status import StatusAktif
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.jadwal import awal_blok, bulan_terbuka, jadwalkan, jadwalkan_asuhan
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusIuran
from rentan.pekerja.status import Sektor, StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import jadwal_bulan
from rentan.util.tanggal import tambah_bulan
from tests import factories
from tests.iuran.maker import make_donatur, make_iuran
from tests.threads import run_at_once

KINI = "2026-11-21T09:00:00+07:00"
NOV, DES, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _in_november(app: Flask) -> Any:
    with time_machine.travel(datetime.fromisoformat(KINI), tick=False):
        yield


def rows(**by: Any) -> list[Iuran]:
    db.session.expire_all()
    return list(db.session.scalars(select(Iuran).filter_by(**by).order_by(Iuran.periode, Iuran.id)))


def months(asuhan: Any) -> list[str]:
    return [f"{one.periode:%Y-%m}" for one in rows(asuhan_id=asuhan.id)]


@pytest.mark.kedua_basis
def test_the_running_and_the_next_month_are_scheduled_once_with_everything_copied_in(app: Flask) -> None:
    donor = make_donatur(pekerja=2, sektor=Sektor.TRANSPORTASI, rekening="1098765432")
    assert jadwalkan() == 4
    assert jadwalkan() == 0
    row = rows(asuhan_id=donor.asuhan[0].id)[0]
    assert (row.periode, row.status, row.jumlah, row.jkk, row.jkm, row.jht) == (
        NOV, StatusIuran.TERJADWAL, 8_400, 5_000, 3_400, 0,
    )  # fmt: skip
    assert (row.asn_id, row.opd_id, row.surat_kuasa_id) == (donor.asn.id, donor.asn.opd_id, donor.surat.id)
    assert (reveal(row, "rekening"), row.nama_rekening) == ("1098765432", donor.asn.nama)
    assert (row.sektor, row.pendanaan, row.program) == ("transportasi", "pribadi", "JKK+JKM")
    assert [one.langkah for one in db.session.scalars(select(Riwayat).where(Riwayat.objek_id == row.id))] == [
        "C1"
    ]


def test_nothing_is_asked_of_who_does_not_pay(app: Flask) -> None:
    paused, stopped, waiting, gone, later = (make_donatur() for _ in range(5))
    paused.asuhan[0].status = StatusAsuhan.DIJEDA
    stopped.surat.status = StatusSurat.DICABUT_MENUNGGU
    waiting.asuhan[0].status = StatusAsuhan.MENUNGGU_MANDAT
    db.session.scalars(
        select(Penempatan).where(Penempatan.asn_id == gone.asn.id)
    ).one().status_aktif = StatusAktif.PENSIUN
    later.asuhan[0].bulan_pertama = tambah_bulan(DES, 1)
    assert jadwalkan() == 0


def test_a_stand_in_pays_through_his_last_month(app: Flask) -> None:
    donor = make_donatur()
    donor.asuhan[0].sementara, donor.asuhan[0].sampai = True, NOV
    jadwalkan()
    assert months(donor.asuhan[0]) == ["2026-11"]


def test_past_months_are_asked_for_only_in_the_workers_grace_and_not_what_bpjs_has(app: Flask) -> None:
    grace, sound = make_donatur(), make_donatur()
    grace.asuhan[0].pekerja.status = StatusPekerja.TENGGANG_2
    grace.asuhan[0].pekerja.lunas_sampai = date(2026, 9, 1)
    sound.asuhan[0].pekerja.lunas_sampai = NOV
    jadwalkan()
    assert months(grace.asuhan[0]) == ["2026-10", "2026-11", "2026-12"]
    assert months(sound.asuhan[0]) == ["2026-12"]


def test_a_missed_day_is_caught_up_with_the_same_rows(app: Flask) -> None:
    donor = make_donatur()
    with time_machine.travel(datetime.fromisoformat("2026-11-30T23:00:00+07:00"), tick=False):
        assert jadwalkan() == 2
    assert months(donor.asuhan[0]) == ["2026-11", "2026-12"]


def test_before_the_candidate_day_the_next_month_is_not_there_yet(app: Flask) -> None:
    donor = make_donatur()
    assert jadwalkan(date(2026, 11, 10)) == 1
    assert months(donor.asuhan[0]) == ["2026-11"]


def test_a_server_on_utc_works_in_january_at_half_past_eleven_on_new_years_eve(app: Flask) -> None:
    donor = make_donatur(sektor=Sektor.LAIN)
    with time_machine.travel(datetime.fromisoformat("2026-12-31T23:30:00+00:00"), tick=False):
        jadwalkan()
    found = rows(asuhan_id=donor.asuhan[0].id)
    assert found[0].periode == JAN
    # PP 50/2025 ends for this sector: the price doubles with the contribution of its month.
    assert found[0].jumlah == 16_800


def test_the_first_month_of_a_new_sponsorship_is_fixed_by_its_first_row(app: Flask) -> None:
    donor = make_donatur()
    donor.asuhan[0].bulan_pertama = None
    donor.surat.bulan_pertama = date(2026, 10, 1)
    jadwalkan()
    # November's cut-off is over: a sign-up of today begins with December.
    assert months(donor.asuhan[0]) == ["2026-12"]
    assert donor.asuhan[0].bulan_pertama == DES


def test_a_prepaid_block_is_scheduled_together_each_month_at_its_own_price(app: Flask) -> None:
    donor = make_donatur(periode=3, mulai=DES)
    jadwalkan()
    assert [(f"{one.periode:%Y-%m}", one.jumlah) for one in rows()] == [
        ("2026-12", 8_400), ("2027-01", 16_800), ("2027-02", 16_800),
    ]  # fmt: skip
    with time_machine.travel(datetime.fromisoformat("2027-02-25T09:00:00+07:00"), tick=False):
        assert jadwalkan() == 3
    assert months(donor.asuhan[0])[-1] == "2027-05"


@given(
    pertama=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    jarak=st.integers(0, 40),
    n=st.sampled_from([1, 3, 6, 12]),
)
def test_blocks_tile_the_months(pertama: date, jarak: int, n: int) -> None:
    pertama = pertama.replace(day=1)
    bulan = tambah_bulan(pertama, jarak)
    awal = awal_blok(bulan, pertama, n)
    assert awal <= bulan < tambah_bulan(awal, n)
    assert ((awal.year - pertama.year) * 12 + awal.month - pertama.month) % n == 0
    assert awal_blok(awal, pertama, n) == awal


def test_a_month_that_was_written_off_is_not_asked_for_again(app: Flask) -> None:
    donor = make_donatur()
    row = make_iuran(donor.asuhan[0], DES, StatusIuran.DIHAPUSKAN)
    db.session.add(
        Riwayat(
            mesin="iuran", objek_id=row.id, langkah="C13", peristiwa="hapuskan", dari="gagal",
            ke="dihapuskan", peran="penyetuju", pada=row.dijadwalkan_pada, dokumen=[], permintaan_id="uji",
            urutan=1,
        )
    )  # fmt: skip
    jadwalkan()
    assert months(donor.asuhan[0]) == ["2026-11", "2026-12"]
    assert [one.status.value for one in rows(periode=DES)] == ["dihapuskan"]


def test_the_opd_is_the_one_of_the_cut_off(app: Flask) -> None:
    donor = make_donatur()
    lama, baru = donor.asn.opd_id, factories.opd("DINKES").id
    old = db.session.scalars(select(Penempatan).where(Penempatan.asn_id == donor.asn.id)).one()
    old.sampai = date(2026, 11, 15)
    db.session.flush()
    db.session.add(
        Penempatan(
            asn_id=donor.asn.id, opd_id=baru, unit_id=None, status_asn=old.status_asn,
            status_aktif=old.status_aktif, jabatan=old.jabatan, mulai=date(2026, 11, 16),
        )
    )  # fmt: skip
    donor.asn.opd_id = baru
    pindah(
        donor.asn, opd_lama=lama, opd_baru=baru, status_lama=old.status_asn, status_baru=old.status_asn,
        aktif_lama=old.status_aktif, aktif_baru=old.status_aktif,
    )  # fmt: skip
    jadwalkan()
    assert [one.opd_id for one in rows()] == [lama, baru]


def give_credit(asuhan: Any, jumlah: int) -> None:
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN, NOV, AkunBuku.KAS, AkunBuku.KREDIT_DONATUR, jumlah, asuhan_id=asuhan.id
            )
        ],
        by=SISTEM,
    )


@pytest.mark.kedua_basis
def test_credit_is_used_first_whole_then_in_part(app: Flask) -> None:
    donor = make_donatur()
    give_credit(donor.asuhan[0], 10_000)
    jadwalkan()
    whole, part = rows(asuhan_id=donor.asuhan[0].id)
    assert (whole.status, whole.kredit_dipakai, whole.dibayar_pada) == (
        StatusIuran.DARI_KREDIT, 8_400, date(2026, 11, 21),
    )  # fmt: skip
    assert whole.nomor_bukti is not None
    assert (part.status, part.kredit_dipakai, part.tagihan) == (StatusIuran.TERJADWAL, 1_600, 6_800)
    assert buku.saldo_kredit([donor.asuhan[0].id]) == {}
    assert buku.saldo(AkunBuku.TITIPAN_IURAN) == -10_000


def test_money_that_came_in_gets_its_months_even_without_a_letter(app: Flask) -> None:
    donor = make_donatur()
    donor.surat.status = StatusSurat.BERAKHIR
    made = jadwalkan_asuhan(donor.asuhan[0], [JAN, DES])
    assert [one.periode for one in made] == [DES, JAN]
    assert made[0].surat_kuasa_id is None
    assert [one.id for one in jadwalkan_asuhan(donor.asuhan[0], [DES])] == [made[0].id]


@pytest.mark.kedua_basis
def test_runs_at_the_same_moment_make_each_row_once(app: Flask) -> None:
    for _ in range(3):
        give_credit(make_donatur(pekerja=2).asuhan[0], 5_000)

    def work(_n: int) -> int:
        done = jadwalkan()
        db.session.commit()
        return done

    assert sorted(run_at_once(app, 4, work)) == [0, 0, 0, 12]
    assert len(rows()) == 12
    assert sum(one.kredit_dipakai for one in rows()) == 15_000


def test_the_dates_of_every_month_follow_one_another(app: Flask) -> None:
    """states.md §6, D-10 to D+10: three years of months, with all their holidays."""
    for n in range(36):
        one = jadwal_bulan(tambah_bulan(date(2025, 1, 1), n))
        days = [
            one.kandidat, one.kunci, one.setuju, one.kirim, one.debet, one.hasil, one.ulang, one.setor,
            one.jawab,
        ]  # fmt: skip
        assert days == sorted(set(days)), one.bulan
        assert one.bulan == one.debet.replace(day=1)
        assert one.kandidat < one.bulan <= one.debet
        # Every day of the year belongs to a month that may be scheduled, so that a missed day can be made up.
        assert one.bulan in bulan_terbuka(one.kandidat) and one.bulan in bulan_terbuka(one.debet)
