"""The admin's pages: every change is seen first, and only what was seen is made."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from rentan.asuhan.models import Asuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.tarif.models import HariKhusus, TarifKelas, TarifPotongan
from rentan.tarif.queries import jadwal_bulan, load_tabel, tarif_pada
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.iuran.maker import make_donatur, make_iuran
from tests.tarif.test_price import KELAS_CSV

DEPAN = tambah_bulan(awal_bulan(today()), 4)
POTONGAN = {
    "program": "JKM", "persen": "50", "sektor": "lain", "pendanaan": "pribadi", "mulai": DEPAN.isoformat(),
    "sampai": "", "dasar_hukum": "Peraturan rekaan",
}  # fmt: skip


@pytest.fixture
def dewi(cast: Any, client_as: Any) -> Any:
    make_donatur(cast.sari.asn, pekerja=2, plafon=33_600)
    db.session.commit()
    return client_as(cast.dewi)


def hidden(html: str) -> dict[str, str]:
    """The confirmation's fields as a browser would send them."""
    last = html[html.rindex('<form method="post" class="formulir"') :]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', last)
    return {name: value.replace("&#34;", '"').replace("&amp;", "&") for name, value in pairs}


def test_a_cut_is_seen_before_it_is_made(dewi: Any) -> None:
    seen = dewi.post("/tarif/potongan/baru", data=POTONGAN)
    assert seen.status_code == 200
    html = seen.get_data(as_text=True)
    assert 'data-uji="berubah">2' in html
    assert db.session.scalar(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)) is None

    done = dewi.post("/tarif/potongan/baru", data=hidden(html))
    assert done.status_code == 303
    row = db.session.scalars(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)).one()
    assert (row.program, row.persen, row.dasar_hukum) == ("JKM", 50, "Peraturan rekaan")


def test_another_city_than_the_one_that_was_seen_changes_nothing(dewi: Any, cast: Any) -> None:
    form = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN).get_data(as_text=True))
    make_donatur(cast.eko.asn)
    db.session.commit()

    answer = dewi.post("/tarif/potongan/baru", data=form)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'data-uji="beda"' in html
    assert db.session.scalar(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)) is None
    assert dewi.post("/tarif/potongan/baru", data=hidden(html)).status_code == 303


@pytest.mark.parametrize("ubah", [{"persen": "25"}, {"token": "x"}])
def test_a_confirmation_is_for_the_very_contents_that_were_seen(dewi: Any, ubah: dict[str, str]) -> None:
    form = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN).get_data(as_text=True))
    assert dewi.post("/tarif/potongan/baru", data=form | ubah).status_code == 422
    assert db.session.scalar(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)) is None


def test_a_cut_that_meets_another_is_refused_with_a_sentence(dewi: Any) -> None:
    first = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN).get_data(as_text=True))
    assert dewi.post("/tarif/potongan/baru", data=first).status_code == 303
    again = dewi.post("/tarif/potongan/baru", data=POTONGAN)
    assert again.status_code == 422
    assert "berlaku bersamaan" in again.get_data(as_text=True)


def test_a_cut_ends_with_a_month_and_is_never_made_longer(dewi: Any) -> None:
    key, cut = next((key, one) for key, one in load_tabel().potongan.items() if one.sektor == "transportasi")
    url = f"/tarif/potongan/{key}/akhiri"
    akhir = awal_bulan(today())
    html = dewi.post(url, data={"sampai": akhir.isoformat()}).get_data(as_text=True)
    assert dewi.post(url, data=hidden(html)).status_code == 303
    db.session.expire_all()
    assert db.session.get(TarifPotongan, key).sampai == tambah_bulan(akhir, 1) - (
        DEPAN - DEPAN.replace(day=1)
    ) - (date(2026, 1, 2) - date(2026, 1, 1))
    longer = dewi.post(url, data={"sampai": tambah_bulan(akhir, 9).isoformat()})
    assert longer.status_code == 422
    assert cut.sampai is not None


def test_a_set_of_classes_comes_as_csv(dewi: Any) -> None:
    teks = KELAS_CSV.replace("0,1099000,1000000,10000,6800,20000", "0,1099000,1000000,10000,7000,20000")
    isi = {"mulai": DEPAN.isoformat(), "dasar_hukum": "PP rekaan"}
    berkas = isi | {"berkas": (io.BytesIO(teks.encode()), "kelas.csv")}
    seen = dewi.post("/tarif/kelas/baru", data=berkas, content_type="multipart/form-data")
    assert seen.status_code == 200
    assert dewi.post("/tarif/kelas/baru", data=hidden(seen.get_data(as_text=True))).status_code == 303
    db.session.expire_all()
    rows = db.session.scalars(db.select(TarifKelas).where(TarifKelas.berlaku_mulai == DEPAN)).all()
    assert len(rows) == 33
    db.session.info.clear()
    assert tarif_pada(DEPAN).kelas[0].jkm == 7_000
    assert tarif_pada(tambah_bulan(DEPAN, -1)).kelas[0].jkm == 6_800
    assert dewi.post("/tarif/kelas/baru", data=isi | {"tabel": teks}).status_code == 422  # the month is taken
    lain = isi | {"mulai": tambah_bulan(DEPAN, 1).isoformat(), "tabel": "a,b\n1,2"}
    assert dewi.post("/tarif/kelas/baru", data=lain).status_code == 422


