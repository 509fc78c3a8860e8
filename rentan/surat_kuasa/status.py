"""The mandate (states.md §1): states, its table of moves, custody of the original."""

from __future__ import annotations

from typing import Any

from rentan.asn.masa import kalimat_habis
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.core.actor import Pelaku
from rentan.core.clock import to_local, today
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move
from rentan.surat_kuasa import penjaga as p
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan, format_tanggal


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
    S.DRAF,
    S.DICETAK,
    S.DIUNGGAH,
    S.DIPERIKSA,
    S.PERLU_PERBAIKAN,
    S.TERVERIFIKASI,
    S.DIAJUKAN_BANK,
    S.DITOLAK_BANK,
)
BERJALAN_SQL = ", ".join(f"'{one.value}'" for one in BERJALAN)
HIDUP = (S.AKTIF, S.DITANGGUHKAN)
HIDUP_SQL = ", ".join(f"'{one.value}'" for one in HIDUP)
#: The person's own signed papers have been sent: the ASN has joined (``TAHAP_IKUT``).
TERKIRIM = (*BERJALAN[2:], *HIDUP)
#: A verifikator has accepted this letter and it has not ended: the rung ``Tahap.TERVERIFIKASI``.
DISETUJUI = (S.TERVERIFIKASI, S.DIAJUKAN_BANK, S.DITOLAK_BANK, *HIDUP)
#: What the bendahara sees of letters: the accepted ones and what became of them.
UNTUK_BANK = (*DISETUJUI, S.DICABUT_MENUNGGU, S.DICABUT, S.DIGANTI, S.BERAKHIR)


def in_scope(surat: Any, by: Pelaku, peran: Peran) -> bool:
    """An ASN reaches the own letter, an operator the own OPD's, city-wide roles all but the own (AUZ-5)."""
    own = by.asn_id is not None and surat.asn_id == by.asn_id
    if peran is Peran.ASN:
        return own
    if peran is Peran.OPERATOR_OPD:
        return surat.asn.opd_id in by.opd_ids
    return peran in (Peran.VERIFIKATOR, Peran.BENDAHARA, Peran.ADMIN) and not own


# -- guards: each answers the sentence that stands in the way. What they need beyond the row comes as facts
# -- from ``queries.facts_for``, so that a button is disabled for the reason why the move is refused (G3).


