"""Changes on the way: after printing, workers who come, go or are given up elsewhere, drafts that lie."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.calon.actions import add_to_pool, pegang
from rentan.core.actor import SISTEM
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.naskah import naskah
from rentan.pendaftaran.status import StatusPendaftaran
from rentan.surat_kuasa.status import StatusSurat
from tests import factories
from tests.journeys.lihat import draf_kini, hitung, semua_surat
from tests.pendaftaran import jalan


def test_a_change_after_printing_asks_first_and_makes_a_new_version(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/pekerja/tambah").get_data(as_text=True)
    assert "Surat kuasa Anda sudah dicetak" in page
    second = jalan.pekerja(nama="Tarno Rekaan")
    refused = jalan.isi(browser, "/pendaftaran/pekerja/tambah", second, action="/pendaftaran/pekerja")
    assert refused.status_code == 422 and 'id="cetak_ulang-galat"' in refused.get_data(as_text=True)
    assert hitung(Asuhan) == 1
    done = jalan.isi(
        browser, "/pendaftaran/pekerja/tambah", second | {"cetak_ulang": "y"}, action="/pendaftaran/pekerja"
    )
    assert done.status_code == 303
    old, new = semua_surat()
    assert (old.status, new.status) == (StatusSurat.DIBATALKAN, StatusSurat.DRAF)
    assert len(new.daftar) == 2 and new.plafon == 33_600, "the proposed ceiling follows the workers"
    assert draf_kini().surat_kuasa_id == new.id
    kept = set(db.session.scalars(db.select(Berkas.jenis).where(Berkas.surat_kuasa_id == new.id)))
    assert {one.value for one in kept} == {"ktp", "buku_rekening"}
    check = browser.get("/pendaftaran/periksa").get_data(as_text=True)
    assert "Cetak surat kuasa" in check and "disabled" in check


def test_saving_the_same_answers_keeps_the_print(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_cetak(browser)
    assert jalan.isi(browser, "/pendaftaran/data-diri", jalan.DATA_DIRI).status_code == 303
    assert jalan.isi(browser, "/pendaftaran/iuran", jalan.IURAN).status_code == 303
    assert [one.status for one in semua_surat()] == [StatusSurat.DICETAK]


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
    assert [len(one.daftar) for one in semua_surat()] == [2, 1]


def test_a_removed_worker_is_free_at_once(cast: Any, client_as: Any) -> None:
    sari, lina = client_as(cast.sari), client_as(cast.lina)
    typed = jalan.pekerja()
    jalan.isi(sari, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    asuhan = db.session.scalars(db.select(Asuhan)).one()
    assert jalan.isi(sari, f"/pendaftaran/pekerja/{asuhan.id}/hapus", {}).status_code == 303
    taken = jalan.isi(lina, "/pendaftaran/pekerja/tambah", typed, action="/pendaftaran/pekerja")
    assert taken.status_code == 303
    assert hitung(Pekerja) == 1


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
    assert [len(one.daftar) for one in semua_surat()] == [1, 2]


def test_giving_up_frees_everybody(cast: Any, client_as: Any) -> None:
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/batal").get_data(as_text=True)
    assert "Slamet Rekaan" in page and "alasan" in page
    done = jalan.isi(browser, "/pendaftaran/batal", {})
    assert done.status_code == 303
    assert [one.status for one in semua_surat()] == [StatusSurat.DIBATALKAN]
    assert db.session.scalars(db.select(Asuhan)).one().status is StatusAsuhan.BERAKHIR
    assert draf_kini().status is StatusPendaftaran.DIBATALKAN and draf_kini().isi_enc is None
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
    assert hitung(Asuhan) == 1


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
    assert draf_kini().status is StatusPendaftaran.DRAF and semua_surat()[0].status is StatusSurat.DICETAK
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
