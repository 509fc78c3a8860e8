"""The dated rows of the tariff as one value: what would hold in a month if a row were added or ended.

Pure, so that a preview computes with the very rows that a confirmed change would leave. Months are any date
in the month; whoever must pay never meets a contradiction, since ``pada`` refuses it (``price.Tarif``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rentan.tarif.price import Kelas, Potongan, Rincian, Tarif, iuran, kelas_untuk
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan

#: What a price depends on beside the month: base income in rupiah, programmes, sector, funding.
Dasar = tuple[int, str, str, str]
Harga = Callable[[date, Dasar], Rincian]


@dataclass(frozen=True)
class SusunanKelas:
    """One whole set of classes, in force from ``mulai`` (a first day) until the next set begins."""

    mulai: date
    kelas: tuple[Kelas, ...]
    dasar_hukum: str


@dataclass(frozen=True)
class TabelTarif:
    """All sets of classes by their first month, and all cuts by the id of their row."""

    susunan: tuple[SusunanKelas, ...]
    potongan: Mapping[uuid.UUID, Potongan]

    def susunan_pada(self, bulan: date) -> SusunanKelas:
        """The set in force in that month. Raises ``LookupError`` before the first one."""
        found = [one for one in self.susunan if one.mulai <= awal_bulan(bulan)]
        if not found:
            raise LookupError(f"no tariff class in force in {bulan:%Y-%m}")
        return max(found, key=lambda one: one.mulai)

    def pada(self, bulan: date) -> Tarif:
        """The tariff of that month. Raises ``LookupError``, and ``TidakSah`` for rows that contradict."""
        return Tarif(self.susunan_pada(bulan).kelas, tuple(self.potongan.values()))

    def berlaku(self, bulan: date) -> dict[uuid.UUID, Potongan]:
        """The cuts in force in that month."""
        return {key: one for key, one in self.potongan.items() if one.berlaku(bulan)}

    def dengan_potongan(self, key: uuid.UUID, potongan: Potongan) -> TabelTarif:
        """With one more cut."""
        return replace(self, potongan={**self.potongan, key: potongan})

    def sampai(self, key: uuid.UUID, akhir: date) -> TabelTarif:
        """With this cut ending on that day."""
        return self.dengan_potongan(key, replace(self.potongan[key], sampai=akhir))

    def dengan_kelas(self, susunan: SusunanKelas) -> TabelTarif:
        """With one more set of classes."""
        return replace(self, susunan=(*self.susunan, susunan))

    def tanpa_potongan(self, key: uuid.UUID) -> TabelTarif:
        """Without this cut."""
        return replace(self, potongan={k: one for k, one in self.potongan.items() if k != key})

    def tanpa_kelas(self, mulai: date) -> TabelTarif:
        """Without the set of classes that begins in that month."""
        return replace(self, susunan=tuple(one for one in self.susunan if one.mulai != mulai))

    def periksa(self) -> None:
        """Refuse rows that contradict each other in whatever month: every set meets every cut."""
        for one in self.susunan:
            Tarif(one.kelas, tuple(self.potongan.values()))

    def batas(self) -> list[date]:
        """The first days of the months in which something begins or has ended, in order."""
        found = {one.mulai for one in self.susunan}
        found |= {awal_bulan(one.mulai) for one in self.potongan.values()}
        found |= {
            tambah_bulan(awal_bulan(one.sampai), 1)
            for one in self.potongan.values()
            if one.sampai is not None
        }
        return sorted(found)

    def berikut(self, sesudah: date) -> date | None:
        """The first month after that one in which something begins or has ended."""
        return next((one for one in self.batas() if one > awal_bulan(sesudah)), None)

    def sebab(self, bulan: date) -> list[str]:
        """Why prices differ from the month before, one sentence each with its legal source."""
        lalu = tambah_bulan(awal_bulan(bulan), -1)
        kini, dulu = self.berlaku(bulan), self.berlaku(lalu)
        found = _kalimat([one for key, one in dulu.items() if key not in kini], "berakhir")
        found += _kalimat([one for key, one in kini.items() if key not in dulu], "mulai berlaku")
        susunan = self.susunan_pada(bulan)
        if susunan.mulai == awal_bulan(bulan) and susunan.mulai > min(one.mulai for one in self.susunan):
            found.append(f"Tabel kelas penghasilan yang baru mulai berlaku ({susunan.dasar_hukum}).")
        return found


def _kalimat(cuts: Sequence[Potongan], apa: str) -> list[str]:
    """Cuts that differ only in their programme share a sentence."""
    groups: dict[tuple[int, str, str, str], list[str]] = {}
    for one in cuts:
        programs = groups.setdefault((one.persen, one.sektor, one.pendanaan, one.dasar_hukum), [])
        programs.append(one.program)
    return sorted(
        f"Potongan {persen}% {' dan '.join(sorted(programs))} untuk {_siapa(sektor, pendanaan)} "
        f"{apa} ({hukum})."
        for (persen, sektor, pendanaan, hukum), programs in groups.items()
    )


def nama_potongan(one: Potongan) -> str:
    """``Potongan 50% JKK untuk pekerjaan lain``."""
    return f"Potongan {one.persen}% {one.program} untuk {_siapa(one.sektor, one.pendanaan)}"


def _siapa(sektor: str, pendanaan: str) -> str:
    siapa = "pekerja transportasi" if sektor == "transportasi" else "pekerjaan lain"
    return siapa if pendanaan == "pribadi" else f"{siapa} yang dibayar APBD"


def buat_harga(tabel: TabelTarif) -> Harga:
    """Prices from this table, remembered per month and kind: many thousand workers share a few dozen."""
    tarif: dict[date, Tarif] = {}
    found: dict[tuple[date, Dasar], Rincian] = {}

    def harga(bulan: date, dasar: Dasar) -> Rincian:
        bulan = awal_bulan(bulan)
        if (bulan, dasar) not in found:
            if bulan not in tarif:
                tarif[bulan] = tabel.pada(bulan)
            penghasilan, program, sektor, pendanaan = dasar
            kelas = kelas_untuk(penghasilan, tarif[bulan])
            found[bulan, dasar] = iuran(bulan, kelas, program, sektor, pendanaan, tarif[bulan])  # type: ignore[arg-type]
        return found[bulan, dasar]

    return harga


def hari_terakhir(bulan: date) -> date:
    """The last day on which a cut ends whose last month is this one."""
    return akhir_bulan(bulan)
