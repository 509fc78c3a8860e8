"""The month of the treasurer and the page of a debit batch: what is offered to whom, refused with words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from rentan.autodebet.queries_debet import lihat_bulan, rincian_bulan
from rentan.ext import db
from rentan.iuran.status import KelasGagal
from rentan.paket import actions, tugas
from rentan.paket.models import Paket, TugasPaket
from rentan.paket.status import JenisPaket, StatusPaket
from tests.autodebet.maker_debet import (
    DES,
    HASIL,
    SIAP,
    baris_of,
    jawab,
    kirim,
    make_bulan,
    pada,
    setujui,
    susun,
)
from tests.iuran.maker import make_iuran
from tests.pendaftaran.jalan import isi


def _paket() -> Paket:
    db.session.rollback()
    return db.session.scalars(
        db.select(Paket).order_by(Paket.dibuat_pada.desc()).execution_options(populate_existing=True)
    ).first()


def _uji(text: str, nama: str) -> str:
    found = re.search(rf'data-uji="{nama}"[^>]*>(.*?)<', text, re.S)
    return found[1].strip() if found else ""


def test_a_month_from_the_page(app: Flask, cast: Any, client_as: Any) -> None:
    """Build, lock, approve, send: each step is offered to the one whose turn it is."""
    with pada(SIAP):
        make_bulan(2)
        db.session.commit()
        hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
        page = hadi.get("/autodebet").text
        assert "2 iuran siap masuk paket debet Desember 2026." in page
        assert "Iuran untuk bulan Desember 2026" in page
        assert "Kunci" in page and "24 November 2026" in page
        assert isi(hadi, "/autodebet", {"jenis": "debet"}, action="/autodebet/debet").status_code == 303
        url = f"/paket/{_paket().id}"
        page = hadi.get(url).text
        assert "Rp16.800" in page and 'data-uji="bulan-isi">Desember 2026<' in page
        assert isi(hadi, url, {}, action=f"{url}/kunci").status_code == 303
        assert "menunggu persetujuan" in hadi.get("/autodebet").text
        assert f"{url}/setujui" not in hadi.get(url).text
        assert isi(yuni, url, {}, action=f"{url}/setujui").status_code == 303
        assert isi(hadi, url, {"tanda_terima": "12"}, action=f"{url}/kirim").status_code == 303
        assert _paket().status is StatusPaket.DIKIRIM
        assert "Unggah hasil bank" in hadi.get("/autodebet").text
        for nama in ("wati", "dewi", "sari", "yuni"):
            assert client_as(getattr(cast, nama)).get("/autodebet").status_code == 403


def test_each_number_says_of_which_month_it_is(app: Flask, cast: Any) -> None:
    nov, jan, feb = date(2026, 11, 1), date(2027, 1, 1), date(2027, 2, 1)
    assert rincian_bulan({DES: 3}, DES) == ""
    assert rincian_bulan({nov: 1, DES: 241, jan: 5, feb: 5}, DES) == (
        ": 1 susulan untuk November 2026, 241 untuk Desember 2026 dan 10 dibayar di muka untuk "
        "Januari–Februari 2027"
    )
    assert rincian_bulan({nov: 2}, DES) == ": 2 susulan untuk November 2026"
    with pada(SIAP):
        _, rows = make_bulan(2)
        db.session.commit()
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket), None, cast)
        assert lihat_bulan(DES, seen_by=cast.hadi.pelaku).di_muka == 0
        for row in rows:
            row.periode = jan
        db.session.flush()
        assert lihat_bulan(jan, seen_by=cast.hadi.pelaku).di_muka == 2, (
            "paid by the debit of the month before"
        )


def test_two_approvers_on_the_page(app: Flask, cast: Any, client_as: Any) -> None:
    with pada(SIAP):
        make_bulan(1)
        paket = susun(cast)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        paket.uang.perlu_kedua, paket.uang.banding_baris, paket.uang.banding_rupiah = True, 2, 16_800
        db.session.commit()
        yuni, url = client_as(cast.yuni), f"/paket/{paket.id}"
        page = yuni.get(url).text
        assert "lebih dari 20%" in page and "-50,0%" in page
        assert isi(yuni, url, {}, action=f"{url}/setujui-pertama").status_code == 303
        page = yuni.get(url).text
        assert f"Persetujuan pertama: {cast.yuni.akun.nama}" in page
        assert "penyetuju lain memberi yang kedua" in page


def test_refused_and_repaired(app: Flask, cast: Any, client_as: Any) -> None:
    with pada(SIAP):
        make_bulan(1)
        paket = kirim(cast)
        db.session.commit()
        hadi, url = client_as(cast.hadi), f"/paket/{paket.id}"
        short = isi(hadi, url, {"pesan_bank": "kepala salah"}, action=f"{url}/tolak-berkas")
        assert short.status_code == 422 and "tidak satu baris pun" in short.text
        full = {"pesan_bank": "kepala salah", "tidak_dijalankan": "y"}
        assert isi(hadi, url, full, action=f"{url}/tolak-berkas").status_code == 303
        assert "kepala salah" in hadi.get(url).text
        assert isi(hadi, url, {}, action=f"{url}/perbaiki").status_code == 303
        assert _paket().status is StatusPaket.DISUSUN


def test_reconciled_and_closed(app: Flask, cast: Any, client_as: Any) -> None:
    with pada(SIAP):
        make_bulan(2)
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket)[:1], None, cast)
        jawab(paket, baris_of(paket)[1:], KelasGagal.COBA_LAGI, cast, lengkap=True)
        db.session.commit()
        hadi, yuni, url = client_as(cast.hadi), client_as(cast.yuni), f"/paket/{paket.id}"
        assert "1 iuran siap masuk paket debet ulang" in hadi.get("/autodebet").text
        wrong = isi(hadi, url, {"kredit_bank": "8.000"}, action=f"{url}/rekonsiliasi")
        assert wrong.status_code == 422 and "Catat setiap selisih" in wrong.text
        right = {"kredit_bank": "8.000", "arah_1": "kurang", "jumlah_1": "400", "sebab_1": "biaya bank"}
        assert isi(hadi, url, right, action=f"{url}/rekonsiliasi").status_code == 303
        assert "biaya bank" in hadi.get(url).text
        assert f"{url}/tutup" not in hadi.get(url).text
        assert isi(yuni, url, {}, action=f"{url}/tutup").status_code == 303
        assert _paket().status is StatusPaket.DITUTUP
        assert "sudah ditutup" in yuni.get(url).text


def test_long_batches_work_in_the_background(
    app: Flask, cast: Any, client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step is queued and done after the commit; its outcome or its refusal stands on the page."""
    monkeypatch.setattr(tugas, "BANYAK", 1)
    with pada(SIAP):
        make_bulan(2)
        paket = susun(cast)
        db.session.commit()
        hadi, url = client_as(cast.hadi), f"/paket/{paket.id}"
        make_bulan(1)
        db.session.commit()
        # What keeps it from being locked is said at once, before anything is queued.
        key = {"kunci_formulir": hadi.key(), "versi": paket.versi}
        short = hadi.post(f"{url}/kunci", data=key)
        assert short.status_code == 422 and "1 iuran yang siap belum masuk" in short.text
        assert isi(hadi, url, {}, action=f"{url}/isi").status_code == 303
        assert isi(hadi, url, {}, action=f"{url}/kunci").status_code == 303
        done = _tugas()
        assert sorted(one.peristiwa for one in done) == ["isi", "kunci"]
        assert all(one.selesai_pada and one.galat is None and one.kemajuan == 100 for one in done)
        assert _paket().status is StatusPaket.DIKUNCI
        assert _paket().jumlah == 3


