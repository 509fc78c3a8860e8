"""The city's page: every OPD, zeros included, and sums that agree with each other."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from rentan.asn.hitungan import tambah_pekerja, ubah_pekerja
from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now
from rentan.ext import db
from rentan.kartu.status import StatusKartu
from rentan.laporan import queries
from rentan.laporan.grafik import grafik_batang, peta_ubin, skala
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.wilayah.models import Kelurahan
from tests import factories
from tests.cast import Cast
from tests.laporan.kota import isi_opd, selesai

NOV = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=True):
        yield


@pytest.fixture
def city(cast: Cast) -> None:
    for kode, banyak, ikut in (("DINKES", 30, 6), ("SETDA-HUKUM", 5, 1), ("SETDA", 2, 0), ("DAMKAR", 7, 0)):
        opd = factories.opd(kode)
        isi_opd(opd, banyak - ikut)
        isi_opd(opd, ikut, tahap=(Tahap.AKTIVASI, Tahap.DIAJUKAN), nama="Ikut")
    isi_opd(factories.opd("DINKES"), 2, aktif=StatusAktif.CUTI)
    isi_opd(factories.opd("BPBD"), 1, tahap=(Tahap.DIAJUKAN,), status=StatusAsn.PPPK_PW)
    selesai()


def add_worker(asn: Asn, kelurahan: str) -> Pekerja:
    pekerja = factories.make_pekerja(digits=f"{uuid.uuid4().int % 10**16:016d}", kelurahan=kelurahan)
    db.session.add(
        Asuhan(
            asn_id=asn.id, pekerja_id=pekerja.id, status=StatusAsuhan.DIUSULKAN, program="JKK+JKM",
            penghasilan=1_000_000, dibuat_pada=now(),
        )
    )  # fmt: skip
    db.session.flush()
    tambah_pekerja(asn, 1, pekerja_id=pekerja.id)
    return pekerja


def rows(html: str) -> dict[str, list[str]]:
    """OPD code (or ``kota``) to the figures of its row."""
    found = {}
    for kode, row in re.findall(r'<tr data-uji="(opd-[^"]+|baris-kota)">(.*?)</tr>', html, re.S):
        cells = [re.sub(r"<[^>]+>", "", c) for c in re.findall(r'<td class="angka">(.*?)</td>', row, re.S)]
        found[kode.removeprefix("opd-")] = cells
    return found


def test_all_opd_with_zeros_and_the_city_row_is_their_sum(cast: Cast, city: None, client_as: Any) -> None:
    answer = client_as(cast.agus).get("/dasbor")
    assert answer.status_code == 200
    table = rows(answer.text)
    total = table.pop("baris-kota")
    assert len(table) == db.session.scalar(select(func.count()).select_from(Opd)) == 64
    assert table["KEC-01"][:5] == ["0", "0", "0", "–", "0"]
    for at in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11):
        assert sum(int(row[at].replace(".", "")) for row in table.values()) == int(total[at].replace(".", ""))
    assert table["SETDA"][0] == "2", "each part of the Setda counts itself"
    assert total[:3] == ["50", "7", "7"]
    # A part-time donor is outside the denominator, yet the OPD is not one with nobody.
    assert 'data-uji="opd-kosong">61<' in answer.text
    assert 'data-uji="semua-ikut">8<' in answer.text


def test_parts_stand_below_their_opd_unless_sorted_otherwise(cast: Cast, city: None, client_as: Any) -> None:
    browser = client_as(cast.agus)
    usual = list(rows(browser.get("/dasbor").text))
    assert 0 < usual.index("SETDA-HUKUM") - usual.index("SETDA") <= 12
    by_size = list(rows(browser.get("/dasbor?urut=ikut&arah=turun").text))
    assert by_size[:2] == ["DINKES", "SETDA-HUKUM"]
    by_share = list(rows(browser.get("/dasbor?urut=persen&arah=turun").text))
    assert by_share[:2] == ["SETDA-HUKUM", "DINKES"]
    assert browser.get("/dasbor?urut=nama").status_code == 404
    part = browser.get("/dasbor?urut=asn", headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'id="tabel_opd"' in part


def test_figures_lead_to_their_lists(cast: Cast, city: None, client_as: Any) -> None:
    browser = client_as(cast.agus)
    html = browser.get("/dasbor?bulan=2026-10").text
    for address in re.findall(r'href="(/partisipasi\?[^"]*opd=DINKES[^"]*)"', html):
        assert "bulan=2026-10" in address
        assert browser.get(address.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("path", ["", "/unduh.xlsx", "/laporan.pdf"])
@pytest.mark.parametrize("who", ["sari", "budi", "wati", "joko", "rini", "hadi", "yuni", "bayu"])
def test_only_leadership_and_admin_enter(cast: Cast, client_as: Any, who: str, path: str) -> None:
    assert client_as(getattr(cast, who)).get(f"/dasbor{path}").status_code == 403


@pytest.mark.kedua_basis
def test_workers_facts_stand_apart_and_the_city_is_their_sum(cast: Cast, city: None, client_as: Any) -> None:
    ward = db.session.scalars(select(Kelurahan.kode).order_by(Kelurahan.kode)).first()
    assert ward is not None
    pekerja = [add_worker(asn, ward) for asn in (cast.sari.asn, cast.lina.asn, cast.eko.asn)]
    for one in pekerja[:2]:
        one.status = StatusPekerja.TERDAFTAR
        ubah_pekerja(one.id, "pekerja_terdaftar", 1)
    factories.make_kartu(pekerja[0], StatusKartu.DISERAHKAN)
    ubah_pekerja(pekerja[0].id, "pekerja_kartu", 1)
    db.session.commit()
    browser = client_as(cast.agus)
    html = browser.get("/dasbor").text
    table = rows(html)
    assert table.pop("baris-kota")[7:11] == ["3", "2", "0", "1"], "a card in hand covers nobody"
    assert [sum(int(row[at]) for row in table.values()) for at in range(7, 11)] == [3, 2, 0, 1]
    assert periksa_hitungan() == []
    for name, value in (("pekerja", "3"), ("pekerja-1", "2"), ("pekerja-2", "0"), ("pekerja-3", "1")):
        assert f'data-uji="{name}">{value}<' in html
    facts = html[html.index('data-uji="fakta"') : html.index("</table>", html.index('data-uji="fakta"'))]
    assert facts.count("belum ada") == 3 and "21 November 2026" in facts
    assert (
        list(rows(browser.get("/dasbor?urut=kartu&arah=turun").text))[0]
        == db.session.get_one(Opd, cast.sari.asn.opd_id).kode
    )
    own = client_as(cast.budi).get("/partisipasi").text
    assert 'data-uji="pekerja-1">' in own
    old = rows(browser.get("/dasbor?bulan=2026-10").text)
    assert old["baris-kota"][7:11] == ["0", "0", "0", "0"]
    table = CalamineWorkbook.from_filelike(BytesIO(browser.get("/dasbor/unduh.xlsx").data))
    lembar = table.get_sheet_by_name("OPD").to_python()
    (judul,) = [row for row in lembar if "KARTU DISERAHKAN" in row]
    (total,) = [row for row in lembar if row[1] == "JUMLAH"]
    at = judul.index("PEKERJA")
    assert judul[at + 1 : at + 4] == ["PEKERJA TERDAFTAR DI BPJS", "PEKERJA TERLINDUNGI", "KARTU DISERAHKAN"]
    assert total[at : at + 4] == [3, 2, 0, 1]


def test_the_same_table_as_xlsx_and_on_paper(cast: Cast, city: None, client_as: Any) -> None:
    browser = client_as(cast.dewi)
    answer = browser.get("/dasbor/unduh.xlsx")
    table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_name("OPD").to_python()
    (total,) = [row for row in table if row[1] == "JUMLAH"]
    assert total[2] == 50 and total[4] == 7
    assert browser.get("/dasbor/laporan.pdf").data.startswith(b"%PDF")


@pytest.mark.kedua_basis
def test_workers_per_kecamatan_add_up_to_the_city(cast: Cast, city: None, client_as: Any) -> None:
    wards = db.session.scalars(select(Kelurahan).order_by(Kelurahan.kode)).all()
    for ward in (wards[0], wards[0], wards[-1]):
        add_worker(cast.sari.asn, ward.kode)
    db.session.commit()
    found = queries.pekerja_kecamatan(NOV)
    assert len(found) == 16
    assert sum(n for _, _, n in found) == queries.jumlah(queries.angka_opd(NOV).values()).pekerja == 3
    assert {kode: n for kode, _, n in found if n} == {
        wards[0].kecamatan_kode: 2,
        wards[-1].kecamatan_kode: 1,
    }
    html = client_as(cast.agus).get("/dasbor").text
    assert html.count('class="ubin"') == 16
    assert "style=" not in html.split("<main", 1)[1]


def test_the_dashboard_holds_no_names(cast: Cast, city: None, client_as: Any) -> None:
    assert "Ikut Rekaan" not in client_as(cast.agus).get("/dasbor").text


def test_a_scale_is_round_and_holds_the_highest_bar() -> None:
    assert [skala(one) for one in (0, 0.7, 1, 1.2, 33, 99, 100)] == [1, 1, 1, 2, 50, 100, 100]
    drawn = grafik_batang([("A", 0, "", ""), ("B", 50, "", "")])
    assert drawn.batang[0].kosong and drawn.batang[0].tinggi == 0
    assert drawn.batang[1].y == drawn.garis[-1].y, "the highest bar reaches the top line"
    assert grafik_batang([]).batang == ()


def test_tiles_follow_the_profile_and_forget_nobody() -> None:
    grid = peta_ubin((("a", ""), ("b", "x")), [("a", "A", 0), ("b", "B", 8), ("c", "C", 1)])
    assert [[one and (one.nama, one.kelas) for one in row] for row in grid] == [
        [("A", 0), None],
        [("B", 4), None],
        [("C", 1)],
    ]
