"""The mandate (states.md §1): states and the moves of this release (M1-M4, M22); custody of the paper original."""

from __future__ import annotations

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status


class StatusSurat(Status):
    DRAF = "draf", "Draf", "netral"
    DICETAK = "dicetak", "Dicetak, menunggu tanda tangan", "perlu"
    DIUNGGAH = "diunggah", "Menunggu verifikasi", "proses"
    DIPERIKSA = "diperiksa", "Sedang diperiksa", "proses"
    PERLU_PERBAIKAN = "perlu_perbaikan", "Perlu perbaikan", "perlu"
    DITOLAK = "ditolak", "Ditolak", "bahaya"
    TERVERIFIKASI = "terverifikasi", "Disetujui", "proses"
    DIAJUKAN_BANK = "diajukan_bank", "Diajukan ke bank", "proses"
    DITOLAK_BANK = "ditolak_bank", "Ditolak bank", "bahaya"
    AKTIF = "aktif", "Aktif", "proses"
    DITANGGUHKAN = "ditangguhkan", "Ditangguhkan", "perlu"
    DICABUT_MENUNGGU = "dicabut_menunggu", "Pencabutan diproses", "perlu"
    DICABUT = "dicabut", "Dicabut"
    DIGANTI = "diganti", "Diganti versi baru"
    BERAKHIR = "berakhir", "Berakhir"
    DIBATALKAN = "dibatalkan", "Dibatalkan"


class AsliDi(Status):
    """Where the paper original is (``asli_di``); it follows the paper and is no state of the mandate."""

    NONE = "none", "Belum ada"
    ASN = "asn", "Pada ASN"
    OPD = "opd", "Pada sekretariat OPD"
    ADMIN = "admin", "Pada admin kota"
    BANK = "bank", "Pada bank"
    KEMBALI = "kembali", "Dikembalikan kepada ASN"
    HILANG = "hilang", "Dilaporkan hilang"


S = StatusSurat

#: M1: no second version while one of these stands.
BERJALAN = (
    S.DRAF, S.DICETAK, S.DIUNGGAH, S.DIPERIKSA, S.PERLU_PERBAIKAN, S.TERVERIFIKASI, S.DIAJUKAN_BANK, S.DITOLAK_BANK,
)  # fmt: skip
BERJALAN_SQL = ", ".join(f"'{one.value}'" for one in BERJALAN)
HIDUP_SQL = "'aktif', 'ditangguhkan'"


def in_scope(surat: object, by: Pelaku, peran: Peran) -> bool:
    """An ASN reaches the own letter, an operator the letters of the ASN of the own OPD."""
    if peran is Peran.ASN:
        return by.asn_id is not None and surat.asn_id == by.asn_id  # type: ignore[attr-defined]
    if peran is Peran.OPERATOR_OPD:
        return surat.asn.opd_id in by.opd_ids  # type: ignore[attr-defined]
    return False
