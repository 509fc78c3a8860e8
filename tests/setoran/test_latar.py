"""Long remittances are filled and paid in the background; a payment is recorded wholly or not at all."""

from __future__ import annotations

import io
from typing import Any

import pytest

from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs, StatusIuran
from rentan.paket import tugas
from rentan.paket.models import Paket, TugasPaket
from rentan.paket.status import StatusPaket
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.kepesertaan.test_views import press
from tests.pendaftaran.jalan import gambar, hidden
from tests.setoran.maker import approve, build, make_lunas


@pytest.fixture(autouse=True)
def panjang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tugas, "BANYAK", 1)


def lunas() -> list[Iuran]:
    rows = [make_lunas(one, today()) for one in make_donatur(pekerja=2).asuhan]
    db.session.commit()
    return rows


def paket_kini() -> Paket:
    db.session.expire_all()
    return db.session.scalars(db.select(Paket)).one()


def disetujui(cast: Cast) -> Paket:
    paket = build(cast)
    approve(cast, paket)
    db.session.commit()
    return paket


def bayar(browser: Any, paket: Paket) -> Any:
    url = f"/setoran/{paket.id}/bayar"
    assert paket.uang is not None
    facts = {"nomor": "NTPN 9", "tanggal": f"{today():%d-%m-%Y}", "jumlah": str(paket.uang.jumlah_rupiah)}
    scan = {"pindaian": (io.BytesIO(gambar(1)), "bukti.jpg")}
    key = {"kunci_formulir": browser.key(), "versi": paket.versi}
    return browser.post(url, data=key | facts | scan)


def test_filled_in_the_background(cast: Cast, client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lunas()
    bayu = client_as(cast.bayu)
    with monkeypatch.context() as still:
        still.setattr(tugas, "enqueue", lambda *_args, **_more: None)
        desk = hidden(bayu.get("/setoran"), "/setoran/susun")
        url = bayu.post("/setoran/susun", data=desk).headers["Location"]
    assert "Sedang dikerjakan" in bayu.get(url).text and "berisi 2 iuran" in bayu.get("/setoran").text
    tugas.run_tugas(str(db.session.scalars(db.select(TugasPaket.id)).one()))
    assert "Paket berisi" not in bayu.get(url).text and press(bayu, url, "kunci").status_code == 303
    assert (paket_kini().status, paket_kini().jumlah) == (StatusPaket.DIKUNCI, 2)


def test_paid_in_the_background(cast: Cast, client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine stops between: nothing says that it was paid, and it is recorded once more."""
    rows = lunas()
    paket, hadi = disetujui(cast), client_as(cast.hadi)
    url, pay = f"/paket/{paket.id}", f"/setoran/{paket.id}/bayar"
    with monkeypatch.context() as still:
        still.setattr(tugas, "enqueue", lambda *_args, **_more: None)
        wrong = hidden(hadi.get(pay)) | {"nomor": "N", "tanggal": f"{today():%d-%m-%Y}", "jumlah": "1"}
        assert hadi.post(pay, data=wrong).status_code == 422  # said at once, nothing queued
        assert bayar(hadi, paket).status_code == 303
    assert "Sedang dikerjakan" in hadi.get(url).text and tugas.SIBUK in hadi.get(pay).text
    assert bayar(hadi, paket).status_code == 422
    tugas.mark_cut_off()
    db.session.commit()
    assert "terputus" in hadi.get(url).text
    paket = paket_kini()
    assert paket.uang is not None and paket.status is StatusPaket.DISETUJUI
    assert paket.uang.nomor_bukti is None and paket.uang.kunci_bukti is None
    assert bayar(hadi, paket).status_code == 303
    paket = paket_kini()
    assert paket.status is StatusPaket.DIKIRIM and {one.status_bpjs for one in rows} == {StatusBpjs.DISETOR}
    assert paket.uang is not None and paket.uang.nomor_bukti == "NTPN 9" == paket.tanda_terima
    assert hadi.get(f"/setoran/{paket.id}/bukti").data.startswith(b"\xff\xd8")


def test_a_payment_that_is_refused_leaves_nothing(cast: Cast, client_as: Any) -> None:
    row, _ = lunas()
    paket = disetujui(cast)
    gagal = {"status": StatusIuran.GAGAL, "kelas_gagal": "coba_lagi"}
    db.session.execute(db.update(Iuran).where(Iuran.id == row.id).values(**gagal))
    db.session.commit()
    hadi = client_as(cast.hadi)
    assert bayar(hadi, paket).status_code == 303
    assert "tidak dapat disetor lagi" in hadi.get(f"/paket/{paket.id}").text
    paket = paket_kini()
    assert paket.uang is not None and paket.status is StatusPaket.DISETUJUI
    assert paket.uang.nomor_bukti is None and paket.uang.kredit_bank is None
