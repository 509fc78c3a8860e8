"""Building, locking, approving, paying a remittance; what stays out and why (P1-P3, B1-B5, B12)."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.exc import IntegrityError

from rentan.core.clock import today
from rentan.core.errors import Forbidden, RuleError
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs, StatusIuran
from rentan.iuran.tersetor import AlasanTinggal
from rentan.paket import actions
from rentan.paket.actions import read_berkas
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.status import StatusPekerja
from rentan.setoran import daftar
from rentan.setoran.actions import pay_setoran
from rentan.setoran.models import BarisSetor
from rentan.setoran.penangan import PENANGAN
from rentan.setoran.queries import list_calon
from rentan.setoran.status import HasilSetor
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran
from tests.setoran.maker import approve, build, make_lunas, pay, send

B = StatusBpjs


def _bulan(n: int) -> date:
    """First day of the n-th month from this one."""
    return tambah_bulan(awal_bulan(today()), n)


def test_money_goes_to_bpjs_and_the_ledger_says_so(cast: Cast) -> None:
    donor = make_donatur(cast.sari.asn, pekerja=2)
    rows = [make_lunas(one, _bulan(0)) for one in donor.asuhan]
    make_iuran(make_donatur().asuhan[0], _bulan(0))  # not paid: stays out
    paket = build(cast)
    assert paket.jumlah == 2 and paket.periode == _bulan(0)
    assert {one.status_bpjs for one in rows} == {B.DALAM_SETORAN}
    approve(cast, paket)
    assert paket.uang is not None and paket.uang.jumlah_rupiah == sum(one.jumlah for one in rows)
    before = buku.saldo(AkunBuku.TITIPAN_IURAN)
    pay(cast, paket)
    assert paket.status is StatusPaket.DIKIRIM
    assert {one.status_bpjs for one in rows} == {B.DISETOR}
    assert buku.saldo(AkunBuku.TITIPAN_IURAN) - before == paket.uang.jumlah_rupiah
    assert PENANGAN.berhasil_rupiah(paket) == paket.uang.jumlah_rupiah
    assert paket.uang.nomor_bukti == "NTPN-1" and paket.uang.kredit_bank == paket.uang.jumlah_rupiah


def test_the_form_holds_text_and_is_the_same_on_every_download(cast: Cast) -> None:
    row = make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = build(cast)
    approve(cast, paket)
    data = read_berkas(paket)
    header, line = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert header == ["NIK", "NAMA", "KPJ", "BULAN", "JUMLAH"]
    assert line[3] == f"{row.periode:%m-%Y}" and line[4] == str(row.jumlah) and len(line[0]) == 16
    row.pekerja.nama = "Nama Baru Rekaan"
    db.session.flush()
    assert read_berkas(paket) == data


def test_more_rows_than_a_file_may_hold_go_into_a_zip(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in make_donatur(pekerja=3).asuhan:
        make_lunas(one, _bulan(0))
    batas = SimpleNamespace(baris_daftar_bpjs=2)
    monkeypatch.setattr(daftar, "runtime", lambda: SimpleNamespace(profil=SimpleNamespace(batas=batas)))
    paket = build(cast)
    approve(cast, paket)
    assert paket.nama_berkas and paket.nama_berkas.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(read_berkas(paket))) as archive:
        assert len(archive.namelist()) == 2


def test_a_later_month_waits_for_the_older_one(cast: Cast) -> None:
    donor = make_donatur(pekerja=3)
    gap, both, refused = donor.asuhan
    gap.pekerja.lunas_sampai = _bulan(-3)
    make_lunas(gap, _bulan(-1))  # month -2 was paid by nobody
    make_lunas(both, _bulan(-1))
    make_lunas(both, _bulan(0))
    turned = make_lunas(refused, _bulan(-1))
    turned.status_bpjs = B.DITOLAK_BPJS
    make_lunas(refused, _bulan(0))
    db.session.flush()
    standing = {(one.pekerja_id, one.periode): one for one in list_calon()}
    assert standing[gap.pekerja_id, _bulan(-1)].alasan is AlasanTinggal.SELA
    assert standing[gap.pekerja_id, _bulan(-1)].bulan == _bulan(-2)
    assert standing[refused.pekerja_id, _bulan(0)].alasan is AlasanTinggal.DITOLAK_DULU
    paket = build(cast)
    lines = PENANGAN.list_baris(paket, sesudah=0, banyak=10)
    assert paket.jumlah == len(lines) == 2 and all(both.pekerja.nama == one.judul for one in lines)
    assert PENANGAN.bulan_isi(paket) == (_bulan(-1), _bulan(0)), "the page says of which months it is"
    assert {one.alasan for one in PENANGAN.list_dikecualikan(paket, banyak=10)} == {
        standing[gap.pekerja_id, _bulan(-1)].kalimat,
        standing[refused.pekerja_id, _bulan(0)].kalimat,
    }


def test_a_month_that_was_refunded_after_its_remittance_is_not_missing(cast: Cast) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.lunas_sampai = _bulan(-2)
    refunded, later = make_lunas(asuhan, _bulan(-1)), make_lunas(asuhan, _bulan(0))
    refunded.status = StatusIuran.DIKEMBALIKAN
    for bpjs, alasan in ((B.DISETOR, None), (B.DITOLAK_BPJS, AlasanTinggal.SELA)):
        refunded.status_bpjs = bpjs
        db.session.flush()
        assert [(one.iuran_id, one.alasan) for one in list_calon()] == [(later.id, alasan)]


@pytest.mark.parametrize(
    ("status", "alasan"),
    [
        (StatusPekerja.BERAKHIR, AlasanTinggal.KELUAR),
        (StatusPekerja.NONAKTIF, AlasanTinggal.TERHENTI),
        (StatusPekerja.DIAJUKAN_BPJS, AlasanTinggal.BELUM_TERDAFTAR),
        (StatusPekerja.TENGGANG_2, None),
    ],
)
def test_the_workers_cover_decides(cast: Cast, status: StatusPekerja, alasan: AlasanTinggal | None) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.status = status
    make_lunas(asuhan, _bulan(0))
    assert [one.alasan for one in list_calon()] == [alasan]


def test_months_before_the_membership_and_months_recorded_already_stay_out(cast: Cast) -> None:
    early, late = make_donatur(pekerja=2).asuhan
    early.pekerja.mulai_masa = _bulan(0)
    make_lunas(early, _bulan(-1))
    make_lunas(early, _bulan(0))
    late.pekerja.lunas_sampai = _bulan(0)
    make_lunas(late, _bulan(0))
    found = {(one.pekerja_id, one.periode): one.alasan for one in list_calon()}
    assert found[early.pekerja_id, _bulan(-1)] is AlasanTinggal.SEBELUM_MASA
    assert found[early.pekerja_id, _bulan(0)] is None
    assert found[late.pekerja_id, _bulan(0)] is AlasanTinggal.SUDAH_TERCATAT


def test_a_line_taken_out_takes_the_later_months_along(cast: Cast) -> None:
    asuhan = make_donatur().asuhan[0]
    rows = [make_lunas(asuhan, _bulan(n)) for n in (-1, 0)]
    make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = build(cast)
    assert paket.jumlah == 3
    line = db.session.scalar(db.select(BarisSetor).where(BarisSetor.iuran_id == rows[0].id))
    actions.keluarkan_baris(paket, line.id, by=cast.bayu.pelaku)
    assert paket.jumlah == 1
    assert [one.status_bpjs for one in rows] == [B.BELUM, B.BELUM]
    with pytest.raises(RuleError, match="sudah dikeluarkan"):
        actions.keluarkan_baris(paket, line.id, by=cast.bayu.pelaku)
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    assert paket.jumlah == 1


def test_a_cancelled_batch_frees_its_lines_for_the_next(cast: Cast) -> None:
    row = make_lunas(make_donatur().asuhan[0], _bulan(0))
    first = build(cast)
    with pytest.raises(RuleError) as open_still:
        actions.susun_paket(JenisPaket.SETOR, today(), by=cast.bayu.pelaku)
    assert open_still.value.kode == "paket_terbuka"
    actions.batal_paket(first, by=cast.bayu.pelaku, alasan="Salah susun")
    assert row.status_bpjs is B.BELUM
    second = send(cast)
    assert second.jumlah == 1 and row.status_bpjs is B.DISETOR
    with pytest.raises(RuleError) as empty:
        build(cast)
    assert empty.value.kode == "paket_kosong"


def test_money_taken_back_after_the_lock_stops_the_payment(cast: Cast) -> None:
    row = make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = build(cast)
    approve(cast, paket)
    db.session.execute(
        db.update(Iuran).where(Iuran.id == row.id).values(status=StatusIuran.GAGAL, kelas_gagal="coba_lagi")
    )
    with pytest.raises(RuleError) as refused:
        pay(cast, paket)
    assert refused.value.kode == "baris_berubah"


def test_payment_needs_the_treasurer_the_total_and_a_possible_day(cast: Cast) -> None:
    make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = build(cast)
    with pytest.raises(RuleError):
        pay(cast, paket)  # not approved yet
    approve(cast, paket)
    good = {"nomor": "N-1", "tanggal": today(), "jumlah": paket.uang.jumlah_rupiah}
    for wrong, kode in (
        ({"jumlah": good["jumlah"] - 1}, "jumlah_beda"),
        ({"nomor": "  "}, "tanpa_bukti"),
        ({"tanggal": today() + timedelta(days=1)}, "tanggal"),
        ({"tanggal": today() - timedelta(days=1)}, "tanggal"),
    ):
        with pytest.raises(RuleError) as refused:
            pay_setoran(paket, **(good | wrong), by=cast.hadi.pelaku)
        assert refused.value.kode == kode
    with pytest.raises((Forbidden, RuleError)):
        pay_setoran(paket, **good, by=cast.bayu.pelaku)
    with pytest.raises((Forbidden, RuleError)):
        pay_setoran(paket, **good, by=cast.wati.pelaku)
    with pytest.raises(RuleError) as proof:
        actions.kirim_paket(paket, by=cast.hadi.pelaku)
    assert proof.value.kode == "tanpa_bukti"
    db.session.rollback()


def test_a_paid_remittance_is_not_refused_as_a_file(cast: Cast) -> None:
    make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = send(cast)
    with pytest.raises(RuleError, match="per baris"):
        PENANGAN.setelah_tolak_berkas(paket, by=cast.hadi.pelaku)


@pytest.mark.kedua_basis
def test_a_contribution_is_in_one_waiting_remittance_only(cast: Cast) -> None:
    """Also by the database, whatever a program does."""
    row = make_lunas(make_donatur().asuhan[0], _bulan(0))
    paket = send(cast)
    line = db.session.scalar(db.select(BarisSetor).where(BarisSetor.iuran_id == row.id))
    again = {c.name: getattr(line, c.name) for c in BarisSetor.__table__.columns} | {
        "id": paket.id,
        "urutan": 99,
        "hasil": HasilSetor.MENUNGGU,
    }
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(db.insert(BarisSetor), [again])
