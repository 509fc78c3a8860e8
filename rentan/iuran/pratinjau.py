"""What a change of the tariff does to the whole city: prices, ceilings, sectors, sums, months paid ahead.

Two tables of dated rows are compared month by month; one of them may be a plan that nothing holds yet. All
sponsorships are read once and priced from a few dozen remembered prices, so 20,000 of them take a second or
two. Amounts: whole rupiah; months: their first day.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import func, select

from rentan.asn.masa import SELESAI, hari_terakhir
from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import UANG_MASUK, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, sektor_jelas
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import HIDUP
from rentan.tarif.queries import hari_debet
from rentan.tarif.tabel import Dasar, TabelTarif, buat_harga
from rentan.util.tanggal import awal_bulan, tambah_bulan

#: Sponsorships that are debited, or will be again: nobody knows for certain when a pause ends, and the donor
#: has to hear of the new price before it does.
MEMBAYAR = (StatusAsuhan.SIAP, StatusAsuhan.AKTIF, StatusAsuhan.DIJEDA)
#: Months whose sums are shown before and after.
BULAN_DILIHAT = 6
HargaPada = Callable[[date, Dasar], int]


@dataclass(frozen=True)
class Tanggungan:
    """One sponsorship as its price sees it."""

    asuhan_id: uuid.UUID
    asn_id: uuid.UUID
    opd_id: uuid.UUID
    dasar: Dasar
    mulai: date
    sampai: date | None
    jelas: bool

    def membayar(self, bulan: date) -> bool:
        """Whether a contribution is due for that month."""
        return self.mulai <= bulan and (self.sampai is None or bulan <= self.sampai)


@dataclass(frozen=True)
class Perpindahan:
    """So many contributions go from one price to another."""

    lama: int
    baru: int
    banyak: int


@dataclass(frozen=True)
class JumlahBulan:
    """The sum of one month's contributions before and after."""

    bulan: date
    lama: int
    baru: int


@dataclass(frozen=True)
class Pratinjau:
    """The answer: ``harga`` and the counts speak of ``bulan``, the first month that changes.

    ``plafon`` counts per OPD the letters whose ceiling that month's sum exceeds and did not before,
    ``plafon_sudah`` those that it exceeded anyway. ``lebih`` and ``kurang``: contributions of ``bulan`` or
    later whose money is in at another price, with the sum of the differences.
    """

    bulan: date
    harga: tuple[Perpindahan, ...]
    tetap: int
    donatur: int
    plafon: tuple[tuple[uuid.UUID, int], ...]
    plafon_sudah: int
    sektor_tak_jelas: int
    jumlah: tuple[JumlahBulan, ...]
    lebih: int
    lebih_rupiah: int
    kurang: int
    kurang_rupiah: int

    @property
    def berubah(self) -> int:
        """Contributions with another price."""
        return sum(one.banyak for one in self.harga)

    @property
    def plafon_kurang(self) -> int:
        """Letters whose ceiling becomes too low."""
        return sum(n for _, n in self.plafon)

    def angka(self) -> dict[str, Any]:
        """Every figure as JSON: what a confirmation is bound to."""
        found = asdict(self)
        found["bulan"] = self.bulan.isoformat()
        found["plafon"] = [[str(key), n] for key, n in self.plafon]
        found["harga"] = [[one.lama, one.baru, one.banyak] for one in self.harga]
        found["jumlah"] = [[one.bulan.isoformat(), one.lama, one.baru] for one in self.jumlah]
        return found


