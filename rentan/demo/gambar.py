"""Pictures of papers for the demo city: cards and bank books that nobody has, and letters as if scanned.

Each one says that it is invented. They are drawn here rather than sent through the sandbox: our own bytes
are clean, and two hundred child processes would cost the first start half a minute.
"""

from __future__ import annotations

import io
from functools import cache

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from rentan.demo.acak import Acak

REKAAN = "REKAAN · KOTA DEMO"
DPI = 110
KTP, BUKU = (860, 540), (900, 620)
BIRU_TINTA = (28, 44, 132)


@cache
def _huruf(ukuran: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(ukuran)


@cache
def _cap(ukuran: tuple[int, int]) -> Image.Image:
    """The slanted word across every picture."""
    lembar = Image.new("L", ukuran, 0)
    ImageDraw.Draw(lembar).text(
        (ukuran[0] // 2, ukuran[1] // 2), REKAAN, fill=70, font=_huruf(ukuran[0] // 13), anchor="mm"
    )
    return lembar.rotate(24)


def _beri_cap(gambar: Image.Image) -> None:
    gambar.paste((150, 30, 30), mask=_cap(gambar.size))


def _jpeg(gambar: Image.Image, mutu: int = 72) -> bytes:
    out = io.BytesIO()
    gambar.save(out, "JPEG", quality=mutu)
    return out.getvalue()


def gambar_ktp(kop: tuple[str, str], nik: str, baris: list[tuple[str, str]]) -> bytes:
    """An identity card: head lines, number, label and value lines, and a silhouette; JPEG."""
    gambar = Image.new("RGB", KTP, (196, 222, 240))
    d = ImageDraw.Draw(gambar)
    for n, teks in enumerate(kop):
        d.text((KTP[0] // 2, 34 + 34 * n), teks.upper(), fill="black", font=_huruf(26), anchor="mm")
    d.text((40, 108), f"NIK : {nik}", fill="black", font=_huruf(34))
    for n, (label, isi) in enumerate(baris):
        d.text((40, 168 + 38 * n), label, fill="black", font=_huruf(22))
        d.text((230, 168 + 38 * n), f": {isi}", fill="black", font=_huruf(22))
    d.rectangle((640, 150, 820, 390), fill=(170, 60, 60))
    d.ellipse((690, 180, 770, 275), fill=(236, 206, 180))
    d.pieslice((655, 285, 805, 480), 180, 360, fill=(60, 60, 70))
    _beri_cap(gambar)
    return _jpeg(gambar)


def gambar_buku(bank: str, cabang: str, nomor: str, nama: str, alamat: str) -> bytes:
    """The first page of a bank book; JPEG."""
    gambar = Image.new("RGB", BUKU, (250, 248, 240))
    d = ImageDraw.Draw(gambar)
    d.rectangle((0, 0, BUKU[0], 96), fill=(20, 92, 160))
    d.text((40, 30), bank, fill="white", font=_huruf(30))
    d.text((40, 130), "TABUNGAN", fill=(20, 92, 160), font=_huruf(36))
    isi = (("Nomor rekening", nomor), ("Nama", nama), ("Alamat", alamat), ("Kantor", cabang))
    for n, (label, nilai) in enumerate(isi):
        d.text((40, 220 + 72 * n), label, fill=(90, 90, 90), font=_huruf(20))
        d.text((40, 246 + 72 * n), nilai, fill="black", font=_huruf(30))
    for y in range(530, 600, 14):
        d.line((40, y, BUKU[0] - 40, y), fill=(200, 205, 215))
    _beri_cap(gambar)
    return _jpeg(gambar)


def pindai_bertanda_tangan(pdf: bytes, halaman: int, acak: Acak) -> bytes:
    """The first ``halaman`` pages of a printed letter as a scan: stamp and signature on the last; PDF."""
    asal, hasil = pdfium.PdfDocument(pdf), pdfium.PdfDocument.new()
    for nomor in range(halaman):
        lembar = asal[nomor]
        lebar, tinggi = lembar.get_size()
        gambar = lembar.render(scale=DPI / 72).to_pil().convert("RGB")
        if nomor == halaman - 1:
            _tanda_tangan(gambar, _tempat_meterai(lembar), acak)
        _tambah_halaman(hasil, _jpeg(gambar, 60), lebar, tinggi)
        lembar.close()
    out = io.BytesIO()
    hasil.save(out)
    hasil.close()
    asal.close()
    return out.getvalue()


def _tempat_meterai(lembar: pdfium.PdfPage) -> tuple[float, float]:
    """Where the letter leaves room for the stamp, in points from the top left."""
    teks = lembar.get_textpage()
    letak = teks.search("Tanda tangan mengenai").get_next()
    lebar, tinggi = lembar.get_size()
    if letak is None:
        return lebar * 0.6, tinggi * 0.7
    kiri, _, _, atas = teks.get_charbox(letak[0])
    return float(kiri), float(tinggi - atas)


def _tanda_tangan(gambar: Image.Image, tempat: tuple[float, float], acak: Acak) -> None:
    x, y = (int(satu * DPI / 72) for satu in tempat)
    d = ImageDraw.Draw(gambar)
    d.rectangle((x - 14, y - 62, x + 118, y + 40), fill=(232, 170, 178), outline=(160, 60, 80), width=2)
    for n, teks in enumerate(("METERAI TEMPEL", "10000", REKAAN)):
        d.text((x - 4, y - 52 + 30 * n), teks, fill=(120, 20, 50), font=_huruf((13, 24, 11)[n]))
    titik = [
        (x + 40 + 9 * n + acak.randint(-8, 8), y - 8 + (-1) ** n * acak.randint(8, 38)) for n in range(17)
    ]
    d.line(titik, fill=BIRU_TINTA, width=3, joint="curve")


def _tambah_halaman(pdf: pdfium.PdfDocument, jpeg: bytes, lebar: float, tinggi: float) -> None:
    gambar = pdfium.PdfImage.new(pdf)
    gambar.load_jpeg(io.BytesIO(jpeg), inline=True)
    gambar.set_matrix(pdfium.PdfMatrix().scale(lebar, tinggi))
    lembar = pdf.new_page(lebar, tinggi)
    lembar.insert_obj(gambar)
    lembar.gen_content()
    lembar.close()
