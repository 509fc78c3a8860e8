"""Ends of service: M21 by the system, reminders, the forecast; moves between OPD."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.masa import hari_terakhir, masa_habis
from rentan.asn.status import StatusAktif
from rentan.asuhan.status import StatusAsuhan
from rentan.beranda.asn import bagian_asn
from rentan.calon.queries import list_calon
from rentan.core.errors import NotFound
from rentan.ext import db
from rentan.iuran.status import StatusIuran
from rentan.pencabutan.actions import stop_surat
from rentan.siaga import masa
from rentan.siaga.models import PengingatMasa
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratPekerja
from rentan.surat_kuasa.queries import list_tawaran
from rentan.surat_kuasa.status import StatusSurat
from tests.iuran.maker import make_donatur, make_iuran
from tests.siaga.maker import NOVEMBER, make_aktif
from tests.surat_kuasa.kertas import make_cetak

AKHIR_TAHUN = date(2026, 12, 31)


pytestmark = pytest.mark.usefixtures("hari_uji")


def contract(orang: Any, **more: Any) -> Any:
    """A donor whose contract ends with the year."""
    donatur = make_aktif(orang, **more)
    orang.asn.akhir_kontrak = AKHIR_TAHUN
    db.session.flush()
    return donatur


def test_the_last_day_is_the_contracts_or_the_day_before_the_pension(cast: Any) -> None:
    asn = cast.sari.asn
    assert hari_terakhir(asn) is None and not masa_habis(asn, AKHIR_TAHUN)
    asn.akhir_kontrak, asn.tmt_pensiun = AKHIR_TAHUN, date(2026, 12, 1)
    assert hari_terakhir(asn) == date(2026, 11, 30)
    assert not masa_habis(asn, date(2026, 11, 30)) and masa_habis(asn, date(2026, 12, 1))


def test_the_first_month_without_pay_is_told_by_its_debit_day(cast: Any) -> None:
    assert masa.bulan_tanpa_gaji(AKHIR_TAHUN) == date(2027, 1, 1)
    assert masa.bulan_tanpa_gaji(date(2027, 1, 3)) == date(2027, 1, 1)  # debited on the 4th
    assert masa.bulan_tanpa_gaji(date(2027, 1, 4)) == date(2027, 2, 1)


@pytest.mark.kedua_basis
def test_after_the_last_day_the_letter_ends_and_the_workers_are_searched_for(cast: Any) -> None:
    habis, lanjut = contract(cast.sari, pekerja=2), make_aktif(cast.eko)
    assert masa.akhiri_masa() == 0
    with time_machine.travel("2026-12-31T20:00:00Z", tick=False):  # 1 January in WIB
        assert masa.akhiri_masa() == 1 and masa.akhiri_masa() == 0
        papan = list_calon(None, seen_by=cast.lina.pelaku).baris
        sari = bagian_asn(cast.sari.pelaku).kalimat
    assert sari.startswith("Surat kuasa Anda berakhir pada 1 Januari 2027 karena masa kerja Anda berakhir")
    assert habis.surat.status is StatusSurat.BERAKHIR and lanjut.surat.status is StatusSurat.AKTIF
    assert {one.status for one in habis.asuhan} == {StatusAsuhan.MENCARI_PENGGANTI}
    assert {one.alasan_akhir for one in habis.asuhan} == {"masa_habis"} and len(papan) == 2


def test_a_late_job_gives_the_same_last_day(cast: Any) -> None:
    donatur = contract(cast.sari)
    with time_machine.travel("2027-01-05T03:00:00Z", tick=False):
        assert masa.akhiri_masa() == 1
    assert donatur.surat.berlaku_sampai == AKHIR_TAHUN


def test_many_ends_on_one_day_take_as_many_statements_as_two(cast: Any) -> None:
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, statement, *_: said.append(statement))

    def ends(banyak: int) -> int:
        for _ in range(banyak):
            make_aktif(pekerja=2).asn.akhir_kontrak = AKHIR_TAHUN
        with time_machine.travel("2026-12-31T20:00:00Z", tick=False):
            hitung_ulang(NOVEMBER)
            said.clear()
            assert masa.akhiri_masa() == banyak
            assert periksa_hitungan() == [] and (jumlah := len(said)) < 90
        return jumlah

    assert ends(2) == ends(6)


@pytest.mark.parametrize("status", [StatusAktif.PENSIUN, StatusAktif.MENINGGAL, StatusAktif.KELUAR])
def test_the_roster_ends_a_letter_unpaid_leave_does_not(cast: Any, status: StatusAktif) -> None:
    satu, cuti = make_aktif(cast.sari), make_aktif(cast.eko)
    cast.sari.asn.status_aktif, cast.eko.asn.status_aktif = status, StatusAktif.CUTI
    db.session.flush()
    assert masa.akhiri_masa() == 1
    assert (satu.surat.status, cuti.surat.status) == (StatusSurat.BERAKHIR, StatusSurat.AKTIF)
    assert masa.list_cuti(seen_by=cast.hadi.pelaku) == [cuti.surat]
    with pytest.raises(NotFound):
        masa.list_cuti(seen_by=cast.wati.pelaku)


def test_an_unfinished_letter_of_who_left_goes_no_further_and_frees_its_workers(cast: Any) -> None:
    lama, lanjut = make_cetak(cast.sari), make_cetak(cast.eko)
    cast.sari.asn.akhir_kontrak = date(2026, 11, 20)
    db.session.flush()
    assert masa.akhiri_masa() == 1 and masa.akhiri_masa() == 0
    (asuhan,) = [one.asuhan for one in lama.daftar]
    assert (asuhan.status, asuhan.alasan_akhir) == (StatusAsuhan.BERAKHIR, "masa_habis")
    assert [one.asuhan.status for one in lanjut.daftar] == [StatusAsuhan.DIUSULKAN]
    kirim = list_tawaran(lama, cast.sari.pelaku)["unggah"].alasan
    assert kirim and kirim.startswith("Menurut daftar pegawai, masa kerja ASN ini berakhir 20 November 2026.")
    assert "berakhir 20 November 2026" in bagian_asn(cast.sari.pelaku).kalimat
    surat_actions.batal(lama, alasan="masa_kerja", by=cast.rini.pelaku)
    assert lama.status is StatusSurat.DIBATALKAN
    # A contract that was prolonged: the letter goes on.
    assert not (list_tawaran(lanjut, cast.eko.pelaku)["unggah"].alasan or "").startswith("Menurut")


def test_who_is_paid_in_advance_and_named_in_no_letter_is_searched_for_too(cast: Any) -> None:
    """The end of service, a withdrawal, and a death of a donor who never had a letter in force."""
    tua, henti, tanpa = make_aktif(cast.sari, pekerja=2), make_aktif(cast.eko, pekerja=2), make_aktif()
    lunas = [one.asuhan[-1] for one in (tua, henti, tanpa)]
    for asuhan in lunas:
        db.session.execute(db.delete(SuratPekerja).where(SuratPekerja.asuhan_id == asuhan.id))
    tanpa.surat.status, tanpa.asn.status_aktif = StatusSurat.DIBATALKAN, StatusAktif.MENINGGAL
    tua.asn.akhir_kontrak = date(2026, 11, 20)
    db.session.flush()
    db.session.expire_all()
    stop_surat(henti.surat, by=cast.eko.pelaku)
    assert masa.akhiri_masa() == 2 and masa.akhiri_masa() == 0
    assert [one.status for one in lunas] == [StatusAsuhan.MENCARI_PENGGANTI] * 3
    assert [one.alasan_akhir for one in lunas] == ["masa_habis", "donatur_berhenti", "masa_habis"]


def test_twelve_months_without_a_debit_end_a_letter(cast: Any) -> None:
    lama = make_donatur(cast.sari.asn, mulai=date(2025, 10, 1))
    bayar = make_donatur(cast.eko.asn, mulai=date(2025, 10, 1))
    make_iuran(bayar.asuhan[0], date(2025, 11, 1), StatusIuran.BERHASIL, dibayar_pada=date(2025, 11, 3))
    assert masa.akhiri_masa() == 1
    assert (lama.surat.status, bayar.surat.status) == (StatusSurat.BERAKHIR, StatusSurat.AKTIF)
    with time_machine.travel("2026-12-02T03:00:00Z", tick=False):
        assert masa.akhiri_masa() == 1


def test_the_donor_is_told_90_and_30_days_before_each_once(cast: Any) -> None:
    donatur = contract(cast.sari)
    assert masa.ingatkan_masa() == 1 and masa.ingatkan_masa() == 0
    assert masa.pengingat_donatur(donatur.surat, date(2026, 11, 21)) == AKHIR_TAHUN
    with time_machine.travel("2026-12-01T03:00:00Z", tick=False):
        assert masa.ingatkan_masa() == 1 and masa.ingatkan_masa() == 0
    told = db.select(PengingatMasa.hari).order_by(PengingatMasa.hari)
    assert db.session.scalars(told).all() == [30, 90]
    cast.sari.asn.akhir_kontrak = AKHIR_TAHUN + timedelta(days=365)
    db.session.flush()
    with time_machine.travel("2026-12-02T03:00:00Z", tick=False):
        assert masa.ingatkan_masa() == 0


def test_the_forecast_is_the_city_for_the_liaison_and_the_own_opd_for_an_operator(cast: Any) -> None:
    contract(cast.sari, pekerja=2)
    contract(cast.eko)
    cast.lina.asn.akhir_kontrak = AKHIR_TAHUN  # no donor
    db.session.flush()
    (hari,) = masa.count_ramalan(seen_by=cast.bayu.pelaku)
    assert (hari.berakhir, hari.asn, hari.donatur, hari.pekerja) == (AKHIR_TAHUN, 3, 2, 3)
    baris, sesudah = masa.list_ramalan(seen_by=cast.budi.pelaku)
    assert [(one.nama, one.pekerja) for one in baris] == [(cast.sari.asn.nama, 2)] and sesudah is None
    assert (baris[0].bulan, baris[0].batas) == (date(2027, 1, 1), date(2026, 12, 23))
    page, rest = masa.list_ramalan(seen_by=cast.bayu.pelaku, banyak=1)
    more, end = masa.list_ramalan(seen_by=cast.bayu.pelaku, sesudah=rest, banyak=1)
    assert {page[0].asn_id, more[0].asn_id} == {cast.sari.asn.id, cast.eko.asn.id} and end is None
    assert [one.nama for one in masa.list_ramalan(seen_by=cast.wati.pelaku)[0]] == [cast.eko.asn.nama]
    with pytest.raises(NotFound):
        masa.list_ramalan(seen_by=cast.sari.pelaku)
