"""The batch (states.md §6): one machine for all lists that leave the building, and its moves.

B8 by the system: a packing list is answered by the kecamatan that counts the last of its cards. B6, B7 and
B9-B11 are of money alone. B13 is no move: a closed batch stays as it is, its corrections are reversals.
"""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class JenisPaket(Status):
    MANDAT = "mandat", "Surat kuasa ke bank"
    DEBET = "debet", "Debet iuran"
    ULANG = "ulang", "Debet ulang"
    SETOR = "setor", "Setoran iuran ke BPJS"
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
#: A batch of money is not finished with its answer: it is reconciled (B10), then closed (B11).
KEADAAN_UANG = {
    S.HASIL_LENGKAP: "Lengkap, belum dicocokkan",
    S.DIREKONSILIASI: "Dicocokkan, belum ditutup",
}
#: A remittance is paid rather than sent.
KEADAAN_SETOR = KEADAAN_UANG | {
    S.DISETUJUI: "Disetujui, siap dibayar",
    S.DIKIRIM: "Dibayar, menunggu catatan BPJS",
}
#: One of these at a time per kind, month and place (B1).
TERBUKA = (S.DISUSUN, S.DIKUNCI, S.DISETUJUI)
TERBUKA_SQL = ", ".join(f"'{one.value}'" for one in TERBUKA)

#: Batches of money: they have control totals, are reconciled and closed.
UANG = (JenisPaket.DEBET, JenisPaket.ULANG, JenisPaket.SETOR)
#: Batches whose file the bank answers line by line.
DEBET = (JenisPaket.DEBET, JenisPaket.ULANG)
#: The bank (or BPJS) has the lines in hand.
DI_LUAR = (S.DIKIRIM, S.HASIL_SEBAGIAN, S.HASIL_LENGKAP, S.DIREKONSILIASI, S.DITUTUP)

#: Who builds which kind (B1): the treasurer what goes to the bank, the BPJS liaison the rest.
PENYUSUN = {
    JenisPaket.MANDAT: Peran.BENDAHARA,
    JenisPaket.DEBET: Peran.BENDAHARA,
    JenisPaket.ULANG: Peran.BENDAHARA,
    JenisPaket.SETOR: Peran.PETUGAS_BPJS,
    JenisPaket.DAFTAR: Peran.PETUGAS_BPJS,
    JenisPaket.KARTU: Peran.PETUGAS_BPJS,
}


#: Who hands the file over (B5) where it is not the builder: the treasurer pays what the liaison listed.
PENGIRIM = PENYUSUN | {JenisPaket.SETOR: Peran.BENDAHARA}


def in_scope(paket: Any, _by: Pelaku, peran: Peran) -> bool:
    """The builder of this kind of batch, who hands it over, and the approver of all."""
    return peran in (PENYUSUN[paket.jenis], PENGIRIM[paket.jenis], Peran.PENYETUJU)


