"""The card (states.md §4): states, moves, who receives it. A card never changes cover.

``belum`` is a worker without a card row: K1 makes the row.
"""

from __future__ import annotations

from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move


class StatusKartu(Status):
    BELUM = "belum", "Belum diminta"
    DIMINTA = "diminta", "Diminta ke BPJS", "proses"
    TERBIT = "terbit", "Nomor terbit", "proses"
    DICETAK = "dicetak", "Dicetak", "proses"
    DIKIRIM_KEC = "dikirim_kec", "Dikirim ke kecamatan", "proses"
    DITERIMA_KEC = "diterima_kec", "Di kecamatan", "perlu"
    DIJADWALKAN = "dijadwalkan", "Dijadwalkan diserahkan", "perlu"
    DISERAHKAN = "diserahkan", "Kartu diserahkan", "proses"
    TIDAK_KETEMU = "tidak_ketemu", "Pekerja tidak ditemui", "perlu"
    DIKEMBALIKAN = "dikembalikan", "Dikembalikan ke petugas BPJS", "perlu"
    HILANG = "hilang", "Hilang", "bahaya"
    RUSAK = "rusak", "Rusak", "bahaya"
    SALAH_DATA = "salah_data", "Data salah", "bahaya"
    DIBATALKAN = "dibatalkan", "Dibatalkan"


class Penerima(Status):
    PEKERJA = "pekerja", "Pekerja sendiri"
    WAKIL = "wakil", "Diwakilkan"


class Hubungan(Status):
    SUAMI_ISTRI = "suami_istri", "Suami atau istri"
    ANAK = "anak", "Anak"
    ORANG_TUA = "orang_tua", "Orang tua"
    SAUDARA = "saudara", "Saudara"
    TETANGGA = "tetangga", "Tetangga"
    PENGURUS_RT = "pengurus_rt", "Pengurus RT/RW"
    LAIN = "lain", "Lainnya"


class AlasanBatalKartu(Status):
    """K12: the two reasons for giving a card up."""

    BERAKHIR = "berakhir", "Kepesertaan pekerja sudah berakhir"
    GANDA = "ganda", "Kartu ganda"


class CaraSerah(Status):
    """How the hand-over came into the application."""

    PINDAI = "pindai", "Dipindai"
    KETIK = "ketik", "Diketik"
    LEMBAR = "lembar", "Dibaca dari pindaian lembar"


class HasilUndangan(Status):
    MENUNGGU = "menunggu", "Belum hadir", "netral"
    DISERAHKAN = "diserahkan", "Diserahkan", "proses"
    TIDAK_DATANG = "tidak_datang", "Tidak datang", "perlu"
    SALAH_DATA = "salah_data", "Data salah", "bahaya"


class StatusAcara(Status):
    RENCANA = "rencana", "Direncanakan", "proses"
    SELESAI = "selesai", "Selesai", "netral"
    DIBATALKAN = "dibatalkan", "Dibatalkan", "netral"


S = StatusKartu

#: A worker has at most one card that is under way or in his hands.
HIDUP = (
    S.DIMINTA, S.TERBIT, S.DICETAK, S.DIKIRIM_KEC, S.DITERIMA_KEC, S.DIJADWALKAN, S.DISERAHKAN,
    S.TIDAK_KETEMU, S.DIKEMBALIKAN,
)  # fmt: skip
HIDUP_SQL = ", ".join(f"'{one.value}'" for one in HIDUP)
#: The kecamatan has it in hand.
DI_KECAMATAN = (S.DITERIMA_KEC, S.DIJADWALKAN, S.TIDAK_KETEMU)
#: A printed card exists: giving it up means destroying it (K12).
TERCETAK = (S.DICETAK, S.DIKIRIM_KEC, S.DITERIMA_KEC)
#: K11: it can be lost, broken or wrong from the printer on.
DAPAT_RUSAK = (
    S.DICETAK, S.DIKIRIM_KEC, S.DITERIMA_KEC, S.DIJADWALKAN, S.DISERAHKAN, S.TIDAK_KETEMU, S.DIKEMBALIKAN,
)  # fmt: skip


def in_scope(kartu: Any, by: Pelaku, peran: Peran) -> bool:
    """A petugas kecamatan reaches the cards of the own kecamatan, the BPJS liaison all, a donor the own."""
    if peran is Peran.PETUGAS_KECAMATAN:
        return kartu.kecamatan_kode in by.kecamatan
    if peran is Peran.ASN:
        return by.asn_id is not None and kartu.asuhan is not None and kartu.asuhan.asn_id == by.asn_id
    return peran is Peran.PETUGAS_BPJS


