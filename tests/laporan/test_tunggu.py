"""Every waiting state of every machine has one owner and a way out; none is forgotten, none stands twice."""

from __future__ import annotations

from collections import Counter

import pytest

from rentan.core.permissions import Peran
from rentan.core.workflow import Machine
from rentan.laporan.macet import _SUMBER
from rentan.laporan.tunggu import AKHIR, LAIN, MESIN, SEMUA, TUJUAN, find_tunggu
from rentan.paket.status import JenisPaket
from rentan.pekerja.status import PutusanDuplikat
from rentan.pindai.status import StatusTumpukan
from rentan.verifikasi.status import JawabanPendapat


@pytest.mark.parametrize("mesin", MESIN, ids=lambda one: one.nama)
def test_each_state_waits_leads_nowhere_or_is_what_was_wanted(mesin: Machine) -> None:
    states = set(type(mesin.moves[0].ke))
    waiting = {one.status for one in SEMUA if one.mesin == mesin.nama}
    final, wanted = AKHIR[mesin.nama], TUJUAN[mesin.nama]
    assert waiting | final | wanted == states
    assert not (waiting & final or waiting & wanted or final & wanted)
    for one in mesin.moves:
        # A death (W17) is recorded of whoever it befalls; A16 undoes a mistake of ours.
        assert one.kode in ("W17", "A16") or not final.intersection(one.dari), (
            f"{one.kode} leaves a final state"
        )


def test_each_waiting_state_stands_once_with_owner_exit_and_place() -> None:
    assert max(Counter(one.kunci for one in SEMUA).values()) == 1
    for one in SEMUA:
        assert one.pemilik and one.jalan_keluar.endswith(".") and len(one.jalan_keluar) > 20, one.kunci
        assert one.daftar != bool(one.ikut), f"{one.kunci}: listed, or together with something named"
        assert one.daftar == (find_tunggu(one.kunci) is one)
    # A packing list that was sent waits for the kecamatan's count, with its cards: not for its builder.
    kiriman = next(one for one in SEMUA if one.kunci == "paket.dikirim.kartu")
    assert kiriman.pemilik is Peran.PETUGAS_KECAMATAN and not kiriman.daftar
    per_kind = Counter((one.status, one.jenis) for one in SEMUA if one.mesin == "paket")
    assert {jenis for _, jenis in per_kind} == set(JenisPaket)


def test_matters_without_a_machine_are_there_too() -> None:
    there = {(one.mesin, one.status.value) for one in SEMUA if one.mesin in LAIN}
    wanted = {("tumpukan", one.value) for one in StatusTumpukan} - {
        ("tumpukan", "selesai"), ("tumpukan", "dibuang"),
    }  # fmt: skip
    wanted |= {("pendapat_kedua", JawabanPendapat.MENUNGGU), ("duga_duplikat", PutusanDuplikat.MENUNGGU)}
    assert there == wanted | {("pengecualian", "terbuka"), ("urusan", "terbuka")}
    assert set(_SUMBER) == {one.mesin for one in SEMUA} == {*(one.nama for one in MESIN), *LAIN}
