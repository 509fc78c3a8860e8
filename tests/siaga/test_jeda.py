"""Pauses: one or two months, what they postpone, and who ends them (M16, M17, A9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from rentan.asuhan import putusan
from rentan.asuhan.status import StatusAsuhan
from rentan.autodebet.debet_isi import surat_berlaku
from rentan.core.errors import Forbidden, RuleError
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.iuran.status import AlasanTahan, StatusIuran
from rentan.iuran.tagihan import periksa_semua
from rentan.surat_kuasa.jeda import (
    BELUM_DIMINTA,
    akhiri_jeda,
    bulan_jeda,
    pause_surat,
    resume_pekerja,
    resume_surat,
)
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from tests.iuran.maker import make_iuran
from tests.siaga.maker import DESEMBER, JANUARI, make_aktif
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def test_a_pause_begins_with_the_next_list_that_is_open(cast: Any) -> None:
    assert bulan_jeda(2) == (DESEMBER, JANUARI)
    assert bulan_jeda(1, date(2026, 11, 25)) == (JANUARI, JANUARI)  # December's list is closed


def test_a_month_that_the_bank_was_asked_for_is_not_promised_away(cast: Any) -> None:
    donatur = make_aktif(cast.sari)
    row = make_iuran(donatur.asuhan[0], DESEMBER)
    assert bulan_jeda(1, asn_id=donatur.asn.id) == (DESEMBER, DESEMBER)
    row.status = StatusIuran.DIKIRIM
    db.session.flush()
    assert bulan_jeda(1, asn_id=donatur.asn.id) == (JANUARI, JANUARI)
    # One worker of three is prepaid in cash, one by a block: the account can be blocked all the same.
    donatur = make_aktif(cast.eko, pekerja=3)
    make_iuran(donatur.asuhan[0], DESEMBER, StatusIuran.DIBAYAR_LAIN, dibayar_pada=date(2026, 11, 20))
    make_iuran(donatur.asuhan[1], date(2027, 3, 1), StatusIuran.BERHASIL, dibayar_pada=date(2026, 11, 2))
    assert bulan_jeda(1, asn_id=donatur.asn.id) == (DESEMBER, DESEMBER)
    assert set(BELUM_DIMINTA) < {one.value for one in StatusIuran}


@pytest.mark.kedua_basis
def test_the_donor_pauses_everything_and_goes_on(cast: Any) -> None:
    donatur = make_aktif(cast.sari, pekerja=2)
    surat = donatur.surat
    pause_surat(surat, 2, by=cast.sari.pelaku, versi=surat.versi)
    assert surat.status is StatusSurat.DITANGGUHKAN
    assert (surat.jeda_sejak, surat.jeda_sampai) == (DESEMBER, JANUARI)
    assert {one.status for one in donatur.asuhan} == {StatusAsuhan.DIJEDA}
    for stranger in (cast.wati, cast.budi, cast.hadi):
        with pytest.raises((Forbidden, RuleError)):
            resume_surat(surat, by=stranger.pelaku)
    resume_surat(surat, by=cast.sari.pelaku)
    assert surat.status is StatusSurat.AKTIF and surat.jeda_sampai is None
    assert {one.status for one in donatur.asuhan} == {StatusAsuhan.AKTIF}
    assert [one.langkah for one in list_riwayat(MACHINE, surat)][-2:] == ["M16", "M17"]


def test_three_months_without_a_payer_are_refused(cast: Any) -> None:
    donatur = make_aktif(cast.sari, lunas=date(2026, 10, 1))  # November has failed
    assert refusal(lambda: pause_surat(donatur.surat, 2, by=cast.sari.pelaku)).kode == "penjaga_m16"
    assert (
        refusal(
            lambda: putusan.jeda(donatur.asuhan[0], sejak=DESEMBER, sampai=JANUARI, by=cast.sari.pelaku)
        ).kode
        == "penjaga_a9"
    )
    pause_surat(donatur.surat, 1, by=cast.sari.pelaku)


def test_one_worker_pauses_alone_and_goes_on_with_the_month_after(cast: Any) -> None:
    donatur = make_aktif(cast.sari, pekerja=2)
    satu, lain = donatur.asuhan
    with pytest.raises(Forbidden):
        putusan.jeda(satu, sejak=DESEMBER, sampai=DESEMBER, by=cast.wati.pelaku)
    putusan.jeda(satu, sejak=DESEMBER, sampai=DESEMBER, by=cast.sari.pelaku)
    assert (satu.status, lain.status) == (StatusAsuhan.DIJEDA, StatusAsuhan.AKTIF)
    assert akhiri_jeda() == 0
    with time_machine.travel("2026-12-16T03:00:00Z", tick=False):
        assert akhiri_jeda() == 1 and akhiri_jeda() == 0
    assert satu.status is StatusAsuhan.AKTIF and satu.jeda_sejak is None


def test_an_agreed_end_comes_by_itself_a_blocked_account_waits(cast: Any) -> None:
    sendiri, blokir = make_aktif(cast.sari), make_aktif(cast.eko)
    pause_surat(sendiri.surat, 1, by=cast.sari.pelaku)
    assert refusal(lambda: pause_surat(blokir.surat, 1, by=cast.hadi.pelaku)).kode == "alasan"
    pause_surat(blokir.surat, 1, alasan="rekening_diblokir", by=cast.hadi.pelaku)
    assert refusal(lambda: resume_surat(blokir.surat, by=cast.eko.pelaku)).kode == "penjaga_m17"
    row = make_iuran(blokir.asuhan[0], DESEMBER)
    with time_machine.travel("2026-12-18T03:00:00Z", tick=False):  # the expected end is over
        periksa_semua()
        assert not db.session.scalar(select(SuratKuasa.id).where(surat_berlaku(date(2027, 1, 4))))
    assert (row.status, row.alasan_tahan) == (StatusIuran.DITAHAN, AlasanTahan.JEDA)
    assert refusal(lambda: resume_pekerja(blokir.asuhan[0], by=cast.eko.pelaku)).kode == "surat_dijeda"
    with time_machine.travel("2027-02-10T03:00:00Z", tick=False):  # the job missed its day
        assert akhiri_jeda() == 1
    assert sendiri.surat.status is StatusSurat.AKTIF
    assert blokir.surat.status is StatusSurat.DITANGGUHKAN
    resume_surat(blokir.surat, by=cast.hadi.pelaku)
    assert blokir.asuhan[0].status is StatusAsuhan.AKTIF


def test_a_worker_paused_alone_stays_paused_when_the_letter_goes_on(cast: Any) -> None:
    donatur = make_aktif(cast.sari, pekerja=2)
    satu, lain = donatur.asuhan
    putusan.jeda(satu, sejak=DESEMBER, sampai=JANUARI, by=cast.sari.pelaku)
    pause_surat(donatur.surat, 1, by=cast.sari.pelaku)
    resume_surat(donatur.surat, by=cast.sari.pelaku)
    assert (satu.status, lain.status) == (StatusAsuhan.DIJEDA, StatusAsuhan.AKTIF)
