"""The treasurer's and the approver's pages, from the search for a donor to the decision."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran, Penerimaan, UsulIuran
from rentan.iuran.status import AlasanTahan, StatusIuran, StatusUsul
from rentan.util.tanggal import awal_bulan
from tests.iuran.maker import Donatur, make_donatur, make_iuran

BULAN = awal_bulan(today())


@pytest.fixture
def donatur(cast: Any) -> Donatur:
    found = make_donatur(cast.sari.asn, pekerja=2)
    db.session.commit()
    return found


def isian(**more: str) -> dict[str, str]:
    return {
        "saluran": "tunai", "tanggal": f"{today():%d-%m-%Y}", "bukti": "KAS-1", "jumlah": "8.400",
        "bulan_mulai": f"{BULAN:%Y-%m}", "jumlah_bulan": "1",
    } | more  # fmt: skip


def test_from_the_search_to_the_decision(cast: Any, client_as: Any, donatur: Donatur) -> None:
    hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
    asuhan = donatur.asuhan[0]

    found = hadi.post("/iuran/kelola/cari", data={"nip": cast.sari.asn.nip})
    assert found.status_code == 200 and asuhan.pekerja.nama in found.text
    url = f"/iuran/kelola/penerimaan/{asuhan.id}"
    assert url in found.text
    page = hadi.get(url).text
    assert re.search(r"data-uji=\"harga\"", page) and "Rp8.400" in page and "Jumlah sampai bulan ini" in page

    answer = hadi.post(url, data=isian(jumlah="10.000"))
    row = db.session.scalars(db.select(Penerimaan)).one()
    assert (answer.status_code, row.status) == (303, StatusUsul.DIAJUKAN)
    shown = hadi.get(answer.location).text
    assert "Kelebihan Rp1.600" in shown and "/setujui" not in shown
    assert row.nomor in hadi.get("/iuran/kelola").text

    assert row.nomor in yuni.get("/iuran/putusan").text
    page = yuni.get(answer.location).text
    assert "Kelebihan Rp1.600" in page
    done = yuni.post(f"{answer.location}/setujui", data={"versi": str(row.versi)})
    assert done.status_code == 303
    paid = db.session.scalars(db.select(Iuran)).one()
    assert paid.status is StatusIuran.DIBAYAR_LAIN
    assert paid.nomor_bukti in hadi.get(answer.location).text
    again = yuni.post(f"{answer.location}/setujui", data={"versi": str(row.versi)})
    assert again.status_code in (409, 422)
    # The donor reads the same on the own page.
    mine = client_as(cast.sari).get(f"/iuran/{BULAN:%Y-%m}").text
    assert "Tidak dipotong, karena sudah dibayar tunai" in mine and paid.nomor_bukti in mine


def test_a_refused_form_keeps_what_was_typed(cast: Any, client_as: Any, donatur: Donatur) -> None:
    url = f"/iuran/kelola/penerimaan/{donatur.asuhan[0].id}"
    hadi = client_as(cast.hadi)
    answer = hadi.post(url, data=isian(jumlah="8.000", bukti="KAS-9"))
    assert answer.status_code == 422 and "Kurang Rp400" in answer.text and "KAS-9" in answer.text
    assert hadi.post(url, data={}).status_code == 422
    assert hadi.post(url, data=isian(bulan_mulai="2020-01")).status_code == 422
    assert db.session.scalar(db.select(db.func.count()).select_from(Penerimaan)) == 0


def test_refusing_needs_a_reason(cast: Any, client_as: Any, donatur: Donatur) -> None:
    hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
    url = hadi.post(f"/iuran/kelola/penerimaan/{donatur.asuhan[0].id}", data=isian()).location
    assert yuni.post(f"{url}/tolak", data={"catatan": ""}).status_code == 422
    assert yuni.post(f"{url}/tolak", data={"catatan": "Tidak terbaca."}).status_code == 303
    assert "Tidak terbaca." in hadi.get(url).text


def test_a_proposal_by_pages(cast: Any, client_as: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], BULAN)
    hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
    listed = hadi.get(f"/iuran/kelola/bulan/{BULAN:%Y-%m}").text
    assert f"/iuran/usul/{row.id}" in listed and "Sari Rekaan" in listed
    assert "Tidak ada iuran yang cocok" in hadi.get(f"/iuran/kelola/bulan/{BULAN:%Y-%m}?status=gagal").text
    assert hadi.get(f"/iuran/kelola/bulan/{BULAN:%Y-%m}?status=aneh").status_code == 422

    form = {"alasan": "salah_kami", "keterangan": "tercatat dua kali"}
    answer = hadi.post(f"/iuran/usul/{row.id}", data=form)
    assert answer.status_code == 303
    assert "menunggu keputusan" in hadi.get(f"/iuran/usul/{row.id}").text
    assert "Bila disetujui: Tagihan Rp8.400 dihapuskan" in yuni.get(answer.location).text
    assert "Kesalahan pada pihak kami" in yuni.get("/iuran/putusan").text

    assert yuni.post(f"{answer.location}/setujui", data={}).status_code == 303
    assert db.session.get_one(Iuran, row.id).status is StatusIuran.DIHAPUSKAN
    assert db.session.scalars(db.select(UsulIuran)).one().status is StatusUsul.DITERIMA
    assert hadi.get(f"/iuran/usul/{row.id}").status_code == 404


def test_unknown_and_odd_numbers(cast: Any, client_as: Any) -> None:
    hadi = client_as(cast.hadi)
    for nip in ("", "123", "199001012020121999"):
        assert hadi.post("/iuran/kelola/cari", data={"nip": nip}).status_code == 422


def test_the_list_goes_on(cast: Any, client_as: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("rentan.iuran.queries.list_iuran.__kwdefaults__", {"sesudah": None, "banyak": 2})
    for one in make_donatur(pekerja=3).asuhan:
        make_iuran(one, BULAN)
    hadi = client_as(cast.hadi)
    first = hadi.get(f"/iuran/kelola/bulan/{BULAN:%Y-%m}").text
    further = re.search(r'href="([^"]*sesudah=[^"]*)"', first)
    assert further and first.count("/iuran/usul/") == 2
    assert hadi.get(further.group(1).replace("&amp;", "&")).text.count("/iuran/usul/") == 1


@pytest.mark.parametrize("nama", ["sari", "wati", "budi", "bayu", "dewi", "agus", "joko", "rini"])
def test_nobody_else_enters(cast: Any, client_as: Any, donatur: Donatur, nama: str) -> None:
    browser = client_as(getattr(cast, nama))
    for url in ("/iuran/kelola", "/iuran/putusan", f"/iuran/kelola/bulan/{BULAN:%Y-%m}"):
        assert browser.get(url).status_code == 403
    assert browser.get(f"/iuran/kelola/penerimaan/{donatur.asuhan[0].id}").status_code == 403


def test_looks_leave_a_trace_without_names(cast: Any, client_as: Any, donatur: Donatur) -> None:
    hadi = client_as(cast.hadi)
    hadi.post("/iuran/kelola/cari", data={"nip": cast.sari.asn.nip})
    hadi.get(f"/iuran/kelola/penerimaan/{donatur.asuhan[0].id}")
    traces = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nama_dilihat")).all()
    assert len(traces) == 2
    assert not any("Rekaan" in one.rincian or cast.sari.asn.nip in one.rincian for one in traces)


def test_holding_and_letting_go(cast: Any, client_as: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], BULAN)
    hadi, url = client_as(cast.hadi), f"/iuran/kelola/tahan/{row.id}"
    assert url in hadi.get(f"/iuran/donatur/{donatur.asn.id}/{BULAN:%Y-%m}").text

    assert hadi.post(url, data={"catatan": ""}).status_code == 422
    assert hadi.post(url, data={"catatan": "Kata donatur sudah pindah.", "versi": "99"}).status_code == 409
    assert hadi.post(url, data={"catatan": "Kata donatur sudah pindah."}).status_code == 303
    held = db.session.get_one(Iuran, row.id)
    assert (held.status, held.alasan_tahan) == (StatusIuran.DITAHAN, AlasanTahan.DIMINTA)
    told = client_as(cast.sari).get(f"/iuran/{BULAN:%Y-%m}").text
    assert AlasanTahan.DIMINTA.label in told and "sudah pindah" not in told

    assert hadi.post(url, data={"catatan": "Tetap."}).status_code == 303
    assert db.session.get_one(Iuran, row.id).status is StatusIuran.TERJADWAL


def test_what_the_schedule_holds_is_not_let_go_by_hand(cast: Any, client_as: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], BULAN, StatusIuran.DITAHAN, alasan_tahan=AlasanTahan.PLAFON)
    hadi, url = client_as(cast.hadi), f"/iuran/kelola/tahan/{row.id}"
    assert "lepas sendiri" in hadi.get(url).text
    assert hadi.post(url, data={"catatan": "Lepas."}).status_code == 422
    for orang in (cast.yuni, cast.sari, cast.wati, cast.bayu):
        assert client_as(orang).post(url, data={"catatan": "Lepas."}).status_code == 403
