"""Twelve months of 500 donors equal an independent model, per OPD and per worker (issue 4, 12)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from rentan.ext import db
from rentan.tarif.price import Potongan
from rentan.tarif.queries import jadwal_bulan
from tests.simulasi.acuan import NANTI, TARIF, Peserta, jalankan, per_opd
from tests.simulasi.dunia import Kota, temuan
from tests.simulasi.warga import Orang, hari_pertama

AWAL, BULAN, DONATUR = 2026 * 12 + 6, 12, 500
OPD = ("DISKOMINFO", "DINKES", "BKPP", "DISDIK", "DPU")
#: The admin's own change: from May 2027 JKM costs a quarter less outside transport.
MEI = 2027 * 12 + 4
POTONGAN = Potongan(hari_pertama(MEI), None, "lain", "pribadi", "JKM", 25, "Peraturan rekaan 1/2027")
TARIF_BARU = (*TARIF, (MEI, 16_800, 15_100))


def naskah(acak: random.Random, opd: tuple[str, ...]) -> list[Orang]:
    """Who joins, stops, moves, pauses, pays ahead and takes over when, and what bank and BPJS say."""
    found = []
    for n in range(DONATUR):
        mulai = AWAL if n < DONATUR * 3 // 5 else AWAL + acak.randrange(BULAN - 1)
        berhenti = acak.randrange(mulai + 1, AWAL + BULAN + 2) if acak.random() < 0.15 else NANTI
        tempat, pindah = acak.sample(opd, 2), acak.randrange(AWAL + 1, AWAL + BULAN + 60)
        di = {k: tempat[k >= pindah] for k in range(AWAL - 1, AWAL + BULAN + 3)}
        transport = acak.random() < 0.3
        satu = Orang([_peserta(acak, transport, mulai, berhenti, di) for _ in range(1 + (n % 10 == 0))])
        if n % 10 == 0:
            _lepas(acak, satu.pekerja[1], opd)
        elif n % 10 in (1, 2):
            _jeda_atau_tunai(acak, satu.pekerja[0])
        found.append(satu)
    return found


def _lepas(acak: random.Random, p: Peserta, opd: tuple[str, ...]) -> None:
    """The donor of two stops paying for this one; most find a successor at once or within three months."""
    if acak.random() < 0.8:
        p.berhenti = min(p.berhenti, acak.randrange(p.mulai + 1, AWAL + BULAN + 1))
        p.lanjut = p.berhenti + acak.randrange(4) if acak.random() < 0.8 else NANTI
        p.opd_lanjut = acak.choice(opd)
        # What the bank contradicts or leaves open is nobody else's until a person has found out.
        p.jawaban = {k: said for k, said in p.jawaban.items() if said in ("51", "68", "R")}


def _jeda_atau_tunai(acak: random.Random, p: Peserta) -> None:
    """Before April the holidays bring things close: its cut-off comes before BPJS's list of March, and money
    carried over pays April before March is remitted. What depends on that order is left out."""
    bulan, april = acak.randrange(p.mulai, AWAL + BULAN), MEI - 1
    if acak.random() < 0.5 and bulan != april:
        p.jeda = tuple(range(bulan, bulan + acak.randrange(1, 3)))
        return
    # Three months paid just before the admin's change would be remitted at the old price.
    banyak = 1 if bulan in (MEI - 2, MEI - 1) else acak.choice((1, 3))
    lebih = acak.choice((0, 5_000, 5_000 if april - bulan - banyak in (0, 1) else 21_000))
    p.tunai = {bulan: (banyak, lebih)}


def _peserta(acak: random.Random, transport: bool, mulai: int, berhenti: int, di: dict[int, str]) -> Peserta:
    kosong = acak.randrange(mulai, AWAL + BULAN) if acak.random() < 0.04 else NANTI
    jawaban = {}
    for bulan in range(mulai, AWAL + BULAN):
        for ke in range(1, 5):
            said = acak.choices(("00", "51", "68", "14", "62", "", "R"), (910, 50, 10, 6, 6, 6, 12))[0]
            said = acak.choice(("00", "51")) if ke > 1 and said == "00" else said
            said = "51" if kosong <= bulan < kosong + 5 else said
            if said != "00":
                jawaban[bulan, ke] = said
    telat = {k for k in range(mulai, AWAL + BULAN) if acak.random() < 0.04}
    return Peserta(transport, mulai, berhenti, di, jawaban, telat)


@pytest.mark.kedua_basis
def test_a_year_equals_the_reference(app: Flask, cast: Any) -> None:
    acak = random.Random(20261121)
    orang = naskah(acak, OPD)
    with time_machine.travel(date(2026, 6, 1), tick=False):
        kota = Kota(cast, orang, AWAL, acak)
        db.session.commit()
        for bulan in range(AWAL, AWAL + BULAN + 1):
            kota.rencanakan(bulan)
        kota.ubah_tarif(jadwal_bulan(hari_pertama(MEI)).kandidat + timedelta(days=2), POTONGAN)
    semua = [one for satu in orang for one in satu.pekerja]
    for bulan in range(AWAL, AWAL + BULAN):
        akhir = hari_pertama(bulan + 1)
        kota.jalankan(akhir)
        for one in semua:
            jalankan(one, bulan, TARIF_BARU)
        with time_machine.travel(akhir - timedelta(days=1), tick=False):
            assert kota.per_opd(bulan) == per_opd(semua, bulan), f"{akhir}"
            ada = kota.per_pekerja()
            beda = {
                n: (one, ada[id(one)])
                for n, one in enumerate(semua)
                if id(one) in ada and ada[id(one)] != (one.lunas, one.cover)
            }
            assert not beda, f"{akhir}"
            assert kota.terlantar(bulan) == [], f"{akhir}"
            if (bulan - AWAL) in (5, 11):
                assert temuan() == []
            db.session.remove()
    assert set(kota.pengecualian) >= {"referensi_tidak_dikenal", "nominal_lebih", "kode_tidak_dikenal"}
    assert {one.cover for one in semua} >= {"aktif", "tenggang_1", "tenggang_2", "nonaktif"}
    assert all(kota.terjadi[apa] > 0 for apa in ("henti", "ganti", "jeda", "tunai", "lebih"))