def load_tanggungan(asn_ids: Iterable[uuid.UUID] | None = None) -> list[Tanggungan]:
    """Every sponsorship that is debited (of these donors, or of the whole city), as C1 asks for them: not for
    lapsed workers (W16), and only through the last month whose debit day is a day of service (M21)."""
    query = (
        select(
            Asuhan.id,
            Asuhan.asn_id,
            Asn.opd_id,
            Asuhan.penghasilan,
            Asuhan.program,
            Asuhan.bulan_pertama,
            Asuhan.sampai,
            Asn.akhir_kontrak,
            Asn.tmt_pensiun,
            Pekerja.sektor,
            Pekerja.pekerjaan,
        )
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(
            Asuhan.status.in_(MEMBAYAR),
            Asn.status_aktif.not_in(SELESAI),
            Pekerja.status.in_(TERDAFTAR_DI_BPJS),
        )
        .order_by(Asuhan.dibuat_pada, Asuhan.id)
    )
    if asn_ids is not None:
        query = query.where(Asuhan.asn_id.in_(list(asn_ids)))
    masa = cache(_bulan_masa)
    return [
        Tanggungan(
            row.id,
            row.asn_id,
            row.opd_id,
            (row.penghasilan, row.program, row.sektor.value, "pribadi"),
            row.bulan_pertama or date.min,
            min((one for one in (row.sampai, masa(hari_terakhir(row))) if one is not None), default=None),
            sektor_jelas(row.pekerjaan, row.sektor),
        )
        for row in db.session.execute(query)
    ]


def _bulan_masa(masa: date | None) -> date | None:
    """The last month whose debit day is not after the last day of service."""
    if masa is None:
        return None
    bulan = awal_bulan(masa)
    return bulan if hari_debet(bulan) <= masa else tambah_bulan(bulan, -1)


def harga_dari(tabel: TabelTarif) -> HargaPada:
    """Prices from this table in whole rupiah."""
    rincian = buat_harga(tabel)
    return lambda bulan, dasar: rincian(bulan, dasar).total


def harga_sebelum(tabel: TabelTarif, bulan: date) -> HargaPada:
    """Prices as they were in the month before, for every month: what people pay until the change."""
    rincian, lalu = buat_harga(tabel), tambah_bulan(awal_bulan(bulan), -1)
    return lambda _bulan, dasar: rincian(lalu, dasar).total


def bandingkan(bulan: date, lama: HargaPada, baru: HargaPada) -> Pratinjau:
    """The effect of going from one way of pricing to another in ``bulan`` and the months after it."""
    bulan = awal_bulan(bulan)
    semua = load_tanggungan()
    kini = [one for one in semua if one.membayar(bulan)]
    pindah = Counter((lama(bulan, one.dasar), baru(bulan, one.dasar)) for one in kini)
    per_asn = sum_per_asn(kini, bulan, lama, baru)
    plafon, sudah = _plafon(per_asn, {one.asn_id: one.opd_id for one in kini})
    months = [tambah_bulan(bulan, n) for n in range(BULAN_DILIHAT)]
    lebih, kurang = _dibayar(bulan, baru)
    return Pratinjau(
        bulan=bulan,
        harga=tuple(Perpindahan(a, b, n) for (a, b), n in sorted(pindah.items()) if a != b),
        tetap=sum(n for (a, b), n in pindah.items() if a == b),
        donatur=sum(a != b for a, b in per_asn.values()),
        plafon=tuple(sorted(plafon.items(), key=lambda one: (-one[1], str(one[0])))),
        plafon_sudah=sudah,
        sektor_tak_jelas=sum(not one.jelas for one in kini),
        jumlah=tuple(_jumlah(semua, one, lama, baru) for one in months),
        lebih=lebih[0],
        lebih_rupiah=lebih[1],
        kurang=kurang[0],
        kurang_rupiah=kurang[1],
    )


def sum_per_asn(
    rows: Sequence[Tanggungan], bulan: date, lama: HargaPada, baru: HargaPada
) -> dict[uuid.UUID, tuple[int, int]]:
    """What each donor pays for that month before and after."""
    found: dict[uuid.UUID, list[int]] = defaultdict(lambda: [0, 0])
    for one in rows:
        found[one.asn_id][0] += lama(bulan, one.dasar)
        found[one.asn_id][1] += baru(bulan, one.dasar)
    return {key: (a, b) for key, (a, b) in found.items()}


def load_plafon(asn_id: uuid.UUID | None = None) -> dict[uuid.UUID, int]:
    """The ceiling of every letter in force, by donor (or of this donor's alone)."""
    query = select(SuratKuasa.asn_id, SuratKuasa.plafon).where(SuratKuasa.status.in_(HIDUP))
    if asn_id is not None:
        query = query.where(SuratKuasa.asn_id == asn_id)
    return {row.asn_id: row.plafon for row in db.session.execute(query) if row.plafon is not None}


