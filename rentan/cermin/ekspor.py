"""The mirror as XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from rentan.cermin.cermin import Sel
from rentan.cermin.queries import Baris, Hitung
from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.util.tanggal import format_bulan, format_tanggal, format_waktu

_SEL = (
    OutColumn("SEHARUSNYA", 12),
    OutColumn("BANK", 8),
    OutColumn("BPJS", 8),
    OutColumn("ARTI", 50),
    OutColumn("JUMLAH", 10, "angka"),
    OutColumn("BELUM ADA YANG MENGURUS", 14, "angka"),
    OutColumn("TINDAKAN", 60),
    OutColumn("PEMILIK", 18),
)
_BARIS = (
    OutColumn("PEKERJA", 34),
    OutColumn("DONATUR", 34),
    OutColumn("OPD", 24),
    OutColumn("UANG", 26),
    OutColumn("BPJS", 26),
    OutColumn("IURAN (RP)", 12, "angka"),
    OutColumn("TINDAKAN", 60),
    OutColumn("PEMILIK", 18),
    OutColumn("TENGGAT", 18),
)


def xlsx_cermin(
    bulan: date, hitung: Sequence[Hitung], sel: Sel | None, isi: Sequence[Baris], oleh: str, waktu: datetime
) -> bytes:
    """The counts of the month; with ``sel`` also the sponsorships of that cell on a sheet of their own."""
    kepala = [f"Cermin iuran {format_bulan(bulan)}", f"Keadaan {format_waktu(waktu)}"]
    ringkas: list[Sequence[Value]] = [
        (
            *("ya" if satu == "1" else "tidak" for satu in one.sel.kode),
            one.sel.label,
            one.banyak,
            0 if one.sel.cocok else one.tanpa_urusan,
            one.sel.tindakan,
            one.sel.pemilik.label if one.sel.pemilik else "",
        )
        for one in hitung
    ]
    lembar = [SheetOut("CERMIN", kepala, _SEL, ringkas)]
    if sel is not None:
        rinci: list[Sequence[Value]] = [
            (
                one.pekerja,
                one.donatur,
                one.opd,
                one.uang.label if one.uang else "belum dijadwalkan",
                one.bpjs.label if one.bpjs else "",
                one.jumlah,
                one.langkah,
                one.pemilik,
                format_tanggal(one.tenggat) if one.tenggat else "",
            )
            for one in isi
        ]
        lembar.append(SheetOut("RINCIAN", [*kepala, sel.label], _BARIS, rinci))
    return write_xlsx(lembar, f"Diunduh oleh {oleh} pada {format_waktu(waktu)}")
