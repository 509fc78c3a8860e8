"""Money: whole rupiah, always ``int`` (product.md §3 Price)."""

import re

from babel.numbers import format_currency

from rentan.util.galat import TidakSah
from rentan.util.teks import rapikan

# "16800", "16.800", "Rp16.800", "Rp 16.800,00", "Rp16.800,-". Groups of three or no dots, so that "16.8" and
# "1.6800" are refused instead of read as something else; a leading zero smells of a phone or an account.
_RUPIAH = re.compile(
    r"(?:Rp\.?\s?)?(0|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]*)(?:,(?:00|-))?", re.IGNORECASE
)
_TERBESAR = 999_999_999_999_999

_KATA = (
    "nol",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_TINGKAT = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (1000, "ribu"),
    (100, "ratus"),
    (10, "puluh"),
)


def parse_rupiah(text: object) -> int:
    """Read an amount as people write it: ``16.800``, ``Rp16.800`` and ``16800`` are 16800 rupiah.

    Raises ``TidakSah``: ``rupiah_empty``, ``rupiah_invalid`` (``1e5``, ``16_800``, ``16,8``, ``-1``, a number
    instead of text), ``rupiah_too_large`` (more than 15 digits).
    """
    bersih = rapikan(text) if isinstance(text, str) else ""
    if text is None or (isinstance(text, str) and not bersih):
        raise TidakSah("rupiah_empty", "Jumlah rupiah belum diisi. Isikan misalnya 16.800.")
    cocok = _RUPIAH.fullmatch(bersih)
    if cocok is None:
        raise TidakSah(
            "rupiah_invalid",
            "Jumlah rupiah tidak dapat dibaca. Tuliskan angka bulat, misalnya 16.800 atau 16800.",
        )
    angka = cocok[1].replace(".", "")
    if len(angka) > len(str(_TERBESAR)):
        raise TidakSah(
            "rupiah_too_large", "Jumlah rupiah terlalu besar. Periksa kembali banyaknya angka nol."
        )
    return int(angka)


def format_rupiah(jumlah: int) -> str:
    """``16800`` rupiah as ``Rp16.800``."""
    return format_currency(jumlah, "IDR", "¤#,##0", locale="id", currency_digits=False)


def _sebut(n: int) -> str:
    if n < len(_KATA):
        return _KATA[n]
    if n < 20:
        return f"{_KATA[n - 10]} belas"
    nilai, nama = next(tingkat for tingkat in _TINGKAT if n >= tingkat[0])
    banyak, sisa = divmod(n, nilai)
    # "seratus" and "seribu", but "satu juta": ten, hundred and thousand have words of their own.
    depan = f"se{nama}" if banyak == 1 and nilai <= 1000 else f"{_sebut(banyak)} {nama}"
    return f"{depan} {_sebut(sisa)}" if sisa else depan


def terbilang(jumlah: int) -> str:
    """Rupiah in words, as a letter states a ceiling: ``enam belas ribu delapan ratus rupiah``.

    Raises ``ValueError`` for amounts below zero or beyond 15 digits.
    """
    if not 0 <= jumlah <= _TERBESAR:
        raise ValueError("terbilang: amount out of range")
    return f"{_sebut(jumlah)} rupiah"
