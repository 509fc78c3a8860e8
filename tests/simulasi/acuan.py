"""The reference: what a year of money must come to, in lines that know nothing of the application.

Months are numbers (year × 12 + month − 1). Read from product.md §3 and states.md §2, §3 and §5.
"""

from collections import Counter
from dataclasses import dataclass, field

ULANG = ("51", "68", "R")  # may be tried again; R: succeeded, then taken back by the bank
COVER = ("aktif", "tenggang_1", "tenggang_2", "nonaktif")  # after 1, 2, 3 closed months without a record
NANTI = 9_999 * 12
TARIF = (  # product.md §3: from which month, transport, other
    (2025 * 12 + 11, 16_800, 16_800),
    (2026 * 12 + 0, 8_400, 16_800),
    (2026 * 12 + 3, 8_400, 8_400),
    (2027 * 12 + 0, 8_400, 16_800),
    (2027 * 12 + 3, 16_800, 16_800),
)


@dataclass
class Peserta:
    """A worker: from ``mulai`` until ``berhenti`` and again from ``lanjut`` on (a successor of another OPD)
    somebody is asked, but for paused months; the script says what comes of it."""

    transport: bool
    mulai: int
    berhenti: int
    opd: dict[int, str]  # by month, as at the cut-off
    jawaban: dict[tuple[int, int], str]  # (month, attempt): the bank's code; "" never answered
    telat: set[int]  # months that BPJS records one list later
    lanjut: int = NANTI
    opd_lanjut: str = ""
    jeda: tuple[int, ...] = ()
    tunai: dict[int, tuple[int, int]] = field(default_factory=dict)  # month: (months paid, rupiah too many)
    kredit: int = 0
    coba: dict[int, list[str]] = field(default_factory=dict)
    uang: dict[int, int] = field(default_factory=dict)
    disetor: dict[int, int] = field(default_factory=dict)  # month: in which month it was remitted
    tercatat: set[int] = field(default_factory=set)
    lunas: int | None = None
    cover: str = "terdaftar"


def harga(p: Peserta, bulan: int, tarif: tuple[tuple[int, int, int], ...]) -> int:
    return next(row for row in reversed(tarif) if row[0] <= bulan)[1 if p.transport else 2]


def coba(p: Peserta, bulan: int, tarif: tuple[tuple[int, int, int], ...]) -> None:
    """Money carried over pays first, before the first attempt; the bank is asked for what is left."""
    said, pakai = p.coba.setdefault(bulan, []), 0
    if not said:
        pakai = min(p.kredit, harga(p, bulan, tarif))
        p.kredit -= pakai
    lunas = pakai == harga(p, bulan, tarif)
    said.append("00" if lunas else p.jawaban.get((bulan, len(said) + 1), "00"))
    if said[-1] == "00":
        p.uang[bulan] = harga(p, bulan, tarif)


def ganti(p: Peserta, kini: int) -> None:
    """A successor pays from the month after the last paid one; what failed before is asked of him anew."""
    if not p.uang or p.cover == "nonaktif":
        p.lanjut = NANTI  # nobody's line to go on with
        return
    p.mulai, p.kredit = max(p.uang) + 1, 0
    p.coba = {bulan: said for bulan, said in p.coba.items() if bulan in p.uang}
    p.opd = p.opd | dict.fromkeys((k for k in p.opd if k >= p.mulai), p.opd_lanjut)


def jalankan(p: Peserta, kini: int, tarif: tuple[tuple[int, int, int], ...]) -> None:
    """One month of one worker: cash, debit, retry, remittance, BPJS's record, cover."""
    if kini == p.lanjut:
        ganti(p, kini)
    aktif = p.mulai <= kini < p.berhenti or kini >= p.lanjut
    if aktif and p.cover != "nonaktif":
        banyak, lebih = p.tunai.get(kini, (0, 0))
        p.uang |= {bulan: harga(p, bulan, tarif) for bulan in range(kini, kini + banyak)}
        p.opd = p.opd | dict.fromkeys(range(kini, kini + banyak), p.opd[kini])
        p.kredit += lebih
    if kini in p.jeda[:1] and not p.tercatat:
        p.jeda = ()  # who is not recorded yet cannot pause
    if aktif and p.cover != "nonaktif" and kini not in p.jeda:
        # What was left out comes along: the month before, and in the grace the one before that.
        for bulan in range(max(p.mulai, kini - 1 - (p.cover in COVER[1:3])), kini + 1):
            if bulan not in p.coba and bulan not in p.uang:
                coba(p, bulan, tarif)
    for n in (1, 2, 3):
        dibayar = n == 3 and p.lunas is not None and p.lunas + 1 in p.disetor  # only the record is missing
        if p.cover == COVER[n - 1] and p.lunas is not None and kini - p.lunas - 1 >= n and not dibayar:
            p.cover = COVER[n]
    for bulan in range(kini - 2, kini + 1):
        terlambat = p.lunas is not None and bulan <= p.lunas  # BPJS has passed that month
        if aktif and p.cover != "nonaktif" and p.coba.get(bulan, [""])[-1] in ULANG and not terlambat:
            coba(p, bulan, tarif)
    if p.uang and p.cover != "nonaktif":
        # In their order without a gap, from BPJS's last record on; before the first, from the oldest paid.
        bulan = min(p.uang) if p.lunas is None else p.lunas + 1
        while bulan in p.uang:
            p.disetor.setdefault(bulan, kini)
            bulan += 1
    baru = {k for k, kapan in p.disetor.items() if kini >= kapan + (k in p.telat)} - p.tercatat
    p.tercatat |= baru
    while baru and (min(p.tercatat) if p.lunas is None else p.lunas + 1) in p.tercatat:
        p.lunas = min(p.tercatat) if p.lunas is None else p.lunas + 1
    if baru and p.lunas is not None and p.cover != "nonaktif" and p.lunas >= kini - 1:
        p.cover = "aktif"


def per_opd(semua: list[Peserta], kini: int) -> dict[str, Counter[tuple[str, int]]]:
    """(OPD, month): how many and how much was collected up to this month, remitted, recorded."""
    found: dict[str, Counter[tuple[str, int]]] = {}
    for nama in ("uang", "disetor", "tercatat"):
        for p in semua:
            for bulan in getattr(p, nama):
                for apa, n in (("banyak", 1), ("rupiah", p.uang[bulan])):
                    if nama != "uang" or bulan <= kini:
                        found.setdefault(f"{nama}_{apa}", Counter())[p.opd[bulan], bulan] += n
    return found
