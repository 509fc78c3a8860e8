"""Files that are no tables, too large, or weapons: each ends in one sentence (IMP-1, IMP-2)."""

import io
import zipfile

import pytest

from rentan.core.errors import RuleError
from rentan.core.sheets import SheetLimits, read_table
from tests.core.sheet_files import NIK, ORANG, book, change, read, refused, sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD = sheet(("NIK", "NAMA"), (NIK, "Siti"))


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.xlsx", "kosong"),
        (OLE + b"\0" * 600, "a.xls", ".xls (Excel lama)"),
        (OLE + b"\0" * 600, "a.xlsx", ".xls (Excel lama)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "kata sandi"),
        (GOOD, "a.ods", "LibreOffice"),
        (GOOD, "a.xlsm", "makro"),
        (GOOD, "a.csv", "isinya bukan teks CSV"),
        (GOOD, "a", "tidak diterima"),
        (b"%PDF-1.7 ...", "a.pdf", "PDF"),
        (b"%PDF-1.7 ...", "a.xlsx", "PDF"),
        (b"<html><table>", "a.xlsx", "bukan buku kerja"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "rusak"),
        (b"PK\x03\x04" + b"sampah" * 100, "a.xlsx", "rusak"),
    ],
)
def test_wrong_files_get_one_sentence(data, name, words):
    assert words in refused(data, name).pesan


def test_limits_are_settings():
    assert refused(GOOD, bytes=100).kode == "berkas_bytes"
    assert refused(GOOD, members=3).kode == "berkas_bagian"
    assert refused(GOOD, unpacked=1000).kode == "berkas_memori"
    with pytest.raises(RuleError) as wide:
        read_table(GOOD, "a.xlsx", ORANG, limits=SheetLimits(columns=1))
    assert wide.value.kode == "berkas_kolom"
    three = sheet(("NIK", "NAMA"), *[(NIK, "Siti")] * 3)
    assert refused(three, rows=2).kode == "berkas_baris"
    assert len(read(three, rows=3).rows) == 3


def test_fifty_thousand_rows_fit():
    data = sheet(("NIK", "NAMA", "UPAH"), *[(NIK, f"Siti {n}", n) for n in range(50_000)])
    assert len(read(data).rows) == 50_000


@pytest.mark.parametrize("marker", [b'<!DOCTYPE x [<!ENTITY a "b">]>', "<!DOCTYPE x>".encode("utf-16-le")])
@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_dtd_is_refused_in_any_member(marker, member):
    data = change(GOOD, lambda name, xml: xml.replace(b"?>", b"?>" + marker, 1) if name == member else xml)
    assert refused(data).kode == "berkas_dtd"


def test_zip_bomb_declared_and_lying():
    declared = change(GOOD, lambda _, xml: xml, [("xl/media/a.bin", b"\0" * 101 * 1024 * 1024)])
    assert refused(declared).kode == "berkas_memori"
    # The directory says 1,000 bytes; the stream holds 80 MB of cells.
    bomb = change(
        GOOD,
        lambda name, xml: (
            xml.replace(
                b"</sheetData>", b'<row r="9">' + b"<c><v>1</v></c>" * 5_000_000 + b"</row></sheetData>"
            )
            if name == "xl/worksheets/sheet1.xml"
            else xml
        ),
    )
    with zipfile.ZipFile(io.BytesIO(bomb)) as z:
        size = z.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = bomb.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert refused(lying).kode == "berkas_rusak"
    assert refused(bomb).kode in ("berkas_kolom", "berkas_memori")


def test_cell_far_outside_and_shared_text_bomb_do_not_take_the_memory():
    far = sheet(("NIK", "NAMA"), (NIK, "Siti"))
    far = change(
        far,
        lambda name, xml: (
            xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
            if name == "xl/worksheets/sheet1.xml"
            else xml
        ),
    )
    assert refused(far).kode == "berkas_memori"
    long_text = sheet(("NIK", "NAMA"), (NIK, "x" * 32_000))
    many = change(
        long_text,
        lambda name, xml: (
            xml.replace(
                b"</sheetData>",
                b"".join(
                    b'<row r="%d"><c r="A%d" t="s"><v>3</v></c></row>' % (n, n) for n in range(3, 40_000)
                )
                + b"</sheetData>",
            )
            if name == "xl/worksheets/sheet1.xml"
            else xml
        ),
    )
    assert refused(many).kode == "berkas_memori"


def test_a_stray_cell_at_the_last_row_is_no_reason_to_refuse():
    def fill(wb):
        ws = wb.add_worksheet()
        ws.write_row(0, 0, ("NIK", "NAMA"))
        ws.write_row(1, 0, (NIK, "Siti"))
        ws.write_string(400_000, 1, " ")

    assert len(read(book(fill)).rows) == 1


def test_two_members_of_one_name_and_encrypted_members():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = change(GOOD, lambda _, xml: xml, [("xl/workbook.xml", b"<workbook/>")])
    assert refused(twice).kode == "berkas_rusak"
    locked = bytearray(GOOD)
    at = locked.rfind(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert "kata sandi" in refused(bytes(locked)).pesan


@pytest.mark.parametrize("seed", range(12))
def test_damaged_bytes_end_in_a_sentence_or_in_rows(seed):
    """Every way a parser can fail becomes one clean refusal; nothing else escapes."""
    data = bytearray(GOOD)
    for n in range(25):
        data[(seed * 7919 + n * 104729) % len(data)] ^= 1 + (seed + n) % 255
    try:
        read(bytes(data))
    except RuleError as e:
        assert e.kode.startswith(("berkas_", "jenis_", "judul_"))
