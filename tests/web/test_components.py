"""The macros: what they write, and how the gallery behaves in a browser (axe, CSP, scripts on and off)."""

from __future__ import annotations

import re
import threading

import pytest
from werkzeug.serving import make_server

from tests.web.aplikasi import ROOT
from tests.web.galeri import StatusContoh, make_gallery

ISIAN = {
    "nik": "3374015204900001",
    "nama": "Siti Aminah",
    "tanggal_lahir": "12-4-1990",
    "jenis_kelamin": "P",
    "kelurahan": "7e1a3e9e-0000-4000-8000-000000000001",
    "periode": "1",
    "penghasilan": "1.000.000",
    "nomor_rekening": "1234567890",
    "sandi": "rahasia sekali",
    "setuju": "y",
}


@pytest.fixture(scope="module")
def app():
    return make_gallery(csrf=False)


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


def macro(app, file: str, call: str, **ctx) -> str:
    name = call.partition("(")[0]
    with app.test_request_context("/daftar?cari=a&sesudah=z"):
        source = f'{{% from "components/{file}.html" import {name} %}}{{{{ {call} }}}}'
        return app.jinja_env.from_string(source).render(**ctx)


def test_frame_holds_what_htmx_and_csrf_need(client):
    page = client.get("/").text
    assert '<html lang="id">' in page
    assert re.search(r"<body [^>]*hx-headers='\{\"X-CSRFToken\": \"[^\"]+\"\}'", page)
    for setting in (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"historyCacheSize":0',
        '"selfRequestsOnly":true',
        '"includeIndicatorStyles":false',
        '{"code":"422","swap":true}',
    ):
        assert setting in page
    assert page.count('role="status"') == 1
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["/", "/daftar", "/galat", "/konflik"])
def test_pages_have_unique_ids_and_nothing_inline(client, path):
    page = client.get(path).text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:|hx-on", page)
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_templates_and_script_keep_to_the_policy():
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        assert not re.search(r"\sstyle=|\shx-on|hx-vals=.js:|\|safe\b", text), file
    script = (ROOT / "static/js/rentan.js").read_text()
    assert not re.search(r"\beval\(|innerHTML|new Function|localStorage", script)


