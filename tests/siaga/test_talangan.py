"""Standing in: asked in order, accepted with one click, at most two months, then the search goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.asuhan.putusan import henti
from rentan.asuhan.queries import find_terbuka
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.ext import db
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.status import KelasGagal, StatusIuran
from rentan.pencabutan.actions import stop_surat
from rentan.siaga import actions, queries
from rentan.siaga.models import Talangan
from rentan.siaga.status import StatusTalangan
from tests.iuran.maker import make_donatur, make_iuran
from tests.iuran.test_tagihan import masuk
from tests.siaga.maker import DESEMBER, JANUARI, make_aktif, make_dicari
from tests.threads import run_at_once
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def siaga(orang: Any, **more: Any) -> Any:
    """This ASN has a letter in force and stands by."""
    donatur = make_donatur(orang.asn, **({"pekerja": 0} | more))
    actions.stand_by(orang.asn, by=orang.pelaku)
    return donatur


def offer_of(orang: Any) -> Talangan:
    return queries.list_talangan(orang.asn.id, seen_by=orang.pelaku)[0]


def test_standing_by_needs_a_letter_in_force(cast: Any) -> None:
    assert refusal(lambda: actions.stand_by(cast.lina.asn, by=cast.lina.pelaku)).kode == "tanpa_surat"
    siaga(cast.lina)
    assert queries.find_siaga(cast.lina.asn.id) and queries.count_siaga() == 1
    actions.stand_down(cast.lina.asn, by=cast.lina.pelaku)
    assert queries.find_siaga(cast.lina.asn.id) is None


def test_the_own_opd_is_asked_first_then_the_kecamatan_then_the_city(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    for orang in (cast.eko, cast.wati, cast.lina):
        siaga(orang)
    cast.wati.asn.kelurahan_kode = lama.pekerja.kelurahan_kode
    db.session.flush()
    names = [one.id for one in queries.list_penalang(lama)]
    assert names == [cast.lina.asn.id, cast.wati.asn.id, cast.eko.asn.id]
    assert cast.sari.asn.id not in names


@pytest.mark.kedua_basis
def test_one_offer_at_a_time_and_the_next_one_after_silence(cast: Any) -> None:
    make_dicari(cast.sari)
    siaga(cast.lina), siaga(cast.eko)
    assert actions.ask_all() == 1 and actions.ask_all() == 0
    first = offer_of(cast.lina)
    assert (first.bulan_mulai, first.bulan_sampai) == (DESEMBER, JANUARI)
    with time_machine.travel("2026-11-25T03:00:00Z", tick=False):
        assert actions.ask_all() == 2  # the silent one over, the next one asked
        assert offer_of(cast.eko).status is StatusTalangan.DITAWARKAN
    assert first.status is StatusTalangan.KEDALUWARSA


@pytest.mark.kedua_basis
def test_accepting_continues_the_line_for_two_months_under_the_own_ceiling(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina)
    actions.ask_next(lama, by=cast.bayu.pelaku)
    row = offer_of(cast.lina)
    with pytest.raises(NotFound):
        queries.get_talangan_sendiri(row.id, seen_by=cast.wati.pelaku)
    with pytest.raises(Forbidden):
        actions.answer_offer(row, terima=False, by=cast.wati.pelaku)
    pengganti = actions.answer_offer(row, terima=True, by=cast.lina.pelaku)
    assert pengganti and pengganti.status is StatusAsuhan.SIAP and pengganti.sementara
    assert (pengganti.bulan_pertama, pengganti.sampai) == (DESEMBER, JANUARI)
    assert pengganti.garis_asuh_id == lama.garis_asuh_id and lama.status is StatusAsuhan.DIALIHKAN
    assert row.status is StatusTalangan.DITERIMA and row.pengganti_id == pengganti.id
    # Nobody is asked for more than one worker at a time.
    make_dicari(cast.eko)
    assert actions.ask_all() == 0


def test_a_ceiling_without_room_is_not_asked_and_not_accepted(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    donatur = siaga(cast.lina, plafon=8_400)
    actions.ask_next(lama, by=SISTEM)  # December 8,400 fits; January 16,800 does not
    assert queries.list_talangan(cast.lina.asn.id, seen_by=cast.lina.pelaku) == []
    donatur.surat.plafon = 20_000
    db.session.flush()
    actions.ask_next(lama, by=SISTEM)
    donatur.surat.plafon = 8_400
    db.session.flush()
    refused = refusal(lambda: actions.answer_offer(offer_of(cast.lina), terima=True, by=cast.lina.pelaku))
    assert refused.kode == "penjaga_t2" and "Januari 2027" in refused.pesan


def test_who_leaves_the_service_before_the_last_month_is_not_asked(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina)
    cast.lina.asn.akhir_kontrak = date(2027, 1, 3)  # the last of the two debits is on the 4th
    db.session.flush()
    assert "berakhir" in (queries.penghalang(cast.lina.asn, lama) or "")
    assert actions.ask_all() == 0
    cast.lina.asn.akhir_kontrak = date(2027, 1, 4)
    assert actions.ask_all() == 1


def test_more_workers_than_stand_ins_each_of_them_is_asked_once_and_nobody_in_vain(cast: Any) -> None:
    for _ in range(4):
        make_dicari()
    siaga(cast.lina, pekerja=1), siaga(cast.eko), siaga(cast.wati, plafon=8_400)
    assert [one.status for one in queries.list_untuk_ditanya()] == [StatusAsuhan.MENCARI_PENGGANTI] * 4
    assert actions.ask_all() == 2 and actions.ask_all() == 0
    asked = {one.asn_id for one in db.session.scalars(db.select(Talangan))}
    assert asked == {cast.lina.asn.id, cast.eko.asn.id} and queries.count_bebas() == 1


def test_the_search_goes_on_when_the_last_month_is_debited(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina)
    actions.ask_all()
    pengganti = actions.answer_offer(offer_of(cast.lina), terima=True, by=cast.lina.pelaku)
    assert pengganti and actions.end_loans() == 0
    row = make_iuran(pengganti, JANUARI)
    masuk(row, cast.hadi.pelaku)
    with time_machine.travel("2027-01-03T03:00:00Z", tick=False):
        assert actions.end_loans() == 0  # the debit day is the 4th
    with time_machine.travel("2027-01-04T03:00:00Z", tick=False):
        assert actions.end_loans() == 1 and actions.end_loans() == 0
        assert pengganti.status is StatusAsuhan.MENCARI_PENGGANTI
        assert pengganti.alasan_akhir == "talangan_selesai"
        assert actions.ask_all() == 0  # nobody pays the same line twice on loan
        assert row.status is StatusIuran.DALAM_BATCH  # agreed to, and still in the batch that has not left
    assert lama.status is StatusAsuhan.DIALIHKAN


def test_a_month_before_it_that_failed_moves_the_loan_and_does_not_lengthen_it(cast: Any) -> None:
    with time_machine.travel("2026-11-28T03:00:00Z", tick=False):
        lama = make_aktif(cast.sari).asuhan[0]
        row = make_iuran(lama, DESEMBER, StatusIuran.DIKIRIM)
        henti(lama, alasan="donatur_berhenti", by=SISTEM)
        siaga(cast.lina)
        actions.ask_all()
        pengganti = actions.answer_offer(offer_of(cast.lina), terima=True, by=cast.lina.pelaku)
        assert pengganti and (pengganti.bulan_pertama, pengganti.sampai) == (JANUARI, date(2027, 2, 1))
    row.status, row.kelas_gagal = StatusIuran.GAGAL, KelasGagal.COBA_LAGI
    with time_machine.travel("2027-01-05T03:00:00Z", tick=False):  # too late: January's debit is over
        jadwalkan()
        assert (pengganti.bulan_pertama, pengganti.sampai) == (JANUARI, date(2027, 2, 1))
    with time_machine.travel("2026-12-18T03:00:00Z", tick=False):
        assert queries.list_dimajukan([offer_of(cast.lina)]) == {}
        jadwalkan()
        assert (pengganti.bulan_pertama, pengganti.sampai) == (DESEMBER, JANUARI)
        assert queries.list_dimajukan([offer_of(cast.lina)]) == {offer_of(cast.lina).id: (DESEMBER, JANUARI)}


def test_declining_asks_the_next_one_and_standing_down_declines(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina), siaga(cast.eko)
    actions.ask_all()
    actions.stand_down(cast.lina.asn, by=cast.lina.pelaku)
    assert offer_of(cast.lina).status is StatusTalangan.DITOLAK
    assert actions.ask_all() == 1 and offer_of(cast.eko).asuhan_id == lama.id


def test_an_offer_is_withdrawn_when_a_donor_has_come(cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina)
    actions.ask_all()
    lama.status = StatusAsuhan.BERAKHIR
    db.session.flush()
    assert actions.ask_all() == 1 and offer_of(cast.lina).status is StatusTalangan.DIBATALKAN
    assert refusal(lambda: actions.answer_offer(offer_of(cast.lina), terima=True, by=cast.lina.pelaku))


def test_who_stops_altogether_stops_the_loan_too(cast: Any) -> None:
    make_dicari(cast.sari)
    donatur = siaga(cast.lina)
    actions.ask_all()
    pengganti = actions.answer_offer(offer_of(cast.lina), terima=True, by=cast.lina.pelaku)
    stop_surat(donatur.surat, by=cast.lina.pelaku)
    assert pengganti and pengganti.status is StatusAsuhan.MENCARI_PENGGANTI


@pytest.mark.kedua_basis
def test_two_clicks_at_once_make_one_stand_in(app: Any, cast: Any) -> None:
    lama = make_dicari(cast.sari)
    siaga(cast.lina)
    actions.ask_all()
    row = offer_of(cast.lina)
    talangan_id, by, pekerja_id = row.id, cast.lina.pelaku, lama.pekerja_id
    db.session.commit()

    def accept(_n: int) -> str:
        actions.answer_offer(db.session.get_one(Talangan, talangan_id), terima=True, by=by)
        db.session.commit()
        return "jadi"

    answers = run_at_once(app, 2, accept)
    assert answers.count("jadi") == 1
    assert [one for one in answers if one != "jadi" and not isinstance(one, RuleError)] == []
    taken = find_terbuka(pekerja_id)
    assert taken is not None and taken.sementara and taken.bulan_pertama == date(2026, 12, 1)
