"""Uploaded papers: every hostile file ends as a clean copy or as one sentence (UPL-1, 2, 3, 7)."""

import io
import math
import random
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from rentan.berkas.sanitise import MAX_BYTES, render_page, sanitise
from rentan.core.errors import RuleError

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = b"<script>alert(1)</script>"


def encode(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(size=(300, 200), mode="RGB"):
    """Red in the upper left quarter, blue elsewhere: shows turns and mirrors."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def opened(clean):
    image = Image.open(io.BytesIO(clean.data))
    image.load()
    return image


def is_red(image, x, y):
    red, _, blue = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    return red > 180 and blue < 80


def pdf(*objects, trailer=b""):
    """A PDF of raw objects, numbered from 1; object 1 is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, xref)
    return bytes(out)


def stream(body, extra=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(body), body)


def page_pdf(content=b"1 0 0 rg 0 100 100 100 re f", box=b"0 0 200 200", page=b"", catalog=b"", more=()):
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, page),
        stream(content),
        *more,
    )


def pages_pdf(count, said=None):
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"
    said = count if said is None else said
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (said, kids), *[page] * count
    )


def refusal(data, name):
    with pytest.raises(RuleError) as error:
        sanitise(data, name)
    sentence = error.value.pesan
    assert sentence.endswith(".") and len(sentence) < 250
    return error.value


# Images


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "I;16", "CMYK"])
def test_every_mode_becomes_an_rgb_jpeg(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = Image.new("I;16", (300, 200), 30_000) if mode == "I;16" else picture(mode=mode)
    clean = sanitise(encode(source, kind), f"ktp.{kind}")
    image = opened(clean)
    assert (clean.mime, clean.halaman, clean.lebar, clean.tinggi) == ("image/jpeg", 1, 300, 200)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (300, 200))
    if mode in ("RGB", "P", "RGBA", "CMYK"):
        assert is_red(image, 0.2, 0.2) and not is_red(image, 0.8, 0.8)
    if mode == "I;16":
        assert 110 < image.getpixel((9, 9))[0] < 124