def test_every_field_is_labelled_and_linked_to_hint_and_error(client):
    page = client.post("/", data={"nik": "12"}).text
    for id in re.findall(r'<(?:input|select|textarea)[^>]*\sid="([^"]+)"', page):
        assert f'for="{id}"' in page, id
    nik = re.search(r"<input[^>]*name=\"nik\"[^>]*>", page).group(0)
    assert 'aria-describedby="nik-petunjuk nik-galat nik-info"' in nik
    assert 'aria-invalid="true"' in nik
    assert 'value="12"' in nik
    for target in re.findall(r'aria-describedby="([^"]+)"', page):
        for id in target.split():
            assert f'id="{id}"' in page
    for target in re.findall(r'<li><a href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert 'href="#jenis_kelamin-0"' in page


def test_passwords_are_never_sent_back(client):
    assert "rahasia sekali" not in client.post("/", data={"sandi": "rahasia sekali"}).text


def test_typed_markup_stays_text(client):
    page = client.post("/", data={"nama": '"><script>alert(1)</script>', "catatan": "</textarea><b>"}).text
    assert "<script>alert" not in page
    assert "</textarea><b>" not in page


def test_key_survives_a_refusal_and_forms_carry_files(client):
    kunci = "5c0dd1f5-3ea4-4d0c-9d9a-7d8f0f3f4c11"
    page = client.post("/", data={"kunci_formulir": kunci}).text
    assert f'<input type="hidden" name="kunci_formulir" value="{kunci}">' in page
    assert 'enctype="multipart/form-data"' in page
    assert 'hx-sync="this:drop" hx-disabled-elt="find button"' in page


@pytest.mark.parametrize("status", list(StatusContoh))
def test_badge_is_word_and_shape_and_colour(app, status):
    html = macro(app, "lencana", "lencana(s)", s=status)
    assert status.label in html
    assert f"lencana-{status.warna}" in html
    assert re.search(r'aria-hidden="true">\S</span>', html)


def test_ratio_never_stands_without_its_numbers(app):
    assert "<strong>51,59%</strong> <small>390.498 dari 756.873</small>" in macro(
        app, "angka", "rasio(390498, 756873)"
    )
    assert "–" in macro(app, "angka", "rasio(0, 0)")


def test_sort_links_keep_filters_and_drop_the_page(client):
    page = client.get("/daftar?cari=sari&sesudah=z&urut=nama&arah=naik").text
    assert 'href="/daftar?cari=sari&amp;urut=nama&amp;arah=turun"' in page
    assert '<th scope="col" aria-sort="ascending">' in page
    assert "Belum ada baris." in page


# -- In the browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def url():
    app = make_gallery(csrf=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}", app.extensions["terkirim"]
    server.shutdown()
    thread.join()


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.keluhan = []
    page.on("console", lambda m: page.keluhan.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.keluhan.append(str(error)))
    yield page
    context.close()


def axe_violations(page) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    return [violation["id"] for violation in axe.Axe().run(page).response["violations"]]


def fill(page) -> None:
    for name in ("nik", "nama", "tanggal_lahir", "penghasilan", "nomor_rekening", "sandi"):
        page.fill(f"[name={name}]", ISIAN[name])
    page.check("#jenis_kelamin-1")
    page.check("#periode-0")
    page.select_option("[name=kelurahan]", ISIAN["kelurahan"])
    page.check("[name=setuju]")
    page.set_input_files(
        "[name=ktp]", {"name": "ktp.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )


@pytest.mark.parametrize("path", ["/", "/daftar", "/galat", "/konflik"])
@pytest.mark.parametrize("width", [1366, 320])
def test_gallery_is_accessible_obeys_the_policy_and_reflows(tab, url, path, width):
    tab.set_viewport_size({"width": width, "height": 768})
    tab.goto(url[0] + path)
    assert axe_violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert [k for k in tab.keluhan if "status of 40" not in k] == []


def test_refused_form_swaps_focuses_and_retitles(tab, url):
    tab.goto(url[0])
    tab.fill("[name=nik]", "12")
    tab.click("text=Simpan dan lanjutkan")
    tab.wait_for_selector("#ringkasan-galat")
    tab.wait_for_function("document.activeElement.id === 'ringkasan-galat'")
    assert tab.title() == "Galat: Tambah pekerja – rentan"
    assert axe_violations(tab) == []
    tab.click("#ringkasan-galat a[href='#jenis_kelamin-0']")
    assert tab.evaluate("document.activeElement.id") == "jenis_kelamin-0"


def test_help_while_typing_is_shown_and_read_out(tab, url):
    tab.goto(url[0])
    tab.fill("[name=nik]", ISIAN["nik"])
    tab.wait_for_selector("#nik-info:has-text('memenuhi syarat')")
    tab.wait_for_selector("#kabar p:has-text('memenuhi syarat')", state="attached")


@pytest.mark.parametrize("scripts", [True, False])
def test_double_click_arrives_once_or_with_the_same_key(chromium, url, scripts):
    address, arrived = url
    arrived.clear()
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(address)
    fill(page)
    page.dblclick("text=Simpan dan lanjutkan", no_wait_after=True)
    page.wait_for_selector("#kabar p:has-text('Pekerja sudah disimpan.')")
    assert len(set(arrived)) == 1
    assert len(arrived) == 1 or not scripts
    context.close()


def test_table_sorts_in_place_and_the_address_follows(tab, url):
    tab.goto(url[0] + "/daftar")
    tab.click("#daftar-asn a:has-text('Sub-unit')")
    tab.wait_for_selector("#daftar-asn th[aria-sort]:has-text('Sub-unit')")
    assert tab.url.endswith("/daftar?urut=unit&arah=naik")
    tab.go_back()
    tab.wait_for_selector("#daftar-asn th[aria-sort]:has-text('Nama')")
    assert tab.locator("h1").count() == 1
    stored = tab.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "Orang Contoh" not in stored  # no page snapshots (HTM-1)


def test_server_trouble_is_said_and_nothing_is_lost(tab, url):
    tab.goto(url[0])
    fill(tab)
    tab.route("**/*", lambda route: route.fulfill(status=503, body="x"))
    tab.click("text=Simpan dan lanjutkan")
    tab.wait_for_selector("#kabar .kabar-galat:has-text('Isian Anda masih ada')")
    assert tab.input_value("[name=nama]") == ISIAN["nama"]
    tab.unroute("**/*")
    tab.route("**/*", lambda route: route.abort())
    tab.click("text=Simpan dan lanjutkan")
    tab.wait_for_selector("#kabar .kabar-galat:has-text('Sambungan terputus')")


def test_copy_and_print_buttons_appear_with_scripts(tab, url):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(url[0] + "/daftar")
    tab.click("text=Salin teks")
    tab.wait_for_selector("#kabar p:has-text('Teks sudah disalin.')")
    assert tab.evaluate("navigator.clipboard.readText()") == "Teks untuk disalin."
    assert tab.is_visible("[data-cetak]")
