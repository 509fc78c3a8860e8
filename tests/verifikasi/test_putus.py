"""Verdicts, M7, M9, M22, and what follows for workers and rungs."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.models import Tahapan
from rentan.asn.status import Tahap
from rentan.asuhan.riwayat import list_peristiwa
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.berkas.status import JenisBerkas
from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.core.errors import RuleError, Stale
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, AsliDi, StatusSurat
from rentan.verifikasi import actions, queries
from rentan.verifikasi.models import PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan
from tests.cast import Cast
from tests.threads import run_at_once
from tests.verifikasi.periksa import add_berkas, ambil, berkas, putus, surat_masuk, verifikator

YA, PERBAIKI, TOLAK = HasilPutusan.YA, HasilPutusan.PERBAIKI, HasilPutusan.TOLAK


@pytest.fixture(autouse=True)
def _hari(cast: Cast) -> Any:
    with time_machine.travel("2026-11-20T03:00:00Z", tick=True):
        hitung_ulang(today())
        yield


def refused(call: Any) -> RuleError:
    with pytest.raises(RuleError) as caught:
        call()
    return caught.value


def diperiksa(cast: Cast, **isi: Any) -> SuratKuasa:
    return ambil(surat_masuk(cast.sari, **isi), cast.rini)


def test_approve(cast: Cast) -> None:
    surat = diperiksa(cast, pekerja=2)
    putus(surat, cast.rini)
    actions.approve_surat(surat, by=cast.rini.pelaku)
    assert surat.status is StatusSurat.TERVERIFIKASI and surat.diputus_pada and surat.diperiksa_oleh is None
    assert all(one.asuhan.status is StatusAsuhan.MENUNGGU_MANDAT for one in surat.daftar)
    rungs = db.session.scalars(db.select(Tahapan.tahap).where(Tahapan.asn_id == cast.sari.asn.id)).all()
    assert set(rungs) == {Tahap.DIAJUKAN, Tahap.TERVERIFIKASI}
    assert periksa_hitungan() == []
    kinds = db.session.scalars(db.select(Jejak.peristiwa)).all() if db.session.commit() is None else []
    assert kinds.count("putusan_diberi") == 5


def test_everything_must_be_looked_at(cast: Cast) -> None:
    surat = diperiksa(cast)
    said = refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    assert "Masih ada yang belum diperiksa" in said and "KTP ASN" in said and "Slamet Rekaan 1" in said
    assert queries.list_tawaran_periksa(surat, cast.rini.pelaku)["setujui"].alasan == said
    assert "belum diperiksa" in refused(lambda: actions.request_repair(surat, by=cast.rini.pelaku)).pesan


def test_original_must_be_at_the_office(cast: Cast) -> None:
    surat = diperiksa(cast, asli=AsliDi.ASN)
    putus(surat, cast.rini)
    assert "Lembar asli" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    surat.asli_di = AsliDi.OPD
    actions.approve_surat(surat, by=cast.rini.pelaku)


def test_refused_worker_leaves_and_the_letter_goes_on(cast: Cast) -> None:
    surat = diperiksa(cast, pekerja=3)
    putus(surat, cast.rini, pekerja_2=(TOLAK, "penerima_upah"), pekerja_3=(TOLAK, "menolak"))
    actions.approve_surat(surat, by=cast.rini.pelaku)
    satu, dua, tiga = (one.asuhan for one in surat.daftar)
    assert [one.status for one in (satu, dua, tiga)] == [
        StatusAsuhan.MENUNGGU_MANDAT, StatusAsuhan.DITOLAK, StatusAsuhan.DITOLAK,
    ]  # fmt: skip
    assert (dua.alasan_akhir, tiga.alasan_akhir) == ("penerima_upah", "menolak")
    # Who earns wages is unfit for anybody; who only does not wish this may be asked by somebody else.
    assert dua.pekerja.status is StatusPekerja.TIDAK_LAYAK and tiga.pekerja.status is StatusPekerja.LAYAK
    assert periksa_hitungan() == []


def test_no_worker_left(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini, pekerja_1=(TOLAK, "usia"))
    assert "Tidak ada pekerja" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    actions.cancel_surat(surat, alasan="tanpa_pekerja", by=cast.rini.pelaku)
    assert surat.status is StatusSurat.DIBATALKAN
    assert surat.daftar[0].asuhan.status is StatusAsuhan.DITOLAK
    assert [one.langkah for one in list_riwayat(MACHINE, surat)][-2:] == ["M6", "M22"]
    assert not cast.sari.asn.ikut and periksa_hitungan() == []


def test_cancel_a_double_letter(cast: Cast) -> None:
    surat = diperiksa(cast)
    assert (
        refused(lambda: actions.cancel_surat(surat, alasan="tanpa_pekerja", by=cast.rini.pelaku)).field
        == "alasan"
    )
    assert refused(lambda: actions.cancel_surat(surat, alasan="iseng", by=cast.rini.pelaku)).field == "alasan"
    actions.cancel_surat(surat, alasan="duplikat", by=cast.rini.pelaku)
    assert surat.status is StatusSurat.DIBATALKAN
    assert surat.daftar[0].asuhan.status is StatusAsuhan.DIUSULKAN


def test_ask_for_repair(cast: Cast) -> None:
    surat = diperiksa(cast, pekerja=2)
    putus(surat, cast.rini, ktp=(PERBAIKI, "buram"), pekerja_2=(PERBAIKI, "nik_salah"))
    assert "perlu diperbaiki" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    request = actions.request_repair(surat, by=cast.rini.pelaku)
    assert surat.status is StatusSurat.PERLU_PERBAIKAN and surat.diperiksa_oleh is None
    assert [one.putusan.alasan for one in request.butir] == ["buram", "nik_salah"]
    assert request.butir[0].putusan.kalimat.startswith("Tulisan pada gambar KTP")
    assert cast.sari.asn.ikut


def test_one_open_request(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini, ktp=(PERBAIKI, "buram"))
    actions.open_request(surat, queries.list_putusan(surat)[:1], by=cast.rini.pelaku)
    assert "terbuka" in refused(lambda: actions.request_repair(surat, by=cast.rini.pelaku)).pesan
    with pytest.raises(RuleError):
        actions.open_request(surat, queries.list_putusan(surat)[1:2], by=cast.rini.pelaku)
    assert db.session.query(PermintaanPerbaikan).count() == 1


def test_nothing_to_repair(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini)
    assert "Belum ada berkas" in refused(lambda: actions.request_repair(surat, by=cast.rini.pelaku)).pesan


def test_reasons_and_sentences(cast: Cast) -> None:
    surat = diperiksa(cast)
    judge = {"surat": surat, "berkas": berkas(surat), "by": cast.rini.pelaku}
    assert refused(lambda: actions.judge_berkas(**judge, hasil=PERBAIKI)).field == "alasan"
    # A reason of another paper is no reason here.
    assert refused(lambda: actions.judge_berkas(**judge, hasil=PERBAIKI, alasan="meterai")).field == "alasan"
    assert refused(lambda: actions.judge_berkas(**judge, hasil=PERBAIKI, alasan="lain")).field == "kalimat"
    assert (
        "diminta diperbaiki"
        in refused(lambda: actions.judge_berkas(**judge, hasil=TOLAK, alasan="buram")).pesan
    )
    row = actions.judge_berkas(**judge, hasil=PERBAIKI, alasan="buram", kalimat="Terlalu gelap.")
    assert row.kalimat == "Terlalu gelap."
    again = actions.judge_berkas(**judge, hasil=YA, alasan="buram", kalimat="x")
    assert row.gugur_pada is not None and (again.alasan, again.kalimat, again.gugur_pada) == (None,) * 3


@pytest.mark.parametrize(
    "bagian", [(2, 0, 0, 10, 10), (1, 995, 0, 10, 10), (1, 0, 0, 0, 10), (0, 0, 0, 1, 1), (1, 0, 991, 5, 10)]
)
def test_part_outside_the_page(cast: Cast, bagian: tuple[int, ...]) -> None:
    surat = diperiksa(cast)
    part = actions.Bagian(*bagian)
    said = refused(
        lambda: actions.judge_berkas(
            surat, berkas(surat), hasil=PERBAIKI, alasan="buram", bagian=part, by=cast.rini.pelaku
        )
    )
    assert said.kode == "bagian_di_luar"


def test_replaced_paper_has_no_verdict(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini)
    old = berkas(surat)
    add_berkas(surat, JenisBerkas.KTP, cast.sari.akun.id)
    assert queries.facts_periksa(surat, cast.rini.pelaku)["belum_diputus"] == ["KTP ASN"]
    assert (
        "sudah diganti"
        in refused(lambda: actions.judge_berkas(surat, old, hasil=YA, by=cast.rini.pelaku)).pesan
    )


def test_doubtful_duplicate_cannot_be_accepted(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini)
    worker = surat.daftar[0].asuhan.pekerja
    worker.status = StatusPekerja.DUGA_DUPLIKAT
    assert "dugaan ganda" in refused(lambda: actions.approve_surat(surat, by=cast.rini.pelaku)).pesan
    asuhan = surat.daftar[0].asuhan
    said = refused(lambda: actions.judge_pekerja(surat, asuhan, hasil=YA, by=cast.rini.pelaku))
    assert said.kode == "pekerja_belum_layak"


def test_foreign_worker_and_paper(cast: Cast) -> None:
    surat, other = diperiksa(cast), surat_masuk(cast.lina)
    with pytest.raises(RuleError):
        actions.judge_pekerja(surat, other.daftar[0].asuhan, hasil=YA, by=cast.rini.pelaku)
    with pytest.raises(RuleError):
        actions.judge_berkas(surat, berkas(other), hasil=YA, by=cast.rini.pelaku)


@pytest.mark.parametrize("nama", ["wati", "budi", "sari", "dewi", "hadi"])
def test_only_the_holder_decides(cast: Cast, nama: str) -> None:
    surat, orang = diperiksa(cast), getattr(cast, nama)
    for call in (
        lambda: actions.approve_surat(surat, by=orang.pelaku),
        lambda: actions.request_repair(surat, by=orang.pelaku),
        lambda: actions.judge_berkas(surat, berkas(surat), hasil=YA, by=orang.pelaku),
        lambda: actions.cancel_surat(surat, alasan="duplikat", by=orang.pelaku),
    ):
        assert refused(call).status == 403


def test_two_verdicts_on_one_paper_cannot_stand(cast: Cast) -> None:
    surat = diperiksa(cast)
    first = actions.judge_berkas(surat, berkas(surat), hasil=YA, by=cast.rini.pelaku)
    row = Putusan(
        surat_kuasa_id=surat.id, berkas_id=first.berkas_id, hasil=YA, oleh=first.oleh, pada=first.pada
    )
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(row)
        db.session.flush()


@pytest.mark.kedua_basis
def test_approve_and_release_at_once(app: Flask, cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini)
    db.session.commit()
    surat_id, versi, by, admin = surat.id, surat.versi, cast.rini.pelaku, cast.dewi.pelaku

    def work(number: int) -> str:
        row = db.session.get_one(SuratKuasa, surat_id)
        if number % 2:
            actions.approve_surat(row, by=by, versi=versi)
        else:
            actions.release_surat(row, by=admin, versi=versi)
        db.session.commit()
        return "jadi"

    done = run_at_once(app, 4, work)
    assert done.count("jadi") == 1, done
    assert all(one == "jadi" or isinstance(one, Stale | RuleError) for one in done), done
    row = db.session.get_one(SuratKuasa, surat_id)
    accepted = row.daftar[0].asuhan.status is StatusAsuhan.MENUNGGU_MANDAT
    assert accepted is (row.status is StatusSurat.TERVERIFIKASI)
    assert periksa_hitungan() == []


def test_a_verifikator_of_his_own_letter(cast: Cast) -> None:
    vera = verifikator()
    surat = ambil(surat_masuk(cast.rini), vera)
    for call in (
        lambda: actions.judge_berkas(surat, berkas(surat), hasil=YA, by=cast.rini.pelaku),
        lambda: actions.approve_surat(surat, by=cast.rini.pelaku),
    ):
        assert refused(call).status == 403


@pytest.mark.kedua_basis
def test_one_verdict_stands_of_many_at_once(app: Flask, cast: Cast) -> None:
    surat = diperiksa(cast)
    surat_id, berkas_id, by = surat.id, berkas(surat).id, cast.rini.pelaku

    def work(number: int) -> str:
        row, paper = db.session.get_one(SuratKuasa, surat_id), db.session.get_one(Berkas, berkas_id)
        hasil = YA if number % 2 else PERBAIKI
        actions.judge_berkas(row, paper, hasil=hasil, alasan="buram", by=by)
        db.session.commit()
        return "jadi"

    assert run_at_once(app, 4, work) == ["jadi"] * 4
    rows = db.session.scalars(db.select(Putusan).where(Putusan.berkas_id == berkas_id)).all()
    assert len(rows) == 4 and sum(one.gugur_pada is None for one in rows) == 1


@pytest.mark.kedua_basis
def test_two_requests_at_once(app: Flask, cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini, ktp=(PERBAIKI, "buram"))
    surat_id, versi, by = surat.id, surat.versi, cast.rini.pelaku

    def work(_number: int) -> str:
        actions.request_repair(db.session.get_one(SuratKuasa, surat_id), by=by, versi=versi)
        db.session.commit()
        return "jadi"

    done = run_at_once(app, 3, work)
    assert done.count("jadi") == 1, done
    assert all(one == "jadi" or isinstance(one, Stale | RuleError) for one in done), done
    assert db.session.query(PermintaanPerbaikan).count() == 1


def catatan(surat: SuratKuasa) -> list[str]:
    """What the donor reads of the verifikator's words on the worker's timeline."""
    asuhan = surat.daftar[0].asuhan
    baris = list_peristiwa([asuhan])[asuhan.id]
    return [one["isi"] for one in baris if one["judul"] == "Catatan tentang pekerja ini"]


def test_the_donor_reads_a_verdict_once_it_was_sent(cast: Cast) -> None:
    surat = diperiksa(cast, pekerja=2)
    putus(surat, cast.rini, pekerja_1=(TOLAK, "menolak"))
    assert catatan(surat) == [], "the verifikator may still think otherwise"
    putus(surat, cast.rini, pekerja_1=(PERBAIKI, "nik_salah"))
    assert catatan(surat) == []
    actions.request_repair(surat, by=cast.rini.pelaku)
    assert len(catatan(surat)) == 1, "the lapsed one stays unseen"
    for one in queries.list_putusan(surat):
        one.gugur_pada = one.pada
    db.session.flush()
    assert catatan(surat) == []


def test_the_donor_reads_why_no_worker_is_left(cast: Cast) -> None:
    surat = diperiksa(cast)
    putus(surat, cast.rini, pekerja_1=(TOLAK, "usia"))
    assert catatan(surat) == []
    actions.cancel_surat(surat, alasan="tanpa_pekerja", by=cast.rini.pelaku)
    assert len(catatan(surat)) == 1
