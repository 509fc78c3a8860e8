"""The page of matters: read by city roles, closed by whose turn it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.models import Urusan
from rentan.iuran.status import JenisUrusan
from rentan.iuran.urusan import buka_urusan
from tests.cast import Cast
from tests.iuran.maker import make_donatur


def test_take_refuse_close(cast: Cast, client_as: Any) -> None:
    donor = make_donatur()
    row = buka_urusan(
        JenisUrusan.TANPA_KABAR, donor.asuhan[0], date(2026, 11, 1), "Tanyakan.", pemilik=Peran.BENDAHARA
    )
    db.session.commit()
    page, key = f"/iuran/urusan/{row.id}", row.id
    hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
    assert donor.asn.nama in hadi.get("/iuran/urusan").text
    assert "Selesaikan</button>" not in yuni.get(page).text
    assert yuni.post(page, data={"catatan": "x", "versi": 1}).status_code == 403
    assert hadi.post(page, data={"catatan": "", "versi": 1}).status_code == 422
    taken = hadi.post(f"{page}/ambil", data={"tenggat": f"{today():%d-%m-%Y}", "versi": 1})
    assert taken.status_code == 303
    assert hadi.post(page, data={"catatan": "Bank menjawab.", "versi": 1}).status_code == 409
    assert hadi.post(page, data={"catatan": "Bank menjawab.", "versi": 2}).status_code == 303
    db.session.expire_all()
    assert db.session.get(Urusan, key).catatan == "Bank menjawab."
    assert "Bank menjawab." in hadi.get("/iuran/urusan?status=selesai").text
