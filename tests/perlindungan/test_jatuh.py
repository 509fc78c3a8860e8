"""/perlindungan: who stands in the list, why, and who reads which names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Jejak
from rentan.ext import db
from rentan.iuran.status import AlasanTahan, KelasGagal, StatusBpjs, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.perlindungan import queries
from rentan.perlindungan.hitung import hitung_perlindungan
from rentan.perlindungan.queries import Baris, Saringan, list_jatuh
from rentan.perlindungan.sebab import JALAN, TABEL, Fakta, Sebab, sebab_dari
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import JadwalBulan
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran

AGU, SEP, OKT, NOV = (date(2026, bulan, 1) for bulan in (8, 9, 10, 11))
HARI = "2026-11-21T03:00:00Z"
S, B = StatusIuran, StatusBpjs


def lindungi(pekerja: Pekerja, lunas: date, status: StatusPekerja = StatusPekerja.AKTIF) -> Pekerja:
    """As if BPJS had recorded everything through that month."""
    pekerja.status, pekerja.lunas_sampai = status, lunas
    pekerja.sumber, pekerja.sumber_pada = SumberPerlindungan.DIKONFIRMASI, date(2026, 11, 16)
    db.session.flush()
    return pekerja


def satu(asn: Any = None, lunas: date = OKT, **more: Any) -> Any:
    """One donor and a worker whose months are recorded through ``lunas``; the sponsorship."""
    asuhan = make_donatur(asn, **more).asuhan[0]
    asuhan.status = StatusAsuhan.AKTIF
    lindungi(asuhan.pekerja, lunas)
    return asuhan


def only(cast: Cast) -> Baris:
    (row,) = list_jatuh(seen_by=cast.bayu.pelaku)
    return row


JADWAL = JadwalBulan(
    bulan=NOV, kandidat=date(2026, 10, 19), kunci=date(2026, 10, 26), setuju=date(2026, 10, 27),
    kirim=date(2026, 10, 28), debet=date(2026, 11, 2), hasil=date(2026, 11, 4), ulang=date(2026, 11, 5),
    setor=date(2026, 11, 9), jawab=date(2026, 11, 16),
)  # fmt: skip
AWAL = date(2026, 10, 20)
BIASA: dict[str, Any] = {"asuhan": StatusAsuhan.AKTIF, "surat": StatusSurat.AKTIF}


@pytest.mark.parametrize(
    ("sebab", "hari", "fakta"),
    [
        (Sebab.DITOLAK_BPJS, NOV, {"uang": S.BERHASIL, "bpjs": B.DITOLAK_BPJS}),
        (Sebab.MENUNGGU_CATATAN, NOV, {"uang": S.BERHASIL, "bpjs": B.DISETOR}),
        (Sebab.BELUM_DISETOR, NOV, {"uang": S.BERHASIL, "bpjs": B.BELUM, "surat": StatusSurat.DICABUT}),
        (Sebab.BELUM_DISETOR, NOV, {"uang": S.DARI_KREDIT, "bpjs": B.DALAM_SETORAN}),
        (Sebab.TANPA_KABAR, NOV, {"uang": S.TANPA_KABAR, "bpjs": B.BELUM}),
        (Sebab.MENUNGGU_BANK, date(2026, 11, 4), {"uang": S.DIKIRIM, "bpjs": B.BELUM}),
        (Sebab.TANPA_KABAR, date(2026, 11, 5), {"uang": S.DIKIRIM, "bpjs": B.BELUM}),
        (Sebab.KUASA_DICABUT, NOV, {"asuhan": StatusAsuhan.MENCARI_PENGGANTI, "surat": StatusSurat.DICABUT}),
        (Sebab.MENCARI_PENGGANTI, NOV, {"asuhan": StatusAsuhan.MENCARI_PENGGANTI}),
        (Sebab.MENCARI_PENGGANTI, NOV, {"asuhan": None, "surat": None}),
        (Sebab.JEDA, NOV, {"asuhan": StatusAsuhan.DIJEDA}),
        (Sebab.JEDA, NOV, {"surat": StatusSurat.DITANGGUHKAN}),
        (Sebab.SALDO, NOV, {"uang": S.GAGAL, "kelas": KelasGagal.COBA_LAGI}),
        (Sebab.REKENING, NOV, {"uang": S.GAGAL, "kelas": KelasGagal.PERBAIKI_DATA}),
        (Sebab.DITOLAK_BANK, NOV, {"uang": S.GAGAL, "kelas": KelasGagal.HENTIKAN}),
        (Sebab.PLAFON, NOV, {"uang": S.DITAHAN, "tahan": AlasanTahan.PLAFON}),
        (Sebab.DITAHAN, NOV, {"uang": S.DITAHAN, "tahan": AlasanTahan.DIMINTA}),
        (Sebab.KUASA_TIDAK_BERLAKU, NOV, {"surat": StatusSurat.BERAKHIR}),
        (Sebab.KUASA_TIDAK_BERLAKU, NOV, {"uang": S.DITAHAN, "tahan": AlasanTahan.MANDAT}),
        (Sebab.MENUNGGU_DEBET, AWAL, {}),
        (Sebab.MENUNGGU_DEBET, date(2026, 10, 28), {"uang": S.TERJADWAL}),
        (Sebab.BERKAS_TERLAMBAT, date(2026, 10, 27), {}),
        (Sebab.BERKAS_TERLAMBAT, date(2026, 10, 29), {"uang": S.DALAM_BATCH}),
    ],
)
def test_the_first_cause_that_holds_is_named(sebab: Sebab, hari: date, fakta: dict[str, Any]) -> None:
    assert sebab_dari(Fakta(hari, JADWAL, **(BIASA | fakta))) is sebab


def test_every_cause_has_its_place_in_the_table_and_a_way_out() -> None:
    assert {sebab for sebab, _ in TABEL} == set(Sebab) == set(JALAN)


def test_a_failed_debit_is_not_named_after_it_was_paid_otherwise() -> None:
    lama = {"uang": S.DIBAYAR_LAIN, "bpjs": B.BELUM, "kelas": KelasGagal.COBA_LAGI}
    assert sebab_dari(Fakta(NOV, JADWAL, **(BIASA | lama))) is Sebab.BELUM_DISETOR


@pytest.mark.kedua_basis
@pytest.mark.time_machine(HARI)
def test_who_ends_within_45_days_stands_in_the_list_with_why_and_how_much(cast: Cast) -> None:
    make_iuran(satu(lunas=NOV), NOV, S.BERHASIL, dibayar_pada=NOV)
    risiko = satu(lunas=OKT)
    make_iuran(risiko, NOV, S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)

    row = only(cast)
    assert (row.nama, row.aman, row.bulan) == (risiko.pekerja.nama, date(2026, 12, 31), NOV)
    assert (row.sebab, row.jalan.siapa.value) == (Sebab.SALDO, "bendahara")
    assert (row.termurah.bulan, row.termurah.jumlah) == ((NOV,), 8_400)
    assert row.termurah.terakhir.debet == date(2026, 12, 1)
    assert row.tua is False


@pytest.mark.time_machine(HARI)
def test_money_that_is_in_is_not_asked_for_again(cast: Cast) -> None:
    asuhan = satu(lunas=SEP)
    lindungi(asuhan.pekerja, SEP, StatusPekerja.TENGGANG_1)
    make_iuran(asuhan, OKT, S.BERHASIL, dibayar_pada=OKT)

    row = only(cast)
    assert (row.sebab, row.aman) == (Sebab.BELUM_DISETOR, date(2026, 11, 30))
    assert (row.termurah.bulan, row.termurah.jumlah) == ((OKT, NOV), 8_400)


@pytest.mark.time_machine(HARI)
def test_64_and_over_come_first_whatever_the_date(cast: Cast) -> None:
    satu(lunas=SEP)
    tua = satu(lunas=OKT, lahir_pekerja=date(1962, 12, 31))

    rows = list_jatuh(seen_by=cast.bayu.pelaku)
    assert [one.tua for one in rows] == [True, False]
    assert rows[0].pekerja_id == tua.pekerja_id


@pytest.mark.time_machine(HARI)
def test_half_of_a_catch_up_is_said_though_the_state_stays(cast: Cast, client_as: Callable[..., Any]) -> None:
    tercatat = satu(lunas=SEP).pekerja  # October is missing still, September came late
    terbayar = satu(lunas=AGU)
    lindungi(tercatat, SEP, StatusPekerja.TENGGANG_2)
    lindungi(terbayar.pekerja, AGU, StatusPekerja.TENGGANG_2)
    make_iuran(terbayar, SEP, S.BERHASIL, dibayar_pada=OKT)
    kosong = satu(lunas=AGU).pekerja
    lindungi(kosong, AGU, StatusPekerja.TENGGANG_2)

    separuh = {one.pekerja_id for one in list_jatuh(seen_by=cast.bayu.pelaku) if one.separuh}
    assert separuh == {tercatat.id, terbayar.pekerja_id}
    html = client_as(cast.bayu).get("/perlindungan").text
    assert html.count("sudah terbayar satu dari dua bulan") == 2


@pytest.mark.time_machine(HARI)
def test_a_first_month_that_came_late_and_a_donor_who_stopped_leave_nobody_out(cast: Cast) -> None:
    asuhan = satu(lunas=SEP)
    lindungi(asuhan.pekerja, SEP, StatusPekerja.TERDAFTAR)  # W11 asks for the running month
    assert hitung_perlindungan() == 0
    for status in (StatusAsuhan.MENCARI_PENGGANTI, StatusAsuhan.BERAKHIR):
        asuhan.status = status
        db.session.flush()
        row = only(cast)
        assert (row.status, row.aman) == (StatusPekerja.TERDAFTAR, date(2026, 11, 30))
        assert (row.sebab, row.jalan.siapa.value) == (Sebab.MENCARI_PENGGANTI, "petugas_bpjs")


@pytest.mark.time_machine(HARI)
def test_who_was_never_paid_for_is_listed_apart(cast: Cast) -> None:
    baru = make_donatur(mulai=date(2026, 12, 1)).asuhan[0]

    assert list_jatuh(seen_by=cast.bayu.pelaku) == []
    (row,) = list_jatuh(seen_by=cast.bayu.pelaku, belum=True)
    assert (row.pekerja_id, row.aman, row.bulan) == (baru.pekerja_id, None, date(2026, 12, 1))


@pytest.mark.time_machine(HARI)
def test_a_successor_counts_and_not_the_donor_who_stopped(cast: Cast) -> None:
    lama = satu(cast.sari.asn)
    lama.status, lama.alasan_akhir = StatusAsuhan.MENCARI_PENGGANTI, "donatur_berhenti"
    assert only(cast).sebab is Sebab.MENCARI_PENGGANTI

    baru = make_donatur(cast.eko.asn).asuhan[0]
    baru.status, baru.pekerja_id = StatusAsuhan.AKTIF, lama.pekerja_id
    db.session.flush()
    assert only(cast).donatur == "Eko Rekaan"
    assert list_jatuh(seen_by=cast.budi.pelaku) == []
    assert len(list_jatuh(seen_by=cast.wati.pelaku)) == 1


@pytest.mark.time_machine(HARI)
def test_filters_use_what_is_shown(cast: Cast) -> None:
    satu(cast.sari.asn)
    satu(cast.eko.asn)
    rows = list_jatuh(seen_by=cast.bayu.pelaku)
    kode = next(one.opd_kode for one in rows if one.donatur == "Eko Rekaan")

    assert [one.donatur for one in queries.saring(rows, Saringan(opd=kode))] == ["Eko Rekaan"]
    assert queries.saring(rows, Saringan(sebab=Sebab.SALDO)) == []
    assert len(queries.saring(rows, Saringan(siapa=rows[0].jalan.siapa))) == 2
    assert queries.count_sebab(rows) == [(Sebab.BERKAS_TERLAMBAT, 2)]


@pytest.mark.time_machine(HARI)
def test_each_role_reads_its_own_part(cast: Cast, client_as: Callable[..., Any]) -> None:
    nama = satu(cast.sari.asn).pekerja.nama
    db.session.commit()

    def page(orang: Any, path: str = "/perlindungan") -> str:
        return str(client_as(orang).get(path).get_data(as_text=True))

    for orang in (cast.bayu, cast.hadi, cast.budi):
        assert nama in page(orang), orang
    assert nama not in page(cast.wati)
    assert "Tidak ada yang terancam" in page(cast.wati)
    assert nama not in page(cast.agus)
    assert 'data-uji="jatuh-jumlah">1<' in page(cast.agus)
    assert client_as(cast.agus).get("/perlindungan/cetak").status_code == 404
    assert client_as(cast.agus).get("/perlindungan/unduh.xlsx").status_code == 404
    assert client_as(cast.rini).get("/perlindungan").status_code == 403
    assert nama in page(cast.budi, "/perlindungan/cetak?sebab=berkas_terlambat")
    assert db.session.scalars(db.select(Jejak.peristiwa).where(Jejak.peristiwa == "nama_dilihat")).all()


@pytest.mark.time_machine(HARI)
def test_pages_follow_each_other_and_files_carry_the_filter(
    cast: Cast, client_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rentan.perlindungan.views._banyak", lambda: 1)
    satu(cast.sari.asn)
    kedua = satu(cast.eko.asn)
    db.session.commit()
    browser = client_as(cast.bayu)

    html = browser.get("/perlindungan").get_data(as_text=True)
    assert "Berikutnya" in html
    first = list_jatuh(seen_by=cast.bayu.pelaku)[0].pekerja_id
    html = browser.get(f"/perlindungan?sesudah={first}").get_data(as_text=True)
    assert kedua.pekerja.nama in html
    assert "Berikutnya" not in html
    assert browser.get("/perlindungan?sesudah=abc").status_code == 404
    assert browser.get("/perlindungan?daftar=lain").status_code == 404
    assert browser.get("/perlindungan?sebab=saldo").status_code == 200
    assert browser.get("/perlindungan?sebab=asal").status_code == 422

    answer = browser.get("/perlindungan/unduh.xlsx?sebab=berkas_terlambat")
    assert answer.status_code == 200
    ekspor = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "ekspor")).one()
    assert "sebab=berkas_terlambat" in ekspor.rincian
