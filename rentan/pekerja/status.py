"""Cover of a worker (states.md §3): states and their table of moves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.workflow import Machine, Move
from rentan.util.teks import rapikan


class StatusPekerja(Status):
    CALON = "calon", "Belum diperiksa", "netral"
    LAYAK = "layak", "Memenuhi syarat", "proses"
    TIDAK_LAYAK = "tidak_layak", "Tidak memenuhi syarat", "bahaya"
    DUGA_DUPLIKAT = "duga_duplikat", "Sedang diperiksa", "perlu"
    DITANGGUNG_LAIN = "ditanggung_lain", "Sudah dilindungi program lain", "netral"
    DIAJUKAN_BPJS = "diajukan_bpjs", "Diajukan ke BPJS", "proses"
    DITOLAK_BPJS = "ditolak_bpjs", "Ditolak BPJS", "bahaya"
    TERDAFTAR = "terdaftar", "Terdaftar di BPJS", "proses"
    AKTIF = "aktif", "Terlindungi", "baik"
    TENGGANG_1 = "tenggang_1", "Perlindungan berisiko (1 bulan)", "perlu"
    TENGGANG_2 = "tenggang_2", "Perlindungan berisiko (2 bulan)", "bahaya"
    NONAKTIF = "nonaktif", "Perlindungan terhenti", "bahaya"
    BERAKHIR = "berakhir", "Berakhir", "netral"


class Sektor(Status):
    """The sector decides the price until the cuts end (PP 50/2025)."""

    TRANSPORTASI = "transportasi", "Transportasi (ojek, sopir, kurir, becak)"
    LAIN = "lain", "Pekerjaan lain"


#: Words for people who carry people or goods for a living; one of them in the kind of work is enough.
_TRANSPORTASI = frozenset(
    """
    ojek ojol sopir supir pengemudi driver kurir becak bentor bajaj angkot taksi delman dokar kusir pengantar
    kernet kondektur
    """.split()  # noqa: SIM905 -- a word list reads better than a page of quotes
)


def sektor_dari(pekerjaan: str) -> Sektor:
    """``tukang becak`` and ``kurir lepas`` are transport; what is not recognised is other work."""
    return Sektor.TRANSPORTASI if _TRANSPORTASI.intersection(_kata(pekerjaan)) else Sektor.LAIN


def _kata(pekerjaan: str) -> list[str]:
    return rapikan(pekerjaan).casefold().replace("-", " ").replace("/", " ").split()


#: Words for work that is certainly not transport; with none of either list the sector is a guess.
_PEKERJAAN_LAIN = frozenset(
    """
    pedagang penjual jualan dagang warung kios angkringan asongan petani tani peternak ternak nelayan kebun
    pekebun buruh bangunan batu kayu pijat penjahit jahit pembatik batik perajin pengrajin pemulung rongsok
    parkir jukir asisten pembantu art rumah cuci setrika laundry pengasuh guru ngaji marbot modin penyanyi
    seniman bengkel montir salon cukur pangkas juru masak koki katering kebersihan sampah satpam linmas makam
    kader posyandu tambal las
    """.split()  # noqa: SIM905 -- a word list reads better than a page of quotes
)


@lru_cache(maxsize=4096)
def sektor_jelas(pekerjaan: str, sektor: Sektor) -> bool:
    """Does the kind of work itself say this sector? Otherwise somebody should ask before it sets a price."""
    kata = _kata(pekerjaan)
    angkut = bool(_TRANSPORTASI.intersection(kata))
    if sektor is Sektor.TRANSPORTASI:
        return angkut
    return not angkut and bool(_PEKERJAAN_LAIN.intersection(kata))


class JenisKelamin(Status):
    L = "L", "Laki-laki"
    P = "P", "Perempuan"


class AsalPekerja(Status):
    """Who brought the worker in."""

    ASN = "asn", "Diketik oleh ASN"
    KECAMATAN = "kecamatan", "Diusulkan kecamatan"
    IMPOR = "impor", "Daftar yang diunggah"
    PELINDUNGAN = "pelindungan", "Daftar pelindungan yang berakhir"


class SumberPerlindungan(Status):
    """G6: what we computed is never shown as what BPJS has confirmed."""

    DIHITUNG = "dihitung", "Dihitung aplikasi"
    DIKONFIRMASI = "dikonfirmasi", "Dikonfirmasi BPJS"


class PutusanDuplikat(Status):
    MENUNGGU = "menunggu", "Menunggu pemeriksaan", "perlu"
    BEDA = "beda", "Orang yang berbeda"
    SAMA = "sama", "Orang yang sama"
    TOLAK = "tolak", "Ditolak"


S = StatusPekerja

#: The cover has not begun and nothing stands against it: a donor may take this worker.
DAPAT_DIASUH = (S.CALON, S.LAYAK, S.DUGA_DUPLIKAT)

#: BPJS has registered the worker and the membership has not ended.
TERDAFTAR_DI_BPJS = (S.TERDAFTAR, S.AKTIF, S.TENGGANG_1, S.TENGGANG_2)

_VER = frozenset({Peran.VERIFIKATOR})
_LIA = frozenset({Peran.PETUGAS_BPJS})


def _fields_for_bpjs(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """W7: nothing that BPJS's form asks for is missing."""
    if facts["kosong"]:
        return f"Data untuk formulir BPJS belum lengkap: {', '.join(facts['kosong'])}."
    return None


