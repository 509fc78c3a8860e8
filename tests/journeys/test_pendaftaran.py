"""From the start page to the receipt, as Sari walks it: once, twice, on two computers, with two hands."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask

from rentan.akun.models import Sesi
from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.core.clock import now
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from tests.cast import SANDI
from tests.journeys.lihat import draf_kini, hitung, semua_surat
from tests.pendaftaran import jalan


@pytest.mark.kedua_basis
def test_sari_signs_up_with_one_worker(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/periksa").get_data(as_text=True)
    assert "1 pekerja × (Rp8.400 × 1 bulan + Rp16.800 × 11 bulan) = Rp193.200" in page
    assert page.count(">Ubah<") >= 8
    sent = jalan.kirim(browser)
    assert sent.status_code == 303
    receipt = browser.get(sent.location).get_data(as_text=True)
    assert "TT-2026-000001" in receipt and "Slamet Rekaan" in receipt
    assert "Selasa, 24 November 2026" in receipt and "Selasa, 1 Desember 2026" in receipt
    pdf = browser.get(f"{sent.location}/tanda-terima.pdf")
    assert pdf.mimetype == "application/pdf"
    text = pypdfium2.PdfDocument(pdf.data)[0].get_textpage().get_text_range()
    assert "TT-2026-000001" in text and "Slamet Rekaan" in text
    (surat,) = semua_surat()
    assert surat.status is StatusSurat.DIUNGGAH
    assert cast.sari.asn.tahap is Tahap.DIAJUKAN
    assert draf_kini().status is StatusPendaftaran.DIAJUKAN


def test_start_page_tells_where_one_stands(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    assert "Mulai pendaftaran" in browser.get("/pendaftaran").get_data(as_text=True)
    jalan.sampai_pekerja(browser)
    assert "Lanjutkan: Iuran dan rekening" in browser.get("/pendaftaran").get_data(as_text=True)
    jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN)
    jalan.isi(browser, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    for jenis in ("surat_kuasa", "ktp", "buku_rekening"):
        jalan.unggah(browser, jenis)
    jalan.isi(
        browser, "/pendaftaran/berkas", {"ditandatangani_pada": "21-11-2026"}, action="/pendaftaran/berkas"
    )
    assert "Periksa dan kirim" in browser.get("/pendaftaran").get_data(as_text=True)
    jalan.kirim(browser)
    after = browser.get("/pendaftaran").get_data(as_text=True)
    assert "TT-2026-000001" in after and "Menunggu verifikasi" in after


def test_looking_begins_nothing(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    for url in ("", "/data-diri", "/pekerja", "/pekerja/tambah", "/iuran", "/berkas", "/periksa", "/batal"):
        assert browser.get(f"/pendaftaran{url}").status_code in (200, 303)
    assert hitung(Pendaftaran) == hitung(SuratKuasa) == 0


def test_the_draft_is_there_on_another_computer(cast: Any, client_as: Any) -> None:
    jalan.sampai_iuran(client_as(cast.sari))
    other = client_as(cast.sari)
    own = other.get("/pendaftaran/data-diri").get_data(as_text=True)
    assert "Jalan Contoh 12" in own and '<option selected value="33.74.15.1001">' in own
    assert "Slamet Rekaan" in other.get("/pendaftaran/pekerja").get_data(as_text=True)
    money = other.get("/pendaftaran/iuran").get_data(as_text=True)
    assert 'value="1234567890"' in money and "Rp193.200" in money
    sent = jalan.isi(other, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    assert sent.status_code == 303
    assert hitung(Pendaftaran) == hitung(Asuhan) == hitung(SuratKuasa) == 1


def test_sealed_answers_are_not_readable_in_the_database(cast: Any, client_as: Any) -> None:
    jalan.sampai_iuran(client_as(cast.sari))
    (raw,) = db.session.execute(db.select(Pendaftaran.isi_enc)).one()
    assert b"1234567890" not in raw and b"Jalan Contoh" not in raw


# -- nothing twice -----------------------------------------------------------------------------------------


def test_every_form_sent_twice_has_one_effect(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("/pendaftaran/data-diri", jalan.DATA_DIRI, "/pendaftaran/data-diri"),
        ("/pendaftaran/pekerja/tambah", jalan.pekerja(), "/pendaftaran/pekerja"),
        ("/pendaftaran/iuran", jalan.IURAN, "/pendaftaran/iuran"),
        ("/pendaftaran/berkas", {}, "/pendaftaran/berkas/cetak"),
    ]
    for url, typed, action in steps:
        body = jalan.hidden(browser.get(url), action if action != url else None) | typed
        first, second = browser.post(action, data=body), browser.post(action, data=body)
        assert first.status_code == second.status_code == 303
        assert first.location == second.location
    assert hitung(Pendaftaran) == hitung(Asuhan) == hitung(Pekerja) == hitung(SuratKuasa) == 1
    for jenis in ("surat_kuasa", "ktp", "buku_rekening"):
        jalan.unggah(browser, jenis)
    jalan.isi(
        browser, "/pendaftaran/berkas", {"ditandatangani_pada": "21-11-2026"}, action="/pendaftaran/berkas"
    )
    body = jalan.hidden(browser.get("/pendaftaran/periksa"), "/pendaftaran/kirim")
    first, second = (browser.post("/pendaftaran/kirim", data=body) for _ in range(2))
    assert first.location == second.location and first.status_code == 303
    third = browser.post("/pendaftaran/kirim", data={"kunci_formulir": browser.key()})
    assert third.location == first.location, "another window shows the receipt, not a second sign-up"
    assert draf_kini().nomor == "TT-2026-000001"


def test_a_used_key_with_other_contents_is_refused(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    body = jalan.hidden(browser.get("/pendaftaran/data-diri")) | jalan.DATA_DIRI
    assert browser.post("/pendaftaran/data-diri", data=body).status_code == 303
    again = browser.post("/pendaftaran/data-diri", data=body | {"alamat": "Jalan Lain 3"})
    assert again.status_code == 409
    assert "Jalan Contoh 12" in browser.get("/pendaftaran/data-diri").get_data(as_text=True)


@pytest.mark.parametrize(
    ("url", "typed", "first", "second"),
    [
        (
            "/pendaftaran/data-diri",
            jalan.DATA_DIRI,
            {"alamat": "Jalan Pertama 1"},
            {"alamat": "Jalan Kedua 2"},
        ),
        (
            "/pendaftaran/iuran",
            jalan.IURAN,
            {"nomor_rekening": "1111111111"},
            {"nomor_rekening": "2222222222"},
        ),
    ],
)
def test_two_tabs_see_both_values(
    cast: Any, client_as: Any, url: str, typed: dict[str, Any], first: Any, second: Any
) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_iuran(browser)
    tab_one, tab_two = jalan.hidden(browser.get(url)), jalan.hidden(browser.get(url))
    assert browser.post(url, data=tab_one | typed | first).status_code == 303
    stale = browser.post(url, data=tab_two | typed | second)
    assert stale.status_code == 409
    page = stale.get_data(as_text=True)
    table = page[page.index('data-uji="beda"') : page.index("</table>")]
    assert all(one in table for one in (*first.values(), *second.values()))
    # Knowing both, she may keep her own: the form on that page is up to date.
    assert browser.post(url, data=jalan.hidden(stale) | typed | second).status_code == 303
    assert next(iter(second.values())) in browser.get(url).get_data(as_text=True)


def test_two_tabs_with_the_same_answers_do_not_quarrel(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_iuran(browser)
    tabs = [jalan.hidden(browser.get("/pendaftaran/iuran")) for _ in range(2)]
    assert [browser.post("/pendaftaran/iuran", data=one | jalan.IURAN).status_code for one in tabs] == [
        303,
        303,
    ]


def test_a_stale_worker_page_shows_both_values(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_pekerja(browser)
    asuhan = db.session.scalars(db.select(Asuhan)).one()
    url = f"/pendaftaran/pekerja/{asuhan.id}/ubah"
    typed = {key: value for key, value in jalan.pekerja().items() if key not in ("nik", "tanggal_lahir")}
    tabs = [jalan.hidden(browser.get(url)) for _ in range(2)]
    assert browser.post(url, data=tabs[0] | typed | {"pekerjaan": "tukang becak"}).status_code == 303
    stale = browser.post(url, data=tabs[1] | typed | {"pekerjaan": "tukang tambal ban"})
    assert stale.status_code == 409
    page = stale.get_data(as_text=True)
    assert "tukang becak" in page and "tukang tambal ban" in page


def test_a_session_that_ends_in_between_loses_nothing(cast: Any, client_as: Any) -> None:
    """CSR-2: the form typed under a dead session comes back after signing in, and is stored once."""
    browser = client_as(cast.sari)
    typed = jalan.hidden(browser.get("/pendaftaran/pekerja/tambah"), "/pendaftaran/pekerja") | jalan.pekerja()
    for sesi in db.session.scalars(db.select(Sesi).where(Sesi.akun_id == cast.sari.akun.id)):
        sesi.terakhir_pada = sesi.habis_pada = now() - timedelta(minutes=1)
    sent = browser.post("/pendaftaran/pekerja", data=typed)
    assert sent.status_code == 303 and sent.location.startswith("/masuk")
    assert hitung(Pekerja) == 0
    page = browser.get(sent.location)
    known = jalan.hidden(page) | {"nip": cast.sari.akun.pengenal, "sandi": SANDI}
    inside = browser.post(sent.location, data=known)
    assert inside.status_code == 303 and inside.location == "/masuk/lanjutkan"
    waiting = browser.get(inside.location)
    # The page holds the form as it was typed; the browser repeats it at its address (307).
    kept = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', waiting.get_data(as_text=True))
    )
    again = browser.post("/masuk/lanjutkan", data=kept)
    assert (again.status_code, again.location) == (307, "/pendaftaran/pekerja")
    done = [browser.post(again.location, data=kept) for _ in range(2)]
    assert [one.status_code for one in done] == [303, 303]
    assert hitung(Pekerja) == hitung(Asuhan) == 1


# -- and Wati? ---------------------------------------------------------------------------------------------


def test_somebody_else_s_rows_do_not_exist(cast: Any, client_as: Any) -> None:
    sari, wati = client_as(cast.sari), client_as(cast.wati)
    jalan.sampai_unggah(sari)
    asuhan = db.session.scalars(db.select(Asuhan)).one()
    for part in ("ubah", "hapus"):
        assert wati.get(f"/pendaftaran/pekerja/{asuhan.id}/{part}").status_code == 404
    for part in ("ubah", "hapus", "ambil"):
        answer = wati.post(f"/pendaftaran/pekerja/{asuhan.id}/{part}", data={"kunci_formulir": wati.key()})
        assert answer.status_code == 404
    receipt = jalan.kirim(sari).location
    assert wati.get(receipt).status_code == wati.get(f"{receipt}/tanda-terima.pdf").status_code == 404
    assert client_as(cast.budi).get(receipt).status_code == 404
    assert client_as(cast.dewi).get(receipt).status_code == 403
    assert "Slamet" not in wati.get("/pendaftaran").get_data(as_text=True)


def test_who_has_no_roster_row_has_no_sign_up(cast: Any, client_as: Any) -> None:
    for orang in (cast.joko, cast.hadi, cast.agus, cast.dewi):
        assert client_as(orang).get("/pendaftaran").status_code == 403


# -- the total on the page ---------------------------------------------------------------------------------


def test_the_total_follows_the_choices(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_pekerja(browser)
    typed = jalan.IURAN | {"program": "JKK+JKM+JHT", "periode": "3", "nomor_rekening": ""}
    block = browser.post("/pendaftaran/iuran/total", data=typed, headers={"HX-Request": "true"})
    text = block.get_data(as_text=True)
    assert block.status_code == 200 and "<html" not in text
    assert re.search(r'data-uji="total">Rp102.000<', text), text  # 28.400 + 2 × 36.800
    assert re.search(r'data-uji="usulan-plafon">Rp36.800<', text)
    page = browser.post("/pendaftaran/iuran/total", data=typed)
    whole = page.get_data(as_text=True)
    assert page.status_code == 200 and "Rp102.000" in whole and "isian-galat" not in whole
    assert re.search(r'value="JKK\+JKM\+JHT" checked', whole), "what was chosen stays chosen"
    assert draf_kini().isi_enc is not None and hitung(SuratKuasa) == 0


# -- at the same moment ------------------------------------------------------------------------------------


def _together(app: Flask, works: list[Any]) -> list[Any]:
    barrier = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(n: int) -> None:
        barrier.wait()
        answers[n] = works[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return answers


@pytest.mark.kedua_basis
def test_two_computers_start_at_once(app: Flask, cast: Any, client_as: Any) -> None:
    browsers = [client_as(cast.sari) for _ in range(4)]
    bodies = [jalan.hidden(one.get("/pendaftaran/data-diri")) | jalan.DATA_DIRI for one in browsers]
    db.session.remove()
    answers = _together(
        app,
        [
            lambda b=browser, d=body: b.post("/pendaftaran/data-diri", data=d).status_code
            for browser, body in zip(browsers, bodies, strict=True)
        ],
    )
    assert set(answers) <= {303, 409}, answers
    assert 303 in answers
    assert hitung(Pendaftaran) == 1


@pytest.mark.kedua_basis
def test_the_send_button_pressed_in_three_windows(app: Flask, cast: Any, client_as: Any) -> None:
    first = client_as(cast.sari)
    jalan.sampai_unggah(first)
    browsers = [first, client_as(cast.sari), client_as(cast.sari)]
    bodies = [jalan.hidden(one.get("/pendaftaran/periksa"), "/pendaftaran/kirim") for one in browsers]
    db.session.remove()
    answers = _together(
        app,
        [
            lambda b=browser, d=body: b.post("/pendaftaran/kirim", data=d)
            for browser, body in zip(browsers, bodies, strict=True)
        ],
    )
    assert {one.status_code for one in answers} == {303}
    assert len({one.location for one in answers}) == 1
    assert draf_kini().nomor == "TT-2026-000001"


@pytest.mark.kedua_basis
def test_the_same_worker_typed_by_three_donors_at_once(app: Flask, cast: Any, client_as: Any) -> None:
    typed = jalan.pekerja()
    browsers = [client_as(one) for one in (cast.sari, cast.lina, cast.eko)]
    bodies = [
        jalan.hidden(one.get("/pendaftaran/pekerja/tambah"), "/pendaftaran/pekerja") | typed
        for one in browsers
    ]
    db.session.remove()
    answers = _together(
        app,
        [
            lambda b=browser, d=body: b.post("/pendaftaran/pekerja", data=d).status_code
            for browser, body in zip(browsers, bodies, strict=True)
        ],
    )
    assert sorted(answers) == [303, 422, 422]
    assert hitung(Pekerja) == hitung(Asuhan) == 1
