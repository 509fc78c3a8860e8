"""The pages: upload, tray, placing, sending; and what the letters have afterwards."""

from __future__ import annotations

import io
import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from rentan.asn.status import Tahap
from rentan.berkas.queries import list_kini, read_bersih
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.ext import db, runtime
from rentan.pindai import queries
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.verifikasi.status import Jawaban
from tests.pendaftaran.jalan import hidden
from tests.pindai import kertas
from tests.surat_kuasa.kertas import make_cetak
from tests.verifikasi.perbaikan_maker import make_perbaikan, points

HARI = f"{today():%d-%m-%Y}"
ACAK = 20_261_121


def kirim_pdf(browser: FlaskClient, pdf: bytes, nama: str = "pindaian.pdf") -> Any:
    page = browser.get("/pindai")
    return browser.post("/pindai", data=hidden(page, "/pindai") | {"berkas": (io.BytesIO(pdf), nama)})


def halaman(surat: SuratKuasa, *tanpa: str) -> list[Any]:
    acak = random.Random(ACAK)
    return [kertas.pindai(one, acak) for name, one in kertas.lembar_surat(surat).items() if name not in tanpa]


@pytest.fixture
def surat(cast: Any) -> SuratKuasa:
    made = make_cetak(cast.sari)
    db.session.commit()
    return made


def unggah(browser: FlaskClient, *pages: Any) -> str:
    """Upload and read; answers the tray's address."""
    answer = kirim_pdf(browser, kertas.jadi_pdf(pages))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def tekan(browser: FlaskClient, dari: str, action: str, **data: Any) -> Any:
    return browser.post(action, data=hidden(browser.get(dari), action) | data)


@pytest.mark.kedua_basis
def test_complete_letters_are_handed_in(cast: Any, client_as: Any, surat: SuratKuasa) -> None:
    lina = make_cetak(cast.lina)
    budi = client_as(cast.budi)
    tray = unggah(budi, *halaman(surat), *halaman(lina, "KTP"))
    text = budi.get(tray).get_data(as_text=True)
    assert "Kirim yang lengkap (1)" in text
    assert "KTP ASN" in text  # what Lina's letter lacks
    assert tekan(budi, tray, f"{tray}/kirim", tanggal="").status_code == 422
    assert surat.status is StatusSurat.DICETAK  # a date is never guessed
    assert tekan(budi, tray, f"{tray}/kirim", tanggal=HARI).status_code == 303
    assert surat.status is StatusSurat.DIUNGGAH
    assert surat.ditandatangani_pada == today()
    assert surat.asli_di is AsliDi.OPD
    assert surat.asn.tahap is Tahap.DIAJUKAN
    papers = list_kini(surat.id)
    assert set(papers) >= set(WAJIB_UNGGAH)
    letter = papers[JenisBerkas.SURAT_KUASA]
    assert (letter.mime, letter.halaman, letter.halaman_dikenal) == (
        "application/pdf", surat.halaman, surat.halaman,
    )  # fmt: skip
    assert read_bersih(letter).startswith(b"%PDF-")
    assert read_bersih(papers[JenisBerkas.KTP]).startswith(b"\xff\xd8\xff")
    assert lina.status is StatusSurat.DICETAK
    tumpukan = db.session.scalars(db.select(Tumpukan)).one()
    filed = [one for one in queries.list_halaman(tumpukan) if one.berkas_id]
    assert len(filed) == (surat.halaman or 0) + 2
    assert not any(one.kunci_gambar for one in filed)  # seen by nobody here any more (AUZ-3)
    assert budi.get(f"{tray}/halaman/{filed[0].nomor}.jpg").status_code == 404

    assert tekan(budi, tray, f"{tray}/simpan").status_code == 303
    assert JenisBerkas.BUKU_REKENING in list_kini(lina.id)
    assert lina.status is StatusSurat.DICETAK

    assert tekan(budi, tray, f"{tray}/selesai").status_code == 303
    db.session.refresh(tumpukan)
    assert tumpukan.status is StatusTumpukan.SELESAI


def test_one_refusal_does_not_stop_the_others(cast: Any, client_as: Any, surat: SuratKuasa) -> None:
    lina, budi = make_cetak(cast.lina), client_as(cast.budi)
    tray = unggah(budi, *halaman(surat), *halaman(lina))
    tomorrow = f"{today() + timedelta(days=1):%d-%m-%Y}"
    data = {"tanggal": HARI, f"tanggal_{lina.id.hex}": tomorrow}
    answer = tekan(budi, tray, f"{tray}/kirim", **data)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "1 surat terkirim" in text
    assert "tidak boleh sesudah hari ini" in text
    assert tomorrow in text  # what was typed stays
    assert (surat.status, lina.status) == (StatusSurat.DIUNGGAH, StatusSurat.DICETAK)
    assert tekan(budi, tray, f"{tray}/kirim", tanggal=HARI).status_code == 303
    assert lina.status is StatusSurat.DIUNGGAH


def test_a_letter_handed_in_by_another_road_waits_no_longer(
    cast: Any, client_as: Any, surat: SuratKuasa
) -> None:
    budi = client_as(cast.budi)
    tray = unggah(budi, *halaman(surat))
    surat_actions.batal(surat, by=cast.sari.pelaku)
    db.session.commit()
    text = budi.get(tray).get_data(as_text=True)
    assert "Tidak lagi menunggu" in text
    assert "Kirim yang lengkap" not in text


