"""Reading tables: what people really send, and what they must be told (IMP-1…5)."""

import json
import re
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from rentan.core.sheets import Column, read_table
from tests.core.sheet_files import NIK, book, change, codes, one, read, refused, sheet

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"

# The real thing


def shared(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return path.read_bytes()


ROSTER = (
    Column("NIP", wajib=True, jenis="angka_teks"),
    Column("NAMA", wajib=True),
    Column("JABATAN", wajib=True),
    Column("OPD", wajib=True),
    Column("STATUS"),
    Column("UNIT KERJA"),
    Column("TANGGAL LAHIR", jenis="tanggal"),
    Column("HP", jenis="angka_teks"),
)


def test_roster_of_the_city():
    expected = json.loads(shared("roster_bkpp.expected.json"))
    start = time.monotonic()
    table = read_table(shared("roster_bkpp.xlsx"), "roster_bkpp.xlsx", ROSTER)
    assert time.monotonic() - start < 6  # 0.8 s alone; the machine may be busy
    assert len(table.rows) == expected["good"] + expected["bad"]
    assert table.skipped_sheets == ["REKAP (lama)"]
    assert len(table.total_rows) == expected["total_rows_to_ignore"]
    assert [s.header_row for s in table.sheets] == [4, 4, 4]
    bad = [[r.sheet, r.row, e.kode] for r in table.rows for e in r.errors]
    assert bad == [row for row in expected["bad_rows"] if row[2] == "nip_numeric_cell"]


def test_pool_and_covered_elsewhere():
    pool = (Column("NIK", True, "angka_teks"), Column("NAMA", True), Column("TANGGAL LAHIR", True, "tanggal"))
    table = read_table(shared("calon_pekerja.xlsx"), "calon_pekerja.xlsx", pool)
    assert len(table.rows) == 1200 and not any(r.errors for r in table.rows)
    covered = (
        *pool[:2],
        Column("SUMBER", True),
        Column("MULAI", True, "tanggal"),
        Column("SELESAI", jenis="tanggal"),
    )
    table = read_table(shared("pelindungan_apbd.csv"), "pelindungan_apbd.csv", covered)
    assert len(table.rows) == 7217 and not any(r.errors for r in table.rows)
    assert table.rows[0].row == 2 and table.rows[0].values["MULAI"] == date(2026, 1, 1)


# Header


def test_header_below_title_rows_in_any_case_with_blanks_and_marks():
    data = sheet(
        ("DAFTAR PEKERJA",),
        ("Keadaan 1 November 2026",),
        (),
        ("No", " nik ", "Nama *", "tanggal  LAHIR:", "Penghasilan"),
        (1, NIK, "Siti", "1-4-1990", 16800),
    )
    table = read(data)
    assert table.sheets[0].header_row == 4
    assert table.sheets[0].ignored_titles == ["No"]
    row = table.rows[0]
    assert row.row == 5
    assert row.values == {"NIK": NIK, "NAMA": "Siti", "TANGGAL LAHIR": date(1990, 4, 1), "UPAH": "16800"}


def test_table_that_does_not_begin_in_a1():
    assert one(sheet((), (None, None, "NIK", "NAMA"), (None, None, NIK, "Siti"))).row == 3


def test_missing_titles_are_named_in_one_sentence():
    error = refused(sheet(("NIP", "NAMA LENGKAP"), (NIK, "Siti")))
    assert error.kode == "judul_tidak_ada"
    assert "NIK dan NAMA tidak ditemukan" in error.pesan and "lembar DATA" in error.pesan


def test_duplicate_titles_are_named():
    error = refused(sheet(("NIK", "NAMA", "nama "), (NIK, "Siti", "Sita")))
    assert error.kode == "judul_ganda" and "NAMA" in error.pesan


def test_an_alias_gives_way_to_the_title_itself():
    row = one(sheet(("NIK", "NAMA", "PENGHASILAN", "UPAH"), (NIK, "Siti", 5, 7)))
    assert row.values["UPAH"] == "7"


def test_every_visible_sheet_with_the_header_is_read_and_the_others_are_named():
    def fill(wb):
        for name, rows in (
            ("SATU", [("NIK", "NAMA"), (NIK, "Siti")]),
            ("CATATAN", [("dibuat oleh", "Budi")]),
            ("KOSONG", []),
            ("DUA", [("Judul",), ("NAMA", "NIK"), ("Sita", NIK)]),
            ("LAMA", [("NIK", "NAMA"), (NIK, "Tua")]),
            ("GAIB", [("NIK", "NAMA"), (NIK, "Gaib")]),
        ):
            ws = wb.add_worksheet(name)
            for r, row in enumerate(rows):
                ws.write_row(r, 0, row)
        wb.get_worksheet_by_name("LAMA").hide()
        wb.get_worksheet_by_name("GAIB").very_hidden()
        wb.add_chartsheet("GRAFIK")

    table = read(book(fill))
    assert [(r.sheet, r.row, r.values["NAMA"]) for r in table.rows] == [
        ("SATU", 2, "Siti"),
        ("DUA", 3, "Sita"),
    ]
    assert sorted(table.skipped_sheets) == ["CATATAN", "GAIB", "KOSONG", "LAMA"]
    assert len(table.notices) == 4 and any("tersembunyi" in n for n in table.notices)


def test_a_sheet_with_half_a_header_is_refused_rather_than_lost():
    columns = (Column("NIP", True, "angka_teks"), Column("NAMA", True), Column("OPD", True))

    def fill(wb):
        for name, titles in (("SATU", ("NIP", "NAMA", "OPD")), ("DUA", ("NIP", "NAMA", "DINAS"))):
            ws = wb.add_worksheet(name)
            ws.write_row(0, 0, titles)
            ws.write_row(1, 0, ("1", "Siti", "DINKES"))

    error = refused(book(fill), columns=columns)
    assert "OPD" in error.pesan and "DUA" in error.pesan


def test_only_hidden_or_empty_sheets():
    assert refused(book(lambda wb: wb.add_worksheet("A"))).kode in ("berkas_kosong", "judul_tidak_ada")


# Rows


def test_blank_total_numbering_and_footer_rows_are_no_data():
    data = sheet(
        ("NO", "NIK", "NAMA"),
        ("(1)", "(2)", "(3)"),
        (1, NIK, "Siti"),
        (),
        (2, None, None),
        ("  ", " ", " "),
        (3, NIK, "Sita"),
        (None, "JUMLAH", 2),
        ("Total :", None, 2),
        ("— Diunduh oleh Budi",),
    )
    table = read(data)
    assert [r.row for r in table.rows] == [3, 7]
    assert [t.row for t in table.total_rows] == [8, 9]
    assert table.total_rows[0].cells[1:] == ["JUMLAH", "2.0"]


def test_a_name_like_a_total_is_a_person():
    row = one(sheet(("NIK", "NAMA"), (NIK, "Jumlah")))
    assert row.values["NAMA"] == "Jumlah" and not row.errors


def test_values_are_tidied():
    row = one(sheet(("NIK", "NAMA"), (f"\u00a0{NIK}  ", "Siti\n Nur\u200bjanah\u00a0")))
    assert row.values["NIK"] == NIK and row.values["NAMA"] == "Siti Nurjanah"


# Cells


def test_number_cell_in_an_identity_column_is_refused_with_the_reason():
    row = one(sheet(("NIK", "NAMA"), (3374014104909001, "Siti")))
    assert row.values["NIK"] is None
    (error,) = row.errors
    assert (error.kolom, error.kode) == ("NIK", "nik_numeric_cell")
    assert "15 digit" in error.pesan and "3374" not in error.pesan
    assert codes(sheet(("NIK", "NAMA"), (date(2026, 1, 1), "Siti"))) == [["nik_numeric_cell"]]
    assert codes(sheet(("NIK", "NAMA"), (True, "Siti"))) == [["nik_numeric_cell"]]


def test_csv_that_excel_has_damaged_is_refused_the_same_way():
    assert codes(b"NIK;NAMA\r\n3,37401E+15;Siti\r\n", "a.csv") == [["nik_numeric_cell"]]


def test_required_blank_and_unreadable_cells():
    data = sheet(
        ("NIK", "NAMA", "TANGGAL LAHIR", "UPAH"),
        (NIK, None, "31-02-1990", "16,5"),
        (NIK, "#N/A", 45000, -5),
        (NIK, "x" * 1001, "04/13/1990", 1.5),
        (None, "Siti", True, "1e5"),
    )
    assert codes(data) == [
        ["nama_empty", "tanggal_lahir_not_exist", "upah_invalid"],
        ["nama_formula_error", "tanggal_lahir_invalid", "upah_invalid"],
        ["nama_too_long", "tanggal_lahir_not_exist", "upah_invalid"],
        ["nik_empty", "tanggal_lahir_invalid", "upah_invalid"],
    ]


@pytest.mark.parametrize("epoch", [False, True])
def test_dates_day_first_and_1904(epoch):
    data = sheet(
        ("NIK", "NAMA", "TANGGAL LAHIR"),
        (NIK, "a", date(1990, 4, 1)),
        (NIK, "b", datetime(1990, 4, 1, 10, 30)),  # noqa: DTZ001 (Excel knows no zones)
        (NIK, "c", "01/04/1990"),
        (NIK, "d", "1 April 1990"),
        date_1904=epoch,
    )
    assert [r.values["TANGGAL LAHIR"] for r in read(data).rows] == [date(1990, 4, 1)] * 4


def test_whole_numbers():
    data = sheet(("NIK", "NAMA", "UPAH"), (NIK, "a", 1250000), (NIK, "b", "1.250.000"), (NIK, "c", "1250000"))
    assert {r.values["UPAH"] for r in read(data).rows} == {"1250000"}


def test_formula_without_result_and_error_cells_are_row_errors():
    def fill(wb):
        ws = wb.add_worksheet()
        ws.write_row(0, 0, ("NIK", "NAMA", "UPAH"))
        ws.write_string(1, 0, NIK)
        ws.write_formula(1, 1, '="Si"&"ti"', None, "Siti")
        ws.write_formula(2, 0, '=A2&""', None, "BUANG")
        ws.write_string(2, 1, "Sita")
        ws.write_string(3, 0, NIK)
        ws.write_formula(3, 1, "=NA()", None, "#N/A")
        ws.write_formula(3, 2, '=""', None, "KOSONG")

    def uncache(name, xml):
        xml = re.sub(rb' t="str"(><f>[^<]*</f>)<v>BUANG</v>', rb"\1", xml)
        return xml.replace(b"<v>KOSONG</v>", b"<v></v>")

    rows = read(change(book(fill), uncache)).rows
    assert rows[0].values["NAMA"] == "Siti" and not rows[0].errors
    assert [e.kode for e in rows[1].errors] == ["nik_formula_unsaved"]
    assert [e.kode for e in rows[2].errors] == ["nama_formula_error"]


def test_merged_cells_leave_no_silent_blanks():
    def fill(wb):
        ws = wb.add_worksheet()
        ws.write_row(0, 0, ("NIK", "NAMA", "UPAH"))
        ws.write_column(1, 0, (NIK, NIK))
        ws.merge_range(1, 1, 2, 1, "Siti")
        ws.merge_range(1, 2, 2, 2, "16800")

    first, second = read(book(fill)).rows
    assert not first.errors
    assert [e.kode for e in second.errors] == ["nama_merged", "upah_merged"]


# CSV


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_csv_forms(delimiter, bom, newline):
    lines = [
        "Daftar, Kota; 2026",
        delimiter.join(("NIK", "NAMA")),
        delimiter.join((NIK, '"Siti ""Nur"" ; , é"')),
    ]
    row = one(bom + newline.join(lines).encode(), "a.CSV")
    assert (row.sheet, row.row) == ("CSV", 3)
    assert row.values["NAMA"] == 'Siti "Nur" ; , é'


def test_csv_refusals():
    assert refused("NIK;NAMA\n1;José\n".encode("latin-1"), "a.csv").kode == "berkas_csv"
    assert refused("NIK;NAMA\n".encode("utf-16"), "a.csv").kode == "berkas_csv"
    assert refused(b'NIK;NAMA\n1;"Siti\n2;Sita\n', "a.csv").kode == "berkas_csv"
    assert refused(b"NIK;NAMA\n" + b";" * 100, "a.csv").kode == "berkas_kolom"
    assert codes(b"NIK;NAMA\n1;" + b"x" * 200_000, "a.csv") == [["nama_too_long"]]


def test_csv_short_and_long_rows():
    rows = read(b"NIK;NAMA\n1\n2;Sita;lebih;lagi\n", "a.csv").rows
    assert [e.kode for e in rows[0].errors] == ["nama_empty"] and not rows[1].errors


def test_errors_count_once_per_cell():
    table = read(sheet(("NIK", "NAMA"), (1, None), (NIK, "Siti")))
    assert Counter(len(r.errors) for r in table.rows) == {2: 1, 0: 1}
