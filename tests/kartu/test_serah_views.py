"""The pages of handing over: scan as form and as JSON, one card, search, taking back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.ext import db
from rentan.kartu.models import PenyerahanKartu
from rentan.kartu.status import StatusKartu
from tests.cast import Cast
from tests.kartu.hari import TUGU, list_undangan, make_acara, make_kartu
from tests.kartu.test_serah import serahkan

JSON = {"Accept": "application/json"}


def test_the_plain_form_hands_over_and_shows_it(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 2)
    kode = list_undangan(acara)[0].kartu.kode
    joko = client_as(cast.joko)
    data = {"nomor_kartu": kode.lower(), "penerima": "pekerja", "kunci_formulir": joko.key()}
    url = f"/kartu/serah?acara={acara.id}"
    answer = joko.post(url, data=data)
    assert answer.status_code == 303
    page = joko.get(answer.location)
    assert "Diserahkan" in page.text and "1 / 2" in page.text
    assert joko.post(url, data=data).location == answer.location, "the same form once more (CON-4)"
    again = joko.post(url, data=data | {"kunci_formulir": joko.key()})
    assert again.status_code == 409
    assert "Sudah diserahkan" in again.text and "Oleh Anda" in again.text


def test_todays_only_day_is_taken_without_asking(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 1)
    joko = client_as(cast.joko)
    assert f'data-acara="{acara.id}"' in joko.get("/kartu/serah").text
    make_acara(cast.joko, 0)
    assert 'data-acara="-"' in joko.get("/kartu/serah").text


def test_json_for_the_pages_own_queue(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 2)
    row = list_undangan(acara)[0]
    joko, url = client_as(cast.joko), f"/kartu/serah?acara={acara.id}"

    def scan(kode: str) -> Any:
        return joko.post(url, data={"nomor_kartu": kode, "penerima": "pekerja"}, headers=JSON)

    first = scan(f"RENTAN:KT:{row.kartu.kode}")
    assert first.status_code == 200
    assert first.json["hasil"] == "diserahkan"
    assert (first.json["serah"], first.json["undangan"]) == (1, 2)
    assert first.json["nama"] == row.kartu.pekerja.nama
    twice = scan(row.kartu.kode)
    assert (twice.status_code, twice.json["hasil"], twice.json["sendiri"]) == (200, "sudah", True)
    assert "nama" not in twice.json
    stray = make_kartu("Tambahan Rekaan")
    assert "Tidak ada dalam daftar" in scan(stray.kode).json["keterangan"]
    foreign, unknown = scan(make_kartu(kelurahan=TUGU).kode), scan("K0000000")
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.json == unknown.json
    assert scan("").status_code == 422
    assert scan("x" * 300).status_code == 422


def test_and_tini_hears_nothing_about_joko(cast: Cast, client_as: Any) -> None:
    kartu = make_kartu()
    serahkan(kartu, cast.joko)
    db.session.commit()
    tini = client_as(cast.tini).post("/kartu/serah", data={"nomor_kartu": kartu.kode}, headers=JSON)
    assert tini.status_code == 422
    assert "Joko" not in tini.text and "sudah" not in tini.text.lower()


@pytest.mark.parametrize("nama", ["sari", "budi", "wati", "rini", "bayu", "dewi", "agus"])
def test_nobody_else_scans(cast: Cast, client_as: Any, nama: str) -> None:
    other = client_as(getattr(cast, nama))
    assert other.get("/kartu/serah").status_code == 403
    assert other.post("/kartu/serah", data={"nomor_kartu": "K0000000"}, headers=JSON).status_code == 403


def test_one_card_asks_for_identity_or_the_whole_proxy(cast: Cast, client_as: Any) -> None:
    kartu = make_kartu()
    db.session.commit()
    joko, url = client_as(cast.joko), f"/kartu/{kartu.id}/serah"
    hari = f"{today():%d-%m-%Y}"
    for page in (url, "/kartu/serah"):  # K7: the worker is told what the card is for
        assert "2 × 24 jam" in joko.get(page).text
    assert client_as(cast.tini).get(url).status_code == 404
    assert joko.get(f"/kartu/{uuid.uuid4()}/serah").status_code == 404
    data = {"penerima": "pekerja", "tanggal": hari, "kunci_formulir": joko.key()}
    refused = joko.post(url, data=data)
    assert refused.status_code == 422 and "Cocokkan identitas" in refused.text
    proxy = {"penerima": "wakil", "nama_wakil": "Siti", "hubungan": "anak", "tanggal": hari}
    assert joko.post(url, data=proxy | {"kunci_formulir": joko.key()}).status_code == 422
    done = joko.post(url, data=proxy | {"alasan_wakil": "sakit", "kunci_formulir": joko.key()})
    assert done.status_code == 303
    assert kartu.status is StatusKartu.DISERAHKAN


def test_search_is_posted_and_logged(cast: Cast, client_as: Any) -> None:
    make_kartu("Slamet Widodo Rekaan")
    db.session.commit()
    joko = client_as(cast.joko)
    found = joko.post("/kartu/serah/cari?acara=-", data={"nama": "widodo"}, headers={"HX-Request": "true"})
    assert found.status_code == 200
    assert "Slamet Widodo Rekaan" in found.text and "<html" not in found.text
    assert "17 Mei" not in found.text and "1980" not in found.text  # MSK-1
    assert joko.post("/kartu/serah/cari", data={"nama": "w"}).status_code == 422
    assert "Slamet" not in client_as(cast.tini).post("/kartu/serah/cari", data={"nama": "widodo"}).text
    assert db.session.scalar(
        db.select(db.func.count()).select_from(Jejak).where(Jejak.rincian.contains("serah_cari"))
    )


def test_taken_back_on_its_page(cast: Cast, client_as: Any) -> None:
    kartu = make_kartu()
    row = serahkan(kartu, cast.joko)
    db.session.commit()
    url = f"/kartu/serah/{row.id}/batal"
    assert client_as(cast.tini).get(url).status_code == 404
    assert client_as(cast.sari).get(url).status_code == 403
    assert client_as(cast.bayu).get(url).status_code == 200
    joko = client_as(cast.joko)
    assert joko.post(url, data={"kunci_formulir": joko.key()}).status_code == 303
    assert kartu.status is StatusKartu.DITERIMA_KEC
    twice = joko.post(url, data={"kunci_formulir": joko.key()})
    assert twice.status_code == 422 and "sudah dibatalkan" in twice.text
    assert db.session.get_one(PenyerahanKartu, row.id).dibatalkan_pada is not None