def test_one_step_at_a_time(app: Flask, cast: Any, client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tugas, "BANYAK", 1)
    monkeypatch.setattr(tugas, "enqueue", lambda *_args, **_more: None)
    with pada(SIAP):
        make_bulan(2)
        paket = susun(cast)
        db.session.commit()
        hadi, url = client_as(cast.hadi), f"/paket/{paket.id}"
        assert isi(hadi, url, {}, action=f"{url}/kunci").status_code == 303
        page = hadi.get(url).text
        assert "Sedang dikerjakan" in page and f'action="{url}/kunci"' not in page
        assert hadi.get(f"{url}/kemajuan", headers={"HX-Request": "true"}).status_code == 200
        key = {"kunci_formulir": hadi.key(), "versi": _paket().versi}
        again = hadi.post(f"{url}/kunci", data=key)
        assert again.status_code == 422 and "sedang dikerjakan" in again.text
        # The machine stops here; the next start says that nothing was done.
        tugas.mark_cut_off()
        db.session.commit()
        assert "terputus" in hadi.get(url).text
        assert _paket().status is StatusPaket.DISUSUN
        assert hadi.get(f"{url}/kemajuan").status_code == 303


def test_a_refusal_in_the_background(
    app: Flask, cast: Any, client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tugas, "BANYAK", 1)
    with pada(SIAP):
        donors, _ = make_bulan(2)
        paket = setujui(susun(cast), cast)
        donors[0].surat.berlaku_sampai = date(2026, 11, 30)
        db.session.commit()
        hadi, url = client_as(cast.hadi), f"/paket/{paket.id}"
        assert isi(hadi, url, {}, action=f"{url}/kirim").status_code == 303
        assert "Batalkan paket ini" in hadi.get(url).text
        assert _paket().status is StatusPaket.DISETUJUI


def test_the_month_before_its_first_day(app: Flask, cast: Any, client_as: Any) -> None:
    """Nothing to do is said with the date from which there will be something."""
    with pada(datetime(2026, 11, 10, 2, tzinfo=UTC)):
        page = client_as(cast.hadi).get("/autodebet").text
        assert "Autodebet November 2026" in page and "sudah lewat" in page
    with pada(SIAP):
        page = client_as(cast.hadi).get("/autodebet").text
        assert "Belum ada iuran yang siap" in page


def _tugas() -> list[TugasPaket]:
    db.session.rollback()
    return list(db.session.scalars(db.select(TugasPaket).order_by(TugasPaket.mulai_pada, TugasPaket.id)))


def test_built_in_the_background(
    app: Flask, cast: Any, client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tugas, "BANYAK", 1)
    with pada(SIAP):
        donors, _ = make_bulan(2)
        make_iuran(donors[0].asuhan[0], date(2026, 11, 1))
        db.session.commit()
        hadi = client_as(cast.hadi)
        assert isi(hadi, "/autodebet", {"jenis": "debet"}, action="/autodebet/debet").status_code == 303
        paket = _paket()
        assert (paket.jumlah, len(baris_of(paket)), paket.periode) == (3, 3, DES)
        assert paket.jenis is JenisPaket.DEBET
