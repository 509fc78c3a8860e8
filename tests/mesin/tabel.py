"""The move tables of states.md, written once more by hand, to hold against the machines."""

from __future__ import annotations

from rentan.core.permissions import Peran

SINGKATAN = {
    "ASN": Peran.ASN, "OPR": Peran.OPERATOR_OPD, "VER": Peran.VERIFIKATOR, "BEN": Peran.BENDAHARA,
    "APP": Peran.PENYETUJU, "KEC": Peran.PETUGAS_KECAMATAN, "LIA": Peran.PETUGAS_BPJS, "ADM": Peran.ADMIN,
    "PIM": Peran.PIMPINAN,
}  # fmt: skip

#: states.md §1. M17 by the system ends a pause on the date the donor chose.
#: M3 voids the print; M11 is made when the packet leaves; M15 "draf n+1" ends this version.
TABEL_SURAT = """
M2 draf > dicetak : ASN OPR
M3 dicetak > dibatalkan : ASN OPR
M4 dicetak > diunggah : ASN OPR
M5 diunggah diperiksa > diperiksa : VER
M6 diperiksa > diunggah : VER ADM
M7 diperiksa > perlu_perbaikan : VER
M8 perlu_perbaikan > diunggah : ASN OPR
M9 diperiksa > terverifikasi : VER
M10 diperiksa > ditolak : VER
M11 terverifikasi > diajukan_bank : BEN
M12 terverifikasi > aktif : BEN
M13 diajukan_bank > aktif : BEN
M14 diajukan_bank > ditolak_bank : BEN
M15 ditolak_bank > perlu_perbaikan : VER
M15 ditolak_bank > dibatalkan : VER
M16 aktif > ditangguhkan : ASN BEN
M17 ditangguhkan > aktif : ASN BEN SYS
M18 aktif ditangguhkan > dicabut_menunggu : ASN OPR BEN
M19 dicabut_menunggu > dicabut : BEN SYS
M20 aktif > diganti : SYS
M21 aktif ditangguhkan > berakhir : SYS
M22 draf dicetak diunggah perlu_perbaikan terverifikasi ditolak_bank > dibatalkan : ASN VER
M23 perlu_perbaikan > dibatalkan : SYS
"""
#: §2. A15 by the system is the consequence of M18 for workers who were never debited.
TABEL_ASUHAN = """
A2 ditahan > ditahan : ASN
A3 ditahan > kedaluwarsa : SYS
A4 ditahan > diusulkan : ASN OPR
A5 diusulkan > menunggu_mandat : VER SYS
A6 diusulkan > ditolak : VER
A7 menunggu_mandat > siap : SYS
A8 siap > aktif : SYS
A9 aktif > dijeda : ASN SYS
A9 dijeda > aktif : ASN SYS
A10 siap aktif dijeda > mencari_pengganti : ASN SYS
A11 mencari_pengganti > dialihkan : SYS
A12 mencari_pengganti > aktif : ASN
A13 mencari_pengganti > berakhir : LIA
A14 ditahan diusulkan menunggu_mandat siap aktif dijeda mencari_pengganti > berakhir : LIA VER
A15 ditahan diusulkan menunggu_mandat siap > berakhir : ASN SYS
A16 berakhir > mencari_pengganti : VER
"""
#: §3. W2 of the verifikator may come after the automatic one ("layak").
TABEL_PEKERJA = """
W2 calon > layak : SYS
W2 calon layak > tidak_layak : SYS VER
W3 calon layak > duga_duplikat : SYS
W4 duga_duplikat > layak : VER
W4 duga_duplikat > berakhir : VER
W4 duga_duplikat > tidak_layak : VER
W5 calon layak nonaktif > ditanggung_lain : SYS
W6 ditanggung_lain > layak : SYS
W7 layak > diajukan_bpjs : LIA
W8 diajukan_bpjs > terdaftar : LIA
W9 diajukan_bpjs > ditolak_bpjs : LIA
W10 ditolak_bpjs > layak : VER
W10 ditolak_bpjs > tidak_layak : VER
W11 terdaftar > aktif : LIA
W12 aktif > tenggang_1 : SYS
W13 tenggang_1 > tenggang_2 : SYS
W14 tenggang_1 tenggang_2 > aktif : LIA
W15 tenggang_2 > nonaktif : SYS
W15 nonaktif > nonaktif : LIA
W16 nonaktif > layak : VER
W19 aktif > aktif : SYS
W17 calon layak tidak_layak duga_duplikat ditanggung_lain diajukan_bpjs ditolak_bpjs > berakhir : LIA
W17 terdaftar aktif tenggang_1 tenggang_2 nonaktif > berakhir : LIA
W18 terdaftar aktif tenggang_1 tenggang_2 > berakhir : LIA VER
"""
#: §4.
TABEL_KARTU = """
K2 diminta > terbit : LIA
K3 terbit > dicetak : LIA
K4 dicetak > dikirim_kec : LIA
K5 dikirim_kec > diterima_kec : KEC
K6 diterima_kec tidak_ketemu > dijadwalkan : KEC
K7 diterima_kec dijadwalkan tidak_ketemu > diserahkan : KEC
K8 dijadwalkan > tidak_ketemu : KEC
K9 tidak_ketemu > dikembalikan : KEC
K10 dikembalikan > dikirim_kec : LIA
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > hilang : KEC LIA ASN
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > rusak : KEC LIA ASN
K11 dicetak dikirim_kec diterima_kec dijadwalkan diserahkan tidak_ketemu dikembalikan > salah_data : KEC LIA ASN
K12 diminta terbit dicetak dikirim_kec diterima_kec > dibatalkan : LIA
K13 diserahkan > diterima_kec : KEC LIA
"""  # noqa: E501
#: §6, for a batch of the BPJS liaison that carries no money.
TABEL_PAKET = """
B2 disusun > disusun : LIA
B3 disusun > dikunci : LIA
B4 dikunci > disusun : LIA
B5a dikunci > disetujui : APP
B5 disetujui > dikirim : LIA
B8 dikirim hasil_sebagian > hasil_sebagian : LIA
B8 dikirim hasil_sebagian > hasil_lengkap : LIA SYS
B12 disusun dikunci disetujui > dibatalkan : LIA APP
"""

