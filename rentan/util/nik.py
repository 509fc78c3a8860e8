"""NIK: the 16-digit number of a resident (product.md §3 Identity; PP 40/2019: a NIK is for life).

Six digits of area, ``DDMMYY`` of birth (women ``DD + 40``), four of serial. The area is where the number was
first issued: it says nothing about where a person lives now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rentan.util.galat import Peringatan, TidakSah
from rentan.util.teks import ambil_digit

TUTUP = "•"
SEBUTAN = {"L": "Laki-laki", "P": "Perempuan"}


@dataclass(frozen=True, slots=True)
class Nik:
    """A number whose digits are possible. ``tanggal_lahir`` is ``None`` while the century is unknown."""

    digits: str
    wilayah: str
    tanggal_lahir: date | None
    jenis_kelamin: Literal["L", "P"]

    def __repr__(self) -> str:
        return "Nik(…)"  # a NIK must not reach a log through a traceback or an f-string


def _hari_bulan_tahun(digits: str) -> tuple[int, int, int]:
    hari = int(digits[6:8])
    return (hari - 40 if hari > 40 else hari), int(digits[8:10]), int(digits[10:12])


def _kandidat_lahir(digits: str) -> list[date]:
    """The dates the six birth digits can mean, latest century first (29-02-00 exists in 2000 only)."""
    hari, bulan, tahun = _hari_bulan_tahun(digits)
    found = []
    for abad in (2000, 1900):
        try:
            found.append(date(abad + tahun, bulan, hari))
        except ValueError:
            continue
    return found


def tanggal_lahir_nik(nik: "Nik | str", today: date) -> date | None:
    """Birth date by the NIK, the century chosen with ``today`` (a date in Asia/Jakarta).

    Two digits of year fit two centuries, of which exactly one gives an age of 0–99 years: the latest date
    that is not in the future. Somebody of a hundred or more is therefore read a century too young; the date
    of birth is a field of its own, and this one only explains and warns. ``None``: no date is in the past.
    """
    return next((lahir for lahir in _kandidat_lahir(_baca(nik).digits) if lahir <= today), None)


def parse_nik(text: object, *, today: date | None = None) -> Nik:
    """Read a NIK; blanks, dots and a leading apostrophe are dropped. ``today`` fills ``tanggal_lahir``.

    Raises ``TidakSah`` for impossible digits only: ``nik_numeric_cell``, ``nik_empty``, ``nik_not_digits``,
    ``nik_length``, ``nik_invalid_area``, ``nik_invalid_date``, ``nik_invalid_serial``. What is merely odd is
    for ``check_nik``.
    """
    digits = ambil_digit(text, "nik", "NIK")
    if len(digits) != 16:
        raise TidakSah(
            "nik_length",
            f"NIK harus 16 angka, sedangkan yang diisi {len(digits)} angka. Periksa kembali pada KTP.",
        )
    if int(digits[:2]) < 11 or digits[2:4] == "00" or digits[4:6] == "00":
        raise TidakSah(
            "nik_invalid_area",
            "Enam angka pertama NIK bukan kode wilayah yang mungkin. Periksa kembali pada KTP.",
        )
    if not _kandidat_lahir(digits):
        raise TidakSah(
            "nik_invalid_date",
            "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir yang ada (hari, bulan, tahun; perempuan: hari "
            "ditambah 40). Periksa kembali pada KTP.",
        )
    if digits[12:] == "0000":
        raise TidakSah(
            "nik_invalid_serial", "Empat angka terakhir NIK tidak boleh 0000. Periksa kembali pada KTP."
        )
    nik = Nik(digits, digits[:6], None, "P" if int(digits[6:8]) > 40 else "L")
    if today is None:
        return nik
    return Nik(nik.digits, nik.wilayah, tanggal_lahir_nik(nik, today), nik.jenis_kelamin)


def _baca(nik: Nik | str) -> Nik:
    return nik if isinstance(nik, Nik) else parse_nik(nik)


def check_nik(
    nik: Nik | str,
    *,
    tanggal_lahir: date | None = None,
    jenis_kelamin: str | None = None,
    prefiks_daerah: Iterable[str] = (),
    today: date | None = None,
) -> list[Peringatan]:
    """What is odd about a possible NIK; an empty list when nothing is.

    ``tanggal_lahir`` and ``jenis_kelamin`` (``L``/``P``) are what was typed in their own fields;
    ``prefiks_daerah`` are the area prefixes of the city (profile), none means no such warning. With ``today``
    a birth date that only fits the future is odd too. Codes: ``nik_luar_daerah``, ``nik_beda_tanggal_lahir``,
    ``nik_beda_jenis_kelamin``, ``nik_mungkin_rusak``. Raises ``TidakSah`` when given text that is no NIK.
    """
    nik, prefiks = _baca(nik), tuple(prefiks_daerah)
    found = []
    if prefiks and not nik.digits.startswith(prefiks):
        found.append(
            Peringatan(
                "nik_luar_daerah",
                "NIK diterbitkan di luar daerah ini. Pastikan domisili pekerja sudah benar.",
            )
        )
    hari, bulan, tahun = _hari_bulan_tahun(nik.digits)
    beda = tanggal_lahir is not None and (
        tanggal_lahir.day,
        tanggal_lahir.month,
        tanggal_lahir.year % 100,
    ) != (
        hari,
        bulan,
        tahun,
    )
    if beda or (today is not None and tanggal_lahir_nik(nik, today) is None):
        found.append(
            Peringatan(
                "nik_beda_tanggal_lahir",
                "Tanggal lahir berbeda dengan yang terbaca pada NIK. Cocokkan dengan KTP.",
            )
        )
    if jenis_kelamin is not None and jenis_kelamin != nik.jenis_kelamin:
        found.append(
            Peringatan(
                "nik_beda_jenis_kelamin",
                "Jenis kelamin berbeda dengan yang terbaca pada NIK. Cocokkan dengan KTP.",
            )
        )
    if nik.digits.endswith("000"):
        found.append(
            Peringatan(
                "nik_mungkin_rusak",
                "NIK berakhiran 000. Bisa jadi angka terakhir rusak karena pernah disimpan sebagai angka di "
                "Excel. Cocokkan dengan KTP.",
            )
        )
    return found


def mask_nik(digits: str, lahir_terlihat: bool) -> str:
    """The NIK for a page (MSK-1): region, birth date and serial together *are* the NIK.

    A page that shows the birth date hides the serial; any other page shows the last four digits only.
    """
    if lahir_terlihat:
        return digits[:-4] + TUTUP * 4
    return TUTUP * (len(digits) - 4) + digits[-4:]
