"""The checks of verification, batches, BPJS and cards: silent on a whole road, each able to fail."""

from __future__ import annotations

import uuid
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine

from rentan.asuhan.models import Asuhan
from rentan.core import arsip
from rentan.core.clock import now, today
from rentan.ext import db, runtime
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu
from rentan.kartu.status import CaraSerah, Penerima, StatusAcara, StatusKartu
from rentan.kepesertaan.models import BarisDaftar
from rentan.laporan.periksa import SEMUA, run_checks
from rentan.laporan.periksa import kartu as kartu_checks
from rentan.laporan.periksa import verifikasi as verifikasi_checks
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pekerja
from rentan.pindai.baca import store_pieces
from rentan.pindai.models import Tumpukan
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions
from rentan.verifikasi.models import PermintaanPerbaikan, Putusan
from tests.cast import Cast
from tests.kartu.maker import kirim_daftar
from tests.verifikasi.periksa import ambil, putus, surat_masuk, verifikator

MILIK = {one.nama for one in (*verifikasi_checks.PEMERIKSAAN, *kartu_checks.PEMERIKSAAN)}


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=True):
        yield


def found() -> dict[str, int]:
    db.session.expire_all()
    return {check.nama: len(temuan) for check, temuan in run_checks() if temuan and check.nama in MILIK}


def one(model: Any) -> Any:
    """The only row, or any row, of a table."""
    return db.session.scalars(db.select(model).order_by(model.id)).first()


