"""The three-way mirror: every cell from rows as they can really be, and the work made of mismatches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.cermin.actions import open_urusan_sel
from rentan.cermin.cermin import SEL, SELISIH, langkah
from rentan.cermin.gambar import angka
from rentan.cermin.queries import count_sel, list_baris
from rentan.core.clock import now
from rentan.core.errors import Forbidden, NotFound
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.models import Urusan
from rentan.iuran.status import JenisUrusan, KelasGagal, StatusBpjs, StatusIuran
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import StatusSurat
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran

OKT = date(2026, 10, 1)
DEBET = date(2026, 10, 1)
S, B = StatusIuran, StatusBpjs


def sepasang(uang: StatusIuran | None, bpjs: StatusBpjs = B.BELUM, **more: Any) -> Asuhan:
    """An active sponsorship whose October stands so; ``None``: nothing was scheduled."""
    asuhan = make_donatur().asuhan[0]
    asuhan.status = StatusAsuhan.AKTIF
    if uang is not None:
        if uang in (S.BERHASIL, S.DIBAYAR_LAIN):
            more.setdefault("dibayar_pada", DEBET)
        if bpjs is B.TERCATAT:
            more.setdefault("tercatat_pada", date(2026, 10, 16))
        iuran = make_iuran(asuhan, OKT, uang, **more)
        iuran.status_bpjs = bpjs
    db.session.flush()
    return asuhan


def cabut(asuhan: Asuhan, sampai: date) -> None:
    """The donor has withdrawn; the letter was in force through that day."""
    surat = db.session.scalars(db.select(SuratKuasa).where(SuratKuasa.asn_id == asuhan.asn_id)).one()
    surat.status, surat.berlaku_sampai = StatusSurat.DICABUT, sampai
    asuhan.status = StatusAsuhan.MENCARI_PENGGANTI
    db.session.flush()


def urusan(asuhan: Asuhan, jenis: JenisUrusan, **more: Any) -> Urusan:
    row = Urusan(
        jenis=jenis, periode=OKT, asuhan_id=asuhan.id, keterangan="Uji.", pemilik=Peran.BENDAHARA,
        dibuat_pada=now(), **more,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def counts(cast: Cast) -> dict[str, int]:
    return {one.sel.kode: one.banyak for one in count_sel(OKT, seen_by=cast.hadi.pelaku) if one.banyak}


@pytest.mark.kedua_basis
def test_each_cell_counts_what_lies_in_it(cast: Cast) -> None:
    sepasang(S.BERHASIL, B.TERCATAT)
    sepasang(S.DIBAYAR_LAIN, B.DISETOR)
    sepasang(S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    sepasang(None)
    sepasang(S.GAGAL, B.TERCATAT, kelas_gagal=KelasGagal.COBA_LAGI)
    cabut(sepasang(S.BERHASIL, B.TERCATAT), date(2026, 9, 30))
    cabut(sepasang(S.BERHASIL), date(2026, 9, 30))
    sepasang(S.DIKEMBALIKAN, B.TERCATAT)
    sepasang(S.DIHAPUSKAN)

    semua = {"111": 1, "110": 1, "100": 2, "101": 1, "011": 1, "010": 1, "001": 1, "000": 1}
    assert counts(cast) == semua
    rows = {sel: list_baris(OKT, sel, seen_by=cast.hadi.pelaku)[0] for sel in SEL}
    assert {sel: len(one) for sel, one in rows.items()} == semua
    assert {one.uang for one in rows["100"]} == {S.GAGAL, None}


def test_a_debit_before_the_last_day_of_a_withdrawn_letter_is_due(cast: Cast) -> None:
    cabut(sepasang(S.BERHASIL), date(2026, 10, 31))

    assert counts(cast) == {"110": 1}


def test_money_that_is_to_be_given_back_is_not_due(cast: Cast) -> None:
    asuhan = sepasang(S.BERHASIL)
    kembali = urusan(asuhan, JenisUrusan.PENGEMBALIAN)
    assert counts(cast) == {"010": 1}

    kembali.selesai_pada, kembali.catatan = now(), "Ternyata sah."
    db.session.flush()
    assert counts(cast) == {"110": 1}


@pytest.mark.parametrize(
    "ubah",
    [
        {"status": StatusAsuhan.DIJEDA},
        {"status": StatusAsuhan.MENCARI_PENGGANTI},
        {"bulan_pertama": date(2026, 11, 1)},
        {"sampai": date(2026, 9, 1)},
        {"jeda_sejak": OKT, "jeda_sampai": OKT},
        {"jeda_sejak": date(2026, 9, 1), "jeda_sampai": None},
    ],
)
def test_who_was_not_asked_for_the_month_is_not_missing(cast: Cast, ubah: dict[str, Any]) -> None:
    asuhan = sepasang(None)
    for nama, nilai in ubah.items():
        setattr(asuhan, nama, nilai)
    db.session.flush()

    assert counts(cast) == {}


def test_a_month_that_somebody_else_pays_for_the_worker_is_not_missing(cast: Cast) -> None:
    lama, baru = sepasang(None), sepasang(None)
    row = make_iuran(baru, OKT, S.BERHASIL, dibayar_pada=DEBET)
    row.pekerja_id = lama.pekerja_id
    db.session.flush()

    assert counts(cast) == {"110": 1}


def test_a_worker_who_cannot_be_asked_for_is_not_missing(cast: Cast) -> None:
    """C1 leaves out who has lapsed (W16) and whom the letter does not name; a stand-in has the loan."""
    terhenti, tak_disebut, sementara = sepasang(None), sepasang(None), sepasang(None)
    terhenti.pekerja.status, terhenti.pekerja.lunas_sampai = StatusPekerja.NONAKTIF, date(2026, 6, 1)
    sementara.sementara = True
    dua = (tak_disebut.id, sementara.id)
    db.session.execute(db.delete(SuratPekerja).where(SuratPekerja.asuhan_id.in_(dua)))
    db.session.flush()

    assert counts(cast) == {"100": 1}
    assert list_baris(OKT, "100", seen_by=cast.hadi.pelaku)[0][0].asuhan_id == sementara.id


def test_a_closed_matter_settles_only_the_cell_that_it_is_about(cast: Cast) -> None:
    """What was said about 110 does not explain that the debit was taken back after the record (C15)."""
    asuhan = sepasang(S.GAGAL, B.TERCATAT, kelas_gagal=KelasGagal.HENTIKAN)
    urusan(asuhan, JenisUrusan.CERMIN, sel="110", selesai_pada=now(), catatan="Disetor kemudian.")
    (cell,) = (one for one in count_sel(OKT, seen_by=cast.hadi.pelaku) if one.sel.kode == "101")
    assert (cell.banyak, cell.tanpa_urusan) == (1, 1)

    urusan(asuhan, JenisUrusan.CERMIN, sel="101", selesai_pada=now(), catatan="Donatur sudah membayar.")
    (cell,) = (one for one in count_sel(OKT, seen_by=cast.hadi.pelaku) if one.sel.kode == "101")
    assert (cell.banyak, cell.tanpa_urusan) == (1, 0)


def test_a_worker_whom_bpjs_has_recorded_that_month_is_not_missing(cast: Cast) -> None:
    sepasang(None).pekerja.lunas_sampai = OKT
    db.session.flush()

    assert counts(cast) == {}


def test_every_mismatch_has_an_owner_a_page_and_a_step() -> None:
    for kode in SELISIH:
        one = SEL[kode]
        assert one.pemilik and one.url.startswith("/") and one.tindakan
        for uang in (None, *S):
            for bpjs in (None, *B):
                assert langkah(kode, uang, bpjs).endswith(".")
    assert langkah("110", S.BERHASIL, B.DITOLAK_BPJS).startswith("Perbaiki data")
    assert "jangan didebet ulang" in langkah("100", S.TANPA_KABAR, B.BELUM)


def test_the_drawing_has_a_number_for_every_cell() -> None:
    assert {one.sel for one in angka({})} == set(SEL)
    assert [one.sel for one in angka({"110": 3, "111": 5}) if one.selisih] == ["110"]


@pytest.mark.kedua_basis
def test_a_cell_becomes_work_once(cast: Cast) -> None:
    sepasang(S.BERHASIL)
    sudah = urusan(sepasang(S.BERHASIL), JenisUrusan.CERMIN)

    assert open_urusan_sel(OKT, "110", by=cast.hadi.pelaku) == 1
    assert open_urusan_sel(OKT, "110", by=cast.bayu.pelaku) == 0
    row = db.session.scalars(db.select(Urusan).where(Urusan.id != sudah.id)).one()
    assert (row.sel, row.pemilik, row.jenis) == ("110", Peran.PETUGAS_BPJS, JenisUrusan.CERMIN)
    assert "Kirim setoran" in row.keterangan
    (cell,) = (one for one in count_sel(OKT, seen_by=cast.hadi.pelaku) if one.sel.kode == "110")
    assert (cell.banyak, cell.tanpa_urusan) == (2, 2)

    row.pemilik_id, row.tenggat = cast.bayu.akun.id, date(2026, 11, 30)
    db.session.flush()
    (cell,) = (one for one in count_sel(OKT, seen_by=cast.hadi.pelaku) if one.sel.kode == "110")
    assert cell.tanpa_urusan == 1
    with pytest.raises(NotFound):
        open_urusan_sel(OKT, "111", by=cast.hadi.pelaku)
    with pytest.raises(Forbidden):
        open_urusan_sel(OKT, "110", by=cast.wati.pelaku)


def test_pages_show_the_cells_and_make_work(cast: Cast, client_as: Callable[..., Any]) -> None:
    asuhan, sama = sepasang(S.BERHASIL), sepasang(S.BERHASIL, B.TERCATAT)
    db.session.commit()
    browser = client_as(cast.hadi)

    html = browser.get("/cermin?bulan=2026-10").get_data(as_text=True)
    assert "<svg" in html and 'data-uji="sel-110"' in html
    html = browser.get("/cermin/rincian?bulan=2026-10&sel=110").get_data(as_text=True)
    assert asuhan.pekerja.nama in html and sama.pekerja.nama not in html
    answer = browser.post("/cermin/urusan", data={"bulan": "2026-10", "sel": "110"})
    assert answer.status_code == 303
    assert db.session.scalar(db.select(db.func.count(Urusan.id))) == 1
    assert browser.post("/cermin/urusan", data={"bulan": "2026-10", "sel": "111"}).status_code == 422
    assert browser.post("/cermin/urusan", data={"bulan": "akhir", "sel": "110"}).status_code == 404
    assert browser.get("/cermin/rincian?bulan=2026-10&sel=222").status_code == 404
    assert browser.get("/cermin?bulan=oktober").status_code == 404
    assert browser.get("/cermin/unduh.xlsx?bulan=2026-10&sel=110").status_code == 200
    for orang in (cast.wati, cast.agus, cast.dewi, cast.sari):
        assert client_as(orang).get("/cermin").status_code == 403


def test_the_rows_of_a_cell_follow_page_by_page(cast: Cast) -> None:
    for _ in range(3):
        sepasang(S.BERHASIL)
    by = cast.bayu.pelaku

    first, sesudah = list_baris(OKT, "110", seen_by=by, banyak=2)
    rest, akhir = list_baris(OKT, "110", seen_by=by, banyak=2, sesudah=sesudah)
    assert (len(first), len(rest), akhir) == (2, 1, None)
    assert not {one.asuhan_id for one in first} & {one.asuhan_id for one in rest}


def test_money_that_bpjs_gives_back_does_not_make_a_month_one_to_be_refunded(cast: Cast) -> None:
    """A recorded month that became cheaper: the difference is the liaison's matter, the month stands."""
    asuhan = sepasang(S.BERHASIL, B.TERCATAT)
    row = urusan(asuhan, JenisUrusan.PENGEMBALIAN)
    seen = {one.sel.kode: one.banyak for one in count_sel(OKT, seen_by=cast.bayu.pelaku) if one.banyak}
    assert seen == {"011": 1}
    row.pemilik = Peran.PETUGAS_BPJS
    db.session.flush()
    seen = {one.sel.kode: one.banyak for one in count_sel(OKT, seen_by=cast.bayu.pelaku) if one.banyak}
    assert seen == {"111": 1}
