"""QR codes: written, read back at any turn, and only our own texts are understood."""

import io

import pytest
from PIL import Image
from zxingcpp import BarcodeFormat, create_barcode

from rentan.core.qr import (
    KodeKartu,
    KodeLembar,
    KodePemisah,
    KodeSurat,
    check_kode,
    find_codes,
    parse_kode,
    qr_svg,
    read_codes,
)


def gambar(text: str, scale: int = 4) -> Image.Image:
    barcode = create_barcode(text, BarcodeFormat.QRCode, ec_level="Q")
    pixels = memoryview(barcode.to_image(scale=scale))
    tinggi, lebar = pixels.shape
    return Image.frombytes("L", (lebar, tinggi), pixels.tobytes())


@pytest.mark.parametrize("putar", [0, 90, 180, 270, 7])
def test_reads_back_at_any_turn(putar):
    text = "RENTAN:SK:2026-000123:2:3/4"
    assert read_codes(gambar(text).rotate(putar, expand=True, fillcolor=255)) == [text]


def test_reads_several_codes_in_reading_order():
    lembar = Image.new("L", (600, 600), 255)
    lembar.paste(gambar("RENTAN:PS:B:1:KTP"), (20, 350))
    lembar.paste(gambar("RENTAN:PS:A:1:KTP"), (20, 20))
    assert read_codes(lembar) == ["RENTAN:PS:A:1:KTP", "RENTAN:PS:B:1:KTP"]


def test_a_code_says_where_its_corners_are():
    lembar = Image.new("L", (300, 300), 255)
    lembar.paste(gambar("RENTAN:KT:7K2MQ9XW"), (20, 20))
    (upright,) = find_codes(lembar)
    assert upright.kiri_atas[0] < upright.kanan_atas[0] and upright.kiri_atas[1] < upright.kiri_bawah[1]
    (turned,) = find_codes(lembar.rotate(180))
    assert turned.kiri_atas[0] > turned.kanan_atas[0] and turned.kiri_atas[1] > turned.kiri_bawah[1]


def test_blank_page_has_no_code():
    assert read_codes(Image.new("RGB", (400, 400), "white")) == []


def test_reads_a_jpeg_of_poor_quality():
    buffer = io.BytesIO()
    gambar("RENTAN:PS:2026-1:1:BUKU").save(buffer, "JPEG", quality=15)
    assert read_codes(Image.open(buffer)) == ["RENTAN:PS:2026-1:1:BUKU"]


def test_svg_is_square_and_has_a_quiet_zone():
    svg = qr_svg("RENTAN:SK:2026-000123:1:1/2")
    assert svg.startswith("<?xml") and 'width="33" height="33"' in svg
    with pytest.raises(ValueError):
        qr_svg("")
    with pytest.raises(ValueError):
        qr_svg("x" * 5000)


@pytest.mark.parametrize(
    "kode",
    [
        KodeSurat("2026-000123", 1, 1, 2),
        KodeSurat("SK/2026/1", 12, 10, 10),
        KodePemisah("2026-000123", 3, "KTP"),
        KodePemisah("2026-000123", 3, "BUKU"),
        KodeKartu("7K2MQ9XW"),
        KodeLembar("AC-7K2M", 2, 3),
    ],
)
def test_text_and_code_agree(kode):
    assert parse_kode(check_kode(kode)) == kode


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://contoh.invalid/",
        "RENTAN:SK:2026-1:1:3/2",
        "RENTAN:SK:2026-1:0:1/2",
        "RENTAN:SK:2026-1:1:1/2\n",
        "RENTAN:SK:2026-1:1:1/2 ",
        "rentan:sk:2026-1:1:1/2",
        "RENTAN:SK::1:1/2",
        "RENTAN:SK:2026-1:١:1/2",
        "RENTAN:PS:2026-1:1:SIM",
        "RENTAN:XX:2026-1:1:KTP",
    ],
)
def test_foreign_text_is_not_guessed(text):
    assert parse_kode(text) is None


@pytest.mark.parametrize("ref", ["", "kecil", "A:B", "A B", "-A", "A" * 41])
def test_reference_that_cannot_be_read_back_is_refused(ref):
    with pytest.raises(ValueError):
        check_kode(KodeSurat(ref, 1, 1, 1))
