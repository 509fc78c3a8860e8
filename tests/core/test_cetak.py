"""Printed documents: complete, the same each time, safe with any text, and their codes read back."""

import dataclasses
import re
from datetime import UTC, timedelta

import pypdfium2 as pdfium
import pytest

from rentan.core import cetak
from rentan.core.cetak import KOTAK, TEMPLATES, render_dokumen, render_pdf
from rentan.core.cetak_data import (
    Pemisah,
)
from tests.core.contoh_cetak import GANAS, PANJANG, SEMUA, TERBACA, WAKTU, surat, tanda_terima, teks_pdf

# --- every document ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kertas", ["a4", "f4"])
@pytest.mark.parametrize("nama", SEMUA)
def test_same_data_same_bytes_on_the_right_paper(nama, kertas):
    dokumen = SEMUA[nama]("Contoh")
    first = render_dokumen(dokumen, waktu=WAKTU, kertas=kertas)
    assert first == render_dokumen(dokumen, waktu=WAKTU, kertas=kertas)
    assert first.pdf != render_dokumen(dokumen, waktu=WAKTU + timedelta(minutes=1), kertas=kertas).pdf
    with pdfium.PdfDocument(first.pdf) as pdf:
        sizes = {tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in pdf}
    assert sizes == {(210, 297) if kertas == "a4" else (215, 330)}


def test_time_zone_of_the_same_moment_does_not_matter():
    utc = WAKTU.astimezone(UTC)
    assert render_dokumen(surat(), waktu=utc) == render_dokumen(surat(), waktu=WAKTU)


@pytest.mark.parametrize("nama", SEMUA)
def test_typed_text_is_never_read_as_typst(nama):
    isi = " ".join(teks_pdf(render_dokumen(SEMUA[nama](GANAS), waktu=WAKTU).pdf))
    padat = "".join(isi.split())
    assert "".join(TERBACA.split()) in padat
    assert "root:" not in isi
    assert KOTAK in isi and "\U0001f600" not in isi


@pytest.mark.parametrize("nama", SEMUA)
def test_long_texts_stay_inside_the_page(nama):
    dokumen = SEMUA[nama](PANJANG + " " + "x" * 120)
    with pdfium.PdfDocument(render_dokumen(dokumen, waktu=WAKTU).pdf) as pdf:
        for page in pdf:
            width, height = page.get_size()
            textpage = page.get_textpage()
            for i in range(textpage.count_rects()):
                left, bottom, right, top = textpage.get_rect(i)
                assert left >= 0 and bottom >= 0 and right <= width and top <= height


@pytest.mark.parametrize("nama", SEMUA)
def test_is_archival_and_names_nobody_in_its_metadata(nama):
    pdf = render_dokumen(SEMUA[nama]("Contoh"), waktu=WAKTU).pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf and b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    with pdfium.PdfDocument(pdf) as dokumen:
        metadata = str(dokumen.get_metadata_dict())
    assert not re.search(r"Sari|Slamet|Wati|\d{10,}(?<!20261121104200)", metadata.replace("D:20261121", ""))


def test_every_printable_character_has_a_glyph():
    printable = "".join(
        chr(c) for c in range(0x20, 0x2700) if not cetak._TAK_TERCETAK.match(chr(c)) and c not in (0xAD,)
    )
    assert KOTAK in printable and "é" in printable
    render_dokumen(tanda_terima(" ".join(printable)), waktu=WAKTU)


def test_invisible_marks_are_dropped_and_letters_composed():
    nama = "Si\u202eti\u200b A\u0000mi\u0301nah"
    [teks] = teks_pdf(render_dokumen(dataclasses.replace(tanda_terima(), nama=nama), waktu=WAKTU).pdf)
    assert "Siti Amínah" in teks


# --- the doors of the compiler -----------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["../cetak/pemisah", "/etc/passwd", "tidak_ada", "", "pemisah.typ"])
def test_only_known_templates(template):
    with pytest.raises(ValueError):
        render_pdf(template, {}, waktu=WAKTU)


def test_naive_time_and_unknown_paper_are_refused():
    isi = Pemisah(ref="2026-1", versi=1, penerbit="x").isi()
    with pytest.raises(ValueError):
        render_pdf("pemisah", isi, waktu=WAKTU.replace(tzinfo=None))
    with pytest.raises(ValueError):
        render_pdf("pemisah", isi, waktu=WAKTU, kertas="a3")  # type: ignore[arg-type]


@pytest.mark.parametrize("berkas", ["/etc/hostname", "../../pyproject.toml", "/../base.html"])
def test_a_template_cannot_read_outside_its_folder(tmp_path, monkeypatch, berkas):
    (tmp_path / "cetak").mkdir()
    (tmp_path / "base.html").write_text("x")
    (tmp_path / "cetak" / "nakal.typ").write_text(f'#read("{berkas}")\n#metadata(1) <jumlah-halaman>')
    monkeypatch.setattr(cetak, "TEMPLATES", tmp_path / "cetak")
    with pytest.raises(RuntimeError, match="escape the project root|searched at .*/cetak/etc/hostname"):
        render_pdf("nakal", {}, waktu=WAKTU)


def test_templates_evaluate_nothing_and_fetch_nothing():
    for path in TEMPLATES.glob("*.typ"):
        assert not re.search(r"\beval\(|@preview|@local|plugin\(", path.read_text()), path.name


def test_templates_name_no_city_and_no_bank():
    for path in TEMPLATES.glob("*.typ"):
        assert not re.search(r"semarang|jateng|jawa tengah", path.read_text(), re.I), path.name
