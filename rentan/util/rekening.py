"""Bank account numbers and KPJ (BPJS membership): length warns, it does not refuse (product.md §3)."""

from rentan.util.galat import Peringatan, TidakSah
from rentan.util.teks import ambil_digit

PANJANG_KPJ = 11
# Outside these no Indonesian bank issues account numbers: a slip of the finger, not an unusual length.
_TERPENDEK, _TERPANJANG = 5, 20


def _baca(text: object, kode: str, nama: str, panjang: int) -> tuple[str, list[Peringatan]]:
    digits = ambil_digit(text, kode, nama, buang=" .-")
    if not _TERPENDEK <= len(digits) <= _TERPANJANG or not digits.strip("0"):
        raise TidakSah(f"{kode}_invalid", f"{nama} tidak mungkin benar. Periksa kembali angka-angkanya.")
    if len(digits) == panjang:
        return digits, []
    pesan = (
        f"{nama} biasanya {panjang} angka, sedangkan yang diisi {len(digits)} angka. Pastikan sudah benar."
    )
    return digits, [Peringatan(f"{kode}_panjang", pesan)]


def parse_rekening(text: object, panjang: int = 10) -> tuple[str, list[Peringatan]]:
    """Account digits (leading zeros kept) and a ``rekening_panjang`` warning when there are not ``panjang``.

    ``panjang`` comes from the city profile's bank. Raises ``TidakSah``: ``rekening_numeric_cell``,
    ``rekening_empty``, ``rekening_not_digits``, ``rekening_invalid`` (under 5, over 20 digits, all zeros).
    """
    return _baca(text, "rekening", "Nomor rekening", panjang)


def parse_kpj(text: object) -> tuple[str, list[Peringatan]]:
    """KPJ digits and a ``kpj_panjang`` warning when there are not 11.

    Raises ``TidakSah``: ``kpj_numeric_cell``, ``kpj_empty``, ``kpj_not_digits``, ``kpj_invalid``.
    """
    return _baca(text, "kpj", "Nomor KPJ", PANJANG_KPJ)


def mask_rekening(digits: str) -> str:
    """All but the last four digits hidden."""
    return "•" * (len(digits) - 4) + digits[-4:]
