"""The frozen lines of a debit batch and its file: references with a check digit, account, amount, day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rentan.autodebet.layout_debet import Nilai, layout_debet
from rentan.core.numbering import next_numbers
from rentan.core.subject import reveal_values
from rentan.iuran.models import Percobaan
from rentan.paket.models import Paket, PaketUang
from rentan.paket.penangan import BerkasPaket
from rentan.util.tanggal import format_bulan

PANJANG_REFERENSI = 20


def make_referensi(bulan: date, nomor: int) -> str:
    """``D2612-000123-0``: month of the batch, running number of its year, check digit."""
    digits = f"{bulan:%y%m}{nomor:06d}"
    return f"D{digits[:4]}-{digits[4:]}-{angka_periksa(digits)}"


def angka_periksa(digits: str) -> int:
    """Luhn (ISO/IEC 7812-1): one wrong digit, or two neighbours swapped, does not go unnoticed."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 - place % 2)
        total += double - 9 if double > 9 else double
    return -total % 10


def isi_baris(paket: Paket, uang: PaketUang, baris: Sequence[Percobaan]) -> list[dict[str, Any]]:
    """What each line says, with new references; as JSON values, in the order of the file."""
    rekening = reveal_values(
        "iuran", "rekening", [(one.iuran_id, one.asn_id, one.iuran.rekening_enc or b"") for one in baris]
    )
    nomor = next_numbers("referensi_debet", paket.periode.year, len(baris))
    return [
        {
            "no": no,
            "periode": one.iuran.periode.isoformat(),
            "referensi": make_referensi(paket.periode, satu),
            "rekening": rekening[one.iuran_id],
            "nama_rekening": one.iuran.nama_rekening or "",
            "nominal": one.iuran.tagihan,
            "tanggal": uang.tanggal.isoformat(),
            "keterangan": f"Iuran {one.iuran.program} {format_bulan(one.iuran.periode)}",
        }
        for no, (one, satu) in enumerate(zip(baris, nomor, strict=True), 1)
    ]


def berkas_debet(paket: Paket, uang: PaketUang, isi: Sequence[dict[str, Any]]) -> BerkasPaket:
    """The file of these lines in the batch's layout."""
    layout = layout_debet(uang.layout)
    ringkasan: dict[str, Nilai] = {
        "nomor": paket.nomor or "",
        "periode": paket.periode,
        "tanggal": uang.tanggal,
        "jumlah": len(isi),
        "total": sum(one["nominal"] for one in isi),
    }
    data = layout.write(ringkasan, _dengan_tanggal(isi))
    return BerkasPaket(data, f"{paket.jenis}-{paket.periode:%Y-%m}-{paket.nomor}.{layout.akhiran}")


def _dengan_tanggal(isi: Iterable[dict[str, Any]]) -> Iterable[dict[str, Nilai]]:
    for one in isi:
        yield one | {key: date.fromisoformat(one[key]) for key in ("periode", "tanggal")}
