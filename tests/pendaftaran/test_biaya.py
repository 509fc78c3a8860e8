"""Totals against the table of product.md §3 and the sentence of platform.md §3."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.pendaftaran.biaya import Biaya, hitung_biaya
from rentan.tarif.price import Tarif, load_tarif_csv
from rentan.util.tanggal import tambah_bulan


@pytest.fixture
def tarif() -> Tarif:
    return _SEMARANG


def _biaya(tarif: Tarif, *sektor: str, bulan: date, periode: int, program: Any = "JKK+JKM") -> Biaya:
    people: Any = [(f"Orang {n}", one) for n, one in enumerate(sektor, 1)]
    return hitung_biaya(
        people,
        program=program,
        penghasilan=1_000_000,
        periode=periode,
        bulan_pertama=bulan,
        tarif_pada=lambda _: tarif,
    )


@pytest.mark.parametrize(
    ("bulan", "transportasi", "lain"),
    [
        (date(2025, 12, 1), 16_800, 16_800),
        (date(2026, 1, 1), 8_400, 16_800),
        (date(2026, 4, 1), 8_400, 8_400),
        (date(2026, 12, 1), 8_400, 8_400),
        (date(2027, 1, 1), 8_400, 16_800),
        (date(2027, 3, 1), 8_400, 16_800),
        (date(2027, 4, 1), 16_800, 16_800),
    ],
)
def test_one_month_follows_the_product_table(tarif: Tarif, bulan: date, transportasi: int, lain: int) -> None:
    assert _biaya(tarif, "transportasi", bulan=bulan, periode=1).total == transportasi
    assert _biaya(tarif, "lain", bulan=bulan, periode=1).total == lain
    both = _biaya(tarif, "transportasi", "lain", bulan=bulan, periode=1, program="JKK+JKM+JHT")
    assert both.total == transportasi + lain + 40_000


def test_twelve_months_from_december_2026(tarif: Tarif) -> None:
    biaya = _biaya(tarif, "lain", bulan=date(2026, 12, 1), periode=12)
    assert biaya.total == 193_200
    assert biaya.puncak == 16_800
    assert biaya.kalimat == "1 pekerja × (Rp8.400 × 1 bulan + Rp16.800 × 11 bulan) = Rp193.200"
    assert [(one.label, one.per_bulan) for one in biaya.rentang()] == [
        ("Desember 2026", 8_400),
        ("Januari–November 2027", 16_800),
    ]


def test_equal_months_give_the_short_sentence(tarif: Tarif) -> None:
    biaya = _biaya(tarif, "lain", "lain", bulan=date(2027, 1, 1), periode=12)
    assert biaya.kalimat == "2 pekerja × Rp16.800 × 12 bulan = Rp403.200"


def test_workers_of_different_sectors(tarif: Tarif) -> None:
    biaya = _biaya(tarif, "lain", "transportasi", bulan=date(2026, 12, 1), periode=6)
    assert biaya.kalimat == (
        "2 pekerja: Rp16.800 × 1 bulan + Rp25.200 × 3 bulan + Rp33.600 × 2 bulan = Rp159.600"
    )
    assert biaya.total == 16_800 + 3 * 25_200 + 2 * 33_600
    assert biaya.puncak == 33_600


def test_nobody_costs_nothing(tarif: Tarif) -> None:
    assert _biaya(tarif, bulan=date(2026, 12, 1), periode=12).kalimat == "Belum ada pekerja."


@given(
    sektor=st.lists(st.sampled_from(["transportasi", "lain"]), min_size=1, max_size=10),
    start=st.integers(0, 30),
    periode=st.sampled_from([1, 3, 6, 12]),
    penghasilan=st.integers(1, 40_000_000),
    program=st.sampled_from(["JKK+JKM", "JKK+JKM+JHT"]),
)
def test_the_total_is_the_sum_of_its_parts(
    sektor: list[Any], start: int, periode: int, penghasilan: int, program: Any
) -> None:
    biaya = hitung_biaya(
        [(str(n), one) for n, one in enumerate(sektor)],
        program=program,
        penghasilan=penghasilan,
        periode=periode,
        bulan_pertama=tambah_bulan(date(2025, 12, 1), start),
        tarif_pada=lambda _: _SEMARANG,
    )
    assert biaya.total == sum(r.per_bulan * r.jumlah_bulan for r in biaya.rentang())
    assert sum(r.jumlah_bulan for r in biaya.rentang()) == periode == len(biaya.bulan)
    assert biaya.puncak >= max(r.per_bulan for r in biaya.rentang())
    # The sentence computes: what stands left of "=" is what stands right of it.
    left, right = biaya.kalimat.replace("Rp", "").replace(".", "").split(" = ")
    assert _value(left) == int(right) == biaya.total


def _value(text: str) -> int:
    times = 1
    if ": " in text:
        text = text.split(": ")[1]
    elif "(" in text:
        head, text = text.split(" × (")
        times, text = int(head.split()[0]), text.rstrip(")")
    total = 0
    for part in text.split(" + "):
        product = 1
        for factor in part.split(" × "):
            product *= int(factor.split()[0])
        total += product
    return times * total


def _load() -> Tarif:
    seed = Path(__file__).parents[2] / "rentan/wilayah/seed/semarang"
    return load_tarif_csv(
        (seed / "bpu_iuran.csv").read_text(encoding="utf-8"),
        (seed / "potongan_iuran.csv").read_text(encoding="utf-8"),
    )


_SEMARANG = _load()
