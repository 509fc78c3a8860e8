"""Bad input in every step: a sentence at its field (422), nothing stored, what was typed is kept."""

from __future__ import annotations

import io
import uuid
from datetime import date
from typing import Any

import pytest

from rentan.asuhan.models import Asuhan
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pendaftaran.models import Pendaftaran
from tests.pendaftaran import jalan

PANJANG = "x" * 5_000
SKRIP = "<script>alert(1)</script>"


def _refused(answer: Any, field: str | None) -> str:
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, (answer.status_code, page[:300])
    assert "Ada yang perlu diperbaiki" in page
    if field:
        assert f'id="{field}-galat"' in page, page
    return page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alamat", ""),
        ("alamat", "   "),
        ("alamat", PANJANG),
        ("kelurahan", ""),
        ("kelurahan", "33.74.99.9999"),
        ("kelurahan", "' OR 1=1 --"),
        ("hp", ""),
        ("hp", "123"),
        ("hp", "+1 555 0100"),
        ("hp", "０８１２３４５６７８９０x"),
    ],
)
def test_own_data(cast: Any, client_as: Any, field: str, value: str) -> None:
    browser = client_as(cast.sari)
    sent = jalan.isi(browser, "/pendaftaran/data-diri", jalan.DATA_DIRI | {field: value})
    page = _refused(sent, field)
    assert db.session.scalar(db.select(db.func.count()).select_from(Pendaftaran)) == 0
    if field != "alamat":
        assert jalan.DATA_DIRI["alamat"] in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("nik", "", "Isi NIK"),
        ("nik", "123", ""),
        ("nik", "3374151705809000x", ""),
        ("nik", "3374153902809001", ""),  # 39 February as a day of birth
        ("nik", "3374151705800000", ""),  # serial 0000
        ("nik", "٣٣٧٤١٥١٧٠٥٨٠٩٠٠١", ""),  # Arabic digits
        ("nik", "3374151705809001\n", None),  # a trailing newline is a blank: accepted
        ("nama", "", "Isi nama"),
        ("nama", PANJANG, "paling panjang"),
        ("tanggal_lahir", "", "Isi tanggal lahir"),
        ("tanggal_lahir", "31-02-1980", ""),
        ("tanggal_lahir", "besok", ""),
        ("tanggal_lahir", "01-01-2030", ""),
        ("jenis_kelamin", "", "Pilih jenis kelamin"),
        ("jenis_kelamin", "X", "Pilih jenis kelamin"),
        ("pekerjaan", "", "Isi pekerjaan"),
        ("sektor", "", "Pilih sektor"),
        ("sektor", "asn", "Pilih sektor"),
        ("alamat", "", "Isi alamat"),
        ("kelurahan", "", "Pilih kelurahan"),
        ("kelurahan", "luar", "Pilih kelurahan"),
        ("hp", "abc", ""),
        ("diberi_tahu", None, "Beri tahu pekerja"),
        ("diberi_tahu_pada", "", "Isi diberi tahu"),
        ("diberi_tahu_pada", "31-12-2026", "masa depan"),
    ],
)
def test_a_typed_worker(cast: Any, client_as: Any, field: str, value: Any, sentence: str | None) -> None:
    browser = client_as(cast.sari)
    typed = jalan.pekerja() | {field: value}
    typed = {name: one for name, one in typed.items() if one is not None}
    if value is not None and value.endswith("\n"):
        typed["nik"] = jalan.pekerja()["nik"] + "\n"
    sent = jalan.isi(browser, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    if sentence is None:
        assert sent.status_code == 303
        return
    page = _refused(sent, field)
    assert sentence in page
    assert db.session.scalar(db.select(db.func.count()).select_from(Pekerja)) == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(Asuhan)) == 0


@pytest.mark.parametrize(
    ("lahir", "field"),
    [
        (date(1961, 11, 30), "tanggal_lahir"),  # 64 on the form's day, 65 at the first debit
        (date(1961, 12, 1), "tanggal_lahir"),
        (date(1950, 1, 1), "tanggal_lahir"),
        (date(2009, 12, 2), "tanggal_lahir"),  # 16 at the first debit
    ],
)
def test_too_old_or_too_young_at_the_first_debit(cast: Any, client_as: Any, lahir: date, field: str) -> None:
    browser = client_as(cast.sari)
    sent = jalan.isi(
        browser, "/pendaftaran/pekerja/tambah", jalan.pekerja(lahir), action="/pendaftaran/pekerja"
    )
    page = _refused(sent, field)
    assert "daftar calon" in page, "the pool is offered instead"


@pytest.mark.parametrize("lahir", [date(1961, 12, 2), date(2009, 12, 1)])
def test_just_within_the_ages(cast: Any, client_as: Any, lahir: date) -> None:
    browser = client_as(cast.sari)
    sent = jalan.isi(
        browser, "/pendaftaran/pekerja/tambah", jalan.pekerja(lahir), action="/pendaftaran/pekerja"
    )
    assert sent.status_code == 303