def _registered(_kartu: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """K1: BPJS has registered the worker."""
    return None if facts["terdaftar"] else "Pekerja belum terdaftar di BPJS, sehingga kartunya belum ada."


def _number_known(kartu: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """K2: the card number is there."""
    return None if kartu.nomor_bi is not None else "Nomor kartu (KPJ) belum diterima dari BPJS."


def _in_list(kartu: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """K3, K4: cards are printed and sent with a packing list."""
    return None if kartu.paket_id is not None else "Kartu ini belum ada dalam daftar kirim."


def _receiver_named(_kartu: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """K7: the worker with the identity seen, or somebody for him with name, relation and reason."""
    if "penerima" not in facts:
        return None
    if facts["penerima"] is Penerima.PEKERJA:
        return None if facts.get("identitas_dilihat") else "Cocokkan identitas pekerja lebih dahulu."
    if all(facts.get(one) for one in ("nama_wakil", "hubungan", "alasan_wakil")):
        return None
    return "Isi nama wakil, hubungannya dengan pekerja, dan alasan diwakilkan."


def _not_future(_kartu: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """K7: date <= today."""
    if "tanggal" in facts and facts["tanggal"] > today():
        return "Tanggal penyerahan tidak boleh sesudah hari ini."
    return None


def _tried_enough(kartu: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """K9: three tries, or sixty days in the kecamatan."""
    if kartu.percobaan >= facts["maks_percobaan"] or facts["hari_di_kecamatan"] >= facts["maks_hari"]:
        return None
    return (
        f"Kartu dikembalikan setelah {facts['maks_percobaan']} kali tidak ditemui atau {facts['maks_hari']} "
        f"hari di kecamatan. Baru {kartu.percobaan} kali dicoba."
    )


def _reversible(_kartu: Any, by: Pelaku, facts: dict[str, Any]) -> str | None:
    """K13: at once by who did it, later by a second person; after that day only with a reason."""
    if "diserahkan_oleh" not in facts or facts["masih_seketika"]:
        return None
    if facts["diserahkan_oleh"] == by.akun_id:
        return "Waktu untuk membatalkan sendiri sudah lewat. Minta petugas lain membatalkannya."
    return None if facts["hari_sama"] or facts.get("alasan") else "Isi alasan pembatalan."


_KEC = frozenset({Peran.PETUGAS_KECAMATAN})
_LIA = frozenset({Peran.PETUGAS_BPJS})
_ADUAN = _KEC | _LIA | {Peran.ASN}

MACHINE = Machine(
    nama="kartu",
    sebutan="Kartu",
    in_scope=in_scope,
    moves=(
        Move("K1", "minta", frozenset(), S.DIMINTA, _LIA, "Minta kartu", sistem=True, penjaga=(_registered,)),
        Move("K2", "terbit", frozenset({S.DIMINTA}), S.TERBIT, _LIA, "Catat nomor", penjaga=(_number_known,)),
        Move("K3", "cetak", frozenset({S.TERBIT}), S.DICETAK, _LIA, "Cetak", penjaga=(_in_list,)),
        Move("K4", "kirim", frozenset({S.DICETAK}), S.DIKIRIM_KEC, _LIA, "Kirim", penjaga=(_in_list,)),
        Move("K5", "terima", frozenset({S.DIKIRIM_KEC}), S.DITERIMA_KEC, _KEC, "Terima"),
        Move(
            "K6", "jadwalkan", frozenset({S.DITERIMA_KEC, S.TIDAK_KETEMU}), S.DIJADWALKAN, _KEC, "Jadwalkan"
        ),
        Move(
            "K7", "serahkan", frozenset(DI_KECAMATAN), S.DISERAHKAN, _KEC, "Serahkan",
            penjaga=(_not_future, _receiver_named),
        ),
        Move("K8", "tidak_datang", frozenset({S.DIJADWALKAN}), S.TIDAK_KETEMU, _KEC, "Tidak datang"),
        Move(
            "K9", "kembalikan", frozenset({S.TIDAK_KETEMU}), S.DIKEMBALIKAN, _KEC, "Kembalikan",
            penjaga=(_tried_enough,),
        ),
        Move("K10", "kirim_ulang", frozenset({S.DIKEMBALIKAN}), S.DIKIRIM_KEC, _LIA, "Kirim ulang"),
        Move("K11", "hilang", frozenset(DAPAT_RUSAK), S.HILANG, _ADUAN, "Hilang"),
        Move("K11", "rusak", frozenset(DAPAT_RUSAK), S.RUSAK, _ADUAN, "Rusak"),
        Move("K11", "salah_data", frozenset(DAPAT_RUSAK), S.SALAH_DATA, _ADUAN, "Data salah"),
        Move(
            "K12", "batal", frozenset({S.DIMINTA, S.TERBIT, S.DICETAK, S.DIKIRIM_KEC, S.DITERIMA_KEC}),
            S.DIBATALKAN, _LIA, "Batalkan kartu",
        ),
        Move(
            "K13", "batalkan_serah", frozenset({S.DISERAHKAN}), S.DITERIMA_KEC, _KEC | _LIA,
            "Batalkan penyerahan", penjaga=(_reversible,),
        ),
    ),
)  # fmt: skip
