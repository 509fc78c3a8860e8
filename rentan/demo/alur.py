"""Who acts in the demo city, and in which order its past is told."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import now, start_of_day, told_at
from rentan.core.permissions import Peran
from rentan.demo.acak import Acak, Waktu
from rentan.demo.akun import DaftarAkun
from rentan.demo.buku import PERMINTAAN
from rentan.ext import db

Hal = Callable[[], object]


@dataclass(frozen=True)
class Petugas:
    """Who does what in the city."""

    verifikator: Pelaku
    kedua: Pelaku
    bendahara: Pelaku
    penyetuju: Pelaku
    penyetuju_kedua: Pelaku
    bpjs: Pelaku
    kecamatan: dict[str, Pelaku]

    @classmethod
    def dari(cls, akun: DaftarAkun) -> Petugas:
        kota = {
            nama: _pelaku(akun.kota[peran], peran)
            for nama, peran in (
                ("verifikator", Peran.VERIFIKATOR),
                ("bendahara", Peran.BENDAHARA),
                ("penyetuju", Peran.PENYETUJU),
                ("bpjs", Peran.PETUGAS_BPJS),
            )
        }
        kecamatan = {
            kode: _pelaku(akun_id, Peran.PETUGAS_KECAMATAN, kecamatan=frozenset({kode}))
            for kode, akun_id in akun.petugas.items()
        }
        return cls(
            kedua=_pelaku(akun.kedua, Peran.VERIFIKATOR),
            penyetuju_kedua=_pelaku(akun.penyetuju_kedua, Peran.PENYETUJU),
            kecamatan=kecamatan,
            **kota,
        )


def _pelaku(akun_id: uuid.UUID, peran: Peran, **tempat: Any) -> Pelaku:
    return Pelaku(akun_id=akun_id, peran=frozenset({peran}), permintaan_id=PERMINTAAN, **tempat)


class Alur:
    """Things to happen, each at its moment, told in the order of time; one may bring others about."""

    def __init__(self, waktu: Waktu) -> None:
        self.waktu, self.acak = waktu, Acak("alur")
        self._hal: list[tuple[datetime, int, Hal]] = []
        self._nomor, self._akhir = 0, now()

    def hari(self, lalu: int) -> datetime:
        """In the morning so many days ago; on a weekend the Friday before."""
        hari = self.waktu.hari_ini - timedelta(days=lalu)
        hari -= timedelta(days=max(0, hari.weekday() - 4))
        return start_of_day(hari) + timedelta(hours=8, minutes=self.acak.randint(0, 90))

    def pada(self, saat: datetime, apa: Hal) -> None:
        """Let this happen then; what would be in the future has not happened yet."""
        if saat <= self._akhir:
            self._nomor += 1
            heapq.heappush(self._hal, (saat, self._nomor, apa))

    def nanti(self, jeda: timedelta, apa: Hal) -> None:
        """So long after what is being told."""
        self.pada(now() + jeda, apa)

    def jalankan(self) -> None:
        """Tell everything."""
        while self._hal:
            saat, _, apa = heapq.heappop(self._hal)
            with told_at(saat):
                apa()
        db.session.flush()
