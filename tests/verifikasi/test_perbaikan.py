"""M8: the correction loop through the pages, on both engines; who may, what stays, two tabs at once."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.status import JenisBerkas
from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.ext import db
from rentan.pekerja.koreksi import data_of
from rentan.pekerja.models import PerubahanPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions, perbaikan
from rentan.verifikasi.antrean import list_antrean
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan, Putusan
from rentan.verifikasi.queries import find_permintaan, list_hal
from rentan.verifikasi.status import HasilPutusan, Jawaban
from tests import factories
from tests.cast import Cast
from tests.surat_kuasa.kertas import photo, scan
from tests.threads import run_at_once
from tests.verifikasi.perbaikan_maker import make_perbaikan, points

SURAT, KTP, BUKU = JenisBerkas.SURAT_KUASA, JenisBerkas.KTP, JenisBerkas.BUKU_REKENING
HARI_INI = "2026-11-21T03:00:00Z"


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel(HARI_INI, tick=False):
        yield


def ganti(browser: Any, butir: ButirPerbaikan, data: bytes, nama: str = "baru.jpg") -> Any:
    keys = {"kunci_formulir": browser.key(), "berkas": (io.BytesIO(data), nama)}
    return browser.post(f"/perbaikan/{butir.id}/berkas", data=keys)


def sanggah(browser: Any, butir: ButirPerbaikan, catatan: str) -> Any:
    keys = {"kunci_formulir": browser.key(), "catatan": catatan}
    return browser.post(f"/perbaikan/{butir.id}/sanggah", data=keys)


def kirim(browser: Any, surat: SuratKuasa, **more: str) -> Any:
    keys = {"kunci_formulir": browser.key(), "versi": str(surat.versi)} | more
    return browser.post(f"/surat-kuasa/{surat.id}/perbaikan", data=keys)


def isian(surat: SuratKuasa, **changed: str) -> dict[str, str]:
    """The form about the letter's first worker as a page shows it, with some fields changed."""
    row = surat.daftar[0].asuhan.pekerja
    return {
        "versi": str(row.versi),
        "nik": "",
        "nama": row.nama,
        "tanggal_lahir": f"{row.tanggal_lahir:%d-%m-%Y}",
        "jenis_kelamin": row.jenis_kelamin.value,
        "hp": "",
        "pekerjaan": row.pekerjaan,
        "sektor": row.sektor.value,
        "lokasi_kerja": row.lokasi_kerja or "",
        "alamat": row.alamat,
        "kelurahan": row.kelurahan_kode,
        "alasan_peringatan": "",
    } | changed


@pytest.mark.kedua_basis
def test_the_whole_loop(cast: Cast, client_as: Any) -> None:
    """Paper replaced, worker corrected, bank book contested; the rest stays; the old place in the queue."""
    surat = make_perbaikan(cast, gagal=(KTP, BUKU), pekerja="nama_salah")
    masuk = surat.diunggah_pada
    sari = client_as(cast.sari)
    page = sari.get("/perbaikan").text
    assert "0 dari 3 bagian" in page and "Surat kuasa bertanda tangan" in page
    assert "/verifikasi/potongan/" in page and 'aria-describedby="alasan-kirim">Kirim perbaikan' in page
    ktp, buku, pekerja = points(surat)
    lama = ktp.putusan.berkas_id

    assert ganti(sari, ktp, photo("green")).status_code == 303
    assert sanggah(sari, buku, "Berkas ini sudah benar karena nomornya terbaca.").status_code == 303
    refused = kirim(sari, surat)
    assert refused.status_code == 422 and "Belum diperbaiki atau disanggah" in refused.text
    url = f"/perbaikan/pekerja/{surat.daftar[0].asuhan_id}"
    answer = sari.post(url, data=isian(surat, nama="Slamet Rekaan Jaya") | {"kunci_formulir": sari.key()})
    assert answer.status_code == 303
    assert "3 dari 3 bagian" in sari.get("/perbaikan").text

    with time_machine.travel("2026-11-25T03:00:00Z", tick=False):
        client = client_as(cast.sari)
        assert kirim(client, surat).status_code == 303
    db.session.refresh(surat)
    assert surat.status is StatusSurat.DIUNGGAH and surat.diunggah_pada == masuk
    assert surat.diperiksa_oleh is None and find_permintaan(surat.id) is None
    assert surat.daftar[0].asuhan.pekerja.nama == "Slamet Rekaan Jaya"
    undecided = [one.kunci for one in list_hal(surat) if not one.diputus]
    assert undecided == ["ktp", "buku_rekening", "pekerja-1"]
    kini = list_kini(surat.id)
    assert kini[KTP].id != lama and db.session.get_one(Berkas, lama).diganti_pada is not None
    assert list_antrean(seen_by=cast.rini.pelaku).baris[0].surat.id == surat.id
    assert "Tidak ada perbaikan untuk Anda" in client_as(cast.sari).get("/perbaikan").text


