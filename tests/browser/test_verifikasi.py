"""Verification by keyboard alone in a real Chromium: one letter approved, one sent back with a crop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions, pendapat, queries
from rentan.verifikasi.models import PermintaanPerbaikan
from rentan.verifikasi.status import HasilPutusan, JenisPendapat
from tests.cast import Cast
from tests.verifikasi.periksa import ambil, berkas, putus, surat_masuk, verifikator

HAL = ("surat_kuasa", "ktp", "buku_rekening", "pekerja-1")


@pytest.fixture(autouse=True)
def hari_ini() -> Iterator[None]:
    with time_machine.travel("2026-11-20 03:00:00+00:00", tick=True):
        yield


def tekan(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def sampai(page: Any, judul: str) -> None:
    """The panel shows this and has the focus."""
    page.locator("#panel > h2", has_text=judul).wait_for()
    page.wait_for_function("document.querySelector('[data-panel]').contains(document.activeElement)")


def keadaan(surat_id: Any) -> tuple[StatusSurat, Any, int]:
    """Status, holder, number of verdicts; ends its transaction, or SQLite would keep the server out."""
    db.session.expire_all()
    surat = db.session.get_one(SuratKuasa, surat_id)
    found = surat.status, surat.diperiksa_oleh, len(queries.list_putusan(surat))
    db.session.rollback()
    return found


def test_approved_by_keyboard_only(cast: Cast, buka: Any) -> None:
    first, second = surat_masuk(cast.sari).id, surat_masuk(cast.eko, rekening="2034567892").id
    page = buka(cast.rini)
    page.goto("/verifikasi")
    button = page.get_by_role("button", name="Ambil yang berikutnya")
    for _ in range(40):
        tekan(page, "Tab")
        if button.evaluate("el => el === document.activeElement"):
            break
    tekan(page, "Enter")
    sampai(page, "Surat kuasa bertanda tangan")
    tekan(page, "+", "r", "Enter")
    sampai(page, "KTP ASN")
    # Back, forward again, and the keys of reasons do nothing until they are confirmed.
    tekan(page, "ArrowLeft")
    sampai(page, "Surat kuasa bertanda tangan")
    tekan(page, "Enter")  # decided already: on to the next one, without a second verdict
    sampai(page, "KTP ASN")
    tekan(page, "1", "Escape", "Enter")
    sampai(page, "Halaman depan buku rekening")
    tekan(page, "Enter")
    sampai(page, "Slamet Rekaan 1")
    tekan(page, "Enter")
    sampai(page, "Keputusan")
    focused = page.evaluate("document.activeElement.textContent")
    assert focused.startswith("Setujui surat, lalu ambil berikutnya")
    tekan(page, "Enter")
    page.wait_for_url(f"**/verifikasi/{second}")
    page.get_by_text("disetujui. Ini surat berikutnya.").wait_for()
    rini_id = cast.rini.akun.id
    assert keadaan(first) == (StatusSurat.TERVERIFIKASI, None, 4)
    assert keadaan(second) == (StatusSurat.DIPERIKSA, rini_id, 0)
    tekan(page, "l")  # nothing comes after it: back in the queue
    page.wait_for_url("**/verifikasi")
    assert keadaan(second)[0] is StatusSurat.DIUNGGAH


def test_sent_back_with_a_marked_part(cast: Cast, buka: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    surat_id = surat.id
    page = buka(cast.rini)
    page.goto(f"/verifikasi/{surat_id}")
    sampai(page, "Surat kuasa bertanda tangan")
    tekan(page, "Enter")
    sampai(page, "KTP ASN")
    tekan(page, "2")
    sentence = page.locator("#kalimat")
    assert sentence.input_value().startswith("Ada bagian KTP yang terpotong")
    tekan(page, "k")
    page.keyboard.type(" 123?+r")  # in a field, keys are letters
    tekan(page, "Escape", "t")
    for number, key in (("100", "Tab"), ("200", "Tab"), ("300", "Tab"), ("250", "Escape")):
        page.keyboard.type(number)
        tekan(page, key)
    drawn = page.locator("[data-kotak]")
    assert float(drawn.get_attribute("width")) == 300
    tekan(page, "Enter")
    sampai(page, "Halaman depan buku rekening")
    tekan(page, "Enter")
    sampai(page, "Slamet Rekaan 1")
    tekan(page, "Enter")
    sampai(page, "Keputusan")
    assert page.evaluate("document.activeElement.textContent").startswith("Minta perbaikan")
    assert page.get_by_role("button", name="Setujui surat").is_disabled()
    tekan(page, "Enter")
    page.wait_for_url("**/verifikasi")
    assert keadaan(surat_id)[0] is StatusSurat.PERLU_PERBAIKAN
    db.session.expire_all()
    point = db.session.scalars(db.select(PermintaanPerbaikan)).one().butir[0].putusan
    assert point.alasan == "terpotong" and (point.kalimat or "").endswith("123?+r")
    assert (point.halaman, point.kiri, point.atas, point.lebar, point.tinggi) == (1, 100, 200, 300, 250)


@pytest.mark.parametrize("putar", [0, 90, 180, 270])
def test_marked_with_the_mouse(cast: Cast, buka: Any, putar: int) -> None:
    """The same corner of the page, however the picture is turned on the screen."""
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    page = buka(cast.rini)
    page.set_viewport_size({"width": 1366, "height": 1200})
    page.goto(f"/verifikasi/{surat.id}?hal=ktp&putar={putar}")
    page.wait_for_function("document.querySelector('[data-kertas] img').naturalWidth > 0")
    # The photo is 640 x 400: in the square it has stripes above and below. Mark x 10-40 %, y 20-60 % of it.
    box = page.locator("[data-kertas]").bounding_box()
    corners = []
    for x, y in ((0.1, 0.2), (0.4, 0.6)):
        u, v = x, 0.5 + (y - 0.5) * 400 / 640
        for _ in range(putar // 90):
            u, v = 1 - v, u
        corners.append((box["x"] + u * box["width"], box["y"] + v * box["height"]))
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=5)
    page.mouse.up()
    values = [int(page.locator(f"#{name}").input_value()) for name in ("kiri", "atas", "lebar", "tinggi")]
    assert values == [pytest.approx(one, abs=6) for one in (100, 200, 300, 400)]
    assert page.evaluate("document.querySelector('[data-panel]').contains(document.activeElement)")


def test_keys_sleep_outside_the_panel(cast: Cast, buka: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    page = buka(cast.rini)
    page.goto(f"/verifikasi/{surat.id}")
    sampai(page, "Surat kuasa bertanda tangan")
    page.get_by_role("link", name="Kembali ke antrean").focus()
    tekan(page, "1", "r", "?")
    assert page.locator("input[name=alasan]:checked").count() == 0
    assert page.locator("[data-kertas]").get_attribute("data-putar") == "0"
    page.locator("[data-panel]").focus()
    tekan(page, "r", "?")
    assert page.locator("[data-kertas]").get_attribute("data-putar") == "90"
    assert page.get_by_text("pilih alasan", exact=True).is_visible()


def test_without_scripts(cast: Cast, buka: Any) -> None:
    surat_id = surat_masuk(cast.sari).id
    page = buka(cast.rini, skrip=False)
    page.goto("/verifikasi")
    page.get_by_role("button", name=re.compile("^Ambil surat")).click()
    page.get_by_role("link", name="Putar").click()
    page.get_by_role("button", name="Sesuai").first.click()
    page.get_by_label("Tidak terbaca").check()
    page.get_by_text("Tandai bagian yang salah", exact=True).click()
    for label, value in (("Dari kiri", "10"), ("Dari atas", "20"), ("Lebar", "30"), ("Tinggi", "40")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Simpan: tidak sesuai").click()
    page.get_by_role("button", name="Sesuai").first.click()
    page.get_by_role("button", name="Sesuai").first.click()
    page.get_by_role("button", name="Minta perbaikan saja").click()
    page.get_by_text("dikembalikan untuk diperbaiki").wait_for()
    assert keadaan(surat_id)[0] is StatusSurat.PERLU_PERBAIKAN


def test_second_one_is_told_what_changed(cast: Cast, buka: Any) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    putus(surat, cast.rini, ktp=(HasilPutusan.PERBAIKI, "buram"))
    address = f"/verifikasi/{surat.id}?hal=putusan"
    one, other = buka(cast.rini), buka(cast.rini)
    one.goto(address)
    other.goto(address)
    one.get_by_role("button", name="Minta perbaikan saja").click()
    one.get_by_text("dikembalikan untuk diperbaiki").wait_for()
    other.get_by_role("button", name="Minta perbaikan saja").click()
    other.get_by_role("heading", name="Surat ini sudah berubah").wait_for()
    assert "Perbaikan berkas diminta oleh Rini Rekaan" in other.locator("[data-uji=perubahan]").inner_text()
    third = buka(vera)
    third.goto("/verifikasi")
    third.get_by_text("Tidak ada surat yang menunggu.").wait_for()


def test_held_pages_are_accessible(cast: Cast, buka: Any) -> None:
    """Every step of a letter in hand, a refused form, a question to answer: axe and narrow windows."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari, nama_rekening="Orang Lain"), cast.rini)
    other = ambil(surat_masuk(cast.eko), vera)
    pendapat.ask_second_opinion(other, jenis=JenisPendapat.TOLAK, alasan="palsu", by=vera.pelaku)
    row = actions.judge_berkas(
        surat,
        berkas(surat),
        hasil=HasilPutusan.PERBAIKI,
        alasan="buram",
        bagian=actions.Bagian(1, 0, 0, 100, 100),
        by=cast.rini.pelaku,
    )
    assert row.kiri == 0
    page = buka(cast.rini)
    addresses = [f"/verifikasi/{surat.id}?hal={hal}" for hal in (*HAL, "putusan")]
    found = []
    for address in ("/verifikasi", *addresses, f"/verifikasi/{other.id}?hal=putusan"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found += [f"{address} {one['id']}" for one in axe.Axe().run(page).response["violations"]]
        for width in (320, 640):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{address} scrolls sideways at {width}")
        page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(addresses[0])
    page.get_by_role("button", name="Simpan: tidak sesuai").click()
    page.get_by_text("Ada yang perlu diperbaiki").wait_for()
    found += [f"refused {one['id']}" for one in axe.Axe().run(page).response["violations"]]
    assert not found, "\n".join(found)