def test_by_hand_through_the_page(cast: Any, client_as: Any, surat: SuratKuasa) -> None:
    acak, budi = random.Random(ACAK), client_as(cast.budi)
    sheets = kertas.lembar_surat(surat)
    tray = unggah(budi, kertas.tak_terbaca(sheets["KTP"], acak), *halaman(surat, "KTP"))
    url = f"{tray}/halaman/1"
    page = budi.get(url)
    assert "Sari Rekaan" in page.get_data(as_text=True)
    assert "Sari Rekaan" not in budi.get(f"{url}?cari=Tidakada").get_data(as_text=True)
    assert budi.get(f"{url}.jpg").data.startswith(b"\xff\xd8\xff")
    seen = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "halaman_dilihat")).all()
    assert [one.pelaku_id for one in seen] == [cast.budi.akun.id]
    before = queries.list_halaman(db.session.scalars(db.select(Tumpukan)).one())[0]
    shape = before.lebar, before.tinggi
    assert tekan(budi, url, f"{url}/putar").status_code == 303
    assert (before.tinggi, before.lebar) == shape
    assert budi.get(f"{url}.jpg").data.startswith(b"\xff\xd8\xff")
    data = {"surat": str(surat.id), "sebagai": "ktp-1"}
    stale = hidden(page, url) | data
    assert tekan(budi, url, url, **data).status_code == 303
    assert budi.post(url, data=stale | {"kunci_formulir": str(uuid.uuid4())}).status_code == 409
    assert "Kirim yang lengkap (1)" in budi.get(tray).get_data(as_text=True)
    assert tekan(budi, url, f"{url}/kembalikan").status_code == 303
    assert tekan(budi, url, f"{url}/sisihkan").status_code == 303
    row = db.session.scalars(db.select(HalamanPindai).where(HalamanPindai.nomor == 1)).one()
    assert row.dibuang_pada is not None


def test_and_wati(cast: Any, client_as: Any, surat: SuratKuasa) -> None:
    """Another OPD's operator, the donor herself, the verifikator: nobody else sees pages or tray."""
    tray = unggah(client_as(cast.budi), *halaman(surat)[:1])
    wati = client_as(cast.wati)
    for url in (tray, f"{tray}/kemajuan", f"{tray}/halaman/1", f"{tray}/halaman/1.jpg"):
        assert wati.get(url).status_code == 404
        assert client_as(cast.sari).get(url).status_code == 403
        assert client_as(cast.rini).get(url).status_code == 403
    for action in (
        "kirim",
        "simpan",
        "selesai",
        "halaman/1/sisihkan",
        "halaman/1/putar",
        "halaman/1/kembalikan",
        "halaman/1",
    ):
        assert wati.post(f"{tray}/{action}", data={}).status_code == 404


def test_watis_stack_says_nothing_about_whose_letter_it_is(
    cast: Any, client_as: Any, surat: SuratKuasa
) -> None:
    wati = client_as(cast.wati)
    tray = unggah(wati, *halaman(surat))
    text = wati.get(tray).get_data(as_text=True)
    assert HasilHalaman.BUKAN_DI_SINI.label in text
    assert "Sari" not in text
    assert (surat.nomor or "-") not in text


def test_the_same_pdf_again_shows_the_earlier_stack(cast: Any, client_as: Any) -> None:
    budi = client_as(cast.budi)
    pdf = kertas.jadi_pdf([kertas.kosong(random.Random(1))])
    first = kirim_pdf(budi, pdf)
    again = kirim_pdf(budi, pdf, "nama-lain.pdf")
    assert again.location == first.location
    assert "Tidak ada yang berubah" in budi.get(again.location).get_data(as_text=True)


def test_two_hundred_papers_do_not_use_up_the_operators_quota(
    cast: Any, client_as: Any, surat: SuratKuasa, monkeypatch: Any
) -> None:
    monkeypatch.setitem(runtime().profil.batas.__dict__, "berkas_per_hari", 1)
    budi = client_as(cast.budi)
    tray = unggah(budi, *halaman(surat))
    assert tekan(budi, tray, f"{tray}/kirim", tanggal=HARI).status_code == 303
    assert surat.status is StatusSurat.DIUNGGAH


def test_a_letter_under_repair_gets_its_new_paper(cast: Any, client_as: Any) -> None:
    """Only what was asked for again is taken; sending the repair (M8) stays with its own page."""
    asked = make_perbaikan(cast, gagal=(JenisBerkas.KTP,))
    before = list_kini(asked.id)
    budi = client_as(cast.budi)
    tray = unggah(budi, *halaman(asked))
    stack = db.session.scalars(db.select(Tumpukan)).one()
    found = [one.hasil for one in queries.list_halaman(stack)]
    assert found.count(HasilHalaman.KTP) == 1
    assert found.count(HasilHalaman.TERLAMBAT) == (asked.halaman or 0) + 1
    assert tekan(budi, tray, f"{tray}/kirim").status_code == 303  # no date: it is asked for with the repair
    assert asked.status is StatusSurat.PERLU_PERBAIKAN
    now = list_kini(asked.id)
    assert now[JenisBerkas.KTP].id != before[JenisBerkas.KTP].id
    assert now[JenisBerkas.SURAT_KUASA].id == before[JenisBerkas.SURAT_KUASA].id
    (butir,) = points(asked)
    assert butir.jawaban is Jawaban.DIGANTI
