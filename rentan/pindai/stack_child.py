"""Runs inside the sandbox: opens a foreign stack page by page, reads its codes, makes new pictures (UPL-1).

A page that is one scanned picture is taken as that picture, at the smallest size that is large enough: many
times faster than drawing the page. Where no code is found, the reader looks harder before it gives up.
"""

import io
import math
import os
from collections.abc import Iterator

import pypdfium2 as pdfium
from PIL import Image, ImageFilter, ImageOps
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_PAGEOBJ_IMAGE

from rentan.core.errors import RuleError
from rentan.core.qr import (
    BINGKAI_TEMPEL,
    SISI_QR_TEMPEL,
    KodePemisah,
    KodeSurat,
    KodeTerbaca,
    Titik,
    find_codes,
    parse_kode,
)

SISI = 1_700
"""Pixels of the longer side of what is kept: 145 dpi on A4, enough to read small print."""
OUT_BYTES = 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MIN_POINTS, MAX_POINTS = 10, 3_000
DPI = 200
TINTA_KOSONG = 400
"""Ink per million below which a page is blank: dust and noise stay far below, one line of text far above."""
TINTA_TEMPEL = 3_000
"""Ink per million of the frame below which nothing is pasted in it."""
TEPI_BINGKAI = 6
"""Millimetres inside the frame that are not looked at: its own line, skewed, and shadows of the glass."""
_GELAP = 45
"""How much darker than the paper a point must be to count as ink (0-255)."""

Found = tuple[KodeSurat | KodePemisah, KodeTerbaca]