@pytest.mark.kedua_basis
def test_the_second_round_keeps_what_was_accepted(cast: Cast) -> None:
    surat = make_perbaikan(cast)
    (butir,) = points(surat)
    perbaikan.replace_paper(butir, data=photo("red"), nama_file="a.jpg", by=cast.sari.pelaku)
    perbaikan.send_repair(surat, by=cast.sari.pelaku)
    actions.claim_surat(surat, by=cast.rini.pelaku)
    assert [one.kunci for one in list_hal(surat) if not one.diputus] == ["ktp"]
    actions.judge_berkas(
        surat, list_kini(surat.id)[KTP], hasil=HasilPutusan.PERBAIKI, alasan="terpotong", by=cast.rini.pelaku
    )
    actions.request_repair(surat, by=cast.rini.pelaku)
    db.session.commit()
    (again,) = points(surat)
    assert again.id != butir.id and again.jawaban is Jawaban.MENUNGGU
    standing = db.select(Putusan).where(Putusan.gugur_pada.is_(None))
    assert len(db.session.scalars(standing).all()) == 4


def test_only_what_failed_is_open(cast: Cast, client_as: Any) -> None:
    """The accepted bank book takes no new file, neither here nor on the letter's own upload page."""
    surat = make_perbaikan(cast)
    sari = client_as(cast.sari)
    data = {"kunci_formulir": sari.key(), "buku_rekening": (io.BytesIO(photo()), "b.jpg")}
    answer = sari.post(f"/surat-kuasa/{surat.id}/unggah", data=data)
    assert answer.status_code == 422 and "Perlu perbaikan" in answer.text
    before = list_kini(surat.id)[BUKU].id
    assert list_kini(surat.id)[BUKU].id == before


def test_the_operator_helps_without_seeing_scans(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast)
    (butir,) = points(surat)
    budi = client_as(cast.budi)
    assert surat.asn.nama in budi.get("/perbaikan").text
    page = budi.get(f"/surat-kuasa/{surat.id}/perbaikan").text
    assert "/verifikasi/potongan/" not in page and "/lihat" not in page
    assert ganti(budi, butir, photo("blue")).status_code == 303
    assert kirim(budi, surat).status_code == 303
    db.session.refresh(surat)
    assert surat.status is StatusSurat.DIUNGGAH


@pytest.mark.parametrize("siapa", ["wati", "lina", "rini", "eko"])
def test_and_the_others(cast: Cast, client_as: Any, siapa: str) -> None:
    """Foreign letters, points and workers are missing ones; a verifikator repairs nothing."""
    surat = make_perbaikan(cast, pekerja="nama_salah")
    butir, worker = points(surat)[0], surat.daftar[0].asuhan_id
    browser = client_as(getattr(cast, siapa))
    assert browser.get(f"/surat-kuasa/{surat.id}/perbaikan").status_code == 404
    assert browser.get(f"/perbaikan/pekerja/{worker}").status_code == 404
    assert ganti(browser, butir, photo()).status_code == 404
    assert sanggah(browser, butir, "tidak").status_code == 404
    assert kirim(browser, surat).status_code == 404
    asuhan = surat.daftar[0].asuhan
    by = getattr(cast, siapa).pelaku
    with pytest.raises(Forbidden):
        perbaikan.correct_worker(asuhan, data_of(asuhan.pekerja), by=by)
    with pytest.raises(Forbidden):
        perbaikan.contest_point(butir, catatan="x", by=by)


def test_a_wrong_letter_is_refused_at_its_point(cast: Cast, client_as: Any) -> None:
    """M4's check of the QR holds: another person's letter, and no file, are refused with a sentence."""
    surat = make_perbaikan(cast, gagal=(SURAT,))
    other = make_perbaikan(cast, cast.eko)
    (butir,) = points(surat)
    sari = client_as(cast.sari)
    assert ganti(sari, butir, scan(other), "surat.pdf").status_code == 422
    assert ganti(sari, butir, b"bukan gambar").status_code == 422
    empty = sari.post(f"/perbaikan/{butir.id}/berkas", data={"kunci_formulir": sari.key()})
    assert empty.status_code == 422 and "Pilih berkas" in empty.text
    assert points(surat)[0].jawaban is Jawaban.MENUNGGU


def test_a_new_letter_carries_its_own_date(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast, gagal=(SURAT,))
    (butir,) = points(surat)
    sari = client_as(cast.sari)
    assert "ditandatangani_pada" not in sari.get("/perbaikan").text
    assert ganti(sari, butir, scan(surat), "surat.pdf").status_code == 303
    besok = f"{today() + timedelta(days=1):%d-%m-%Y}"
    assert kirim(sari, surat, ditandatangani_pada=besok).status_code == 422
    assert kirim(sari, surat, ditandatangani_pada="20-11-2026").status_code == 422, "before it was printed"
    with time_machine.travel("2026-11-24T03:00:00Z", tick=False):
        later = client_as(cast.sari)
        assert kirim(later, surat, ditandatangani_pada="23-11-2026").status_code == 303
    db.session.refresh(surat)
    assert surat.ditandatangani_pada == date(2026, 11, 23)


