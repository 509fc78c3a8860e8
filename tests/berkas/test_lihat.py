"""Looking at papers: who, with which headers, and what is left in the trail (UPL-3, UPL-4, AUZ-3, AUD-3)."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import pytest
import time_machine
from PIL import Image

from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.status import JenisBerkas
from rentan.core.audit import Jejak
from rentan.ext import db
from tests.surat_kuasa.kertas import make_unggah, photo


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel("2026-11-21T03:00:00Z"):
        yield


@pytest.fixture
def papers(cast: Any) -> dict[JenisBerkas, Berkas]:
    return list_kini(make_unggah(cast.sari).id)


def looks() -> list[dict[str, Any]]:
    rows = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "berkas_dilihat").order_by(Jejak.seq))
    return [json.loads(one.rincian) for one in rows]


@pytest.mark.parametrize("sisa", ["", "/lihat", "/halaman/1.jpg"])
def test_who_sees_a_scan(cast: Any, client_as: Any, papers: Any, sisa: str) -> None:
    address = f"/berkas/{papers[JenisBerkas.KTP].id}{sisa}"
    missing = f"/berkas/{uuid.uuid4()}{sisa}"
    for siapa in ("sari", "rini"):
        assert client_as(getattr(cast, siapa)).get(address).status_code == 200, siapa
    for siapa in ("budi", "wati", "lina", "eko"):
        browser = client_as(getattr(cast, siapa))
        assert browser.get(address).status_code == browser.get(missing).status_code == 404, siapa
    for siapa in ("dewi", "agus", "bayu", "joko", "hadi", "yuni"):
        assert client_as(getattr(cast, siapa)).get(address).status_code == 403, siapa


def test_an_operator_sees_the_print_of_the_own_opd_only(cast: Any, client_as: Any, papers: Any) -> None:
    address = f"/berkas/{papers[JenisBerkas.SURAT_CETAK].id}"
    assert client_as(cast.budi).get(address).status_code == 200
    assert client_as(cast.wati).get(address).status_code == 404


def test_headers(cast: Any, client_as: Any, papers: Any) -> None:
    ktp = papers[JenisBerkas.KTP]
    answer = client_as(cast.sari).get(f"/berkas/{ktp.id}", headers={"Range": "bytes=0-10"})
    assert answer.status_code == 200 and len(answer.data) == ktp.ukuran
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store" and headers["Accept-Ranges"] == "none"
    assert headers["Content-Disposition"] == f'inline; filename="ktp-{ktp.id.hex[:8]}.jpg"'
    assert "ETag" not in headers and "Last-Modified" not in headers
    letter = client_as(cast.sari).get(f"/berkas/{papers[JenisBerkas.SURAT_KUASA].id}")
    assert letter.headers["Content-Disposition"].startswith('attachment; filename="surat-kuasa-')
    assert letter.data[:5] == b"%PDF-"


def test_pages_as_pictures(cast: Any, client_as: Any, papers: Any) -> None:
    browser, letter = client_as(cast.rini), papers[JenisBerkas.SURAT_KUASA]
    for n in range(1, letter.halaman + 1):
        picture = browser.get(f"/berkas/{letter.id}/halaman/{n}.jpg")
        assert picture.mimetype == "image/jpeg" and Image.open(io.BytesIO(picture.data)).height == 1600
    assert browser.get(f"/berkas/{letter.id}/halaman/9.jpg").status_code in (404, 422)
    assert browser.get(f"/berkas/{papers[JenisBerkas.KTP].id}/halaman/2.jpg").status_code == 404
    page = browser.get(f"/berkas/{letter.id}/lihat").text
    assert page.count("<img") >= letter.halaman and "alt=" in page


def test_each_look_is_noted(cast: Any, client_as: Any, papers: Any) -> None:
    client_as(cast.rini).get(f"/berkas/{papers[JenisBerkas.KTP].id}")
    client_as(cast.wati).get(f"/berkas/{papers[JenisBerkas.KTP].id}")
    assert looks() == [{"jenis": "ktp"}]


def test_the_original_needs_a_reason(cast: Any, client_as: Any, papers: Any) -> None:
    address = f"/berkas/{papers[JenisBerkas.KTP].id}/asal"
    for siapa in ("rini", "dewi"):
        browser = client_as(getattr(cast, siapa))
        assert "Alasan" in browser.get(address).text
        assert browser.post(address, data={"kunci_formulir": browser.key()}).status_code == 422
        form = {"alasan": "sengketa", "kunci_formulir": browser.key()}
        answer = browser.post(address, data=form)
        assert answer.data == photo() and answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert looks() == [{"alasan": "sengketa", "asal": True, "jenis": "ktp"}] * 2
    for siapa in ("sari", "budi", "wati", "agus"):
        assert client_as(getattr(cast, siapa)).get(address).status_code == 403
    assert client_as(cast.rini).get(f"/berkas/{papers[JenisBerkas.SURAT_CETAK].id}/asal").status_code == 404


def test_no_static_road_into_the_store(client: Any, papers: Any) -> None:
    key = papers[JenisBerkas.KTP].kunci_bersih
    for address in (f"/{key}", f"/static/{key}", f"/instance/{key}", f"/berkas/{key}"):
        assert client.get(address).status_code == 404
