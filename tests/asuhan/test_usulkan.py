"""A4: one payer per worker, whoever comes first; the others are refused politely."""

from __future__ import annotations

from datetime import date

import pytest

from rentan.asn.models import Asn, HitunganOpd
from rentan.asn.status import StatusAktif
from rentan.asuhan import actions, queries
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.settings import change_setting
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja, catat_pekerja
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja
from rentan.tarif.queries import bulan_pertama
from tests import factories
from tests.threads import run_at_once

PILIHAN = {"program": "JKK+JKM", "penghasilan": 1_000_000, "periode": 1}


def propose(orang, pekerja, **changes):
    choices = PILIHAN | {"bulan_pertama": bulan_pertama(today())} | changes
    return actions.usulkan(orang.asn, pekerja, by=orang.pelaku, **choices)


def data(digits: str, **changes) -> DataPekerja:
    return DataPekerja(
        **{
            "nik": digits,
            "nama": "Slamet Rekaan",
            "tanggal_lahir": date(1980, 5, 17),
            "jenis_kelamin": JenisKelamin.L,
            "pekerjaan": "pedagang sayur",
            "sektor": Sektor.LAIN,
            "alamat": "Jalan Contoh 1",
            "kelurahan_kode": "33.74.15.1001",
        }
        | changes
    )


def test_proposing_opens_a_sponsorship_with_history_and_counter(cast):
    row = propose(cast.sari, factories.make_pekerja())
    db.session.commit()
    assert row.status is StatusAsuhan.DIUSULKAN
    history = db.session.scalars(db.select(Riwayat).where(Riwayat.objek_id == row.id)).one()
    assert (history.langkah, history.dari, history.ke, history.peran) == ("A4", None, "diusulkan", "asn")
    assert db.session.scalar(db.select(HitunganOpd.pekerja).where(HitunganOpd.pekerja > 0)) == 1


def test_another_donor_is_refused_without_names(cast):
    worker = factories.make_pekerja()
    propose(cast.sari, worker)
    db.session.commit()
    with pytest.raises(RuleError) as refused:
        propose(cast.eko, worker)
    assert refused.value.kode == "sudah_diasuh"
    assert "Sari" not in refused.value.pesan and "DISKOMINFO" not in refused.value.pesan
    again = pytest.raises(RuleError, propose, cast.sari, worker)
    assert again.value.kode == "sudah_asuhan_anda"


@pytest.mark.parametrize(
    ("changes", "kode"),
    [
        ({"program": "JHT"}, "program"),
        ({"periode": 2}, "periode"),
        ({"penghasilan": -1}, "penghasilan"),
        ({"penghasilan": 0}, "penghasilan"),
    ],
)
def test_choices_outside_the_lists_are_refused(cast, changes, kode):
    refused = pytest.raises(RuleError, propose, cast.sari, factories.make_pekerja(), **changes)
    assert refused.value.kode == kode and refused.value.field == kode


@pytest.mark.parametrize(
    ("status", "kode"),
    [
        (StatusPekerja.TIDAK_LAYAK, "tidak_dapat_diasuh"),
        (StatusPekerja.DITANGGUNG_LAIN, "tidak_dapat_diasuh"),
        (StatusPekerja.BERAKHIR, "tidak_dapat_diasuh"),
    ],
)
def test_a_worker_who_cannot_be_covered_is_refused(cast, status, kode):
    refused = pytest.raises(RuleError, propose, cast.sari, factories.make_pekerja(status=status))
    assert refused.value.kode == kode


def test_the_age_limit_holds_on_the_first_debit_day(cast, time_machine):
    time_machine.move_to("2026-11-20 10:00+07:00")
    born = factories.make_pekerja(lahir=date(1961, 11, 30))
    assert pytest.raises(RuleError, propose, cast.sari, born).value.kode == "terlalu_tua"
    propose(cast.sari, factories.make_pekerja("Orang Lain", lahir=date(1961, 12, 2)))


