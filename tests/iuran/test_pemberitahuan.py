"""Notices of a new tariff: one per donor and month, read by who it is for, printed for the own OPD."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.ext import db
from rentan.iuran import pemberitahuan
from rentan.iuran.models import Pemberitahuan
from rentan.iuran.pemberitahuan import HARI_UMUM, umumkan_mendatang, umumkan_tarif
from rentan.tarif.actions import add_potongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import load_tabel
from tests.iuran.maker import make_donatur

JAN = date(2027, 1, 1)


@pytest.fixture
def kota(cast: Any) -> Any:
    made = [
        make_donatur(cast.sari.asn, pekerja=2, plafon=33_600),
        make_donatur(cast.eko.asn, plafon=8_400),
    ]
    db.session.commit()
    return made


def notices() -> dict[Any, Pemberitahuan]:
    db.session.expire_all()
    return {one.asn_id: one for one in db.session.scalars(db.select(Pemberitahuan))}


@pytest.mark.kedua_basis
def test_a_dated_change_is_announced_once(kota: Any, cast: Any) -> None:
    assert umumkan_tarif(JAN) == 2
    assert umumkan_tarif(JAN) == 0
    found = notices()
    sari, eko = found[cast.sari.asn.id], found[cast.eko.asn.id]
    assert (sari.jumlah_lama, sari.jumlah_baru) == (16_800, 33_600)
    assert "tidak perlu surat kuasa baru" in sari.keterangan
    assert "PP 50/2025" in sari.keterangan
    assert "tidak cukup: perlu surat kuasa baru" in eko.keterangan


def test_a_later_change_corrects_the_notice_and_makes_it_unread(kota: Any, cast: Any) -> None:
    umumkan_tarif(JAN)
    for one in notices().values():
        pemberitahuan.mark_read(one)
    for program in ("JKK", "JKM"):
        add_potongan(
            Potongan(JAN, None, "lain", "pribadi", program, 50, "PP rekaan"),  # type: ignore[arg-type]
            by=cast.dewi.pelaku,
        )
    assert umumkan_tarif(JAN) == 0
    assert umumkan_tarif(JAN, perbarui=True) == 2
    sari = notices()[cast.sari.asn.id]
    assert (sari.jumlah_lama, sari.jumlah_baru, sari.dibaca_pada) == (16_800, 16_800, None)
    assert "batal" in sari.keterangan


def test_the_job_announces_what_lies_close_ahead(kota: Any) -> None:
    berikut = load_tabel().berikut(today())
    dekat = berikut is not None and (berikut - today()).days <= HARI_UMUM
    assert (umumkan_mendatang() > 0) == dekat


def test_each_reads_the_own_ones(kota: Any, cast: Any, client_as: Any) -> None:
    umumkan_tarif(JAN)
    db.session.commit()
    row = notices()[cast.sari.asn.id]
    sari, wati = client_as(cast.sari), client_as(cast.wati)
    page = sari.get("/pemberitahuan").get_data(as_text=True)
    assert 'data-uji="baru">Rp33.600' in page
    assert "Belum ada pemberitahuan" in wati.get("/pemberitahuan").get_data(as_text=True)
    with pytest.raises(NotFound):
        pemberitahuan.get_pemberitahuan(row.id, seen_by=cast.wati.pelaku)

    assert wati.post(f"/pemberitahuan/{row.id}/baca").status_code == 404
    assert sari.post(f"/pemberitahuan/{row.id}/baca").status_code == 303
    assert notices()[cast.sari.asn.id].dibaca_pada is not None
    assert pemberitahuan.count_belum_dibaca(cast.sari.asn.id) == 0
    pdf = sari.get(f"/pemberitahuan/{row.id}/surat.pdf")
    assert pdf.data[:5] == b"%PDF-"
    assert wati.get(f"/pemberitahuan/{row.id}/surat.pdf").status_code == 404


def test_an_operator_prints_the_own_opd(kota: Any, cast: Any, client_as: Any) -> None:
    umumkan_tarif(JAN)
    db.session.commit()
    budi = client_as(cast.budi)
    assert "Januari 2027" in budi.get("/tarif/pemberitahuan").get_data(as_text=True)
    assert budi.get("/tarif/pemberitahuan.pdf?bulan=2027-01").data[:5] == b"%PDF-"
    assert budi.get("/tarif/pemberitahuan.pdf?bulan=2027-04").status_code == 404
    assert [
        one.asn_id for one in pemberitahuan.list_opd_bulan(cast.wati.pelaku.opd_ids, JAN, mulai=0, banyak=9)
    ] == [cast.eko.asn.id]


def test_names_behind_a_ceiling_stay_in_their_opd(kota: Any, cast: Any, client_as: Any) -> None:
    eko = cast.eko.asn.nama
    pages = {
        nama: client_as(getattr(cast, nama)).get("/tarif/plafon?opd=DINKES")
        for nama in ("hadi", "wati", "dewi", "budi", "agus")
    }
    assert {nama: page.status_code for nama, page in pages.items()} == {
        "hadi": 200, "wati": 200, "dewi": 200, "budi": 404, "agus": 200,
    }  # fmt: skip
    shown = {nama for nama, page in pages.items() if eko in page.get_data(as_text=True)}
    assert shown == {"hadi", "wati"}
    assert client_as(cast.budi).get("/tarif/plafon").status_code == 200
