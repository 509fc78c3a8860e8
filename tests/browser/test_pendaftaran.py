"""The sign-up in a real Chromium, with scripts and without: the same road, the same receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests import factories
from tests.pendaftaran import jalan


@pytest.fixture(autouse=True)
def hari_ini() -> Iterator[None]:
    with time_machine.travel("2026-11-21 03:00:00+00:00", tick=True):
        yield


def _fill_worker(page: Any, nama: str) -> None:
    page.goto("/pendaftaran/pekerja/tambah")
    page.get_by_label("NIK", exact=True).fill(factories.nik())
    page.get_by_label("Nama lengkap sesuai KTP").fill(nama)
    page.get_by_label("Tanggal lahir").fill("17-05-1980")
    page.get_by_label("Laki-laki").check()
    page.get_by_label("Pekerjaan", exact=True).fill("pedagang sayur")
    page.get_by_label("Pekerjaan lain").check()
    page.get_by_label("Alamat rumah").fill("Jalan Contoh 1")
    page.get_by_label("Kelurahan", exact=True).select_option("33.74.15.1001")
    page.get_by_label("Pekerja sudah saya beri tahu").check()


@pytest.mark.parametrize("skrip", [True, False], ids=["dengan skrip", "tanpa skrip"])
def test_from_start_to_receipt(cast: Any, buka: Any, tmp_path: Path, skrip: bool) -> None:
    page = buka(cast.sari, skrip=skrip)
    page.goto("/pendaftaran")
    page.get_by_role("link", name="Mulai pendaftaran").click()
    page.get_by_label("Alamat rumah").fill("Jalan Contoh 12")
    page.get_by_label("Kelurahan tempat tinggal").select_option("33.74.15.1001")
    page.get_by_label("Nomor HP").fill("0812 3456 7890")
    page.get_by_role("button", name="Simpan dan lanjutkan").click()
    page.get_by_role("heading", name="Pekerja yang Anda tanggung").wait_for()

    for nama in ("Slamet Rekaan", "Tarno Rekaan"):
        _fill_worker(page, nama)
        page.get_by_role("button", name="Simpan pekerja").click()
        page.get_by_role("rowheader", name=nama).wait_for()

    page.get_by_role("link", name="Lanjutkan ke iuran").click()
    page.get_by_label("12 bulan sekaligus").check()
    if not skrip:
        page.get_by_role("button", name="Hitung ulang").click()
    expected = "2 pekerja × (Rp8.400 × 1 bulan + Rp16.800 × 11 bulan) = Rp386.400"
    page.get_by_text(expected).wait_for()
    page.get_by_label(re.compile("Nomor rekening")).fill("1234567890")
    page.get_by_role("button", name="Simpan dan lanjutkan").click()

    page.get_by_role("button", name="Buat surat kuasa untuk dicetak").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh surat kuasa").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("textbox", name="Tanggal tanda tangan").fill("21-11-2026")
    page.get_by_role("button", name="Simpan tanggal").click()
    for n, jenis in enumerate(("surat_kuasa", "ktp", "buku_rekening")):
        paper = tmp_path / f"{jenis}.jpg"
        paper.write_bytes(jalan.gambar(n))
        page.locator(f"input[name={jenis}]").set_input_files(paper)
        page.locator(f"#berkas_{jenis}").get_by_role("button", name="Unggah").click()
        page.locator(f"#berkas_{jenis}").get_by_text("Tersimpan").wait_for()
    page.get_by_role("link", name="Lanjutkan ke periksa jawaban").click()
    assert expected in page.content()
    page.get_by_role("button", name="Kirim pendaftaran").click()
    page.get_by_role("heading", name="Pendaftaran terkirim").wait_for()
    assert page.locator("[data-uji=nomor]").inner_text() == "TT-2026-000001"
    page.go_back()
    page.goto("/pendaftaran")
    assert page.locator("[data-uji=terkirim] tbody tr").count() == 1


def test_the_nik_explains_itself_while_typed(cast: Any, buka: Any) -> None:
    page = buka(cast.sari)
    page.goto("/pendaftaran/pekerja/tambah")
    page.get_by_label("NIK", exact=True).press_sequentially(factories.nik(), delay=20)
    page.get_by_text("Laki-laki, lahir 17 Mei 1980, 46 tahun: memenuhi syarat").first.wait_for()
    page.get_by_label("Tanggal lahir").fill("18-05-1980")
    page.get_by_label("Tanggal lahir").press("Tab")
    page.get_by_text("sedangkan Anda mengetik 18-05-1980").first.wait_for()


def test_a_refused_worker_keeps_what_was_typed(cast: Any, buka: Any) -> None:
    page = buka(cast.sari)
    _fill_worker(page, "Slamet Rekaan")
    page.get_by_label("Tanggal lahir").fill("31-02-1980")
    page.get_by_role("button", name="Simpan pekerja").click()
    page.locator("#ringkasan-galat").wait_for()
    page.wait_for_function("document.title.startsWith('Galat: ')")  # the script sets it after the swap
    assert page.get_by_label("Nama lengkap sesuai KTP").input_value() == "Slamet Rekaan"
    assert page.evaluate("document.activeElement.id") == "ringkasan-galat"
    page.get_by_label("Tanggal lahir").fill("17-05-1980")
    page.get_by_role("button", name="Simpan pekerja").click()
    page.get_by_role("rowheader", name="Slamet Rekaan").wait_for()


def test_files_chosen_beside_the_one_uploaded_stay_chosen(
    cast: Any, buka: Any, client_as: Any, tmp_path: Path
) -> None:
    jalan.sampai_cetak(client_as(cast.sari))
    page = buka(cast.sari)
    page.goto("/pendaftaran/berkas")
    for n, jenis in enumerate(("ktp", "buku_rekening")):
        paper = tmp_path / f"{jenis}.jpg"
        paper.write_bytes(jalan.gambar(n))
        page.locator(f"input[name={jenis}]").set_input_files(paper)
    page.locator("#berkas_ktp").get_by_role("button", name="Unggah").click()
    page.locator("#berkas_ktp").get_by_text("Tersimpan").wait_for()
    assert page.locator("input[name=buku_rekening]").evaluate("field => field.files.length") == 1


def test_enter_saves_instead_of_counting(cast: Any, buka: Any, client_as: Any) -> None:
    """The recount button stands after the form's own, so that Enter in a field presses the right one."""
    jalan.sampai_pekerja(client_as(cast.sari))
    page = buka(cast.sari)
    page.goto("/pendaftaran/iuran")
    page.get_by_label(re.compile("Nomor rekening")).fill("1234567890")
    page.get_by_label(re.compile("Nomor rekening")).press("Enter")
    page.get_by_role("button", name="Buat surat kuasa untuk dicetak").wait_for()


@pytest.mark.parametrize(
    "alamat", ["", "/data-diri", "/pekerja", "/pekerja/tambah", "/iuran", "/berkas", "/periksa", "/batal"]
)
def test_no_barrier(cast: Any, buka: Any, client_as: Any, alamat: str) -> None:
    """axe finds nothing on any page of the wizard, with a worker and a printed letter in it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    jalan.sampai_cetak(client_as(cast.sari))
    page = buka(cast.sari)
    page.goto(f"/pendaftaran{alamat}")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
