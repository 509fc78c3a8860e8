"""The demo city: like the day of the press count, equal in every run, with nothing that the rules refuse."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from flask import Flask

from rentan.akun.models import Akun
from rentan.akun.queries import pelaku_of
from rentan.akun.sandi import check_sandi, is_sandi
from rentan.asn.models import Asn, NipRiwayat
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE as MESIN_ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.berkas.queries import read_bersih
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.calon.models import Tawaran
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.demo import ensure_demo
from rentan.demo.acak import SERI_NIK, bagi
from rentan.demo.actions import TERKECIL, fill_city, write_city
from rentan.demo.akun import SANDI
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs, StatusIuran
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu
from rentan.kartu.status import MACHINE as MESIN_KARTU
from rentan.kartu.status import Penerima, StatusKartu
from rentan.laporan.queries import list_baris_opd, list_bulan
from rentan.opd.models import Opd
from rentan.paket.models import Paket
from rentan.paket.status import MACHINE as MESIN_PAKET
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan
from rentan.pekerja.status import MACHINE as MESIN_PEKERJA
from rentan.pekerja.status import StatusPekerja
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import MACHINE as MESIN_PENDAFTARAN
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE as MESIN_SURAT
from rentan.surat_kuasa.status import TERKIRIM, StatusSurat
from rentan.util.nik import parse_nik
from rentan.util.nip import parse_nip
from rentan.verifikasi.models import PendapatKedua, PermintaanPerbaikan
from rentan.wilayah.models import Kecamatan

KECIL = 400


@pytest.fixture
def kota(app: Flask, mesin_basis: str, request: pytest.FixtureRequest) -> list[tuple[str, str, str]]:
    """The small city: filled once, then copied."""
    basis: Any = request.getfixturevalue(f"_{mesin_basis}_basis")
    if "kota" not in app.extensions:
        made = ensure_demo(app, KECIL)
        db.session.remove()
        basis.keep("kota")
        app.extensions["kota"] = made
    else:
        basis.fresh("kota")
    found: list[tuple[str, str, str]] = app.extensions["kota"]
    return found


def count(model: type, *syarat: object) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model).where(*syarat)) or 0


@pytest.mark.kedua_basis
def test_flask_periksa_finds_nothing(app: Flask, kota: list[tuple[str, str, str]]) -> None:
    answer = app.test_cli_runner().invoke(args=["periksa", "--json"])
    assert answer.exit_code == 0, answer.output


def test_every_active_asn_is_there_and_readable(kota: list[tuple[str, str, str]]) -> None:
    assert count(Asn, Asn.status_aktif == StatusAktif.AKTIF) == KECIL
    assert {one.status_aktif for one in db.session.scalars(db.select(Asn))} == set(StatusAktif)
    for nip, lahir, status in db.session.execute(db.select(Asn.nip, Asn.tanggal_lahir, Asn.status_asn)):
        parsed = parse_nip(nip)
        assert parsed.tanggal_lahir == lahir
        assert (parsed.jenis == "PNS") == (status is StatusAsn.PNS)
    assert count(NipRiwayat, NipRiwayat.sampai.is_(None)) == count(Asn)


def test_worker_numbers_are_fictional_and_fit_their_person(kota: list[tuple[str, str, str]]) -> None:
    for pekerja in db.session.scalars(db.select(Pekerja)):
        nik = parse_nik(reveal(pekerja, "nik"))
        assert SERI_NIK[0] <= int(nik.digits[-4:]) <= SERI_NIK[1]
        assert nik.jenis_kelamin == pekerja.jenis_kelamin.value
        assert f"{pekerja.tanggal_lahir:%m%y}" == nik.digits[8:12]


def test_all_states_of_this_release_are_seen(kota: list[tuple[str, str, str]]) -> None:
    assert set(db.session.scalars(db.select(Asuhan.status))) >= {
        StatusAsuhan.DITAHAN, StatusAsuhan.DIUSULKAN, StatusAsuhan.AKTIF, StatusAsuhan.BERAKHIR,
        StatusAsuhan.KEDALUWARSA,
    }  # fmt: skip
    surat = set(db.session.scalars(db.select(SuratKuasa.status)))
    assert surat >= {StatusSurat.DICETAK, StatusSurat.DIUNGGAH, StatusSurat.AKTIF}
    assert count(Tawaran) and count(DugaDuplikat) and count(Pelindungan)


def test_every_history_row_is_a_move_of_its_machine(kota: list[tuple[str, str, str]]) -> None:
    mesin = {
        one.nama: one
        for one in (MESIN_ASUHAN, MESIN_PEKERJA, MESIN_SURAT, MESIN_PENDAFTARAN, MESIN_KARTU, MESIN_PAKET)
    }
    for row in db.session.scalars(db.select(Riwayat).where(Riwayat.mesin.in_(mesin))):
        found = [m for m in mesin[row.mesin].moves if (m.kode, m.peristiwa) == (row.langkah, row.peristiwa)]
        assert any(
            m.ke.value == row.ke
            and (not m.dari if row.dari is None else row.dari in {d.value for d in m.dari})
            for m in found
        )
        assert all(m.sistem if row.peran == "sistem" else Peran(row.peran) in m.siapa for m in found)


def test_papers_are_there_and_open(kota: list[tuple[str, str, str]]) -> None:
    diunggah = db.session.scalars(
        db.select(SuratKuasa).where(SuratKuasa.status == StatusSurat.DIUNGGAH)
    ).all()
    assert diunggah
    for surat in diunggah:
        berkas = db.session.scalars(db.select(Berkas).where(Berkas.surat_kuasa_id == surat.id)).all()
        assert Counter(one.jenis for one in berkas) == Counter((JenisBerkas.SURAT_CETAK, *WAJIB_UNGGAH))
        for one in berkas:
            awal = read_bersih(one)[:4]
            assert awal == (b"%PDF" if one.mime == "application/pdf" else b"\xff\xd8\xff\xe0")


def test_donors_have_sent_and_counters_agree_with_the_table(kota: list[tuple[str, str, str]]) -> None:
    ikut = set(db.session.scalars(db.select(Asn.id).where(Asn.ikut)))
    terkirim = set(db.session.scalars(db.select(SuratKuasa.asn_id).where(SuratKuasa.status.in_(TERKIRIM))))
    assert (
        ikut
        == terkirim
        == set(db.session.scalars(db.select(Pendaftaran.asn_id).where(Pendaftaran.nomor.is_not(None))))
    )
    bulan = list_bulan()
    assert len(bulan) == 14
    per_bulan = [sum(baris.angka.ikut for baris in list_baris_opd(satu)) for satu in reversed(bulan)]
    assert per_bulan == sorted(per_bulan) and per_bulan[-1] == len(ikut)


def test_a_sign_in_for_every_role_and_each_may_do_its_work(kota: list[tuple[str, str, str]]) -> None:
    roles: set[Peran] = set()
    for _, pengenal, sandi in kota:
        akun = db.session.scalars(db.select(Akun).where(Akun.pengenal == pengenal)).one()
        assert is_sandi(akun.sandi_hash, sandi)
        roles |= pelaku_of(akun).peran
    assert roles == set(Peran)
    assert [one[0] for one in kota][:2] == ["asn (belum ikut)", "asn (orang tua asuh)"]
    check_sandi(SANDI, pribadi=tuple(one[1] for one in kota))


def test_a_filled_city_stays_as_it_is(app: Flask, kota: list[tuple[str, str, str]]) -> None:
    before = count(Asn), count(Riwayat), count(Akun)
    assert ensure_demo(app, KECIL) == kota
    assert (count(Asn), count(Riwayat), count(Akun)) == before
    with pytest.raises(RuleError) as refused:
        fill_city(KECIL)
    assert refused.value.kode == "tidak_kosong"


def test_interrupted_filling_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rentan.demo.actions.hitung_ulang", stop)
    with pytest.raises(KeyboardInterrupt):
        fill_city(TERKECIL)
    db.session.rollback()
    assert count(Asn) == count(Akun) == count(Berkas) == 0


def test_two_cities_are_equal(app: Flask) -> None:
    def seen() -> tuple[object, ...]:
        asn = db.session.execute(db.select(Asn.id, Asn.nip, Asn.nama, Asn.tahap).order_by(Asn.id)).all()
        asuhan = db.session.execute(db.select(Asuhan.id, Asuhan.status).order_by(Asuhan.id)).all()
        surat = db.session.execute(
            db.select(SuratKuasa.ref, SuratKuasa.nomor, SuratKuasa.asli_di).order_by(SuratKuasa.ref)
        ).all()
        nik = sorted(str(one) for one in db.session.scalars(db.select(Pekerja.nik_bi)))
        return asn, asuhan, surat, nik

    write_city(TERKECIL)
    first = seen()
    db.session.rollback()
    assert count(Asn) == 0
    write_city(TERKECIL)
    assert seen() == first


def test_command_counts_and_refuses_a_second_time(app: Flask) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo", "--asn", str(TERKECIL), "--json"])
    assert first.exit_code == 0, first.output
    answer = json.loads(first.stdout)
    assert answer["asn"] == TERKECIL and len(answer["masuk"]) == 12
    second = runner.invoke(args=["demo", "--asn", str(TERKECIL), "--json"])
    assert second.exit_code == 1 and json.loads(second.stdout)["error"] == "tidak_kosong"
    assert runner.invoke(args=["demo", "--asn", "banyak"]).exit_code == 2


def test_too_small_and_production_are_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuleError) as refused:
        fill_city(99)
    assert refused.value.kode == "terlalu_kecil"
    settings = app.extensions["rentan"].settings
    monkeypatch.setattr(type(settings), "demo", property(lambda _: False))
    with pytest.raises(RuleError) as refused:
        fill_city(KECIL)
    assert refused.value.kode == "bukan_demo"
    assert count(Akun) == 0


def test_shares_keep_the_sum_and_the_press_count_is_exact() -> None:
    assert bagi(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(bagi(16_000, [3, 5, 7])) == 16_000 and bagi(5, [0, 0]) == [0, 0]


def test_the_day_of_the_press_count(app: Flask) -> None:
    """16,000 ASN, 64 OPD of which 22 with nobody, 90 donors, 458 workers, 313 registered, 60 cards."""
    ensure_demo(app)
    status = db.select(Asn.status_asn, db.func.count()).where(Asn.status_aktif == StatusAktif.AKTIF)
    rows = db.session.execute(status.group_by(Asn.status_asn)).all()
    assert {row[0]: row[1] for row in rows} == {
        StatusAsn.PNS: 8031, StatusAsn.PPPK: 5615, StatusAsn.PPPK_PW: 2354
    }  # fmt: skip
    baris = list_baris_opd(list_bulan()[0])
    assert len(baris) == count(Opd) == 64
    assert sum(not one.angka.ikut for one in baris) == 22
    assert sum(one.angka.ikut for one in baris) == 90
    assert sum(one.angka.pekerja for one in baris) == 458
    assert sum(one.angka.pekerja_terdaftar for one in baris) == 313
    assert sum(one.angka.pekerja_kartu for one in baris) == 60
    assert count(Pekerja, Pekerja.status == StatusPekerja.AKTIF) == 313
    assert sum(one.angka.pekerja_aktif for one in baris) == 313
    _a_year_of_money()
    _the_road_is_in_use()
    _one_ceremony_in_ngaliyan()
    answer = app.test_cli_runner().invoke(args=["periksa"])
    assert answer.exit_code == 0, answer.output


def _the_road_is_in_use() -> None:
    """Every desk has something to do, and nobody who is refused is without a reason."""
    surat = set(db.session.scalars(db.select(SuratKuasa.status)))
    assert surat >= {
        StatusSurat.DIUNGGAH, StatusSurat.DIPERIKSA, StatusSurat.PERLU_PERBAIKAN, StatusSurat.TERVERIFIKASI,
        StatusSurat.DIAJUKAN_BANK, StatusSurat.DITOLAK_BANK, StatusSurat.AKTIF,
    }  # fmt: skip
    paket = set(db.session.execute(db.select(Paket.jenis, Paket.status)).tuples())
    assert {(JenisPaket.MANDAT, StatusPaket.DIKIRIM), (JenisPaket.DAFTAR, StatusPaket.DIKIRIM)} <= paket
    assert StatusPaket.DIKUNCI in {status for _, status in paket}
    assert count(PendapatKedua) and count(PermintaanPerbaikan)
    ditolak = db.session.scalars(db.select(Pekerja).where(Pekerja.status == StatusPekerja.DITOLAK_BPJS)).all()
    assert ditolak and all(one.alasan_bpjs for one in ditolak)


def _a_year_of_money() -> None:
    """Month after month debited, remitted, closed; this month is paid but for a few, the next one is due."""
    tutup = db.select(Paket.jenis, db.func.count()).where(Paket.status == StatusPaket.DITUTUP)
    ditutup = {row[0]: row[1] for row in db.session.execute(tutup.group_by(Paket.jenis))}
    assert ditutup[JenisPaket.DEBET] >= 9 and ditutup[JenisPaket.DEBET] == ditutup[JenisPaket.SETOR]
    assert ditutup[JenisPaket.ULANG] >= 8
    berhasil = count(Iuran, Iuran.status == StatusIuran.BERHASIL)
    assert berhasil == count(Iuran, Iuran.status_bpjs == StatusBpjs.TERCATAT) > 1_500


def _one_ceremony_in_ngaliyan() -> None:
    """60 cards in one afternoon, self or proxy; those who did not come are on the list of the kecamatan."""
    acara = db.session.scalars(db.select(AcaraSerah).where(AcaraSerah.nomor_ba.is_not(None))).one()
    assert db.session.get_one(Kecamatan, acara.kecamatan_kode).nama == "Ngaliyan"
    serah = db.session.scalars(db.select(PenyerahanKartu)).all()
    assert {one.acara_id for one in serah} == {acara.id} and len(serah) == 60
    assert {one.penerima for one in serah} == set(Penerima)
    assert count(Kartu, Kartu.status == StatusKartu.TIDAK_KETEMU)