def test_contesting_needs_words_and_comes_before_replacing(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast)
    (butir,) = points(surat)
    sari = client_as(cast.sari)
    assert sanggah(sari, butir, "  ").status_code == 422
    assert ganti(sari, butir, photo("red")).status_code == 303
    refused = sanggah(sari, butir, "Sudah benar.")
    assert refused.status_code == 422 and "tidak perlu disanggah" in refused.text
    assert ganti(sari, butir, photo("green")).status_code == 303, "a better picture may still follow"


def test_a_closed_request_takes_nothing(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast, pekerja="nama_salah")
    ktp, pekerja = points(surat)
    for one in (ktp, pekerja):
        perbaikan.contest_point(one, catatan="Sudah benar.", by=cast.sari.pelaku)
    perbaikan.send_repair(surat, by=cast.sari.pelaku)
    db.session.commit()
    sari = client_as(cast.sari)
    assert ganti(sari, ktp, photo()).status_code == 422
    assert sanggah(sari, ktp, "Sekali lagi.").status_code == 422
    assert kirim(sari, surat).status_code == 422
    assert sari.get(f"/perbaikan/pekerja/{surat.daftar[0].asuhan_id}").status_code == 404
    asuhan = surat.daftar[0].asuhan
    with pytest.raises(RuleError) as late:
        perbaikan.correct_worker(asuhan, data_of(asuhan.pekerja), by=cast.sari.pelaku)
    assert late.value.kode == "tidak_diminta"


def test_another_sector_must_fit_the_signed_ceiling(cast: Cast, client_as: Any) -> None:
    """Transport costs more once its cut ends first; what was signed carries the price of the letter."""
    surat = make_perbaikan(cast, gagal=(), pekerja="pekerjaan_tidak_jelas")
    surat.plafon = 8_400
    db.session.commit()
    sari = client_as(cast.sari)
    url = f"/perbaikan/pekerja/{surat.daftar[0].asuhan_id}"
    data = isian(surat, sektor="transportasi", pekerjaan="tukang ojek") | {"kunci_formulir": sari.key()}
    refused = sari.post(url, data=data)
    assert refused.status_code == 422 and "melebihi batas" in refused.text
    db.session.expire_all()
    assert surat.daftar[0].asuhan.pekerja.pekerjaan == "pedagang sayur"


def test_the_number_is_not_shown_and_not_logged(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast, gagal=(), pekerja="nik_salah")
    worker = surat.daftar[0].asuhan.pekerja
    lama, baru = data_of(worker).nik, factories.nik()
    sari = client_as(cast.sari)
    url = f"/perbaikan/pekerja/{surat.daftar[0].asuhan_id}"
    page = sari.get(url).text
    assert lama not in page and lama[-4:] not in page
    answer = sari.post(url, data=isian(surat, nik=baru) | {"kunci_formulir": sari.key()})
    assert answer.status_code == 303 and baru not in answer.headers["Location"]
    db.session.expire_all()
    assert data_of(worker).nik == baru and worker.data_diubah_pada is not None
    kept = db.session.scalars(db.select(PerubahanPekerja)).one()
    assert kept.kolom == ["nik"] and lama.encode() not in kept.sebelum_enc
    trail = " ".join(db.session.scalars(db.select(Jejak.rincian)))
    assert lama not in trail and baru not in trail


def test_somebody_elses_number_is_refused_naming_nobody(cast: Cast, client_as: Any) -> None:
    surat = make_perbaikan(cast, gagal=(), pekerja="nik_salah")
    dipakai = factories.nik()
    factories.make_pekerja("Orang Lain Sama Sekali", digits=dipakai)
    db.session.commit()
    sari = client_as(cast.sari)
    url = f"/perbaikan/pekerja/{surat.daftar[0].asuhan_id}"
    refused = sari.post(url, data=isian(surat, nik=dipakai) | {"kunci_formulir": sari.key()})
    assert refused.status_code == 422 and "sudah tercatat" in refused.text
    assert "Orang Lain" not in refused.text
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dicari")).all()
    assert [one.hasil for one in noted][-1] == "terdaftar"


@pytest.mark.kedua_basis
def test_two_tabs_send_the_correction(app: Flask, cast: Cast) -> None:
    """One sends it, the other one is told; never both."""
    surat = make_perbaikan(cast)
    (butir,) = points(surat)
    perbaikan.contest_point(butir, catatan="Sudah benar.", by=cast.sari.pelaku)
    db.session.commit()
    surat_id, versi, pelaku = surat.id, surat.versi, cast.sari.pelaku

    def tab(_n: int) -> str:
        try:
            row = db.session.get_one(SuratKuasa, surat_id)
            perbaikan.send_repair(row, versi=versi, by=pelaku)
            db.session.commit()
        except (Stale, RuleError, StaleDataError):
            db.session.rollback()
            return "ditolak"
        return "terkirim"

    assert sorted(run_at_once(app, 4, tab)) == ["ditolak"] * 3 + ["terkirim"]
    db.session.expire_all()
    closed = db.session.scalars(db.select(PermintaanPerbaikan)).one()
    assert closed.ditutup_pada is not None
