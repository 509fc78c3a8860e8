"""The end of a cover (W17, W18 with A14), blanks filled in, the whole NIK for a minute."""

from __future__ import annotations

from datetime import date

import pytest

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Jejak
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran.models import Urusan
from rentan.iuran.status import JenisUrusan
from rentan.kepesertaan.actions import AlasanKeluar, complete_data, confirm_lapse, end_cover
from rentan.kepesertaan.models import BarisDaftar
from rentan.kepesertaan.queries import list_kandidat
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.kepesertaan.maker import make_siap, make_terdaftar, send
from tests.setoran.maker import make_lunas

PADA = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


@pytest.mark.kedua_basis
def test_left_for_a_company(cast: Cast) -> None:
    worker = make_terdaftar(cast)
    end_cover(worker, AlasanKeluar.JADI_PU, pada=PADA, catatan="surat pabrik", by=cast.bayu.pelaku)
    db.session.commit()
    assert worker.status is StatusPekerja.BERAKHIR
    asuhan = db.session.scalars(db.select(Asuhan)).one()
    assert (asuhan.status, asuhan.alasan_akhir) == (StatusAsuhan.BERAKHIR, "jadi_pu")
    last = db.session.scalars(db.select(Riwayat).where(Riwayat.objek_id == worker.id)).all()[-1]
    assert (last.langkah, last.alasan) == ("W18", "jadi_pu") and "20 November 2026" in last.catatan


def test_death_closes_the_waiting_line(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn)
    send(cast)
    end_cover(worker, AlasanKeluar.MENINGGAL, pada=PADA, catatan="kabar keluarga", by=cast.bayu.pelaku)
    line = db.session.scalars(db.select(BarisDaftar)).one()
    assert (line.hasil, line.kode_hasil) == (HasilBaris.DITOLAK, "meninggal")
    assert worker.status is StatusPekerja.BERAKHIR


def test_money_for_later_months_goes_back(cast: Cast) -> None:
    """The month in which it happened is owed; later ones are the treasurer's to refund."""
    asuhan = make_donatur().asuhan[0]
    for bulan in (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)):
        make_lunas(asuhan, bulan)
    end_cover(
        asuhan.pekerja, AlasanKeluar.MENINGGAL, pada=date(2026, 11, 20), catatan="surat", by=cast.bayu.pelaku
    )
    matter = db.session.scalars(db.select(Urusan)).one()
    assert (matter.jenis, matter.pemilik) == (JenisUrusan.PENGEMBALIAN, Peran.BENDAHARA)
    assert matter.periode == date(2026, 12, 1)


def test_bpjs_confirms_the_lapse_once(cast: Cast) -> None:
    """W15: what was computed becomes confirmed, with the day of BPJS's own paper."""
    pekerja = make_donatur().asuhan[0].pekerja
    pekerja.status = StatusPekerja.NONAKTIF
    pekerja.sumber, pekerja.sumber_pada = SumberPerlindungan.DIHITUNG, date(2026, 11, 1)
    db.session.flush()
    for pada, catatan in ((date(2026, 11, 22), "besok"), (PADA, " ")):
        with pytest.raises(RuleError):
            confirm_lapse(pekerja, pada=pada, catatan=catatan, by=cast.bayu.pelaku)
    with pytest.raises(Forbidden):
        confirm_lapse(pekerja, pada=PADA, catatan="daftar", by=cast.rini.pelaku)
    confirm_lapse(pekerja, pada=PADA, catatan="daftar cabang", by=cast.bayu.pelaku)
    assert pekerja.status is StatusPekerja.NONAKTIF
    assert (pekerja.sumber, pekerja.sumber_pada) == (SumberPerlindungan.DIKONFIRMASI, PADA)
    with pytest.raises(RuleError, match="sudah dikonfirmasi"):
        confirm_lapse(pekerja, pada=PADA, catatan="lagi", by=cast.bayu.pelaku)


