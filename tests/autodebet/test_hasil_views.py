"""Pages of the bank's answers: upload, preview, apply, download; exceptions and single lines."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from rentan.akun.models import Sesi
from rentan.core.clock import now, today
from rentan.ext import db
from rentan.iuran.models import Percobaan
from rentan.paket.models import Pengecualian
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.autodebet.hasil_maker import baca_langsung, baris, jawab, keadaan, make_terkirim, tulis
from tests.cast import Cast
from tests.pendaftaran.jalan import hidden

SUKSES, GAGAL, MENUNGGU = ("berhasil", "berhasil"), ("gagal", "gagal"), ("dikirim", "terbuka")


@pytest.fixture
def batch(cast: Cast) -> Any:
    found = make_terkirim(cast, 3, bulan=tambah_bulan(awal_bulan(today()), -2))
    db.session.commit()
    return found


def said(one: Any, kode: str = "00", **more: Any) -> str:
    return jawab(one, kode, waktu=f"{today()}", **more)


def test_from_upload_to_download(cast: Cast, client_as: Any, batch: Any) -> None:
    paket, data = batch
    a, b, _ = baris(data)
    hadi, file = client_as(cast.hadi), tulis(said(a), said(b, "94"))
    form = hidden(hadi.get("/autodebet/hasil")) | {"berkas": (io.BytesIO(file), "hasil.csv")}
    look = hadi.post("/autodebet/hasil", data=form).headers["Location"]
    preview = hadi.get(look)
    assert "Menurut hasil" in preview.text and "sudah pernah dijalankan" in preview.text
    assert a.rekening not in preview.text and set(keadaan(paket).values()) == {MENUNGGU}
    assert hadi.post(f"{look}/terapkan", data=hidden(preview, f"{look}/terapkan")).status_code == 303
    done = hadi.get(look).text
    assert keadaan(paket)[a.referensi] == SUKSES and "1 pengecualian yang masih terbuka" in done
    book = CalamineWorkbook.from_filelike(io.BytesIO(hadi.get(f"{look}/baris.xlsx").data))
    sheets = [book.get_sheet_by_name(one).to_python() for one in book.sheet_names]
    flat = {cell for sheet in sheets for row in sheet for cell in row}
    assert a.referensi in flat and b.referensi in flat and a.rekening not in flat
    # The same bytes again are told at once, and nobody else sees the upload.
    form = hidden(hadi.get("/autodebet/hasil")) | {"berkas": (io.BytesIO(file), "lain.csv")}
    again = hadi.post("/autodebet/hasil", data=form)
    assert again.status_code == 422 and "Berkas ini sudah diimpor" in again.text
    for nama in ("yuni", "bayu", "wati"):
        assert client_as(getattr(cast, nama)).get(look).status_code == 403


def test_an_exception_is_taken_and_settled_on_its_page(cast: Cast, client_as: Any, batch: Any) -> None:
    paket, data = batch
    one = baris(data)[0]
    baca_langsung([said(one, nominal=one.nominal + 5)], cast)
    db.session.commit()
    hadi = client_as(cast.hadi)
    url = f"/paket/pengecualian/{db.session.scalar(db.select(Pengecualian.id))}"
    page = hadi.get(url)
    assert "Terima sebagai kelebihan bayar" in page.text and one.rekening not in page.text
    date = f"{today():%d-%m-%Y}"
    take = hidden(page, f"{url}/ambil")
    assert hadi.post(f"{url}/ambil", data=take | {"tenggat": "1-1-2020"}).status_code == 422
    take = hidden(hadi.get(url), f"{url}/ambil")
    assert hadi.post(f"{url}/ambil", data=take | {"tenggat": date}).status_code == 303
    assert "Anda" in hadi.get("/paket/pengecualian?urusan=saya").text
    assert "Tidak ada pengecualian" in hadi.get("/paket/pengecualian?urusan=bebas").text
    answer = {"tindakan": "terima_lebih", "catatan": "surat bank 5", "tanggal": ""}
    refused = hadi.post(url, data=hidden(hadi.get(url), url) | answer)
    assert refused.status_code == 422 and "Isi tanggal menurut bank" in refused.text
    done = hadi.post(url, data=hidden(hadi.get(url), url) | answer | {"tanggal": date})
    assert done.status_code == 303 and keadaan(paket)[one.referensi] == SUKSES
    assert "surat bank 5" in hadi.get("/paket/pengecualian?status=selesai").text
    assert client_as(cast.bayu).get(url).status_code == 404
    assert client_as(cast.wati).get(url).status_code == 403


def test_a_letter_of_the_bank_answers_one_line(cast: Cast, client_as: Any, batch: Any) -> None:
    paket, data = batch
    one = baris(data)[1]
    hadi = client_as(cast.hadi)
    assert one.referensi not in hadi.get("/autodebet/tanpa-kabar").text  # it still waits in its batch
    assert one.referensi in hadi.get(f"/autodebet/tanpa-kabar?referensi={one.referensi.lower()}").text
    found = db.session.scalar(db.select(Percobaan.id).where(Percobaan.referensi == one.referensi))
    url = f"/autodebet/baris/{found}"
    old = hidden(hadi.get(url))
    answer = {"tindakan": "gagal", "kode": "62", "catatan": "surat bank 6"}
    assert hadi.post(url, data=hidden(hadi.get(url)) | answer).status_code == 303
    assert keadaan(paket)[one.referensi] == GAGAL and "surat bank 6" in hadi.get(url).text
    assert hadi.post(url, data=old | answer).status_code in (409, 422)
    assert client_as(cast.wati).get(url).status_code == 403


@pytest.mark.parametrize("alamat", ["/autodebet/hasil", "/autodebet/jawaban"])
def test_an_answer_of_the_bank_is_read_with_a_fresh_password(cast: Cast, client_as: Any, alamat: str) -> None:
    """AUT-7: upload and confirmation; looking at what was read needs none."""
    hadi = client_as(cast.hadi)
    assert hadi.get(alamat).status_code == 200
    db.session.execute(db.update(Sesi).values(segar_pada=now() - timedelta(minutes=11)))
    db.session.commit()
    assert "/masuk/ulang" in hadi.get(alamat).headers["Location"]
    assert "/masuk/ulang" in hadi.post(f"{alamat}/{uuid.uuid4()}/terapkan").headers["Location"]
    assert hadi.get(f"{alamat}/{uuid.uuid4()}").status_code == 404
