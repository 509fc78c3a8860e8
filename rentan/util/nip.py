"""NIP: the 18-digit number of a civil servant (product.md §3 Identity)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rentan.util.galat import TidakSah
from rentan.util.teks import ambil_digit

# A PPPK number carries a two-digit code where a PNS number carries the month of appointment.
KODE_PPPK = range(21, 30)


@dataclass(frozen=True, slots=True)
class Nip:
    """A number that passed every digit rule. Not for life: a PPPK gets a new one with a new contract."""

    digits: str
    tanggal_lahir: date
    jenis: Literal["PNS", "PPPK"]
    jenis_kelamin: Literal["L", "P"]

    def __repr__(self) -> str:
        return "Nip(…)"  # a NIP must not reach a log through a traceback or an f-string


def _lahir(digits: str) -> date:
    try:
        lahir = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        lahir = None
    if lahir is None or lahir.year < 1900:
        raise TidakSah(
            "nip_invalid_date",
            "Delapan angka pertama NIP bukan tanggal lahir yang ada (tahun, bulan, hari). "
            "Periksa kembali NIP.",
        )
    return lahir


def _jenis(digits: str) -> Literal["PNS", "PPPK"]:
    tahun, kode = int(digits[8:12]), int(digits[12:14])
    if tahun >= 1900 and 1 <= kode <= 12:
        return "PNS"
    if tahun >= 1900 and kode in KODE_PPPK:
        return "PPPK"
    raise TidakSah(
        "nip_invalid_tmt",
        "Angka ke-9 sampai ke-14 NIP harus tahun dan bulan pengangkatan PNS, atau tahun dan kode 21–29 "
        "untuk PPPK. Periksa kembali NIP.",
    )


def parse_nip(text: object) -> Nip:
    """Read a NIP as people write it: blanks, dots and a leading apostrophe are dropped.

    Raises ``TidakSah`` with ``nip_numeric_cell``, ``nip_empty``, ``nip_not_digits``, ``nip_17_digits`` (any
    length but 18), ``nip_invalid_date``, ``nip_invalid_tmt``, ``nip_invalid_sex`` or ``nip_invalid_serial``.
    """
    digits = ambil_digit(text, "nip", "NIP")
    if len(digits) != 18:
        raise TidakSah(
            "nip_17_digits",
            f"NIP harus 18 angka, sedangkan yang diisi {len(digits)} angka. Periksa kembali NIP.",
        )
    lahir, jenis = _lahir(digits), _jenis(digits)
    if digits[14] not in "12":
        raise TidakSah(
            "nip_invalid_sex", "Angka ke-15 NIP harus 1 (laki-laki) atau 2 (perempuan). Periksa kembali NIP."
        )
    if digits[15:] == "000":
        raise TidakSah("nip_invalid_serial", "Tiga angka terakhir NIP tidak boleh 000. Periksa kembali NIP.")
    return Nip(digits, lahir, jenis, "L" if digits[14] == "1" else "P")


def format_nip(digits: str) -> str:
    """``197205052008112515`` as offices print it: ``19720505 200811 2 515``. Expects the 18 bare digits."""
    return f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"