def test_transparency_is_put_on_white():
    assert opened(sanitise(encode(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"), "a.png")).getpixel(
        (9, 9)
    ) == (
        255,
        255,
        255,
    )


def test_phone_orientation_is_applied_and_all_exif_gone():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "Rumah Siti"
    exif.get_ifd(0x8825)[2] = (6.0, 59.0, 0.0)
    clean = sanitise(encode(picture(), exif=exif), "KTP saya.JPG")
    image = opened(clean)
    assert image.size == (200, 300) == (clean.lebar, clean.tinggi)
    assert is_red(image, 0.8, 0.2) and not is_red(image, 0.2, 0.2)
    assert not image.getexif() and b"Siti" not in clean.data and b"Exif" not in clean.data


def test_damaged_exif_does_not_refuse_the_photo():
    data = encode(picture())
    broken = data[:2] + b"\xff\xe1\x00\x12Exif\0\0MM\0*\xff\xff\xff\xff\0\0" + data[2:]
    assert sanitise(broken, "a.jpg").lebar == 300


def test_a_large_photo_is_bounded():
    noise = Image.effect_noise((3000, 2400), 120)
    clean = sanitise(encode(noise, quality=60), "a.jpg")
    assert len(clean.data) <= 2 * 1024 * 1024
    wide = sanitise(encode(Image.new("L", (11_000, 3_000)), "PNG"), "a.png")
    assert (wide.lebar, wide.tinggi) == (4000, 1091)


def test_nothing_beside_pixels_survives_in_an_image():
    info = PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    info.add_itxt("XML:com.adobe.xmp", SCRIPT.decode())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    hostile = {
        "com.jpg": encode(picture(), comment=SCRIPT),
        "icc.jpg": encode(picture(), icc_profile=profile.ljust(len(profile) + 30, b"\0") + SCRIPT),
        "ekor.jpg": encode(picture()) + SCRIPT,
        "zip.jpg": encode(picture()) + b"PK\x03\x04" + SCRIPT + b"PK\x05\x06" + b"\0" * 18,
        "pdf.jpg": encode(picture()) + b"%PDF-1.7" + SCRIPT,
        "app.jpg": encode(picture()).replace(b"\xff\xdb", b"\xff\xef\0\x1b" + SCRIPT + b"\xff\xdb", 1),
        "teks.png": encode(picture(), "PNG", pnginfo=info),
        "ekor.png": encode(picture(), "PNG") + SCRIPT,
    }
    for name, data in hostile.items():
        assert SCRIPT in data, name
        clean = sanitise(data, name)
        assert SCRIPT not in clean.data and b"alert" not in clean.data, name
        assert clean.data.startswith(b"\xff\xd8\xff") and clean.data.endswith(b"\xff\xd9"), name
        assert set(opened(clean).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, name


def test_pixel_bombs_are_refused_from_the_header():
    start = time.monotonic()
    for size in ((13_000, 13_000), (12_001, 10), (8_000, 5_001), (20_000, 20_000)):
        assert refusal(encode(Image.new("1", size), "PNG"), "bom.png").kode == "berkas_piksel"
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    assert refusal(b"\x89PNG\r\n\x1a\n" + chunk, "bom.png").kode in ("berkas_piksel", "berkas_rusak")
    assert time.monotonic() - start < 20
    assert sanitise(encode(Image.new("1", (8_000, 5_000)), "PNG"), "besar.png").lebar == 4000


# PDF


def test_a_pdf_becomes_pictures_of_its_pages():
    clean = sanitise(page_pdf(box=b"0 0 595 842", content=b"1 0 0 rg 0 421 297 421 re f"), "surat.PDF")
    assert (clean.mime, clean.halaman, clean.lebar, clean.tinggi) == ("application/pdf", 1, 595, 842)
    document = pdfium.PdfDocument(clean.data)
    (only,) = list(document[0].get_objects())
    assert only.get_filters() == ["DCTDecode"] and only.get_px_size() == (1240, 1755)
    image = document[0].render().to_pil()
    assert is_red(image, 0.2, 0.2) and not is_red(image, 0.8, 0.2) and not is_red(image, 0.2, 0.8)


def test_rotation_and_several_pages():
    clean = sanitise(page_pdf(box=b"0 0 200 300", page=b"/Rotate 90"), "a.pdf")
    assert (clean.lebar, clean.tinggi) == (300, 200)
    ten = sanitise(pages_pdf(10), "a.pdf")
    assert ten.halaman == 10 == len(pdfium.PdfDocument(ten.data))


def test_nothing_of_the_source_survives_in_a_pdf():
    data = page_pdf(
        content=b"BT /F1 12 Tf 20 20 Td (RAHASIA) Tj ET",
        page=b"/Annots[5 0 R]/AA<</O 6 0 R>>"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
        catalog=b"/OpenAction 6 0 R"
        b"/Names<</EmbeddedFiles<</Names[(x.exe) 7 0 R]>>/JavaScript<</Names[(a) 6 0 R]>>>>"
        b"/AcroForm<</Fields[5 0 R]>>/Metadata 9 0 R",
        more=(
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(RAHASIA)/Rect[0 0 50 50]"
            b"/A<</S/URI/URI(http://jahat.example)>>>>",
            b"<</S/JavaScript/JS(app.alert\\('x'\\))>>",
            b"<</Type/Filespec/F(x.exe)/EF<</F 8 0 R>>>>",
            stream(b"MZ-executable", b"/Type/EmbeddedFile"),
            stream(SCRIPT, b"/Type/Metadata/Subtype/XML"),
        ),
    )
    clean = sanitise(data + SCRIPT, "a.pdf").data
    words = (
        "JavaScript /JS OpenAction EmbeddedFile Annot AcroForm URI /Metadata RAHASIA MZ-exec jahat /AA /Font"
    )
    for word in (*words.encode().split(), SCRIPT):
        assert word not in clean, word
    document = pdfium.PdfDocument(clean)
    assert document[0].get_textpage().get_text_bounded() == "" and document.count_attachments() == 0


def test_page_limits():
    assert refusal(pages_pdf(11), "a.pdf").kode == "berkas_halaman"
    assert refusal(pages_pdf(0), "a.pdf").kode in ("berkas_halaman", "berkas_rusak")
    for box in (b"0 0 9 100", b"0 0 100 3001", b"0 0 14400 14400"):
        assert refusal(page_pdf(box=box), "a.pdf").kode == "berkas_ukuran_halaman", box
    largest = sanitise(page_pdf(box=b"0 0 3000 3000"), "a.pdf")
    (only,) = list(pdfium.PdfDocument(largest.data)[0].get_objects())
    assert math.prod(only.get_px_size()) <= 12_100_000


def test_a_page_count_that_lies_yields_no_page_beyond_it_and_nothing_beyond_the_limit():
    assert sanitise(pages_pdf(3000, said=1), "a.pdf").halaman == 1
    assert refusal(pages_pdf(1, said=3000), "a.pdf").kode == "berkas_halaman"
    assert sanitise(pages_pdf(2, said=-1), "a.pdf").halaman == 2


def test_page_trees_in_circles():
    loop = pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 2/Kids[2 0 R 2 0 R]>>")
    assert refusal(loop, "a.pdf").kode.startswith("berkas_")


def test_nested_flate_bomb_is_held_by_the_sandbox():
    inner = zlib.compressobj(9)
    first = b"".join(inner.compress(b"0 0 m\n" * 200_000) for _ in range(400)) + inner.flush()
    twice = zlib.compress(first, 9)
    bomb = pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>",
        stream(twice, b"/Filter[/FlateDecode/FlateDecode]"),
    )
    assert len(bomb) < 20_000
    start = time.monotonic()
    try:
        assert sanitise(bomb, "a.pdf").halaman == 1
    except RuleError as e:
        assert e.kode == "berkas_rusak"
    assert time.monotonic() - start < 25


def test_password_pdf_is_told_what_to_do():
    locked = page_pdf().replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>"
        % (b"41" * 32, b"42" * 32),
    )
    error = refusal(locked, "a.pdf")
    assert error.kode == "berkas_sandi" and "kata sandi" in error.pesan


def test_render_page_for_the_viewer():
    clean = sanitise(page_pdf(box=b"0 0 200 400", content=b"1 0 0 rg 0 200 100 200 re f"), "a.pdf")
    image = Image.open(io.BytesIO(render_page(clean.data, 1, sisi=800)))
    assert (image.format, image.size) == ("JPEG", (400, 800))
    assert is_red(image, 0.2, 0.2) and not is_red(image, 0.8, 0.8)
    for number in (0, 2, -1):
        with pytest.raises(RuleError, match="tidak ada"):
            render_page(clean.data, number)


# Wrong files


JPEG, PNG = encode(picture()), encode(picture(), "PNG")


@pytest.mark.parametrize(
    ("data", "name", "kode", "words"),
    [
        (b"", "a.jpg", "berkas_kosong", "kosong"),
        (JPEG.ljust(MAX_BYTES + 1, b"\0"), "a.jpg", "berkas_terlalu_besar", "5 MB"),
        (JPEG, "a.png", "berkas_tidak_cocok", ".png"),
        (PNG, "a.jpg", "berkas_tidak_cocok", ".jpg"),
        (page_pdf(), "a.jpeg", "berkas_tidak_cocok", ".jpeg"),
        (JPEG, "a.pdf", "berkas_tidak_cocok", ".pdf"),
        (b" " + page_pdf(), "a.pdf", "berkas_tidak_cocok", ".pdf"),
        (JPEG, "a.exe", "berkas_jenis", "JPG, PNG, atau PDF"),
        (JPEG, "a", "berkas_jenis", "JPG, PNG, atau PDF"),
        (JPEG, "a.jpg.html", "berkas_jenis", "JPG, PNG, atau PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "a.png", "berkas_tidak_cocok", "bukan PNG"),
        (b"<!doctype html>" + SCRIPT, "a.png", "berkas_tidak_cocok", "bukan PNG"),
        (b"GIF89a" + JPEG, "a.jpg", "berkas_tidak_cocok", "bukan JPG"),
        (b"\0\0\0\x18ftypheic\0\0", "a.heic", "berkas_jenis", "HEIC"),
        (b"\0\0\0\x18ftypheic\0\0", "a.jpg", "berkas_jenis", "HEIC"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", "berkas_jenis", "WEBP"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a.png", "berkas_jenis", "WEBP"),
        (b"PK\x03\x04", "surat.docx", "berkas_jenis", "Word"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "a.png", "berkas_rusak", "rusak"),
        (b"\xff\xd8\xff" + SCRIPT, "a.jpg", "berkas_rusak", "rusak"),
        (b"%PDF-1.7\n" + SCRIPT, "a.pdf", "berkas_rusak", "rusak"),
        (b"%PDF-1.7\n" + JPEG, "a.pdf", "berkas_rusak", "rusak"),
    ],
)
def test_wrong_files_get_one_sentence(data, name, kode, words):
    error = refusal(data, name)
    assert error.kode == kode and words in error.pesan


@pytest.mark.parametrize("part", [0.05, 0.4, 0.9])
def test_truncated_images_are_refused(part):
    noise = encode(Image.effect_noise((200, 200), 90))
    assert refusal(noise[: int(len(noise) * part)], "a.jpg").kode == "berkas_rusak"
    assert refusal(PNG[: int(len(PNG) * part)], "a.png").kode == "berkas_rusak"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.pdf"])
def test_damaged_bytes_end_in_a_copy_or_a_sentence(name, seed):
    chance = random.Random(seed)
    data = bytearray({"a.jpg": JPEG, "a.png": PNG, "a.pdf": page_pdf()}[name])
    for _ in range(6):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    try:
        assert sanitise(bytes(data), name).halaman == 1
    except RuleError as e:
        assert e.kode.startswith("berkas_")


def test_the_web_process_never_loads_a_parser():
    code = (
        "import sys, rentan.berkas.sanitise, rentan.core.sheets;"
        "sys.exit(bool({'PIL', 'pypdfium2', 'python_calamine'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
