"""QR codes on printed paper: what they say, how they are drawn and how they are read back.

The text names the paper, never a person: ``RENTAN:SK:<ref>:<versi>:<halaman>/<jumlah>`` on each page of a
letter, ``RENTAN:PS:<ref>:<versi>:KTP|BUKU`` on a sheet to paste on, ``RENTAN:KT:<kode>`` on a card's label
and line, ``RENTAN:LH:<acara>:<halaman>/<jumlah>`` on each page of an attendance sheet. It keeps to QR's
alphanumeric set (capitals, digits and a few signs): fewer and larger modules than free text, so worn copies
stay readable.
"""

import re
from dataclasses import dataclass
from typing import Literal

import zxingcpp
from PIL import Image

JenisPemisah = Literal["KTP", "BUKU"]

#: Side of the code on a sheet to paste on, and its frame there as (left, top, width, height) from the code's
#: upper left corner: millimetres. Print and reader of the stack scan both go by these.
SISI_QR_TEMPEL = 32
BINGKAI_TEMPEL: dict[JenisPemisah, tuple[int, int, int, int]] = {
    "KTP": (0, 42, 180, 130),
    "BUKU": (0, 42, 180, 208),
}

_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_REF = r"[A-Z0-9][A-Z0-9./-]{0,39}"
_SURAT = re.compile(rf"RENTAN:SK:({_REF}):([1-9][0-9]{{0,3}}):([1-9][0-9]{{0,2}})/([1-9][0-9]{{0,2}})")
_PEMISAH = re.compile(rf"RENTAN:PS:({_REF}):([1-9][0-9]{{0,3}}):(KTP|BUKU)")
_KARTU = re.compile(rf"RENTAN:KT:({_REF})")
_LEMBAR = re.compile(rf"RENTAN:LH:({_REF}):([1-9][0-9]{{0,2}})/([1-9][0-9]{{0,2}})")


@dataclass(frozen=True)
class KodeSurat:
    """One page of one version of a letter."""

    ref: str
    versi: int
    halaman: int
    jumlah: int

    def __str__(self) -> str:
        return f"RENTAN:SK:{self.ref}:{self.versi}:{self.halaman}/{self.jumlah}"


@dataclass(frozen=True)
class KodePemisah:
    """The sheet on which the copy of a KTP or of a bank-book page is pasted for a stack scan."""

    ref: str
    versi: int
    jenis: JenisPemisah

    def __str__(self) -> str:
        return f"RENTAN:PS:{self.ref}:{self.versi}:{self.jenis}"


@dataclass(frozen=True)
class KodeKartu:
    """One card, by our own short code: on its label, on packing lists and on its line of a sheet."""

    kode: str

    def __str__(self) -> str:
        return f"RENTAN:KT:{self.kode}"


@dataclass(frozen=True)
class KodeLembar:
    """One page of the attendance sheet of a hand-over day."""

    acara: str
    halaman: int
    jumlah: int

    def __str__(self) -> str:
        return f"RENTAN:LH:{self.acara}:{self.halaman}/{self.jumlah}"


Kode = KodeSurat | KodePemisah | KodeKartu | KodeLembar


def parse_kode(text: str) -> Kode | None:
    """Return what a QR text says, or ``None`` when it is not one of ours (nothing is guessed)."""
    if kartu := _KARTU.fullmatch(text):
        return KodeKartu(kartu[1])
    if lembar := _LEMBAR.fullmatch(text):
        acara, halaman, jumlah = lembar.groups()
        return KodeLembar(acara, int(halaman), int(jumlah)) if int(halaman) <= int(jumlah) else None
    if surat := _SURAT.fullmatch(text):
        ref, versi, halaman, jumlah = surat.groups()
        if int(halaman) <= int(jumlah):
            return KodeSurat(ref, int(versi), int(halaman), int(jumlah))
        return None
    if pemisah := _PEMISAH.fullmatch(text):
        return KodePemisah(pemisah[1], int(pemisah[2]), "KTP" if pemisah[3] == "KTP" else "BUKU")
    return None


def check_kode(kode: Kode) -> str:
    """Return the QR text; raises ``ValueError`` when `parse_kode` would not read it back the same."""
    text = str(kode)
    if parse_kode(text) != kode:
        raise ValueError("reference, version or page number cannot be written into a QR code")
    return text


def qr_svg(text: str, *, tepi: bool = True) -> str:
    """Return the QR code of `text` as a square SVG, quiet zone included unless `tepi` is false.

    Error correction Q (25 %): the letters are folded, stamped and photocopied.
    Raises ``ValueError`` for an empty text or one too long for a QR code.
    """
    if not text:
        raise ValueError("a QR code needs a text")
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    return barcode.to_svg(add_quiet_zones=tepi)


Titik = tuple[int, int]


@dataclass(frozen=True)
class KodeTerbaca:
    """A QR code in a picture: its text and its corners in pixels, named as on the upright symbol."""

    teks: str
    kiri_atas: Titik
    kanan_atas: Titik
    kanan_bawah: Titik
    kiri_bawah: Titik


def find_codes(image: Image.Image) -> list[KodeTerbaca]:
    """Return all QR codes in `image` in reading order (top to bottom, left to right).

    Rotated and upside-down pages are read too. Not limited in memory or time: the image must come from the
    limited child process (UPL-2) or from our own renderer.
    """
    found = [
        KodeTerbaca(
            code.text,
            *(
                (corner.x, corner.y)
                for corner in (
                    code.position.top_left,
                    code.position.top_right,
                    code.position.bottom_right,
                    code.position.bottom_left,
                )
            ),
        )
        for code in zxingcpp.read_barcodes(image.convert("L"), formats=_FORMATS)
    ]
    return sorted(found, key=lambda one: (one.kiri_atas[1], one.kiri_atas[0]))


def read_codes(image: Image.Image) -> list[str]:
    """Return the texts of all QR codes in `image`; order and warning as `find_codes`."""
    return [one.teks for one in find_codes(image)]
