"""Runs inside the sandbox: finds the lines of scanned attendance sheets by their QR codes and cuts them out.

Nothing is read from the ink: a line's picture goes to somebody who looks at it. Only whether there is ink in
the signature box is measured, as a hint.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import pypdfium2 as pdfium
from PIL import Image, ImageOps

from rentan.core.cetak_serah import LEMBAR, sisi_qr
from rentan.core.errors import RuleError
from rentan.core.qr import KodeKartu, KodeLembar, KodeTerbaca, find_codes, parse_kode

MAX_PAGES = 40
MAX_PIXELS = 40_000_000
DPI = 200
#: Resolution of the cut lines, pixels a millimetre: small writing stays readable.
KELUAR = 6
#: More dark pixels than this share of the signature box is ink, not dust.
TINTA = 0.004
GELAP = 150


@dataclass(frozen=True)
class Garis:
    """A line's code: its centre and side in pixels, and the direction of writing in radians."""

    kode: str
    x: float
    y: float
    sisi: float
    arah: float


def read_sheets(request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    """Sandbox target: one entry per line found, with page and ink, and one JPEG each.

    ``lembar`` tells per page which page code stood on it (or ``None``).
    """
    pages = _pages(blobs[0]) if request["format"] == "PDF" else [_image(blobs[0], request["format"])]
    lembar, baris, gambar = [], [], []
    for page in pages:
        code, lines = _codes(page)
        lembar.append(code)
        for line in lines:
            picture = _cut(page, line)
            baris.append({"kode": line.kode, "halaman": len(lembar), "bertanda": _is_signed(picture)})
            gambar.append(_jpeg(picture))
    return {"lembar": lembar, "baris": baris}, gambar


def _image(data: bytes, kind: str) -> Image.Image:
    """One photographed or scanned page; its size is known before a pixel is unpacked (UPL-1)."""
    image = Image.open(io.BytesIO(data), formats=[kind])
    if image.width * image.height > MAX_PIXELS:
        raise RuleError(
            f"Gambar ini lebih besar dari {MAX_PIXELS // 1_000_000} megapiksel. Pindai ulang dengan resolusi "
            "200 dpi.",
            "lembar",
            kode="berkas_piksel",
        )
    return ImageOps.exif_transpose(image).convert("L")


def _pages(data: bytes) -> list[Image.Image]:
    """Every page of a scanned PDF as a grey picture."""
    source = pdfium.PdfDocument(data)
    if not 1 <= len(source) <= MAX_PAGES:
        raise RuleError(
            f"PDF ini harus berisi 1 sampai {MAX_PAGES} halaman. Bagi menjadi beberapa berkas.",
            "lembar",
            kode="berkas_halaman",
        )
    found = []
    for number in range(len(source)):
        page = source[number]
        scale = min(DPI / 72, 3_000 / max(page.get_size()))
        bitmap = page.render(scale=scale, grayscale=True)
        found.append(bitmap.to_pil().convert("L"))
        bitmap.close()
        page.close()
    return found


def _codes(page: Image.Image) -> tuple[dict | None, list[Garis]]:
    """The page's own code and its lines, with one direction of writing for all of them."""
    lembar, lines = None, {}
    for found in find_codes(page):
        kode = parse_kode(found.teks)
        if isinstance(kode, KodeLembar):
            lembar = {"acara": kode.acara, "halaman": kode.halaman, "jumlah": kode.jumlah}
        elif isinstance(kode, KodeKartu):
            lines[kode.kode] = _line(kode.kode, found)
    return lembar, _straighten(list(lines.values()))


def _line(kode: str, found: KodeTerbaca) -> Garis:
    corners = (found.kiri_atas, found.kanan_atas, found.kanan_bawah, found.kiri_bawah)
    x = sum(one[0] for one in corners) / 4
    y = sum(one[1] for one in corners) / 4
    # Both horizontal edges together give the direction, all four the side.
    dx = found.kanan_atas[0] - found.kiri_atas[0] + found.kanan_bawah[0] - found.kiri_bawah[0]
    dy = found.kanan_atas[1] - found.kiri_atas[1] + found.kanan_bawah[1] - found.kiri_bawah[1]
    edges = zip(corners, (*corners[1:], corners[0]), strict=True)
    sisi = sum(math.dist(a, b) for a, b in edges) / 4
    return Garis(kode, x, y, sisi, math.atan2(dy, dx))


def _straighten(lines: list[Garis]) -> list[Garis]:
    """The codes stand below each other: the line through them is steadier than one small code's edges."""
    if len(lines) < 2:
        return lines
    arah = math.atan2(sum(math.sin(one.arah) for one in lines), sum(math.cos(one.arah) for one in lines))
    down = (-math.sin(arah), math.cos(arah))  # unit vector to the next line, by the codes' own edges
    lines = sorted(lines, key=lambda one: one.x * down[0] + one.y * down[1])
    first, last = lines[0], lines[-1]
    measured = math.atan2(last.y - first.y, last.x - first.x) - math.pi / 2
    off = math.atan2(math.sin(measured - arah), math.cos(measured - arah))
    arah = arah + off if abs(off) < math.radians(5) else arah
    sisi = sum(one.sisi for one in lines) / len(lines)
    return [Garis(one.kode, one.x, one.y, sisi, arah) for one in lines]


def _cut(page: Image.Image, line: Garis) -> Image.Image:
    """The boxes and the signature of one line, upright, at ``KELUAR`` pixels a millimetre."""
    px = line.sisi / sisi_qr(str(KodeKartu(line.kode)))  # pixels of the scan a millimetre
    step = px / KELUAR
    width = round((LEMBAR.isian_kanan - LEMBAR.isian_kiri) * KELUAR)
    height = round(LEMBAR.tinggi * KELUAR)
    cos, sin = math.cos(line.arah) * step, math.sin(line.arah) * step
    left, top = LEMBAR.isian_kiri * px / step, -LEMBAR.tinggi / 2 * px / step
    where = (
        cos, -sin, line.x + left * cos - top * sin,
        sin, cos, line.y + left * sin + top * cos,
    )  # fmt: skip
    grey = page.convert("L")
    return grey.transform(
        (width, height), Image.Transform.AFFINE, where, Image.Resampling.BILINEAR, fillcolor=255
    )


def _is_signed(picture: Image.Image) -> bool:
    """Is there ink in the signature box, its edges left out?"""
    rand = 2 * KELUAR
    left = round((LEMBAR.ttd_kiri - LEMBAR.isian_kiri) * KELUAR) + rand
    box = picture.crop((left, rand, picture.width - rand, picture.height - rand))
    dark = sum(box.histogram()[:GELAP])
    return dark > TINTA * box.width * box.height


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