def _builder(paket: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B1-B4, B8: the list is in the hands of who builds this kind."""
    if by.is_system or by.has(PENYUSUN[paket.jenis]):
        return None
    return f"Isi paket ini disusun {PENYUSUN[paket.jenis].label.lower()}."


def _sender(paket: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B5: who hands this kind over."""
    if by.is_system or by.has(PENGIRIM[paket.jenis]):
        return None
    return f"Paket ini dikirim {PENGIRIM[paket.jenis].label.lower()}."


def _of_money(paket: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B6, B7, B9-B11: files of money only."""
    return None if paket.jenis in UANG else "Langkah ini hanya untuk paket debet dan setoran."


def _lines_agree(_paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B3: something is in it, and nothing that stands in its way."""
    if "jumlah" in facts and not facts["jumlah"]:
        return "Belum ada baris dalam paket ini."
    return facts.get("penghalang")


def _not_builder(paket: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B5a, G5: who built the batch does not approve it."""
    if by.akun_id is not None and by.akun_id in (paket.dibuat_oleh, paket.dikunci_oleh):
        return "Paket yang Anda susun harus disetujui orang lain."
    return None


def _needs_second(paket: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B5a: a first approval is only kept where a second one must follow."""
    if paket.uang is None or not paket.uang.perlu_kedua:
        return "Paket ini cukup disetujui satu orang."
    return "Persetujuan pertama sudah ada." if paket.uang.setuju_pertama_oleh else None


def _two_approvals(paket: Any, by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """B5a: more than a fifth different from last month asks for two approvers."""
    if paket.uang is None or not paket.uang.perlu_kedua:
        return None
    if paket.uang.setuju_pertama_oleh is None:
        persen = int(get_setting("persen_beda"))
        return f"Jumlahnya berbeda lebih dari {persen}% dari bulan lalu: diperlukan dua penyetuju."
    if paket.uang.setuju_pertama_oleh == by.akun_id:
        return "Anda sudah memberi persetujuan pertama; penyetuju lain memberi yang kedua."
    return None


def _nothing_executed(_paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B6: the bank's message is kept, and somebody has made sure that no line was executed."""
    if "tidak_dijalankan" in facts and not (facts["tidak_dijalankan"] and facts["pesan_bank"]):
        return "Catat pesan bank, dan pastikan kepada bank bahwa tidak satu baris pun dijalankan."
    return None


def _sums_agree(_paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B10: successes = credit on the collecting account, or every difference is listed with its reason."""
    if facts.get("selisih", 0):
        return "Jumlah berhasil dan kredit bank tidak sama. Catat setiap selisih beserta sebabnya."
    return None


def _closable(paket: Any, by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B11: not the importer; each exception and matter is closed, or has an owner and a date."""
    pembaca = {paket.uang.pengimpor if paket.uang else None, *facts.get("pembaca", ())}
    if by.akun_id is not None and by.akun_id in pembaca:
        return "Yang membaca hasil bank tidak boleh menutup paketnya."
    if facts.get("tanpa_pemilik", 0):
        return f"Masih ada {facts['tanpa_pemilik']} hal terbuka tanpa pemilik atau tanggal."
    return None


def _same_file(paket: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """B5: what is handed over is what was approved."""
    if "sha256" in facts and facts["sha256"] != paket.sha256:
        return "Berkas yang akan dikirim tidak sama dengan berkas yang disetujui. Hubungi admin."
    return None


_SUSUN = frozenset({Peran.BENDAHARA, Peran.PETUGAS_BPJS})
_SETUJU = frozenset({Peran.PENYETUJU})
_BENDAHARA = frozenset({Peran.BENDAHARA})

MACHINE = Machine(
    nama="paket",
    sebutan="Paket",
    in_scope=in_scope,
    moves=(
        Move("B1", "susun", frozenset(), S.DISUSUN, _SUSUN, "Susun paket", penjaga=(_builder,)),
        Move(
            "B2", "ubah_baris", frozenset({S.DISUSUN}), S.DISUSUN, _SUSUN, "Ubah baris", penjaga=(_builder,)
        ),
        Move(
            "B3", "kunci", frozenset({S.DISUSUN}), S.DIKUNCI, _SUSUN, "Kunci",
            penjaga=(_builder, _lines_agree),
        ),
        Move("B4", "buka", frozenset({S.DIKUNCI}), S.DISUSUN, _SUSUN, "Buka kembali", penjaga=(_builder,)),
        Move(
            "B5a", "setujui_pertama", frozenset({S.DIKUNCI}), S.DIKUNCI, _SETUJU, "Setujui (pertama)",
            penjaga=(_not_builder, _needs_second),
        ),
        Move(
            "B5a", "setujui", frozenset({S.DIKUNCI}), S.DISETUJUI, _SETUJU, "Setujui",
            penjaga=(_not_builder, _two_approvals),
        ),
        Move(
            "B5", "kirim", frozenset({S.DISETUJUI}), S.DIKIRIM, _SUSUN, "Kirim",
            penjaga=(_sender, _same_file),
        ),
        Move(
            "B6", "tolak_berkas", frozenset({S.DIKIRIM}), S.DITOLAK_BERKAS, _BENDAHARA,
            "Bank menolak berkas", penjaga=(_of_money, _nothing_executed),
        ),
        Move(
            "B7", "perbaiki", frozenset({S.DITOLAK_BERKAS}), S.DISUSUN, _BENDAHARA, "Perbaiki berkas",
            penjaga=(_of_money,),
        ),
        Move(
            "B8", "hasil_sebagian", frozenset({S.DIKIRIM, S.HASIL_SEBAGIAN}), S.HASIL_SEBAGIAN, _SUSUN,
            "Catat jawaban", penjaga=(_builder,),
        ),
        Move(
            "B8", "hasil_lengkap", frozenset({S.DIKIRIM, S.HASIL_SEBAGIAN}), S.HASIL_LENGKAP, _SUSUN,
            "Catat jawaban", sistem=True, penjaga=(_builder,),
        ),
        Move(
            "B9", "nyatakan_lengkap", frozenset({S.HASIL_SEBAGIAN}), S.HASIL_LENGKAP, _SUSUN,
            "Nyatakan lengkap", penjaga=(_builder, _of_money),
        ),
        Move(
            "B10", "rekonsiliasi", frozenset({S.HASIL_LENGKAP}), S.DIREKONSILIASI, _BENDAHARA,
            "Cocokkan dengan rekening", penjaga=(_of_money, _sums_agree),
        ),
        Move(
            "B11", "tutup", frozenset({S.DIREKONSILIASI}), S.DITUTUP, _SETUJU, "Tutup",
            penjaga=(_of_money, _closable),
        ),
        Move("B12", "batal", frozenset(TERBUKA), S.DIBATALKAN, _SUSUN | _SETUJU, "Batalkan paket"),
    ),
)  # fmt: skip
