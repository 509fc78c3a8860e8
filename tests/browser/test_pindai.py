"""A stack in a real Chromium: upload, progress, tray, one page by hand, send; scripts on and off."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from rentan.core import queue
from rentan.ext import db
from rentan.pindai import actions, baca
from rentan.surat_kuasa.status import StatusSurat
from tests.pindai import kertas
from tests.surat_kuasa.kertas import make_cetak


@pytest.fixture(autouse=True)
def hari_ini() -> Iterator[None]:
    with time_machine.travel("2026-11-21 03:00:00+00:00", tick=True):
        yield


@pytest.fixture
def antrean(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Reading happens beside the server, as in production, and waits before its last pages for this event."""
    lanjut, threads = threading.Event(), []
    real = baca.read_pages

    def send(name: str, args: dict[str, Any]) -> None:
        thread = threading.Thread(target=queue.run_task, args=(app, name, args))
        threads.append(thread)
        thread.start()

    def read(berkas: Any, nomor: Any) -> Any:
        if nomor[0] > 2:
            lanjut.wait(30)
        return real(berkas, nomor)

    monkeypatch.setattr(queue, "_send", send)
    monkeypatch.setattr(baca, "read_pages", read)
    monkeypatch.setattr(baca, "SEKALI", 2)
    yield lanjut
    lanjut.set()
    for thread in threads:
        thread.join(timeout=30)


@pytest.mark.parametrize("skrip", [True, False], ids=["dengan skrip", "tanpa skrip"])
def test_from_pdf_to_the_queue_of_verification(
    cast: Any, buka: Any, antrean: threading.Event, tmp_path: Path, skrip: bool
) -> None:
    surat = make_cetak(cast.sari)
    db.session.commit()
    acak = random.Random(7)
    sheets = kertas.lembar_surat(surat)
    pages = [kertas.pindai(one, acak) for name, one in sheets.items() if name != "KTP"]
    pages += [kertas.tak_terbaca(sheets["KTP"], acak), kertas.kosong(acak)]
    pdf = tmp_path / "tumpukan.pdf"
    pdf.write_bytes(kertas.jadi_pdf(pages))

    page = buka(cast.budi, skrip=skrip)
    page.goto("/pindai")
    page.locator("input[name=berkas]").set_input_files(pdf)
    page.get_by_role("button", name="Unggah dan baca").click()
    page.get_by_role("heading", name="Tumpukan pindaian").wait_for()
    for _ in range(30):
        if "2 dari" in page.locator("#isi").inner_text():
            break
        page.wait_for_timeout(300)
        if not skrip:
            page.get_by_role("link", name="Lihat kemajuan terakhir").click()
    assert f"2 dari {len(pages)} halaman" in page.locator("[data-uji=kemajuan]").inner_text()
    antrean.set()
    for _ in range(60):
        if page.locator("[data-uji=lengkap]").count():
            break
        page.wait_for_timeout(500)
        if not skrip:
            page.get_by_role("link", name="Lihat kemajuan terakhir").click()
    assert page.locator("[data-uji=lengkap]").inner_text() == "0"
    assert "KTP ASN" in page.locator("[data-uji=surat-kurang]").inner_text()

    page.get_by_role("link", name=f"Tempatkan halaman {len(pages) - 1}").click()
    page.get_by_label("Surat kuasa", exact=True).select_option(str(surat.id))
    page.get_by_label("KTP ASN").check()
    page.get_by_role("button", name="Tempatkan", exact=True).click()
    page.get_by_role("button", name="Kirim yang lengkap (1)").wait_for()
    page.get_by_label("Tanggal tanda tangan semua surat").fill("21-11-2026")
    page.get_by_role("button", name="Kirim yang lengkap (1)").click()
    page.get_by_text("1 surat terkirim untuk diverifikasi.").first.wait_for()
    db.session.expire_all()
    assert surat.status is StatusSurat.DIUNGGAH
    assert page.locator("[data-uji=disimpan]").inner_text() == str(len(pages) - 1)


def test_no_barrier(cast: Any, buka: Any, tmp_path: Path) -> None:
    """axe finds nothing on the upload, on a tray with everything in it, and on one of its pages."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    acak = random.Random(7)
    sheets = kertas.lembar_surat(make_cetak(cast.sari)), kertas.lembar_surat(make_cetak(cast.lina))
    pages = [kertas.pindai(one, acak) for one in (*sheets[0].values(), sheets[1]["1"], sheets[1]["1"])]
    pages += [kertas.tak_terbaca(sheets[1]["KTP"], acak), kertas.kosong(acak)]
    page = buka(cast.budi)
    page.goto("/pindai")
    assert axe.Axe().run(page).violations_count == 0
    pdf = tmp_path / "tumpukan.pdf"
    pdf.write_bytes(kertas.jadi_pdf(pages))
    page.locator("input[name=berkas]").set_input_files(pdf)
    page.get_by_role("button", name="Unggah dan baca").click()
    page.get_by_role("heading", name="Lengkap", exact=True).wait_for(timeout=40_000)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if (folder := Path("/tmp/h3_gambar")).is_dir():
        page.screenshot(path=folder / "baki.png", full_page=True, caret="initial")
    page.get_by_role("link", name="Tempatkan halaman").first.click()
    page.get_by_role("heading", name="Tempatkan").wait_for()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if folder.is_dir():
        page.screenshot(path=folder / "halaman.png", full_page=True, caret="initial")
        page.goto("/pindai")
        page.screenshot(path=folder / "unggah.png", full_page=True, caret="initial")


def test_actions_are_registered() -> None:
    """The job's name is what ``enqueue`` is asked for."""
    assert queue._TASKS["pindai.baca"] is actions.read_stack
