"""The OPD table: who may see whom, what the figures say, and what a page costs."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select

from rentan.asn.models import Asn, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.core.audit import Jejak
from rentan.core.settings import change_setting
from rentan.ext import db
from tests import factories
from tests.cast import Cast
from tests.laporan.kota import isi_opd, selesai

NOV = "2026-11-21T09:00:00+07:00"
AKTIVASI, DIAJUKAN = (Tahap.AKTIVASI,), (Tahap.AKTIVASI, Tahap.DIAJUKAN)


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat(NOV), tick=True):
        yield


@pytest.fixture
def own(cast: Cast) -> Any:
    """Budi's OPD with 60 who have not joined, 5 who have, some who are not counted."""
    opd = factories.opd("DISKOMINFO")
    isi_opd(opd, 40)
    isi_opd(opd, 20, tahap=AKTIVASI, unit="Bidang Data")
    isi_opd(opd, 5, tahap=DIAJUKAN, nama="Ikut")
    isi_opd(opd, 2, aktif=StatusAktif.PENSIUN, nama="Pensiun")
    isi_opd(opd, 1, aktif=StatusAktif.KELUAR, nama="Keluar")
    isi_opd(opd, 3, status=StatusAsn.PPPK_PW, nama="Paruh")
    isi_opd(factories.opd("DINKES"), 4, nama="Dinkes")
    selesai()
    return opd


def figure(html: str, uji: str) -> str:
    found = re.search(rf'data-uji="{uji}"[^>]*>(.*?)</(?:p|tr|td|a)>', html, re.S)
    assert found, uji
    return re.sub(r"<[^>]+>", " ", found[1]).strip()


def names(html: str) -> list[str]:
    body = html.split("<tbody>", 1)[1].split("</tbody>", 1)[0] if "<tbody>" in html else ""
    return re.findall(r'<th scope="row">(.*?)</th>', body)


def events(kind: str) -> list[Jejak]:
    return list(db.session.scalars(select(Jejak).where(Jejak.peristiwa == kind).order_by(Jejak.seq)))


def test_the_operator_sees_who_has_not_joined_first(cast: Cast, own: Any, client_as: Any) -> None:
    page = client_as(cast.budi).get("/partisipasi")
    html = page.text
    assert page.status_code == 200
    # 65 made here, and Sari, Lina, Budi of the cast.
    assert figure(html, "asn") == "68"
    assert figure(html, "tab-belum") == "Belum ikut (63)"
    assert figure(html, "tab-ikut") == "Sudah ikut (5)"
    assert figure(html, "tab-luar") == "Tidak dihitung (5)"
    assert figure(html, "tangga-1") == "25", "activated, joined or not"
    assert "5 dari 68" in re.sub(r"<[^>]+>", "", html) or "7,35% dari 68" in html
    assert len(names(html)) == 50


def test_pages_go_on_and_back_and_show_everybody_once(cast: Cast, own: Any, client_as: Any) -> None:
    browser = client_as(cast.budi)
    html = browser.get("/partisipasi").text
    first = names(html)
    onward = re.search(r'rel="next" href="([^"]+)"', html)
    assert onward and "Rekaan" not in onward[1], "the address of the next page holds no name"
    html = browser.get(onward[1].replace("&amp;", "&")).text
    second = names(html)
    assert len(first) == 50 and len(second) == 13
    assert first + second == sorted(first + second, key=str.upper)
    assert len(set(first + second)) == 63
    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back
    html = browser.get(back[1].replace("&amp;", "&")).text
    assert names(html) == first
    assert 'rel="prev"' not in html


def test_htmx_gets_the_list_alone_and_everybody_else_the_page(cast: Cast, own: Any, client_as: Any) -> None:
    browser = client_as(cast.budi)
    part = browser.get("/partisipasi?daftar=ikut", headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'id="daftar"' in part
    assert names(part) == names(browser.get("/partisipasi?daftar=ikut").text)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("tahap=aktivasi", 20),
        ("tahap=tanpa", 43),
        ("cari=orang", 60),
        ("cari=lina", 1),
        ("cari=tidakada", 0),
        ("cari=%25", 0),
        ("cari=19850302", None),
        ("status=PPPK", 0),
    ],
)
def test_filters_and_search(cast: Cast, own: Any, client_as: Any, query: str, count: int | None) -> None:
    html = client_as(cast.budi).get(f"/partisipasi?{query}").text
    if count is not None:
        assert len(names(html)) == min(count, 50)
        assert ("Tidak ada yang cocok" in html) == (count == 0)


