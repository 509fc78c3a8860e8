"""Who goes into a list to BPJS, who does not and why; lock, file, sending (W7, B1-B5, B12)."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from rentan.asuhan.status import StatusAsuhan
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.kepesertaan.models import BarisDaftar
from rentan.kepesertaan.penangan import PENANGAN
from rentan.kepesertaan.queries import list_kandidat
from rentan.paket import actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pelindungan
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.tanggal import tambah_bulan
from tests.cast import Cast
from tests.kepesertaan.maker import BULAN, make_siap, make_surat
from tests.threads import run_at_once


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def build(cast: Cast) -> Paket:
    return actions.susun_paket(JenisPaket.DAFTAR, BULAN, by=cast.bayu.pelaku)


def read_rows(data: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def reasons() -> dict[str, str]:
    return {one.nama: one.kode for one in list_kandidat()}


def test_reasons_before_the_lock(cast: Cast) -> None:
    sari, eko = cast.sari.asn, cast.eko.asn
    make_siap(sari, "Siap Satu")
    make_siap(sari, "Tanpa Tempat", lokasi_kerja=None)
    make_siap(sari, "Duga Ganda", status=StatusPekerja.DUGA_DUPLIKAT)
    make_siap(sari, "Tertanggung", status=StatusPekerja.DITANGGUNG_LAIN)
    make_siap(sari, "Tertolak", status=StatusPekerja.DITOLAK_BPJS)
    make_siap(sari, "Terlalu Tua", lahir=date(1961, 11, 30))
    make_siap(sari, "Belum Diterima", status_asuhan=StatusAsuhan.DIUSULKAN)
    make_siap(eko, "Surat Diperiksa", status_surat=StatusSurat.DIPERIKSA)
    tercakup = make_siap(sari, "Masuk Daftar Lain")
    db.session.add(
        Pelindungan(
            nik_bi=tercakup.nik_bi, nik_enc=b"x", nama="x", sumber="APBD", mulai=date(2026, 1, 1),
            selesai=date(2026, 12, 31), dicatat_pada=tercakup.dicatat_pada,
        )
    )  # fmt: skip
    make_siap(
        cast.lina.asn, "Masih Draf", status_surat=StatusSurat.DICETAK, status_asuhan=StatusAsuhan.DIUSULKAN
    )
    assert reasons() == {
        "Siap Satu": "",
        "Tanpa Tempat": "kosong",
        "Duga Ganda": "duga_duplikat",
        "Tertanggung": "tercakup",
        "Tertolak": "ditolak_bpjs",
        "Terlalu Tua": "usia",
        "Belum Diterima": "belum_diterima",
        "Surat Diperiksa": "mandat",
        "Masuk Daftar Lain": "tercakup",
    }
    one = next(one for one in list_kandidat() if one.kode == "kosong")
    assert one.alasan == "Data untuk formulir BPJS belum lengkap: tempat bekerja."
    assert "Sari Rekaan" in one.siapa and "operator" in one.siapa
    paket = build(cast)
    assert paket.jumlah == 1
    assert {one.judul for one in PENANGAN.list_dikecualikan(paket, banyak=50)} == set(reasons()) - {
        "Siap Satu"
    }
    assert reasons()["Siap Satu"] == "dalam_paket"


def test_nobody_ready(cast: Cast) -> None:
    with pytest.raises(RuleError) as refused:
        build(cast)
    assert refused.value.kode == "paket_kosong"


@pytest.mark.kedua_basis
def test_road(cast: Cast) -> None:
    names = [f"Orang {letter}" for letter in "CAB"]
    workers = [make_siap(cast.sari.asn, name) for name in names]
    paket = build(cast)
    with pytest.raises(Forbidden):
        actions.kunci_paket(paket, by=cast.hadi.pelaku)  # the treasurer builds other kinds
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    assert paket.status is StatusPaket.DIKUNCI and paket.nomor == "DP-2026-0001"
    data = actions.read_berkas(paket)
    rows = read_rows(data)
    assert rows[0][:4] == ["NIK", "NAMA LENGKAP", "TANGGAL LAHIR", "JENIS KELAMIN"]
    assert [row[1] for row in rows[1:]] == names
    assert rows[1][0] == reveal(workers[0], "nik") and rows[1][2] == "17-05-1980"
    assert rows[1][-3:] == ["1000000", "JKK+JKM", "01-12-2026"]
    assert {type(cell) for row in rows for cell in row} == {str}
    with pytest.raises(Forbidden):
        actions.setujui_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    actions.kirim_paket(paket, by=cast.bayu.pelaku, tanda_terima="loket 2")
    db.session.commit()
    assert {one.status for one in workers} == {StatusPekerja.DIAJUKAN_BPJS}
    assert actions.read_berkas(paket) == data
    line = db.session.scalars(db.select(BarisDaftar).order_by(BarisDaftar.urutan)).first()
    assert reveal(line, "isi") is not None and workers[0].nama in reveal(line, "isi")
    steps = db.session.scalars(db.select(Riwayat.langkah).where(Riwayat.objek_id == workers[0].id)).all()
    assert steps == ["W7"]


def test_same_lines_same_bytes(cast: Cast) -> None:
    for number in range(3):
        make_siap(cast.sari.asn, f"Orang {number}", digits=f"337415170580{9100 + number}")
    paket = build(cast)
    first = PENANGAN.bekukan(paket, by=cast.bayu.pelaku)
    assert PENANGAN.bekukan(paket, by=cast.bayu.pelaku).data == first.data


def test_formula_stays_text(cast: Cast) -> None:
    make_siap(cast.sari.asn, "=HYPERLINK(1)")
    paket = build(cast)
    data = PENANGAN.bekukan(paket, by=cast.bayu.pelaku).data
    assert read_rows(data)[1][1] == "=HYPERLINK(1)"


def test_line_taken_out_stays_out_until_the_next_batch(cast: Cast) -> None:
    first, second = (make_siap(cast.sari.asn, name) for name in ("Satu", "Dua"))
    paket = build(cast)
    line = db.session.scalar(db.select(BarisDaftar).where(BarisDaftar.pekerja_id == first.id))
    actions.keluarkan_baris(paket, line.id, by=cast.bayu.pelaku)
    assert paket.jumlah == 1
    assert actions.isi_lagi(paket, by=cast.bayu.pelaku) == 1
    with pytest.raises(NotFound):
        actions.keluarkan_baris(paket, second.id, by=cast.bayu.pelaku)
    with pytest.raises(RuleError):
        actions.keluarkan_baris(paket, line.id, by=cast.bayu.pelaku)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    actions.kirim_paket(paket, by=cast.bayu.pelaku)
    assert first.status is StatusPekerja.LAYAK and second.status is StatusPekerja.DIAJUKAN_BPJS
    again = build(cast)
    assert [one.judul for one in PENANGAN.list_baris(again, sesudah=0, banyak=9)] == ["Satu"]


def test_blocked_before_and_after_the_lock(cast: Cast, client_as) -> None:
    worker = make_siap(cast.sari.asn, "Satu")
    make_siap(cast.sari.asn, "Dua")
    paket = build(cast)
    worker.lokasi_kerja = None
    db.session.flush()
    (blocked,) = PENANGAN.list_hambatan(paket, banyak=5)
    assert blocked.judul == "Satu" and "tempat bekerja" in blocked.alasan
    page = client_as(cast.bayu).get(f"/paket/{paket.id}").text
    assert f'<a href="/kepesertaan/pekerja/{worker.id}/lengkapi">Satu</a>' in page
    with pytest.raises(RuleError) as refused:
        actions.kunci_paket(paket, by=cast.bayu.pelaku)
    assert refused.value.kode == "baris_menghalangi"
    worker.lokasi_kerja = "Pasar"
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    make_surat(cast.sari.asn).status = StatusSurat.DICABUT
    db.session.flush()
    with pytest.raises(RuleError) as refused:
        actions.kirim_paket(paket, by=cast.bayu.pelaku)
    assert refused.value.kode == "baris_berubah"


def test_reopened_gets_a_new_number_and_cancelled_frees(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Satu")
    paket = build(cast)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    first = paket.nomor
    actions.buka_paket(paket, alasan="keliru", by=cast.bayu.pelaku)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    assert paket.nomor != first
    actions.batal_paket(paket, alasan="diulang", by=cast.bayu.pelaku)
    assert PENANGAN.count_hasil(paket) == {HasilBaris.DIKELUARKAN: 1}
    assert worker.status is StatusPekerja.LAYAK and reasons() == {"Satu": ""}


def test_rest_waits_for_the_next_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_siap(cast.sari.asn, f"Orang {number}")
    monkeypatch.setattr("rentan.kepesertaan.penangan.batas_baris", lambda: 3)
    paket = build(cast)
    assert paket.jumlah == 3
    excluded = PENANGAN.list_dikecualikan(paket, banyak=9)
    assert [one.judul for one in excluded] == ["Orang 3", "Orang 4"]
    assert actions.isi_lagi(paket, by=cast.bayu.pelaku) == 3


@pytest.mark.kedua_basis
def test_twenty_at_once_make_one_batch(app: Flask, cast: Cast) -> None:
    make_siap(cast.sari.asn, "Satu")
    by = cast.bayu.pelaku

    def work(_number: int) -> str:
        paket = actions.susun_paket(JenisPaket.DAFTAR, BULAN, by=by)
        db.session.commit()
        return str(paket.id)

    answers = run_at_once(app, 20, work)
    assert sum(isinstance(one, str) for one in answers) == 1
    refused = [one for one in answers if not isinstance(one, str)]
    assert {type(one).__name__ for one in refused} == {"RuleError"}
    assert db.session.scalar(db.select(db.func.count()).select_from(Paket)) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(BarisDaftar)) == 1


@pytest.mark.kedua_basis
def test_one_worker_waits_in_one_batch(app: Flask, cast: Cast) -> None:
    """Lists of two months at once: the database lets a worker wait in one of them."""
    make_siap(cast.sari.asn, "Satu")
    by = cast.bayu.pelaku

    def work(number: int) -> int:
        paket = actions.susun_paket(JenisPaket.DAFTAR, tambah_bulan(BULAN, number), by=by)
        db.session.commit()
        return paket.jumlah

    answers = run_at_once(app, 4, work)
    assert [one for one in answers if isinstance(one, int)] == [1]
    assert all(isinstance(one, int | RuleError) for one in answers)


@pytest.mark.kedua_basis
def test_two_send_the_same_batch(app: Flask, cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Satu")
    paket = build(cast)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    paket_id, worker_id, by, versi = paket.id, worker.id, cast.bayu.pelaku, paket.versi

    def work(_number: int) -> None:
        row = db.session.get_one(Paket, paket_id, with_for_update=True)
        actions.kirim_paket(row, by=by, versi=versi)
        db.session.commit()

    answers = run_at_once(app, 3, work)
    assert answers.count(None) == 1
    assert {getattr(one, "status", None) for one in answers if one} <= {409, 422}
    moves = db.session.scalars(db.select(Riwayat.langkah).where(Riwayat.objek_id == worker_id)).all()
    assert moves == ["W7"]


def test_nothing_half_done_when_sending_fails(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = [make_siap(cast.sari.asn, name) for name in ("Satu", "Dua")]
    paket = build(cast)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    db.session.commit()
    monkeypatch.setattr("rentan.kepesertaan.penangan.gerak_banyak", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.kirim_paket(paket, by=cast.bayu.pelaku)
    db.session.rollback()
    assert paket.status is StatusPaket.DISETUJUI
    assert {one.status for one in workers} == {StatusPekerja.LAYAK}
