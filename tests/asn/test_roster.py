"""The roster's rules on small files: what is refused, what moves, who leaves, who only got a new NIP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from rentan.akun.queries import find_akun
from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.queries import find_by_nip, list_penempatan
from rentan.asn.roster import ROSTER
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.imports import Hasil, run_import
from rentan.core.subject import reveal
from rentan.ext import db
from tests import factories
from tests.asn.roster_files import nip, row, xlsx
from tests.cast import Cast

A = nip(date(1985, 3, 2), 101)
B = nip(date(1990, 7, 9), 102, sex="2")
C = nip(date(1979, 1, 30), 103)
D = nip(date(1991, 12, 1), 104)
BULAN_LALU = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _hari_ini(time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to("2026-11-21 03:00:00+00:00", tick=False)


def impor(data: bytes, *, berlaku: date | None = None, nama: str = "daftar.xlsx", **kw) -> Hasil:  # type: ignore[no-untyped-def]
    hasil = run_import(ROSTER, data, nama, pilihan={"berlaku": (berlaku or today()).isoformat()}, **kw)
    db.session.commit()
    return hasil


def orang(nomor: str) -> Asn:
    found = find_by_nip(nomor)
    assert found is not None
    db.session.refresh(found)
    return found


def riwayat(nomor: str) -> list[tuple[str, date, date | None, StatusAktif]]:
    return [
        (opd.kode, one.mulai, one.sampai, one.status_aktif) for one, opd, _ in list_penempatan(orang(nomor))
    ]


@pytest.mark.kedua_basis
def test_each_bad_row_is_named_and_good_and_refused_are_all_rows(app: Flask) -> None:
    rows = [
        row(f"'{A[:8]} {A[8:14]} {A[14]} {A[15:]} ", opd="Dinas Kesehatan Kota Semarang"),  # 4: fine
        row(int(B)),  # 5: number cell
        row("199013012009011001"),  # 6: no such date
        row(C[:17]),  # 7
        row(A, nama="Orang Lain"),  # 8: same NIP, other data
        row(C, opd="Dinas Antariksa"),  # 9
        row(D, nama=""),  # 10
        row(D, status="HONORER"),  # 11
        row(f"{A[:8]}.{A[8:]}", opd="DINKES"),  # 12: the first row once more
        row(D, opd="Kec. Gajah Mungkur", status="P3K Paruh Waktu", hp="0812"),  # 13: fine, phone is not
    ]
    hasil = impor(xlsx(("DATA", rows), hidden=("LAMA", rows)), take_good=True)
    assert [(one.row, one.code) for one in hasil.refused] == [
        (5, "nip_numeric_cell"),
        (6, "nip_invalid_date"),
        (7, "nip_17_digits"),
        (8, "duplicate_nip_conflict"),
        (9, "opd_unknown"),
        (10, "nama_empty"),
        (11, "status_unknown"),
    ]
    assert "DATA baris 4" in hasil.refused[3].message
    assert (hasil.read, len(hasil.good), hasil.unchanged) == (10, 3, 1)
    assert hasil.skipped_sheets == ["LAMA"]
    assert any("Nomor HP pada 1 baris" in one for one in hasil.warnings)
    assert hasil.rincian["OPD belum dikenal"][1:] == [["Dinas Antariksa", 1]]
    assert db.session.scalar(db.select(db.func.count()).select_from(Asn)) == 2
    assert orang(D).status_asn is StatusAsn.PPPK_PW
    assert not periksa_hitungan()


def test_a_refused_row_refuses_the_file(app: Flask) -> None:
    hasil = impor(xlsx(("DATA", [row(A), row(int(B))])))
    assert len(hasil.refused) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Asn)) == 0


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_csv_with_and_without_bom(app: Flask, delimiter: str, bom: bytes) -> None:
    text = "\r\n".join(
        delimiter.join(line) for line in (["nip ", "Nama", "JABATAN", "opd"], [A, "Siti", "Staf", "DKP"])
    )
    hasil = impor(bom + text.encode(), nama="daftar.csv")
    assert (len(hasil.good), len(hasil.refused)) == (1, 0)
    assert orang(A).status_asn is StatusAsn.PNS


@pytest.mark.kedua_basis
def test_a_later_roster_moves_closes_and_opens_by_date(app: Flask) -> None:
    impor(
        xlsx(("DATA", [row(A), row(B, nama="Lina"), row(C, nama="Eko", hp="081234567890")])),
        berlaku=BULAN_LALU,
    )
    later = xlsx(("DATA", [row(A, opd="Diskominfo"), row(B, nama="Lina, S.Pd."), row(D, nama="Baru")]))
    check = impor(later, dry_run=True)
    assert check.rincian["Pindah OPD"] == 1
    assert check.rincian["Bergabung"] == 1
    assert check.rincian["Data berubah tanpa pindah OPD"] == 1
    assert check.rincian["Tidak ada lagi dalam daftar (dicatat keluar)"] == 1
    assert check.perlu_setuju
    assert db.session.scalar(db.select(db.func.count()).select_from(Penempatan)) == 3

    with pytest.raises(RuleError) as refused:
        impor(later)
    assert refused.value.kode == "perlu_setuju"
    db.session.rollback()

    hasil = impor(later, setuju=True)
    kini, kemarin = today(), today() - timedelta(days=1)
    assert (hasil.changed, hasil.unchanged) == (2, 0)
    assert riwayat(A) == [
        ("DISKOMINFO", kini, None, StatusAktif.AKTIF),
        ("DINKES", BULAN_LALU, kemarin, StatusAktif.AKTIF),
    ]
    assert riwayat(B) == [("DINKES", BULAN_LALU, None, StatusAktif.AKTIF)]
    assert riwayat(C)[0] == ("DINKES", kini, None, StatusAktif.KELUAR)
    assert orang(C).status_aktif is StatusAktif.KELUAR
    assert reveal(orang(C), "hp") == "+6281234567890"
    assert orang(B).nama == "Lina, S.Pd."
    assert not periksa_hitungan()

    again = impor(later)
    assert (again.unchanged, again.changed) == (3, 0)

    # A correction on the same day replaces, it is not another move; and who comes back is active again.
    impor(
        xlsx(
            ("DATA", [row(A, opd="DPU"), row(B, nama="Lina, S.Pd."), row(C, nama="Eko"), row(D, nama="Baru")])
        )
    )
    assert riwayat(A) == [
        ("DPU", kini, None, StatusAktif.AKTIF),
        ("DINKES", BULAN_LALU, kemarin, StatusAktif.AKTIF),
    ]
    assert riwayat(C)[0] == ("DINKES", kini, None, StatusAktif.AKTIF)
    assert not periksa_hitungan()


@pytest.mark.kedua_basis
def test_a_correction_for_the_past_reaches_back_but_not_over_the_placement_before(app: Flask) -> None:
    impor(xlsx(("DATA", [row(A), row(B)])), berlaku=date(2026, 9, 1))
    impor(xlsx(("DATA", [row(A, opd="DPU"), row(B)])), berlaku=date(2026, 10, 15))
    impor(xlsx(("DATA", [row(A, opd="DKP"), row(B, opd="DKP")])), berlaku=date(2026, 8, 1))
    assert riwayat(A) == [
        ("DKP", date(2026, 10, 15), None, StatusAktif.AKTIF),
        ("DINKES", date(2026, 9, 1), date(2026, 10, 14), StatusAktif.AKTIF),
    ]
    assert riwayat(B) == [("DKP", date(2026, 8, 1), None, StatusAktif.AKTIF)]
    assert not periksa_hitungan()


@pytest.mark.kedua_basis
def test_a_new_nip_is_the_same_person_and_the_sign_in_follows(app: Flask) -> None:
    asn = factories.make_asn("Siti Rekaan, S.Kep.", factories.opd("DINKES"), nip=A, status=StatusAsn.PPPK)
    factories.make_akun(A, "Siti Rekaan", asn=asn)
    db.session.commit()
    baru = nip(date(1985, 3, 2), 7, masa="202521")
    hasil = impor(xlsx(("DATA", [row(baru, nama="dr. SITI REKAAN", status="PPPK")])))
    assert hasil.rincian["Ganti NIP"] == 1
    assert hasil.rincian["Tidak ada lagi dalam daftar (dicatat keluar)"] == 0
    assert hasil.rincian["orang"]["ganti_nip"] == [[str(asn.id), "DATA", 4]]
    assert orang(baru).id == asn.id == orang(A).id
    assert orang(A).nip == baru
    assert find_akun(A) is None
    found = find_akun(baru)
    assert found is not None and found.asn_id == asn.id
    sampai = dict(db.session.execute(db.select(NipRiwayat.nip, NipRiwayat.sampai)).all())
    assert sampai == {A: today() - timedelta(days=1), baru: None}

    # An old list that still has the former NIP means the same person and takes nothing back.
    lagi = impor(xlsx(("DATA", [row(A, nama="dr. SITI REKAAN", status="PPPK")])))
    assert (lagi.unchanged, orang(A).nip) == (1, baru)
    berdua = impor(xlsx(("DATA", [row(A, nama="Siti"), row(baru, nama="Siti")])), take_good=True)
    assert [one.code for one in berdua.refused] == ["duplicate_person"]


@pytest.mark.parametrize("kasus", ["dua keluar", "dua masuk", "beda kelamin"])
def test_a_new_nip_is_never_guessed(app: Flask, kasus: str) -> None:
    factories.make_asn("Siti Rekaan", factories.opd("DINKES"), nip=A)
    if kasus == "dua keluar":
        factories.make_asn("SITI REKAAN", factories.opd("DPU"), nip=nip(date(1985, 3, 2), 555))
    db.session.commit()
    sex = "2" if kasus == "beda kelamin" else "1"
    rows = [row(nip(date(1985, 3, 2), 7, masa="202521", sex=sex), status="PPPK")]
    if kasus == "dua masuk":
        rows.append(row(nip(date(1985, 3, 2), 8, masa="202521"), status="PPPK"))
    hasil = impor(xlsx(("DATA", rows)), setuju=True)
    assert hasil.rincian["Ganti NIP"] == 0
    assert hasil.rincian["Bergabung"] == len(rows)


def test_who_stands_in_a_refused_row_has_not_left(app: Flask) -> None:
    impor(xlsx(("DATA", [row(A), row(B, nama="Lina"), row(C, nama="Eko")])))
    hasil = impor(
        xlsx(("DATA", [row(A), row(B, nama="Lina", opd="Entah"), row(int(C), nama="Eko")])), take_good=True
    )
    assert len(hasil.refused) == 2
    assert {orang(one).status_aktif for one in (A, B, C)} == {StatusAktif.AKTIF}
    assert any("2 ASN" in one for one in hasil.warnings)


def test_a_list_without_the_column_keeps_what_the_admin_recorded(app: Flask) -> None:
    factories.make_asn("Siti Rekaan", factories.opd("DINKES"), nip=A, status_aktif=StatusAktif.CUTI)
    factories.make_asn("Pensiunan", factories.opd("DINKES"), nip=B, status_aktif=StatusAktif.PENSIUN)
    db.session.commit()
    impor(xlsx(("DATA", [row(A, jabatan="Perawat")])))
    assert orang(A).status_aktif is StatusAktif.CUTI
    assert orang(B).status_aktif is StatusAktif.PENSIUN


def test_status_aktif_and_dates_are_read_when_given(app: Flask) -> None:
    header = ("NIP", "NAMA", "JABATAN", "OPD", "STATUS AKTIF", "AKHIR KONTRAK", "TANGGAL LAHIR")
    data = xlsx(
        ("DATA", [[A, "Siti", "Staf", "DKP", "Pensiun", date(2027, 1, 31), "03-03-1985"]]), header=header
    )
    hasil = impor(data)
    one = orang(A)
    assert (one.status_aktif, one.akhir_kontrak, one.tanggal_lahir) == (
        StatusAktif.PENSIUN,
        date(2027, 1, 31),
        date(1985, 3, 3),
    )
    assert any("Tanggal lahir pada 1 baris" in one for one in hasil.warnings)


@pytest.mark.parametrize(
    ("berlaku", "kode"),
    [(date(2026, 11, 22), "berlaku_masa_depan"), (date(2020, 1, 1), "berlaku_terlalu_lama")],
)
def test_the_day_is_neither_ahead_nor_long_past(app: Flask, berlaku: date, kode: str) -> None:
    with pytest.raises(RuleError) as refused:
        impor(xlsx(("DATA", [row(A)])), berlaku=berlaku)
    assert refused.value.kode == kode


def test_nobody_is_deleted_and_donors_keep_their_rows(app: Flask, cast: Cast) -> None:
    impor(xlsx(("DATA", [row(D)])), setuju=True)
    assert cast.sari.asn is not None
    assert orang(cast.sari.asn.nip).status_aktif is StatusAktif.KELUAR
    assert not periksa_hitungan()