def test_the_units_add_up_to_the_opd(cast: Cast, own: Any, client_as: Any) -> None:
    html = client_as(cast.budi).get("/partisipasi/unit").text
    rows = [
        [int(n.replace(".", "")) for n in re.findall(r'class="angka">([\d.]+)<', row)[:2]]
        for row in html.split('data-uji="unit"')[1].split("<tr")[2:]
    ]
    assert rows[-1] == [sum(one[0] for one in rows[:-1]), sum(one[1] for one in rows[:-1])]
    assert f'data-uji="asn">{rows[-1][0]}<' in html.replace("\n", "")


def test_a_filter_by_unit(cast: Cast, own: Any, client_as: Any) -> None:
    unit = factories.unit(own, "Bidang Data")
    html = client_as(cast.budi).get(f"/partisipasi?unit={unit.id}").text
    assert len(names(html)) == 20
    refused = client_as(cast.budi).get(f"/partisipasi?unit={factories.unit(factories.opd('DINKES')).id}")
    assert refused.status_code == 422 and names(refused.text) == [], "another OPD's unit is not a choice"


def test_who_is_not_counted_is_listed_apart_with_the_reason(cast: Cast, own: Any, client_as: Any) -> None:
    html = client_as(cast.budi).get("/partisipasi?daftar=luar").text
    assert sorted(one.split()[0] for one in names(html)) == ["Paruh"] * 3 + ["Pensiun"] * 2
    assert "Pensiun</td>" in html and "PPPK paruh waktu</td>" in html
    assert "Keluar Rekaan" not in html


def test_the_denominator_follows_the_setting(cast: Cast, own: Any, client_as: Any) -> None:
    change_setting("penyebut", ["PNS", "PPPK", "PPPK PW"], by=cast.dewi.pelaku)
    db.session.commit()
    html = client_as(cast.budi).get("/partisipasi").text
    assert figure(html, "asn") == "71"
    assert figure(html, "tab-luar") == "Tidak dihitung (2)"


# -- and Wati? ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/unit", "/cetak", "/unduh.xlsx", "/laporan.pdf"])
def test_a_foreign_opd_is_the_same_as_a_missing_one(cast: Cast, own: Any, client_as: Any, path: str) -> None:
    wati = client_as(cast.wati)
    foreign = wati.get(f"/partisipasi{path}?opd=DISKOMINFO")
    missing = wati.get(f"/partisipasi{path}?opd=TIDAK-ADA")
    assert foreign.status_code == missing.status_code == 404
    strip = re.compile(r"[0-9a-f]{16}")
    assert strip.sub("", foreign.text) == strip.sub("", missing.text)
    own_list = wati.get("/partisipasi?daftar=belum").text
    assert "Dinkes Rekaan" in own_list and "Orang Rekaan" not in own_list


@pytest.mark.parametrize("path", ["/partisipasi", "/partisipasi/unduh.xlsx", "/dasbor"])
@pytest.mark.parametrize("who", ["sari", "joko", "rini", "hadi", "yuni", "bayu"])
def test_others_may_not_enter(cast: Cast, own: Any, client_as: Any, who: str, path: str) -> None:
    assert client_as(getattr(cast, who)).get(path).status_code == 403


def test_a_place_to_go_on_from_must_be_of_this_opd(cast: Cast, own: Any, client_as: Any) -> None:
    assert client_as(cast.wati).get(f"/partisipasi?sesudah={cast.sari.asn.id}").status_code == 404
    assert client_as(cast.budi).get("/partisipasi?sesudah=bukan-id").status_code == 404


