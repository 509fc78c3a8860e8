"""Cleaning of typed and imported text before any rule looks at it (IMP-3)."""

import re
import unicodedata

from rentan.util.galat import TidakSah

# Excel hides a leading apostrophe, people copy it along, and word processors make it typographic.
APOSTROF = "'’‘`´"
# Zero-width and direction marks, control characters (PostgreSQL refuses NUL), lone surrogates.
_TAK_TERLIHAT = {"Cf", "Cc", "Cs"}


def rapikan(text: str) -> str:
    """NFKC, invisible and control characters removed, runs of blanks and line breaks made one, ends stripped.

    Full-width digits become ASCII; Arabic and other national digits stay what they are, so that the ASCII
    checks behind this refuse them. Superscripts, circled digits and fractions stay too: NFKC alone would
    read ``16²`` as ``162``.
    """
    if text.isascii() and text.isprintable():  # nearly every cell, and much quicker
        return " ".join(text.split())
    shown = (c for c in text if c.isspace() or unicodedata.category(c) not in _TAK_TERLIHAT)
    folded = (c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in shown)
    return " ".join(unicodedata.normalize("NFC", "".join(folded)).split())


def ambil_digit(text: object, kode: str, nama: str, *, buang: str = " .", awalan: str = "") -> str:
    """The ASCII digits of an identity number, without the separators people write in it.

    ``kode`` starts the refusal codes, ``nama`` the sentences; ``buang`` are the separators removed. A leading
    apostrophe is removed; ``awalan`` names characters allowed once in front (the ``+`` of a phone number).

    Raises ``TidakSah``: ``<kode>_numeric_cell`` when the value is not text (Excel keeps 15 digits, so a
    number may already be another person's: never guess), ``<kode>_empty``, ``<kode>_not_digits``.
    """
    if text is not None and not isinstance(text, str):
        raise TidakSah(
            f"{kode}_numeric_cell",
            f"{nama} tersimpan sebagai angka, bukan teks. Excel hanya menjaga 15 digit sehingga digit "
            "terakhir bisa berubah. Ubah kolom menjadi teks, lalu ketik ulang dari sumber aslinya.",
        )
    bersih = rapikan(text or "").lstrip(APOSTROF).translate({ord(c): None for c in buang})
    if not bersih:
        raise TidakSah(f"{kode}_empty", f"{nama} belum diisi. Isikan {nama}.")
    if not re.fullmatch(rf"[{re.escape(awalan)}]?[0-9]+" if awalan else "[0-9]+", bersih):
        raise TidakSah(
            f"{kode}_not_digits",
            f"{nama} hanya boleh berisi angka 0–9. Periksa huruf atau tanda lain di dalamnya.",
        )
    return bersih
