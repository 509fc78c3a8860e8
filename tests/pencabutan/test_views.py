"""The pages of stopping and of letters to the bank, as their people walk them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import time_machine

from rentan.core.permissions import Peran
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.pencabutan.queries import find_pencabutan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_berjalan
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from tests import factories
from tests.autodebet.maker import impor, jawab, kirim, make_setuju
from tests.pencabutan.test_berhenti import berlaku_siap
from tests.pendaftaran.jalan import hidden, isi
from tests.surat_kuasa.kertas import photo


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel("2026-11-25T03:00:00Z", tick=False):
        yield


def test_stopping_from_the_own_pages(cast: Any, client_as: Any) -> None:
    surat_id = berlaku_siap(cast).id
    db.session.commit()
    sari, url = client_as(cast.sari), f"/surat-kuasa/{surat_id}/berhenti"
    assert url in sari.get("/asuhan").text and url in sari.get(f"/surat-kuasa/{surat_id}").text
    page = sari.get(url)
    assert "tidak perlu memberi alasan" in page.text and "1 Januari 2027" in page.text
    assert sari.post(url, data=hidden(page) | {"cari_pengganti": "y"}).status_code == 303
    assert sari.post(url, data=hidden(page) | {"cari_pengganti": "y"}).status_code == 303  # same form again
    surat = db.session.get_one(SuratKuasa, surat_id)
    assert surat.status is StatusSurat.DICABUT_MENUNGGU
    text = sari.get(url).text
    assert "Tanggal pencabutan" in text and "menunggu bendahara" in text
    home = sari.get("/beranda").text
    assert "Anda sudah berhenti" in home and url in home and "Anda belum ikut" not in home
    pdf = sari.get(f"/surat-kuasa/{surat_id}/pencabutan.pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.data == sari.get(pdf.request.path).data
    sent = sari.post(
        f"/surat-kuasa/{surat_id}/pencabutan/unggah",
        data=hidden(sari.get(url)) | {"surat_pencabutan": (io.BytesIO(photo()), "cabut.jpg")},
    )
    assert sent.status_code == 303 and "sudah tersimpan" in sari.get(url).text
    bad = sari.post(
        f"/surat-kuasa/{surat_id}/pencabutan/unggah",
        data=hidden(sari.get(url)) | {"surat_pencabutan": (io.BytesIO(b"bukan gambar"), "cabut.jpg")},
    )
    assert bad.status_code == 422
    row = find_pencabutan(surat_id)
    assert row is not None
    hadi = client_as(cast.hadi)
    base = f"/autodebet/pencabutan/{row.id}"
    early = isi(hadi, "/autodebet/pencabutan", {"tanggal": "1-11-2026"}, action=f"{base}/teruskan")
    assert early.status_code == 422 and "antara tanggal pencabutan diterima" in early.text
    done = isi(hadi, "/autodebet/pencabutan", {"tanggal": "25-11-2026"}, action=f"{base}/teruskan")
    assert done.status_code == 303
    ended = hadi.post(
        f"{base}/akui", data={"kunci_formulir": hadi.key(), "versi": find_pencabutan(surat_id).versi}
    )
    assert ended.status_code == 303
    assert db.session.get_one(SuratKuasa, surat_id).status is StatusSurat.DICABUT
    for nama in ("wati", "lina"):
        other = client_as(getattr(cast, nama))
        assert other.get(url).status_code == 404
        assert other.get(f"/surat-kuasa/{surat_id}/pencabutan.pdf").status_code == 404
    assert client_as(cast.rini).get(base + "/akui").status_code in (404, 405)


def test_stopping_for_one_worker(cast: Any, client_as: Any) -> None:
    asuhan_id = berlaku_siap(cast).daftar[0].asuhan_id
    db.session.commit()
    sari = client_as(cast.sari)
    assert "Berhenti mengasuh" in sari.get("/asuhan").text
    page = sari.get(f"/asuhan/{asuhan_id}/batal")
    assert "kami carikan pengganti" in page.text and "1 Januari 2027" in page.text
    assert sari.post(f"/asuhan/{asuhan_id}/batal", data=hidden(page)).status_code == 303
    assert "mencarikan pengganti" in sari.get("/asuhan").text


def test_the_operator_with_the_paper(cast: Any, client_as: Any) -> None:
    surat_id = berlaku_siap(cast).id
    db.session.commit()
    budi, url = client_as(cast.budi), f"/surat-kuasa/{surat_id}/berhenti"
    assert isi(budi, url, {}).status_code == 422
    assert isi(budi, url, {"ditandatangani_pada": "25-11-2026"}).status_code == 303
    assert find_pencabutan(surat_id) is not None


def test_from_the_packet_to_the_verifikators_list(cast: Any, client_as: Any) -> None:
    surat_id = make_setuju(cast).id
    db.session.commit()
    hadi = client_as(cast.hadi)
    assert isi(hadi, "/autodebet/surat", {}, action="/autodebet/paket").status_code == 303
    assert hadi.post("/autodebet/paket", data={"kunci_formulir": hadi.key()}).status_code == 422
    for other in ("rini", "wati", "dewi", "yuni"):
        assert client_as(getattr(cast, other)).get("/autodebet").status_code == 403
    db.session.execute(db.text("DELETE FROM baris_mandat"))
    db.session.execute(db.text("UPDATE paket SET status = 'dibatalkan'"))
    kirim(cast)
    surat = db.session.get_one(SuratKuasa, surat_id)
    impor([jawab(surat, "21")], cast)
    db.session.commit()
    rini = client_as(cast.rini)
    assert "Tanda tangan berbeda" in rini.get("/autodebet/ditolak").text
    sent = isi(rini, f"/autodebet/ditolak/{surat_id}", {"kalimat": "Tandatangani ulang."})
    assert sent.status_code == 303
    assert db.session.get_one(SuratKuasa, surat_id).status is StatusSurat.PERLU_PERBAIKAN
    assert rini.get(f"/autodebet/ditolak/{surat_id}").status_code == 404
    assert "Tandatangani ulang." in client_as(cast.sari).get("/perbaikan", follow_redirects=True).text


def test_the_donor_sees_on_all_own_pages_what_the_bank_wants_mended(cast: Any, client_as: Any) -> None:
    surat = make_setuju(cast)
    kirim(cast)
    impor([jawab(surat, "14")], cast)
    db.session.commit()
    sent = isi(client_as(cast.rini), f"/autodebet/ditolak/{surat.id}", {"kalimat": "Rekening itu ditutup."})
    assert sent.status_code == 303
    sari, baru = client_as(cast.sari), find_berjalan(surat.asn_id)
    assert baru is not None
    for url in ("/pendaftaran", "/beranda", f"/surat-kuasa/{baru.id}"):
        assert "Rekening itu ditutup." in sari.get(url).text, url
    assert "Perbaiki di pendaftaran" in sari.get("/beranda").text


def test_a_treasurer_who_is_an_operator_elsewhere_reports_a_death(cast: Any, client_as: Any) -> None:
    milik_budi, lain = berlaku_siap(cast), make_setuju(cast, "eko")
    kirim(cast)
    impor([jawab(lain)], cast)
    factories.grant(cast.budi.akun, Peran.BENDAHARA)
    db.session.commit()
    budi = client_as(cast.budi)
    page = budi.get(f"/surat-kuasa/{lain.id}/berhenti").text
    assert "dilaporkan meninggal dunia" in page and "Tanggal pada surat" not in page
    kertas = f"/surat-kuasa/{milik_budi.id}/berhenti"
    assert isi(budi, kertas, {"ditandatangani_pada": "25-11-2026"}).status_code == 303
    assert list_riwayat(MACHINE, milik_budi)[-1].alasan == "donatur_berhenti"
    sudah = isi(budi, f"/surat-kuasa/{lain.id}/berhenti", {"meninggal": "y"})
    assert sudah.status_code == 303 and list_riwayat(MACHINE, lain)[-1].alasan == "meninggal"