@pytest.mark.parametrize("who", ["agus", "dewi"])
def test_leadership_reads_every_opd(cast: Cast, own: Any, client_as: Any, who: str) -> None:
    browser = client_as(getattr(cast, who))
    assert browser.get("/partisipasi").location.endswith("/dasbor")
    assert "Dinkes Rekaan" in browser.get("/partisipasi?opd=DINKES").text
    assert len(names(browser.get("/partisipasi?opd=DISKOMINFO").text)) == 50


@pytest.mark.parametrize("bulan", ["2026-12", "2026-13", "26-11", "2026-11-01", "x"])
def test_nonsense_months_are_not_found(cast: Cast, own: Any, client_as: Any, bulan: str) -> None:
    assert client_as(cast.budi).get(f"/partisipasi?bulan={bulan}").status_code == 404


# -- the past -----------------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_a_past_month_shows_the_opd_the_unit_and_the_rung_of_that_month(cast: Cast, client_as: Any) -> None:
    here, there = factories.opd("DISKOMINFO"), factories.opd("DINKES")
    (mover,) = isi_opd(here, 1, nama="Pindahan", unit="Bidang Lama", mulai=date(2026, 6, 1))
    (late,) = isi_opd(here, 1, nama="Belakangan", tahap=DIAJUKAN)
    lama = db.session.scalars(select(Penempatan).where(Penempatan.asn_id == mover)).one()
    lama.sampai = date(2026, 10, 14)
    db.session.flush()
    db.session.add(
        Penempatan(
            asn_id=mover, opd_id=there.id, unit_id=factories.unit(there).id, status_asn=StatusAsn.PNS,
            status_aktif=StatusAktif.AKTIF, jabatan="Penata", mulai=date(2026, 10, 15),
        )
    )  # fmt: skip
    asn = db.session.get(Asn, mover)
    asn.opd_id, asn.unit_id = there.id, factories.unit(there).id
    db.session.execute(db.text("UPDATE tahapan SET mulai = '2026-11-02' WHERE tahap = 'diajukan'"))
    selesai()
    budi, wati = client_as(cast.budi), client_as(cast.wati)
    september = budi.get("/partisipasi?bulan=2026-09").text
    assert [n for n in names(september) if "Pindahan" in n] and "Bidang Lama" in september
    assert [n for n in names(september) if "Belakangan" in n], "had not joined then"
    assert figure(september, "tab-ikut") == "Sudah ikut (0)"
    assert "Pindahan" not in budi.get("/partisipasi?bulan=2026-10").text
    assert "Pindahan" in wati.get("/partisipasi?bulan=2026-10").text
    assert "Pindahan" not in wati.get("/partisipasi?bulan=2026-09").text, "and Wati? not hers yet"
    now = budi.get("/partisipasi").text
    assert figure(now, "tab-ikut") == "Sudah ikut (1)"
    assert [n for n in names(budi.get("/partisipasi?daftar=ikut").text) if "Belakangan" in n]
    filtered = budi.get("/partisipasi?bulan=2026-09&tahap=aktivasi").text
    assert [n for n in names(filtered) if "Belakangan" in n]


# -- what a look leaves, files ------------------------------------------------------------------------------


def test_each_look_at_names_is_noted_without_names(cast: Cast, own: Any, client_as: Any) -> None:
    browser = client_as(cast.budi)
    browser.get("/partisipasi?cari=orang")
    browser.get("/partisipasi/cetak")
    seen = events("nama_dilihat")
    assert [one.pelaku_id for one in seen] == [cast.budi.akun.id] * 2
    assert '"jumlah":50' in seen[0].rincian.replace(" ", "")
    assert "orang" not in seen[0].rincian.lower()
    browser.get("/partisipasi/unit")
    assert len(events("nama_dilihat")) == 2, "figures are no names"


