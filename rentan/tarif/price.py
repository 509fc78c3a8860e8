"""The price of one worker's contribution (product.md §3 Price; PP 44/2015 annex II, PP 50/2025).

Nothing here is a constant of the law: the classes and the dated cuts come in as data (``Tarif``), so an admin
can add the next regulation without a release. Money is whole rupiah, months are any date in the month.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, cast, get_args

from rentan.util.galat import TidakSah
from rentan.util.tanggal import awal_bulan, tambah_bulan

_Baris = TypeVar("_Baris")
Program = Literal["JKK+JKM", "JKK+JKM+JHT"]
Sektor = Literal["transportasi", "lain"]
Pendanaan = Literal["pribadi", "apbd"]
JenisIuran = Literal["JKK", "JKM", "JHT"]


@dataclass(frozen=True, slots=True)
class Kelas:
    """An income class and its full monthly contributions, in rupiah; ``maks`` is ``None`` for the highest."""

    min: int
    maks: int | None
    dasar: int
    jkk: int
    jkm: int
    jht: int


@dataclass(frozen=True, slots=True)
class Potongan:
    """A dated cut of one programme by ``persen`` for one sector and way of funding.

    In force in every month that has its first day within ``mulai``..``sampai`` (``None``: until further
    notice); ``mulai`` counts for its whole month.
    """

    mulai: date
    sampai: date | None
    sektor: Sektor
    pendanaan: Pendanaan
    program: JenisIuran
    persen: int
    dasar_hukum: str

    def berlaku(self, bulan: date) -> bool:
        """Whether the cut applies to the contribution of that month."""
        return awal_bulan(self.mulai) <= awal_bulan(bulan) and (
            self.sampai is None or awal_bulan(bulan) <= self.sampai
        )


@dataclass(frozen=True, slots=True)
class Rincian:
    """One month's price by programme, in rupiah."""

    jkk: int
    jkm: int
    jht: int

    @property
    def total(self) -> int:
        """The sum that is debited."""
        return self.jkk + self.jkm + self.jht


@dataclass(frozen=True, slots=True)
class Tarif:
    """Classes in order of income, and cuts. Refuses contradictions when made, not when somebody must pay.

    Raises ``TidakSah``: ``tarif_kelas`` (not from 0 upwards, overlapping, or another than the last without an
    upper end), ``tarif_potongan`` (percentage outside 1–100, dates reversed, unknown word),
    ``tarif_tumpang_tindih`` (two cuts for the same thing in one month), ``tarif_tidak_bulat`` (a cut that
    leaves a fraction of a rupiah in some class).
    """

    kelas: tuple[Kelas, ...]
    potongan: tuple[Potongan, ...] = ()

    def __post_init__(self) -> None:
        _periksa_kelas(self.kelas)
        for i, satu in enumerate(self.potongan):
            _periksa_potongan(satu, self.kelas)
            if any(_bertabrakan(satu, lain) for lain in self.potongan[:i]):
                raise TidakSah(
                    "tarif_tumpang_tindih",
                    "Dua potongan iuran berlaku bersamaan untuk program, sektor, dan pendanaan yang sama. "
                    "Akhiri salah satunya lebih dulu.",
                )


def _periksa_kelas(kelas: tuple[Kelas, ...]) -> None:
    urut = bool(kelas) and kelas[0].min == 0 and kelas[-1].maks is None
    urut = urut and all(
        a.maks is not None and a.min <= a.maks < b.min for a, b in zip(kelas, kelas[1:], strict=False)
    )
    if not urut or any(min(k.dasar, k.jkk, k.jkm, k.jht) < 0 for k in kelas):
        raise TidakSah(
            "tarif_kelas",
            "Kelas penghasilan harus dimulai dari 0, berurutan tanpa tumpang tindih, dan hanya kelas "
            "terakhir yang tanpa batas atas. Periksa tabel iuran.",
        )


def _periksa_potongan(potongan: Potongan, kelas: tuple[Kelas, ...]) -> None:
    dikenal = (
        potongan.sektor in get_args(Sektor)
        and potongan.pendanaan in get_args(Pendanaan)
        and potongan.program in get_args(JenisIuran)
    )
    berurutan = potongan.sampai is None or potongan.mulai <= potongan.sampai
    if not dikenal or not berurutan or not 1 <= potongan.persen <= 100:
        raise TidakSah(
            "tarif_potongan",
            "Potongan iuran tidak dapat dipakai. Periksa program, sektor, pendanaan, persen (1–100), "
            "dan tanggalnya.",
        )
    for satu in kelas:
        _potong(getattr(satu, potongan.program.lower()), potongan.persen)


def _bertabrakan(a: Potongan, b: Potongan) -> bool:
    if (a.sektor, a.pendanaan, a.program) != (b.sektor, b.pendanaan, b.program):
        return False
    dulu, kemudian = sorted((a, b), key=lambda potongan: potongan.mulai)
    return dulu.berlaku(kemudian.mulai)


def _potong(jumlah: int, persen: int) -> int:
    # No rounding: the law halves amounts that halve exactly. A cut that does not is a question for a person.
    hasil, sisa = divmod(jumlah * (100 - persen), 100)
    if sisa:
        raise TidakSah(
            "tarif_tidak_bulat",
            "Potongan iuran tidak menghasilkan rupiah bulat. Periksa persen potongan dan tabel iuran.",
        )
    return hasil


