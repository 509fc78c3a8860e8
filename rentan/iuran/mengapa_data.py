"""What is known about one worker and one month, as plain values for the sentences of ``mengapa``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rentan.asuhan.status import StatusAsuhan
from rentan.iuran.status import AlasanTahan, HasilCoba, KelasGagal, Saluran, StatusBpjs, StatusIuran
from rentan.iuran.usul_alasan import ALASAN_USUL
from rentan.paket.status import JenisPaket
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import JadwalBulan


@dataclass(frozen=True)
class Coba:
    """One attempt at the bank. ``tanggal``: the debit day asked for; ``nomor`` of the batch from its lock,
    ``bulan`` the batch's month."""

    nomor: str | None
    jenis: JenisPaket
    tanggal: date | None
    jumlah: int
    hasil: HasilCoba
    kode_hasil: str | None = None
    bulan: date | None = None


@dataclass(frozen=True)
class Langkah:
    """One history row of either axis."""

    kode: str
    peristiwa: str
    pada: datetime
    alasan: str | None = None


@dataclass(frozen=True)
class Bayar:
    """The receipt through which a month was paid beside the debit."""

    saluran: Saluran
    bukti: str
    tanggal: date


@dataclass(frozen=True)
class Baris:
    """One contribution: its row, its way, its attempts (oldest first). Amounts in whole rupiah.

    ``halangan``: the months in whose batches no letter carries it, with the reason.
    """

    status: StatusIuran
    status_bpjs: StatusBpjs
    jumlah: int
    kredit: int = 0
    alasan_tahan: AlasanTahan | None = None
    kelas_gagal: KelasGagal | None = None
    dibayar_pada: date | None = None
    nomor_bukti: str | None = None
    tercatat_pada: date | None = None
    langkah: tuple[Langkah, ...] = ()
    coba: tuple[Coba, ...] = ()
    bayar: Bayar | None = None
    halangan: Mapping[date, AlasanTahan] = field(default_factory=dict)

    @property
    def tagihan(self) -> int:
        return self.jumlah - self.kredit

    @property
    def terakhir(self) -> Coba | None:
        """The newest attempt that was not taken out again."""
        return next((one for one in reversed(self.coba) if one.hasil is not HasilCoba.DIKELUARKAN), None)


@dataclass(frozen=True)
class Fakta:
    """Everything that is known about one worker and one month. ``baris``: oldest first, mostly one.

    ``jadwal`` has the dates of the month itself, ``jatuh_tempo`` those of the month in whose batch it goes
    (``None``: its own); ``paket_dikunci``: that batch takes nothing more. A pause without last month has no
    end. ``masa``: the donor's last day of service; ``disebut``: the letter names this worker, or he needs
    none; ``talangan_selesai``: a stand-in whose loan is over still owes the months he agreed to.
    """

    bulan: date
    hari_ini: date
    jadwal: JadwalBulan
    nama: str
    asuhan: StatusAsuhan
    pekerja: StatusPekerja
    surat: StatusSurat | None
    bulan_pertama: date | None = None
    sampai: date | None = None
    jeda_sejak: date | None = None
    jeda_sampai: date | None = None
    surat_jeda_sejak: date | None = None
    surat_jeda_sampai: date | None = None
    berhenti_pada: date | None = None
    talangan_selesai: bool = False
    mulai_masa: date | None = None
    lunas_sampai: date | None = None
    masa: date | None = None
    disebut: bool = True
    maks_coba: int = 3
    jatuh_tempo: JadwalBulan | None = None
    paket_dikunci: bool = False
    baris: tuple[Baris, ...] = ()

    @property
    def tempo(self) -> JadwalBulan:
        return self.jatuh_tempo or self.jadwal


@dataclass(frozen=True)
class Kalimat:
    """A finished sentence. ``kode`` is the fact it states, ``pada`` when it happened."""

    kode: str
    teks: str
    pada: datetime | None = None


@dataclass(frozen=True)
class Penjelasan:
    """The answer, the way that led there, what comes next, and how long the worker is safe."""

    jawaban: Kalimat
    langkah: tuple[Kalimat, ...]
    lanjutan: tuple[Kalimat, ...]


#: A code of the bank, and what the row asks for now, to a few words for a sentence and to whole sentences for
#: the donor.
ArtiKode = Callable[[str, KelasGagal | None], "tuple[str, str] | None"]
#: Rooms to the right know what the codes mean.
_ARTI: list[ArtiKode] = []


def add_arti_kode(arti: ArtiKode) -> None:
    """Announce who can say in words why the bank refused."""
    if arti not in _ARTI:
        _ARTI.append(arti)


_KELAS = {
    KelasGagal.COBA_LAGI: "debet belum berhasil",
    KelasGagal.PERBAIKI_DATA: "rekening tidak dapat didebet",
    KelasGagal.HENTIKAN: "bank menolak debet ini",
}


def arti_kode(kode: str | None, kelas: KelasGagal | None) -> tuple[str, str]:
    """Why the bank did not debit: words that continue a sentence, and sentences of their own (or none)."""
    for arti in _ARTI if kode else ():
        if kata := arti(kode or "", kelas):
            return kecil(kata[0]), kata[1]
    return (_KELAS[kelas] if kelas else "debet tidak berhasil"), ""


def sebab_gagal(kode: str | None, kelas: KelasGagal | None) -> str:
    """Why the bank did not debit, as the end of a sentence."""
    return arti_kode(kode, kelas)[0]


def kecil(teks: str) -> str:
    return teks[:1].lower() + teks[1:]


def besar(teks: str) -> str:
    return teks[:1].upper() + teks[1:]


def alasan_terakhir(b: Baris, peristiwa: str) -> str:
    alasan = next((one.alasan for one in reversed(b.langkah) if one.peristiwa == peristiwa), None)
    kata = ALASAN_USUL.get(alasan or "")
    return f": {kecil(kata)}" if kata else ""