def test_the_table_as_xlsx_with_the_same_filters(cast: Cast, own: Any, client_as: Any) -> None:

    answer = client_as(cast.budi).get("/partisipasi/unduh.xlsx?tahap=aktivasi")
    assert answer.status_code == 200
    assert "partisipasi-diskominfo-2026-11.xlsx" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_name("BELUM IKUT").to_python()
    people = [row for row in rows if "Rekaan" in str(row[0]) and len(str(row[1])) == 18]
    assert len(people) == 20
    assert all(isinstance(row[1], str) for row in people), "a NIP is text"
    assert any("tahap: Akun aktif" in str(row[0]) for row in rows)
    assert any("Budi Rekaan" in str(cell) for row in rows[-2:] for cell in row)
    (noted,) = events("ekspor")
    assert "tahap=aktivasi" in noted.rincian


def test_twenty_files_a_day(cast: Cast, own: Any, client_as: Any) -> None:
    browser = client_as(cast.budi)
    for _ in range(20):
        assert browser.get("/partisipasi/unduh.xlsx?daftar=ikut").status_code == 200
    refused = browser.get("/partisipasi/unduh.xlsx?daftar=ikut")
    assert refused.status_code == 422 and "batas untuk satu hari" in refused.text
    assert client_as(cast.wati).get("/partisipasi/unduh.xlsx").status_code == 200, "and Wati? her own twenty"
    with time_machine.travel(datetime.fromisoformat("2026-11-22T00:00:01+07:00")):
        assert client_as(cast.budi).get("/partisipasi/unduh.xlsx?daftar=ikut").status_code == 200


def test_the_report_for_signature_and_the_print_view(cast: Cast, own: Any, client_as: Any) -> None:
    browser = client_as(cast.budi)
    answer = browser.get("/partisipasi/laporan.pdf?kertas=f4")
    assert answer.data.startswith(b"%PDF") and answer.mimetype == "application/pdf"
    report = pdfium.PdfDocument(answer.data)
    for page in report:
        foot = " ".join(page.get_textpage().get_text_range().split())
        assert "Diunduh oleh Budi Rekaan" in foot and "WIB" in foot, "EXP-2: every page says whose file it is"
    paper = browser.get("/partisipasi/cetak").text
    assert len(names(paper)) == 63
    assert "Dibuka oleh Budi Rekaan" in paper


def test_the_message_holds_figures_and_nobody(cast: Cast, own: Any, client_as: Any) -> None:
    html = client_as(cast.budi).get("/partisipasi").text
    text = html.split('id="pesan-salin"', 1)[1].split("</textarea>", 1)[0]
    assert "5 dari 68 ASN" in text and "63 ASN belum ikut" in text
    assert "Rekaan" not in text and not re.search(r"\d{10}", text)


def test_units_add_up_to_the_opd(cast: Cast, own: Any, client_as: Any) -> None:
    html = client_as(cast.budi).get("/partisipasi/unit").text
    body = html.split('data-uji="unit"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    cells = [re.findall(r'<td class="angka">(.*?)</td>', row, re.S) for row in body.split("</tr>")[:-1]]
    assert sum(int(row[0]) for row in cells) == 68
    assert sum(int(row[2]) for row in cells) == 5


# -- what a page costs --------------------------------------------------------------------------------------


def count_queries(app: Flask, browser: Any, url: str) -> int:
    found: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "SAVEPOINT", "RELEASE")):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert browser.get(url).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(found)


@pytest.mark.kedua_basis
@pytest.mark.parametrize("query", ["", "&daftar=ikut", "&cari=orang", "&bulan=2026-10", "&daftar=luar"])
def test_a_page_costs_the_same_number_of_queries_at_every_size(
    app: Flask, cast: Cast, client_as: Any, query: str
) -> None:
    opd, browser = factories.opd("DISKOMINFO"), client_as(cast.budi)
    for kind in ({}, {"tahap": DIAJUKAN}, {"aktif": StatusAktif.CUTI}):
        isi_opd(opd, 60, **kind)
    selesai()
    url = f"/partisipasi?opd=DISKOMINFO{query}"
    browser.get(url)
    small = count_queries(app, browser, url)
    for kind in ({}, {"tahap": DIAJUKAN}, {"aktif": StatusAktif.CUTI}):
        isi_opd(opd, 1000, **kind)
    selesai()
    assert count_queries(app, browser, url) == small
    assert small <= 18, "a handful: session, roles, setting, OPD, months, units, counters, rows, trail"