def cabut(dewi: Any, url: str) -> Any:
    seen = dewi.post(url, data={"alasan": "Salah persentase"})
    assert seen.status_code == 200, seen.get_data(as_text=True)
    return dewi.post(url, data=hidden(seen.get_data(as_text=True)))


def test_a_cut_of_the_future_that_was_a_mistake_is_withdrawn(dewi: Any, cast: Any) -> None:
    form = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN).get_data(as_text=True))
    dewi.post("/tarif/potongan/baru", data=form)
    row = db.session.scalars(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)).one()
    url = f"/tarif/potongan/{row.id}/cabut"
    assert url in dewi.get("/tarif").text

    assert cabut(dewi, url).status_code == 303
    db.session.expire_all()
    assert (row.dicabut_oleh, row.alasan_cabut) == (cast.dewi.akun.id, "Salah persentase")
    assert row.id not in load_tabel().potongan
    page = dewi.get("/tarif").text
    assert url not in page and "Salah persentase" in page and cast.dewi.akun.nama in page
    assert dewi.get(url).status_code == 404
    # The right one takes its place.
    form = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN | {"persen": "25"}).get_data(as_text=True))
    assert dewi.post("/tarif/potongan/baru", data=form).status_code == 303


def test_a_row_that_priced_something_or_is_over_stays(dewi: Any, cast: Any) -> None:
    form = hidden(dewi.post("/tarif/potongan/baru", data=POTONGAN).get_data(as_text=True))
    dewi.post("/tarif/potongan/baru", data=form)
    row = db.session.scalars(db.select(TarifPotongan).where(TarifPotongan.mulai == DEPAN)).one()
    asuhan = db.session.scalars(db.select(Asuhan).order_by(Asuhan.id)).first()
    make_iuran(asuhan, tambah_bulan(DEPAN, 1))
    db.session.commit()
    answer = dewi.post(f"/tarif/potongan/{row.id}/cabut", data={"alasan": "Salah persentase"})
    assert answer.status_code == 422 and "1 iuran sudah dihitung" in answer.text
    lama = next(key for key, one in load_tabel().potongan.items() if one.mulai < awal_bulan(today()))
    answer = dewi.post(f"/tarif/potongan/{lama}/cabut", data={"alasan": "Salah"})
    assert answer.status_code == 422 and "bulan yang lewat" in answer.text
    satu = f"/tarif/kelas/{load_tabel().susunan[0].mulai:%Y-%m}/cabut"
    answer = dewi.post(satu, data={"alasan": "Salah"})
    assert answer.status_code == 422 and "Tanpa tabel kelas" in answer.text


def test_a_set_of_classes_that_was_a_mistake_is_withdrawn(dewi: Any) -> None:
    isi = {
        "mulai": DEPAN.isoformat(),
        "dasar_hukum": "PP rekaan",
        "tabel": KELAS_CSV.replace(",6800,", ",7000,"),
    }
    form = hidden(dewi.post("/tarif/kelas/baru", data=isi).get_data(as_text=True))
    assert dewi.post("/tarif/kelas/baru", data=form).status_code == 303
    assert cabut(dewi, f"/tarif/kelas/{DEPAN:%Y-%m}/cabut").status_code == 303
    db.session.info.clear()
    assert tarif_pada(DEPAN).kelas[0].jkm == 6_800
    rows = db.session.scalars(db.select(TarifKelas).where(TarifKelas.berlaku_mulai == DEPAN)).all()
    assert len(rows) == 33 and all(one.dicabut_pada is not None for one in rows)
    assert "Tabel kelas penghasilan" in dewi.get("/tarif").text


def test_a_day_off_moves_the_dates_that_it_is_seen_to_move(dewi: Any) -> None:
    bulan = tambah_bulan(awal_bulan(today()), 3)
    hari = jadwal_bulan(bulan).debet
    isi = {"tanggal": f"{hari:%d-%m-%Y}", "jenis": "libur", "nama": "Libur daerah"}
    html = dewi.post("/tarif/hari/ubah", data=isi).get_data(as_text=True)
    assert 'data-uji="geser"' in html
    assert db.session.get(HariKhusus, hari) is None
    assert dewi.post("/tarif/hari/ubah", data=hidden(html)).status_code == 303
    db.session.info.clear()
    assert jadwal_bulan(bulan).debet > hari
    assert "Libur daerah" in dewi.get(f"/tarif/hari?tahun={hari.year}").get_data(as_text=True)
    assert dewi.post("/tarif/hari/ubah", data=isi).status_code == 422
    html = dewi.post("/tarif/hari/ubah", data=isi | {"jenis": "hapus"}).get_data(as_text=True)
    assert dewi.post("/tarif/hari/ubah", data=hidden(html)).status_code == 303
    db.session.info.clear()
    assert jadwal_bulan(bulan).debet == hari


def test_who_may_look(dewi: Any, cast: Any, client_as: Any) -> None:
    assert dewi.get("/tarif").status_code == 200
    for orang, status in ((cast.hadi, 200), (cast.yuni, 200), (cast.budi, 403), (cast.sari, 403)):
        assert client_as(orang).get("/tarif/perubahan").status_code == status
    assert client_as(cast.hadi).get("/tarif").status_code == 403
