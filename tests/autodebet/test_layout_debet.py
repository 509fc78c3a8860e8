"""Two layouts write the same lines from data; each reads as its bank reads."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from rentan.autodebet.layout_debet import layout_debet, nama_layout
from rentan.core.errors import RuleError
from rentan.core.settings import SETTINGS

RINGKASAN = {
    "nomor": "DB-2026-0007",
    "periode": date(2026, 12, 1),
    "tanggal": date(2026, 12, 1),
    "jumlah": 2,
    "total": 25_200,
}
BARIS = [
    {
        "no": n,
        "periode": date(2026, 12, 1),
        "referensi": f"D2612-00000{n}-0",
        "rekening": "0034567890",
        "nama_rekening": nama,
        "nominal": nominal,
        "tanggal": date(2026, 12, 1),
        "keterangan": "IURAN BPJS TK",
    }
    for n, nama, nominal in ((1, 'Sari; "Dewi"', 8_400), (2, "=Réni", 16_800))
]


def test_csv() -> None:
    """product.md §5: titles, header and trailer; a name can neither add a column nor a formula."""
    assert layout_debet("csv").write(RINGKASAN, BARIS).decode().splitlines() == [
        "H;DB-2026-0007;2026-12;2026-12-01;2;25200",
        "NO;PERIODE;REFERENSI;NO_REKENING;NAMA_REKENING;NOMINAL;TANGGAL_DEBET;KETERANGAN",
        "1;2026-12;D2612-000001-0;0034567890;Sari Dewi;8400;2026-12-01;IURAN BPJS TK",
        "2;2026-12;D2612-000002-0;0034567890;'=Réni;16800;2026-12-01;IURAN BPJS TK",
        "T;2;25200",
    ]


def test_fixed_width() -> None:
    lines = layout_debet("tetap").write(RINGKASAN, BARIS).decode("ascii").splitlines()
    assert lines[0] == "0DB-2026-0007        2026120112202600000002000000000025200"
    assert lines[2].startswith("100000002202612D2612-000002-0      0034567890          =Reni")
    assert len(lines[1]) == len(lines[2]) == 153
    assert lines[-1] == "900000002000000000025200"


def test_a_number_is_never_cut() -> None:
    wide = [BARIS[0] | {"rekening": "1" * 21}]
    with pytest.raises(RuleError, match="NO_REKENING"):
        layout_debet("tetap").write(RINGKASAN, wide)
    assert b"1" * 21 in layout_debet("csv").write(RINGKASAN, wide)


def test_every_layout_can_be_chosen_and_knows_the_codes(app: Flask) -> None:
    assert set(nama_layout()) == set(SETTINGS["layout_debet"].pilihan)
    assert layout_debet().nama == "csv"
    for nama in nama_layout():
        kode = layout_debet(nama).kode
        assert {one for one in kode if kode[one].berhasil} == {"00"}
        assert {one: str(kode[one].kelas) for one in kode if not kode[one].berhasil} == {
            "51": "coba_lagi",
            "68": "coba_lagi",
            "91": "coba_lagi",
            "14": "perbaiki_data",
            "62": "perbaiki_data",
            "94": "hentikan",
            "R1": "coba_lagi",
        }
        assert {one: kode[one].arti for one in kode if kode[one].arti} == {
            "94": "duplikat",
            "R1": "pembalikan",
        }
    with pytest.raises(LookupError):
        layout_debet("lain")
