"""The pages: state, print, upload through HTTP, list, custody. And Wati?"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
import time_machine

from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.status import JenisBerkas
from rentan.core.audit import Jejak
from rentan.ext import db
from rentan.surat_kuasa import actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests.surat_kuasa.kertas import (
    REKENING,
    make_cetak,
    make_draf,
    make_unggah,
    photo,
    print_of,
    scan,
    upload_all,
)


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel("2026-11-21T03:00:00Z"):
        yield


def url(surat: SuratKuasa, sisa: str = "") -> str:
    return f"/surat-kuasa/{surat.id}{sisa}"


def send_paper(
    browser: Any, surat: SuratKuasa, field: str, data: bytes, nama: str = "a.jpg", **more: Any
) -> Any:
    body = {field: (io.BytesIO(data), nama), "kunci_formulir": more.pop("kunci", browser.key())}
    return browser.post(url(surat, "/unggah"), data=body, content_type="multipart/form-data", **more)


def events(nama: str) -> list[Jejak]:
    return list(db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == nama).order_by(Jejak.seq)))


# -- the page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keadaan", ["draf", "dicetak", "diunggah", "dibatalkan"])
@pytest.mark.parametrize("siapa", ["sari", "budi", "rini"])
def test_every_state_has_a_page(cast: Any, client_as: Any, keadaan: str, siapa: str) -> None:
    surat = {"draf": make_draf, "dicetak": make_cetak}.get(keadaan, make_unggah)(cast.sari)
    if keadaan == "dibatalkan":
        actions.batal(surat, by=cast.sari.pelaku)
    answer = client_as(getattr(cast, siapa)).get(url(surat))
    assert answer.status_code == 200
    page = answer.text
    assert page.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert REKENING not in page and f"•{REKENING[-4:]}" in page
    assert "Sari" not in re.search(r"<title>.*?</title>", page).group()


@pytest.mark.parametrize("siapa", ["wati", "lina", "eko"])
@pytest.mark.parametrize("sisa", ["", "/unggah", "/cetak.pdf"])
def test_and_wati(cast: Any, client_as: Any, siapa: str, sisa: str) -> None:
    surat = make_unggah(cast.sari)
    browser = client_as(getattr(cast, siapa))
    foreign = browser.get(url(surat, sisa))
    missing = browser.get(f"/surat-kuasa/00000000-0000-4000-8000-000000000000{sisa}")
    assert foreign.status_code == missing.status_code == 404
    strip = re.compile(r"[0-9a-f]{16}|csrf_token[^>]*|X-CSRFToken[^>]*")
    assert strip.sub("", foreign.text) == strip.sub("", missing.text)


@pytest.mark.parametrize("sisa", ["/cetak.pdf", "/unggah", "/kirim", "/ubah", "/batal", "/asli"])
def test_and_watis_posts(cast: Any, client_as: Any, sisa: str) -> None:
    surat = make_cetak(cast.sari)
    browser = client_as(cast.wati)
    assert browser.post(url(surat, sisa), data={"kunci_formulir": browser.key()}).status_code == 404
    assert db.session.get(SuratKuasa, surat.id).status is StatusSurat.DICETAK


@pytest.mark.parametrize("siapa", ["joko", "bayu", "agus", "hadi"])
def test_other_roles_have_no_letters(cast: Any, client_as: Any, siapa: str) -> None:
    surat = make_cetak(cast.sari)
    browser = client_as(getattr(cast, siapa))
    # The bendahara opens letters, but only those that a verifikator has accepted.
    assert browser.get(url(surat, "")).status_code == (404 if siapa == "hadi" else 403)
    for sisa in ("/cetak.pdf", "/unggah"):
        assert browser.get(url(surat, sisa)).status_code == 403
    assert browser.get("/surat-kuasa").status_code == 403


def test_guests_are_sent_to_sign_in(cast: Any, client: Any) -> None:
    assert "/masuk" in client.get(url(make_draf(cast.sari))).headers["Location"]


# -- print --------------------------------------------------------------------------------------------------


def test_print_and_download_again(cast: Any, client_as: Any) -> None:
    surat = make_draf(cast.sari, by=cast.budi.pelaku)
    browser = client_as(cast.budi)
    form = {"kertas": "f4", "versi": surat.versi, "kunci_formulir": browser.key()}
    assert browser.get(url(surat, "/cetak.pdf")).status_code == 404
    first = browser.post(url(surat, "/cetak.pdf"), data=form)
    again = browser.post(url(surat, "/cetak.pdf"), data=form)
    assert first.status_code == again.status_code == 303
    got = [client_as(who).get(url(surat, "/cetak.pdf")) for who in (cast.budi, cast.sari, cast.rini)]
    assert {one.data for one in got} == {print_of(surat)}
    assert got[0].mimetype == "application/pdf"
    name = got[0].headers["Content-Disposition"]
    assert name.startswith("attachment; filename=") and "sari" not in name.lower()
    assert [json_of(one)["versi"] for one in events("surat_dilihat")] == [1, 1, 1]
    assert len(events("surat_dicetak")) == 1


def json_of(row: Jejak) -> dict[str, Any]:
    return json.loads(row.rincian)


def test_a_refused_print_says_why(cast: Any, client_as: Any) -> None:
    surat = make_draf(cast.sari, by=cast.budi.pelaku, plafon=8_400)
    browser = client_as(cast.budi)
    page = browser.get(url(surat))
    assert "Rp16.800" in page.text and "disabled" in page.text
    answer = browser.post(
        url(surat, "/cetak.pdf"),
        data={"kertas": "a4", "versi": surat.versi, "kunci_formulir": browser.key()},
    )
    assert answer.status_code == 422 and "terlalu rendah" in answer.text
    assert db.session.get(SuratKuasa, surat.id).nomor is None


def test_a_stale_page_is_told(cast: Any, client_as: Any) -> None:
    surat = make_draf(cast.sari, by=cast.budi.pelaku)
    browser = client_as(cast.budi)
    form = {"kertas": "a4", "versi": surat.versi - 1, "kunci_formulir": browser.key()}
    assert browser.post(url(surat, "/cetak.pdf"), data=form).status_code == 409


# -- upload -------------------------------------------------------------------------------------------------


def test_the_whole_road_by_the_operator(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari, by=cast.budi.pelaku)
    browser = client_as(cast.budi)
    for field, data, nama in (
        ("surat_kuasa", scan(surat), "Surat Sari.pdf"),
        ("ktp", photo(), "KTP 3374.jpg"),
        ("buku_rekening", photo("navy"), "buku.JPG"),
    ):
        answer = send_paper(browser, surat, field, data, nama)
        assert answer.status_code == 303, answer.text
    form = {"ditandatangani_pada": "21-11-2026", "kunci_formulir": browser.key()}
    assert browser.post(url(surat, "/kirim"), data=form).status_code == 303
    assert db.session.get(SuratKuasa, surat.id).status is StatusSurat.DIUNGGAH
    page = browser.get(url(surat)).text
    assert "berkas/" not in page  # an operator uploads but does not see the scans (AUZ-3)


def test_the_owner_sees_the_own_scans(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    upload_all(surat, cast.sari.pelaku)
    page = client_as(cast.sari).get(url(surat, "/unggah")).text
    for jenis in (JenisBerkas.SURAT_KUASA, JenisBerkas.KTP, JenisBerkas.BUKU_REKENING):
        assert f"/berkas/{list_kini(surat.id)[jenis].id}/lihat" in page


def test_htmx_gets_the_papers_own_part(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    answer = send_paper(client_as(cast.sari), surat, "ktp", photo(), headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "<h1" not in answer.text
    assert 'id="berkas_ktp"' in answer.text and "Tersimpan" in answer.text
    assert "tersimpan" in answer.headers["HX-Trigger"]


HOSTILE = [
    ("kosong.jpg", b""),
    ("skrip.jpg", b"<script>alert(1)</script>"),
    ("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("halaman.html", b"<html>"),
    ("surat.docx", b"PK\x03\x04"),
    ("foto.heic", b"\0\0\0\x18ftypheic"),
    ("../../etc/passwd.jpg", b"root:x:0:0"),
    ("a.pdf", b"%PDF-1.7\n%%EOF"),
    ("b.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
    ("c.jpg\r\nX-Evil: 1.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 100),
    ("d.jpg", b"\xff\xd8\xff" + b"A" * (5 * 1024 * 1024)),
]


@pytest.mark.parametrize(("nama", "data"), HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_hostile_uploads_end_in_a_sentence(cast: Any, client_as: Any, nama: str, data: bytes) -> None:
    surat = make_cetak(cast.sari)
    answer = send_paper(client_as(cast.sari), surat, "ktp", data, nama)
    assert answer.status_code == 422
    errors = re.findall(r'<p class="pesan-galat"[^>]*>(.*?)</p>', answer.text, re.S)
    assert len(errors) == 1 and nama not in answer.text
    assert list_kini(surat.id).keys() == {JenisBerkas.SURAT_CETAK}


def test_too_large_a_body_is_refused(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    answer = send_paper(client_as(cast.sari), surat, "ktp", b"\xff" * (7 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_refusal_of_the_parser_is_noted_without_the_name(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    send_paper(client_as(cast.sari), surat, "ktp", b"\xff\xd8\xff" + b"A" * 99, "Rahasia Sari.jpg")
    (row,) = events("berkas_ditolak")
    assert row.hasil == "ditolak" and "Rahasia" not in row.rincian


def test_nothing_chosen(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    answer = send_paper(client_as(cast.sari), surat, "ktp", b"", "")
    assert answer.status_code == 422 and "Pilih KTP ASN" in answer.text


def test_the_same_upload_twice_is_kept_once(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    browser = client_as(cast.sari)
    kunci = browser.key()
    for _ in range(2):
        assert send_paper(browser, surat, "ktp", photo(), kunci=kunci).status_code == 303
    assert send_paper(browser, surat, "ktp", photo("navy"), kunci=kunci).status_code == 409
    assert db.session.scalar(db.select(db.func.count()).where(Berkas.jenis == JenisBerkas.KTP)) == 1


def test_without_token_nothing_happens(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    assert send_paper(client_as(cast.sari), surat, "ktp", photo(), csrf=False).status_code == 400


def test_a_foreign_letter_is_refused_on_the_page(cast: Any, client_as: Any) -> None:
    surat, other = make_cetak(cast.sari), make_cetak(cast.lina)
    answer = send_paper(client_as(cast.sari), surat, "surat_kuasa", scan(other), "a.pdf")
    assert answer.status_code == 422 and "bukan milik surat kuasa" in answer.text
    assert [one.hasil for one in events("berkas_ditolak")] == ["ditolak"]


# -- moves --------------------------------------------------------------------------------------------------


def test_change_and_old_code(cast: Any, client_as: Any) -> None:
    surat = make_cetak(cast.sari)
    lama = surat.ref
    browser = client_as(cast.sari)
    answer = browser.post(url(surat, "/ubah"), data={"kunci_formulir": browser.key(), "versi": surat.versi})
    assert answer.status_code == 303
    old = browser.get(f"/surat-kuasa/versi/{lama.lower()}")
    assert "jangan dipakai" in old.text
    assert client_as(cast.wati).get(f"/surat-kuasa/versi/{lama}").status_code == 404
    baru = db.session.scalars(db.select(SuratKuasa).where(SuratKuasa.urutan_versi == 2)).one()
    assert "Ini versi yang dipakai" in browser.get(f"/surat-kuasa/versi/{baru.ref}").text


def test_cancelling(cast: Any, client_as: Any) -> None:
    surat = make_unggah(cast.sari)
    verifikator = client_as(cast.rini)
    without = verifikator.post(url(surat, "/batal"), data={"kunci_formulir": verifikator.key()})
    assert without.status_code == 422 and "Pilih alasan" in without.text
    owner = client_as(cast.sari)
    assert owner.post(url(surat, "/batal"), data={"kunci_formulir": owner.key()}).status_code == 303
    assert db.session.get(SuratKuasa, surat.id).status is StatusSurat.DIBATALKAN


def test_custody_on_the_page(cast: Any, client_as: Any) -> None:
    surat = make_unggah(cast.sari)
    budi = client_as(cast.budi)
    form = {"ke": "opd", "catatan": "loket", "versi": surat.versi, "kunci_formulir": budi.key()}
    assert budi.post(url(surat, "/asli"), data=form).status_code == 303
    assert (
        budi.post(url(surat, "/asli"), data={**form, "ke": "bank", "kunci_formulir": budi.key()}).status_code
        == 422
    )
    page = budi.get(url(surat)).text
    assert "Pada sekretariat OPD" in page and "loket" in page


# -- the list -----------------------------------------------------------------------------------------------


def test_the_operators_list(cast: Any, client_as: Any) -> None:
    sari, lina, eko = make_unggah(cast.sari), make_cetak(cast.lina), make_cetak(cast.eko)
    page = client_as(cast.budi).get("/surat-kuasa").text
    assert "Sari Rekaan" in page and "Lina Rekaan" in page and "Eko Rekaan" not in page
    assert sari.nomor in page and lina.nomor in page and eko.nomor not in page
    assert "3 dari 3" in page and "0 dari 3" in page
    only = client_as(cast.budi).get("/surat-kuasa?status=dicetak").text
    assert "Lina Rekaan" in only and "Sari Rekaan" not in only
    assert "Sari Rekaan" in client_as(cast.budi).get("/surat-kuasa?cari=sari").text
    assert "Tidak ada surat" in client_as(cast.budi).get("/surat-kuasa?cari=eko").text
    assert events("nama_dilihat")


def test_an_asn_is_led_to_the_own_letter(cast: Any, client_as: Any) -> None:
    assert "/pendaftaran" in client_as(cast.sari).get("/surat-kuasa").text
    surat = make_draf(cast.sari)
    assert client_as(cast.sari).get("/surat-kuasa").headers["Location"].endswith(str(surat.id))


def test_many_originals_at_once(cast: Any, client_as: Any) -> None:
    letters = [make_unggah(cast.sari), make_unggah(cast.lina)]
    budi = client_as(cast.budi)
    form = {"surat": [str(one.id) for one in letters], "ke": "opd", "kunci_formulir": budi.key()}
    assert budi.post("/surat-kuasa/asli", data=form).status_code == 303
    assert [db.session.get(SuratKuasa, one.id).asli_di for one in letters] == [AsliDi.OPD] * 2
    # Again: one sentence, nothing half done.
    again = budi.post("/surat-kuasa/asli", data={**form, "kunci_formulir": budi.key()})
    assert again.status_code == 422 and "Surat 00000" in again.text


@pytest.mark.parametrize("pilihan", [[], ["bukan-uuid"]])
def test_many_originals_need_a_choice(cast: Any, client_as: Any, pilihan: list[str]) -> None:
    budi = client_as(cast.budi)
    form = {"surat": pilihan, "ke": "opd", "kunci_formulir": budi.key()}
    assert budi.post("/surat-kuasa/asli", data=form).status_code == 422


def test_another_opds_original_stays(cast: Any, client_as: Any) -> None:
    own, foreign = make_unggah(cast.sari), make_unggah(cast.eko)
    budi = client_as(cast.budi)
    form = {"surat": [str(own.id), str(foreign.id)], "ke": "opd", "kunci_formulir": budi.key()}
    assert budi.post("/surat-kuasa/asli", data=form).status_code == 404
    assert db.session.get(SuratKuasa, own.id).asli_di is AsliDi.ASN
