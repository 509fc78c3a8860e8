"""The trail's page: for the admin, newest first, filtered, a page at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.ext import db
from rentan.jejak.queries import Saringan, list_jejak


@pytest.fixture
def events(cast):
    """Three days of events by Sari and Wati."""
    start = now()
    with time_machine.travel(start - timedelta(days=2), tick=False) as clock:
        for day in range(3):
            clock.move_to(start - timedelta(days=2 - day))
            record(Peristiwa.MASUK, by=cast.sari.pelaku, objek=cast.sari.akun)
            record(Peristiwa.AKSES_DITOLAK, by=cast.wati.pelaku, hasil="ditolak", rute="asn.list_asn")
            db.session.commit()


@pytest.mark.parametrize("who", ["sari", "budi", "joko", "rini", "hadi", "yuni", "bayu", "agus"])
def test_only_the_admin_reads_it(cast, client_as, who):
    assert client_as(getattr(cast, who)).get("/jejak").status_code == 403
    assert list_jejak(Saringan(), seen_by=getattr(cast, who).pelaku) == ([], None)


def test_newest_first_with_names(cast, events, client_as):
    page = client_as(cast.dewi).get("/jejak").text
    assert page.count("Sari Rekaan") == 3 and "rute: asn.list_asn" in page
    rows, _ = list_jejak(Saringan(), seen_by=cast.dewi.pelaku)
    assert [row.seq for row in rows] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("peristiwa=masuk", 3),
        ("hasil=ditolak", 3),
        ("peristiwa=masuk&hasil=ditolak", 0),
        ("pelaku={nip}", 3),
        ("pelaku=siapa", 0),
        ("objek={akun}", 3),
        ("dari={kemarin}", 4),
        ("sampai={kemarin}", 4),
        ("dari={kemarin}&sampai={kemarin}", 2),
        ("permintaan=tidakada", 0),
        ("peristiwa=bukan-peristiwa", 0),
        ("dari=31-02-2026", 0),
    ],
)
def test_filters(cast, events, client_as, query, count):
    yesterday = f"{today() - timedelta(days=1):%d-%m-%Y}"
    query = query.format(nip=cast.sari.akun.pengenal, akun=cast.sari.akun.id, kemarin=yesterday)
    answer = client_as(cast.dewi).get(f"/jejak?{query}")
    assert answer.status_code == 200
    assert answer.text.count('<td class="angka">') == count


def test_pages_meet_without_gap_or_overlap(cast, events):
    seen, before = [], None
    while True:
        rows, before = list_jejak(Saringan(), seen_by=cast.dewi.pelaku, sebelum=before, jumlah=4)
        seen += [row.seq for row in rows]
        if before is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1;drop", "²"])
def test_an_odd_page_number_is_the_first_page(cast, events, client_as, before):
    assert (
        client_as(cast.dewi).get("/jejak", query_string={"sebelum": before}).text.count('<td class="angka">')
        == 6
    )


def test_htmx_gets_the_list_alone(cast, events, client_as):
    part = client_as(cast.dewi).get("/jejak?peristiwa=masuk", headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="daftar_jejak"') and "<h1" not in part


def test_roles_and_facts_are_read_as_words(cast, client_as):
    record(Peristiwa.DEMO_DIBUAT, by=cast.budi.pelaku, isi={"akun": 3, "asn": 40})
    db.session.commit()
    page = client_as(cast.dewi).get("/jejak").text
    assert "Operator OPD" in page and "operator_opd" not in page.split("<tbody>")[1]
    assert "isi: akun 3, asn 40" in page
