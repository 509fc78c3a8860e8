"""Closing a month: only with everything in agreement or owned, by somebody who imported nothing, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rentan.cermin.actions import close_bulan, open_urusan_sel
from rentan.cermin.queries import count_sel, list_penghalang
from rentan.core.clock import now
from rentan.core.errors import Forbidden, RuleError
from rentan.core.imports_base import Impor, JenisImpor, StatusImpor
from rentan.ext import db
from rentan.iuran.bulan import bulan_ditutup, list_bulan_ditutup
from rentan.iuran.jadwal import jadwalkan, jadwalkan_asuhan
from rentan.iuran.models import BulanTutup, Iuran
from rentan.iuran.status import JenisUrusan, KelasGagal, StatusBpjs, StatusIuran
from rentan.paket.models import Paket, PaketUang, Pengecualian
from rentan.paket.status import JenisPaket, StatusPaket
from tests.cast import Cast
from tests.cermin.test_cermin import OKT, cabut, sepasang, urusan
from tests.threads import run_at_once

S, B = StatusIuran, StatusBpjs


def paket(status: StatusPaket, jenis: JenisPaket = JenisPaket.DEBET, pengimpor: Any = None) -> Paket:
    row = Paket(
        id=uuid.uuid4(), jenis=jenis, status=status, periode=OKT, dibuat_pada=now(), sha256="0" * 64,
        kunci_berkas="uji", nomor=f"UJI-{uuid.uuid4().hex[:6]}", dikunci_pada=now(), disetujui_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add(PaketUang(paket_id=row.id, tanggal=OKT, pengimpor=pengimpor))
    db.session.flush()
    return row


def test_a_month_in_agreement_is_closed_with_its_counts(cast: Cast) -> None:
    sepasang(S.BERHASIL, B.TERCATAT)
    sepasang(S.DIHAPUSKAN)
    paket(StatusPaket.DITUTUP, pengimpor=cast.hadi.akun.id)

    row = close_bulan(date(2026, 10, 20), by=cast.yuni.pelaku)
    assert (row.periode, row.ditutup_oleh) == (OKT, cast.yuni.akun.id)
    assert (row.ringkasan["111"], row.ringkasan["000"], row.ringkasan["110"]) == (1, 1, 0)
    assert bulan_ditutup(date(2026, 10, 31)) and not bulan_ditutup(date(2026, 11, 1))
    assert list_bulan_ditutup([OKT, date(2026, 11, 1)]) == {OKT}
    with pytest.raises(RuleError, match="sudah ditutup"):
        close_bulan(OKT, by=cast.yuni.pelaku)


def test_a_mismatch_needs_somebody_who_sees_to_it(cast: Cast) -> None:
    asuhan = sepasang(S.BERHASIL)
    with pytest.raises(RuleError, match="belum ada yang mengurus"):
        close_bulan(OKT, by=cast.yuni.pelaku)

    row = urusan(asuhan, JenisUrusan.CERMIN)
    with pytest.raises(RuleError, match="tanpa pemilik atau tanggal"):
        close_bulan(OKT, by=cast.yuni.pelaku)

    row.pemilik_id, row.tenggat = cast.bayu.akun.id, date(2026, 11, 30)
    db.session.flush()
    assert close_bulan(OKT, by=cast.yuni.pelaku).ringkasan["110"] == 1


def test_a_mismatch_whose_matter_was_closed_does_not_stand_in_the_way(cast: Cast) -> None:
    asuhan = sepasang(S.BERHASIL)
    cabut(asuhan, date(2026, 9, 30))
    urusan(asuhan, JenisUrusan.CERMIN, sel="010", selesai_pada=now(), catatan="Dikembalikan bulan depan.")

    by = cast.yuni.pelaku
    assert list_penghalang(OKT, count_sel(OKT, seen_by=by), by=by) == []


@pytest.mark.parametrize(
    "jenis", [JenisPaket.DEBET, JenisPaket.ULANG, JenisPaket.SETOR], ids=lambda one: one.value
)
def test_every_batch_of_money_must_be_finished(cast: Cast, jenis: JenisPaket) -> None:
    row = paket(StatusPaket.HASIL_LENGKAP, jenis)
    with pytest.raises(RuleError, match="masih “Lengkap, belum dicocokkan”"):
        close_bulan(OKT, by=cast.yuni.pelaku)

    row.status = StatusPaket.DIBATALKAN
    db.session.flush()
    close_bulan(OKT, by=cast.yuni.pelaku)


def test_an_open_exception_needs_an_owner_and_a_date(cast: Cast) -> None:
    batch = paket(StatusPaket.DITUTUP)
    impor = Impor(
        id=uuid.uuid4(), jenis=JenisImpor.CALON, status=StatusImpor.GAGAL, sha256="0" * 64, akhiran=".csv",
        kunci_berkas="", kemajuan=100, dibuat_pada=now(), kedaluwarsa_pada=now(),
    )  # fmt: skip
    db.session.add(impor)
    db.session.flush()
    one = Pengecualian(
        jenis=JenisImpor.CALON, impor_id=impor.id, paket_id=batch.id, lembar="", baris=2, kode="asing",
        pesan="Uji.", dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()
    with pytest.raises(RuleError, match="1 baris jawaban"):
        close_bulan(OKT, by=cast.yuni.pelaku)

    one.pemilik_id, one.tenggat = cast.hadi.akun.id, date(2026, 11, 30)
    db.session.flush()
    close_bulan(OKT, by=cast.yuni.pelaku)


def test_who_imported_results_does_not_close_and_nobody_but_an_approver(cast: Cast) -> None:
    paket(StatusPaket.DITUTUP, pengimpor=cast.yuni.akun.id)

    with pytest.raises(RuleError, match="penyetuju lain"):
        close_bulan(OKT, by=cast.yuni.pelaku)
    for orang in (cast.hadi, cast.bayu, cast.wati, cast.dewi):
        with pytest.raises(Forbidden):
            close_bulan(OKT, by=orang.pelaku)


@pytest.mark.time_machine("2026-11-21T03:00:00Z")
def test_a_month_is_not_closed_before_its_debit_day(cast: Cast) -> None:
    with pytest.raises(RuleError, match="1 Desember 2026, belum tiba"):
        close_bulan(date(2026, 12, 1), by=cast.yuni.pelaku)


@pytest.mark.time_machine("2026-11-21T03:00:00Z")
def test_nothing_new_is_asked_for_a_closed_month(cast: Cast) -> None:
    asuhan = sepasang(None)
    db.session.add(BulanTutup(periode=date(2026, 11, 1), ditutup_pada=now(), ringkasan={}))
    db.session.flush()

    jadwalkan()
    months = set(db.session.scalars(db.select(Iuran.periode).where(Iuran.asuhan_id == asuhan.id)))
    assert date(2026, 11, 1) not in months and date(2026, 12, 1) in months
    with pytest.raises(RuleError, match="November 2026 sudah ditutup"):
        jadwalkan_asuhan(asuhan, [date(2026, 11, 1)])


@pytest.mark.kedua_basis
def test_two_at_once_close_it_once(cast: Cast, app: Any) -> None:
    sepasang(S.BERHASIL, B.TERCATAT)
    by = cast.yuni.pelaku
    db.session.commit()

    def close(_number: int) -> str:
        try:
            close_bulan(OKT, by=by)
            db.session.commit()
        except RuleError as refused:
            db.session.rollback()
            return refused.kode
        return "ditutup"

    answers = run_at_once(app, 2, close)
    assert answers.count("ditutup") == 1
    assert set(answers) <= {"ditutup", "sudah_ditutup", "belum_dapat_ditutup"}
    assert len(db.session.scalars(db.select(BulanTutup)).all()) == 1


def test_the_page_says_what_stands_in_the_way_and_closes(cast: Cast, client_as: Callable[..., Any]) -> None:
    row = sepasang(S.BERHASIL)
    db.session.commit()
    yuni = client_as(cast.yuni)

    html = yuni.get("/cermin?bulan=2026-10").get_data(as_text=True)
    assert 'data-uji="penghalang"' in html
    assert yuni.post("/cermin/tutup", data={"bulan": "2026-10"}).status_code == 422
    assert client_as(cast.hadi).post("/cermin/tutup", data={"bulan": "2026-10"}).status_code == 403

    urusan(row, JenisUrusan.CERMIN, sel="110", selesai_pada=now(), catatan="Sudah dicocokkan.")
    db.session.commit()
    assert yuni.post("/cermin/tutup", data={"bulan": "2026-10"}).status_code == 303
    assert 'data-uji="ditutup"' in yuni.get("/cermin?bulan=2026-10").get_data(as_text=True)


def test_what_stands_in_the_way_is_a_link_for_who_may_open_it(
    cast: Cast, client_as: Callable[..., Any]
) -> None:
    sepasang(S.BERHASIL)
    batch = paket(StatusPaket.HASIL_LENGKAP)
    db.session.commit()
    for orang, boleh in ((cast.hadi, True), (cast.yuni, True), (cast.bayu, False)):
        page = client_as(orang).get("/cermin?bulan=2026-10").text
        assert f"Paket {batch.nomor} masih" in page
        assert (f'href="/paket/{batch.id}"' in page) is boleh
        assert client_as(orang).get(f"/paket/{batch.id}").status_code == (200 if boleh else 404)


def test_an_answer_of_the_bank_is_nobody_who_sees_to_it(cast: Cast) -> None:
    """C10: the matter of a line without news ended with "refused"; the month is unpaid and without owner."""
    asuhan = sepasang(S.GAGAL, kelas_gagal=KelasGagal.HENTIKAN)
    urusan(asuhan, JenisUrusan.TANPA_KABAR, selesai_pada=now(), catatan="Bank sudah memberi jawaban.")
    with pytest.raises(RuleError, match="belum ada yang mengurus"):
        close_bulan(OKT, by=cast.yuni.pelaku)
    assert open_urusan_sel(OKT, "100", by=cast.hadi.pelaku) == 1
