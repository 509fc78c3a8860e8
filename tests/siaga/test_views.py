"""The pages: one click each, nobody reaches what is another's."""

from __future__ import annotations

from datetime import date
from typing import Any

import time_machine

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.ext import db
from rentan.siaga import actions
from rentan.siaga.models import Talangan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from tests.core.contoh_cetak import teks_pdf
from tests.iuran.maker import make_donatur
from tests.siaga.maker import make_aktif, make_dicari


def test_from_the_tick_to_the_worker_on_loan(cast: Any, client_as: Any) -> None:
    make_donatur(cast.lina.asn, pekerja=0)
    lama_id = make_dicari(cast.sari).id
    db.session.commit()
    lina, bayu = client_as(cast.lina), client_as(cast.bayu)
    assert lina.post("/siaga/siap", data={}).status_code == 422
    assert lina.post("/siaga/siap", data={"siap": "y"}).status_code == 303
    assert bayu.post(f"/siaga/pengganti/{lama_id}/tanya").status_code == 303
    offer = db.session.scalars(db.select(Talangan)).one()
    page = lina.get("/siaga").get_data(as_text=True)
    assert "Saya talangi" in page and offer.asuhan.pekerja.nama not in page
    url = f"/siaga/tawaran/{offer.id}/jawab"
    assert client_as(cast.eko).post(url, data={"jawaban": "terima"}).status_code == 404
    assert lina.post(url, data={"jawaban": "terima", "versi": offer.versi}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Talangan, offer.id).asuhan.status is StatusAsuhan.DIALIHKAN
    assert "Pekerja Rekaan" in lina.get("/asuhan").get_data(as_text=True)
    offer = db.session.get_one(Talangan, offer.id)
    pengganti = db.session.get_one(Asuhan, offer.pengganti_id)
    pengganti.bulan_pertama, pengganti.sampai = date(2020, 1, 1), date(2020, 2, 1)
    db.session.commit()
    assert "maju menjadi Januari 2020 s.d. Februari 2020" in lina.get("/siaga").get_data(as_text=True)


def test_a_pause_and_going_on(cast: Any, client_as: Any) -> None:
    donatur = make_aktif(cast.sari)
    surat_id, asuhan_id = donatur.surat.id, donatur.asuhan[0].id
    db.session.commit()
    sari = client_as(cast.sari)
    assert "aman sampai" in sari.get(f"/surat-kuasa/{surat_id}/jeda").get_data(as_text=True)
    assert client_as(cast.wati).get(f"/surat-kuasa/{surat_id}/jeda").status_code == 404
    assert sari.post(f"/surat-kuasa/{surat_id}/jeda", data={"bulan": "3"}).status_code == 422
    assert sari.post(f"/surat-kuasa/{surat_id}/jeda", data={"bulan": "1"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(SuratKuasa, surat_id).status is StatusSurat.DITANGGUHKAN
    assert sari.post(f"/surat-kuasa/{surat_id}/lanjut").status_code == 303
    assert sari.post(f"/asuhan/{asuhan_id}/jeda", data={"bulan": "1"}).status_code == 303
    assert sari.post(f"/asuhan/{asuhan_id}/lanjut", data={"versi": 1}).status_code == 409
    assert sari.post(f"/asuhan/{asuhan_id}/lanjut").status_code == 303


def test_the_donor_takes_a_worker_back(cast: Any, client_as: Any) -> None:
    asuhan_id = make_dicari(cast.sari).id
    db.session.commit()
    sari = client_as(cast.sari)
    assert "Asuh lagi" in sari.get("/asuhan").get_data(as_text=True)
    assert client_as(cast.wati).post(f"/asuhan/{asuhan_id}/kembali").status_code == 404
    assert sari.post(f"/asuhan/{asuhan_id}/kembali").status_code == 303


def test_the_forecast_and_its_file(cast: Any, client_as: Any) -> None:
    make_aktif(cast.sari)
    cast.sari.asn.akhir_kontrak = date(2026, 12, 31)
    db.session.commit()
    with time_machine.travel("2026-11-21T03:00:00Z", tick=True):
        budi = client_as(cast.budi)
        assert "Sari Rekaan" in budi.get("/siaga/ramalan").get_data(as_text=True)
        assert "Sari Rekaan" not in client_as(cast.wati).get("/siaga/ramalan").get_data(as_text=True)
        file = budi.get("/siaga/ramalan/unduh.xlsx")
        assert file.status_code == 200 and file.data[:2] == b"PK"
        assert client_as(cast.sari).get("/siaga/ramalan").status_code == 403


def test_the_liaison_ends_a_search_and_tells_the_worker(cast: Any, client_as: Any) -> None:
    lama = make_dicari(cast.sari, lunas=date(2026, 8, 1))
    actions.ask_all()
    lama_id, nama = lama.id, lama.pekerja.nama
    db.session.commit()
    bayu = client_as(cast.bayu)
    assert "Surat untuk pekerja" in bayu.get(f"/siaga/pengganti/{lama_id}/akhiri").get_data(as_text=True)
    letter = bayu.get(f"/siaga/pengganti/{lama_id}/surat.pdf")
    assert letter.mimetype == "application/pdf"
    (page,) = teks_pdf(letter.data)
    assert "belum ada penggantinya" in page and nama in page
    assert bayu.post(f"/siaga/pengganti/{lama_id}/akhiri", data={}).status_code == 422
    sent = bayu.post(f"/siaga/pengganti/{lama_id}/akhiri", data={"catatan": "Diantar kader."})
    assert sent.status_code == 303
    for page in ("akhiri", "surat.pdf"):
        assert bayu.get(f"/siaga/pengganti/{lama_id}/{page}").status_code == 404
