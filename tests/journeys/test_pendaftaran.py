"""From the start page to the receipt, as Sari walks it: once, twice, on two computers, with two hands."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
import time_machine
from flask import Flask

from rentan.akun.models import Sesi
from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.calon.actions import add_to_pool, pegang
from rentan.core.actor import SISTEM
from rentan.core.clock import now
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.naskah import naskah
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from tests import factories
from tests.cast import SANDI
from tests.pendaftaran import jalan


@pytest.fixture(autouse=True)
def hari_ini() -> Iterator[None]:
    with time_machine.travel("2026-11-21 03:00:00+00:00", tick=True):
        yield


def _count(kind: Any) -> int:
    return int(db.session.scalar(db.select(db.func.count()).select_from(kind)) or 0)


def _draf() -> Pendaftaran:
    return db.session.scalars(db.select(Pendaftaran)).one()


def _surat() -> list[SuratKuasa]:
    return list(db.session.scalars(db.select(SuratKuasa).order_by(SuratKuasa.urutan_versi)))


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
    (surat,) = _surat()
    assert surat.status is StatusSurat.DIUNGGAH
    assert cast.sari.asn.tahap is Tahap.DIAJUKAN
    assert _draf().status is StatusPendaftaran.DIAJUKAN


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
    assert _count(Pendaftaran) == _count(SuratKuasa) == 0


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
    assert _count(Pendaftaran) == _count(Asuhan) == _count(SuratKuasa) == 1


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
    assert _count(Pendaftaran) == _count(Asuhan) == _count(Pekerja) == _count(SuratKuasa) == 1
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
    assert _draf().nomor == "TT-2026-000001"


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
    assert _count(Pekerja) == 0
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
    assert _count(Pekerja) == _count(Asuhan) == 1


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


# -- changes -----------------------------------------------------------------------------------------------


def test_a_change_after_printing_asks_first_and_makes_a_new_version(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/pekerja/tambah").get_data(as_text=True)
    assert "Surat kuasa Anda sudah dicetak" in page
    second = jalan.pekerja(nama="Tarno Rekaan")
    refused = jalan.isi(browser, "/pendaftaran/pekerja/tambah", second, action="/pendaftaran/pekerja")
    assert refused.status_code == 422 and 'id="cetak_ulang-galat"' in refused.get_data(as_text=True)
    assert _count(Asuhan) == 1
    done = jalan.isi(
        browser, "/pendaftaran/pekerja/tambah", second | {"cetak_ulang": "y"}, action="/pendaftaran/pekerja"
    )
    assert done.status_code == 303
    old, new = _surat()
    assert (old.status, new.status) == (StatusSurat.DIBATALKAN, StatusSurat.DRAF)
    assert len(new.daftar) == 2 and new.plafon == 33_600, "the proposed ceiling follows the workers"
    assert _draf().surat_kuasa_id == new.id
    kept = set(db.session.scalars(db.select(Berkas.jenis).where(Berkas.surat_kuasa_id == new.id)))
    assert {one.value for one in kept} == {"ktp", "buku_rekening"}
    check = browser.get("/pendaftaran/periksa").get_data(as_text=True)
    assert "Cetak surat kuasa" in check and "disabled" in check


def test_saving_the_same_answers_keeps_the_print(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    assert jalan.isi(browser, "/pendaftaran/data-diri", jalan.DATA_DIRI).status_code == 303
    assert jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN).status_code == 303
    assert [one.status for one in _surat()] == [StatusSurat.DICETAK]


def test_a_worker_given_up_elsewhere_makes_the_print_useless(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_pekerja(browser)
    second = jalan.pekerja(nama="Tarno Rekaan")
    jalan.isi(browser, "/pendaftaran/pekerja/tambah", second, action="/pendaftaran/pekerja")
    jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN)
    jalan.isi(browser, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    asuhan = db.session.scalars(db.select(Asuhan).order_by(Asuhan.dibuat_pada)).first()
    assert asuhan is not None
    jalan.isi(browser, f"/asuhan/{asuhan.id}/batal", {})
    page = browser.get("/pendaftaran/berkas").get_data(as_text=True)
    assert "tidak sesuai lagi dengan daftar pekerja" in page
    renewed = browser.post("/pendaftaran/berkas/versi-baru", data={"kunci_formulir": browser.key()})
    assert renewed.status_code == 303
    assert [len(one.daftar) for one in _surat()] == [2, 1]


def test_a_removed_worker_is_free_at_once(cast: Any, client_as: Any) -> None:
    sari, lina = client_as(cast.sari), client_as(cast.lina)
    typed = jalan.pekerja()
    jalan.isi(sari, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    asuhan = db.session.scalars(db.select(Asuhan)).one()
    assert jalan.isi(sari, f"/pendaftaran/pekerja/{asuhan.id}/hapus", {}).status_code == 303
    taken = jalan.isi(lina, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    assert taken.status_code == 303
    assert _count(Pekerja) == 1


def test_a_held_worker_comes_in(cast: Any, client_as: Any) -> None:
    calon = add_to_pool(factories.make_pekerja("Wagiman Rekaan"), by=SISTEM)
    held = pegang(calon, asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    browser = client_as(cast.sari)
    page = browser.get("/pendaftaran/pekerja").get_data(as_text=True)
    assert "Wagiman Rekaan" in page and "Masukkan ke pendaftaran" in page
    done = jalan.isi(browser, "/pendaftaran/pekerja", {}, action=f"/pendaftaran/pekerja/{held.id}/ambil")
    assert done.status_code == 303
    assert db.session.get_one(Asuhan, held.id).status is StatusAsuhan.DIUSULKAN
    edit = browser.get(f"/pendaftaran/pekerja/{held.id}/ubah").get_data(as_text=True)
    assert "Data berasal dari daftar calon" in edit and 'name="alamat"' not in edit


def test_a_held_worker_whom_nobody_told_is_told_first(cast: Any, client_as: Any) -> None:
    pekerja = factories.make_pekerja("Wagiman Rekaan")
    pekerja.diberi_tahu_pada = pekerja.naskah_pemberitahuan = None
    held = pegang(add_to_pool(pekerja, by=SISTEM), asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    browser, url = client_as(cast.sari), f"/pendaftaran/pekerja/{held.id}/ambil"
    page = browser.get("/pendaftaran/pekerja").get_data(as_text=True)
    assert naskah()[0] in page and 'name="diberi_tahu_pada"' in page
    for wrong, field in (
        ({}, "diberi_tahu"),
        ({"diberi_tahu_pada": "21-11-2026"}, "diberi_tahu"),
        ({"diberi_tahu": "y", "diberi_tahu_pada": ""}, "diberi_tahu_pada"),
        ({"diberi_tahu": "y", "diberi_tahu_pada": "22-11-2026"}, "diberi_tahu_pada"),
    ):
        refused = jalan.isi(browser, "/pendaftaran/pekerja", wrong, action=url)
        assert refused.status_code == 422 and f'id="{field}-galat"' in refused.get_data(as_text=True)
    assert db.session.get_one(Asuhan, held.id).status is StatusAsuhan.DITAHAN
    told = {"diberi_tahu": "y", "diberi_tahu_pada": "20-11-2026"}
    assert jalan.isi(browser, "/pendaftaran/pekerja", told, action=url).status_code == 303
    row = db.session.get_one(Asuhan, held.id)
    assert row.status is StatusAsuhan.DIUSULKAN
    assert row.pekerja.diberi_tahu_pada == date(2026, 11, 20) and row.pekerja.naskah_pemberitahuan


def test_a_hold_beside_a_sent_letter_says_that_it_must_wait(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    assert jalan.kirim(browser).status_code == 303
    pegang(add_to_pool(factories.make_pekerja(), by=SISTEM), asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    assert "Surat kuasa Anda sedang diperiksa" in browser.get("/calon").get_data(as_text=True)
    own = browser.get("/asuhan").get_data(as_text=True)
    assert "setelah surat kuasa Anda selesai diperiksa" in own and "Masukkan ke pendaftaran<" not in own


def test_a_held_worker_after_printing_needs_the_tick(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    for nama in ("Wagiman Rekaan", "Yatmi Rekaan"):
        pegang(add_to_pool(factories.make_pekerja(nama), by=SISTEM), asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    held = db.session.scalars(db.select(Asuhan).where(Asuhan.status == StatusAsuhan.DITAHAN)).all()
    url = f"/pendaftaran/pekerja/{held[1].id}/ambil"
    refused = jalan.isi(browser, "/pendaftaran/pekerja", {}, action=url)
    assert refused.status_code == 422 and 'id="cetak_ulang-galat"' in refused.get_data(as_text=True)
    assert jalan.isi(browser, "/pendaftaran/pekerja", {"cetak_ulang": "y"}, action=url).status_code == 303
    assert [len(one.daftar) for one in _surat()] == [1, 2]


def test_giving_up_frees_everybody(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/batal").get_data(as_text=True)
    assert "Slamet Rekaan" in page and "alasan" in page
    done = jalan.isi(browser, "/pendaftaran/batal", {})
    assert done.status_code == 303
    assert [one.status for one in _surat()] == [StatusSurat.DIBATALKAN]
    assert db.session.scalars(db.select(Asuhan)).one().status is StatusAsuhan.BERAKHIR
    assert _draf().status is StatusPendaftaran.DIBATALKAN and _draf().isi_enc is None
    assert cast.sari.asn.tahap is None
    jalan.sampai_unggah(browser)
    assert jalan.kirim(browser).status_code == 303, "and she may begin anew"


def test_a_second_sign_up_waits_for_the_first(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    jalan.kirim(browser)
    for url in ("/data-diri", "/pekerja", "/pekerja/tambah", "/iuran", "/berkas"):
        answer = browser.get(f"/pendaftaran{url}")
        assert (answer.status_code, answer.location) == (303, "/pendaftaran")
    typed = jalan.pekerja() | {"kunci_formulir": browser.key()}
    refused = browser.post("/pendaftaran/pekerja", data=typed)
    assert refused.status_code == 422 and "sudah terkirim" in refused.get_data(as_text=True)
    assert _count(Asuhan) == 1


@pytest.mark.parametrize("missing", ["surat_kuasa", "ktp", "buku_rekening", "tanggal"])
def test_nothing_is_sent_while_something_is_missing(cast: Any, client_as: Any, missing: str) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    for jenis in {"surat_kuasa", "ktp", "buku_rekening"} - {missing}:
        jalan.unggah(browser, jenis)
    if missing != "tanggal":
        signed = {"ditandatangani_pada": "21-11-2026"}
        jalan.isi(browser, "/pendaftaran/berkas", signed, action="/pendaftaran/berkas")
    refused = jalan.kirim(browser)
    assert refused.status_code == 422
    assert _draf().status is StatusPendaftaran.DRAF and _surat()[0].status is StatusSurat.DICETAK
    assert cast.sari.asn.tahap is not Tahap.DIAJUKAN


def test_a_draft_that_lay_too_long(cast: Any, client_as: Any) -> None:
    """The first debit moves on, and a worker who is 65 by then stays out."""
    browser = client_as(cast.sari)
    jalan.sampai_pekerja(browser)
    old = jalan.pekerja(date(1961, 12, 20), nama="Tarno Rekaan")
    jalan.isi(browser, "/pendaftaran/pekerja/tambah", old, action="/pendaftaran/pekerja")
    jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN)
    jalan.isi(browser, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    with time_machine.travel("2026-12-28 03:00:00+00:00", tick=True):
        browser = client_as(cast.sari)
        page = browser.get("/pendaftaran").get_data(as_text=True)
        assert "Daftar debet Desember 2026 sudah ditutup" in page
        refused = jalan.isi(
            browser, "/pendaftaran/iuran", jalan.IURAN | {"bulan_pertama": "2027-02", "cetak_ulang": "y"}
        )
        assert refused.status_code == 422 and "Tarno Rekaan" in refused.get_data(as_text=True)


def test_change_links_of_the_check_lead_back_to_it(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_iuran(browser)
    page = browser.get("/pendaftaran/periksa").get_data(as_text=True)
    links = {
        one.replace("&amp;", "&") for one in re.findall(r'href="(/pendaftaran/[^"]*kembali=periksa)"', page)
    }
    typed = {"data-diri": jalan.DATA_DIRI, "iuran": jalan.IURAN, "ubah": jalan.pekerja()}
    for name, answers in typed.items():
        link = next(one for one in links if name in one)
        assert (
            jalan.isi(browser, link, answers | {"pekerjaan": "tukang becak"}).location
            == "/pendaftaran/periksa"
        )
    assert "tukang becak" in browser.get("/pendaftaran/periksa").get_data(as_text=True)


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
    assert _draf().isi_enc is not None and _count(SuratKuasa) == 0


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
    assert _count(Pendaftaran) == 1


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
    assert _draf().nomor == "TT-2026-000001"


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
    assert _count(Pekerja) == _count(Asuhan) == 1
