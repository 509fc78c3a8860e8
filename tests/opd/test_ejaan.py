"""Agencies by whatever files call them, in any city."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from rentan.core.errors import NotFound, RuleError, Stale
from rentan.ext import db
from rentan.opd import actions, queries
from rentan.opd.ejaan import akhiran_kota, normal
from tests import factories
from tests.cast import Cast

KOTA = akhiran_kota("Kota Contohan", "Pemerintah Kota Contohan")


@pytest.mark.parametrize(
    ("kiri", "kanan"),
    [
        ("Dinas Pasar", "DINAS PASAR KOTA CONTOHAN"),
        ("Dinas Pasar", "Dinas Pasar Pemerintah Kota Contohan"),
        ("Dinas Pasar", "dinas  pasar, Pemkot Contohan"),
        ("Kecamatan Gajahmungkur", "Kec. Gajah Mungkur"),
        ("Kecamatan Contohan Hulu", "KEC CONTOHAN HULU KOTA CONTOHAN"),
        ("Koperasi & UM", "Koperasi dan UM"),
        ("Rumah Sakit Daerah K.R.M.T. Wongsonegoro", "RUMAH SAKIT DAERAH K R M T WONGSONEGORO"),
        ("Bagian Pengadaan Barang/Jasa", "Bag. Pengadaan Barang Jasa"),
    ],
)
def test_same_agency(kiri: str, kanan: str) -> None:
    assert normal(kiri, KOTA) == normal(kanan, KOTA) != ""


def test_the_city_alone_stays_and_other_places_differ() -> None:
    assert normal("Kota Contohan", KOTA) == "kotacontohan"
    assert normal("Kecamatan Contohan", KOTA) != normal("Kecamatan Contohan Hulu", KOTA)
    assert normal("Dinas Pasar Kota Lain", KOTA) != normal("Dinas Pasar", KOTA)
    assert normal(" .,- ", KOTA) == ""


@given(st.text(max_size=80))
def test_normal_form_is_stable(text: str) -> None:
    once = normal(text, KOTA)
    assert normal(f" {text} ", KOTA) == once
    assert once == once.casefold()


@pytest.mark.kedua_basis
def test_every_agency_is_found_by_code_name_and_short_name(app: Flask) -> None:
    pencocok = queries.buat_pencocok()
    for opd in queries.list_semua_opd():
        for ejaan in (opd.kode, opd.nama, opd.nama.upper(), f"{opd.nama} Kota Semarang", opd.singkatan):
            assert pencocok.cari(ejaan) == opd.id, ejaan
    assert pencocok.cari("Dinas Antariksa") is None
    assert pencocok.cari(None) is None


def test_a_spelling_shared_by_two_belongs_to_neither_until_mapped(app: Flask, cast: Cast) -> None:
    satu, dua = factories.opd("DPU"), factories.opd("DKP")
    satu.singkatan = dua.singkatan = "Dinas Kembar"
    db.session.flush()
    assert queries.buat_pencocok().cari("dinas kembar") is None
    actions.map_ejaan("DINAS KEMBAR", dua, by=cast.dewi.pelaku)
    assert queries.buat_pencocok().cari("Dinas Kembar Kota Semarang") == dua.id
    actions.map_ejaan("dinas kembar", satu, by=cast.dewi.pelaku)
    assert queries.buat_pencocok().cari("Dinas Kembar") == satu.id
    assert len(queries.list_ejaan()) == 1
    actions.forget_ejaan("dinaskembar", by=cast.dewi.pelaku)
    assert queries.buat_pencocok().cari("Dinas Kembar") is None
    with pytest.raises(NotFound):
        actions.forget_ejaan("dinaskembar", by=cast.dewi.pelaku)
    with pytest.raises(RuleError):
        actions.map_ejaan(" . ", satu, by=cast.dewi.pelaku)


def test_a_renamed_agency_is_still_found_and_an_ended_one_is_not(app: Flask, cast: Cast) -> None:
    opd = factories.opd("DKP")
    lama, versi = opd.nama, opd.versi

    def ubah(**more: object) -> None:
        isi = {"nama": "Dinas Pangan", "singkatan": "Dispang", "berlaku_mulai": None, "berlaku_sampai": None}
        actions.change_opd(opd, **(isi | more), by=cast.dewi.pelaku)  # type: ignore[arg-type]

    ubah(versi=versi)
    assert queries.buat_pencocok().cari(lama) == opd.id
    with pytest.raises(Stale):
        ubah(versi=versi)
    with pytest.raises(RuleError):
        ubah(nama=factories.opd("DPU").nama)
    with pytest.raises(RuleError):
        ubah(berlaku_mulai=date(2026, 2, 1), berlaku_sampai=date(2026, 1, 1))
    ubah(berlaku_sampai=date(2026, 6, 30))
    assert queries.buat_pencocok(date(2026, 7, 1)).cari("Dinas Pangan") is None
    assert queries.buat_pencocok(date(2026, 6, 30)).cari("Dinas Pangan") == opd.id


def test_pages(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi, opd = client_as(cast.dewi), factories.opd("DKP")
    db.session.commit()
    html = dewi.get("/opd").text
    assert html.count("Ubah<span") == 64
    assert dewi.get(f"/opd/{opd.id}").status_code == 200
    isi = {
        "nama": "Dinas Pangan",
        "singkatan": "Dispang",
        "versi": str(opd.versi),
        "kunci_formulir": dewi.key(),
    }
    assert dewi.post(f"/opd/{opd.id}", data={**isi, "nama": ""}).status_code == 422
    assert dewi.post(f"/opd/{opd.id}", data=isi).status_code == 303
    isi = {**isi, "nama": "Dinas Pangan dan Gizi", "kunci_formulir": dewi.key()}
    stale = dewi.post(f"/opd/{opd.id}", data=isi)
    assert stale.status_code == 409
    table = stale.text[stale.text.index('data-uji="beda"') : stale.text.index("</table>")]
    assert "<td>Dinas Pangan</td><td>Dinas Pangan dan Gizi</td>" in table and "Dispang" not in table
    isi["versi"] = re.findall(r'name="versi"[^>]*value="(\d+)"', stale.text)[0]
    assert dewi.post(f"/opd/{opd.id}", data={**isi, "kunci_formulir": dewi.key()}).status_code == 303
    isi = {"ejaan": "Dinas Antariksa", "opd": str(opd.id), "kunci_formulir": dewi.key()}
    assert dewi.post("/opd/ejaan", data={**isi, "opd": ""}).status_code == 422
    assert dewi.post("/opd/ejaan", data=isi).status_code == 303
    assert "dinasantariksa" in dewi.get("/opd").text
    assert dewi.post("/opd/ejaan/hapus", data={"ejaan": "dinasantariksa"}).status_code == 303
    assert dewi.post("/opd/ejaan/hapus", data={"ejaan": "dinasantariksa"}).status_code == 404
    assert dewi.get(f"/opd/{cast.dewi.akun.id}").status_code == 404
    for orang in (cast.wati, cast.sari, cast.agus):
        assert client_as(orang).get("/opd").status_code == 403
