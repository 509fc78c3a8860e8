"""The reference: what a year of money must come to, in sixty lines that know nothing of the application.

Months are numbers (year × 12 + month − 1). Read from product.md §3 and states.md §3 and §5.
"""

from collections import Counter
from dataclasses import dataclass, field

ULANG = ("51", "68", "R")  # may be tried again; R: succeeded, then taken back by the bank
COVER = ("aktif", "tenggang_1", "tenggang_2", "nonaktif")  # after 1, 2, 3 closed months without a record
TARIF = (  # product.md §3: from which month, transport, other
    (2025 * 12 + 11, 16_800, 16_800),
    (2026 * 12 + 0, 8_400, 16_800),
    (2026 * 12 + 3, 8_400, 8_400),
    (2027 * 12 + 0, 8_400, 16_800),
    (2027 * 12 + 3, 16_800, 16_800),
)


@dataclass
class Peserta:
    """A worker: months ``mulai`` up to ``berhenti`` are asked for; the script says what comes of it."""

    transport: bool
    mulai: int
    berhenti: int
    opd: dict[int, str]  # by month, as at the cut-off
    jawaban: dict[tuple[int, int], str]  # (month, attempt): the bank's code; "" never answered
    telat: set[int]  # months that BPJS records one list later
    coba: dict[int, list[str]] = field(default_factory=dict)
    uang: dict[int, int] = field(default_factory=dict)
    disetor: dict[int, int] = field(default_factory=dict)  # month: in which month it was remitted
    tercatat: set[int] = field(default_factory=set)
    lunas: int | None = None
    cover: str = "terdaftar"


def coba(p: Peserta, bulan: int, tarif: tuple[tuple[int, int, int], ...]) -> None:
    """The bank is asked once more for this month, at the month's own price."""
    said = p.coba.setdefault(bulan, [])
    said.append(p.jawaban.get((bulan, len(said) + 1), "00"))
    if said[-1] == "00":
        p.uang[bulan] = next(row for row in reversed(tarif) if row[0] <= bulan)[1 if p.transport else 2]


def jalankan(p: Peserta, kini: int, tarif: tuple[tuple[int, int, int], ...]) -> None:
    """One month of one worker: debit, retry, remittance, BPJS's record, cover."""
    aktif = p.mulai <= kini < p.berhenti
    if aktif and p.cover != "nonaktif":
        coba(p, kini, tarif)
    for n in (1, 2, 3):
        if p.cover == COVER[n - 1] and p.lunas is not None and kini - p.lunas - 1 >= n:
            p.cover = COVER[n]
    for bulan in range(kini - 2, kini + 1):
        if aktif and p.cover != "nonaktif" and p.coba.get(bulan, [""])[-1] in ULANG:
            coba(p, bulan, tarif)
    if p.uang and p.cover != "nonaktif":
        bulan = min(p.uang) if p.lunas is None else p.lunas + 1
        while bulan in p.uang:
            p.disetor.setdefault(bulan, kini)
            bulan += 1
    baru = {k for k, kapan in p.disetor.items() if kini >= kapan + (k in p.telat)} - p.tercatat
    p.tercatat |= baru
    while baru and (min(p.tercatat) if p.lunas is None else p.lunas + 1) in p.tercatat:
        p.lunas = min(p.tercatat) if p.lunas is None else p.lunas + 1
    if baru and p.lunas is not None and p.cover != "nonaktif" and p.lunas >= kini - (p.cover != "terdaftar"):
        p.cover = "aktif"


def per_opd(semua: list[Peserta]) -> dict[str, Counter[tuple[str, int]]]:
    """(OPD, month): how many and how much was collected, remitted, recorded."""
    found: dict[str, Counter[tuple[str, int]]] = {}
    for nama in ("uang", "disetor", "tercatat"):
        for p in semua:
            for bulan in getattr(p, nama):
                for apa, n in (("banyak", 1), ("rupiah", p.uang[bulan])):
                    found.setdefault(f"{nama}_{apa}", Counter())[p.opd[bulan], bulan] += n
    return found