#: §6, for a debit batch. B5a first: kept where a second approver must follow.
TABEL_DEBET = """
B2 disusun > disusun : BEN
B3 disusun > dikunci : BEN
B4 dikunci > disusun : BEN
B5a dikunci > dikunci : APP
B5a dikunci > disetujui : APP
B5 disetujui > dikirim : BEN
B6 dikirim > ditolak_berkas : BEN
B7 ditolak_berkas > disusun : BEN
B8 dikirim hasil_sebagian > hasil_sebagian : BEN
B8 dikirim hasil_sebagian > hasil_lengkap : BEN SYS
B9 hasil_sebagian > hasil_lengkap : BEN
B10 hasil_lengkap > direkonsiliasi : BEN
B11 direkonsiliasi > ditutup : APP
B12 disusun dikunci disetujui > dibatalkan : BEN APP
"""
#: §5, the money axis. C13 by the system: the donor has stopped, nothing was ever debited.
#: C12 is carried out by who accepts the receipt; B7 gives the lines back to the batch.
TABEL_IURAN = """
C1 terjadwal > dari_kredit : SYS
C2 terjadwal > ditahan : SYS BEN
C3 ditahan > terjadwal : SYS BEN
C4 terjadwal > dalam_batch : BEN
C5 dalam_batch > terjadwal : BEN APP SYS
C6 dalam_batch > dikirim : BEN
B7 dikirim > dalam_batch : BEN
C7 dikirim > berhasil : BEN
C8 dikirim > gagal : BEN
C9 dikirim > tanpa_kabar : SYS
C10 tanpa_kabar > berhasil : BEN
C10 tanpa_kabar > gagal : BEN
C11 gagal > dalam_batch : BEN
C12 terjadwal ditahan gagal > dibayar_lain : APP
C13 terjadwal ditahan gagal > dihapuskan : APP SYS
C14 berhasil dibayar_lain > dikembalikan : APP
C15 berhasil > gagal : BEN
"""
#: §5, the BPJS axis.
TABEL_BPJS = """
P1 belum > dalam_setoran : LIA
P2 dalam_setoran > belum : LIA APP SYS
P3 dalam_setoran > disetor : BEN
P4 disetor > tercatat : LIA
P5 disetor > ditolak_bpjs : LIA
P6 ditolak_bpjs > belum : LIA
"""
#: Receipts and proposals: recorded by the treasurer, decided by another (G5).
TABEL_USUL = """
U2 diajukan > diterima : APP
U3 diajukan > ditolak : APP
"""
#: Stand-ins: asked each time.
TABEL_TALANGAN = """
T2 ditawarkan > diterima : ASN
T3 ditawarkan > ditolak : ASN
T4 ditawarkan > kedaluwarsa : SYS
T5 ditawarkan > dibatalkan : LIA SYS
"""


def read_table(text: str) -> dict[tuple[str, str, str], set[Peran | None]]:
    """(number, from, to) -> who; ``None`` stands for the system."""
    found: dict[tuple[str, str, str], set[Peran | None]] = {}
    for line in text.strip().splitlines():
        left, siapa = line.split(" : ")
        nomor, *dari = left.split(" > ")[0].split()
        for satu in dari:
            who = {None if one == "SYS" else SINGKATAN[one] for one in siapa.split()}
            found.setdefault((nomor, satu, left.split(" > ")[1].strip()), set()).update(who)
    return found
