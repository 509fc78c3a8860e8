"""The preview of a tariff change equals what each contribution would cost, one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentan.asn.status import StatusAktif
from rentan.asuhan.queries import harga
from rentan.asuhan.status import StatusAsuhan
from rentan.ext import db
from rentan.iuran.pratinjau import (
    Perpindahan,
    bandingkan,
    harga_dari,
    harga_sebelum,
    list_plafon_kurang,
)
from rentan.iuran.status import StatusIuran
from rentan.pekerja.status import Sektor, StatusPekerja, sektor_jelas
from rentan.tarif.actions import plan_potongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import load_tabel
from tests.iuran.maker import make_donatur, make_iuran

JAN = date(2027, 1, 1)


@pytest.fixture
def kota(cast: Any) -> Any:
    """Two workers under one letter, a tight ceiling, transport with JHT, one who is not debited yet."""
    made = [
        make_donatur(cast.sari.asn, pekerja=2, plafon=33_600),
        make_donatur(cast.eko.asn, pekerja=1, plafon=8_400),
        make_donatur(cast.lina.asn, pekerja=1, sektor=Sektor.TRANSPORTASI, program="JKK+JKM+JHT"),
        make_donatur(pekerja=1),
    ]
    made[3].asuhan[0].status = StatusAsuhan.MENUNGGU_MANDAT
    made[0].asuhan[1].pekerja.pekerjaan = "serabutan"
    db.session.flush()
    return made


def test_the_end_of_the_halving_is_seen_without_any_edit(kota: Any) -> None:
    tabel = load_tabel()
    found = bandingkan(JAN, harga_sebelum(tabel, JAN), harga_dari(tabel))

    assert found.harga == (Perpindahan(8_400, 16_800, 3),)
    assert (found.tetap, found.donatur, found.berubah) == (1, 2, 3)
    assert found.plafon == ((kota[1].asn.opd_id, 1),)
    assert found.sektor_tak_jelas == sum(
        not sektor_jelas(one.pekerja.pekerjaan, one.pekerja.sektor) for d in kota[:3] for one in d.asuhan
    )
    assert [(one.lama, one.baru) for one in found.jumlah[:4]] == [
        (3 * 8_400 + 28_400, 3 * 16_800 + 28_400)
    ] * 3 + [(3 * 8_400 + 28_400, 3 * 16_800 + 36_800)]
    assert tabel.sebab(JAN) == ["Potongan 50% JKK dan JKM untuk pekerjaan lain berakhir (PP 50/2025)."]
    assert tabel.berikut(date(2026, 11, 21)) == JAN


def test_months_paid_ahead_at_another_price_are_counted(kota: Any) -> None:
    make_iuran(kota[0].asuhan[0], JAN, StatusIuran.BERHASIL, dibayar_pada=date(2026, 12, 1))
    make_iuran(kota[0].asuhan[1], date(2026, 12, 1), StatusIuran.BERHASIL, dibayar_pada=date(2026, 12, 1))
    tabel = load_tabel()
    same = bandingkan(JAN, harga_sebelum(tabel, JAN), harga_dari(tabel))
    assert (same.lebih, same.kurang) == (0, 0)

    _, baru = plan_potongan(tabel, Potongan(JAN, None, "lain", "pribadi", "JKK", 50, "Peraturan rekaan"))
    cheaper = bandingkan(JAN, harga_dari(tabel), harga_dari(baru))
    assert (cheaper.lebih, cheaper.lebih_rupiah, cheaper.kurang) == (1, 5_000, 0)
    assert cheaper.harga == (Perpindahan(16_800, 11_800, 3),)


def test_letters_whose_ceiling_a_coming_month_exceeds(kota: Any) -> None:
    found = list_plafon_kurang(load_tabel())
    assert [(one.asn_id, one.plafon, one.bulan, one.perlu) for one in found] == [
        (kota[1].asn.id, 8_400, JAN, 16_800)
    ]


@pytest.mark.parametrize("orang", ["dijeda", "terhenti", "pensiun", "habis_bulan_itu", "keluar"])
def test_who_will_be_debited_that_month_is_counted(kota: Any, orang: str) -> None:
    """A paused sponsorship goes on; a lapsed worker and a donor out of service on the debit day do not."""
    satu = kota[1].asuhan[0]
    if orang == "dijeda":
        satu.status, satu.jeda_sejak, satu.jeda_sampai = StatusAsuhan.DIJEDA, date(2026, 12, 1), JAN
    elif orang == "terhenti":
        satu.pekerja.status = StatusPekerja.NONAKTIF
    elif orang == "pensiun":
        satu.asn.tmt_pensiun = JAN
    elif orang == "keluar":
        satu.asn.status_aktif = StatusAktif.KELUAR
    else:
        satu.asn.akhir_kontrak = date(2027, 1, 31)
    db.session.flush()
    tabel = load_tabel()
    found = bandingkan(JAN, harga_sebelum(tabel, JAN), harga_dari(tabel))
    januari, februari = ((one.baru - 2 * 16_800 - 28_400) for one in found.jumlah[:2])

    ikut = {"dijeda": (16_800, 16_800), "habis_bulan_itu": (16_800, 0)}.get(orang, (0, 0))
    assert (januari, februari) == ikut
    assert len(list_plafon_kurang(tabel)) == any(ikut)


@pytest.mark.parametrize(
    ("pekerjaan", "sektor", "jelas"),
    [
        ("Tukang becak", Sektor.TRANSPORTASI, True),
        ("Pedagang sayur", Sektor.LAIN, True),
        ("serabutan", Sektor.LAIN, False),
        ("kurir lepas", Sektor.LAIN, False),
        ("pedagang", Sektor.TRANSPORTASI, False),
    ],
)
def test_a_sector_that_the_work_does_not_say_is_a_guess(pekerjaan: str, sektor: Sektor, jelas: bool) -> None:
    assert sektor_jelas(pekerjaan, sektor) is jelas


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bulan=st.dates(date(2025, 12, 1), date(2027, 6, 1)),
    jenis=st.lists(
        st.tuples(
            st.sampled_from([1_000_000, 1_200_000, 20_700_000]),
            st.sampled_from(["JKK+JKM", "JKK+JKM+JHT"]),
            st.sampled_from(Sektor),
        ),
        min_size=4,
        max_size=4,
    ),
)
def test_totals_are_the_sum_of_contributions_priced_one_by_one(
    kota: Any, bulan: date, jenis: list[tuple[int, str, Sektor]]
) -> None:
    paying = [one for donor in kota[:3] for one in donor.asuhan]
    for asuhan, (penghasilan, program, sektor) in zip(paying, jenis, strict=True):
        asuhan.penghasilan, asuhan.program, asuhan.pekerja.sektor = penghasilan, program, sektor
        asuhan.bulan_pertama = date(2025, 1, 1)
    db.session.flush()
    bulan = bulan.replace(day=1)
    tabel = load_tabel()
    found = bandingkan(bulan, harga_sebelum(tabel, bulan), harga_dari(tabel))

    for one in found.jumlah:
        assert one.baru == sum(harga(asuhan, one.bulan).total for asuhan in paying)
    assert found.berubah + found.tetap == len(paying)
    assert (
        sum((one.baru - one.lama) * one.banyak for one in found.harga)
        == found.jumlah[0].baru - found.jumlah[0].lama
    )
    assert found.donatur <= len({one.asn_id for one in paying})
