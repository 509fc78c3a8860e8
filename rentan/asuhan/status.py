"""Sponsorship of one worker by one ASN (states.md §2): states and their table of moves."""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move
from rentan.pekerja.status import TERDAFTAR_DI_BPJS


class StatusAsuhan(Status):
    DITAHAN = "ditahan", "Dipegang sementara", "perlu"
    DIUSULKAN = "diusulkan", "Diusulkan", "proses"
    MENUNGGU_MANDAT = "menunggu_mandat", "Menunggu surat kuasa atau BPJS", "proses"
    SIAP = "siap", "Siap didebet", "proses"
    AKTIF = "aktif", "Aktif", "proses"
    DIJEDA = "dijeda", "Dijeda", "perlu"
    MENCARI_PENGGANTI = "mencari_pengganti", "Mencari pengganti", "perlu"
    DIALIHKAN = "dialihkan", "Dialihkan"
    BERAKHIR = "berakhir", "Berakhir"
    DITOLAK = "ditolak", "Ditolak", "bahaya"
    KEDALUWARSA = "kedaluwarsa", "Kembali ke daftar calon"


S = StatusAsuhan

#: While one of these stands, no other ASN may take the worker (one payer per worker). ``mencari_pengganti``
#: is not among them: A11 makes the successor's row while the old one still waits.
TERBUKA = (S.DITAHAN, S.DIUSULKAN, S.MENUNGGU_MANDAT, S.SIAP, S.AKTIF, S.DIJEDA)
#: A worker counts from being proposed until the sponsorship ends; a held one does not.
DIUSULKAN_KE_ATAS = TERBUKA[1:]
#: A10: bank and BPJS have accepted these, so a successor is looked for instead of ending them (A15).
SUDAH_SIAP = (S.SIAP, S.AKTIF, S.DIJEDA)
TERBUKA_SQL = ", ".join(f"'{one.value}'" for one in TERBUKA)


