"""Runs inside the sandbox: opens foreign images and PDFs and makes new ones from their pixels (UPL-1…3)."""

import io
import math
import struct
from contextlib import suppress

import pypdfium2 as pdfium
from PIL import Image, ImageOps
from pypdfium2.raw import FPDF_ERR_PASSWORD

from rentan.core.errors import RuleError
from rentan.core.qr import read_codes

MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MAX_PAGES = 10
MIN_POINTS, MAX_POINTS = 10, 3_000
"""Limits of UPL-1. Points are 1/72 inch."""

DPI = 150
OUT_SIDE = 4_000
OUT_PAGE_PIXELS = 12_000_000
OUT_BYTES = 2 * 1024 * 1024
CROP_SIDE, CROP_MARGIN = 2_400, 20
"""Bounds of what we make: longer side of an image, pixels of a page, bytes of one JPEG; a crop's page in
pixels, and what is shown around the crop, in thousandths of the page."""


def clean_image(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: a JPEG or PNG as a new RGB JPEG, upright, without anything but its pixels."""
    image = _open_image(blobs[0], request["format"])
    image = _plain(image)
    codes = [_codes(image)] if request.get("kode") else []
    return {"halaman": 1, "lebar": image.width, "tinggi": image.height, "kode": codes}, [_jpeg(image)]


def _open_image(data: bytes, kind: str) -> Image.Image:
    """The decoded image; its size is checked in the header, before a pixel is unpacked (UPL-1)."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise _too_many_pixels()
    # A JPEG can be decoded at half or quarter size: less memory and time for a photo far above our bound.
    image.draft("RGB", (OUT_SIDE, OUT_SIDE))
    image.load()
    return image


def _too_many_pixels() -> RuleError:
    return RuleError(
        f"Gambar ini lebih besar dari {MAX_PIXELS // 1_000_000} megapiksel atau sisinya lebih dari "
        f"{MAX_SIDE} piksel. Potret ulang dengan ukuran sedang.",
        kode="berkas_piksel",
    )


def _plain(image: Image.Image) -> Image.Image:
    """Upright, RGB on white, within OUT_SIDE, in a fresh object: ``info`` would carry comments on (UPL-3)."""
    # Damaged EXIF is no reason to refuse: the picture itself was read in full.
    with suppress(SyntaxError, ValueError, TypeError, KeyError, struct.error):
        image = ImageOps.exif_transpose(image)
    image = _rgb(image)
    image.thumbnail((OUT_SIDE, OUT_SIDE))
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16-bit grey: keep the upper eight bits; convert() would cut every value above 255 to white.
        return image.convert("I").point(lambda v: v / 256).convert("L").convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    """The image as JPEG of at most OUT_BYTES: coarser first, then smaller."""
    while True:
        for quality in (85, 70, 50):
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality)
            if out.tell() <= OUT_BYTES:
                return out.getvalue()
        image = image.resize((max(image.width * 2 // 3, 1), max(image.height * 2 // 3, 1)))


def clean_pdf(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: a PDF as a new one of pictures; scripts, files and forms cannot come along.

    The limits hold on what the renderer shows, since parsers disagree about what a PDF contains (UPL-2).
    """
    source = _open_pdf(blobs[0])
    if not 1 <= len(source) <= MAX_PAGES:
        raise RuleError(
            f"PDF ini harus berisi 1 sampai {MAX_PAGES} halaman. Pilih halaman yang diminta saja, lalu "
            "simpan sebagai PDF baru.",
            kode="berkas_halaman",
        )
    clean = pdfium.PdfDocument.new()
    first = (0, 0)
    codes = []
    for number in range(len(source)):
        page = source[number]
        width, height = _page_size(page)
        first = first if number else (round(width), round(height))
        picture = _render(page, DPI / 72)
        if request.get("kode"):
            codes.append(_codes(picture))
        _add_picture(clean, _jpeg(picture), width, height)
        page.close()
    out = io.BytesIO()
    clean.save(out)
    head = {"halaman": len(source), "lebar": first[0], "tinggi": first[1], "kode": codes}
    return head, [out.getvalue()]


def _codes(image: Image.Image) -> list[str]:
    """Texts of the page's QR codes; a few short ones, since they are only compared with our own."""
    return [text[:100] for text in read_codes(image)[:20]]


def render_page(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: one page of a PDF as JPEG for the viewer."""
    page = _page(blobs[0], request["halaman"])
    return {}, [_jpeg(_render(page, request["sisi"] / max(_page_size(page))))]


def crop_page(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: the marked part of one page of a clean copy, a little of its surroundings included."""
    if request["pdf"]:
        page = _page(blobs[0], request["halaman"])
        image = _render(page, CROP_SIDE / max(_page_size(page)))
    else:
        image = _open_image(blobs[0], "JPEG").convert("RGB")
    left, top, width, height = request["kotak"]
    x, y = image.width / 1000, image.height / 1000
    box = (
        max(int((left - CROP_MARGIN) * x), 0),
        max(int((top - CROP_MARGIN) * y), 0),
        min(math.ceil((left + width + CROP_MARGIN) * x), image.width),
        min(math.ceil((top + height + CROP_MARGIN) * y), image.height),
    )
    return {}, [_jpeg(image.crop(box))]


def _page(data: bytes, halaman: int) -> pdfium.PdfPage:
    source = _open_pdf(data)
    if not 1 <= halaman <= len(source):
        raise RuleError("Halaman itu tidak ada dalam berkas ini.", kode="berkas_halaman")
    return source[halaman - 1]


def _open_pdf(data: bytes) -> pdfium.PdfDocument:
    try:
        source = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as e:
        if e.err_code == FPDF_ERR_PASSWORD:
            raise RuleError(
                "PDF ini dikunci kata sandi. Buka dengan kata sandinya, cetak ke PDF baru tanpa kata sandi, "
                "lalu unggah kembali.",
                kode="berkas_sandi",
            ) from None
        raise
    # Answers typed into form fields belong to the picture; the wheel has no JavaScript engine to run.
    source.init_forms()
    return source


def _page_size(page: pdfium.PdfPage) -> tuple[float, float]:
    """Width and height in points, rotation applied. Raises ``RuleError`` outside the limits."""
    width, height = page.get_size()
    if not (MIN_POINTS <= width <= MAX_POINTS and MIN_POINTS <= height <= MAX_POINTS):
        raise RuleError(
            "Ukuran halaman PDF ini tidak wajar. Cetak ulang ke PDF berukuran A4 atau F4, lalu unggah "
            "kembali.",
            kode="berkas_ukuran_halaman",
        )
    return width, height


def _render(page: pdfium.PdfPage, scale: float) -> Image.Image:
    """The page's pixels, within OUT_PAGE_PIXELS whatever its size."""
    width, height = page.get_size()
    scale = min(scale, math.sqrt(OUT_PAGE_PIXELS / (width * height)))
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image


def _add_picture(target: pdfium.PdfDocument, jpeg: bytes, width: float, height: float) -> None:
    """A page of the same size that is nothing but this JPEG."""
    picture = pdfium.PdfImage.new(target)
    picture.load_jpeg(io.BytesIO(jpeg), inline=True)
    picture.set_matrix(pdfium.PdfMatrix().scale(width, height))
    page = target.new_page(width, height)
    page.insert_obj(picture)
    page.gen_content()
    page.close()
