"""What the letter to a worker without a payer needs to know; conventions as in `cetak_data`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from rentan.core.cetak_data import Kop, TanpaQr
from rentan.util.tanggal import format_bulan, format_tanggal


@dataclass(frozen=True, kw_only=True)
class SuratAkhir(TanpaQr):
    """A13: nobody pays any more from `sejak` (a month) on; `aman` is the last day that is surely covered by
    BPJS's record, `None` without one; `bantuan`: whom to ask.
    """

    template: ClassVar[str] = "akhir_asuhan"

    kop: Kop
    tempat: str
    tanggal: date
    nama: str
    alamat: str
    sejak: date
    aman: date | None
    bantuan: str

    @property
    def alinea(self) -> tuple[str, ...]:
        """The letter's text: the same on the page and on paper."""
        berlaku = (
            f" Menurut catatan BPJS perlindungan Bapak/Ibu berlaku sampai {format_tanggal(self.aman)}."
            if self.aman
            else ""
        )
        return (
            "Iuran BPJS Ketenagakerjaan Bapak/Ibu selama ini ditanggung seorang donatur. Donatur itu "
            f"berhenti, dan sejak {format_bulan(self.sejak)} belum ada penggantinya.{berlaku}",
            "Bapak/Ibu dapat melanjutkan sendiri iurannya di kantor BPJS Ketenagakerjaan, Kantor Pos, atau "
            "agen resmi dengan membawa KTP dan kartu peserta. Bila ada donatur baru, kami segera memberi "
            "tahu.",
        )

    def isi(self) -> dict[str, Any]:
        return {
            "kop": asdict(self.kop),
            "tempat": self.tempat,
            "tanggal": format_tanggal(self.tanggal),
            "nama": self.nama,
            "alamat": self.alamat,
            "alinea": list(self.alinea),
            "bantuan": self.bantuan,
        }
