"""The donor's own page and the explanation of a NIK."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.calon import actions as calon_actions
from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.ext import db, runtime
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from tests import factories
from tests.asuhan.test_usulkan import propose
from tests.calon.maker import make_calon
from tests.pekerja.test_periksa import cover


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def explain(browser, digits, **more):
    body = {"nik": digits} | more
    return browser.post("/asuhan/nik", data=body, headers={"HX-Request": "true"})


def test_a_new_donor_reads_what_to_do(cast, client_as):
    page = client_as(cast.sari).get("/asuhan")
    assert page.status_code == 200 and "Belum ada pekerja asuhan" in page.text


def test_the_own_page_tells_state_price_and_way(cast, client_as):
    propose(cast.sari, factories.make_pekerja("Mbok Jamu"))
    db.session.commit()
    page = client_as(cast.sari).get("/asuhan").text
    for words in (
        "Mbok Jamu",
        "Diusulkan",
        "Rp8.400 untuk Desember 2026",
        "Debet pertama",
        "1 Desember 2026",
    ):
        assert words in page
    assert "Mbok Jamu" not in client_as(cast.eko).get("/asuhan").text


def test_both_sides_of_a_doubt_read_the_same(cast, client_as):
    worker = factories.make_pekerja(status=StatusPekerja.DUGA_DUPLIKAT)
    propose(cast.sari, worker)
    db.session.commit()
    page = client_as(cast.sari).get("/asuhan").text
    assert "sedang diperiksa verifikator" in page and "mirip" not in page.lower()


@pytest.mark.parametrize(
    ("who", "status"),
    [("eko", 404), ("lina", 404), ("wati", 404), ("joko", 403), ("dewi", 403), ("agus", 403)],
)
def test_nobody_else_reaches_the_buttons(cast, client_as, who, status):
    row = calon_actions.pegang(make_calon(), asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    browser = client_as(getattr(cast, who))
    assert browser.get(f"/asuhan/{row.id}/batal").status_code == status
    assert browser.post(f"/asuhan/{row.id}/batal", data={"versi": "1"}).status_code == status
    assert browser.post(f"/asuhan/{row.id}/perpanjang", data={"versi": "1"}).status_code == status
    assert browser.get(f"/asuhan/{uuid.uuid4()}/batal").status_code == status
    assert row.status is StatusAsuhan.DITAHAN


def test_the_operator_reads_but_cannot_cancel(cast, client_as):
    row = propose(cast.sari, factories.make_pekerja())
    db.session.commit()
    page = client_as(cast.budi).post(f"/asuhan/{row.id}/batal", data={"versi": str(row.versi)})
    assert page.status_code == 404


def test_extend_then_cancel(cast, client_as):
    row = calon_actions.pegang(make_calon(), asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    browser = client_as(cast.sari)
    assert browser.post(f"/asuhan/{row.id}/perpanjang", data={"versi": "99"}).status_code == 409
    assert browser.post(f"/asuhan/{row.id}/perpanjang", data={"versi": "1"}).status_code == 303
    db.session.refresh(row)
    assert row.ditahan_sampai == today() + timedelta(days=14)
    assert "hanya dapat diperpanjang satu kali" in browser.get("/asuhan").text
    assert browser.get(f"/asuhan/{row.id}/batal").status_code == 200
    stale = browser.post(f"/asuhan/{row.id}/batal", data={"versi": "1", "kunci_formulir": browser.key()})
    assert stale.status_code == 409
    body = {"versi": str(row.versi), "kunci_formulir": browser.key()}
    done = browser.post(f"/asuhan/{row.id}/batal", data=body)
    assert done.status_code == 303
    db.session.refresh(row)
    assert row.status is StatusAsuhan.BERAKHIR
    assert browser.get(f"/asuhan/{row.id}/batal").status_code == 200


def test_the_number_is_explained_while_typing_and_nothing_stored(cast, client_as):
    page = explain(client_as(cast.sari), "3374155204909001")
    assert "Perempuan, lahir 12 April 1990, 36 tahun: memenuhi syarat" in page.text
    assert "<html" not in page.text and db.session.scalar(db.select(db.func.count(Pekerja.id))) == 0
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dicari")).one()
    assert noted.hasil == "ok" and "3374" not in noted.rincian


def test_it_works_without_scripts_too(cast, client_as):
    page = client_as(cast.sari).post("/asuhan/nik", data={"nik": "3374155204909001"})
    assert page.status_code == 200 and "<h1>Keterangan NIK</h1>" in page.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"nik": "33741552"}, "NIK harus 16 angka"),
        ({"nik": "3374155208719001", "tanggal_lahir": "12-08-1977"}, "menyebut perempuan lahir 12-08-1971"),
        ({"nik": "3374155208719001", "tanggal_lahir": "12-08-19"}, "memenuhi syarat"),
        ({"nik": "3374155208719001", "jenis_kelamin": "L"}, "Jenis kelamin berbeda"),
        ({"nik": "3374153011619001"}, "sudah berusia 65 tahun"),
        ({"nik": "<script>alert(1)</script>"}, "hanya boleh berisi angka"),
        ({}, "NIK belum diisi"),
    ],
)
def test_what_is_odd_is_said_at_once(cast, client_as, body, words):
    page = client_as(cast.sari).post("/asuhan/nik", data=body, headers={"HX-Request": "true"})
    assert page.status_code == 200 and words in page.text and "<script" not in page.text


def test_twenty_known_numbers_are_enough(cast, client_as):
    digits = factories.nik()
    cover(digits, today(), today() + timedelta(days=99))
    db.session.commit()
    browser = client_as(cast.sari)
    for _ in range(runtime().profil.batas.lihat_nik_per_jam):
        assert "sudah dilindungi program lain" in explain(browser, digits).text
    for number in (digits, factories.nik()):
        page = explain(browser, number).text
        assert "Terlalu banyak NIK" in page and "program lain" not in page
    assert "program lain" in explain(client_as(cast.eko), digits).text


def test_a_sponsored_worker_is_named_by_nobody(cast, client_as):
    digits = factories.nik()
    propose(cast.eko, factories.make_pekerja(digits=digits))
    db.session.commit()
    page = explain(client_as(cast.sari), digits).text
    assert "sudah terdaftar sebagai pekerja asuhan" in page and "Eko" not in page and "DINKES" not in page
    assert "Slamet" not in page and "daftar calon" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("joko", 200), ("budi", 200), ("rini", 200), ("dewi", 403), ("agus", 403), ("hadi", 403)],
)
def test_who_may_ask_about_a_number(cast, client_as, who, status):
    assert explain(client_as(getattr(cast, who)), "3374155204909001").status_code == status


def test_a_number_is_never_asked_by_address(cast, client_as):
    assert client_as(cast.sari).get("/asuhan/nik?nik=3374155204909001").status_code == 405