def test_the_limit_of_workers_is_a_setting(cast):
    change_setting("maks_pekerja", 1, by=cast.dewi.pelaku)
    propose(cast.sari, factories.make_pekerja())
    refused = pytest.raises(RuleError, propose, cast.sari, factories.make_pekerja("Tukiyem Rekaan"))
    assert refused.value.kode == "batas_pekerja"


def test_an_asn_who_has_left_cannot_propose(cast):
    cast.sari.asn.status_aktif = StatusAktif.PENSIUN
    refused = pytest.raises(RuleError, propose, cast.sari, factories.make_pekerja())
    assert refused.value.kode == "asn_tidak_aktif"


def test_the_operator_helps_in_the_own_opd_only(cast):
    worker = factories.make_pekerja()
    choices = PILIHAN | {"bulan_pertama": None, "dibantu": True}
    with pytest.raises(Forbidden):
        actions.usulkan(cast.sari.asn, worker, by=cast.wati.pelaku, **choices)
    db.session.rollback()
    row = actions.usulkan(cast.sari.asn, db.session.merge(worker), by=cast.budi.pelaku, **choices)
    assert row.dibantu


def test_who_sees_a_sponsorship(cast):
    row = propose(cast.sari, factories.make_pekerja())
    db.session.commit()
    for allowed in (cast.sari, cast.budi, cast.rini, cast.dewi, cast.bayu):
        assert queries.get_asuhan(row.id, seen_by=allowed.pelaku) is row
    for stranger in (cast.eko, cast.wati, cast.joko, cast.hadi, cast.agus):
        with pytest.raises(NotFound):
            queries.get_asuhan(row.id, seen_by=stranger.pelaku)
        assert queries.list_asuhan(cast.sari.asn.id, seen_by=stranger.pelaku) == []


def test_the_price_follows_the_month_and_the_sector(cast):
    row = propose(cast.sari, factories.make_pekerja())
    assert [queries.harga(row, date(*m, 1)).total for m in ((2026, 12), (2027, 1))] == [8_400, 16_800]
    row.pekerja.sektor = Sektor.TRANSPORTASI
    assert [queries.harga(row, date(*m, 1)).total for m in ((2027, 3), (2027, 4))] == [8_400, 16_800]


@pytest.mark.kedua_basis
def test_twenty_donors_register_one_nik_at_once(app):
    donors = []
    for number in range(20):
        asn = factories.make_asn(f"Donatur {chr(65 + number)}", lahir=date(1970, 1, 1 + number))
        akun = factories.make_akun(asn.nip, asn.nama, asn=asn)
        donors.append((asn.id, Pelaku(akun.id, frozenset({Peran.ASN}), asn_id=asn.id)))
    db.session.commit()
    digits = factories.nik()

    def sign_up(number: int) -> str:
        asn_id, by = donors[number]
        facts = {"asal": AsalPekerja.ASN, "diberi_tahu_pada": today(), "alasan_peringatan": None, "by": by}
        worker = catat_pekerja(data(digits), **facts)
        actions.usulkan(db.session.get(Asn, asn_id), worker, by=by, bulan_pertama=None, **PILIHAN)
        db.session.commit()
        return "diterima"

    answers = [getattr(one, "kode", one) for one in run_at_once(app, 20, sign_up)]
    assert sorted(map(str, answers)) == ["diterima"] + ["sudah_diasuh"] * 19
    assert db.session.scalar(db.select(db.func.count(Pekerja.id))) == 1
    assert db.session.scalar(db.select(db.func.count(Asuhan.id))) == 1


def test_a_refusal_counts_as_an_answer_known(cast):
    worker = factories.make_pekerja()
    propose(cast.sari, worker)
    db.session.commit()
    pytest.raises(RuleError, propose, cast.eko, worker)
    db.session.commit()
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == Peristiwa.NIK_DICARI.value)).one()
    assert (noted.pelaku_id, noted.hasil) == (cast.eko.akun.id, "terdaftar")
