"""Every state in which something waits: for whom, and how it ends. A test holds that none is forgotten.

The age is counted from the move that led into the state (its history row). ``AKHIR``: nothing follows any
more. ``TUJUAN``: what the road leads to; nothing is awaited there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine
from rentan.iuran.status import MACHINE as IURAN
from rentan.iuran.status import (
    MACHINE_BPJS,
    MACHINE_PENERIMAAN,
    MACHINE_USUL,
    JenisUrusan,
    StatusBpjs,
    StatusIuran,
    StatusUsul,
)
from rentan.kartu.status import MACHINE as KARTU
from rentan.kartu.status import StatusKartu
from rentan.paket.status import MACHINE as PAKET
from rentan.paket.status import PENGIRIM, PENYUSUN, UANG, JenisPaket, StatusPaket
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import PutusanDuplikat, StatusPekerja
from rentan.pindai.status import StatusTumpukan
from rentan.siaga.status import MACHINE as TALANGAN
from rentan.siaga.status import StatusTalangan
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi.status import JawabanPendapat

MESIN: tuple[Machine, ...] = (
    SURAT, ASUHAN, PEKERJA, KARTU, PAKET, IURAN, MACHINE_BPJS, MACHINE_USUL, MACHINE_PENERIMAAN, TALANGAN,
)  # fmt: skip
#: Matters that wait without a machine of their own.
LAIN = ("tumpukan", "pendapat_kedua", "duga_duplikat", "pengecualian", "urusan")
Kunci = tuple[str, str]

_IURAN = StatusIuran
_SURAT, _ASUHAN, _PEKERJA, _KARTU, _PAKET = StatusSurat, StatusAsuhan, StatusPekerja, StatusKartu, StatusPaket

AKHIR: dict[str, frozenset[Status]] = {
    "surat_kuasa": frozenset(
        {_SURAT.DITOLAK, _SURAT.DICABUT, _SURAT.DIGANTI, _SURAT.BERAKHIR, _SURAT.DIBATALKAN}
    ),
    "asuhan": frozenset({_ASUHAN.DIALIHKAN, _ASUHAN.BERAKHIR, _ASUHAN.DITOLAK, _ASUHAN.KEDALUWARSA}),
    "pekerja": frozenset({_PEKERJA.TIDAK_LAYAK, _PEKERJA.BERAKHIR}),
    # A lost, broken or wrong card is replaced by a card of its own, which waits in its place.
    "kartu": frozenset({_KARTU.HILANG, _KARTU.RUSAK, _KARTU.SALAH_DATA, _KARTU.DIBATALKAN}),
    "paket": frozenset({_PAKET.DITUTUP, _PAKET.DIBATALKAN}),
    "iuran": frozenset({_IURAN.DIHAPUSKAN, _IURAN.DIKEMBALIKAN}),
    "iuran_bpjs": frozenset(),
    "usul_iuran": frozenset({StatusUsul.DITERIMA, StatusUsul.DITOLAK}),
    "penerimaan": frozenset({StatusUsul.DITERIMA, StatusUsul.DITOLAK}),
    "talangan": frozenset(set(StatusTalangan) - {StatusTalangan.DITAWARKAN}),
}
TUJUAN: dict[str, frozenset[Status]] = {
    "surat_kuasa": frozenset({_SURAT.AKTIF}),
    "asuhan": frozenset({_ASUHAN.AKTIF}),
    "pekerja": frozenset({_PEKERJA.AKTIF}),
    "kartu": frozenset({_KARTU.DISERAHKAN}),
    # Of a batch without money the answered state is the goal; of money it waits to be reconciled.
    "paket": frozenset(),
    "iuran": frozenset({_IURAN.BERHASIL, _IURAN.DIBAYAR_LAIN, _IURAN.DARI_KREDIT}),
    "iuran_bpjs": frozenset({StatusBpjs.TERCATAT}),
    "usul_iuran": frozenset(),
    "penerimaan": frozenset(),
    "talangan": frozenset(),
}


@dataclass(frozen=True)
class Tunggu:
    """One waiting state. ``jalan_keluar``: what the owner does next, or what the system does and when.

    ``daftar`` False: it waits together with another row that is listed (``ikut`` says which), or for a date
    that nobody can hasten; it is not listed a second time. ``url``: where the owner works on it.
    """

    mesin: str
    status: Status
    pemilik: Peran
    jalan_keluar: str
    url: str = ""
    daftar: bool = True
    ikut: str = ""
    jenis: JenisPaket | JenisImpor | JenisUrusan | None = None

    @property
    def kunci(self) -> str:
        """The name of this state in addresses and tests."""
        dasar = f"{self.mesin}.{self.status.value}"
        return f"{dasar}.{self.jenis.value}" if self.jenis else dasar

    @property
    def judul(self) -> str:
        """What waits, in a few words."""
        benda = f"{_BENDA[self.mesin]} ({self.jenis.label})" if self.jenis else _BENDA[self.mesin]
        return f"{benda}: {self.status.label[0].lower()}{self.status.label[1:]}"


_BENDA = {
    "surat_kuasa": "Surat kuasa",
    "asuhan": "Asuhan",
    "pekerja": "Pekerja",
    "kartu": "Kartu",
    "paket": "Paket",
    "tumpukan": "Tumpukan pindaian",
    "pendapat_kedua": "Pendapat kedua",
    "duga_duplikat": "Dugaan ganda",
    "pengecualian": "Pengecualian",
    "iuran": "Iuran",
    "iuran_bpjs": "Iuran",
    "usul_iuran": "Usul",
    "penerimaan": "Penerimaan",
    "talangan": "Tawaran menalangi",
    "urusan": "Urusan",
}


class KeadaanUrusan(Status):
    """A matter of money waits until a person has noted what became of it."""

    TERBUKA = "terbuka", "Belum diselesaikan", "perlu"


class KeadaanPengecualian(Status):
    """A line of an answer that fits nowhere waits until a person has noted what became of it."""

    TERBUKA = "terbuka", "Belum diselesaikan", "perlu"


def _surat(status: StatusSurat, pemilik: Peran, keluar: str, url: str = "") -> Tunggu:
    return Tunggu("surat_kuasa", status, pemilik, keluar, url)


def _pekerja(status: StatusPekerja, pemilik: Peran, keluar: str, url: str = "", ikut: str = "") -> Tunggu:
    return Tunggu("pekerja", status, pemilik, keluar, url, daftar=not ikut, ikut=ikut)


def _asuhan(status: StatusAsuhan, pemilik: Peran, keluar: str, ikut: str = "") -> Tunggu:
    return Tunggu("asuhan", status, pemilik, keluar, daftar=not ikut, ikut=ikut)


def _kartu(status: StatusKartu, pemilik: Peran, keluar: str, url: str = "/kartu") -> Tunggu:
    return Tunggu("kartu", status, pemilik, keluar, url)


def _paket(
    status: StatusPaket,
    keluar: str,
    pemilik: Peran | dict[JenisPaket, Peran] = PENYUSUN,
    *,
    uang: bool = False,
) -> tuple[Tunggu, ...]:
    """One entry per kind of batch (``uang``: of those with money): each kind has its own builder."""
    return tuple(
        Tunggu(
            "paket", status, pemilik if isinstance(pemilik, Peran) else pemilik[jenis], keluar, "/paket",
            jenis=jenis,
        )
        for jenis in (UANG if uang else JenisPaket)
    )  # fmt: skip


def _iuran(status: StatusIuran, keluar: str, url: str = "", ikut: str = "") -> Tunggu:
    return Tunggu("iuran", status, Peran.BENDAHARA, keluar, url, daftar=not ikut, ikut=ikut)


def _setor(status: StatusBpjs, keluar: str, url: str = "", ikut: str = "") -> Tunggu:
    return Tunggu("iuran_bpjs", status, Peran.PETUGAS_BPJS, keluar, url, daftar=not ikut, ikut=ikut)


_ASN, _OPR, _VER, _KEC = Peran.ASN, Peran.OPERATOR_OPD, Peran.VERIFIKATOR, Peran.PETUGAS_KECAMATAN
_BEN, _APP, _LIA = Peran.BENDAHARA, Peran.PENYETUJU, Peran.PETUGAS_BPJS

SEMUA: tuple[Tunggu, ...] = (
    _surat(_SURAT.DRAF, _ASN, "ASN melengkapi dan mencetak surat, atau membatalkannya.", "/pendaftaran"),
    _surat(_SURAT.DICETAK, _ASN, "ASN menandatangani dan mengunggah, atau operator OPD.", "/pindai"),
    _surat(_SURAT.DIUNGGAH, _VER, "Verifikator mengambil surat ini dari antrean.", "/verifikasi"),
    _surat(
        _SURAT.DIPERIKSA, _VER,
        "Pemeriksa memutuskan; setelah batas waktu klaim, verifikator lain dapat mengambilnya.",
        "/verifikasi",
    ),
    _surat(
        _SURAT.PERLU_PERBAIKAN, _ASN,
        "ASN atau operator memperbaiki; setelah dua pengingat dan batas hari, surat berakhir sendiri.",
        "/perbaikan",
    ),
    _surat(
        _SURAT.TERVERIFIKASI, _BEN,
        "Bendahara memasukkannya ke paket untuk bank setelah lembar asli ada pada admin.",
        "/autodebet/surat",
    ),
    _surat(_SURAT.DIAJUKAN_BANK, _BEN, "Bendahara membaca jawaban bank.", "/autodebet/surat"),
    _surat(
        _SURAT.DITOLAK_BANK, _VER, "Verifikator meminta gambar baru atau membuka versi baru.",
        "/autodebet/ditolak",
    ),
    _surat(_SURAT.DITANGGUHKAN, _BEN, "Dilanjutkan atau dicabut; jeda paling lama dua bulan.", "/siaga/jeda"),
    _surat(
        _SURAT.DICABUT_MENUNGGU, _BEN, "Bendahara meneruskan pencabutan dan mencatat jawaban bank.",
        "/autodebet/pencabutan",
    ),
    _asuhan(
        _ASUHAN.DITAHAN, _ASN, "Kembali ke daftar calon dengan sendirinya pada akhir masa pegang.",
        ikut="masa pegang",
    ),
    _asuhan(_ASUHAN.DIUSULKAN, _VER, "Diputuskan bersama surat kuasanya.", ikut="surat kuasa"),
    _asuhan(
        _ASUHAN.MENUNGGU_MANDAT, _BEN, "Siap dengan sendirinya setelah surat berlaku dan pekerja terdaftar.",
        ikut="surat kuasa dan pekerja",
    ),
    _asuhan(_ASUHAN.SIAP, _BEN, "Didebit pada hari debet berikutnya.", ikut="hari debet"),
    _asuhan(_ASUHAN.DIJEDA, _ASN, "Dilanjutkan ASN; jeda paling lama dua bulan."),
    _asuhan(_ASUHAN.MENCARI_PENGGANTI, _LIA, "Petugas BPJS mencarikan pengganti sebelum dua bulan lewat."),
    _pekerja(_PEKERJA.CALON, _VER, "Diperiksa bersama surat kuasanya.", ikut="surat kuasa"),
    _pekerja(
        _PEKERJA.LAYAK, _LIA, "Petugas BPJS memasukkannya ke paket pendaftaran setelah suratnya disetujui.",
        "/kepesertaan",
    ),
    _pekerja(_PEKERJA.DUGA_DUPLIKAT, _VER, "Diputuskan pada dugaan gandanya.", ikut="dugaan ganda"),
    _pekerja(
        _PEKERJA.DITANGGUNG_LAIN, _LIA, "Dapat diasuh dengan sendirinya sesudah masa program lain habis.",
        ikut="akhir masa program lain",
    ),
    _pekerja(_PEKERJA.DIAJUKAN_BPJS, _LIA, "Petugas BPJS membaca jawaban BPJS.", "/kepesertaan"),
    _pekerja(
        _PEKERJA.DITOLAK_BPJS, _ASN,
        "ASN memperbaiki data; verifikator memeriksanya, atau memutus yang tidak dapat diperbaiki ASN.",
        "/perbaikan",
    ),
    _pekerja(
        # With a donor the first contribution is what waits; W12-W15 know no way from here.
        _PEKERJA.TERDAFTAR, _LIA,
        "Tidak ada lagi yang membayar: petugas BPJS mencarikan donatur, atau mengakhiri kepesertaannya.",
        "/perlindungan",
    ),
    _pekerja(_PEKERJA.TENGGANG_1, _LIA, "Tunggakan dibayar dan dicatat BPJS.", "/perlindungan"),
    _pekerja(
        _PEKERJA.TENGGANG_2, _LIA, "Tunggakan dibayar dan dicatat BPJS sebelum bulan ketiga.", "/perlindungan"
    ),
    _pekerja(_PEKERJA.NONAKTIF, _VER, "Didaftarkan ulang bila masih memenuhi syarat.", "/perlindungan"),
    _kartu(_KARTU.BELUM, _LIA, "Petugas BPJS meminta kartu."),
    _kartu(_KARTU.DIMINTA, _LIA, "Petugas BPJS mengunggah nomor kartu dari BPJS."),
    _kartu(_KARTU.TERBIT, _LIA, "Petugas BPJS mencetak dan memasukkannya ke daftar kirim."),
    _kartu(_KARTU.DICETAK, _LIA, "Petugas BPJS mengirim daftar kirimnya ke kecamatan."),
    _kartu(_KARTU.DIKIRIM_KEC, _KEC, "Petugas kecamatan menghitung dan menerima kiriman."),
    _kartu(_KARTU.DITERIMA_KEC, _KEC, "Petugas kecamatan menjadwalkan atau menyerahkan.", "/kartu/acara"),
    _kartu(_KARTU.DIJADWALKAN, _KEC, "Diserahkan pada acaranya, atau dicatat tidak datang.", "/kartu/acara"),
    _kartu(_KARTU.TIDAK_KETEMU, _KEC, "Petugas kecamatan mencoba lagi, lalu mengembalikan."),
    _kartu(_KARTU.DIKEMBALIKAN, _LIA, "ASN atau operator memberi alamat; petugas BPJS mengirim ulang."),
    *_paket(_PAKET.DISUSUN, "Penyusun melengkapi dan menguncinya, atau membatalkan."),
    *_paket(_PAKET.DIKUNCI, "Penyetuju memeriksa dan menyetujui; penyusun dapat membukanya kembali.", _APP),
    *_paket(
        _PAKET.DISETUJUI, "Berkasnya dikirim (setoran: dibayar) dan tanda terimanya dicatat.", PENGIRIM
    ),
    *(
        # The kecamatan answers a packing list by counting: its cards are listed, one by one.
        replace(
            one, daftar=False, ikut="kartu", pemilik=_KEC,
            jalan_keluar="Petugas kecamatan menghitung kartunya; daftar ini terjawab dengan sendirinya.",
        )
        if one.jenis is JenisPaket.KARTU
        else one
        for one in _paket(_PAKET.DIKIRIM, "Penyusun membaca jawabannya.")
    ),
    *_paket(_PAKET.DITOLAK_BERKAS, "Penyusun memperbaiki berkasnya."),
    *_paket(_PAKET.HASIL_SEBAGIAN, "Penyusun membaca sisa jawabannya."),
    *_paket(
        _PAKET.HASIL_LENGKAP, "Bendahara mencocokkannya dengan rekening penampung.", _BEN, uang=True
    ),
    *_paket(_PAKET.DIREKONSILIASI, "Penyetuju yang tidak membaca hasilnya menutupnya.", _APP),
    _iuran(_IURAN.TERJADWAL, "Bendahara menyusun paket debet bulan itu.", ikut="paket debet"),
    _iuran(
        _IURAN.DITAHAN, "Lepas dengan sendirinya setelah sebabnya hilang, atau dibayar lewat jalan lain.",
        "/iuran/kelola",
    ),
    _iuran(_IURAN.DALAM_BATCH, "Dikirim bersama paketnya.", ikut="paket debet"),
    _iuran(_IURAN.DIKIRIM, "Bendahara membaca hasil dari bank.", ikut="paket debet"),
    _iuran(
        _IURAN.TANPA_KABAR, "Bendahara menanyakan kepada bank dan mencatat jawabannya.", "/iuran/urusan"
    ),
    _iuran(
        _IURAN.GAGAL, "Dicoba lagi bila kodenya mengizinkan, dibayar lewat jalan lain, atau dihapuskan.",
        "/iuran/kelola",
    ),
    _setor(
        StatusBpjs.BELUM, "Petugas BPJS memasukkannya ke setoran setelah uangnya masuk.", ikut="uang iuran"
    ),
    _setor(StatusBpjs.DALAM_SETORAN, "Dibayar bersama paket setorannya.", ikut="paket setoran"),
    _setor(StatusBpjs.DISETOR, "Petugas BPJS membaca catatan BPJS.", ikut="paket setoran"),
    _setor(
        StatusBpjs.DITOLAK_BPJS, "Petugas BPJS memperbaiki datanya, lalu iuran disetor ulang.", "/setoran"
    ),
    Tunggu(
        "usul_iuran", StatusUsul.DIAJUKAN, _APP, "Penyetuju menerima atau menolak usul itu.",
        "/iuran/putusan",
    ),
    Tunggu(
        "penerimaan", StatusUsul.DIAJUKAN, _APP, "Penyetuju menerima atau menolak penerimaan itu.",
        "/iuran/putusan",
    ),
    Tunggu(
        "talangan", StatusTalangan.DITAWARKAN, _ASN, "Dijawab donatur siaga, atau diteruskan ke yang lain.",
        daftar=False, ikut="batas jawab",
    ),
    *(
        Tunggu(
            "urusan", KeadaanUrusan.TERBUKA, _LIA if jenis is JenisUrusan.DITOLAK_BPJS else _BEN,
            "Pemiliknya menyelesaikan dan mencatat apa yang dilakukan.", "/iuran/urusan", jenis=jenis,
        )
        for jenis in JenisUrusan
    ),
    Tunggu("tumpukan", StatusTumpukan.DIBACA, _OPR, "Selesai dibaca dengan sendirinya.", "/pindai"),
    Tunggu("tumpukan", StatusTumpukan.SIAP, _OPR, "Operator membereskan sisanya.", "/pindai"),
    Tunggu("tumpukan", StatusTumpukan.GAGAL, _OPR, "Operator memindai ulang atau membuangnya.", "/pindai"),
    Tunggu("pendapat_kedua", JawabanPendapat.MENUNGGU, _VER, "Verifikator lain menjawab.", "/verifikasi"),
    Tunggu("duga_duplikat", PutusanDuplikat.MENUNGGU, _VER, "Verifikator memutuskan.", "/verifikasi/ganda"),
    *(
        Tunggu(
            "pengecualian", KeadaanPengecualian.TERBUKA,
            _BEN if jenis in (JenisImpor.JAWABAN_MANDAT, JenisImpor.HASIL_DEBET) else _LIA,
            "Pembaca jawaban memeriksa baris itu dan mencatat hasilnya.", "/paket/pengecualian", jenis=jenis,
        )
        for jenis in (
            JenisImpor.JAWABAN_BPJS, JenisImpor.KPJ, JenisImpor.JAWABAN_MANDAT, JenisImpor.HASIL_DEBET,
            JenisImpor.CATATAN_BPJS,
        )
    ),
)  # fmt: skip


def find_tunggu(kunci: str) -> Tunggu | None:
    """The listed state of that name."""
    return next((one for one in SEMUA if one.daftar and one.kunci == kunci), None)
