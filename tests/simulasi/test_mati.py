"""Killed at any moment of a step, a month's debit is wholly before it or wholly after it (issue 4, 12)."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.layout_debet import layout_debet
from rentan.core.clock import start_of_day
from rentan.ext import db
from rentan.gladi.bank import Baris, read_debet
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran, Percobaan
from rentan.paket import actions, uang
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.tarif.queries import jadwal_bulan
from tests.autodebet.hasil_maker import baca_langsung, jawab
from tests.cast import Cast
from tests.simulasi.acuan import Peserta
from tests.simulasi.dunia import Kota, temuan
from tests.simulasi.warga import Orang

BULAN = 2026 * 12 + 11
DES = date(2026, 12, 1)
#: Fifty kills: so many on each of the two engines.
DONATUR, MATI = 40, 25
Potret = tuple[dict[str, int], Counter[str]]


class Jalan:
    """The steps of a debit batch, each on its day; every one reads what it works on anew."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        di = dict.fromkeys((BULAN - 1, BULAN), "DISKOMINFO")
        orang = [Orang([Peserta(n % 3 == 0, BULAN, 9_999 * 12, di, {}, set())]) for n in range(DONATUR)]
        self.jadwal = jadwal_bulan(DES)
        with self.pada(self.jadwal.kandidat):
            self.kota = Kota(cast, orang, BULAN, random.Random(1))
            for one in orang:
                self.kota.masuk(one)
            self.kota.hitung()
            jadwalkan()

    def pada(self, hari: date) -> Any:
        return time_machine.travel(start_of_day(hari) + timedelta(hours=9), tick=False)

    @property
    def paket(self) -> Paket:
        return db.session.scalars(select(Paket).where(Paket.jenis == JenisPaket.DEBET)).one()

    def jawaban(self) -> list[tuple[Baris, str]]:
        """What the bank says to each line that it was sent."""
        sent = read_debet(actions.read_berkas(self.paket), layout_debet())
        return list(zip(sent, itertools.cycle(("00", "00", "00", "51", "14"))))

    @property
    def kredit(self) -> int:
        """What the bank has collected, in whole rupiah."""
        return sum(one.nominal for one, kode in self.jawaban() if kode == "00")

    def siapkan(self, langkah: str) -> None:
        """Up to just before this step."""
        with self.pada(self.hari(langkah)):
            if langkah == "kunci":
                susun_debet(JenisPaket.DEBET, DES, by=self.kota.hadi)
            elif langkah == "kirim":
                actions.setujui_paket(self.paket, by=self.kota.yuni)
            elif langkah == "tutup":
                uang.rekonsiliasi(self.paket, kredit_bank=self.kredit, selisih=(), by=self.kota.hadi)
        db.session.commit()

    def hari(self, langkah: str) -> date:
        j = self.jadwal
        return {"kunci": j.kunci, "kirim": j.kirim, "hasil": j.hasil, "tutup": j.jawab}[langkah]

    def jalankan(self, langkah: str) -> None:
        with self.pada(self.hari(langkah)):
            match langkah:
                case "kunci":
                    actions.kunci_paket(self.paket, by=self.kota.hadi)
                case "kirim":
                    actions.kirim_paket(self.paket, by=self.kota.hadi, tanda_terima="Kanal bank")
                case "hasil":
                    baca_langsung([jawab(one, kode) for one, kode in self.jawaban()], self.cast)
                case "tutup":
                    uang.tutup(self.paket, by=self.kota.yuni)
            db.session.commit()


def potret() -> Potret:
    """How many rows each table has, and how many contributions, attempts and batches stand where."""
    rows = {
        one.name: db.session.scalar(select(func.count()).select_from(one)) or 0
        for one in db.metadata.sorted_tables
    }
    where: Counter[str] = Counter()
    for kolom in (Iuran.status, Iuran.status_bpjs, Percobaan.hasil, Paket.status, Paket.nomor):
        for value, n in db.session.execute(select(kolom, func.count()).group_by(kolom)):
            where[f"{kolom}={value}"] = n
    where["referensi"] = db.session.scalar(select(func.count(Percobaan.referensi))) or 0
    db.session.remove()
    return rows, where


def _alone() -> None:
    """PostgreSQL notices a dead client when it next writes to it: wait until its process there is gone."""
    if db.engine.dialect.name == "postgresql":
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        while db.session.scalar(query):
            db.session.rollback()
            time.sleep(0.02)
        db.session.remove()


def kill_during(work: Callable[[], None], jeda: float) -> None:
    """Do this in a process of its own that is killed after so many seconds, done or not."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    time.sleep(jeda)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    _alone()


@pytest.mark.kedua_basis
def test_fifty_kills(app: Flask, cast: Any, mesin_basis: str, request: Any) -> None:
    basis = request.getfixturevalue(f"_{mesin_basis}_basis")
    acak = random.Random(20261121)
    jalan = Jalan(cast)
    db.session.commit()
    terputus: Counter[str] = Counter()
    urutan = ("kunci", "kirim", "hasil", "tutup")
    for n, langkah in enumerate(urutan):
        jalan.siapkan(langkah)
        db.session.remove()
        basis.keep("mati")
        sebelum = potret()
        mulai = time.clock_gettime(time.CLOCK_MONOTONIC)
        jalan.jalankan(langkah)
        lama = time.clock_gettime(time.CLOCK_MONOTONIC) - mulai
        sesudah = potret()
        assert sebelum != sesudah
        for _ in range(MATI // len(urutan) + (n < MATI % len(urutan))):
            db.session.remove()
            basis.fresh("mati")
            kill_during(lambda one=langkah: jalan.jalankan(one), acak.uniform(0.1, 1.3) * lama)  # type: ignore[misc]
            kini = potret()
            assert kini in (sebelum, sesudah), langkah
            terputus[langkah] += kini == sebelum
            assert temuan() == [], langkah
            if kini == sebelum:
                jalan.jalankan(langkah)
                assert potret() == sesudah, langkah
                assert temuan() == [], langkah
        assert terputus[langkah] > 0, langkah