def inspect(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: how many pages the reader really finds, not what the file claims."""
    source = _open(request["fd"])
    if not 1 <= len(source) <= request["maks"]:
        raise RuleError(
            f"PDF ini harus berisi 1 sampai {request['maks']} halaman. Pindai setumpuk demi setumpuk, lalu "
            "unggah satu per satu.",
            kode="tumpukan_halaman",
        )
    return {"halaman": len(source)}, []


def read_pages(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: pages ``nomor`` (from 1), each with what its code says and a new upright JPEG."""
    source = _open(request["fd"])
    heads, pictures = [], []
    for number in request["nomor"]:
        head, jpeg = _read(source, number)
        heads.append(head | {"nomor": number})
        pictures.append(jpeg)
    return {"halaman": heads}, pictures


def bind(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: our own JPEGs bound into PDFs; ``jilid`` holds how many pages each of them has."""
    pictures = iter(blobs)
    made = []
    for count in request["jilid"]:
        target = pdfium.PdfDocument.new()
        for _ in range(count):
            _add_picture(target, next(pictures))
        out = io.BytesIO()
        target.save(out)
        made.append(out.getvalue())
    return {}, made


def _add_picture(target: pdfium.PdfDocument, jpeg: bytes) -> None:
    """A page with the picture's proportions and the longer side of A4."""
    width, height = Image.open(io.BytesIO(jpeg)).size
    scale = 842 / max(width, height)
    picture = pdfium.PdfImage.new(target)
    picture.load_jpeg(io.BytesIO(jpeg), inline=True)
    picture.set_matrix(pdfium.PdfMatrix().scale(width * scale, height * scale))
    page = target.new_page(width * scale, height * scale)
    page.insert_obj(picture)
    page.gen_content()
    page.close()


def _open(fd: int) -> pdfium.PdfDocument:
    file = os.fdopen(os.dup(fd), "rb")
    file.seek(0)
    try:
        source = pdfium.PdfDocument(file)
    except pdfium.PdfiumError as e:
        if e.err_code == FPDF_ERR_PASSWORD:
            raise RuleError(
                "PDF ini dikunci kata sandi. Simpan hasil pindai tanpa kata sandi, lalu unggah kembali.",
                kode="tumpukan_sandi",
            ) from None
        raise
    source.init_forms()
    return source


# -- one page -----------------------------------------------------------------------------------------------


def _read(source: pdfium.PdfDocument, number: int) -> tuple[dict, bytes]:
    page = source[number - 1]
    width, height = page.get_size()
    if not (MIN_POINTS <= width <= MAX_POINTS and MIN_POINTS <= height <= MAX_POINTS):
        raise ValueError("page size")
    picture = _embedded(page, SISI) or _render(page, SISI * 72 / max(width, height))
    tinta = _ink(picture)
    found: list[Found] = []
    if tinta >= TINTA_KOSONG:
        found = _look(page, picture)
    page.close()
    # Two different codes on one page: nobody knows which of the two papers it is.
    one = found[0] if found and len({code for code, _ in found}) == 1 else None
    turn, empty = 0, False
    if one is not None:
        kode, code = one
        empty = isinstance(kode, KodePemisah) and _frame_is_empty(picture, kode, code)
        turn = _turn(code)
        picture = picture.rotate(-turn, expand=True)
    return (
        {
            "kode": str(one[0]) if one else None,
            "putaran": turn,
            "tinta": tinta,
            "kosong": tinta < TINTA_KOSONG,
            "tempel_kosong": empty,
            "lebar": picture.width,
            "tinggi": picture.height,
        },
        _jpeg(picture),
    )


def _embedded(page: pdfium.PdfPage, sisi: int) -> Image.Image | None:
    """The page's one JPEG, decoded no larger than needed; ``None`` for pages that are more than that."""
    objects = list(page.get_objects(max_depth=2))
    if len(objects) != 1 or objects[0].type != FPDF_PAGEOBJ_IMAGE:
        return None
    image = objects[0]
    a, b, c, d, _, _ = image.get_matrix().get()
    width, height = page.get_mediabox()[2:]
    upright = a > 0 and d > 0 and abs(b) + abs(c) < 1
    covers = a >= 0.9 * width and d >= 0.9 * height
    if not (upright and covers) or image.get_filters() != ["DCTDecode"]:
        return None
    coded = Image.open(io.BytesIO(bytes(image.get_data(decode_simple=False))), formats=["JPEG"])
    if coded.width * coded.height > MAX_PIXELS or max(coded.size) > MAX_SIDE:
        return None
    if coded.mode not in ("L", "RGB"):  # CMYK scans come inverted or not: PDFium knows
        return None
    if sisi < max(coded.size):
        share = sisi / max(coded.size)
        coded.draft(coded.mode, (round(coded.width * share), round(coded.height * share)))
    picture = coded.convert("RGB")
    turn = page.get_rotation()
    return picture.rotate(-turn, expand=True) if turn else picture


def _render(page: pdfium.PdfPage, scale: float) -> Image.Image:
    width, height = page.get_size()
    bitmap = page.render(scale=min(scale, math.sqrt(MAX_PIXELS / 3 / (width * height))))
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return picture


def _look(page: pdfium.PdfPage, picture: Image.Image) -> list[Found]:
    """Our codes on the page, in the coordinates of ``picture``; harder and harder until one is read."""
    for candidate in _candidates(page, picture):
        share = (picture.width / candidate.width, picture.height / candidate.height)
        if found := [(kode, _scaled(code, *share)) for kode, code in _codes(candidate)]:
            return found
    return []


def _scaled(code: KodeTerbaca, x: float, y: float) -> KodeTerbaca:
    def at(corner: Titik) -> Titik:
        return round(corner[0] * x), round(corner[1] * y)

    return KodeTerbaca(
        code.teks, at(code.kiri_atas), at(code.kanan_atas), at(code.kanan_bawah), at(code.kiri_bawah)
    )


def _candidates(page: pdfium.PdfPage, picture: Image.Image) -> Iterator[Image.Image]:
    grey = picture.convert("L")
    yield grey
    full = _embedded(page, MAX_SIDE)
    if full is not None and full.size != picture.size:
        yield full.convert("L")
    drawn = _render(page, DPI / 72).convert("L")
    yield drawn
    yield ImageOps.autocontrast(drawn.filter(ImageFilter.MedianFilter(3)), cutoff=2)
    yield ImageOps.autocontrast(grey.filter(ImageFilter.GaussianBlur(1.2)), cutoff=5)
    yield grey.resize((grey.width // 2, grey.height // 2), Image.Resampling.BOX)


def _codes(image: Image.Image) -> list[Found]:
    found = []
    for code in find_codes(image)[:20]:
        parsed = parse_kode(code.teks)
        if isinstance(parsed, KodeSurat | KodePemisah):
            found.append((parsed, code))
    return found


def _turn(code: KodeTerbaca) -> int:
    """By how many degrees clockwise the page must be turned, seen from the code's upper edge."""
    x = code.kanan_atas[0] - code.kiri_atas[0]
    y = code.kanan_atas[1] - code.kiri_atas[1]
    return round(-math.degrees(math.atan2(y, x)) / 90) * 90 % 360


def _paper(grey: Image.Image) -> int:
    """The brightness of the paper: most of a page is paper."""
    counts = grey.histogram()
    left = sum(counts) * 0.4
    for value in range(255, -1, -1):
        left -= counts[value]
        if left <= 0:
            return value
    return 0


def _small(picture: Image.Image, longest: int) -> Image.Image:
    """Grey and small, single dark points (dust, noise) removed."""
    grey = picture.convert("L")
    share = longest / max(grey.size)
    size = (max(round(grey.width * share), 8), max(round(grey.height * share), 8))
    return grey.resize(size, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(3))


def _share(grey: Image.Image, paper: int) -> int:
    dark = sum(grey.histogram()[: max(paper - _GELAP, 0)])
    return round(1_000_000 * dark / (grey.width * grey.height))


def _ink(picture: Image.Image) -> int:
    """Dark points per million, the outermost 3 % of the page left out (edges, shadows)."""
    grey = _small(picture, 800)
    x, y = round(grey.width * 0.03), round(grey.height * 0.03)
    grey = grey.crop((x, y, grey.width - x, grey.height - y))
    return _share(grey, _paper(grey))


def _frame_is_empty(picture: Image.Image, kode: KodePemisah, code: KodeTerbaca) -> bool:
    """Is nothing pasted in the frame? Where the frame cannot be found, a person has to look: yes."""
    left, top, width, height = BINGKAI_TEMPEL[kode.jenis]
    x, y = code.kiri_atas
    across = ((code.kanan_atas[0] - x) / SISI_QR_TEMPEL, (code.kanan_atas[1] - y) / SISI_QR_TEMPEL)
    down = ((code.kiri_bawah[0] - x) / SISI_QR_TEMPEL, (code.kiri_bawah[1] - y) / SISI_QR_TEMPEL)

    def at(mm_x: float, mm_y: float) -> tuple[float, float]:
        return x + across[0] * mm_x + down[0] * mm_y, y + across[1] * mm_x + down[1] * mm_y

    near, far_x, far_y = TEPI_BINGKAI, left + width - TEPI_BINGKAI, top + height - TEPI_BINGKAI
    corners = (at(left + near, top + near), at(left + near, far_y), at(far_x, far_y), at(far_x, top + near))
    if not all(
        -0.02 * picture.width <= px <= 1.02 * picture.width
        and -0.02 * picture.height <= py <= 1.02 * picture.height
        for px, py in corners
    ):
        return True  # an older separator sheet, or a cut-off page
    size = (round(width * 4), round(height * 4))
    flat = picture.convert("L").transform(
        size, Image.Transform.QUAD, [one for corner in corners for one in corner], Image.Resampling.BILINEAR,
        fillcolor=255,
    )  # fmt: skip
    paper = _paper(_small(picture, 800))
    return _share(flat.filter(ImageFilter.MedianFilter(5)), paper) < TINTA_TEMPEL


def _jpeg(picture: Image.Image) -> bytes:
    """A new JPEG of the pixels alone, bounded in size and bytes."""
    picture = picture.convert("RGB")
    picture.thumbnail((SISI, SISI))
    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture)
    for quality in (80, 65, 45):
        out = io.BytesIO()
        fresh.save(out, "JPEG", quality=quality)
        if out.tell() <= OUT_BYTES:
            break
    return out.getvalue()
