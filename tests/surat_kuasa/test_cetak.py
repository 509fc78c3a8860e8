"""M1 and M2: a letter is begun, filled, printed and frozen."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.asn.status import StatusAktif
from rentan.asuhan import actions as asuhan_actions
from rentan.berkas.queries import read_bersih
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.core.qr import parse_kode, read_codes
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.pekerja.status import Sektor
from rentan.surat_kuasa import actions, asli
from rentan.surat_kuasa.queries import (
    find_berjalan,
    get_surat,
    isi_draf_of,
    list_tawaran,
    plafon_usulan,
)
from rentan.surat_kuasa.status import MACHINE, AsliDi, StatusSurat
from tests.surat_kuasa.kertas import REKENING, add_asuhan, make_cetak, make_draf, pages, print_of, text_of
from tests.tolak import refusal

HARI = "2026-11-21T03:00:00Z"


@pytest.fixture(autouse=True)
def _hari() -> Any:
    with time_machine.travel(HARI, tick=False):
        yield


# -- M1 -----------------------------------------------------------------------------------------------------


def test_a_draft_begins_at_version_one(cast: Any) -> None:
    add_asuhan(cast.sari)
    surat = actions.buat(cast.sari.asn, by=cast.sari.pelaku)
    assert (surat.status, surat.urutan_versi, surat.dibantu) == (StatusSurat.DRAF, 1, False)
    assert surat.asli_di is AsliDi.NONE and surat.nomor is None
    assert [one.langkah for one in list_riwayat(MACHINE, surat)] == ["M1"]
    assert find_berjalan(cast.sari.asn.id) is surat


def test_one_version_at_a_time(cast: Any) -> None:
    add_asuhan(cast.sari)
    actions.buat(cast.sari.asn, by=cast.sari.pelaku)
    refused = refusal(lambda: actions.buat(cast.sari.asn, by=cast.sari.pelaku))
    assert refused.kode == "penjaga_m1" and "belum selesai" in refused.pesan


def test_without_a_worker_there_is_no_letter(cast: Any) -> None:
    assert "pekerja" in refusal(lambda: actions.buat(cast.sari.asn, by=cast.sari.pelaku)).pesan
    assert (
        actions.buat(cast.sari.asn, by=cast.sari.pelaku, alasan_penggantian="rekening_baru").status == "draf"
    )


@pytest.mark.parametrize("keadaan", [one for one in StatusAktif if one is not StatusAktif.AKTIF])
def test_only_those_in_service(cast: Any, keadaan: StatusAktif) -> None:
    add_asuhan(cast.sari)
    cast.sari.asn.status_aktif = keadaan
    refused = refusal(lambda: actions.buat(cast.sari.asn, by=cast.sari.pelaku))
    assert keadaan.label in refused.pesan


def test_who_may_begin_a_letter(cast: Any) -> None:
    add_asuhan(cast.sari)
    for orang in (cast.wati, cast.eko, cast.rini, cast.dewi, cast.agus, cast.joko):
        with pytest.raises(Forbidden):
            actions.buat(cast.sari.asn, by=orang.pelaku)
    surat = actions.buat(cast.sari.asn, by=cast.budi.pelaku)
    assert surat.dibantu


# -- filling ------------------------------------------------------------------------------------------------


def test_secrets_are_sealed(cast: Any) -> None:
    surat = make_draf(cast.sari)
    assert REKENING.encode() not in surat.rekening_enc
    assert b"Jalan" not in surat.isi_enc
    assert isi_draf_of(surat)["telepon"] == "+6281200000001"


def test_fields_keep_what_is_not_given(cast: Any) -> None:
    surat = make_draf(cast.sari)
    actions.isi_draf(surat, by=cast.sari.pelaku, plafon=50_000)
    actions.isi_draf(surat, by=cast.sari.pelaku, alamat="Jalan Lain 1")
    assert surat.plafon == 50_000 and surat.nama_rekening == "SARI REKAAN"
    assert isi_draf_of(surat) == {"alamat": "Jalan Lain 1", "telepon": "+6281200000001"}


@pytest.mark.parametrize(
    ("isian", "field"), [({"rekening": "12a"}, "nomor_rekening"), ({"plafon": 0}, "plafon")]
)
def test_impossible_fields(cast: Any, isian: dict[str, Any], field: str) -> None:
    surat = make_draf(cast.sari)
    assert refusal(lambda: actions.isi_draf(surat, by=cast.sari.pelaku, **isian)).field == field


def test_workers_are_named_once_in_order_and_only_own_ones(cast: Any) -> None:
    surat = make_draf(cast.sari, pekerja=3)
    satu, dua, tiga = (one.asuhan for one in surat.daftar)
    actions.sinkronkan_pekerja(surat, [tiga, satu, tiga], by=cast.sari.pelaku)
    db.session.commit()
    db.session.refresh(surat)
    assert [(one.asuhan_id, one.urutan) for one in surat.daftar] == [(tiga.id, 1), (satu.id, 2)]
    foreign = add_asuhan(cast.lina)
    assert (
        refusal(lambda: actions.sinkronkan_pekerja(surat, [foreign], by=cast.sari.pelaku)).kode
        == "pekerja_bukan_asuhan"
    )


def test_a_stale_page_changes_nothing(cast: Any) -> None:
    surat = make_draf(cast.sari)
    with pytest.raises(Stale):
        actions.isi_draf(surat, by=cast.sari.pelaku, plafon=99_000, versi=surat.versi - 1)
    with pytest.raises(Stale):
        actions.cetak(surat, by=cast.sari.pelaku, versi=surat.versi - 1)
    assert surat.status is StatusSurat.DRAF


# -- the ceiling --------------------------------------------------------------------------------------------


def test_the_ceiling_carries_the_end_of_the_cut(cast: Any) -> None:
    """December 2026 costs 8,400, January 2027 16,800: a ceiling of 8,400 would stop the second debit."""
    lain = add_asuhan(cast.sari)
    ojek = add_asuhan(cast.sari, nama="Ojek Rekaan", sektor=Sektor.TRANSPORTASI)
    desember = date(2026, 12, 1)
    assert plafon_usulan([lain], desember) == 16_800
    assert plafon_usulan([ojek], desember) == 16_800  # the transport cut ends in March 2027
    assert plafon_usulan([lain, ojek], desember) == 33_600
    surat = make_draf(cast.lina, plafon=8_400)
    refused = refusal(lambda: actions.cetak(surat, by=cast.lina.pelaku))
    assert refused.kode == "penjaga_m2" and "Rp16.800" in refused.pesan
    assert list_tawaran(surat, cast.lina.pelaku)["cetak"].alasan == refused.pesan
    assert surat.nomor is None and surat.sha256 is None


def test_exactly_the_highest_price_is_enough(cast: Any) -> None:
    surat = make_draf(cast.sari, plafon=16_799)
    assert refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku)).kode == "penjaga_m2"
    actions.isi_draf(surat, by=cast.sari.pelaku, plafon=16_800)
    actions.cetak(surat, by=cast.sari.pelaku)
    assert [one.harga_tertinggi for one in surat.daftar] == [16_800]


def test_old_age_savings_are_never_halved(cast: Any) -> None:
    asuhan = add_asuhan(cast.sari, program="JKK+JKM+JHT")
    assert plafon_usulan([asuhan], date(2026, 12, 1)) == 36_800


# -- M2 -----------------------------------------------------------------------------------------------------


def test_the_print_is_frozen(cast: Any) -> None:
    surat = make_draf(cast.sari)
    berkas = actions.cetak(surat, by=cast.sari.pelaku)
    pdf = read_bersih(berkas)
    assert surat.status is StatusSurat.DICETAK and surat.nomor == "000001/SK/XI/2026"
    assert surat.sha256 == hashlib.sha256(pdf).hexdigest() == berkas.sha256
    isi = isi_draf_of(surat)
    assert isi["plafon"] == 16_800 and isi["pemberi"]["nomor_rekening"] == REKENING
    assert isi["bulan_pertama"] == "2026-12-01" and isi["debet_pertama"] == "2026-12-01"
    for change in (
        lambda: actions.isi_draf(surat, by=cast.sari.pelaku, plafon=1_000_000),
        lambda: actions.sinkronkan_pekerja(surat, [], by=cast.sari.pelaku),
    ):
        assert refusal(change).kode == "sudah_dicetak"
    assert refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku)).kode == "status_tidak_cocok"


def test_the_print_does_not_follow_later_changes(cast: Any) -> None:
    surat = make_cetak(cast.sari)
    before = print_of(surat)
    cast.sari.asn.nama, cast.sari.asn.jabatan = "Nama Baru", "Jabatan Baru"
    surat.daftar[0].asuhan.pekerja.nama = "Pekerja Berganti Nama"
    db.session.commit()
    assert print_of(surat) == before


def test_what_the_paper_says(cast: Any) -> None:
    surat = make_cetak(cast.sari, pekerja=2)
    text = text_of(print_of(surat))
    nip = cast.sari.asn.nip
    for wanted in (
        surat.nomor,
        surat.ref,
        "Sari Rekaan",
        f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}",
        "Penata Layanan Operasional",
        "Jalan Contoh Nomor 7",
        REKENING,
        "SARI REKAAN",
        "Rp33.600",
        "tiga puluh tiga ribu enam ratus rupiah",
        "Desember 2026",
        "Selasa, 1 Desember 2026",
        "Slamet Rekaan 1",
        "Slamet Rekaan 2",
        "Rp16.800",  # both workers in December: 2 x 8,400
        "JKK+JKM",
        "Meterai",
        "Semarang",
    ):
        assert wanted in text, wanted
    for row in surat.daftar:
        digits = reveal(row.asuhan.pekerja, "nik") or ""
        assert digits[:12] + "••••" in text
        assert digits not in text, "the serial stays hidden: the donor's pages show the rest (MSK-1)"


def test_every_page_carries_its_code(cast: Any) -> None:
    surat = make_cetak(cast.sari)
    codes = [parse_kode(text) for page in pages(print_of(surat)) for text in read_codes(page)]
    letter = [one for one in codes if one and hasattr(one, "halaman")]
    assert [(one.ref, one.versi, one.halaman, one.jumlah) for one in letter] == [
        (surat.ref, 1, n, surat.halaman) for n in range(1, surat.halaman + 1)
    ]
    assert [one.jenis for one in codes if one and hasattr(one, "jenis")] == ["KTP", "BUKU"]


@pytest.mark.parametrize("kurang", ["rekening_enc", "nama_rekening", "bulan_pertama", "plafon", "isi_enc"])
def test_nothing_may_be_missing(cast: Any, kurang: str) -> None:
    surat = make_draf(cast.sari)
    setattr(surat, kurang, None)
    assert refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku)).kode == "penjaga_m2"


def test_a_cancelled_worker_is_not_printed(cast: Any) -> None:
    surat = make_draf(cast.sari, pekerja=2)
    asuhan_actions.batal(surat.daftar[0].asuhan, by=cast.sari.pelaku)
    assert "tidak lagi Anda asuh" in refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku)).pesan


def test_one_period_in_a_letter(cast: Any) -> None:
    surat = make_draf(cast.sari)
    asuhan = [surat.daftar[0].asuhan, add_asuhan(cast.sari, periode=12)]
    actions.sinkronkan_pekerja(surat, asuhan, by=cast.sari.pelaku)
    assert "harus sama" in refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku)).pesan


def test_the_first_month_still_open(cast: Any) -> None:
    """The list of December freezes five working days before the first: 24 November."""
    surat = make_draf(cast.sari)
    with time_machine.travel("2026-11-25T03:00:00Z", tick=False):
        refused = refusal(lambda: actions.cetak(surat, by=cast.sari.pelaku))
    assert "Januari 2027" in refused.pesan


def test_numbers_run_and_are_not_reused(cast: Any) -> None:
    first, second = make_cetak(cast.sari), make_cetak(cast.lina)
    assert (first.nomor, second.nomor) == ("000001/SK/XI/2026", "000002/SK/XI/2026")
    assert first.ref != second.ref


def test_the_operator_prints_on_behalf_and_wati_does_not(cast: Any) -> None:
    surat = make_draf(cast.sari, by=cast.budi.pelaku)
    with pytest.raises(Forbidden):
        actions.cetak(surat, by=cast.wati.pelaku)
    with pytest.raises(Forbidden):
        actions.cetak(surat, by=cast.rini.pelaku)
    actions.cetak(surat, by=cast.budi.pelaku)
    assert surat.dibantu and list_riwayat(MACHINE, surat)[-1].peran == "operator_opd"
    with pytest.raises(RuleError, match="tidak ditemukan"):
        get_surat(surat.id, seen_by=cast.wati.pelaku)


# -- M3 -----------------------------------------------------------------------------------------------------


def test_a_change_after_printing_is_a_new_version(cast: Any) -> None:
    lama = make_cetak(cast.sari)
    baru = actions.ubah(lama, by=cast.sari.pelaku)
    assert (lama.status, baru.status) == (StatusSurat.DIBATALKAN, StatusSurat.DRAF)
    assert (baru.urutan_versi, baru.nomor) == (2, lama.nomor)
    assert baru.ref != lama.ref
    assert [one.langkah for one in list_riwayat(MACHINE, lama)] == ["M1", "M2", "M3"]
    assert [one.langkah for one in list_riwayat(MACHINE, baru)] == ["M3"]
    actions.isi_draf(baru, by=cast.sari.pelaku, plafon=40_000)
    actions.cetak(baru, by=cast.sari.pelaku)
    text = text_of(print_of(baru))
    assert REKENING in text and "Jalan Contoh Nomor 7" in text and "Rp40.000" in text and "versi 2" in text
    assert print_of(lama) != print_of(baru)


def test_a_letter_in_the_office_is_not_changed(cast: Any) -> None:
    surat = make_cetak(cast.sari)
    asli.pindah_asli(surat, AsliDi.OPD, by=cast.budi.pelaku)
    assert refusal(lambda: actions.ubah(surat, by=cast.sari.pelaku)).kode == "penjaga_m3"
    asli.pindah_asli(surat, AsliDi.KEMBALI, by=cast.budi.pelaku)
    assert actions.ubah(surat, by=cast.sari.pelaku).urutan_versi == 2
