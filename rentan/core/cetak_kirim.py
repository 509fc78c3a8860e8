"""What the printed packing list of cards needs to know; conventions as in `cetak_data`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TanpaQr
from rentan.core.qr import KodeKartu, check_kode, qr_svg
from rentan.util.kode import group_kode
from rentan.util.tanggal import format_tanggal


@dataclass(frozen=True, kw_only=True)
class BarisKirim:
    """One card of the parcel. `angka`: the last four digits of its number."""

    nomor: str
    nama: str
    kelurahan: str
    alamat: str
    kode: str
    angka: str

    def isi(self) -> dict[str, Any]:
        qr = qr_svg(check_kode(KodeKartu(self.kode)))
        return {**asdict(self), "kode": group_kode(self.kode), "qr": qr}


@dataclass(frozen=True, kw_only=True)
class DaftarKirim(TanpaQr):
    """The list that lies in the parcel: ticked by who packs and by who counts. `sidik`: start of the hash."""

    template: ClassVar[str] = "daftar_kirim"

    kop: Kop
    kecamatan: str
    nomor: str
    tanggal: date
    sidik: str
    baris: tuple[BarisKirim, ...]

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "kecamatan": self.kecamatan,
            "nomor": self.nomor,
            "tanggal": format_tanggal(self.tanggal),
            "sidik": self.sidik,
            "jumlah": len(self.baris),
            "baris": [one.isi() for one in self.baris],
        }
