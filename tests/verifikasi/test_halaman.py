"""The pages over the test client: without scripts, with what each person may see."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Jejak
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from rentan.pencabutan.actions import stop_surat
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions, pendapat, queries
from rentan.verifikasi.models import PendapatKedua, PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan, JenisPendapat
from tests.cast import Cast
from tests.halaman import faults_of_page
from tests.surat_kuasa.kertas import REKENING
from tests.verifikasi.periksa import ambil, berkas, putus, surat_masuk, verifikator


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel("2026-11-20T03:00:00Z", tick=True):
        yield


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def kirim(browser: FlaskClient, page: str, action: str, **isi: Any) -> TestResponse:
    """Send the form with this action as it stands on the page, and what is given."""
    shown = text(browser.get(page))
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', shown, re.S)
    assert form, f"{action} is not on {page}"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group()))
    return browser.post(action, data=hidden | isi)


def alamat(surat: SuratKuasa, hal: str = "") -> str:
    return f"/verifikasi/{surat.id}" + (f"?hal={hal}" if hal else "")


def putusan(browser: FlaskClient, surat: SuratKuasa, hal: str, **isi: Any) -> TestResponse:
    return kirim(browser, alamat(surat, hal), f"/verifikasi/{surat.id}/putusan", **isi)


def test_from_queue_to_approval_without_scripts(cast: Cast, client_as: Any) -> None:
    surat, other = surat_masuk(cast.sari), surat_masuk(cast.eko, rekening="2034567892")
    rini = client_as(cast.rini)
    assert "2 surat menunggu" in text(rini.get("/verifikasi"))
    taken = kirim(rini, "/verifikasi", "/verifikasi/ambil")
    assert taken.status_code == 303 and taken.location.endswith(alamat(surat))
    for hal, nanti in (
        ("surat_kuasa", "ktp"),
        ("ktp", "buku_rekening"),
        ("buku_rekening", "pekerja-1"),
        ("pekerja-1", "putusan"),
    ):
        sent = putusan(rini, surat, hal, hasil="ya")
        assert sent.status_code == 303 and sent.location.endswith(f"hal={nanti}"), text(sent)
    end = f"/verifikasi/{surat.id}/setujui"
    done = kirim(rini, alamat(surat, "putusan"), end, lanjut="ya")
    assert done.status_code == 303 and done.location.endswith(alamat(other))
    assert surat.status is StatusSurat.TERVERIFIKASI and other.diperiksa_oleh == cast.rini.akun.id
    assert surat.daftar[0].asuhan.status is StatusAsuhan.MENUNGGU_MANDAT


def test_refused_paper_with_a_marked_part(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    rini, sari = client_as(cast.rini), client_as(cast.sari)
    part = {"halaman": "1", "kiri": "100", "atas": "200", "lebar": "300", "tinggi": "250"}
    said = {"hasil": "tidak", "alasan": "buram", "kalimat": ""}
    short = putusan(rini, surat, "ktp", **said, **(part | {"lebar": ""}))
    assert short.status_code == 422 and "keempat angka" in text(short)
    out = putusan(rini, surat, "ktp", **said, **(part | {"lebar": "950"}))
    assert out.status_code == 422 and "di luar halaman" in text(out) and 'value="buram"' in text(out)
    assert putusan(rini, surat, "ktp", **said, **part).status_code == 303
    row = db.session.scalars(db.select(Putusan)).one()
    crop = f"/verifikasi/potongan/{row.id}.jpg"
    assert crop in text(rini.get(alamat(surat, "ktp")))
    for browser in (rini, sari):
        picture = browser.get(crop)
        assert picture.status_code == 200 and picture.mimetype == "image/jpeg"
        image = Image.open(io.BytesIO(picture.data))
        assert image.width == pytest.approx(640 * 0.34, abs=2)
        assert image.height == pytest.approx(400 * 0.29, abs=2)
    for nama in ("lina", "eko", "wati"):
        assert client_as(getattr(cast, nama)).get(crop).status_code == 404
    for nama in ("joko", "dewi", "hadi", "agus"):
        assert client_as(getattr(cast, nama)).get(crop).status_code == 403
    seen = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "berkas_dilihat")).all()
    assert sum("potongan" in one.rincian for one in seen) == 2


def test_operator_sees_the_sentence_only(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    row = actions.judge_berkas(
        surat,
        berkas(surat),
        hasil=HasilPutusan.PERBAIKI,
        alasan="buram",
        bagian=actions.Bagian(1, 0, 0, 100, 100),
        by=cast.rini.pelaku,
    )
    assert client_as(cast.budi).get(f"/verifikasi/potongan/{row.id}.jpg").status_code in (403, 404)


def test_numbers_are_whole_only_for_the_holder(cast: Cast, client_as: Any) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    nik = reveal(surat.daftar[0].asuhan.pekerja, "nik") or ""
    mine = text(client_as(cast.rini).get(alamat(surat, "pekerja-1")))
    assert nik in mine and REKENING in mine
    looks = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dibuka")).all()
    assert len(looks) == 1 and '"verifikasi"' in looks[0].rincian
    theirs = client_as(vera).get(alamat(surat, "pekerja-1"))
    assert nik not in text(theirs) and REKENING not in text(theirs)
    assert "sedang diperiksa Rini Rekaan" in text(theirs)
    assert len(db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dibuka")).all()) == 1
    title = re.search("<title>(.*?)</title>", mine)
    assert title and "Slamet" not in title.group() and "Sari" not in title.group()


def test_late_comer_sees_what_changed(cast: Cast, client_as: Any) -> None:
    vera, surat = verifikator(), surat_masuk(cast.sari)
    lambat = client_as(vera)
    lambat.get("/verifikasi")
    ambil(surat, cast.rini)
    lost = lambat.post(f"/verifikasi/{surat.id}/ambil", data={"kunci_formulir": lambat.key()})
    assert lost.status_code == 409 and "sedang diperiksa Rini Rekaan" in text(lost)
    assert "Berkas mulai diperiksa oleh Rini Rekaan" in text(lost)


def test_decision_on_a_stale_page(cast: Cast, client_as: Any) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    putus(surat, cast.rini)
    rini = client_as(cast.rini)
    versi = surat.versi
    actions.release_surat(surat, by=cast.dewi.pelaku)
    ambil(surat, vera)
    for tail, isi in (
        ("setujui", {}),
        ("minta-perbaikan", {}),
        ("putusan", {"hal": "ktp", "hasil": "ya"}),
        ("batal", {"alasan": "duplikat"}),
        ("tanya", {"jenis": "tolak", "alasan": "palsu"}),
    ):
        sent = rini.post(
            f"/verifikasi/{surat.id}/{tail}", data={"versi": versi, "kunci_formulir": rini.key(), **isi}
        )
        assert sent.status_code == 409, (tail, sent.status_code)
        assert "Vera Rekaan" in text(sent)
    assert surat.status is StatusSurat.DIPERIKSA


def test_same_form_twice(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    rini = client_as(cast.rini)
    isi = {"versi": surat.versi, "kunci_formulir": rini.key(), "hal": "ktp", "hasil": "ya"}
    first, second = (rini.post(f"/verifikasi/{surat.id}/putusan", data=isi) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(queries.list_putusan(surat)) == 1


def test_repair_and_skip(cast: Cast, client_as: Any) -> None:
    surat, other = surat_masuk(cast.sari), surat_masuk(cast.lina, rekening="2034567892")
    rini = client_as(cast.rini)
    kirim(rini, "/verifikasi", "/verifikasi/ambil")
    away = kirim(rini, alamat(surat), f"/verifikasi/{surat.id}/lewati")
    assert away.location.endswith(alamat(other)) and surat.status is StatusSurat.DIUNGGAH
    putus(other, cast.rini, buku_rekening=(HasilPutusan.PERBAIKI, "nomor_beda"))
    page = text(rini.get(alamat(other, "putusan")))
    assert re.search(r"<button[^>]*disabled[^>]*>Setujui surat", page)
    assert "Ada yang ditandai perlu diperbaiki: Halaman depan buku rekening" in page
    sent = kirim(rini, alamat(other, "putusan"), f"/verifikasi/{other.id}/minta-perbaikan", lanjut="tidak")
    assert sent.status_code == 303 and sent.location.endswith("/verifikasi")
    assert db.session.scalars(db.select(PermintaanPerbaikan)).one().surat_kuasa_id == other.id


def test_second_opinion_on_the_pages(cast: Cast, client_as: Any) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    rini, kedua = client_as(cast.rini), client_as(vera)
    asked = kirim(
        rini, alamat(surat, "putusan"), f"/verifikasi/{surat.id}/tanya", jenis="tolak", alasan="palsu"
    )
    assert asked.status_code == 303
    waiting = db.session.scalars(db.select(PendapatKedua)).one()
    assert "meminta pendapat Anda" in text(kedua.get("/verifikasi"))
    assert "meminta pendapat Anda" not in text(rini.get("/verifikasi"))
    assert REKENING in text(kedua.get(alamat(surat, "buku_rekening")))
    done = kirim(kedua, alamat(surat, "putusan"), f"/verifikasi/{surat.id}/jawab", jawaban="ya", catatan="")
    assert done.status_code == 303 and surat.status is StatusSurat.DITOLAK
    assert waiting.dijawab_oleh == vera.akun.id


def test_withdrawing_a_question(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    rini = client_as(cast.rini)
    kirim(rini, alamat(surat, "putusan"), f"/verifikasi/{surat.id}/tanya", jenis="tolak", alasan="palsu")
    assert "ditunggu" in text(rini.get(alamat(surat, "putusan")))
    back = kirim(rini, alamat(surat, "putusan"), f"/verifikasi/{surat.id}/tarik")
    assert back.status_code == 303
    assert "ditunggu" not in text(rini.get(alamat(surat, "putusan")))


def test_own_letter_is_not_there(cast: Cast, client_as: Any) -> None:
    surat = surat_masuk(cast.rini)
    rini = client_as(cast.rini)
    assert "Ini surat kuasa Anda sendiri" in text(rini.get("/verifikasi"))
    assert rini.get(alamat(surat)).status_code == 404
    assert rini.post(f"/verifikasi/{surat.id}/ambil").status_code == 404


def test_admin_frees_but_does_not_look(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    dewi = client_as(cast.dewi)
    assert "Lepaskan" in text(dewi.get("/verifikasi"))
    assert dewi.get(alamat(surat)).status_code == 403
    assert kirim(dewi, "/verifikasi", f"/verifikasi/{surat.id}/lepas").status_code == 303
    assert surat.status is StatusSurat.DIUNGGAH


@pytest.mark.parametrize("nama", ["sari", "budi", "wati", "joko", "hadi", "yuni", "bayu", "agus"])
def test_others_find_nothing(cast: Cast, client_as: Any, nama: str) -> None:
    surat = surat_masuk(cast.sari)
    browser = client_as(getattr(cast, nama))
    for address in ("/verifikasi", alamat(surat)):
        assert browser.get(address).status_code == 403


def test_markup_of_held_pages(cast: Cast, client_as: Any) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari, nama_rekening="Orang Lain"), cast.rini)
    putus(surat, cast.rini, ktp=(HasilPutusan.PERBAIKI, "buram"), pekerja_1=(HasilPutusan.TOLAK, "usia"))
    other = ambil(surat_masuk(cast.eko), vera)
    pendapat.ask_second_opinion(other, jenis=JenisPendapat.TOLAK, alasan="palsu", by=vera.pelaku)
    rini, found = client_as(cast.rini), []
    pages = [alamat(surat, hal) for hal in ("surat_kuasa", "ktp", "buku_rekening", "pekerja-1", "putusan")]
    for url in ("/verifikasi", *pages, alamat(other, "putusan"), alamat(other, "ktp")):
        found += [f"{url}: {one}" for one in faults_of_page(text(rini.get(url)), url)]
    refused = putusan(rini, surat, "surat_kuasa", hasil="tidak")
    assert refused.status_code == 422
    found += [f"refused: {one}" for one in faults_of_page(text(refused), pages[0])]
    assert not found, "\n".join(found)


def test_turned_and_enlarged_by_links(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    rini = client_as(cast.rini)
    page = text(rini.get(f"/verifikasi/{surat.id}?hal=ktp&berkas=buku_rekening&putar=90&besar=2"))
    assert "putar-90 besar-2" in page and "putar=180" in page and "besar=3" in page
    assert "putar-0 besar-1" in text(rini.get(f"/verifikasi/{surat.id}?putar=7&besar=x&halaman=99"))


def test_draft_is_no_letter_to_verify(cast: Cast, client_as: Any) -> None:
    surat = surat_masuk(cast.sari)
    surat.diunggah_pada, surat.status = None, StatusSurat.DICETAK
    assert client_as(cast.rini).get(alamat(surat)).status_code == 404


def test_doubtful_worker_leads_to_the_duplicates(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    surat.daftar[0].asuhan.pekerja.status = StatusPekerja.DUGA_DUPLIKAT
    db.session.commit()
    rini = client_as(cast.rini)
    for hal in ("pekerja-1", "putusan"):
        assert '<a href="/verifikasi/ganda">Buka daftar dugaan ganda' in text(rini.get(alamat(surat, hal)))


def test_the_verifikator_learns_that_the_donor_stopped(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    db.session.commit()
    rini = client_as(cast.rini)
    assert "ASN ini sudah berhenti" not in text(rini.get(alamat(surat)))
    stop_surat(surat, by=cast.sari.pelaku)
    db.session.commit()
    shown = text(rini.get(alamat(surat)))
    assert "ASN ini sudah berhenti" in shown and "kembalikan ke antrean" in shown