def _asn_active(surat: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """M1, M2: the roster says that this person is in service."""
    if surat.asn.status_aktif.value == "aktif":
        return in_service(surat, _by, _facts)
    return (
        f"Menurut daftar pegawai, ASN ini berstatus “{surat.asn.status_aktif.label}”, sehingga surat kuasa "
        "tidak dapat dibuat. Bila keliru, hubungi admin."
    )


def in_service(surat: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """M4, M8, M9, M12: who has left the service meanwhile signs no mandate any more (M21 of a letter in
    force); unpaid leave stops nothing."""
    sebab = kalimat_habis(surat.asn, today())
    if sebab is None:
        return None
    return (
        f"{sebab} Karena itu surat kuasa ini tidak dapat diteruskan dan pekerjanya dilepas. Bila keliru atau "
        "kontraknya diperpanjang, minta admin memperbarui daftar pegawai; bila benar, surat ini dibatalkan."
    )


def _none_running(_surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M1: one version at a time between draft and bank."""
    return MASIH_BERJALAN if facts["ada_berjalan"] else None


MASIH_BERJALAN = (
    "Masih ada surat kuasa yang belum selesai diproses. Lanjutkan atau batalkan surat itu lebih dahulu."
)


def _for_somebody(_surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M1: a letter is for at least one worker, or replaces one for a reason."""
    if facts["jumlah_asuhan"] or facts.get("alasan_penggantian"):
        return None
    return "Belum ada pekerja yang diasuh. Tambahkan pekerja lebih dahulu, lalu buat surat kuasanya."


def _fields_complete(surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M2: nothing on the paper is left open."""
    needed = (
        (surat.daftar, "pekerja"),
        (facts["alamat"], "alamat"),
        (facts["telepon"], "nomor telepon"),
        (surat.rekening_enc, "nomor rekening"),
        (surat.nama_rekening, "nama pemilik rekening"),
        (surat.bulan_pertama, "bulan pertama"),
        (surat.plafon, "batas iuran per bulan"),
    )
    missing = [name for value, name in needed if not value]
    return f"Lengkapi lebih dahulu: {', '.join(missing)}." if missing else None


def _account_format(_surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M2: an account number that a bank could have issued."""
    return None if facts["rekening_wajar"] else "Nomor rekening tidak mungkin benar. Periksa angka-angkanya."


def _workers_stand(_surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M2: who is named in the letter is still sponsored, and all pay for the same number of months."""
    if facts["ada_asuhan_berakhir"]:
        return "Ada pekerja dalam surat ini yang tidak lagi Anda asuh. Perbarui daftar pekerja lebih dahulu."
    if facts["periode_berbeda"]:
        return "Masa pembayaran semua pekerja dalam satu surat harus sama. Samakan pada langkah iuran."
    return None


def _month_ahead(surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M2: the first month's list is not frozen yet."""
    if surat.bulan_pertama is None or surat.bulan_pertama >= facts["bulan_tersedia"]:
        return None
    return (
        f"Batas berkas untuk iuran {format_bulan(surat.bulan_pertama)} sudah lewat. Pilih bulan pertama "
        f"{format_bulan(facts['bulan_tersedia'])} atau sesudahnya."
    )


def _ceiling_enough(surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M2: the ceiling carries the highest price of the next twelve months, the end of the cuts included."""
    if surat.plafon is None or surat.plafon >= facts["plafon_perlu"]:
        return None
    return (
        f"Batas {format_rupiah(surat.plafon)} per bulan terlalu rendah: dalam 12 bulan ke depan iuran "
        f"seluruh pekerja dapat mencapai {format_rupiah(facts['plafon_perlu'])} per bulan. Naikkan batasnya."
    )


def _nothing_received(surat: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """M3: the paper has not reached an office yet."""
    if surat.asli_di in (AsliDi.NONE, AsliDi.ASN, AsliDi.KEMBALI):
        return None
    return (
        f"Lembar asli surat ini tercatat “{surat.asli_di.label}”. Minta dikembalikan lebih dahulu, baru "
        "isinya diubah."
    )


def _papers_complete(surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M4: signed letter with all its pages, KTP, bank book."""
    missing = [jenis.label for jenis in WAJIB_UNGGAH if jenis not in facts["berkas"]]
    if missing:
        return f"Belum diunggah: {', '.join(missing)}."
    signed = facts["berkas"][WAJIB_UNGGAH[0]]
    # Known pages prove that others are missing; a photo with unreadable codes is left to the verifikator.
    if signed.halaman < surat.halaman and signed.halaman_dikenal:
        return (
            f"Surat kuasa ini {surat.halaman} halaman, tetapi yang diunggah {signed.halaman} halaman. Pindai "
            "semua halaman ke dalam satu PDF, lalu unggah kembali."
        )
    return None


def _signed_in_time(surat: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """M4, M8: print date <= signature date <= today; a page that asks for its buttons has no date yet."""
    if "ditandatangani_pada" not in facts:
        return None
    signed, printed = facts["ditandatangani_pada"], to_local(surat.dicetak_pada).date()
    if signed > today():
        return "Tanggal tanda tangan tidak boleh sesudah hari ini."
    if signed < printed:
        return (
            f"Surat ini baru dicetak {format_tanggal(printed)}; tanggal tanda tangan tidak boleh sebelumnya."
        )
    return None


_PEMILIK = frozenset({Peran.ASN, Peran.OPERATOR_OPD})
_VER = frozenset({Peran.VERIFIKATOR})
_BEN = frozenset({Peran.BENDAHARA})
_ISI_LENGKAP = (
    _asn_active,
    _fields_complete,
    _account_format,
    _workers_stand,
    _month_ahead,
    _ceiling_enough,
)

MACHINE = Machine(
    nama="surat_kuasa",
    sebutan="Surat kuasa",
    in_scope=in_scope,
    moves=(
        Move(
            "M1", "buat", frozenset(), S.DRAF, _PEMILIK, "Buat surat kuasa",
            penjaga=(_asn_active, _none_running, _for_somebody),
        ),
        Move(
            "M2", "cetak", frozenset({S.DRAF}), S.DICETAK, _PEMILIK, "Cetak surat kuasa", penjaga=_ISI_LENGKAP
        ),
        # M3 ends the printed version and begins the next one. The print becomes void ("dibatalkan", as in
        # M22), since "diganti" is said of a version that was in force (M20).
        Move(
            "M3", "ubah", frozenset({S.DICETAK}), S.DIBATALKAN, _PEMILIK, "Ubah isi surat",
            penjaga=(_nothing_received,),
        ),
        Move("M3", "ubah", frozenset(), S.DRAF, _PEMILIK, "Ubah isi surat"),
        Move(
            "M4", "unggah", frozenset({S.DICETAK}), S.DIUNGGAH, _PEMILIK, "Kirim untuk diverifikasi",
            penjaga=(in_service, _papers_complete, _signed_in_time),
        ),
        Move(
            "M5", "ambil", frozenset({S.DIUNGGAH, S.DIPERIKSA}), S.DIPERIKSA, _VER, "Ambil untuk diperiksa",
            penjaga=(p.not_uploader, p.free_or_stale),
        ),
        Move(
            "M6", "lepas", frozenset({S.DIPERIKSA}), S.DIUNGGAH, _VER | {Peran.ADMIN},
            "Kembalikan ke antrean", penjaga=(p.holder_or_admin, p.no_open_opinion),
        ),
        Move(
            "M7", "minta_perbaikan", frozenset({S.DIPERIKSA}), S.PERLU_PERBAIKAN, _VER, "Minta perbaikan",
            penjaga=(p.holder, p.not_uploader, p.no_open_opinion, p.something_refused, p.no_open_request),
        ),
        Move(
            "M8", "kirim_ulang", frozenset({S.PERLU_PERBAIKAN}), S.DIUNGGAH, _PEMILIK, "Kirim perbaikan",
            penjaga=(in_service, p.all_answered, _signed_in_time),
        ),
        Move(
            "M9", "setujui", frozenset({S.DIPERIKSA}), S.TERVERIFIKASI, _VER, "Setujui",
            penjaga=(
                in_service, p.holder, p.not_uploader, p.no_open_opinion, p.all_accepted,
                p.exceptions_cleared, p.original_at_office,
            ),
        ),
        Move(
            "M10", "tolak", frozenset({S.DIPERIKSA}), S.DITOLAK, _VER, "Setujui penolakan",
            penjaga=(p.not_uploader, p.refusal_confirmed),
        ),
        # A letter is "masuk paket" once its packet leaves; while the packet is being made it can still go.
        Move("M11", "masuk_paket", frozenset({S.TERVERIFIKASI}), S.DIAJUKAN_BANK, _BEN, "Ajukan ke bank"),
        Move(
            "M12", "berlakukan", frozenset({S.TERVERIFIKASI}), S.AKTIF, _BEN, "Berlakukan",
            penjaga=(in_service, p.bank_takes_no_letters),
        ),
        Move("M13", "bank_menerima", frozenset({S.DIAJUKAN_BANK}), S.AKTIF, _BEN, "Bank menerima"),
        Move("M14", "bank_menolak", frozenset({S.DIAJUKAN_BANK}), S.DITOLAK_BANK, _BEN, "Bank menolak"),
        Move(
            "M15", "perbaiki", frozenset({S.DITOLAK_BANK}), S.PERLU_PERBAIKAN, _VER, "Minta gambar baru",
            penjaga=(p.no_open_request,),
        ),
        # M15, class "data": this version ends and a draft of the next one begins, as with M3.
        Move(
            "M15", "perbaiki_data", frozenset({S.DITOLAK_BANK}), S.DIBATALKAN, _VER, "Buka versi baru",
        ),
        Move("M15", "perbaiki_data", frozenset(), S.DRAF, _VER, "Buka versi baru"),
        Move(
            "M16", "jeda", frozenset({S.AKTIF}), S.DITANGGUHKAN, frozenset({Peran.ASN}) | _BEN, "Jeda",
            penjaga=(p.pause_short,),
        ),
        Move(
            "M17", "lanjut", frozenset({S.DITANGGUHKAN}), S.AKTIF, frozenset({Peran.ASN}) | _BEN, "Lanjutkan",
            sistem=True, penjaga=(p.own_pause,),
        ),
        Move(
            "M21", "habis_masa", frozenset(HIDUP), S.BERAKHIR, frozenset(), "Habis masa", sistem=True,
            penjaga=(p.term_over,),
        ),
        Move(
            "M18", "cabut", frozenset(HIDUP), S.DICABUT_MENUNGGU, _PEMILIK | _BEN, "Berhenti",
        ),
        Move(
            "M19", "cabut_selesai", frozenset({S.DICABUT_MENUNGGU}), S.DICABUT, _BEN,
            "Bank mengakui pencabutan", sistem=True,
        ),
        Move(
            "M20", "diganti", frozenset({S.AKTIF}), S.DIGANTI, frozenset(), "Ganti dengan versi baru",
            sistem=True, penjaga=(p.effective_later,),
        ),
        Move(
            "M22", "batal",
            frozenset({S.DRAF, S.DICETAK, S.DIUNGGAH, S.PERLU_PERBAIKAN, S.TERVERIFIKASI, S.DITOLAK_BANK}),
            S.DIBATALKAN, frozenset({Peran.ASN, Peran.VERIFIKATOR}), "Batalkan surat kuasa",
        ),
        Move(
            "M23", "basi", frozenset({S.PERLU_PERBAIKAN}), S.DIBATALKAN, frozenset(), "Akhiri", sistem=True,
            penjaga=(p.overdue,),
        ),
    ),
)  # fmt: skip
