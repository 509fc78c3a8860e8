"""Who can be covered, in words (product.md §3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentan.core.clock import now
from rentan.core.subject import seal
from rentan.ext import db, runtime
from rentan.pekerja.models import Pelindungan
from rentan.pekerja.queries import lahir_sesudah, periksa_kelayakan
from rentan.pekerja.status import StatusPekerja
from tests import factories

DEBET = date(2026, 12, 1)


def check(digits: str, lahir: date | None = None, kelamin: str | None = None):
    return periksa_kelayakan(nik_text=digits, tanggal_lahir=lahir, jenis_kelamin=kelamin, debet_pertama=DEBET)


def cover(digits: str, mulai: date, selesai: date) -> None:
    row = Pelindungan(
        nik_bi=runtime().keyring.blind_index("nik", digits), nama="Slamet", sumber="APBD", mulai=mulai,
        selesai=selesai, dicatat_pada=now(),
    )  # fmt: skip
    row.id = factories.uuid.uuid4()
    seal(row, "nik", digits)
    db.session.add(row)
    db.session.flush()


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def test_a_good_number_is_explained_in_words(app):
    answer = check("3374155204909001")
    assert answer.boleh and answer.keterangan == "Perempuan, lahir 12 April 1990, 36 tahun: memenuhi syarat"
    assert answer.peringatan == ()


@pytest.mark.parametrize(
    ("digits", "kode"),
    [
        ("", "nik_empty"),
        ("337415520490900", "nik_length"),
        ("33741552049090011", "nik_length"),
        ("3374157204909001", "nik_invalid_date"),
        ("3374155204900000", "nik_invalid_serial"),
        ("0074155204909001", "nik_invalid_area"),
        ("33741552049O9001", "nik_not_digits"),
        ("٣٣٧٤١٥٥٢٠٤٩٠٩٠٠١", "nik_not_digits"),
        ("3374155204909001'; DROP TABLE pekerja; --", "nik_not_digits"),
        (3374155204909001, "nik_numeric_cell"),
        (None, "nik_empty"),
    ],
)
def test_impossible_numbers_are_refused_with_a_sentence(app, digits, kode):
    answer = check(digits)
    assert not answer.boleh and answer.kode == kode and answer.field == "nik" and answer.alasan


@pytest.mark.parametrize(
    ("lahir", "kode"),
    [
        (date(1961, 11, 30), "terlalu_tua"),  # the example of product.md: 65 before the first debit
        (date(1961, 12, 1), "terlalu_tua"),
        (date(1961, 12, 2), "memenuhi_syarat"),
        (date(2009, 12, 1), "memenuhi_syarat"),
        (date(2009, 12, 2), "terlalu_muda"),
        (date(2027, 1, 1), "lahir_setelah_tanggal"),
    ],
)
def test_the_age_is_judged_on_the_first_debit_day(app, lahir, kode):
    assert check(factories.nik(lahir), lahir, "L").kode == kode


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.dates(date(1955, 1, 1), date(1970, 1, 1)), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_the_board_and_the_check_agree_on_the_age_limit(app, lahir, debet):
    answer = periksa_kelayakan(
        nik_text=factories.nik(lahir), tanggal_lahir=lahir, jenis_kelamin="L", debet_pertama=debet
    )
    assert answer.boleh == (lahir > lahir_sesudah(debet))


@pytest.mark.parametrize(
    ("digits", "lahir", "kelamin", "kode"),
    [
        ("3374155208719001", date(1977, 8, 12), "P", "nik_beda_tanggal_lahir"),
        ("3374155208719001", date(1971, 8, 12), "L", "nik_beda_jenis_kelamin"),
        ("3171015208719001", date(1971, 8, 12), "P", "nik_luar_daerah"),
        ("3374155208719000", date(1971, 8, 12), "P", "nik_mungkin_rusak"),
    ],
)
def test_odd_but_legal_numbers_only_warn(app, digits, lahir, kelamin, kode):
    answer = check(digits, lahir, kelamin)
    assert answer.boleh and [one.kode for one in answer.peringatan] == [kode]


def test_the_warning_names_both_dates(app):
    (warning,) = check("3374155208719001", date(1977, 8, 12), "P").peringatan
    assert "perempuan lahir 12-08-1971" in warning.pesan and "12-08-1977" in warning.pesan


@pytest.mark.parametrize(
    ("mulai", "selesai", "boleh"),
    [
        (date(2026, 1, 1), date(2026, 12, 1), False),
        (date(2026, 12, 1), date(2027, 3, 31), False),
        (date(2026, 1, 1), date(2026, 11, 21), False),  # its last day is today
        (date(2026, 1, 1), date(2026, 11, 20), True),  # over
        (date(2027, 1, 1), date(2027, 12, 31), True),  # not yet begun
    ],
)
def test_cover_elsewhere_refuses_while_the_list_lasts(app, mulai, selesai, boleh):
    digits = factories.nik()
    cover(digits, mulai, selesai)
    answer = check(digits)
    assert answer.boleh is boleh
    if not boleh:
        assert answer.kode == "tercakup_lain" and answer.terdaftar and "APBD" not in answer.alasan


@pytest.mark.parametrize("status", [StatusPekerja.TIDAK_LAYAK, StatusPekerja.BERAKHIR])
def test_a_worker_refused_before_stays_refused(app, status):
    digits = factories.nik()
    factories.make_pekerja(digits=digits, status=status)
    assert check(digits).kode == "pernah_ditolak"


def test_29_february_has_its_limit_too(app):
    assert lahir_sesudah(date(2028, 2, 29)) == date(1963, 2, 28)
    born = date(1964, 2, 29)
    assert check(factories.nik(born), born, "L").boleh
    assert (DEBET - born) > timedelta(days=1)
