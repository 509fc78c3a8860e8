"""M10 and the exceptions of M9: what one verifikator cannot do alone."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask

from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.core.errors import Forbidden, RuleError
from rentan.ext import db
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.riwayat import ALASAN_DITOLAK
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions, antrean, pendapat, queries
from rentan.verifikasi.alasan import ALASAN_TOLAK_SURAT
from rentan.verifikasi.models import PendapatKedua
from rentan.verifikasi.status import JawabanPendapat, JenisPendapat
from tests.cast import Cast
from tests.threads import run_at_once
from tests.verifikasi.periksa import add_berkas, ambil, berkas, putus, surat_masuk, verifikator

TOLAK, NAMA, GANDA = JenisPendapat.TOLAK, JenisPendapat.NAMA_BEDA, JenisPendapat.REKENING_GANDA


@pytest.fixture(autouse=True)
def _hari(cast: Cast) -> Any:
    with time_machine.travel("2026-11-20T03:00:00Z", tick=True):
        hitung_ulang(today())
        yield


def refused(call: Any) -> RuleError:
    with pytest.raises(RuleError) as caught:
        call()
    return caught.value


def usul(surat: SuratKuasa, orang: Any, alasan: str = "palsu") -> PendapatKedua:
    return pendapat.ask_second_opinion(surat, jenis=TOLAK, alasan=alasan, by=orang.pelaku)


def test_refusal_needs_a_second_person(cast: Cast) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    asked = usul(surat, cast.rini)
    assert "Pendapat" in refused(lambda: usul(surat, cast.rini)).pesan
    same = refused(lambda: pendapat.answer_second_opinion(surat, asked, setuju=True, by=cast.rini.pelaku))
    assert same.kode == "orang_yang_sama" and surat.status is StatusSurat.DIPERIKSA
    assert [one.surat.id for one in antrean.list_minta_pendapat(seen_by=vera.pelaku)] == [surat.id]
    assert antrean.list_minta_pendapat(seen_by=cast.rini.pelaku) == []
    pendapat.answer_second_opinion(surat, asked, setuju=True, catatan="Setuju.", by=vera.pelaku)
    assert surat.status is StatusSurat.DITOLAK and surat.diputus_pada and surat.diperiksa_oleh is None
    # The ASN may send the next version for the same workers.
    assert surat.daftar[0].asuhan.status is StatusAsuhan.DIUSULKAN and not cast.sari.asn.ikut
    assert surat_actions.buat(cast.sari.asn, by=cast.sari.pelaku).urutan_versi == surat.urutan_versi + 1
    assert periksa_hitungan() == []


def test_the_donor_reads_why_it_was_refused(cast: Cast, client_as: Any) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    asked = pendapat.ask_second_opinion(
        surat, jenis=TOLAK, alasan="rekening_orang_lain", catatan="Rekening ibunya.", by=cast.rini.pelaku
    )
    pendapat.answer_second_opinion(surat, asked, setuju=True, by=verifikator().pelaku)
    db.session.commit()
    for url in ("/beranda", f"/surat-kuasa/{surat.id}", "/asuhan"):
        page = client_as(cast.sari).get(url).text
        assert "Rekening pada surat itu milik orang lain." in page, url
        assert "Rekening ibunya" not in page, "a note for colleagues"
    assert "Anda belum ikut" not in client_as(cast.sari).get("/beranda").text
    assert "ditolak pada" not in client_as(cast.eko).get("/beranda").text


def test_every_final_reason_is_told() -> None:
    assert ALASAN_DITOLAK.keys() == ALASAN_TOLAK_SURAT.keys()


def test_disagreement_gives_the_letter_back(cast: Cast) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    asked = usul(surat, cast.rini)
    putus_said = refused(lambda: actions.release_surat(surat, by=cast.rini.pelaku)).pesan
    assert putus_said == "Pendapat verifikator kedua masih ditunggu."
    pendapat.answer_second_opinion(surat, asked, setuju=False, by=vera.pelaku)
    assert surat.status is StatusSurat.DIPERIKSA and asked.jawaban is JawabanPendapat.TIDAK
    putus(surat, cast.rini)
    actions.approve_surat(surat, by=cast.rini.pelaku)
    late = refused(lambda: pendapat.answer_second_opinion(surat, asked, setuju=True, by=vera.pelaku))
    assert late.kode == "sudah_dijawab"


def test_question_taken_back(cast: Cast) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    asked = usul(surat, cast.rini)
    assert (
        "Hanya yang meminta" in refused(lambda: pendapat.withdraw_opinion(surat, asked, by=vera.pelaku)).pesan
    )
    pendapat.withdraw_opinion(surat, asked, by=cast.rini.pelaku)
    actions.release_surat(surat, by=cast.rini.pelaku)
    assert asked.jawaban is JawabanPendapat.DITARIK and surat.status is StatusSurat.DIUNGGAH


def test_uploader_gives_no_opinion(cast: Cast) -> None:
    vera, surat = verifikator(), ambil(surat_masuk(cast.sari), cast.rini)
    add_berkas(surat, berkas(surat).jenis, vera.akun.id)
    asked = usul(surat, cast.rini)
    said = refused(lambda: pendapat.answer_second_opinion(surat, asked, setuju=True, by=vera.pelaku))
    assert said.kode == "pengunggah"
    assert antrean.list_minta_pendapat(seen_by=vera.pelaku) == []


@pytest.mark.parametrize("nama", ["wati", "dewi", "hadi", "sari"])
def test_others_have_no_say(cast: Cast, nama: str) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    asked, orang = usul(surat, cast.rini), getattr(cast, nama)
    with pytest.raises(Forbidden):
        pendapat.answer_second_opinion(surat, asked, setuju=True, by=orang.pelaku)


def test_final_reasons_only(cast: Cast) -> None:
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    assert refused(lambda: usul(surat, cast.rini, "buram")).field == "alasan"


def test_other_holder_of_the_account(cast: Cast) -> None:
    vera = verifikator()
    surat = ambil(surat_masuk(cast.sari, nama_rekening="BAMBANG WIBISONO"), cast.rini)
    putus(surat, cast.rini)
    assert (
        "berbeda dari daftar pegawai"
        in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    )
    ask = {"jenis": NAMA, "alasan": "nama_beda", "by": cast.rini.pelaku}
    assert refused(lambda: pendapat.ask_second_opinion(surat, **ask)).field == "catatan"
    asked = pendapat.ask_second_opinion(surat, **ask, catatan="Rekening bersama suami, ada surat nikah.")
    assert "ditunggu" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    pendapat.answer_second_opinion(surat, asked, setuju=True, by=vera.pelaku)
    actions.approve_surat(surat, by=cast.rini.pelaku)


def test_no_exception_without_cause(cast: Cast) -> None:
    surat = ambil(surat_masuk(cast.sari, nama_rekening="Hj. Sari Rekaan, S.Sos."), cast.rini)
    assert queries.list_pengecualian(surat) == {}
    with pytest.raises(RuleError):
        pendapat.ask_second_opinion(surat, jenis=NAMA, alasan="x", catatan="x", by=cast.rini.pelaku)


def test_account_named_by_two(cast: Cast) -> None:
    vera = verifikator()
    first, surat = surat_masuk(cast.lina), ambil(surat_masuk(cast.sari), cast.rini)
    putus(surat, cast.rini)
    assert "surat ASN lain" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    asked = pendapat.ask_second_opinion(
        surat, jenis=GANDA, alasan="rekening_ganda", catatan="Suami istri.", by=cast.rini.pelaku
    )
    pendapat.answer_second_opinion(surat, asked, setuju=True, by=vera.pelaku)
    actions.approve_surat(surat, by=cast.rini.pelaku)
    assert first.status is StatusSurat.DIUNGGAH


@pytest.mark.kedua_basis
def test_two_answers_at_once(app: Flask, cast: Cast) -> None:
    people = [verifikator("Vera").pelaku, verifikator("Vino").pelaku]
    surat = ambil(surat_masuk(cast.sari), cast.rini)
    ids = surat.id, usul(surat, cast.rini).id

    def answer(number: int) -> str:
        row, asked = db.session.get_one(SuratKuasa, ids[0]), db.session.get_one(PendapatKedua, ids[1])
        pendapat.answer_second_opinion(row, asked, setuju=bool(number), by=people[number])
        db.session.commit()
        return "jadi"

    done = run_at_once(app, 2, answer)
    assert done.count("jadi") == 1 and any(isinstance(one, RuleError) for one in done), done
