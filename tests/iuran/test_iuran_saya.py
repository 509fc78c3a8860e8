"""The donor's own months, and the same page for staff."""

from __future__ import annotations

from datetime import date
from typing import Any

import pypdfium2 as pdfium
import pytest

from rentan.core.actor import SISTEM
from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.gerak import beri_bukti
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE, AlasanTahan, StatusIuran
from rentan.opd.models import Opd
from rentan.tarif.queries import jadwal_bulan
from rentan.util.tanggal import tambah_bulan
from tests import factories
from tests.iuran.maker import make_donatur, make_iuran

BULAN = date(2026, 11, 1)


def paid(asuhan: Any, bulan: date) -> Iuran:
    """Debited on the debit day, with its receipt."""
    row = make_iuran(asuhan, bulan)
    beri_bukti([row], {row.id: jadwal_bulan(bulan).debet})
    row.status = StatusIuran.BERHASIL
    debet = buku.Posting.dua_sisi(
        JenisJurnal.DEBET, today(), AkunBuku.BANK_PENAMPUNG, AkunBuku.TITIPAN_IURAN, row.jumlah,
        iuran_id=row.id,
    )  # fmt: skip
    buku.catat([debet], by=SISTEM)
    db.session.commit()
    return row


@pytest.fixture
def sari(cast: Any) -> Any:
    """Sari's letter is in force for two workers."""
    found = make_donatur(cast.sari.asn, pekerja=2)
    db.session.commit()
    return found


def test_months_newest_first_with_the_next_debit_month(cast: Any, client_as: Any, sari: Any) -> None:
    browser = client_as(cast.sari)
    make_iuran(sari.asuhan[0], tambah_bulan(BULAN, -1))
    paid(sari.asuhan[0], BULAN)

    html = browser.get("/iuran").text

    assert html.index("November 2026") < html.index("Oktober 2026")
    assert "/iuran/2026-11" in html and "Berhasil didebet" in html


def test_every_worker_of_the_month_is_explained(cast: Any, client_as: Any, sari: Any) -> None:
    first, second = sari.asuhan
    paid(first, BULAN)
    row = make_iuran(second, BULAN)
    row.alasan_tahan = AlasanTahan.PLAFON
    advance(MACHINE, row, "tahan", by=SISTEM, alasan="plafon")
    db.session.commit()

    html = client_as(cast.sari).get("/iuran/2026-11").text

    assert "Dipotong Rp8.400 pada" in html and AlasanTahan.PLAFON.label in html
    assert first.pekerja.nama in html and second.pekerja.nama in html


def test_a_month_without_rows_says_why(cast: Any, client_as: Any, sari: Any) -> None:
    html = client_as(cast.sari).get(f"/iuran/{tambah_bulan(today(), 6):%Y-%m}").text
    assert "Belum dijadwalkan. Daftar bulan ini disusun mulai" in html

    nobody = client_as(cast.lina).get("/iuran/2026-11").text
    assert "Tidak ada iuran untuk bulan ini" in nobody


@pytest.mark.parametrize("kata", ["2026-13", "2026-1", "0000-01", "9999-01", "abc", "2026-00", "20٢6-01"])
def test_odd_months_are_not_found(cast: Any, client_as: Any, kata: str) -> None:
    assert client_as(cast.sari).get(f"/iuran/{kata}").status_code == 404


def test_nobody_reads_anothers_month(cast: Any, client_as: Any, sari: Any) -> None:
    row = paid(sari.asuhan[0], BULAN)
    name = sari.asuhan[0].pekerja.nama

    wati = client_as(cast.wati)
    assert name not in wati.get("/iuran/2026-11").text
    assert wati.get(f"/iuran/kuitansi/{row.id}.pdf").status_code == 404
    assert wati.get(f"/iuran/donatur/{sari.asn.id}/2026-11").status_code == 404  # another OPD
    assert (
        client_as(cast.budi).get(f"/iuran/donatur/{sari.asn.id}/2026-11").status_code == 404
    )  # has an account
    for orang in (cast.agus, cast.dewi, cast.joko, cast.rini):
        assert client_as(orang).get(f"/iuran/donatur/{sari.asn.id}/2026-11").status_code == 403


def test_staff_read_the_same_sentences_and_leave_a_trace(cast: Any, client_as: Any, sari: Any) -> None:
    paid(sari.asuhan[0], BULAN)
    for orang in (cast.hadi, cast.yuni, cast.bayu):
        html = client_as(orang).get(f"/iuran/donatur/{sari.asn.id}/2026-11").text
        assert "Dipotong Rp8.400 pada" in html
    traces = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nama_dilihat")).all()
    assert len(traces) == 3 and "Rekaan" not in "".join(one.rincian for one in traces)


def test_the_operator_reads_for_a_donor_without_account(cast: Any, client_as: Any) -> None:
    asn = factories.make_asn("Maya Rekaan", db.session.get_one(Opd, cast.budi.asn.opd_id))
    found = make_donatur(asn)
    paid(found.asuhan[0], BULAN)

    assert "Dipotong Rp8.400" in client_as(cast.budi).get(f"/iuran/donatur/{asn.id}/2026-11").text
    assert client_as(cast.wati).get(f"/iuran/donatur/{asn.id}/2026-11").status_code == 404


def pdf_text(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(data))


def test_receipt_and_year(cast: Any, client_as: Any, sari: Any) -> None:
    row = paid(sari.asuhan[0], BULAN)
    unpaid = make_iuran(sari.asuhan[1], BULAN)
    browser = client_as(cast.sari)

    answer = browser.get(f"/iuran/kuitansi/{row.id}.pdf")
    text = pdf_text(answer.data)
    assert row.nomor_bukti in text and "Rp8.400" in text and "delapan ribu empat ratus rupiah" in text
    assert "Bukti ini dibuat oleh sistem" in text and sari.asuhan[0].pekerja.nama in text
    assert browser.get(f"/iuran/kuitansi/{unpaid.id}.pdf").status_code == 404
    assert db.session.scalar(db.select(db.func.count()).where(Jejak.peristiwa == "kuitansi_dicetak")) == 1

    html = browser.get("/iuran/tahun/2026").text
    assert 'data-uji="jumlah">Rp8.400<' in html and "belum" in html
    assert "/iuran/tahun/2025" not in html and "/iuran/tahun/2027" not in html, "no way into empty years"
    assert "/iuran/tahun/2026" in browser.get("/iuran/tahun/2027").text, "but a way back"
    year = pdf_text(browser.get("/iuran/tahun/2026.pdf").data)
    assert "IURAN TAHUN 2026" in year and "November 2026" in year and "Rp8.400" in year
    assert browser.get("/iuran/tahun/1900").status_code == 404
    assert browser.get(f"/iuran/tahun/{today().year + 2}").status_code == 404


def test_the_treasurer_prints_a_receipt_for_a_donor_without_account(
    cast: Any, client_as: Any, sari: Any
) -> None:
    row = paid(sari.asuhan[0], BULAN)
    assert client_as(cast.hadi).get(f"/iuran/kuitansi/{row.id}.pdf").status_code == 200
    assert client_as(cast.yuni).get(f"/iuran/kuitansi/{row.id}.pdf").status_code == 403
