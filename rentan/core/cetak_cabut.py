"""What the printed withdrawal of a mandate needs to know; conventions as in `cetak_data`."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from rentan.core.cetak_data import PenerimaKuasa, TanpaQr
from rentan.util.nip import format_nip
from rentan.util.tanggal import format_tanggal, format_waktu


@dataclass(frozen=True, kw_only=True)
class Pencabutan(TanpaQr):
    """The donor's letter to the bank. It carries no page codes: a stack scan must not take it for a mandate.

    `nip` as 18 digits. `surat_ditandatangani`: date on the mandate; `bebas_mulai`: first day from which
    nothing is debited any more, `None` when the mandate has not come into force.
    """

    template: ClassVar[str] = "pencabutan"

    nomor: str
    tempat: str
    tanggal: date
    nama: str
    nip: str
    opd: str
    nomor_rekening: str
    nama_rekening: str
    penerima: PenerimaKuasa
    nomor_surat: str
    ref: str
    versi: int
    surat_ditandatangani: date | None
    bebas_mulai: date | None
    diterima: datetime
    lewat_kertas: bool

    def isi(self) -> dict[str, Any]:
        return {
            "nomor": self.nomor,
            "tempat": self.tempat,
            "tanggal": format_tanggal(self.tanggal),
            "nama": self.nama,
            "nip": format_nip(self.nip),
            "opd": self.opd,
            "nomor_rekening": self.nomor_rekening,
            "nama_rekening": self.nama_rekening,
            "penerima": asdict(self.penerima),
            "nomor_surat": self.nomor_surat,
            "ref": self.ref,
            "versi": self.versi,
            "surat_ditandatangani": (
                format_tanggal(self.surat_ditandatangani) if self.surat_ditandatangani else ""
            ),
            "bebas_mulai": format_tanggal(self.bebas_mulai) if self.bebas_mulai else "",
            "diterima": format_waktu(self.diterima),
            "lewat_kertas": self.lewat_kertas,
        }
