"""The line of one worker: successors without a gap and without an overlap (states.md A10-A13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentan.asuhan import actions, garis, putusan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.calon.actions import pegang
from rentan.calon.models import Calon
from rentan.calon.queries import list_calon
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.jadwal import jadwalkan, jadwalkan_asuhan
from rentan.iuran.status import GUGUR, SAMPAI_BPJS, AlasanTahan, StatusBpjs, StatusIuran
from rentan.iuran.tagihan import periksa_semua
from rentan.iuran.tahan import toggle_hold
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.kesiapan import siapkan_asuhan
from rentan.surat_kuasa.models import SuratPekerja
from rentan.util.tanggal import tambah_bulan
from tests.iuran.maker import make_donatur, make_iuran
from tests.siaga.maker import (
    BATAS_DESEMBER,
    BATAS_JANUARI,
    DESEMBER,
    JANUARI,
    NOVEMBER,
    make_aktif,
    make_dicari,
)
from tests.tolak import refusal

KINI = "2026-11-21T03:00:00Z"


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel(KINI, tick=False):
        yield


def take_over(orang: Any, lama: Asuhan) -> Asuhan:
    """Another ASN, who has a letter in force, takes the worker from the board; the worker is accepted."""
    calon = db.session.scalars(db.select(Calon).where(Calon.pekerja_id == lama.pekerja_id)).one()
    pegang(calon, asn=orang.asn, by=orang.pelaku)
    row = actions.usulkan(
        orang.asn, lama.pekerja, program="JKK+JKM", penghasilan=1_000_000, periode=1,
        bulan_pertama=JANUARI, by=orang.pelaku,
    )  # fmt: skip
    putusan.terima(row, by=SISTEM)
    return row


def test_the_words_for_an_unpaid_month_are_those_of_the_contribution() -> None:
    assert set(garis.TANPA_PEMBAYAR) == {one.value for one in (*GUGUR, StatusIuran.GAGAL)}
    assert set(garis.SAMPAI_BPJS) == {one.value for one in SAMPAI_BPJS}


def test_a_worker_whose_donor_stops_stands_on_the_board_first_and_with_a_date(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    assert lama.status is StatusAsuhan.MENCARI_PENGGANTI and lama.berhenti_pada == date(2026, 11, 21)
    papan = list_calon(None, seen_by=cast.lina.pelaku).baris
    assert [one.mendesak for one in papan] == [True] and papan[0].tenggat == BATAS_DESEMBER
    assert not hasattr(papan[0], "nama")  # the board tells no names


def test_without_the_donors_leave_the_worker_is_not_on_the_board(cast: Any) -> None:
    asuhan = make_aktif(cast.sari).asuhan[0]
    putusan.henti(asuhan, alasan="donatur_berhenti", by=SISTEM, cari_pengganti=False)
    assert list_calon(None, seen_by=cast.lina.pelaku).baris == []


def test_the_date_is_the_next_cut_off_that_still_helps(cast: Any) -> None:
    assert garis.batas_pengganti(DESEMBER, date(2026, 11, 21)) == BATAS_DESEMBER
    assert garis.batas_pengganti(DESEMBER, date(2026, 11, 25)) == BATAS_JANUARI
    assert garis.batas_pengganti(DESEMBER, date(2026, 12, 31)) is None


@pytest.mark.kedua_basis
def test_a_successor_begins_with_the_month_after_the_last_paid_one(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    row = take_over(cast.lina, lama)
    assert row.garis_asuh_id == lama.garis_asuh_id
    make_letter(cast.lina, row)
    assert siapkan_asuhan([lama.pekerja_id]) == 1
    assert row.status is StatusAsuhan.SIAP and row.bulan_pertama == DESEMBER  # not the month that was typed
    assert lama.status is StatusAsuhan.DIALIHKAN
    assert list_calon(None, seen_by=cast.eko.pelaku).baris == []


def make_letter(orang: Any, asuhan: Asuhan) -> None:
    """Lina's letter, in force, names the worker."""
    donatur = make_donatur(orang.asn, pekerja=0)
    db.session.add(_named(donatur.surat.id, asuhan.id))
    db.session.flush()


def _named(surat_id: Any, asuhan_id: Any) -> Any:
    return SuratPekerja(surat_kuasa_id=surat_id, asuhan_id=asuhan_id, urutan=1, harga_tertinggi=16_800)


