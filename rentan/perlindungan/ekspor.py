"""Whose cover ends soon, as XLSX."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.perlindungan.queries import Baris
from rentan.perlindungan.tampil import kalimat_bulan, siapa
from rentan.util.tanggal import format_tanggal, format_waktu

_KOLOM = (
    OutColumn("NAMA PEKERJA", 34),
    OutColumn("64 TAHUN KE ATAS", 12),
    OutColumn("DONATUR", 34),
    OutColumn("OPD", 24),
    OutColumn("KEADAAN", 26),
    OutColumn("AMAN SAMPAI", 20),
    OutColumn("SEBAB", 30),
    OutColumn("YANG DAPAT MENOLONG", 22),
    OutColumn("JALAN KELUAR", 60),
    OutColumn("BULAN YANG DIPERLUKAN", 34),
    OutColumn("MASIH DIPERLUKAN (RP)", 16, "angka"),
    OutColumn("DEBET TERAKHIR YANG MENOLONG", 22),
    OutColumn("TUNAI ATAU TRANSFER PALING LAMBAT", 22),
)


def xlsx_jatuh(rows: Sequence[Baris], judul: str, kalimat_saringan: str, oleh: str, waktu: datetime) -> bytes:
    """The filtered list, with the filters in use above it."""
    kepala = [judul, kalimat_saringan, f"Keadaan {format_waktu(waktu)}"]
    isi: list[Sequence[Value]] = [
        (
            one.nama,
            "ya" if one.tua else "",
            one.donatur,
            one.opd,
            one.status.label,
            format_tanggal(one.aman) if one.aman else "",
            one.sebab.label,
            siapa(one.jalan.siapa),
            one.jalan.kalimat,
            kalimat_bulan(one.termurah.bulan),
            one.termurah.jumlah,
            format_tanggal(one.termurah.terakhir.debet) if one.termurah.terakhir.debet else "",
            format_tanggal(one.termurah.terakhir.tunai) if one.termurah.terakhir.tunai else "",
        )
        for one in rows
    ]
    return write_xlsx(
        [SheetOut("PERLINDUNGAN", kepala, _KOLOM, isi)], f"Diunduh oleh {oleh} pada {format_waktu(waktu)}"
    )
