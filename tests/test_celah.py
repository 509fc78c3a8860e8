"""Holes that a review with fresh eyes found, each with what closed it (security.md ids in the names)."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from rentan.akun.models import Akun, Sesi
from rentan.berkas.queries import list_kini
from rentan.berkas.status import JenisBerkas
from rentan.calon import actions as calon_actions
from rentan.core.audit import Jejak
from rentan.core.clock import now
from rentan.ext import db
from rentan.opd.models import EjaanOpd
from rentan.pekerja.models import Pekerja
from rentan.surat_kuasa.queries import list_surat
from rentan.util.nama import PANJANG_INTI, nama_inti
from tests import factories
from tests.calon.maker import make_calon
from tests.cast import SANDI, Cast
from tests.pendaftaran import jalan
from tests.surat_kuasa.kertas import make_cetak, make_unggah


def rincian(peristiwa: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == peristiwa).order_by(Jejak.seq))
    return [json.loads(one.rincian) for one in rows]


@pytest.fixture
def kota_nyata(app: Flask) -> Any:
    """A real city: the second factor is required (the demo city leaves it off)."""
    before = app.extensions["rentan"]
    settings = dataclasses.replace(before.settings, env="production")
    app.extensions["rentan"] = dataclasses.replace(before, settings=settings)
    yield
    app.extensions["rentan"] = before


def test_aut5_setting_up_the_second_factor_late_is_no_circle(
    cast: Cast, client: FlaskClient, kota_nyata: None
) -> None:
    """Ten minutes after signing in the page asks for the password, and that page must open."""
    client.post("/masuk", data={"nip": cast.rini.akun.pengenal, "sandi": SANDI})
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        asked = client.get("/akun/pengaman")
        assert asked.location == "/masuk/ulang?next=/akun/pengaman"
        assert client.get(asked.location).status_code == 200
        assert client.post(asked.location, data={"sandi": SANDI}).location == "/akun/pengaman"
        assert client.get("/akun/pengaman").status_code == 200


def test_addresses_of_the_letters_list_carry_no_name(cast: Cast, client_as: Any) -> None:
    for orang in (cast.sari, cast.lina):
        make_cetak(orang)
    foreign = make_cetak(cast.eko)
    db.session.commit()
    budi = client_as(cast.budi)
    first = list_surat(seen_by=cast.budi.pelaku, banyak=1)
    assert first.sesudah == first.baris[0].id
    second = list_surat(seen_by=cast.budi.pelaku, banyak=1, sesudah=first.sesudah)
    assert second.baris[0].id != first.baris[0].id and second.sesudah is None
    assert budi.get(f"/surat-kuasa?sesudah={foreign.id}").status_code == 404
    assert budi.get("/surat-kuasa?sesudah=SARI|x").status_code == 200


def test_auz3_an_admin_does_not_get_the_whole_account_number(cast: Cast, client_as: Any) -> None:
    surat = make_unggah(cast.sari)
    db.session.commit()
    address = f"/surat-kuasa/{surat.id}"
    for siapa in ("sari", "budi", "rini"):
        browser = client_as(getattr(cast, siapa))
        assert browser.get(f"{address}/cetak.pdf").status_code == 200, siapa
        assert "Unduh cetakan" in browser.get(address).text
    dewi = client_as(cast.dewi)
    assert dewi.get(f"{address}/cetak.pdf").status_code == 403
    assert "Unduh cetakan" not in dewi.get(address).text


def test_aud3_every_page_of_a_scan_is_a_look(cast: Cast, client_as: Any) -> None:
    letter = list_kini(make_unggah(cast.sari).id)[JenisBerkas.SURAT_KUASA]
    db.session.commit()
    assert letter.halaman > 1
    assert client_as(cast.rini).get(f"/berkas/{letter.id}/halaman/2.jpg").status_code == 200
    assert rincian("berkas_dilihat") == [{"halaman": 2, "jenis": "surat_kuasa"}]


def test_auz4_extra_fields_are_ignored_and_stand_in_the_trail(cast: Cast, client_as: Any) -> None:
    """Also when the form is refused; the value never, and an odd name only as "another"."""
    sari = client_as(cast.sari)
    sent = jalan.isi(
        sari,
        "/pendaftaran/data-diri",
        jalan.DATA_DIRI | {"status": "aktif", "opd_id": "1", "3374015204900001": "x"},
    )
    assert sent.status_code == 303
    jalan.isi(sari, "/pendaftaran/data-diri", {"alamat": "", "role": "admin"})
    assert rincian("kolom_tak_dikenal") == [
        {"kolom": ["(lain)", "opd_id", "status"]},
        {"kolom": ["role"]},
    ]


@pytest.mark.kedua_basis
def test_nul_in_an_address_is_nothing_that_exists(cast: Cast, client_as: Any, client: FlaskClient) -> None:
    budi, dewi = client_as(cast.budi), client_as(cast.dewi)
    for browser, url in (
        (budi, "/aktivasi/slip?opd=a%00"),
        (budi, "/surat-kuasa/versi/SK-%00"),
        (dewi, "/asn?cari=%00"),
        (client, "/bantuan/%00"),
    ):
        assert browser.get(url).status_code in (200, 404), url
    answer = dewi.post("/opd/ejaan/hapus", data={"ejaan": "a\x00b"})
    assert answer.status_code in (404, 422)


@pytest.mark.kedua_basis
def test_names_that_grow_in_upper_case_fit_their_column(cast: Cast, client_as: Any) -> None:
    nama = "ΐ" * 100
    assert len(nama.upper()) == 300 and len(nama_inti(nama)) == PANJANG_INTI
    typed = jalan.pekerja(nama=nama)
    sent = jalan.isi(
        client_as(cast.sari), "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja"
    )
    assert sent.status_code == 303
    assert db.session.scalars(db.select(Pekerja)).one().nama == nama


@pytest.mark.kedua_basis
def test_a_spelling_that_grows_is_refused(cast: Cast, client_as: Any) -> None:
    dewi = client_as(cast.dewi)
    data = {"ejaan": "ß" * 150, "opd": str(cast.sari.asn.opd_id), "kunci_formulir": dewi.key()}
    assert dewi.post("/opd/ejaan", data=data).status_code == 422
    assert db.session.scalar(db.select(db.func.count()).select_from(EjaanOpd)) == 0


@pytest.mark.kedua_basis
def test_a_long_name_in_a_cover_list_refuses_its_row(cast: Cast, client_as: Any) -> None:
    csv = f"NIK;NAMA;SUMBER;MULAI;SELESAI\n{factories.nik()};{'N' * 300};APBD;01-01-2026;31-12-2026\n"
    dewi = client_as(cast.dewi)
    sent = dewi.post(
        "/pekerja/pelindungan/impor",
        data={"kunci_formulir": dewi.key(), "berkas": (io.BytesIO(csv.encode()), "daftar.csv")},
    )
    assert "NAMA paling panjang 200 karakter" in dewi.get(sent.location).text


def test_five_weak_wishes_are_not_five_wrong_passwords(cast: Cast, client_as: Any) -> None:
    sari = client_as(cast.sari)
    for weak in ("pendek", "password123456", "x" * 129, "abcabcabcabc", f"{cast.sari.akun.pengenal} kopi"):
        data = {"sandi_lama": SANDI, "sandi_baru": weak, "sandi_ulang": weak}
        assert sari.post("/akun/sandi", data=data).status_code == 422, weak
    good = "hujan deras di pagi hari"
    sent = sari.post("/akun/sandi", data={"sandi_lama": SANDI, "sandi_baru": good, "sandi_ulang": good})
    assert sent.status_code == 303


def test_an_address_with_other_letters_fits_a_header(cast: Cast, client: FlaskClient) -> None:
    sent = client.post(
        "/masuk?next=/beranda%3Fx%3D%F0%9F%98%80",
        data={"nip": cast.sari.akun.pengenal, "sandi": SANDI},
        headers={"HX-Request": "true"},
    )
    assert sent.headers["HX-Redirect"].isascii()
    assert db.session.scalar(db.select(db.func.count()).select_from(Sesi)) == 1
    assert db.session.scalar(db.select(Akun.id).where(Akun.pengenal == cast.sari.akun.pengenal)) is not None


def test_auz3_a_name_from_the_pool_goes_back_with_the_worker(cast: Cast, client_as: Any) -> None:
    calon = make_calon("Paijo Rekaan")
    held = calon_actions.pegang(calon, asn=cast.sari.asn, by=cast.sari.pelaku)
    sari = client_as(cast.sari)
    assert "Paijo" in sari.get("/asuhan").text
    jalan.isi(sari, f"/asuhan/{held.id}/batal", {})
    page = sari.get("/asuhan").text
    assert "Paijo" not in page and "Pekerja dari daftar calon" in page
