"""The monthly contribution (states.md §5): two axes over one row per sponsorship and month.

The axes are two machines over two columns of the same row. Where several thousand rows move together, guards
read the row alone. ``P1``-``P6`` number the arrows of the BPJS axis, which states.md leaves without numbers.
"""

from __future__ import annotations

from typing import Any

from rentan.asuhan.status import TERBUKA
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class StatusIuran(Status):
    """Where the money is."""

    TERJADWAL = "terjadwal", "Terjadwal", "proses"
    DITAHAN = "ditahan", "Ditahan", "perlu"
    DALAM_BATCH = "dalam_batch", "Dalam paket debet", "proses"
    DIKIRIM = "dikirim", "Dikirim ke bank", "proses"
    TANPA_KABAR = "tanpa_kabar", "Belum ada kabar bank", "perlu"
    BERHASIL = "berhasil", "Berhasil didebet", "proses"
    GAGAL = "gagal", "Gagal didebet", "bahaya"
    DIBAYAR_LAIN = "dibayar_lain", "Dibayar lewat jalan lain", "proses"
    DARI_KREDIT = "dari_kredit", "Dibayar dari kelebihan bayar", "proses"
    DIHAPUSKAN = "dihapuskan", "Dihapuskan"
    DIKEMBALIKAN = "dikembalikan", "Dikembalikan"


class StatusBpjs(Status):
    """How far the contribution has come towards BPJS."""

    BELUM = "belum", "Belum disetor"
    DALAM_SETORAN = "dalam_setoran", "Dalam paket setoran", "proses"
    DISETOR = "disetor", "Disetor ke BPJS", "proses"
    TERCATAT = "tercatat", "Tercatat di BPJS", "baik"
    DITOLAK_BPJS = "ditolak_bpjs", "Ditolak BPJS", "bahaya"


class KelasGagal(Status):
    """What a refused debit asks for (C8)."""

    COBA_LAGI = "coba_lagi", "Dapat dicoba lagi", "perlu"
    PERBAIKI_DATA = "perbaiki_data", "Rekening harus diperbaiki", "bahaya"
    HENTIKAN = "hentikan", "Jangan dicoba lagi", "bahaya"


class AlasanTahan(Status):
    """Why a contribution is held back (C2); the label is what the donor reads."""

    MANDAT = "mandat", "Surat kuasa Anda belum atau tidak lagi berlaku pada hari debet."
    JEDA = "jeda", "Potongan sedang dijeda."
    PLAFON = "plafon", "Jumlah iuran bulan ini melebihi batas dalam surat kuasa Anda."
    REKENING = "rekening", "Nomor rekening pada surat kuasa tidak dapat dipakai."
    DIMINTA = "diminta", "Ditahan bendahara sampai suatu hal selesai diperiksa."


class HasilCoba(Status):
    """What became of one attempt, i.e. of one line of a debit batch. ``DIKELUARKAN``: it never left."""

    TERBUKA = "terbuka", "Menunggu jawaban", "proses"
    BERHASIL = "berhasil", "Berhasil", "proses"
    GAGAL = "gagal", "Gagal", "bahaya"
    TANPA_KABAR = "tanpa_kabar", "Tanpa kabar", "perlu"
    DIKELUARKAN = "dikeluarkan", "Dikeluarkan"


class JenisUsul(Status):
    """What the treasurer may propose: for one contribution (C13, C14), or (``SISA``) for what is carried over
    for a donor who has stopped.
    """

    HAPUSKAN = "hapuskan", "Hapuskan tagihan"
    KEMBALIKAN = "kembalikan", "Kembalikan uang"
    SISA = "sisa", "Kembalikan kelebihan bayar"


class StatusUsul(Status):
    DIAJUKAN = "diajukan", "Menunggu persetujuan", "perlu"
    DITERIMA = "diterima", "Disetujui", "proses"
    DITOLAK = "ditolak", "Ditolak", "bahaya"


class Saluran(Status):
    """How money comes in beside the debit."""

    TUNAI = "tunai", "Tunai"
    TRANSFER = "transfer", "Transfer"


class JenisUrusan(Status):
    """A matter that a person must see to; each has an owner role, and perhaps a name and a date."""

    TANPA_KABAR = "tanpa_kabar", "Bank belum memberi kabar"
    PENGEMBALIAN = "pengembalian", "Uang perlu dikembalikan"
    KURANG_BAYAR = "kurang_bayar", "Pembayaran donatur kurang"
    DITOLAK_BPJS = "ditolak_bpjs", "Iuran ditolak BPJS"
    CERMIN = "cermin", "Tiga catatan tidak sama"
    TALANGAN = "talangan", "Sudah disetor, debetnya dibatalkan bank"
    SISA_KREDIT = "sisa_kredit", "Kelebihan bayar donatur yang sudah berhenti"
    TAK_TERSETOR = "tak_tersetor", "Bulan yang tidak dapat disetor lagi"


