"""Scanned stacks as offices make them: our own prints, filled in, turned, skewed, noisy, copied badly."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from rentan.core.cetak import render_dokumen
from rentan.core.cetak_data import Pemisah
from tests.surat_kuasa.kertas import print_of

SKALA = 130 / 72
PUTIH = (250, 250, 246)


def lembar_surat(surat: object) -> dict[str, Image.Image]:
    """``1``, ``2`` … the signed pages, ``KTP`` and ``BUKU`` with their copies pasted on."""
    pdf = pdfium.PdfDocument(print_of(surat))  # type: ignore[arg-type]
    pages = [pdf[n].render(scale=SKALA).to_pil().convert("RGB") for n in range(len(pdf))]
    halaman = surat.halaman  # type: ignore[attr-defined]
    found = {str(n + 1): tanda_tangan(pages[n]) for n in range(halaman)}
    return found | {"KTP": tempel(pages[halaman], "KTP"), "BUKU": tempel(pages[halaman + 1], "BUKU")}


def lembar_tempel(ref: str, versi: int = 1, *, isi: bool = True) -> dict[str, Image.Image]:
    """The two sheets to paste on, of any reference; ``isi=False``: nothing pasted."""
    cetakan = render_dokumen(
        Pemisah(ref=ref, versi=versi, penerbit="Gerakan Uji"), waktu=datetime(2026, 11, 21, tzinfo=UTC)
    )
    pdf = pdfium.PdfDocument(cetakan.pdf)
    pages = {
        jenis: pdf[n].render(scale=SKALA).to_pil().convert("RGB") for n, jenis in enumerate(("KTP", "BUKU"))
    }
    return {jenis: tempel(page, jenis) if isi else page for jenis, page in pages.items()}


def tanda_tangan(page: Image.Image) -> Image.Image:
    """Signed: a pen stroke near the foot of the page."""
    signed = page.copy()
    x, y = signed.width * 0.6, signed.height * 0.7
    points = [(x + n * 9, y + (37 * n) % 23) for n in range(20)]
    ImageDraw.Draw(signed).line(points, fill=(20, 30, 120), width=3)
    return signed


def tempel(page: Image.Image, jenis: str) -> Image.Image:
    """A made-up card or bank-book page pasted into the frame."""
    full = page.copy()
    mm = full.width / 210
    wide, high = (86, 54) if jenis == "KTP" else (140, 100)
    card = Image.new(
        "RGB", (round(wide * mm), round(high * mm)), (190, 210, 235) if jenis == "KTP" else (238, 236, 228)
    )
    draw = ImageDraw.Draw(card)
    for line in range(7):
        draw.line([(10, 15 + line * 22), (card.width * 0.6, 15 + line * 22)], fill=(30, 30, 30), width=4)
    draw.rectangle([card.width * 0.7, 20, card.width * 0.95, card.height * 0.7], fill=(120, 90, 80))
    full.paste(card, (round(30 * mm), round(70 * mm)))
    return full


def pindai(
    page: Image.Image, acak: random.Random, *, putar: int | None = None, miring: float = 3.0
) -> Image.Image:
    """Through a worn sheet feeder: turned, skewed, grey and dusty."""
    turned = page.rotate(acak.uniform(-miring, miring), Image.Resampling.BILINEAR, fillcolor=PUTIH)
    turned = turned.rotate(acak.choice((0, 90, 180, 270)) if putar is None else putar, expand=True)
    return Image.blend(turned, _noise(turned.size), 0.12)


@cache
def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 24).convert("RGB")


def kosong(acak: random.Random) -> Image.Image:
    return pindai(Image.new("RGB", (1074, 1520), PUTIH), acak)


def tak_terbaca(page: Image.Image, acak: random.Random) -> Image.Image:
    """Somebody's coffee on the code: no reader can read it."""
    spoiled = page.copy()
    draw = ImageDraw.Draw(spoiled)
    w, h = spoiled.size
    draw.rectangle([0, 0, w * 0.45, h * 0.14], fill=(90, 60, 30))
    draw.rectangle([0, h * 0.86, w, h], fill=(90, 60, 30))
    return pindai(spoiled, acak)


def jadi_pdf(pages: Sequence[Image.Image], mutu: int = 40) -> bytes:
    """One PDF of JPEG pictures, as scanners make it."""
    out = io.BytesIO()
    pages = [one.copy() for one in pages]  # Pillow remembers on each picture what it was saved with before
    pages[0].save(out, "PDF", save_all=True, append_images=list(pages[1:]), resolution=130, quality=mutu)
    return out.getvalue()