def _mandate_verified(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """W7: the donor's letter has been accepted at least."""
    if facts["mandat_disetujui"]:
        return None
    return "Surat kuasa donatur belum disetujui, sehingga pekerja belum dapat diajukan ke BPJS."


def _changed_since(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """W10: the same data would be refused again."""
    if facts["berubah"]:
        return None
    return "Data yang ditolak BPJS belum diperbaiki. Tunggu perbaikan dari ASN atau operator OPD."


def _caught_up(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """W11 and W14: no closed month is missing (any more)."""
    if "tertinggal" not in facts or facts["tertinggal"] <= 0:
        return None
    return "Masih ada bulan sebelumnya yang belum tercatat di BPJS; bulan yang tertua dibayar lebih dulu."


def _behind(bulan: int) -> Any:
    """W12, W13, W15: that many closed months are without a record."""

    def guard(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
        if "tertinggal" not in facts or facts["tertinggal"] >= bulan:
            return None
        return f"Belum {bulan} bulan tanpa catatan BPJS."

    return guard


def _confirmable(pekerja: Any, _by: Pelaku, _facts: dict[str, Any]) -> str | None:
    """W15: BPJS confirms what we had computed."""
    if pekerja.sumber is SumberPerlindungan.DIHITUNG:
        return None
    return "Perlindungan yang terhenti ini sudah dikonfirmasi BPJS."


def _young_enough(_pekerja: Any, _by: Pelaku, facts: dict[str, Any]) -> str | None:
    """W16: after a lapse the age limit counts again."""
    if "terlalu_tua" in facts and facts["terlalu_tua"]:
        return "Pekerja sudah berusia 65 tahun pada debet pertama, sehingga tidak dapat didaftarkan ulang."
    return None


#: W1: who brings workers in, by hand or with a list.
MENCATAT = frozenset(
    {Peran.ASN, Peran.OPERATOR_OPD, Peran.PETUGAS_KECAMATAN, Peran.PETUGAS_BPJS, Peran.ADMIN}
)


def in_scope(_pekerja: object, _by: Pelaku, _peran: Peran) -> bool:
    """Who may record whom is decided where the worker is brought in (own kecamatan, own sponsorship)."""
    return True


MACHINE = Machine(
    nama="pekerja",
    sebutan="Pekerja",
    in_scope=in_scope,
    moves=(
        Move(
            "W1", "catat", frozenset(), S.CALON,
            MENCATAT, "Catat", sistem=True,
        ),
        Move("W2", "layak", frozenset({S.CALON}), S.LAYAK, frozenset(), "Memenuhi syarat", sistem=True),
        # The automatic part of W2 runs when a worker is typed in, the verifikator's part comes later: a
        # worker may by then be "layak" (decisions/).
        Move(
            "W2", "tidak_layak", frozenset({S.CALON, S.LAYAK}), S.TIDAK_LAYAK, _VER, "Tidak memenuhi syarat",
            sistem=True,
        ),
        Move(
            "W3", "mirip", frozenset({S.CALON, S.LAYAK}), S.DUGA_DUPLIKAT, frozenset(), "Periksa", sistem=True
        ),
        Move("W4", "beda", frozenset({S.DUGA_DUPLIKAT}), S.LAYAK, _VER, "Orang yang berbeda"),
        # Merged into the older record: this one ends and points there (``digabung_ke``).
        Move("W4", "sama", frozenset({S.DUGA_DUPLIKAT}), S.BERAKHIR, _VER, "Gabungkan"),
        Move("W4", "tolak", frozenset({S.DUGA_DUPLIKAT}), S.TIDAK_LAYAK, _VER, "Tolak"),
        Move(
            "W5", "tercakup", frozenset({S.CALON, S.LAYAK, S.NONAKTIF}), S.DITANGGUNG_LAIN, frozenset(),
            "Dilindungi program lain", sistem=True,
        ),
        Move(
            "W6", "masa_habis", frozenset({S.DITANGGUNG_LAIN}), S.LAYAK, frozenset(), "Masa habis",
            sistem=True,
        ),
        Move(
            "W7", "kirim", frozenset({S.LAYAK}), S.DIAJUKAN_BPJS, _LIA, "Ajukan ke BPJS",
            penjaga=(_mandate_verified, _fields_for_bpjs),
        ),
        Move("W8", "terdaftar", frozenset({S.DIAJUKAN_BPJS}), S.TERDAFTAR, _LIA, "Diterima BPJS"),
        Move("W9", "ditolak", frozenset({S.DIAJUKAN_BPJS}), S.DITOLAK_BPJS, _LIA, "Ditolak BPJS"),
        Move(
            "W10", "perbaiki", frozenset({S.DITOLAK_BPJS}), S.LAYAK, _VER, "Setujui perbaikan",
            penjaga=(_changed_since,),
        ),
        Move("W10", "tidak_layak", frozenset({S.DITOLAK_BPJS}), S.TIDAK_LAYAK, _VER, "Tidak memenuhi syarat"),
        Move(
            "W11", "tercatat", frozenset({S.TERDAFTAR}), S.AKTIF, _LIA, "Terlindungi",
            penjaga=(_caught_up,),
        ),
        Move(
            "W12", "tertinggal", frozenset({S.AKTIF}), S.TENGGANG_1, frozenset(), "Satu bulan tanpa catatan",
            sistem=True, penjaga=(_behind(1),),
        ),
        Move(
            "W13", "tertinggal", frozenset({S.TENGGANG_1}), S.TENGGANG_2, frozenset(),
            "Dua bulan tanpa catatan", sistem=True, penjaga=(_behind(2),),
        ),
        Move(
            "W14", "terkejar", frozenset({S.TENGGANG_1, S.TENGGANG_2}), S.AKTIF, _LIA, "Tunggakan tercatat",
            penjaga=(_caught_up,),
        ),
        Move(
            "W15", "terhenti", frozenset({S.TENGGANG_2}), S.NONAKTIF, frozenset(), "Tiga bulan tanpa catatan",
            sistem=True, penjaga=(_behind(3),),
        ),
        Move(
            "W15", "konfirmasi", frozenset({S.NONAKTIF}), S.NONAKTIF, _LIA, "Konfirmasi BPJS",
            penjaga=(_confirmable,),
        ),
        Move(
            "W16", "daftar_ulang", frozenset({S.NONAKTIF}), S.LAYAK, _VER, "Daftarkan ulang",
            penjaga=(_young_enough,),
        ),
        # The state stays; the flag says that a lapse would be final.
        Move("W19", "usia65", frozenset({S.AKTIF}), S.AKTIF, frozenset(), "Berusia 65 tahun", sistem=True),
        Move(
            "W17", "meninggal", frozenset(set(S) - {S.BERAKHIR}), S.BERAKHIR, _LIA, "Meninggal dunia",
        ),
        Move(
            "W18", "keluar", frozenset(TERDAFTAR_DI_BPJS), S.BERAKHIR, _LIA | _VER, "Keluar dari kepesertaan",
        ),
    ),
)  # fmt: skip