def test_refusals(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn)
    for alasan, pada, catatan in (
        (AlasanKeluar.MENOLAK, PADA, "lisan"),  # W18 only after the registration
        (AlasanKeluar.MENINGGAL, date(2026, 11, 22), "besok"),
        (AlasanKeluar.MENINGGAL, date(1970, 1, 1), "sebelum lahir"),
        (AlasanKeluar.MENINGGAL, PADA, "  "),
    ):
        with pytest.raises(RuleError):
            end_cover(worker, alasan, pada=pada, catatan=catatan, by=cast.bayu.pelaku)
        db.session.rollback()
        worker = make_siap(cast.sari.asn)
    with pytest.raises(Stale):
        end_cover(worker, AlasanKeluar.MENINGGAL, pada=PADA, catatan="x", by=cast.bayu.pelaku, versi=99)
    with pytest.raises(Forbidden):
        end_cover(worker, AlasanKeluar.MENINGGAL, pada=PADA, catatan="x", by=cast.wati.pelaku)


def test_blanks_are_filled_and_nothing_else(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, lokasi_kerja=None)
    assert [one.kode for one in list_kandidat()] == ["kosong"]
    with pytest.raises(RuleError):
        complete_data(worker, {"alamat": "lain"}, by=cast.bayu.pelaku, versi=None)
    complete_data(worker, {"lokasi_kerja": "Pasar Johar"}, by=cast.bayu.pelaku, versi=worker.versi)
    db.session.flush()
    assert [one.kode for one in list_kandidat()] == [""]
    with pytest.raises(RuleError):
        complete_data(worker, {"lokasi_kerja": "Lain"}, by=cast.bayu.pelaku, versi=None)


# -- pages --------------------------------------------------------------------------------------------------


def test_whole_number_for_a_minute(cast: Cast, client_as) -> None:
    worker = make_siap(cast.sari.asn)
    url, nik = f"/kepesertaan/pekerja/{worker.id}", reveal(worker, "nik")
    bayu = client_as(cast.bayu)
    assert nik not in bayu.get(url).text
    assert bayu.post(f"{url}/nik", data={}).status_code == 422
    answer = bayu.post(f"{url}/nik", data={"alasan": "klaim"})
    assert nik in answer.text and answer.headers["Refresh"] == f"60; url={url}"
    assert answer.headers["Cache-Control"] == "no-store"
    seen = db.session.scalars(db.select(Jejak.rincian).where(Jejak.peristiwa == "nik_dibuka")).one()
    assert "klaim" in seen and nik not in seen
    for orang in (cast.wati, cast.dewi, cast.rini):
        assert client_as(orang).get(url).status_code == 403


def test_end_page(cast: Cast, client_as) -> None:
    worker = make_terdaftar(cast)
    bayu, url = client_as(cast.bayu), f"/kepesertaan/pekerja/{worker.id}/akhiri"
    assert bayu.get(url).status_code == 200
    data = {"alasan": "menolak", "pada": "20-11-2026", "catatan": "lisan", "versi": "99"}
    assert bayu.post(url, data=data).status_code == 409
    data["versi"] = str(db.session.get_one(type(worker), worker.id).versi)
    assert bayu.post(url, data=data).status_code == 303
    db.session.refresh(worker)
    assert worker.status is StatusPekerja.BERAKHIR


def test_complete_page(cast: Cast, client_as) -> None:
    worker = make_siap(cast.sari.asn, lokasi_kerja=None)
    bayu, url = client_as(cast.bayu), f"/kepesertaan/pekerja/{worker.id}/lengkapi"
    page = bayu.get(url).text
    assert "Tempat bekerja" in page and "Alamat rumah" not in page
    assert bayu.get("/kepesertaan/belum?alasan=kosong").text.count("Lengkapi") >= 1
    data = {"lokasi_kerja": "Pasar Johar", "versi": str(worker.versi)}
    assert bayu.post(url, data=data).status_code == 303
    assert "sudah lengkap" in bayu.get(url).text