def _plafon(
    per_asn: dict[uuid.UUID, tuple[int, int]], opd: dict[uuid.UUID, uuid.UUID]
) -> tuple[Counter[uuid.UUID], int]:
    found: Counter[uuid.UUID] = Counter()
    sudah = 0
    for asn_id, plafon in load_plafon().items():
        lama, baru = per_asn.get(asn_id, (0, 0))
        if lama > plafon:
            sudah += 1
        elif baru > plafon:
            found[opd[asn_id]] += 1
    return found, sudah


def _jumlah(rows: Sequence[Tanggungan], bulan: date, lama: HargaPada, baru: HargaPada) -> JumlahBulan:
    kinds = Counter(one.dasar for one in rows if one.membayar(bulan))
    return JumlahBulan(
        bulan,
        sum(lama(bulan, dasar) * n for dasar, n in kinds.items()),
        sum(baru(bulan, dasar) * n for dasar, n in kinds.items()),
    )


def _dibayar(bulan: date, baru: HargaPada) -> tuple[tuple[int, int], tuple[int, int]]:
    """Paid contributions from ``bulan`` on whose price differs afterwards, dearer and cheaper: count, sum."""
    kind = (Iuran.periode, Iuran.penghasilan, Iuran.program, Iuran.sektor, Iuran.pendanaan, Iuran.jumlah)
    query = (
        select(*kind, func.count().label("n"))
        .where(Iuran.periode >= bulan, Iuran.status.in_(UANG_MASUK))
        .group_by(*kind)
    )
    lebih, kurang = [0, 0], [0, 0]
    for row in db.session.execute(query):
        beda = baru(row.periode, (row.penghasilan, row.program, row.sektor, row.pendanaan)) - row.jumlah
        if beda:
            where = kurang if beda > 0 else lebih
            where[0] += row.n
            where[1] += abs(beda) * row.n
    return (lebih[0], lebih[1]), (kurang[0], kurang[1])


# -- the next months as the tables have them -----------------------------------------------------------------


@dataclass(frozen=True)
class PlafonKurang:
    """A letter whose ceiling one of the coming months exceeds: the first such month and its sum."""

    asn_id: uuid.UUID
    plafon: int
    bulan: date
    perlu: int


def list_plafon_kurang(tabel: TabelTarif, *, banyak_bulan: int = 12) -> list[PlafonKurang]:
    """Letters in force whose ceiling does not carry one of the next months, the soonest first."""
    harga = harga_dari(tabel)
    awal = awal_bulan(today())
    akhir = tambah_bulan(awal, banyak_bulan - 1)
    plafon = load_plafon()
    per_asn: dict[uuid.UUID, list[Tanggungan]] = defaultdict(list)
    for one in load_tanggungan():
        if one.asn_id in plafon:
            per_asn[one.asn_id].append(one)
    # Only in these months a sum can be higher than in the one before.
    naik = {one for one in tabel.batas() if awal < one <= akhir}
    naik |= {one.mulai for rows in per_asn.values() for one in rows if awal < one.mulai <= akhir}
    months = [awal, *sorted(naik)]
    found = []
    for asn_id, rows in per_asn.items():
        for bulan in months:
            perlu = sum(harga(bulan, one.dasar) for one in rows if one.membayar(bulan))
            if perlu > plafon[asn_id]:
                found.append(PlafonKurang(asn_id, plafon[asn_id], bulan, perlu))
                break
    return sorted(found, key=lambda one: (one.bulan, str(one.asn_id)))


def count_belum_keluar(bulan: date) -> int:
    """Contributions from that month on that are scheduled or held: they are priced anew by the next run."""
    query = select(func.count()).where(
        Iuran.periode >= awal_bulan(bulan), Iuran.status.in_((StatusIuran.TERJADWAL, StatusIuran.DITAHAN))
    )
    return int(db.session.scalar(query) or 0)