S, B = StatusIuran, StatusBpjs
#: The money is in: what may be remitted to BPJS.
UANG_MASUK = (S.BERHASIL, S.DIBAYAR_LAIN, S.DARI_KREDIT)
#: A month in one of these does not count as taken: another row may be made for it.
GUGUR = (S.DIHAPUSKAN, S.DIKEMBALIKAN)
GUGUR_SQL = ", ".join(f"'{one.value}'" for one in GUGUR)
#: BPJS has the month, or the money for it: it is paid for, whatever becomes of the donor's money.
SAMPAI_BPJS = (B.DISETOR, B.TERCATAT)
#: Nothing has left the building for this month yet.
BELUM_KELUAR = (S.TERJADWAL, S.DITAHAN, S.DALAM_BATCH)


def in_scope(_iuran: Any, _by: Pelaku, _peran: Peran) -> bool:
    """City-wide roles; decisions about a single contribution are never made on the own one (guards)."""
    return True


def not_own(iuran: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """G5: nobody decides about the own money."""
    if by.asn_id is not None and iuran.asn_id == by.asn_id:
        return "Ini iuran Anda sendiri, sehingga petugas lain yang memutuskannya."
    return None


def _retryable(iuran: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """C11: only where the bank's code allows it. Attempts and mandate are the batch's to count."""
    if iuran.kelas_gagal is KelasGagal.COBA_LAGI:
        return None
    return "Kode jawaban bank tidak mengizinkan debet ulang. Iuran ini dibayar lewat jalan lain."


def _second_person(_iuran: Any, by: Pelaku, facts: dict[str, Any]) -> str | None:
    """C12-C14, G5: who proposed does not accept."""
    if "diusulkan_oleh" in facts and facts["diusulkan_oleh"] == by.akun_id:
        return "Yang mengusulkan tidak boleh menyetujui. Mintalah penyetuju lain."
    return None


def _given_up(iuran: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """C13 by the system: the donor has stopped, and nothing of this month went to BPJS."""
    if iuran.asuhan.status in TERBUKA:
        return "Asuhan ini masih berjalan, sehingga iurannya tidak gugur."
    return None if iuran.status_bpjs is StatusBpjs.BELUM else "Iuran ini sudah disetor ke BPJS."


def _money_in(iuran: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """P1: nothing is remitted that was not collected (MON-3 f)."""
    return None if iuran.status in UANG_MASUK else "Uang iuran ini belum masuk."


_BEN = frozenset({Peran.BENDAHARA})
_APP = frozenset({Peran.PENYETUJU})
_LIA = frozenset({Peran.PETUGAS_BPJS})
_NONE: frozenset[Peran] = frozenset()

MACHINE = Machine(
    nama="iuran",
    sebutan="Iuran",
    in_scope=in_scope,
    moves=(
        Move("C1", "jadwalkan", _NONE, S.TERJADWAL, _NONE, "Jadwalkan", sistem=True),
        Move("C1", "pakai_kredit", frozenset({S.TERJADWAL}), S.DARI_KREDIT, _NONE, "Pakai kelebihan",
             sistem=True),
        Move("C2", "tahan", frozenset({S.TERJADWAL}), S.DITAHAN, _BEN, "Tahan", sistem=True,
             penjaga=(not_own,)),
        Move("C3", "lepas", frozenset({S.DITAHAN}), S.TERJADWAL, _BEN, "Lepas", sistem=True,
             penjaga=(not_own,)),
        Move("C4", "masuk_batch", frozenset({S.TERJADWAL}), S.DALAM_BATCH, _BEN, "Masukkan ke paket"),
        Move("C5", "keluar", frozenset({S.DALAM_BATCH}), S.TERJADWAL, _BEN | _APP, "Keluarkan", sistem=True),
        Move("C6", "kirim", frozenset({S.DALAM_BATCH}), S.DIKIRIM, _BEN, "Kirim"),
        # B7: the bank refused the whole file and executed nothing; the same lines wait in the reopened batch.
        Move("B7", "berkas_ditolak", frozenset({S.DIKIRIM}), S.DALAM_BATCH, _BEN, "Berkas ditolak bank"),
        Move("C7", "berhasil", frozenset({S.DIKIRIM}), S.BERHASIL, _BEN, "Berhasil"),
        Move("C8", "gagal", frozenset({S.DIKIRIM}), S.GAGAL, _BEN, "Gagal"),
        Move("C9", "tanpa_kabar", frozenset({S.DIKIRIM}), S.TANPA_KABAR, _NONE, "Tanpa kabar", sistem=True),
        Move("C10", "jawaban_berhasil", frozenset({S.TANPA_KABAR}), S.BERHASIL, _BEN, "Ternyata berhasil",
             penjaga=(not_own,)),
        Move("C10", "jawaban_gagal", frozenset({S.TANPA_KABAR}), S.GAGAL, _BEN, "Ternyata gagal",
             penjaga=(not_own,)),
        Move("C11", "ulang", frozenset({S.GAGAL}), S.DALAM_BATCH, _BEN, "Coba lagi", penjaga=(_retryable,)),
        # Recorded by the treasurer, carried out by who accepts it (decisions, money).
        Move("C12", "bayar_lain", frozenset({S.TERJADWAL, S.DITAHAN, S.GAGAL}), S.DIBAYAR_LAIN, _APP,
             "Dibayar lewat jalan lain", penjaga=(not_own, _second_person)),
        Move("C13", "hapuskan", frozenset({S.TERJADWAL, S.DITAHAN, S.GAGAL}), S.DIHAPUSKAN, _APP, "Hapuskan",
             penjaga=(not_own, _second_person)),
        # The donor stopped: what was not collected gives way to a successor's row (decisions, money).
        Move("C13", "gugur", frozenset({S.TERJADWAL, S.DITAHAN, S.GAGAL}), S.DIHAPUSKAN, _NONE, "Gugurkan",
             sistem=True, penjaga=(_given_up,)),
        Move("C14", "kembalikan", frozenset({S.BERHASIL, S.DIBAYAR_LAIN}), S.DIKEMBALIKAN, _APP, "Kembalikan",
             penjaga=(not_own, _second_person)),
        Move("C15", "terlambat_gagal", frozenset({S.BERHASIL}), S.GAGAL, _BEN, "Dibatalkan bank"),
    ),
)  # fmt: skip

MACHINE_BPJS = Machine(
    nama="iuran_bpjs",
    sebutan="Iuran",
    in_scope=in_scope,
    kolom="status_bpjs",
    moves=(
        Move("P1", "masuk_setoran", frozenset({B.BELUM}), B.DALAM_SETORAN, _LIA, "Masukkan ke setoran",
             penjaga=(_money_in,)),
        Move("P2", "keluar_setoran", frozenset({B.DALAM_SETORAN}), B.BELUM, _LIA | _APP, "Keluarkan",
             sistem=True),
        Move("P3", "setor", frozenset({B.DALAM_SETORAN}), B.DISETOR, _BEN, "Disetor"),
        Move("P4", "tercatat", frozenset({B.DISETOR}), B.TERCATAT, _LIA, "Tercatat di BPJS"),
        Move("P5", "ditolak", frozenset({B.DISETOR}), B.DITOLAK_BPJS, _LIA, "Ditolak BPJS"),
        Move("P6", "perbaiki", frozenset({B.DITOLAK_BPJS}), B.BELUM, _LIA, "Setor ulang"),
    ),
)  # fmt: skip


def _decider(_row: Any, by: Pelaku, facts: dict[str, Any]) -> str | None:
    """G5: who recorded or proposed it does not decide, nor does the donor concerned."""
    if _row.oleh is not None and _row.oleh == by.akun_id:
        return "Yang mencatat tidak boleh menyetujui. Mintalah penyetuju lain."
    return not_own(_row, by, facts)


def _usul(nama: str, sebutan: str) -> Machine:
    """Proposed by the treasurer, decided by the approver; the same two steps for receipts and proposals."""
    return Machine(
        nama=nama,
        sebutan=sebutan,
        in_scope=in_scope,
        moves=(
            Move("U1", "ajukan", _NONE, StatusUsul.DIAJUKAN, _BEN, "Ajukan", penjaga=(not_own,)),
            Move("U2", "terima", frozenset({StatusUsul.DIAJUKAN}), StatusUsul.DITERIMA, _APP, "Setujui",
                 penjaga=(_decider,)),
            Move("U3", "tolak", frozenset({StatusUsul.DIAJUKAN}), StatusUsul.DITOLAK, _APP, "Tolak",
                 penjaga=(_decider,)),
        ),
    )  # fmt: skip


MACHINE_USUL = _usul("usul_iuran", "Usul")
MACHINE_PENERIMAAN = _usul("penerimaan", "Penerimaan")
