"""Why a worker's cover is running out, who can put it right, and how: one table of causes, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.iuran.status import UANG_MASUK, AlasanTahan, KelasGagal, StatusBpjs, StatusIuran
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import JadwalBulan


class Sebab(Status):
    """The first cause that holds; the label is what the lists show."""

    DITOLAK_BPJS = "ditolak_bpjs", "Iuran ditolak BPJS", "bahaya"
    MENUNGGU_CATATAN = "menunggu_catatan", "Sudah disetor, belum dicatat BPJS", "proses"
    BELUM_DISETOR = "belum_disetor", "Uang sudah masuk, belum disetor", "perlu"
    TANPA_KABAR = "tanpa_kabar", "Bank belum memberi kabar", "perlu"
    MENUNGGU_BANK = "menunggu_bank", "Menunggu jawaban bank", "proses"
    KUASA_DICABUT = "kuasa_dicabut", "Surat kuasa dicabut", "bahaya"
    MENCARI_PENGGANTI = "mencari_pengganti", "Mencari donatur pengganti", "bahaya"
    JEDA = "jeda", "Potongan dijeda", "perlu"
    SALDO = "saldo", "Saldo tidak cukup", "perlu"
    REKENING = "rekening", "Rekening tidak dapat dipakai", "bahaya"
    DITOLAK_BANK = "ditolak_bank", "Debet ditolak bank", "bahaya"
    PLAFON = "plafon", "Melebihi batas surat kuasa", "perlu"
    DITAHAN = "ditahan", "Ditahan bendahara", "perlu"
    KUASA_TIDAK_BERLAKU = "kuasa_tidak_berlaku", "Surat kuasa tidak berlaku", "bahaya"
    BERKAS_TERLAMBAT = "berkas_terlambat", "Berkas kita terlambat", "bahaya"
    MENUNGGU_DEBET = "menunggu_debet", "Menunggu hari debet", "proses"


@dataclass(frozen=True)
class Fakta:
    """What is known about the oldest month without a record at BPJS (``jadwal``: that month's dates).

    ``uang``, ``bpjs``, ``kelas``, ``tahan``: its contribution, ``None`` where nothing was scheduled.
    ``asuhan``: the sponsorship that stands, ``None`` without one; a mere hold is not one.
    ``surat``: the donor's letter for it.
    """

    hari: date
    jadwal: JadwalBulan
    uang: StatusIuran | None = None
    bpjs: StatusBpjs | None = None
    kelas: KelasGagal | None = None
    tahan: AlasanTahan | None = None
    asuhan: StatusAsuhan | None = None
    surat: StatusSurat | None = None

    @property
    def tanpa_donatur(self) -> bool:
        return self.asuhan not in DIUSULKAN_KE_ATAS

    @property
    def gagal(self) -> KelasGagal | None:
        return self.kelas if self.uang is StatusIuran.GAGAL else None

    @property
    def alasan_tahan(self) -> AlasanTahan | None:
        return self.tahan if self.uang is StatusIuran.DITAHAN else None

    @property
    def terlambat(self) -> bool:
        """The list should have left by now, or been locked without this month in it."""
        return self.hari > self.jadwal.kirim or (self.uang is None and self.hari > self.jadwal.kunci)


_DICABUT = (StatusSurat.DICABUT_MENUNGGU, StatusSurat.DICABUT)
S, A, K = StatusIuran, AlasanTahan, KelasGagal

#: What has happened to the money comes first: a donor who stopped has paid for the month all the same.
TABEL: tuple[tuple[Sebab, Callable[[Fakta], bool]], ...] = (
    (Sebab.DITOLAK_BPJS, lambda f: f.bpjs is StatusBpjs.DITOLAK_BPJS),
    (Sebab.MENUNGGU_CATATAN, lambda f: f.bpjs is StatusBpjs.DISETOR),
    (Sebab.BELUM_DISETOR, lambda f: f.uang in UANG_MASUK),
    (Sebab.TANPA_KABAR, lambda f: f.uang is S.TANPA_KABAR),
    (Sebab.TANPA_KABAR, lambda f: f.uang is S.DIKIRIM and f.hari > f.jadwal.hasil),
    (Sebab.MENUNGGU_BANK, lambda f: f.uang is S.DIKIRIM),
    (Sebab.KUASA_DICABUT, lambda f: f.surat in _DICABUT),
    (Sebab.MENCARI_PENGGANTI, lambda f: f.tanpa_donatur),
    (Sebab.JEDA, lambda f: f.asuhan is StatusAsuhan.DIJEDA or f.surat is StatusSurat.DITANGGUHKAN),
    (Sebab.JEDA, lambda f: f.alasan_tahan is A.JEDA),
    (Sebab.SALDO, lambda f: f.gagal is K.COBA_LAGI),
    (Sebab.REKENING, lambda f: f.gagal is K.PERBAIKI_DATA or f.alasan_tahan is A.REKENING),
    (Sebab.DITOLAK_BANK, lambda f: f.gagal is K.HENTIKAN),
    (Sebab.PLAFON, lambda f: f.alasan_tahan is A.PLAFON),
    (Sebab.DITAHAN, lambda f: f.alasan_tahan is A.DIMINTA),
    (Sebab.KUASA_TIDAK_BERLAKU, lambda f: f.surat is not StatusSurat.AKTIF or f.alasan_tahan is A.MANDAT),
    (Sebab.BERKAS_TERLAMBAT, lambda f: f.terlambat),
    (Sebab.MENUNGGU_DEBET, lambda f: True),
)


def sebab_dari(fakta: Fakta) -> Sebab:
    """The first cause of the table that holds; the last one always does."""
    return next(sebab for sebab, holds in TABEL if holds(fakta))


@dataclass(frozen=True)
class Jalan:
    """Who can put it right, with which step, on which page (of staff; a donor's link stands on his own)."""

    siapa: Peran
    kalimat: str
    url: str


JALAN: dict[Sebab, Jalan] = {
    Sebab.DITOLAK_BPJS: Jalan(
        Peran.PETUGAS_BPJS, "Perbaiki data yang ditolak BPJS, lalu setor ulang.", "/setoran"
    ),
    Sebab.MENUNGGU_CATATAN: Jalan(
        Peran.PETUGAS_BPJS, "Tanyakan catatan bulan ini kepada BPJS, lalu unggah jawabannya.", "/setoran"
    ),
    Sebab.BELUM_DISETOR: Jalan(
        Peran.PETUGAS_BPJS, "Masukkan ke setoran berikutnya; bendahara membayarnya ke BPJS.", "/setoran"
    ),
    Sebab.TANPA_KABAR: Jalan(
        Peran.BENDAHARA, "Minta kepastian bank, lalu catat jawabannya; jangan didebet ulang.", "/autodebet"
    ),
    Sebab.MENUNGGU_BANK: Jalan(
        Peran.BENDAHARA, "Unggah hasil bank begitu diterima.", "/autodebet"
    ),
    Sebab.KUASA_DICABUT: Jalan(
        Peran.PETUGAS_BPJS, "Carikan donatur siaga atau donatur pengganti.", "/siaga/pengganti"
    ),
    Sebab.MENCARI_PENGGANTI: Jalan(
        Peran.PETUGAS_BPJS, "Carikan donatur siaga atau donatur pengganti.", "/siaga/pengganti"
    ),
    Sebab.JEDA: Jalan(
        Peran.ASN, "Lanjutkan potongan, atau biarkan donatur siaga membayar sementara.", ""
    ),
    Sebab.SALDO: Jalan(
        Peran.BENDAHARA, "Masukkan ke debet ulang, atau terima pembayaran tunai atau transfer.", "/autodebet"
    ),
    Sebab.REKENING: Jalan(
        Peran.ASN, "Kirim surat kuasa dengan nomor rekening yang benar.", ""
    ),
    Sebab.DITOLAK_BANK: Jalan(
        Peran.ASN, "Bayar tunai atau transfer, lalu tanyakan rekeningnya kepada bank.", ""
    ),
    Sebab.PLAFON: Jalan(
        Peran.ASN, "Kirim surat kuasa dengan batas iuran yang lebih tinggi.", ""
    ),
    Sebab.DITAHAN: Jalan(
        Peran.BENDAHARA, "Selesaikan hal yang diperiksa, lalu lepaskan iurannya.", "/iuran/urusan"
    ),
    Sebab.KUASA_TIDAK_BERLAKU: Jalan(
        Peran.ASN, "Kirim surat kuasa baru, atau bayar tunai atau transfer.", ""
    ),
    Sebab.BERKAS_TERLAMBAT: Jalan(
        Peran.BENDAHARA, "Susun dan kirim paket debet yang tertunda.", "/autodebet"
    ),
    Sebab.MENUNGGU_DEBET: Jalan(
        Peran.BENDAHARA, "Tidak perlu apa-apa sebelum hari debet; pastikan paketnya terkirim.", "/autodebet"
    ),
}  # fmt: skip
