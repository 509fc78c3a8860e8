"""The road through the wizard as a browser without scripts walks it, for tests that start somewhere on it."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from rentan.core.clock import today
from tests import factories

DATA_DIRI = {"alamat": "Jalan Contoh 12", "kelurahan": "33.74.15.1001", "hp": "0812 3456 7890"}
IURAN = {
    "program": "JKK+JKM",
    "penghasilan": "1.000.000",
    "periode": "12",
    "bulan_pertama": "2026-12",
    "nomor_rekening": "1234567890",
    "nama_rekening": "Sari Rekaan",
    "plafon": "",
}


def pekerja(lahir: date = date(1980, 5, 17), **changed: Any) -> dict[str, Any]:
    """A typed worker whose NIK fits the birth date."""
    filled = {
        "nik": factories.nik(lahir),
        "nama": "Slamet Rekaan",
        "tanggal_lahir": f"{lahir:%d-%m-%Y}",
        "jenis_kelamin": "L",
        "hp": "",
        "pekerjaan": "pedagang sayur",
        "sektor": "lain",
        "lokasi_kerja": "Pasar Contoh",
        "alamat": "Jalan Contoh 1",
        "kelurahan": "33.74.15.1001",
        "diberi_tahu": "y",
        "diberi_tahu_pada": f"{today():%d-%m-%Y}",
        "alasan_peringatan": "",
    }
    return filled | changed


def gambar(teks: int = 0) -> bytes:
    """A small picture of a page; another number gives other bytes."""
    picture = Image.new("RGB", (600, 800), (250, 250, 240 - teks % 200))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def hidden(answer: TestResponse, action: str | None = None) -> dict[str, str]:
    """The hidden fields of a page's form (the one with this action, else the first one that posts)."""
    text = answer.get_data(as_text=True).partition("<main")[2]  # the head has a form of its own: signing out
    for form in re.findall(r"<form method=\"post\".*?</form>", text, re.S):
        if action is None or f'action="{action}"' in form:
            found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
            return dict(found)
    raise AssertionError(f"no form for {action}")


def isi(browser: FlaskClient, url: str, data: dict[str, Any], *, action: str | None = None) -> TestResponse:
    """Open a page, fill its form in and send it."""
    page = browser.get(url)
    assert page.status_code == 200, page.status_code
    return browser.post(action or url, data=hidden(page, action) | data)


def sampai_pekerja(browser: FlaskClient, **changed: Any) -> None:
    assert isi(browser, "/pendaftaran/data-diri", DATA_DIRI).status_code == 303
    sent = isi(browser, "/pendaftaran/pekerja/tambah", pekerja(**changed), action="/pendaftaran/pekerja")
    assert sent.status_code == 303


def sampai_iuran(browser: FlaskClient, **iuran: Any) -> None:
    sampai_pekerja(browser)
    assert isi(browser, "/pendaftaran/iuran", IURAN | iuran).status_code == 303


def sampai_cetak(browser: FlaskClient) -> None:
    sampai_iuran(browser)
    sent = isi(browser, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    assert sent.status_code == 303


def unggah(
    browser: FlaskClient, jenis: str, data: bytes | None = None, nama: str = "pindai.jpg"
) -> TestResponse:
    page = browser.get("/pendaftaran/berkas")
    keys = re.findall(r'name="kunci_formulir" value="([^"]+)"', page.get_data(as_text=True))
    return browser.post(
        "/pendaftaran/berkas",
        data={"kunci_formulir": keys[-1], jenis: (io.BytesIO(data or gambar(len(jenis))), nama)},
    )


def sampai_unggah(browser: FlaskClient) -> None:
    sampai_cetak(browser)
    for jenis in ("surat_kuasa", "ktp", "buku_rekening"):
        assert unggah(browser, jenis).status_code == 303
    sent = isi(
        browser,
        "/pendaftaran/berkas",
        {"ditandatangani_pada": f"{today():%d-%m-%Y}"},
        action="/pendaftaran/berkas",
    )
    assert sent.status_code == 303


def kirim(browser: FlaskClient) -> TestResponse:
    return isi(browser, "/pendaftaran/periksa", {}, action="/pendaftaran/kirim")