@pytest.fixture
def road(cast: Cast) -> Cast:
    """An approved letter, registered workers with BPJS's answers, cards sent, one handed over."""
    surat = surat_masuk(cast.sari)
    vera = verifikator()
    ambil(surat, vera)
    putus(surat, vera)
    actions.approve_surat(surat, by=vera.pelaku)
    paket, kartu = kirim_daftar(cast, banyak=2)
    daftar = Paket(
        id=uuid.uuid4(), jenis=JenisPaket.DAFTAR, status=paket.status, periode=paket.periode, jumlah=2,
        nomor="DAFTAR/1", sha256=arsip.hash_of(b"isi"), kunci_berkas="x", nama_berkas="d.xlsx",
        dibuat_oleh=cast.bayu.akun.id, dibuat_pada=now(), dikunci_oleh=cast.bayu.akun.id,
        dikunci_pada=now(), disetujui_oleh=cast.yuni.akun.id, disetujui_pada=now(), dikirim_pada=now(),
    )  # fmt: skip
    daftar.kunci_berkas = arsip.simpan(daftar, "kunci_berkas", b"isi", prefix="paket")
    db.session.add(daftar)
    db.session.flush()
    for urutan, satu in enumerate(kartu, 1):
        db.session.add(
            BarisDaftar(
                paket_id=daftar.id, pekerja_id=satu.pekerja_id, asuhan_id=satu.asuhan_id, urutan=urutan,
                hasil=HasilBaris.DITERIMA, dijawab_pada=now(),
            )
        )  # fmt: skip
    acara = AcaraSerah(
        id=uuid.uuid4(), kecamatan_kode=kartu[0].kecamatan_kode, kode="AC7K2M", nama="Acara", tempat="Aula",
        tanggal=today(), status=StatusAcara.SELESAI, dibuat_pada=now(), selesai_pada=now(),
        nomor_ba="BA/1", sha256_ba=arsip.hash_of(b"ba"),
    )  # fmt: skip
    acara.kunci_ba = arsip.simpan(acara, "kunci_ba", b"ba", prefix="acara")
    kartu[0].status = StatusKartu.DISERAHKAN
    db.session.add(acara)
    db.session.flush()
    db.session.add(
        PenyerahanKartu(
            kartu_id=kartu[0].id, acara_id=acara.id, tanggal=today(), penerima=Penerima.PEKERJA,
            cara=CaraSerah.PINDAI, dicatat_oleh=cast.joko.akun.id, dicatat_pada=now(),
        )
    )  # fmt: skip
    tumpukan = Tumpukan(
        id=uuid.uuid4(), opd_id=cast.sari.asn.opd_id, status=StatusTumpukan.DIBACA, ukuran=3, bagian=[],
        sha256=arsip.hash_of(b"pdf"), dibuat_oleh=cast.budi.akun.id, dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(tumpukan)
    tumpukan.bagian = store_pieces(tumpukan, BytesIO(b"pdf"))
    db.session.commit()
    return cast


@pytest.mark.kedua_basis
def test_a_whole_road_has_no_findings(road: Cast) -> None:
    assert found() == {}
    assert {check.nama for check in SEMUA} > MILIK


def _drop_constraint(nama: str) -> None:
    """SQLite keeps the check in the table; switching it off is enough to break the data."""
    db.session.execute(db.text("PRAGMA ignore_check_constraints = ON"))
    if nama:
        db.session.execute(db.text(f"DROP INDEX {nama}"))


def _verdict_gone(_: Cast) -> None:
    db.session.execute(db.update(Putusan).where(Putusan.berkas_id.is_not(None)).values(gugur_pada=now()))


def _workers_gone(_: Cast) -> None:
    db.session.execute(db.update(Putusan).where(Putusan.asuhan_id.is_not(None)).values(gugur_pada=now()))


def _own_letter(cast: Cast) -> None:
    one(Putusan).oleh = cast.sari.akun.id


def _refused_alone(_: Cast) -> None:
    one(SuratKuasa).status = StatusSurat.DITOLAK


def _no_request(_: Cast) -> None:
    one(SuratKuasa).status = StatusSurat.PERLU_PERBAIKAN


def _stray_request(_: Cast) -> None:
    db.session.add(PermintaanPerbaikan(surat_kuasa_id=one(SuratKuasa).id, dibuka_pada=now()))


def _claim_kept(cast: Cast) -> None:
    surat = one(SuratKuasa)
    surat.diperiksa_oleh, surat.diperiksa_sejak = cast.rini.akun.id, now()


def _no_date(_: Cast) -> None:
    surat = one(SuratKuasa)
    surat.status, surat.berlaku_mulai = StatusSurat.AKTIF, None


def _alone(cast: Cast) -> None:
    _drop_constraint("")
    db.session.scalars(
        db.select(Paket).where(Paket.nomor == "DAFTAR/1")
    ).one().disetujui_oleh = cast.bayu.akun.id


def _no_answer(_: Cast) -> None:
    db.session.delete(one(BarisDaftar))


def _merged_but_sponsored(_: Cast) -> None:
    asuhan = one(Asuhan)
    db.session.get_one(Pekerja, asuhan.pekerja_id).digabung_ke = uuid.uuid4()


def _two_cards(_: Cast) -> None:
    _drop_constraint("uq_kartu_hidup")
    first, second = db.session.scalars(db.select(Kartu).order_by(Kartu.id))
    second.pekerja_id = first.pekerja_id


def _handed_without_row(_: Cast) -> None:
    one(PenyerahanKartu).dibatalkan_pada = now()


def _row_without_hand_over(_: Cast) -> None:
    kartu = db.session.scalars(db.select(Kartu).where(Kartu.status == StatusKartu.DISERAHKAN)).one()
    kartu.status = StatusKartu.DITERIMA_KEC


def _no_minutes(_: Cast) -> None:
    acara = one(AcaraSerah)
    acara.nomor_ba = acara.kunci_ba = acara.sha256_ba = None


def _file_gone(_: Cast) -> None:
    runtime().store.delete(one(AcaraSerah).kunci_ba)


def _file_changed(_: Cast) -> None:
    _drop_constraint("")
    db.session.scalars(db.select(Paket).where(Paket.nomor == "DAFTAR/1")).one().sha256 = "0" * 64


def _stack_gone(_: Cast) -> None:
    runtime().store.delete(one(Tumpukan).bagian[0])


def _stack_changed(_: Cast) -> None:
    one(Tumpukan).sha256 = "0" * 64
    db.session.commit()


RUSAK: list[tuple[Any, set[str]]] = [
    (_verdict_gone, {"disetujui"}),
    (_workers_gone, {"disetujui"}),
    (_own_letter, {"pemeriksa"}),
    (_refused_alone, {"pendapat"}),
    (_no_request, {"perbaikan"}),
    (_stray_request, {"perbaikan"}),
    (_claim_kept, {"klaim"}),
    (_no_date, {"berlaku"}),
    (_alone, {"dua_orang"}),
    (_no_answer, {"terdaftar"}),
    (_merged_but_sponsored, {"gabung"}),
    (_two_cards, {"kartu_hidup"}),
    (_handed_without_row, {"serah"}),
    (_row_without_hand_over, {"serah"}),
    (_no_minutes, {"acara"}),
    (_file_gone, {"arsip"}),
    (_file_changed, {"arsip"}),
    (_stack_gone, {"tumpukan"}),
    (_stack_changed, {"tumpukan"}),
]


@pytest.mark.parametrize(("rusak", "nama"), RUSAK, ids=[one.__name__ for one, _ in RUSAK])
def test_each_damage_is_found_by_its_check(road: Cast, rusak: Any, nama: set[str]) -> None:
    rusak(road)
    db.session.flush()
    assert found().keys() == nama


def test_every_check_has_been_shown_to_fail() -> None:
    assert set().union(*(nama for _, nama in RUSAK)) == MILIK
