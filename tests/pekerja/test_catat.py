"""W1-W3: recording a worker once, warnings with their reason, doubtful duplicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db, runtime
from rentan.pekerja import actions
from rentan.pekerja.models import DugaDuplikat, Pekerja, PeringatanDiterima
from rentan.pekerja.status import AsalPekerja, StatusPekerja
from tests import factories
from tests.asuhan.test_usulkan import data
from tests.pekerja.test_periksa import cover


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def enter(cast, facts, by=None, **more):
    options = {"asal": AsalPekerja.ASN, "diberi_tahu_pada": today(), "alasan_peringatan": None} | more
    return actions.catat_pekerja(facts, by=(by or cast.sari).pelaku, **options)


def steps(row) -> list[str]:
    query = db.select(Riwayat.langkah).where(Riwayat.objek_id == row.id).order_by(Riwayat.urutan)
    return list(db.session.scalars(query))


def test_a_worker_is_recorded_sealed_and_eligible(cast):
    digits = factories.nik()
    row = enter(cast, data(digits, hp="+6281234567890"))
    db.session.commit()
    assert row.status is StatusPekerja.LAYAK and steps(row) == ["W1", "W2"]
    assert digits.encode() not in row.nik_enc and reveal(row, "nik") == digits
    assert reveal(row, "hp") == "+6281234567890"
    assert row.diberi_tahu_pada == today() and row.naskah_pemberitahuan
    assert not db.session.scalar(db.select(Jejak.seq).where(Jejak.rincian.contains(digits)))


def test_the_same_number_again_is_the_same_worker(cast):
    facts = data(factories.nik())
    row = enter(cast, facts)
    again = enter(cast, replace(facts, nama="Slamet  Rekaan, S.Pd.", alamat="Jalan Lain 9"), by=cast.eko)
    assert again is row and row.alamat == "Jalan Contoh 1"


@pytest.mark.parametrize("changes", [{"nama": "Bambang Sutrisno"}, {"tanggal_lahir": date(1980, 5, 18)}])
def test_a_known_number_with_other_data_tells_no_name(cast, changes):
    facts = data(factories.nik())
    enter(cast, facts)
    db.session.commit()
    refused = pytest.raises(
        RuleError,
        enter,
        cast,
        replace(facts, **changes),
        by=cast.eko,
        alasan_peringatan="KTP sudah dicocokkan",
    )
    assert refused.value.kode == "nik_data_beda" and "Slamet" not in refused.value.pesan


def test_a_warning_needs_a_reason_and_keeps_it(cast):
    facts = data(factories.nik(wilayah="317101"))
    assert pytest.raises(RuleError, enter, cast, facts).value.kode == "perlu_alasan"
    assert pytest.raises(RuleError, enter, cast, facts, alasan_peringatan="   ").value.kode == "perlu_alasan"
    row = enter(cast, facts, alasan_peringatan="Lahir di Jakarta, KTP sudah dilihat")
    kept = db.session.scalars(db.select(PeringatanDiterima)).one()
    assert (kept.pekerja_id, kept.kode) == (row.id, "nik_luar_daerah") and "Jakarta" in kept.alasan


def test_the_notice_cannot_be_of_tomorrow(cast):
    tomorrow = today() + timedelta(days=1)
    refused = pytest.raises(RuleError, enter, cast, data(factories.nik()), diberi_tahu_pada=tomorrow)
    assert refused.value.field == "diberi_tahu_pada"


def test_an_unknown_ward_is_refused(cast):
    refused = pytest.raises(RuleError, enter, cast, data(factories.nik(), kelurahan_kode="99.99.99.9999"))
    assert refused.value.field == "kelurahan"


@pytest.mark.parametrize("nama", ["Slamet Rekaan", "SLAMET REKA'AN", "Slamat Rekaan"])
def test_a_similar_name_with_the_same_birth_date_is_looked_at(cast, nama):
    first = enter(cast, data(factories.nik()))
    second = enter(cast, data(factories.nik(), nama=nama), by=cast.eko)
    assert first.status is second.status is StatusPekerja.DUGA_DUPLIKAT
    pair = db.session.scalars(db.select(DugaDuplikat)).one()
    assert (pair.pekerja_id, pair.mirip_id) == (second.id, first.id)
    assert steps(second) == ["W1", "W2", "W3"]
    assert actions.flag_duplicates(second) == 0  # asked once


def test_other_people_are_not_looked_at(cast):
    enter(cast, data(factories.nik()))
    enter(cast, data(factories.nik(), nama="Bambang Sutrisno"))
    other_day = date(1980, 5, 19)
    enter(cast, data(factories.nik(other_day), tanggal_lahir=other_day))
    assert db.session.scalar(db.select(db.func.count(DugaDuplikat.id))) == 0


def test_a_worker_like_an_asn_is_looked_at(cast):
    lahir = cast.lina.asn.tanggal_lahir
    row = enter(cast, data(factories.nik(lahir), nama="LINA REKAAN", tanggal_lahir=lahir))
    assert row.status is StatusPekerja.DUGA_DUPLIKAT
    assert db.session.scalars(db.select(DugaDuplikat.mirip_asn_id)).one() == cast.lina.asn.id


def test_too_many_known_numbers_stop_further_answers(cast):
    limit = runtime().profil.batas.lihat_nik_per_jam
    digits = factories.nik()
    cover(digits, today(), today() + timedelta(days=400))
    for _ in range(limit):
        assert pytest.raises(RuleError, enter, cast, data(digits)).value.kode == "tercakup_lain"
        db.session.commit()
    assert pytest.raises(RuleError, enter, cast, data(factories.nik())).value.kode == "terlalu_sering"
    enter(cast, data(factories.nik()), by=cast.eko)


def test_an_hour_later_answers_are_given_again(cast, time_machine):
    test_too_many_known_numbers_stop_further_answers(cast)
    db.session.commit()
    time_machine.shift(timedelta(minutes=61))
    enter(cast, data(factories.nik(), nama="Orang Ketiga"))


def test_only_the_code_of_a_look_up_enters_the_trail(cast):
    digits = factories.nik()
    cover(digits, today(), today() + timedelta(days=400))
    pytest.raises(RuleError, enter, cast, data(digits))
    db.session.commit()
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == Peristiwa.NIK_DICARI.value)).one()
    assert noted.rincian == '{"kode":"tercakup_lain"}' and noted.objek_id == ""


def test_lists_move_workers_out_and_back(cast, time_machine):
    digits = factories.nik()
    row = enter(cast, data(digits, kelurahan_kode="33.74.15.1001"))
    cover(digits, today(), today() + timedelta(days=10))
    assert actions.segarkan_tercakup() == 1 and row.status is StatusPekerja.DITANGGUNG_LAIN
    assert actions.segarkan_tercakup() == 0
    db.session.commit()
    time_machine.shift(timedelta(days=11))
    assert actions.segarkan_tercakup() == 1 and row.status is StatusPekerja.LAYAK
    assert steps(row) == ["W1", "W2", "W5", "W6"]


def test_a_worker_after_the_end_of_a_list_is_taken_at_once(cast, time_machine):
    digits = factories.nik()
    facts = data(digits)
    row = enter(cast, facts)
    cover(digits, today(), today() + timedelta(days=10))
    actions.segarkan_tercakup()
    db.session.commit()
    time_machine.shift(timedelta(days=40))
    assert enter(cast, facts, by=cast.eko) is row and row.status is StatusPekerja.LAYAK


@pytest.mark.kedua_basis
def test_reading_stays_whole_on_both_engines(cast):
    row = enter(cast, data(factories.nik()))
    db.session.commit()
    db.session.expire_all()
    assert db.session.get(Pekerja, row.id).tanggal_lahir == date(1980, 5, 17)