def _still_extendable(asuhan: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """A2: once, and before the hold is over."""
    if asuhan.diperpanjang:
        return "Masa pegang hanya dapat diperpanjang satu kali."
    if asuhan.ditahan_sampai < today():
        return "Masa pegang sudah lewat sehingga pekerja kembali ke daftar calon. Pilih lagi dari daftar itu."
    return None


def in_scope(asuhan: object, by: Pelaku, peran: Peran) -> bool:
    """An ASN reaches the own sponsorship, an operator those of the own OPD, city roles all but the own."""
    if peran is Peran.ASN:
        return by.asn_id is not None and asuhan.asn_id == by.asn_id  # type: ignore[attr-defined]
    if peran is Peran.OPERATOR_OPD:
        return asuhan.asn.opd_id in by.opd_ids  # type: ignore[attr-defined]
    own = by.asn_id is not None and asuhan.asn_id == by.asn_id  # type: ignore[attr-defined]
    return peran in (Peran.VERIFIKATOR, Peran.PETUGAS_BPJS) and not own


def _ready_to_pay(_asuhan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A7: a mandate in force, and the worker accepted by BPJS (room under the ceiling was M2's)."""
    if not facts["mandat_berlaku"]:
        return "Surat kuasa belum berlaku di bank."
    return None if facts["terdaftar"] else "Pekerja belum terdaftar di BPJS Ketenagakerjaan."


def _pause_short(_asuhan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A9: at most two months."""
    if facts.get("bulan_jeda", 1) <= MAKS_BULAN_JEDA:
        return None
    return f"Jeda paling lama {MAKS_BULAN_JEDA} bulan; sesudahnya perlindungan pekerja terancam terhenti."


def _seamless(_asuhan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A11: the successor's first month follows the last one paid; no gap, no overlap."""
    if "tanpa_sela" not in facts or facts["tanpa_sela"]:
        return None
    return "Bulan pertama pengganti harus tepat sesudah bulan terakhir yang dibayar."


def _still_registered(asuhan: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """A12, A16: a line goes on only for who is registered at BPJS; for anybody else nobody can pay."""
    if asuhan.pekerja.status in TERDAFTAR_DI_BPJS:
        return None
    return (
        f"Kepesertaan pekerja ini tercatat “{asuhan.pekerja.status.label}”, sehingga asuhan ini tidak dapat "
        "diteruskan. Daftarkan ulang pekerja ini, lalu pilih donaturnya seperti calon baru."
    )


def _back_in_time(_asuhan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A12: a letter in force again before the third unpaid month, and nobody else pays meanwhile."""
    if "mandat_berlaku" in facts and not facts["mandat_berlaku"]:
        return "Surat kuasa yang baru belum berlaku."
    if facts.get("bulan_kosong", 0) >= 3:
        return "Sudah tiga bulan tanpa iuran, sehingga asuhan ini tidak dapat dilanjutkan."
    if facts.get("diasuh_lain"):
        return "Pekerja ini sudah dilanjutkan donatur lain."
    return None


def _two_months_empty(_asuhan: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A13: two unpaid months have passed and somebody has noted them."""
    if facts.get("bulan_kosong", 2) < 2:
        return "Belum dua bulan tanpa iuran; pengganti masih dicarikan."
    return None


def _reopenable(_asuhan: Any, by: Pelaku, facts: dict[str, Any]) -> str | None:
    """A16: within 30 days, a mistake of ours, a second verifikator, and the worker is still free."""
    if facts.get("hari_berakhir", 0) > 30:
        return "Sudah lebih dari 30 hari sejak asuhan ini berakhir."
    if "diusulkan_oleh" in facts and facts["diusulkan_oleh"] == by.akun_id:
        return "Pembukaan kembali yang Anda usulkan harus disetujui verifikator lain."
    if facts.get("diasuh_lain"):
        return "Pekerja ini sudah diasuh donatur lain."
    return None


#: A9, M16: longer than this a worker's cover would be in danger.
MAKS_BULAN_JEDA = 2

_VER = frozenset({Peran.VERIFIKATOR})

MACHINE = Machine(
    nama="asuhan",
    sebutan="Asuhan",
    in_scope=in_scope,
    moves=(
        Move("A1", "pesan", frozenset(), S.DITAHAN, frozenset({Peran.ASN}), "Pegang pekerja ini"),
        Move(
            "A2",
            "perpanjang",
            frozenset({S.DITAHAN}),
            S.DITAHAN,
            frozenset({Peran.ASN}),
            "Perpanjang",
            penjaga=(_still_extendable,),
        ),
        Move(
            "A3", "lewat_waktu", frozenset({S.DITAHAN}), S.KEDALUWARSA, frozenset(), "Kembalikan", sistem=True
        ),
        Move(
            "A4", "usulkan", frozenset(), S.DIUSULKAN, frozenset({Peran.ASN, Peran.OPERATOR_OPD}), "Usulkan"
        ),
        Move(
            "A4",
            "usulkan",
            frozenset({S.DITAHAN}),
            S.DIUSULKAN,
            frozenset({Peran.ASN, Peran.OPERATOR_OPD}),
            "Usulkan",
        ),
        Move(
            "A5", "layak", frozenset({S.DIUSULKAN}), S.MENUNGGU_MANDAT, _VER, "Terima pekerja", sistem=True
        ),
        Move("A6", "tidak_layak", frozenset({S.DIUSULKAN}), S.DITOLAK, _VER, "Tolak pekerja"),
        Move(
            "A7", "siap", frozenset({S.MENUNGGU_MANDAT}), S.SIAP, frozenset(), "Siap didebet", sistem=True,
            penjaga=(_ready_to_pay,),
        ),
        Move(
            "A8", "iuran_tercatat", frozenset({S.SIAP}), S.AKTIF, frozenset(), "Iuran pertama tercatat",
            sistem=True,
        ),
        Move(
            "A9", "jeda", frozenset({S.AKTIF}), S.DIJEDA, frozenset({Peran.ASN}), "Jeda pekerja ini",
            sistem=True, penjaga=(_pause_short,),
        ),
        Move(
            "A9", "lanjut", frozenset({S.DIJEDA}), S.AKTIF, frozenset({Peran.ASN}), "Lanjutkan", sistem=True
        ),
        Move(
            "A10", "henti", frozenset({S.SIAP, S.AKTIF, S.DIJEDA}), S.MENCARI_PENGGANTI,
            frozenset({Peran.ASN}), "Berhenti mengasuh pekerja ini", sistem=True,
        ),
        Move(
            "A11", "pengganti_siap", frozenset({S.MENCARI_PENGGANTI}), S.DIALIHKAN, frozenset(),
            "Dilanjutkan pengganti", sistem=True, penjaga=(_seamless,),
        ),
        Move(
            "A12", "kembali", frozenset({S.MENCARI_PENGGANTI}), S.AKTIF, frozenset({Peran.ASN}),
            "Asuh lagi pekerja ini", penjaga=(_back_in_time, _still_registered),
        ),
        Move(
            "A13", "tanpa_pengganti", frozenset({S.MENCARI_PENGGANTI}), S.BERAKHIR,
            frozenset({Peran.PETUGAS_BPJS}), "Akhiri tanpa pengganti", penjaga=(_two_months_empty,),
        ),
        Move(
            "A16", "buka_kembali", frozenset({S.BERAKHIR}), S.MENCARI_PENGGANTI, _VER, "Buka kembali",
            penjaga=(_reopenable, _still_registered),
        ),
        Move(
            "A14", "pekerja_keluar", frozenset({*TERBUKA, S.MENCARI_PENGGANTI}), S.BERAKHIR,
            _VER | {Peran.PETUGAS_BPJS}, "Akhiri karena keadaan pekerja",
        ),
        # The system makes A15 when the whole mandate is withdrawn before a worker was ever debited (M18).
        Move(
            "A15", "batal", frozenset({S.DITAHAN, S.DIUSULKAN, S.MENUNGGU_MANDAT, S.SIAP}), S.BERAKHIR,
            frozenset({Peran.ASN}), "Batalkan", sistem=True,
        ),
    ),
)  # fmt: skip
