"""The desk of remittances as the liaison, the treasurer, the approver and others meet it."""

from __future__ import annotations

import io
from typing import Any

from rentan.core.clock import today
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.iuran.status import StatusBpjs
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.pekerja.status import StatusPekerja
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.asn.roster_files import xlsx
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.kepesertaan.test_views import press
from tests.pendaftaran.jalan import gambar, hidden
from tests.setoran.maker import JUDUL, answer, approve, build, make_lunas, read_record, send


def one_batch() -> Paket:
    db.session.expire_all()
    return db.session.scalars(db.select(Paket)).one()


def test_from_money_to_protected(cast: Cast, client_as: Any) -> None:
    """Liaison, approver, treasurer, BPJS: each in the own browser."""
    asuhan = make_donatur().asuhan[0]
    row = make_lunas(asuhan, today())
    db.session.commit()
    bayu, yuni, hadi = (client_as(one) for one in (cast.bayu, cast.yuni, cast.hadi))
    desk = bayu.get("/setoran")
    assert "Susun setoran (1 iuran)" in desk.text
    url = bayu.post("/setoran/susun", data=hidden(desk, "/setoran/susun")).headers["Location"]
    page = bayu.get(url).text
    assert asuhan.pekerja.nama in page and reveal(asuhan.pekerja, "nik") not in page
    assert hadi.get(url).status_code == 404  # not locked: nothing to pay
    assert press(bayu, url, "kunci").status_code == 303
    assert press(yuni, url, "setujui").status_code == 303
    assert "siap dibayar" in hadi.get("/setoran").text and "Bayar setoran" in hadi.get(url).text
    assert "Bayar setoran" not in bayu.get("/setoran").text
    assert hadi.get(f"{url}/berkas").status_code == 422  # whole NIK are the liaison's
    assert bayu.get(f"{url}/berkas").status_code == 200

    pay = f"/setoran/{one_batch().id}/bayar"
    facts = hidden(hadi.get(pay)) | {"nomor": "NTPN 77", "tanggal": f"{today():%d-%m-%Y}"}
    wrong = hadi.post(pay, data=facts | {"jumlah": "1"})
    assert (
        wrong.status_code == 422 and "harus sama dengan isi paket" in wrong.text and "NTPN 77" in wrong.text
    )
    facts = hidden(hadi.get(pay)) | {"nomor": "NTPN 77", "tanggal": f"{today():%d-%m-%Y}"}
    scan = {"jumlah": str(row.jumlah), "pindaian": (io.BytesIO(gambar(1)), "bukti.jpg")}
    assert hadi.post(pay, data=facts | scan).status_code == 303
    paket = one_batch()
    assert paket.status is StatusPaket.DIKIRIM and row.status_bpjs is StatusBpjs.DISETOR
    proof = hadi.get(f"/setoran/{paket.id}/bukti")
    assert proof.status_code == 200 and proof.data.startswith(b"\xff\xd8")
    assert client_as(cast.rini).get(f"/setoran/{paket.id}/bukti").status_code == 403

    data = xlsx(("CATATAN", [answer(row)]), header=JUDUL)
    form = hidden(bayu.get("/setoran/catatan")) | {"berkas": (io.BytesIO(data), "catatan.xlsx")}
    look = bayu.post("/setoran/catatan", data=form).headers["Location"]
    preview = bayu.get(look)
    assert "Tercatat di BPJS" in preview.text and asuhan.pekerja.nama not in preview.text
    assert bayu.post(f"{look}/terapkan", data=hidden(preview, f"{look}/terapkan")).status_code == 303
    db.session.expire_all()
    assert asuhan.pekerja.status is StatusPekerja.AKTIF
    shown = bayu.get(f"/kepesertaan/pekerja/{asuhan.pekerja_id}").text
    assert "Terlindungi" in shown and "dikonfirmasi BPJS, berkas tanggal" in shown


def test_what_stays_behind_is_named_with_whose_turn_it_is(cast: Cast, client_as: Any) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.lunas_sampai = tambah_bulan(awal_bulan(today()), -2)
    make_lunas(asuhan, today())
    db.session.commit()
    bayu = client_as(cast.bayu)
    desk = bayu.get("/setoran").text
    assert "disabled" in desk and "tertinggal?alasan=sela" in desk
    listed = bayu.get("/setoran/tertinggal?alasan=sela").text
    assert asuhan.pekerja.nama in listed and "Bendahara" in listed
    assert asuhan.pekerja.nama not in bayu.get("/setoran/tertinggal?alasan=keluar").text
    assert bayu.get("/setoran/tertinggal?alasan=x").status_code == 404
    assert client_as(cast.hadi).get("/setoran/tertinggal").status_code == 403


def test_a_refused_month_is_sent_once_more(cast: Cast, client_as: Any) -> None:
    row = make_lunas(make_donatur().asuhan[0], today())
    send(cast)
    read_record(cast, answer(row, "T", "Nama tidak sesuai"))
    bayu = client_as(cast.bayu)
    assert "Nama tidak sesuai" in bayu.get("/setoran").text
    url = f"/setoran/ulang/{row.id}"
    form = hidden(bayu.get(url))
    assert bayu.post(url, data=form | {"tanggal": "", "catatan": "x"}).status_code == 422
    form = hidden(bayu.get(url)) | {"tanggal": f"{today():%d-%m-%Y}", "catatan": "Nama disamakan"}
    assert bayu.post(url, data=form).status_code == 303
    db.session.expire_all()
    assert row.status_bpjs is StatusBpjs.BELUM and bayu.get(url).status_code == 404


def test_two_treasurers_at_once(cast: Cast, client_as: Any) -> None:
    """The second one's page is stale: a sentence, no second payment."""
    row = make_lunas(make_donatur().asuhan[0], today())
    paket = build(cast)
    approve(cast, paket)
    db.session.commit()
    pay, first, second = f"/setoran/{paket.id}/bayar", client_as(cast.hadi), client_as(cast.hadi)
    facts = {"nomor": "N-1", "tanggal": f"{today():%d-%m-%Y}", "jumlah": str(row.jumlah)}
    forms = [hidden(one.get(pay)) | facts for one in (first, second)]
    assert first.post(pay, data=forms[0]).status_code == 303
    assert second.post(pay, data=forms[1]).status_code in (409, 422)
    assert first.post(pay, data=forms[0]).status_code == 303  # the same click twice: the same answer


def test_others_stay_out(cast: Cast, client_as: Any) -> None:
    make_lunas(make_donatur().asuhan[0], today())
    paket = build(cast)
    db.session.commit()
    for orang in (cast.wati, cast.sari, cast.dewi, cast.joko, cast.rini, cast.agus):
        browser = client_as(orang)
        for url in ("/setoran", "/setoran/catatan", f"/setoran/{paket.id}/bayar"):
            assert browser.get(url).status_code == 403
    assert client_as(cast.bayu).get(f"/setoran/{paket.id}/bayar").status_code == 403