def test_a_warning_needs_its_reason(cast: Any, client_as: Any) -> None:
    """The date on the form differs from the one in the NIK: legal (PP 40/2019), but it must be explained."""
    browser = client_as(cast.sari)
    typed = jalan.pekerja() | {"tanggal_lahir": "18-05-1980"}
    sent = jalan.isi(browser, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    page = _refused(sent, "alasan_peringatan")
    assert "18-05-1980" in page
    again = jalan.isi(
        browser,
        "/pendaftaran/pekerja/tambah",
        typed | {"alasan_peringatan": "Sudah dicocokkan dengan KTP asli"},
        action="/pendaftaran/pekerja",
    )
    assert again.status_code == 303


def test_a_worker_of_somebody_else_is_refused_without_names(cast: Any, client_as: Any) -> None:
    lina, sari = client_as(cast.lina), client_as(cast.sari)
    typed = jalan.pekerja()
    for browser in (lina, sari):
        sent = jalan.isi(browser, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    page = _refused(sent, "nik")
    assert "sudah terdaftar" in page and "daftar calon" in page
    assert "Lina" not in page and "Komunikasi" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("program", ""),
        ("program", "JHT"),
        ("penghasilan", ""),
        ("penghasilan", "1e6"),
        ("penghasilan", "1_000_000"),
        ("penghasilan", "16,8"),
        ("penghasilan", "-5"),
        ("penghasilan", "0"),
        ("periode", ""),
        ("periode", "2"),
        ("periode", "12; DROP TABLE"),
        ("bulan_pertama", ""),
        ("bulan_pertama", "2026-11"),
        ("bulan_pertama", "2030-01"),
        ("nomor_rekening", ""),
        ("nomor_rekening", "abc"),
        ("nomor_rekening", "1234-x"),
        ("nama_rekening", ""),
        ("plafon", "8.400"),  # below the price from January 2027 on
        ("plafon", "1e9"),
        ("plafon", "0"),
    ],
)
def test_contribution(cast: Any, client_as: Any, field: str, value: str) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_pekerja(browser)
    sent = jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN | {field: value})
    page = _refused(sent, field)
    if field != "nama_rekening":
        assert 'value="Sari Rekaan"' in page
    draf = db.session.scalars(db.select(Pendaftaran)).one()
    assert draf.surat_kuasa_id is None


@pytest.mark.parametrize("value", ["", "besok", "31-02-2026", "20-11-2026", "22-11-2026"])
def test_date_of_signature(cast: Any, client_as: Any, value: str) -> None:
    """Not before the print (today), not in the future."""
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    sent = jalan.isi(
        browser, "/pendaftaran/berkas", {"ditandatangani_pada": value}, action="/pendaftaran/berkas"
    )
    _refused(sent, "ditandatangani_pada")


@pytest.mark.parametrize(
    ("data", "nama"),
    [
        (b"", "kosong.jpg"),
        (b"MZ\x90\x00", "surat.exe"),
        (b"bukan gambar", "surat.jpg"),
        (b"%PDF-1.7 rusak", "surat.pdf"),
        (b"x" * (5 * 1024 * 1024 + 1), "besar.jpg"),
    ],
)
@pytest.mark.parametrize("jenis", ["surat_kuasa", "ktp", "buku_rekening"])
def test_papers(cast: Any, client_as: Any, jenis: str, data: bytes, nama: str) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    sent = browser.post(
        "/pendaftaran/berkas",
        data={"kunci_formulir": browser.key(), jenis: (io.BytesIO(data), nama)},
        content_type="multipart/form-data",
    )
    _refused(sent, jenis)
    assert "Tersimpan" not in browser.get("/pendaftaran/berkas").get_data(as_text=True)


def test_markup_in_names_is_text(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    typed = jalan.pekerja(nama=SKRIP, pekerjaan=SKRIP)
    assert (
        jalan.isi(browser, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja").status_code
        == 303
    )
    for url in ("/pendaftaran/pekerja", "/pendaftaran/periksa", "/pendaftaran/batal"):
        page = browser.get(url).get_data(as_text=True)
        assert SKRIP not in page and "&lt;script&gt;" in page


def test_posts_without_a_token_change_nothing(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    asuhan = uuid.uuid4()
    for url in (
        "/pendaftaran/data-diri",
        "/pendaftaran/pekerja",
        "/pendaftaran/pekerja/tambah",
        f"/pendaftaran/pekerja/{asuhan}/ambil",
        f"/pendaftaran/pekerja/{asuhan}/ubah",
        f"/pendaftaran/pekerja/{asuhan}/hapus",
        "/pendaftaran/iuran",
        "/pendaftaran/iuran/total",
        "/pendaftaran/berkas",
        "/pendaftaran/berkas/cetak",
        "/pendaftaran/berkas/versi-baru",
        "/pendaftaran/kirim",
        "/pendaftaran/batal",
    ):
        assert browser.post(url, data=jalan.DATA_DIRI, csrf=False).status_code == 400, url
        answer = browser.post(url, data=jalan.DATA_DIRI, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, url
    assert db.session.scalar(db.select(db.func.count()).select_from(Pendaftaran)) == 0
