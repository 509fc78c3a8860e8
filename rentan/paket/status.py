"""The batch (states.md §6): one machine for all lists that leave the building, and its moves.

B8 by the system: a packing list is answered by the kecamatan that counts the last of its cards.
The bank's debit files (DEBET, ULANG), SETOR, and their moves B6-B7, B10-B11, B13 come with the money.
"""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class JenisPaket(Status):
    MANDAT = "mandat", "Surat kuasa ke bank"
    DAFTAR = "daftar", "Pendaftaran pekerja ke BPJS"
    KARTU = "kartu", "Kartu ke kecamatan"


class StatusPaket(Status):
    DISUSUN = "disusun", "Disusun", "proses"
    DIKUNCI = "dikunci", "Terkunci, menunggu persetujuan", "perlu"
    DISETUJUI = "disetujui", "Disetujui, siap dikirim", "perlu"
    DIKIRIM = "dikirim", "Terkirim, menunggu jawaban", "proses"
    DITOLAK_BERKAS = "ditolak_berkas", "Berkas ditolak", "bahaya"
    HASIL_SEBAGIAN = "hasil_sebagian", "Jawaban sebagian", "perlu"
    HASIL_LENGKAP = "hasil_lengkap", "Jawaban lengkap", "netral"
    DIREKONSILIASI = "direkonsiliasi", "Dicocokkan", "proses"
    DITUTUP = "ditutup", "Ditutup"
    DIBATALKAN = "dibatalkan", "Dibatalkan"


S = StatusPaket
#: Nobody answers a parcel of cards: the kecamatan counts it.
KEADAAN_KARTU = {
    S.DIKIRIM: "Terkirim, menunggu dihitung",
    S.HASIL_SEBAGIAN: "Dihitung sebagian",
    S.HASIL_LENGKAP: "Selesai dihitung",
}
#: One of these at a time per kind, month and place (B1).
TERBUKA = (S.DISUSUN, S.DIKUNCI, S.DISETUJUI)
TERBUKA_SQL = ", ".join(f"'{one.value}'" for one in TERBUKA)

#: Who builds which kind (B1): the treasurer what goes to the bank, the BPJS liaison the rest.
PENYUSUN = {
    JenisPaket.MANDAT: Peran.BENDAHARA,
    JenisPaket.DAFTAR: Peran.PETUGAS_BPJS,
    JenisPaket.KARTU: Peran.PETUGAS_BPJS,
}


def in_scope(paket: Any, _by: Pelaku, peran: Peran) -> bool:
    """The builder of this kind of batch, and the approver of all."""
    return peran in (PENYUSUN[paket.jenis], Peran.PENYETUJU)


def _lines_agree(_paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B3: something is in it, and nothing that stands in its way."""
    if "jumlah" in facts and not facts["jumlah"]:
        return "Belum ada baris dalam paket ini."
    return None


def _not_builder(paket: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B5a, G5: who built the batch does not approve it."""
    if by.akun_id is not None and by.akun_id in (paket.dibuat_oleh, paket.dikunci_oleh):
        return "Paket yang Anda susun harus disetujui orang lain."
    return None


def _same_file(paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B5: what is handed over is what was approved."""
    if "sha256" in facts and facts["sha256"] != paket.sha256:
        return "Berkas yang akan dikirim tidak sama dengan berkas yang disetujui. Hubungi admin."
    return None


_SUSUN = frozenset({Peran.BENDAHARA, Peran.PETUGAS_BPJS})
_SETUJU = frozenset({Peran.PENYETUJU})

MACHINE = Machine(
    nama="paket",
    sebutan="Paket",
    in_scope=in_scope,
    moves=(
        Move("B1", "susun", frozenset(), S.DISUSUN, _SUSUN, "Susun paket"),
        Move("B2", "ubah_baris", frozenset({S.DISUSUN}), S.DISUSUN, _SUSUN, "Ubah baris"),
        Move("B3", "kunci", frozenset({S.DISUSUN}), S.DIKUNCI, _SUSUN, "Kunci", penjaga=(_lines_agree,)),
        Move("B4", "buka", frozenset({S.DIKUNCI}), S.DISUSUN, _SUSUN, "Buka kembali"),
        Move(
            "B5a", "setujui", frozenset({S.DIKUNCI}), S.DISETUJUI, _SETUJU, "Setujui", penjaga=(_not_builder,)
        ),
        Move("B5", "kirim", frozenset({S.DISETUJUI}), S.DIKIRIM, _SUSUN, "Kirim", penjaga=(_same_file,)),
        Move(
            "B8", "hasil_sebagian", frozenset({S.DIKIRIM, S.HASIL_SEBAGIAN}), S.HASIL_SEBAGIAN, _SUSUN,
            "Catat jawaban",
        ),
        Move(
            "B8", "hasil_lengkap", frozenset({S.DIKIRIM, S.HASIL_SEBAGIAN}), S.HASIL_LENGKAP, _SUSUN,
            "Catat jawaban", sistem=True,
        ),
        Move("B12", "batal", frozenset(TERBUKA), S.DIBATALKAN, _SUSUN | _SETUJU, "Batalkan paket"),
    ),
)  # fmt: skip
