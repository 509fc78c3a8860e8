"""What has waited too long, as XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rentan.core.clock import to_local
from rentan.core.settings import get_setting
from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.laporan.macet import Baris, Macet
from rentan.laporan.tunggu import Tunggu
from rentan.util.tanggal import format_tanggal, format_waktu

_RINGKASAN = (
    OutColumn("MENUNGGU", 52),
    OutColumn("PEMILIK", 22),
    OutColumn("JUMLAH", 10, "angka"),
    OutColumn("TERLAMA (HARI)", 14, "angka"),
    OutColumn("SEJAK", 20),
    OutColumn("JALAN KELUAR", 90),
)
_RINCIAN = (
    OutColumn("NAMA ATAU NOMOR", 38),
    OutColumn("OPD ATAU KECAMATAN", 28),
    OutColumn("SEJAK", 20),
    OutColumn("UMUR (HARI)", 12, "angka"),
)


def xlsx_macet(
    rows: Sequence[Macet], tunggu: Tunggu | None, isi: Sequence[Baris], oleh: str, waktu: datetime
) -> bytes:
    """The counts; with ``tunggu`` also its rows on a sheet of their own."""
    kepala = [
        f"Macet lebih dari {get_setting('hari_macet')} hari",
        f"Keadaan {format_waktu(waktu)}",
    ]
    ringkas: list[Sequence[Value]] = [
        (
            one.tunggu.judul,
            one.tunggu.pemilik.label,
            one.banyak,
            _umur(one.terlama, waktu),
            _hari(one.terlama),
            one.tunggu.jalan_keluar,
        )
        for one in rows
    ]
    lembar = [SheetOut("RINGKASAN", kepala, _RINGKASAN, ringkas)]
    if tunggu is not None:
        rinci: list[Sequence[Value]] = [
            (one.nama, one.tempat, _hari(one.sejak), _umur(one.sejak, waktu)) for one in isi
        ]
        lembar.append(SheetOut("RINCIAN", [*kepala, tunggu.judul], _RINCIAN, rinci))
    return write_xlsx(lembar, f"Diunduh oleh {oleh} pada {format_waktu(waktu)}")


def _hari(pada: datetime) -> str:
    return format_tanggal(to_local(pada).date())


def _umur(sejak: datetime, kini: datetime) -> int:
    return (to_local(kini).date() - to_local(sejak).date()).days
