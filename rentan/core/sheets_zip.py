"""The guard in front of the XLSX parser: an XLSX is a ZIP of XML, and both can be weapons (IMP-1, IMP-2)."""

import io
import zipfile
from posixpath import join, normpath
from xml.etree import ElementTree
from xml.parsers import expat

from rentan.core.errors import RuleError
from rentan.core.sheets import SheetLimits

_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REL_ID_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def repack(data: bytes, limits: SheetLimits) -> bytes:
    """A new, uncompressed ZIP with nothing but the XML members that were read and found harmless.

    The parser after us has its own ZIP reader; giving it our own archive leaves no room for a directory that
    lies about sizes or shows two readers two files. Raises ``RuleError``, ``BadZipFile``.
    """
    source = zipfile.ZipFile(io.BytesIO(data))
    members = [m for m in source.infolist() if not m.is_dir()]
    _check_directory(members, limits)
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as target:
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                target.writestr(member.filename, _harmless(source.read(member)))
    return clean.getvalue()


def _check_directory(members: list[zipfile.ZipInfo], limits: SheetLimits) -> None:
    """What the directory declares, before a single byte is unpacked; zipfile then enforces the sizes."""
    if len(members) > limits.members:
        raise RuleError(
            f"Buku kerja ini berisi lebih dari {limits.members} bagian. Salin tabelnya ke buku kerja baru.",
            kode="berkas_bagian",
        )
    if sum(m.file_size for m in members) > limits.unpacked:
        raise RuleError(
            f"Buku kerja ini lebih besar dari {limits.unpacked // 1024**2} MB setelah dibuka. "
            "Salin tabelnya saja ke buku kerja baru.",
            kode="berkas_memori",
        )
    if any(m.flag_bits & 1 for m in members):
        raise RuleError(
            "Berkas ini dikunci kata sandi. Hapus kata sandinya, lalu unggah kembali.", kode="berkas_sandi"
        )
    names = [m.filename.lower() for m in members]
    if len(set(names)) != len(names):
        raise zipfile.BadZipFile("two members of one name")


def _harmless(xml: bytes) -> bytes:
    """Excel never writes a DTD; entities are only there to harm. UTF-16 would hide one from this look."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml:
        raise RuleError(
            "Berkas ini berisi perintah XML yang tidak diizinkan. Salin tabelnya ke buku kerja baru.",
            kode="berkas_dtd",
        )
    return xml


def sheet_paths(book: zipfile.ZipFile) -> dict[str, str]:
    """Which member holds which sheet, by sheet name."""
    rels = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): normpath(join("/xl", r.get("Target", ""))).lstrip("/") for r in rels}
    paths = {}
    for element in ElementTree.fromstring(book.read("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            rel = element.get(_REL_ID) or element.get(_REL_ID_STRICT)
            paths[element.get("name", "")] = targets.get(rel, "")
    return paths


def faults(xml: bytes) -> dict[tuple[int, int], str]:
    """Cells that hold an error (``galat``) or a formula without stored result (``rumus``).

    Keys are (row, column) from 0. The reader shows both as blanks, and a blank would pass for "no value".
    """
    if b'"e"' not in xml and b"'e'" not in xml and b"<f" not in xml and b":f" not in xml:
        return {}
    found: dict[tuple[int, int], str] = {}
    scan = _CellScan(found)
    scan.parser.Parse(xml, True)
    return found


class _CellScan:
    """Walks a worksheet's cells with expat; entities cannot occur (``_harmless``)."""

    def __init__(self, found: dict[tuple[int, int], str]) -> None:
        self.found = found
        self.row = self.column = -1
        self.kind = ""
        self.formula = self.value = self.inside_value = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif tag == "c":
            self.place(attributes.get("r"))
            self.kind = attributes.get("t", "")
            self.formula = self.value = False
        elif tag == "f":
            self.formula = True
        elif tag == "v":
            self.inside_value = True

    def place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        letters = reference.rstrip("0123456789")
        self.row = int(reference[len(letters) :]) - 1
        self.column = column_number(letters)

    def text(self, text: str) -> None:
        if self.inside_value and text:
            self.value = True

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self.inside_value = False
        elif tag == "c" and self.kind == "e":
            self.found[self.row, self.column] = "galat"
        elif tag == "c" and self.formula and not self.value and self.kind != "str":
            self.found[self.row, self.column] = "rumus"


def column_number(letters: str) -> int:
    """``A`` is 0, ``AA`` is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