def kelas_untuk(penghasilan: int, tarif: Tarif) -> Kelas:
    """The class of a monthly income in rupiah.

    An income between one class's upper end and the next one's lower end (1,099,001–1,099,999) belongs to the
    lower class (bpu_iuran.csv, README of the data). Raises ``TidakSah`` (``penghasilan_negatif``).
    """
    if penghasilan < 0:
        raise TidakSah(
            "penghasilan_negatif", "Penghasilan tidak boleh kurang dari nol. Periksa kembali jumlahnya."
        )
    return next(kelas for kelas in reversed(tarif.kelas) if kelas.min <= penghasilan)


def iuran(
    bulan: date, kelas: Kelas, program: Program, sektor: Sektor, pendanaan: Pendanaan, tarif: Tarif
) -> Rincian:
    """Price of the contribution for one month, which may lie ahead of the month in which it is paid.

    Raises ``ValueError`` for a programme, sector or way of funding that does not exist.
    """
    for nilai, pilihan in ((program, Program), (sektor, Sektor), (pendanaan, Pendanaan)):
        if nilai not in get_args(pilihan):
            raise ValueError(f"unknown choice, expected one of {get_args(pilihan)}")

    def harga(jenis: JenisIuran) -> int:
        penuh = getattr(kelas, jenis.lower())
        for satu in tarif.potongan:
            if (satu.program, satu.sektor, satu.pendanaan) == (jenis, sektor, pendanaan) and satu.berlaku(
                bulan
            ):
                return _potong(penuh, satu.persen)
        return penuh

    return Rincian(jkk=harga("JKK"), jkm=harga("JKM"), jht=harga("JHT") if program.endswith("JHT") else 0)


def iuran_periode(
    bulan_pertama: date,
    jumlah_bulan: int,
    penghasilan: int,
    program: Program,
    sektor: Sektor,
    pendanaan: Pendanaan,
    tarif_pada: Callable[[date], Tarif],
) -> list[tuple[date, Rincian]]:
    """Each month of a period paid ahead, as its first day, at the month's own price.

    ``penghasilan``: monthly income in rupiah; ``tarif_pada`` answers the tariff in force in a month, so that
    a change of the classes counts as well as the end of a cut. Raises ``ValueError`` for less than one
    month, ``TidakSah`` (``penghasilan_negatif``).
    """
    if jumlah_bulan < 1:
        raise ValueError("a period has at least one month")
    pertama = awal_bulan(bulan_pertama)
    found = []
    for bulan in (tambah_bulan(pertama, n) for n in range(jumlah_bulan)):
        tarif = tarif_pada(bulan)
        kelas = kelas_untuk(penghasilan, tarif)
        found.append((bulan, iuran(bulan, kelas, program, sektor, pendanaan, tarif)))
    return found


def load_tarif_csv(kelas_text: str, potongan_text: str) -> Tarif:
    """Read a tariff from the text of its two CSV tables (as ``bpu_iuran.csv`` and ``potongan_iuran.csv``).

    Amounts are bare digits, dates ISO; an empty ``penghasilan_maks`` or ``sampai`` means no end. Raises
    ``TidakSah``: ``tarif_csv`` (missing column, unreadable value) or what ``Tarif`` refuses.
    """
    return Tarif(baca_kelas(kelas_text), _baca(potongan_text, _baca_potongan))


def baca_kelas(text: str) -> tuple[Kelas, ...]:
    """Read classes from the text of their CSV table, unchecked. Raises ``TidakSah`` (``tarif_csv``)."""
    return _baca(text, _baca_kelas)


def _baca(text: str, baca: Callable[[dict[str, str]], _Baris]) -> tuple[_Baris, ...]:
    try:
        return tuple(baca(baris) for baris in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    except (csv.Error, KeyError, TypeError, ValueError) as sebab:
        raise TidakSah(
            "tarif_csv", "Tabel iuran tidak dapat dibaca. Periksa judul kolom dan isinya."
        ) from sebab


def _bulat(text: str) -> int:
    if not re.fullmatch("[0-9]{1,12}", text):
        raise ValueError("not a whole number")  # int() alone would take "16_800" and " 1"
    return int(text)


def _baca_kelas(baris: dict[str, str]) -> Kelas:
    return Kelas(
        min=_bulat(baris["penghasilan_min"]),
        maks=_bulat(baris["penghasilan_maks"]) if baris["penghasilan_maks"] else None,
        dasar=_bulat(baris["dasar_penghasilan"]),
        jkk=_bulat(baris["jkk"]),
        jkm=_bulat(baris["jkm"]),
        jht=_bulat(baris["jht"]),
    )


def _baca_potongan(baris: dict[str, str]) -> Potongan:
    # The three words are only cast here: Tarif refuses those it does not know.
    return Potongan(
        mulai=date.fromisoformat(baris["mulai"]),
        sampai=date.fromisoformat(baris["sampai"]) if baris["sampai"] else None,
        sektor=cast(Sektor, baris["sektor"]),
        pendanaan=cast(Pendanaan, baris["pendanaan"]),
        program=cast(JenisIuran, baris["program"]),
        persen=_bulat(baris["persen"]),
        dasar_hukum=baris["dasar_hukum"],
    )
