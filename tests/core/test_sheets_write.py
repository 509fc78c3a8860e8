"""Writing tables: text stays text, nothing becomes a formula, and our own files read back equal (EXP-1)."""

import io
import re
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from rentan.core.sheets import Column, read_table
from rentan.core.sheets_cells import tidy
from rentan.core.sheets_write import OutColumn, SheetOut, escape, write_csv, write_refused, write_xlsx
from rentan.util.teks import rapikan

OUT = (
    OutColumn("NIK", 20),
    OutColumn("NAMA", 30),
    OutColumn("UPAH", 12, "angka"),
    OutColumn("LAHIR", 12, "tanggal"),
)
IN = (
    Column("NIK", True, "angka_teks"),
    Column("NAMA"),
    Column("UPAH", jenis="bilangan"),
    Column("LAHIR", jenis="tanggal"),
)
KAKI = "Diunduh oleh Budi & Wati pada 21 November 2026 pukul 10.42 WIB"

EVIL = ["=1+1", "+62812", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "'=1", "''=1", "'biasa"]
EVIL += ["http://x.id", "{=1}", '=HYPERLINK("http://x";"y")', 'kutip " ; , baris', "0123", "1e5", "TRUE"]
EVIL += ["#N/A bukan", "é☂ ﷽", "_x0041_"]


def rows_of(names):
    return [("3374014104909001", name, 16800, date(1990, 4, 1)) for name in names]


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {n: z.read(n).decode() for n in z.namelist()}


def test_xlsx_reads_back_equal_and_holds_no_formula():
    names = [e for e in EVIL if not e.startswith("'")]
    data = write_xlsx([SheetOut("DAFTAR", ["Peserta", "Saringan: semua"], OUT, rows_of(names))], KAKI)
    table = read_table(data, "a.xlsx", IN)
    assert [r.values["NAMA"] for r in table.rows] == [tidy(n) for n in names]
    assert {(r.values["NIK"], r.values["UPAH"], r.values["LAHIR"]) for r in table.rows} == {
        ("3374014104909001", "16800", date(1990, 4, 1))
    }
    assert not any(r.errors for r in table.rows)
    assert table.sheets[0].header_row == 4
    for name, xml in members(data).items():
        assert not re.search(r"<(f|hyperlink)[ >]", xml), name


def test_xlsx_looks_as_promised():
    data = write_xlsx([SheetOut("DAFTAR", ["Peserta", "Saringan: semua"], OUT, rows_of(["Siti"]))], KAKI)
    cells = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert cells[0][0] == "Peserta" and cells[1][0] == "Saringan: semua"
    assert cells[3] == ["NIK", "NAMA", "UPAH", "LAHIR"]
    assert cells[-1][0] == f"— {KAKI}"
    xml = members(data)["xl/worksheets/sheet1.xml"]
    assert 'state="frozen"' in xml and 'ySplit="4"' in xml and "<autoFilter" in xml and 'width="30' in xml
    assert "Budi &amp;&amp; Wati" in xml


def test_sheet_names_are_made_legal_and_distinct():
    names = ["A/B:C?*[x]", "a b c   x", "x" * 40, "x" * 40, "", "'"]
    data = write_xlsx([SheetOut(n, [], OUT, []) for n in names], KAKI)
    found = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names
    assert len({n.lower() for n in found}) == len(names) and all(0 < len(n) <= 31 for n in found)


def test_blank_and_odd_values():
    rows = [("1", None, None, None), ("2", "", 0, None), (3, "x" * 40_000, -5, "kapan-kapan")]
    data = write_xlsx([SheetOut("A", [], OUT, rows)], KAKI)
    cells = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert cells[1] == ["1", "", "", ""] and cells[2] == ["2", "", 0.0, ""]
    assert cells[3][0] == "3" and len(cells[3][1]) == 32_767 and cells[3][2:] == [-5.0, "kapan-kapan"]
    with pytest.raises(ValueError, match="zip"):
        write_xlsx([SheetOut("A", [], OUT, [("terlalu", "sedikit")])], KAKI)


@pytest.mark.parametrize("delimiter", [";", ","])
def test_csv_reads_back_equal(delimiter):
    data = write_csv(OUT, rows_of(EVIL), delimiter)
    table = read_table(data, "a.csv", IN)
    assert [r.values["NAMA"] for r in table.rows] == [rapikan(n) for n in EVIL]
    assert [r.values["NAMA"] for r in table.rows][:5] == ["=1+1", "+62812", "-1", "@SUM(A1)", "=1+1"]
    assert table.rows[8].values["NAMA"] == "'=1" and table.rows[10].values["NAMA"] == "'biasa"
    assert not any(r.errors for r in table.rows)


def test_csv_bytes():
    data = write_csv(OUT, [("1", "=cmd|' /C calc'!A0", -5, date(1990, 4, 1)), ("2", 'a;"b"', None, None)])
    assert data == (
        b'\xef\xbb\xbfNIK;NAMA;UPAH;LAHIR\r\n1;\'=cmd|\' /C calc\'!A0;-5;01-04-1990\r\n2;"a;""b""";;\r\n'
    )


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_csv_never_begins_a_cell_with_a_trigger(start):
    line = write_csv(OUT[:1], [(start + "x",)]).decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")


@settings(max_examples=300)
@given(st.text(alphabet="'=+-@ab1＝＠", max_size=8))
def test_escape_and_its_way_back_are_exact(text):
    safe = escape(text)
    assert not re.match(r"[=+\-@\t\r＝＋－＠]", safe)
    assert tidy(safe) == rapikan(text)


def test_refused_rows_can_be_taken_along():
    data = write_refused([("DATA PNS", 18, "nip_numeric_cell", "NIP tersimpan sebagai angka.")] * 3)
    columns = (
        Column("LEMBAR", True),
        Column("BARIS", True, "bilangan"),
        Column("KODE", True),
        Column("KETERANGAN", True),
    )
    table = read_table(data, "a.xlsx", columns)
    assert [tuple(r.values.values()) for r in table.rows] == [
        ("DATA PNS", "18", "nip_numeric_cell", "NIP tersimpan sebagai angka.")
    ] * 3
