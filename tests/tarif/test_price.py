"""The price of a contribution: the whole table of product.md §3, all 33 classes, every refusal."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.tarif.price import (
    Kelas,
    Potongan,
    Rincian,
    Tarif,
    iuran,
    iuran_periode,
    kelas_untuk,
    load_tarif_csv,
)
from rentan.util.galat import TidakSah
from rentan.util.tanggal import akhir_bulan, tambah_bulan

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "rentan" / "wilayah" / "seed" / "semarang"
KELAS_CSV = (SEED / "bpu_iuran.csv").read_text(encoding="utf-8")
POTONGAN_CSV = (SEED / "potongan_iuran.csv").read_text(encoding="utf-8")
TARIF = load_tarif_csv(KELAS_CSV, POTONGAN_CSV)
TERENDAH = TARIF.kelas[0]
DUA, TIGA = "JKK+JKM", "JKK+JKM+JHT"

TABEL = [
    (date(2025, 12, 1), 16_800, 16_800),
    *((date(2026, bulan, 1), 8_400, 16_800) for bulan in (1, 2, 3)),
    *((date(2026, bulan, 1), 8_400, 8_400) for bulan in range(4, 13)),
    *((date(2027, bulan, 1), 8_400, 16_800) for bulan in (1, 2, 3)),
    (date(2027, 4, 1), 16_800, 16_800),
]
BULAN = st.dates(date(2025, 1, 1), date(2028, 12, 31))
KELAS = st.sampled_from(TARIF.kelas)
SEKTOR = st.sampled_from(["transportasi", "lain"])


def test_seed_is_the_shared_table():
    bersama = ROOT.parent / "shared" / "data" / "bpu_iuran.csv"
    if not bersama.exists():
        pytest.skip("shared bpu_iuran.csv is not here")
    assert bersama.read_bytes() == (SEED / "bpu_iuran.csv").read_bytes()


@pytest.mark.parametrize(("bulan", "transportasi", "lain"), TABEL)
def test_table_of_the_product_sheet(bulan, transportasi, lain):
    for hari in (bulan, akhir_bulan(bulan)):
        for sektor, harga in (("transportasi", transportasi), ("lain", lain)):
            assert iuran(hari, TERENDAH, DUA, sektor, "pribadi", TARIF).total == harga
            assert iuran(hari, TERENDAH, TIGA, sektor, "pribadi", TARIF).total == harga + 20_000
            assert iuran(hari, TERENDAH, DUA, sektor, "apbd", TARIF).total == 16_800
            assert iuran(hari, TERENDAH, TIGA, sektor, "apbd", TARIF) == Rincian(10_000, 6_800, 20_000)


def test_programmes_are_listed_apart():
    assert iuran(date(2026, 12, 1), TERENDAH, TIGA, "lain", "pribadi", TARIF) == Rincian(5_000, 3_400, 20_000)


def test_all_classes_follow_the_formula():
    assert len(TARIF.kelas) == 33
    for kelas in TARIF.kelas:
        assert (kelas.jkk * 100, kelas.jkm, kelas.jht * 50) == (kelas.dasar, 6_800, kelas.dasar)
        assert (
            iuran(date(2027, 4, 1), kelas, TIGA, "lain", "pribadi", TARIF).total
            == kelas.dasar * 3 // 100 + 6_800
        )
        # Every class halves to whole rupiah; nothing is ever rounded.
        assert (
            iuran(date(2026, 12, 1), kelas, DUA, "lain", "pribadi", TARIF).total * 2 == kelas.jkk + kelas.jkm
        )


def test_twelve_months_ahead_each_at_its_own_price():
    periode = iuran_periode(date(2026, 12, 15), 12, 0, DUA, "lain", "pribadi", lambda _: TARIF)
    assert [bulan for bulan, _ in periode] == [tambah_bulan(date(2026, 12, 1), n) for n in range(12)]
    assert [rincian.total for _, rincian in periode] == [8_400] + [16_800] * 11
    assert sum(rincian.total for _, rincian in periode) == 193_200


def test_new_classes_count_from_their_own_month():
    baru = Tarif((Kelas(0, None, 2_000_000, 20_000, 6_800, 40_000),))
    periode = iuran_periode(
        date(2027, 11, 1), 3, 0, DUA, "lain", "pribadi", lambda bulan: baru if bulan.year == 2028 else TARIF
    )
    assert [rincian.total for _, rincian in periode] == [16_800, 16_800, 26_800]


@given(BULAN, KELAS, SEKTOR, st.sampled_from([DUA, TIGA]), st.integers(1, 24))
def test_price_properties(bulan, kelas, sektor, program, jumlah):
    pribadi = iuran(bulan, kelas, program, sektor, "pribadi", TARIF)
    apbd = iuran(bulan, kelas, program, sektor, "apbd", TARIF)
    assert apbd == Rincian(kelas.jkk, kelas.jkm, kelas.jht if program == TIGA else 0)
    assert pribadi.jht == apbd.jht
    assert pribadi.total <= apbd.total
    assert (pribadi.jkk * 2 == apbd.jkk) == (pribadi.jkm * 2 == apbd.jkm) == (pribadi.jkk != apbd.jkk)
    periode = iuran_periode(bulan, jumlah, kelas.min, program, sektor, "pribadi", lambda _: TARIF)
    assert len(periode) == jumlah
    assert periode[0][1] == pribadi


@pytest.mark.parametrize(
    ("penghasilan", "dasar"),
    [
        (0, 1_000_000),
        (1_099_000, 1_000_000),
        (1_099_001, 1_000_000),
        (1_099_999, 1_000_000),
        (1_100_000, 1_200_000),
        (20_199_999, 19_700_000),
        (20_200_000, 20_700_000),
        (10**12, 20_700_000),
    ],
)
def test_class_of_an_income(penghasilan, dasar):
    assert kelas_untuk(penghasilan, TARIF).dasar == dasar


def test_every_class_is_found_at_both_its_ends():
    for kelas in TARIF.kelas:
        assert kelas_untuk(kelas.min, TARIF) is kelas
        assert kelas_untuk(kelas.min if kelas.maks is None else kelas.maks, TARIF) is kelas


@given(st.integers(0, 30_000_000), st.integers(0, 30_000_000))
def test_more_income_is_never_a_lower_class(a, b):
    kecil, besar = sorted((a, b))
    assert kelas_untuk(kecil, TARIF).dasar <= kelas_untuk(besar, TARIF).dasar


def test_negative_income_is_refused():
    with pytest.raises(TidakSah) as galat:
        kelas_untuk(-1, TARIF)
    assert galat.value.kode == "penghasilan_negatif"


@pytest.mark.parametrize(
    ("program", "sektor", "pendanaan"),
    [("JHT", "lain", "pribadi"), (DUA, "jasa", "pribadi"), (DUA, "lain", "csr")],
)
def test_unknown_choices_are_a_defect(program, sektor, pendanaan):
    with pytest.raises(ValueError, match="unknown choice"):
        iuran(date(2026, 12, 1), TERENDAH, program, sektor, pendanaan, TARIF)


def test_a_period_has_a_month():
    with pytest.raises(ValueError, match="at least one"):
        iuran_periode(date(2026, 12, 1), 0, 0, DUA, "lain", "pribadi", lambda _: TARIF)


def _potongan(**ganti):
    isi = {
        "mulai": date(2028, 1, 1),
        "sampai": None,
        "sektor": "lain",
        "pendanaan": "pribadi",
        "program": "JKK",
        "persen": 50,
        "dasar_hukum": "uji",
    }
    return Potongan(**{**isi, **ganti})


def test_an_admin_can_add_the_next_cut_as_data():
    tarif = Tarif(
        TARIF.kelas, (*TARIF.potongan, _potongan(persen=25), _potongan(program="JHT", mulai=date(2028, 2, 1)))
    )
    assert iuran(date(2027, 12, 31), TERENDAH, TIGA, "lain", "pribadi", tarif) == Rincian(
        10_000, 6_800, 20_000
    )
    assert iuran(date(2028, 1, 1), TERENDAH, TIGA, "lain", "pribadi", tarif) == Rincian(7_500, 6_800, 20_000)
    assert iuran(date(2040, 1, 1), TERENDAH, TIGA, "lain", "pribadi", tarif) == Rincian(7_500, 6_800, 10_000)


@pytest.mark.parametrize(
    ("potongan", "kode"),
    [
        ([_potongan(persen=0)], "tarif_potongan"),
        ([_potongan(persen=101)], "tarif_potongan"),
        ([_potongan(sektor="jasa")], "tarif_potongan"),
        ([_potongan(program="JP")], "tarif_potongan"),
        ([_potongan(pendanaan="csr")], "tarif_potongan"),
        ([_potongan(sampai=date(2027, 12, 31))], "tarif_potongan"),
        ([_potongan(), _potongan(mulai=date(2029, 1, 1))], "tarif_tumpang_tindih"),
        ([_potongan(mulai=date(2029, 1, 1)), _potongan(sampai=date(2029, 1, 1))], "tarif_tumpang_tindih"),
    ],
)
def test_contradicting_cuts_are_refused(potongan, kode):
    with pytest.raises(TidakSah) as galat:
        Tarif(TARIF.kelas, tuple(potongan))
    assert galat.value.kode == kode


@pytest.mark.parametrize(
    "potongan",
    [
        (_potongan(persen=33, program="JKM"),),
        (_potongan(persen=100),),
        (_potongan(mulai=date(2029, 1, 1)), _potongan(sampai=date(2028, 12, 31))),
        (_potongan(), _potongan(program="JKM")),
        (_potongan(), _potongan(sektor="transportasi")),
    ],
)
def test_cuts_that_do_not_meet_stand_side_by_side(potongan):
    assert Tarif(TARIF.kelas, potongan).potongan == potongan


def test_a_cut_that_leaves_a_fraction_of_a_rupiah_is_refused():
    with pytest.raises(TidakSah) as galat:
        Tarif((Kelas(0, None, 1_000_000, 10_000, 6_801, 20_000),), (_potongan(program="JKM"),))
    assert galat.value.kode == "tarif_tidak_bulat"


K = Kelas(0, None, 1_000_000, 10_000, 6_800, 20_000)


@pytest.mark.parametrize(
    "kelas",
    [
        (),
        (Kelas(1, None, 1, 1, 1, 1),),
        (Kelas(0, 99, 1, 1, 1, 1),),
        (K, Kelas(100, None, 1, 1, 1, 1)),
        (Kelas(0, 100, 1, 1, 1, 1), Kelas(100, None, 1, 1, 1, 1)),
        (Kelas(0, None, 1, -1, 1, 1),),
    ],
)
def test_contradicting_classes_are_refused(kelas):
    with pytest.raises(TidakSah) as galat:
        Tarif(kelas)
    assert galat.value.kode == "tarif_kelas"


def test_csv_with_bom_and_crlf_is_read():
    assert load_tarif_csv("\ufeff" + KELAS_CSV.replace("\n", "\r\n"), "\ufeff" + POTONGAN_CSV) == TARIF


@pytest.mark.parametrize(
    ("kelas_text", "potongan_text"),
    [
        (KELAS_CSV.replace("jkk", "jk"), POTONGAN_CSV),
        (KELAS_CSV.replace("10000,6800", "10.000,6800", 1), POTONGAN_CSV),
        (KELAS_CSV.replace("10000,6800", "10_000,6800", 1), POTONGAN_CSV),
        (KELAS_CSV + "1,2\n", POTONGAN_CSV),
        (KELAS_CSV, POTONGAN_CSV.replace("2026-01-01", "1 Januari 2026")),
        (KELAS_CSV, POTONGAN_CSV.replace(",50,", ",0.5,")),
    ],
)
def test_unreadable_csv_is_refused(kelas_text, potongan_text):
    with pytest.raises(TidakSah) as galat:
        load_tarif_csv(kelas_text, potongan_text)
    assert galat.value.kode == "tarif_csv"