def test_a_member_of_bpjs_is_taken_over_at_any_age(cast: Any) -> None:
    lama = make_dicari(cast.sari, lahir_pekerja=date(1955, 1, 1))
    assert take_over(cast.lina, lama).status is StatusAsuhan.MENUNGGU_MANDAT


def test_a_lapsed_worker_is_not_taken_over_without_a_new_registration(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    lama.pekerja.status = StatusPekerja.NONAKTIF
    db.session.flush()
    assert list_calon(None, seen_by=cast.lina.pelaku).baris == []
    with pytest.raises(RuleError):
        take_over(cast.lina, lama)


def test_a_worker_who_is_paid_for_is_not_taken_over(cast: Any) -> None:
    asuhan = make_aktif(cast.sari).asuhan[0]
    refused = refusal(lambda: actions.pegang(cast.lina.asn, asuhan.pekerja, by=cast.lina.pelaku))
    assert refused.kode == "sudah_diasuh"


def test_a_gap_or_an_overlap_is_refused(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    row = take_over(cast.lina, lama)
    for wrong in (NOVEMBER, JANUARI):
        row.bulan_pertama = wrong
        assert refusal(lambda: putusan.alihkan(lama, row)).kode == "penjaga_a11"
    row.bulan_pertama = DESEMBER
    putusan.alihkan(lama, row)


def test_a_failed_month_of_the_old_donor_has_no_payer(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    make_iuran(lama, DESEMBER, StatusIuran.GAGAL, kelas_gagal="hentikan")
    assert garis.bulan_lanjut([lama.pekerja_id])[lama.pekerja_id] == DESEMBER
    make_iuran(lama, JANUARI, StatusIuran.TANPA_KABAR)
    assert garis.bulan_lanjut([lama.pekerja_id])[lama.pekerja_id] == tambah_bulan(JANUARI, 1)


@pytest.mark.parametrize("status", [StatusIuran.DIKEMBALIKAN, StatusIuran.GAGAL])
def test_a_month_that_bpjs_has_is_paid_whatever_became_of_the_money(cast: Any, status: StatusIuran) -> None:
    """The successor is not charged for it: it would be remitted a second time."""
    lama = make_dicari(cast.sari)
    row = make_iuran(lama, DESEMBER, status, kelas_gagal="coba_lagi")
    baru = take_over(cast.lina, lama)
    make_letter(cast.lina, baru)
    for bpjs, mulai in ((StatusBpjs.DISETOR, JANUARI), (StatusBpjs.DITOLAK_BPJS, DESEMBER)):
        row.status_bpjs = bpjs
        db.session.flush()
        assert garis.bulan_lanjut([lama.pekerja_id])[lama.pekerja_id] == mulai
    row.status_bpjs = StatusBpjs.DISETOR
    assert siapkan_asuhan([lama.pekerja_id]) == 1
    baru.bulan_pertama = DESEMBER  # even so
    assert [one.periode for one in jadwalkan_asuhan(baru, [DESEMBER, JANUARI])] == [JANUARI]


def test_a_month_that_falls_away_after_the_hand_over_is_the_successors(cast: Any) -> None:
    """Held by the treasurer until a doubt was cleared, it counted as the old donor's; he has stopped, so once
    it is let go nobody pays it (A11: no gap)."""
    lama = make_dicari(cast.sari)
    ragu = make_iuran(lama, DESEMBER, StatusIuran.DITAHAN, alasan_tahan=AlasanTahan.DIMINTA)
    baru = take_over(cast.lina, lama)
    make_letter(cast.lina, baru)
    siapkan_asuhan([lama.pekerja_id])
    jadwalkan()
    assert (baru.bulan_pertama, ragu.status) == (JANUARI, StatusIuran.DITAHAN)
    toggle_hold(ragu, catatan="Ternyata bukan ia.", by=cast.hadi.pelaku)
    periksa_semua()
    assert ragu.status is StatusIuran.DIHAPUSKAN
    assert jadwalkan() == 1
    assert baru.bulan_pertama == DESEMBER


def test_months_that_fell_away_before_the_hand_over_are_nobodys(cast: Any) -> None:
    """Never paid for: the successor begins with the month of his own letter, not with the old donor's."""
    lama = make_donatur(cast.sari.asn).asuhan[0]
    make_iuran(lama, NOVEMBER)
    make_iuran(lama, DESEMBER)
    lama.status = StatusAsuhan.AKTIF
    putusan.henti(lama, alasan="donatur_berhenti", by=SISTEM)
    baru = take_over(cast.lina, lama)
    make_letter(cast.lina, baru)
    siapkan_asuhan([lama.pekerja_id])
    jadwalkan()
    assert baru.bulan_pertama == JANUARI


# -- back, or without a successor ---------------------------------------------------------------------------


def test_the_donor_comes_back_before_the_third_month(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    refused = refusal(lambda: putusan.kembali(lama, mandat_berlaku=False, by=cast.sari.pelaku))
    assert refused.kode == "penjaga_a12"
    with pytest.raises(Forbidden):
        putusan.kembali(lama, mandat_berlaku=True, by=cast.wati.pelaku)
    putusan.kembali(lama, mandat_berlaku=True, by=cast.sari.pelaku)
    assert (lama.status, lama.berhenti_pada) == (StatusAsuhan.AKTIF, None)


def test_after_the_third_month_or_with_another_donor_there_is_no_way_back(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    with time_machine.travel("2027-03-01T03:00:00Z", tick=False):
        assert (
            refusal(lambda: putusan.kembali(lama, mandat_berlaku=True, by=cast.sari.pelaku)).kode
            == "penjaga_a12"
        )
    take_over(cast.lina, lama)
    assert (
        "donatur lain"
        in refusal(lambda: putusan.kembali(lama, mandat_berlaku=True, by=cast.sari.pelaku)).pesan
    )


def test_ending_without_a_successor_takes_two_empty_months_and_the_liaison(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    assert (
        refusal(
            lambda: putusan.akhiri_tanpa_pengganti(lama, catatan="Surat diantar.", by=cast.bayu.pelaku)
        ).kode
        == "penjaga_a13"
    )
    with time_machine.travel("2027-02-01T03:00:00Z", tick=False):
        assert (
            refusal(lambda: putusan.akhiri_tanpa_pengganti(lama, catatan=" ", by=cast.bayu.pelaku)).kode
            == "tanpa_catatan"
        )
        with pytest.raises(Forbidden):
            putusan.akhiri_tanpa_pengganti(lama, catatan="Surat diantar.", by=cast.wati.pelaku)
        putusan.akhiri_tanpa_pengganti(lama, catatan="Surat diantar kader 1 Februari.", by=cast.bayu.pelaku)
    assert (lama.status, lama.alasan_akhir) == (StatusAsuhan.BERAKHIR, "tanpa_pengganti")


# -- no gap, no overlap, whatever happens -------------------------------------------------------------------

LANGKAH = st.lists(st.sampled_from(("bayar", "gagal", "ganti", "lewat")), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(langkah=LANGKAH)
def test_no_gap_and_no_overlap_along_the_line(app: Any, langkah: list[str]) -> None:
    """Months are paid, fail, pass unpaid, donors change: each paid month has one payer, and each donor of the
    line begins right after the last paid month of the one before."""
    with app.app_context(), time_machine.travel(KINI, tick=False):
        try:
            _walk(langkah)
        finally:
            db.session.rollback()


def _walk(langkah: list[str]) -> None:
    kini = make_aktif(lunas=NOVEMBER).asuhan[0]
    baris, bulan = [kini], DESEMBER
    for one in langkah:
        if one == "ganti":
            putusan.henti(kini, alasan="donatur_berhenti", by=SISTEM)
            terakhir = garis.bulan_terakhir([kini.pekerja_id])[kini.pekerja_id]
            donatur = make_donatur(pekerja=0)
            kini = actions.talangi(kini, donatur.asn, sampai=tambah_bulan(terakhir, 2), by=as_donor(donatur))
            baris.append(kini)
            assert kini.bulan_pertama == tambah_bulan(terakhir, 1)
            bulan = kini.bulan_pertama
        elif one == "bayar":
            make_iuran(kini, bulan, StatusIuran.BERHASIL, dibayar_pada=bulan)
            bulan = tambah_bulan(bulan, 1)
        elif one == "gagal":
            row = make_iuran(kini, bulan, StatusIuran.GAGAL, kelas_gagal="hentikan")
            row.status = StatusIuran.DIHAPUSKAN
            db.session.flush()
    assert [one.status in TERBUKA for one in baris] == [False] * (len(baris) - 1) + [True]
    assert len({one.garis_asuh_id for one in baris}) == 1
    assert all(one.status is StatusAsuhan.DIALIHKAN for one in baris[:-1])


def as_donor(donatur: Any) -> Any:
    """The donor, acting."""
    return Pelaku(akun_id=None, peran=frozenset({Peran.ASN}), asn_id=donatur.asn.id)
