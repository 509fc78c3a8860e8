"""NIP: every digit rule, and the whole messy roster (product.md §3)."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from rentan.util.galat import TidakSah
from rentan.util.nip import Nip, format_nip, parse_nip

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PNS = "197205052008112515"


@st.composite
def nip_mungkin(draw):
    lahir = draw(st.dates(date(1950, 1, 1), date(2008, 12, 31)))
    tahun = draw(st.integers(1970, 2026))
    kode = draw(st.integers(1, 12) | st.integers(21, 29))
    sex, seri = draw(st.sampled_from("12")), draw(st.integers(1, 999))
    return lahir, kode, sex, f"{lahir:%Y%m%d}{tahun}{kode:02}{sex}{seri:03}"


@given(nip_mungkin())
def test_every_possible_number_is_read(nip):
    lahir, kode, sex, digits = nip
    hasil = parse_nip(digits)
    assert hasil == Nip(digits, lahir, "PNS" if kode <= 12 else "PPPK", "L" if sex == "1" else "P")
    assert parse_nip(format_nip(digits)) == hasil


@pytest.mark.parametrize(
    "tulisan",
    [
        "19720505 200811 2 515",
        "'197205052008112515",
        "’197205052008112515",
        "19720505.200811.2.515",
        " 197205052008112515\n",
        "19720505 200811\n2 515",
        "\u200b1972050520081125 15",
        "１９７２０５０５２００８１１２５１５",
    ],
)
def test_separators_are_dropped(tulisan):
    assert parse_nip(tulisan).digits == PNS


@pytest.mark.parametrize(
    ("tulisan", "kode"),
    [
        (1.97205052008112e17, "nip_numeric_cell"),
        (197205052008112515, "nip_numeric_cell"),
        ("", "nip_empty"),
        ("19720505200811251", "nip_17_digits"),
        ("1972050520081125155", "nip_17_digits"),
        ("19720505200811251O", "nip_not_digits"),
        ("٣٩٧٢٠٥٠٥٢٠٠٨١١٢٥١٥", "nip_not_digits"),
        ("19720505-200811-2-515", "nip_not_digits"),
        ("197202302008112515", "nip_invalid_date"),
        ("197213052008112515", "nip_invalid_date"),
        ("019705052008112515", "nip_invalid_date"),
        ("197205052008002515", "nip_invalid_tmt"),
        ("197205052008132515", "nip_invalid_tmt"),
        ("197205052021202515", "nip_invalid_tmt"),
        ("197205052021302515", "nip_invalid_tmt"),
        ("197205050008112515", "nip_invalid_tmt"),
        ("197205052008110515", "nip_invalid_sex"),
        ("197205052008113515", "nip_invalid_sex"),
        ("197205052008112000", "nip_invalid_serial"),
    ],
)
def test_refused(tulisan, kode):
    with pytest.raises(TidakSah) as galat:
        parse_nip(tulisan)
    assert galat.value.kode == kode
    assert "1972" not in galat.value.pesan


def test_never_printed_by_accident():
    assert PNS not in f"{parse_nip(PNS)!r} {parse_nip(PNS)}"


def _nip_cells(path):
    book = CalamineWorkbook.from_path(path)
    for sheet in book.sheets_metadata:
        if sheet.visible != SheetVisibleEnum.Visible:
            continue
        rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        kepala = next(i for i, row in enumerate(rows) if "NIP" in row)
        kolom = rows[kepala].index("NIP")
        for nomor, row in enumerate(rows[kepala + 1 :], start=kepala + 2):
            if row[kolom] != "" and "JUMLAH" not in row:
                yield sheet.name, nomor, row[kolom]


@pytest.mark.skipif(not (DATA / "roster_bkpp.xlsx").exists(), reason="shared roster is not here")
def test_only_the_planned_rows_of_the_roster_are_refused():
    expected = json.loads((DATA / "roster_bkpp.expected.json").read_text())
    planned = {tuple(row) for row in expected["bad_rows"] if row[2].startswith("nip_")}
    refused, good = set(), 0
    for sheet, nomor, cell in _nip_cells(DATA / "roster_bkpp.xlsx"):
        try:
            parse_nip(cell)
            good += 1
        except TidakSah as galat:
            refused.add((sheet, nomor, galat.kode))
    assert refused == planned
    assert good == expected["good"] + expected["bad"] - len(planned)
