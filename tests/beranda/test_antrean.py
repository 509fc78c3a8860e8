"""The inbox of each desk: what waits, since when, late or not, and where to go; and Wati's is empty."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from rentan.akun.queries import pelaku_of
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.beranda.queries import list_bagian
from rentan.beranda.tugas import Mendesak, Tugas
from rentan.core.clock import now, today
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.kartu.models import AcaraSerah
from rentan.kartu.status import StatusAcara, StatusKartu
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import DugaDuplikat
from rentan.pekerja.status import PutusanDuplikat, StatusPekerja
from rentan.pencabutan.models import Pencabutan
from rentan.pindai.models import Tumpukan
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.verifikasi.models import PendapatKedua, PermintaanPerbaikan
from rentan.verifikasi.status import JawabanPendapat, JenisPendapat
from tests import factories
from tests.beranda.test_beranda import print_letter
from tests.cast import Cast
from tests.kepesertaan.maker import make_siap

NGALIYAN = "33.74.15"


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-21 10:00+07:00")


def tugas(orang: Any) -> dict[str, Tugas]:
    """The lines of the start page by their name."""
    return {one.uji: one for part in list_bagian(pelaku_of(orang.akun)) for one in part.tugas}


def expect(orang: Any, uji: str, mulai: str, url: str, status: Mendesak = Mendesak.PERLU) -> None:
    one = tugas(orang)[uji]
    assert (one.judul[: len(mulai)], one.url, one.status) == (mulai, url, status), one
    if status is Mendesak.TERLAMBAT:
        assert "hari)" in one.petunjuk, "says since when"


def letter(orang: Any, status: StatusSurat, hari: int = 1, **more: Any) -> SuratKuasa:
    surat = print_letter(orang.asn, hari, AsliDi.OPD)
    surat.status = status
    for name, value in more.items():
        setattr(surat, name, value)
    db.session.flush()
    return surat


def sponsor(orang: Any, status: StatusPekerja, **more: Any) -> Asuhan:
    pekerja = factories.make_pekerja(digits=f"{uuid.uuid4().int % 10**16:016d}", status=status, **more)
    row = Asuhan(
        asn_id=orang.asn.id, pekerja_id=pekerja.id, status=StatusAsuhan.MENUNGGU_MANDAT, program="JKK+JKM",
        penghasilan=1_000_000, dibuat_pada=now() - timedelta(days=2),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def paket(cast: Cast, jenis: JenisPaket, status: StatusPaket, hari: int = 1) -> Paket:
    pada = now() - timedelta(days=hari)
    row = Paket(
        jenis=jenis, status=status, periode=today().replace(day=1), nomor=uuid.uuid4().hex[:8], jumlah=1,
        sha256="0" * 64, kunci_berkas="x", dibuat_oleh=cast.hadi.akun.id, dibuat_pada=pada,
        dikunci_oleh=cast.hadi.akun.id, dikunci_pada=pada, disetujui_oleh=cast.yuni.akun.id,
        disetujui_pada=pada, dikirim_pada=pada,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


@pytest.mark.kedua_basis
def test_nothing_waits_in_an_empty_city(cast: Cast) -> None:
    for orang in (cast.rini, cast.hadi, cast.yuni, cast.bayu, cast.joko, cast.budi, cast.dewi):
        lines = tugas(orang)
        assert "macet" in lines and lines["macet"].judul == "Tidak ada hal macet lebih dari 7 hari"
        assert not [one for one in lines.values() if one.status is Mendesak.TERLAMBAT]


@pytest.mark.kedua_basis
def test_the_verifikators_queues(cast: Cast) -> None:
    letter(cast.sari, StatusSurat.DIUNGGAH, 9)
    held = letter(
        cast.lina, StatusSurat.DIPERIKSA, diperiksa_oleh=cast.rini.akun.id,
        diperiksa_sejak=now() - timedelta(hours=1),
    )  # fmt: skip
    for asker in (cast.rini, cast.dewi):
        db.session.add(
            PendapatKedua(
                surat_kuasa_id=held.id, alasan="x", diminta_oleh=asker.akun.id, diminta_pada=now(),
                jenis=JenisPendapat.TOLAK if asker is cast.rini else JenisPendapat.NAMA_BEDA,
                jawaban=JawabanPendapat.MENUNGGU,
            )
        )  # fmt: skip
    corrected, untouched = (sponsor(cast.eko, StatusPekerja.DITOLAK_BPJS) for _ in range(2))
    for number, one in enumerate((corrected, untouched), 1):
        db.session.add(
            Riwayat(
                mesin="pekerja", objek_id=one.pekerja_id, langkah="W9", peristiwa="ditolak", dari=None,
                ke="ditolak_bpjs", pelaku_id=None, peran="petugas_bpjs", pada=now() - timedelta(days=3),
                alasan=None, catatan=None, permintaan_id="", urutan=number,
            )
        )  # fmt: skip
    corrected.pekerja.data_diubah_pada = now() - timedelta(days=1)
    untouched.pekerja.data_diubah_pada = now() - timedelta(days=5)
    db.session.add(
        DugaDuplikat(
            pekerja_id=corrected.pekerja_id, mirip_id=untouched.pekerja_id, kemiripan=90,
            putusan=PutusanDuplikat.MENUNGGU, dibuat_pada=now(),
        )
    )  # fmt: skip
    letter(cast.eko, StatusSurat.DITOLAK_BANK)
    untouched.pekerja.alasan_bpjs = "sudah_pu"
    db.session.flush()
    expect(cast.rini, "putusan_bpjs", "1 penolakan BPJS", "/verifikasi/bpjs")
    untouched.pekerja.alasan_bpjs = "nama_beda"
    db.session.flush()
    assert tugas(cast.rini)["putusan_bpjs"].status is Mendesak.KOSONG, "the donor's turn"
    untouched.pekerja.alasan_bpjs = "meninggal"
    db.session.flush()
    expect(cast.bayu, "ditolak_bpjs", "1 penolakan BPJS", "/kepesertaan/pekerja?daftar=ditolak")
    expect(cast.rini, "verifikasi", "1 surat kuasa", "/verifikasi", Mendesak.TERLAMBAT)
    expect(cast.rini, "dipegang", "1 surat sedang", "/verifikasi")
    expect(cast.rini, "pendapat", "1 pendapat", "/verifikasi")
    expect(cast.rini, "perbaikan_bpjs", "1 perbaikan", "/verifikasi/bpjs")
    expect(cast.rini, "ganda", "1 dugaan", "/verifikasi/ganda")
    expect(cast.rini, "ditolak_bank", "1 surat kuasa ditolak", "/autodebet/ditolak")
    expect(cast.rini, "macet", "1 hal macet", "/macet", Mendesak.TERLAMBAT)


@pytest.mark.kedua_basis
def test_the_treasurers_queues_and_the_approver_never_the_own_batch(cast: Cast) -> None:
    letter(cast.sari, StatusSurat.TERVERIFIKASI, diputus_pada=now() - timedelta(days=8))
    leaving = letter(cast.lina, StatusSurat.DICABUT_MENUNGGU)
    db.session.add(
        Pencabutan(
            surat_kuasa_id=leaving.id, nomor="PC/1", ditandatangani_pada=today() - timedelta(days=3),
            diterima_pada=now() - timedelta(days=3),
        )
    )  # fmt: skip
    paket(cast, JenisPaket.MANDAT, StatusPaket.DIKIRIM)
    locked = paket(cast, JenisPaket.MANDAT, StatusPaket.DIKUNCI, 3)
    paket(cast, JenisPaket.DAFTAR, StatusPaket.DISETUJUI)
    expect(cast.hadi, "mandat_kirim", "1 surat kuasa disetujui", "/autodebet/surat", Mendesak.TERLAMBAT)
    expect(cast.hadi, "pencabutan", "1 pencabutan", "/autodebet/pencabutan", Mendesak.TERLAMBAT)
    expect(cast.hadi, "paket_mandat_jawaban", "1 paket surat kuasa ke bank menunggu", "/autodebet/surat")
    expect(cast.yuni, "setuju", "1 paket menunggu", "/paket", Mendesak.TERLAMBAT)
    expect(cast.bayu, "paket_daftar_kirim", "1 paket pendaftaran pekerja", "/kepesertaan")
    locked.dikunci_oleh, locked.disetujui_oleh = cast.yuni.akun.id, None
    db.session.flush()
    expect(cast.yuni, "setuju", "Tidak ada paket", "", Mendesak.KOSONG)
    assert "setuju" not in tugas(cast.hadi) and "mandat_kirim" not in tugas(cast.yuni)


@pytest.mark.kedua_basis
def test_the_liaisons_workers_and_cards(cast: Cast) -> None:
    sponsor(cast.sari, StatusPekerja.LAYAK)  # without a letter that was accepted: cannot go yet
    make_siap(cast.eko.asn)
    done = sponsor(cast.sari, StatusPekerja.TERDAFTAR)
    carded = sponsor(cast.sari, StatusPekerja.TERDAFTAR)
    factories.make_kartu(carded.pekerja, StatusKartu.TERBIT, hari=9, asuhan_id=carded.id)
    expect(cast.bayu, "siap_daftar", "1 pekerja siap", "/kepesertaan")
    expect(cast.bayu, "kartu_minta", "1 pekerja terdaftar", "/kartu")
    expect(cast.bayu, "kartu_terbit", "1 kartu siap", "/kartu", Mendesak.TERLAMBAT)
    factories.make_kartu(done.pekerja, StatusKartu.DIKEMBALIKAN, asuhan_id=done.id)
    expect(cast.bayu, "kartu_minta", "Tidak ada pekerja", "", Mendesak.KOSONG)
    expect(cast.bayu, "kartu_dikembalikan", "1 kartu dikembalikan", "/kartu")


@pytest.mark.kedua_basis
def test_the_kecamatans_cards_and_days_and_not_tugus(cast: Cast) -> None:
    ward = next(
        one.kode
        for one in db.session.scalars(db.select(factories.Kelurahan).order_by(factories.Kelurahan.kode))
        if one.kecamatan_kode == NGALIYAN
    )
    for status, more in (
        (StatusKartu.DIKIRIM_KEC, {}),
        (StatusKartu.DITERIMA_KEC, {"hari": 9}),
        (StatusKartu.TIDAK_KETEMU, {"percobaan": 1}),
        (StatusKartu.TIDAK_KETEMU, {"percobaan": 3}),
    ):
        asuhan = sponsor(cast.sari, StatusPekerja.TERDAFTAR, kelurahan=ward)
        factories.make_kartu(asuhan.pekerja, status, **more)
    for hari, nama in ((0, "Hari ini"), (4, "Yang lalu")):
        db.session.add(
            AcaraSerah(
                kecamatan_kode=NGALIYAN, kode=uuid.uuid4().hex[:6], nama=nama, tempat="Aula",
                tanggal=today() - timedelta(days=hari), status=StatusAcara.RENCANA, dibuat_pada=now(),
            )
        )  # fmt: skip
    db.session.flush()
    expect(cast.joko, "kartu_terima", "1 kartu dikirim", "/kartu/terima")
    expect(cast.joko, "kartu_jadwal", "1 kartu di tangan", "/kartu/acara", Mendesak.TERLAMBAT)
    expect(cast.joko, "kartu_tidak_ketemu", "1 kartu belum", "/kartu")
    expect(cast.joko, "kartu_kembali", "1 kartu perlu", "/kartu")
    lines = [
        one for part in list_bagian(pelaku_of(cast.joko.akun)) for one in part.tugas if one.uji == "acara"
    ]
    assert [one.status for one in lines] == [Mendesak.TERLAMBAT, Mendesak.PERLU]
    assert lines[1].url.startswith("/kartu/serah?acara=")
    tugu = tugas(cast.tini)
    assert "acara" not in tugu and tugu["kartu_terima"].status is Mendesak.KOSONG, "and Tini?"


@pytest.mark.kedua_basis
def test_the_operators_repairs_stacks_and_addresses_and_not_watis(cast: Cast) -> None:
    surat = letter(cast.sari, StatusSurat.PERLU_PERBAIKAN)
    db.session.add(PermintaanPerbaikan(surat_kuasa_id=surat.id, dibuka_pada=now() - timedelta(days=8)))
    db.session.add(
        Tumpukan(
            opd_id=cast.sari.asn.opd_id, status=StatusTumpukan.SIAP, sha256="0" * 64, ukuran=1,
            bagian=[], dibuat_oleh=cast.budi.akun.id, dibuat_pada=now(),
        )
    )  # fmt: skip
    asuhan = sponsor(cast.sari, StatusPekerja.TERDAFTAR)
    factories.make_kartu(asuhan.pekerja, StatusKartu.DIKEMBALIKAN, asuhan_id=asuhan.id)
    db.session.flush()
    expect(cast.budi, "perbaikan", "1 surat perlu", "/surat-kuasa?status=perlu_perbaikan", Mendesak.TERLAMBAT)
    expect(cast.budi, "tumpukan", "1 tumpukan", "/pindai")
    expect(cast.budi, "kartu_alamat", "1 kartu dikembalikan", "/kartu")
    for uji in ("perbaikan", "tumpukan", "kartu_alamat"):
        assert tugas(cast.wati)[uji].status is Mendesak.KOSONG, "and Wati?"


@pytest.mark.kedua_basis
def test_the_donor_is_asked_for_repair_and_address_and_told_of_the_card(cast: Cast) -> None:
    surat = letter(cast.sari, StatusSurat.PERLU_PERBAIKAN)
    minta = PermintaanPerbaikan(surat_kuasa_id=surat.id, dibuka_pada=now() - timedelta(days=21))
    db.session.add(minta)
    refused = sponsor(cast.sari, StatusPekerja.DITOLAK_BPJS)
    factories.make_kartu(refused.pekerja, StatusKartu.DIKEMBALIKAN, asuhan_id=refused.id)
    done = sponsor(cast.sari, StatusPekerja.TERDAFTAR)
    factories.make_kartu(done.pekerja, StatusKartu.DISERAHKAN, hari=2, asuhan_id=done.id)
    db.session.flush()
    expect(cast.sari, "perbaikan", "Perbaiki surat kuasa", "/perbaikan")
    minta.pengingat_1_pada = now() - timedelta(days=1)
    db.session.flush()
    expect(cast.sari, "perbaikan", "Perbaiki surat kuasa", "/perbaikan", Mendesak.TERLAMBAT)
    line = tugas(cast.sari)["perbaikan"].petunjuk
    assert "Pengingat ke-1: 20 November 2026" in line and "berakhir mulai 30 Desember 2026" in line
    expect(cast.sari, "ditolak_bpjs", "BPJS menolak data 1", "/perbaikan")
    expect(cast.sari, "alamat", "Periksa alamat 1", "/asuhan")
    expect(cast.sari, "kartu", "1 pekerja sudah", "/asuhan", Mendesak.BERJALAN)
    part = next(one for one in list_bagian(pelaku_of(cast.sari.akun)) if one.kunci == "asn")
    assert part.langkah is not None and part.langkah.url == "/perbaikan"
    assert not {"perbaikan", "alamat", "kartu", "ditolak_bpjs"} & tugas(cast.eko).keys()
