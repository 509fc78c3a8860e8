"""The crop of a page: the marked part and a little around it, from pictures and PDFs, made in the sandbox."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from rentan.berkas.sanitise import crop_page
from rentan.core.errors import RuleError
from tests.surat_kuasa.kertas import as_jpeg, as_pdf


def page(colour: str) -> Image.Image:
    """A white A4 page with a coloured box from 20 to 40 % across and 50 to 60 % down."""
    image = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(image).rectangle((248, 877, 496, 1052), fill=colour)
    return image


KOTAK = (200, 500, 200, 100)


@pytest.mark.parametrize(("nomor", "warna"), [(1, (255, 0, 0)), (2, (0, 0, 255))])
def test_part_of_a_pdf_page(nomor: int, warna: tuple[int, int, int]) -> None:
    pdf = as_pdf([page("red"), page("blue")])
    crop = Image.open(io.BytesIO(crop_page(pdf, "application/pdf", nomor, KOTAK)))
    middle = crop.getpixel((crop.width // 2, crop.height // 2))
    assert all(abs(a - b) < 40 for a, b in zip(middle, warna, strict=True))
    assert min(crop.getpixel((2, 2))) > 200  # a little of the surroundings
    assert crop.width / crop.height == pytest.approx(240 * 1240 / (140 * 1754), rel=0.02)


def test_part_of_a_picture_at_its_edge() -> None:
    crop = Image.open(io.BytesIO(crop_page(as_jpeg(page("red")), "image/jpeg", 1, (0, 0, 100, 100))))
    assert crop.size == (pytest.approx(149, abs=1), pytest.approx(211, abs=1))


def test_page_that_is_not_there() -> None:
    with pytest.raises(RuleError) as caught:
        crop_page(as_pdf([page("red")]), "application/pdf", 2, KOTAK)
    assert caught.value.kode == "berkas_halaman"
