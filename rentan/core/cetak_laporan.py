"""What the printed participation reports need to know; conventions as in `cetak_data`.

Every percentage comes with its numerator and denominator (product.md §3 "Participation").
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TandaTangan, TanpaQr
from rentan.util.angka import format_angka, format_persen
from rentan.util.nip import format_nip
from rentan.util.tanggal import format_bulan, format_waktu


@dataclass(frozen=True, kw_only=True)
class BarisPartisipasi:
    """One unit: `asn` is the denominator, `jumlah` distinct ASN per step, in the order of the columns.

    `ikut_lain`: people outside the denominator who take part; a unit that has some is not one with nobody.
    """

    nama: str
    asn: int
    jumlah: tuple[int, ...]
    ikut_lain: int = 0


@dataclass(frozen=True, kw_only=True)
class TabelPartisipasi:
    """Units with their ladder, in the order given; totals are added here.

    `ikut`: index of the step that counts as taking part (its percentage and bar are shown).
    `isi()` raises ``ValueError`` when a row misses a column.
    """

    judul_nama: str
    kolom: tuple[str, ...]
    ikut: int
    baris: tuple[BarisPartisipasi, ...]

    def total(self) -> BarisPartisipasi:
        """Return the sum of all rows."""
        columns = (tuple(b.jumlah[i] for b in self.baris) for i in range(len(self.kolom)))
        return BarisPartisipasi(
            nama="Jumlah", asn=sum(b.asn for b in self.baris), jumlah=tuple(sum(c) for c in columns)
        )

    def isi(self) -> dict[str, Any]:
        if any(len(b.jumlah) != len(self.kolom) for b in self.baris) or not 0 <= self.ikut < len(self.kolom):
            raise ValueError("every row needs one number per column")
        total = self.total()
        return {
            "judul_nama": self.judul_nama,
            "kolom": self.kolom,
            "ikut": self.ikut,
            "baris": [self._isi_baris(b) for b in self.baris],
            "total": self._isi_baris(total),
            "tangga": [
                {**_pecahan(n, total.asn), "label": label}
                for label, n in zip(self.kolom, total.jumlah, strict=True)
            ],
        }

    def _isi_baris(self, baris: BarisPartisipasi) -> dict[str, Any]:
        return {
            "nama": baris.nama,
            "asn": format_angka(baris.asn),
            "jumlah": [format_angka(n) for n in baris.jumlah],
            **_pecahan(baris.jumlah[self.ikut], baris.asn),
        }


def _pecahan(n: int, dari: int) -> dict[str, Any]:
    """Return numerator, denominator, percentage and the length of the bar (0..1)."""
    return {
        "pembilang": format_angka(n),
        "penyebut": format_angka(dari),
        "persen": format_persen(n, dari),
        "bagian": min(n / dari, 1.0) if dari else 0.0,
    }


def _angka_berlabel(isi: tuple[tuple[str, int], ...]) -> list[dict[str, str]]:
    return [{"label": label, "nilai": format_angka(n)} for label, n in isi]


@dataclass(frozen=True, kw_only=True)
class BarisAsn:
    """A person in a list; `keterangan` says why, where the list needs a reason."""

    nama: str
    nip: str
    unit: str
    keterangan: str = ""

    def isi(self) -> dict[str, Any]:
        return {**asdict(self), "nip": format_nip(self.nip) if self.nip else ""}


@dataclass(frozen=True, kw_only=True)
class LaporanOpd(TanpaQr):
    """Participation of one OPD in `bulan`, as known at `per`.

    `penyebut`: sentence that says who is counted. `belum_ikut`: ``None`` leaves the list out, an empty tuple
    says that everybody takes part. `dikecualikan`: people outside the denominator, each with the reason.
    `pekerja`: (label, number) of the sponsored workers. `oleh`: who took the file, for the foot of each page
    (EXP-2).
    """

    template: ClassVar[str] = "laporan_opd"

    kop: Kop
    opd: str
    bulan: date
    per: datetime
    penyebut: str
    tabel: TabelPartisipasi
    tanda_tangan: TandaTangan
    belum_ikut: tuple[BarisAsn, ...] | None = None
    dikecualikan: tuple[BarisAsn, ...] = ()
    pekerja: tuple[tuple[str, int], ...] = ()
    oleh: str = ""

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "opd": self.opd,
            "bulan": format_bulan(self.bulan),
            "per": format_waktu(self.per),
            "penyebut": self.penyebut,
            "tabel": self.tabel.isi(),
            "belum_ikut": None if self.belum_ikut is None else [b.isi() for b in self.belum_ikut],
            "dikecualikan": [b.isi() for b in self.dikecualikan],
            "pekerja": _angka_berlabel(self.pekerja),
            "tanda_tangan": self.tanda_tangan.isi(),
            "oleh": self.oleh,
        }


@dataclass(frozen=True, kw_only=True)
class Dasbor(TanpaQr):
    """Participation of the whole city.

    `urutan`: sentence that says how the rows are sorted (they keep their order). `pekerja`: (label, number)
    of sponsored workers, shown above the ladder. `oleh`: as in ``LaporanOpd``.
    """

    template: ClassVar[str] = "dasbor"

    kop: Kop
    kota: str
    bulan: date
    per: datetime
    penyebut: str
    urutan: str
    tabel: TabelPartisipasi
    pekerja: tuple[tuple[str, int], ...] = ()
    tanda_tangan: TandaTangan | None = None
    oleh: str = ""

    def isi(self) -> dict[str, Any]:
        kosong = sum(1 for b in self.tabel.baris if b.jumlah[self.tabel.ikut] + b.ikut_lain == 0)
        return {
            "kop": asdict(self.kop),
            "kota": self.kota,
            "bulan": format_bulan(self.bulan),
            "per": format_waktu(self.per),
            "penyebut": self.penyebut,
            "urutan": self.urutan,
            "tabel": self.tabel.isi(),
            "pekerja": _angka_berlabel(self.pekerja),
            "unit_kosong": format_angka(kosong),
            "unit_semua": format_angka(len(self.tabel.baris)),
            "tanda_tangan": self.tanda_tangan.isi() if self.tanda_tangan else None,
            "oleh": self.oleh,
        }
