"""The forecast of ends of service as XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rentan.core.clock import to_local
from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.siaga.masa import BarisRamalan, Ramalan
from rentan.util.tanggal import format_bulan, format_tanggal, format_waktu

_RINGKASAN = (
    OutColumn("HARI TERAKHIR", 20),
    OutColumn("ASN", 10, "angka"),
    OutColumn("DONATUR", 10, "angka"),
    OutColumn("PEKERJA", 10, "angka"),
)
_RINCIAN = (
    OutColumn("NAMA", 38),
    OutColumn("OPD", 20),
    OutColumn("STATUS", 18),
    OutColumn("SEBAB", 18),
    OutColumn("HARI TERAKHIR", 20),
    OutColumn("PEKERJA", 10, "angka"),
    OutColumn("BULAN TANPA POTONGAN", 22),
    OutColumn("PENGGANTI PALING LAMBAT", 24),
    OutColumn("DONATUR DIBERI TAHU", 22),
)


def xlsx_ramalan(
    ringkas: Sequence[Ramalan], rows: Sequence[BarisRamalan], oleh: str, waktu: datetime
) -> bytes:
    """Counts per day for the whole roster, and the donors by name."""
    kepala = ["Ramalan akhir masa kerja donatur", f"Keadaan {format_waktu(waktu)}"]
    jumlah: list[Sequence[Value]] = [
        (format_tanggal(one.berakhir), one.asn, one.donatur, one.pekerja) for one in ringkas
    ]
    rinci: list[Sequence[Value]] = [
        (
            one.nama,
            one.opd,
            one.status_asn,
            one.sebab,
            format_tanggal(one.berakhir),
            one.pekerja,
            format_bulan(one.bulan),
            format_tanggal(one.batas),
            "" if one.diingatkan is None else format_tanggal(to_local(one.diingatkan).date()),
        )
        for one in rows
    ]
    return write_xlsx(
        [SheetOut("RINGKASAN", kepala, _RINGKASAN, jumlah), SheetOut("DONATUR", kepala, _RINCIAN, rinci)],
        f"Diunduh oleh {oleh} pada {format_waktu(waktu)}",
    )
