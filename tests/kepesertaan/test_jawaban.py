"""BPJS's answer: every line has one outcome, a line is answered once, the same file twice changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.errors import Forbidden, RuleError
from rentan.core.imports import run_import
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.kepesertaan import kpj as kpj_room
from rentan.kepesertaan.actions import AlasanKeluar, end_cover
from rentan.kepesertaan.impor import PENANGAN
from rentan.kepesertaan.models import BarisDaftar
from rentan.paket.models import Pengecualian
from rentan.paket.queries import list_pengecualian
from rentan.paket.status import StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.paket.urus import selesaikan_pengecualian
from rentan.pekerja.gerak import gerak
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from tests import factories
from tests.cast import Cast
from tests.kepesertaan.maker import (
    JUDUL,
    answer,
    jawaban,
    make_siap,
    make_surat,
    make_terdaftar,
    read_answer,
    read_kpj,
    send,
)
from tests.threads import run_at_once


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def exceptions() -> list[str]:
    return sorted(db.session.scalars(db.select(Pengecualian.kode)))


def count(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model))


@pytest.mark.kedua_basis
def test_round_trip(cast: Cast) -> None:
    ya, tidak = (make_siap(cast.sari.asn, name) for name in ("Yatno Rekaan", "Tini Rekaan"))
    surat = make_surat(cast.sari.asn)
    surat.status = StatusSurat.AKTIF
    paket = send(cast)
    hasil = read_answer(cast, answer(ya), answer(tidak, "T", "NIK tidak ditemukan"))
    assert (hasil.read, hasil.changed, hasil.unchanged, hasil.refused) == (2, 2, 0, [])
    assert ya.status is StatusPekerja.TERDAFTAR and ya.terdaftar_pada == date(2026, 11, 21)
    assert ya.mulai_masa == date(2026, 11, 21)
    assert tidak.status is StatusPekerja.DITOLAK_BPJS and tidak.alasan_bpjs == "nik_tidak_valid"
    line = db.session.scalar(db.select(BarisDaftar).where(BarisDaftar.pekerja_id == tidak.id))
    assert (line.hasil, line.kode_hasil, line.keterangan) == (
        HasilBaris.DITOLAK,
        "nik_tidak_valid",
        "NIK tidak ditemukan",
    )
    assert paket.status is StatusPaket.HASIL_LENGKAP
    # A7: the letter is in force, so the registered worker can be debited.
    status = dict(db.session.execute(db.select(Asuhan.pekerja_id, Asuhan.status)).all())
    assert status == {ya.id: StatusAsuhan.SIAP, tidak.id: StatusAsuhan.MENUNGGU_MANDAT}
    moves = db.session.execute(db.select(Riwayat.langkah, Riwayat.objek_id).where(Riwayat.mesin == "pekerja"))
    assert sorted(one.langkah for one in moves) == ["W7", "W7", "W8", "W9"]


def test_partly_answered(cast: Cast) -> None:
    first, second = (make_siap(cast.sari.asn, name) for name in ("Satu Rekaan", "Dua Rekaan"))
    paket = send(cast)
    read_answer(cast, answer(first))
    assert paket.status is StatusPaket.HASIL_SEBAGIAN
    read_answer(cast, answer(second))
    assert paket.status is StatusPaket.HASIL_LENGKAP


@pytest.mark.kedua_basis
def test_every_line_has_an_outcome_and_twice_is_nothing(cast: Cast) -> None:
    names = ("Yatno Rekaan", "Tini Rekaan", "Nama Lain", "Ganda Rekaan", "Belum Kirim")
    ya, tidak, lain, ganda = (make_siap(cast.sari.asn, name) for name in names[:4])
    send(cast)
    belum = make_siap(cast.sari.asn, names[4])
    rows = [
        answer(ya),
        answer(tidak, "t", "Usia di atas 65 tahun"),
        answer(lain, nama="Bambang Sudarsono"),
        answer(ganda),
        answer(ganda, "T", "apa saja"),
        answer(belum),
        [factories.nik(date(1971, 2, 3)), "Tak Dikenal", "Y", ""],
        answer(ya),
    ]
    hasil = read_answer(cast, *rows)
    assert hasil.rincian["Terdaftar di BPJS"] == 1 and hasil.rincian["Ditolak BPJS"] == 1
    assert (hasil.read, hasil.changed, hasil.unchanged) == (8, 2, 2)
    expected = ["belum_dikirim", "jawaban_ganda", "nama_beda", "nik_tidak_dikenal"]
    assert exceptions() == expected
    assert lain.status is ganda.status is StatusPekerja.DIAJUKAN_BPJS

    before = count(Riwayat)
    titles = ("NAMA", "nik", "keterangan", "STATUS")
    other = [[row[1], row[0], row[3], row[2]] for row in reversed(rows)]
    for again in (read_answer(cast, *rows), read_answer(cast, *other, judul=titles)):
        assert (again.read, again.changed, again.unchanged) == (8, 0, 8)
    assert exceptions() == expected and count(Riwayat) == before


def test_later_word_against_the_first(cast: Cast) -> None:
    ya, tidak = (make_siap(cast.sari.asn, name) for name in ("Yatno Rekaan", "Tini Rekaan"))
    send(cast)
    read_answer(cast, answer(ya), answer(tidak, "T", "alamat kurang jelas"))
    hasil = read_answer(cast, answer(ya, "T", "meninggal"), answer(tidak))
    assert hasil.changed == 0 and exceptions() == ["berubah_t", "berubah_y"]
    assert ya.status is StatusPekerja.TERDAFTAR and tidak.status is StatusPekerja.DITOLAK_BPJS


def test_unreadable_rows_refuse_the_file(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    rows = [answer(worker), [3374151705809123, "Angka", "Y", ""], answer(worker, "mungkin")]
    hasil = read_answer(cast, *rows)
    assert [one.code for one in hasil.refused][1] == "status_invalid"
    assert worker.status is StatusPekerja.DIAJUKAN_BPJS
    assert len(hasil.refused) == 2 and len(hasil.good) == 1
    read_answer(cast, *rows, take_good=True)
    assert worker.status is StatusPekerja.TERDAFTAR


def test_second_refusal_with_the_same_words(cast: Cast) -> None:
    """An old file must not refuse a worker who has been corrected and sent again."""
    worker = make_siap(cast.sari.asn, "Tini Rekaan")
    send(cast)
    rows = [answer(worker, "T", "NIK tidak ditemukan")]
    read_answer(cast, *rows)
    gerak(worker, "perbaiki", by=cast.rini.pelaku, berubah=True)
    send(cast)
    read_answer(cast, *rows)
    assert worker.status is StatusPekerja.DIAJUKAN_BPJS and exceptions() == ["penolakan_sama"]
    read_answer(cast, *rows, pilihan={"ulang": True})
    assert worker.status is StatusPekerja.DITOLAK_BPJS


def test_ended_meanwhile(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    gerak(worker, "meninggal", by=cast.bayu.pelaku)
    read_answer(cast, answer(worker))
    assert worker.status is StatusPekerja.BERAKHIR and exceptions() == ["tidak_menunggu"]


def test_date_of_registration(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    titles = (*JUDUL, "Tanggal Terdaftar")
    hasil = read_answer(cast, [*answer(worker), "30-11-2026"], judul=titles)
    assert [one.code for one in hasil.refused] == ["tanggal_future"]
    read_answer(cast, [*answer(worker), "18-11-2026"], judul=titles)
    assert worker.terdaftar_pada == date(2026, 11, 18)


def test_only_the_liaison(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    db.session.commit()
    for orang in (cast.wati, cast.dewi, cast.hadi):
        with pytest.raises(Forbidden):
            run_import(PENANGAN, jawaban(answer(worker)), "a.xlsx", by=orang.pelaku)
        db.session.rollback()
    assert worker.status is StatusPekerja.DIAJUKAN_BPJS


@pytest.mark.kedua_basis
def test_same_answer_four_times_at_once(app: Flask, cast: Cast) -> None:
    worker = make_siap(cast.sari.asn, "Yatno Rekaan")
    send(cast)
    data, by, worker_id = jawaban(answer(worker)), cast.bayu.pelaku, worker.id

    def work(_number: int) -> int:
        hasil = run_import(PENANGAN, data, "a.xlsx", by=by)
        db.session.commit()
        return hasil.changed

    answers = run_at_once(app, 4, work)
    assert sum(one for one in answers if isinstance(one, int)) == 1
    assert all(isinstance(one, int | RuleError) for one in answers)
    moves = db.session.scalars(
        db.select(Riwayat.langkah).where(Riwayat.objek_id == worker_id).order_by(Riwayat.urutan)
    ).all()
    assert moves == ["W7", "W8"]


def test_exception_is_closed_once_with_a_word(cast: Cast) -> None:
    read_answer(cast, [factories.nik(), "Tak Dikenal", "Y", ""])
    (one,) = list_pengecualian(seen_by=cast.bayu.pelaku)
    assert list_pengecualian(seen_by=cast.hadi.pelaku) == []
    for text, by in (("", cast.bayu), ("salah", cast.hadi)):
        with pytest.raises((RuleError, Forbidden)):
            selesaikan_pengecualian(one, catatan=text, by=by.pelaku)
    selesaikan_pengecualian(one, catatan="salah ketik di cabang", by=cast.bayu.pelaku)
    db.session.flush()
    with pytest.raises(RuleError):
        selesaikan_pengecualian(one, catatan="lagi", by=cast.bayu.pelaku)
    hasil = read_answer(cast, [reveal(one, "nilai"), "Tak Dikenal", "Y", ""])
    assert hasil.unchanged == 1 and len(exceptions()) == 1


# -- membership numbers -------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_kpj(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list = []
    monkeypatch.setattr(kpj_room, "setelah_kpj", [lambda ids, by: heard.append((ids, by.akun_id))])
    one, two = make_siap(cast.sari.asn, "Satu Rekaan"), make_siap(cast.sari.asn, "Dua Rekaan")
    belum = make_siap(cast.sari.asn, "Belum Rekaan")
    send(cast)
    read_answer(cast, answer(one), answer(two))
    niks = {row.nama: reveal(row, "nik") for row in (one, two, belum)}
    rows = [
        [niks["Satu Rekaan"], "Satu Rekaan", "12345678901"],
        [niks["Dua Rekaan"], "Dua Rekaan", "12345678901"],
        [niks["Belum Rekaan"], "Belum Rekaan", "22345678901"],
        [factories.nik(), "Tak Dikenal", "32345678901"],
    ]
    hasil = read_kpj(cast, *rows)
    assert (hasil.changed, hasil.unchanged, hasil.refused) == (1, 0, [])
    assert reveal(one, "kpj") == "12345678901" and two.kpj_bi is None
    assert exceptions() == ["belum_terdaftar", "kpj_orang_lain", "nik_tidak_dikenal"]
    assert heard == [([one.id], cast.bayu.akun.id)]
    again = read_kpj(cast, *rows)
    assert (again.changed, again.unchanged) == (0, 4)
    read_kpj(cast, [niks["Satu Rekaan"], "Satu Rekaan", "99999999999"])
    assert "kpj_berbeda" in exceptions() and reveal(one, "kpj") == "12345678901"


def test_odd_length_warns(cast: Cast) -> None:
    worker = make_terdaftar(cast)
    hasil = read_kpj(cast, [reveal(worker, "nik"), worker.nama, "1234567890"])
    assert hasil.changed == 1 and "tidak lazim" in hasil.warnings[0]
    hasil = read_kpj(cast, [reveal(worker, "nik"), worker.nama, 12345678901])
    assert len(hasil.refused) == 1


def test_counters_follow(cast: Cast) -> None:
    one, two = make_siap(cast.sari.asn, "Satu Rekaan"), make_siap(cast.eko.asn, "Dua Rekaan")
    hitung_ulang(date(2026, 11, 1))
    send(cast)
    read_answer(cast, answer(one), answer(two))
    assert periksa_hitungan() == []
    end_cover(one, AlasanKeluar.JADI_PU, pada=date(2026, 11, 20), catatan="surat", by=cast.bayu.pelaku)
    db.session.flush()
    assert periksa_hitungan() == []
