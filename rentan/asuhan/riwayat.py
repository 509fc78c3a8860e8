"""The way of one sponsorship in sentences, made from its history rows: it cannot disagree with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE, StatusAsuhan
from rentan.core.clock import today
from rentan.core.riwayat import Kalimat, Kejadian, kejadian, list_langkah
from rentan.pekerja.riwayat import KALIMAT as KALIMAT_PEKERJA
from rentan.pekerja.riwayat import PENJELASAN
from rentan.pekerja.status import MACHINE as MESIN_PEKERJA
from rentan.pekerja.status import StatusPekerja
from rentan.tarif.queries import bulan_pertama, hari_debet
from rentan.util.tanggal import format_hari, format_tanggal

KALIMAT: Kalimat = {
    ("A1", "pesan"): "Dipegang dari daftar calon",
    ("A2", "perpanjang"): "Masa pegang diperpanjang",
    ("A3", "lewat_waktu"): "Masa pegang lewat, pekerja kembali ke daftar calon",
    ("A4", "usulkan"): "Diusulkan sebagai pekerja asuhan",
    ("A5", "layak"): "Pekerja diterima verifikator",
    ("A6", "tidak_layak"): "Pekerja tidak dapat diasuh",
    ("A7", "siap"): "Siap didebit: surat kuasa berlaku dan pekerja terdaftar di BPJS",
    ("A8", "iuran_tercatat"): "Iuran pertama tercatat di BPJS",
    ("A9", "jeda"): "Potongan untuk pekerja ini dijeda",
    ("A9", "lanjut"): "Jeda selesai, potongan berlanjut",
    ("A10", "henti"): "Asuhan berhenti",
    ("A11", "pengganti_siap"): "Dilanjutkan donatur pengganti tanpa bulan kosong",
    ("A12", "kembali"): "Donatur kembali mengasuh pekerja ini",
    ("A13", "tanpa_pengganti"): "Asuhan berakhir karena tidak ada pengganti",
    ("A14", "pekerja_keluar"): "Asuhan berakhir karena keadaan pekerja",
    ("A15", "batal"): "Asuhan dibatalkan",
    ("A16", "buka_kembali"): "Asuhan dibuka kembali, pengganti dicarikan",
}
#: Why a sponsorship ended, for the reason codes that tell the donor something.
ALASAN = {
    "meninggal": "Pekerja meninggal dunia.",
    "jadi_pu": "Pekerja sudah menjadi karyawan yang iurannya dibayar pemberi kerja.",
    "menolak": "Pekerja tidak bersedia.",
    "data_palsu": "Data pekerja tidak benar.",
    "pindah": "Pekerja pindah dan memilih tidak melanjutkan.",
    "duplikat": "Pekerja ini sudah diasuh ASN lain. Anda dapat memilih pekerja lain dari daftar calon.",
    "perbaikan_basi": "Permintaan perbaikan surat kuasa tidak dijawab sampai batas waktunya.",
    "tanpa_pengganti": "Dua bulan berlalu tanpa donatur pengganti.",
    "masa_habis": "Masa kerja atau masa surat kuasanya sudah habis.",
    "talangan_selesai": "Masa talangan sudah selesai; donatur tetap dicarikan.",
    "mandat_dicabut": "Surat kuasanya dicabut sebelum ada potongan.",
}
#: Where a donor's own part in the worker's way is over.
SELESAI = frozenset(
    {StatusAsuhan.DIALIHKAN, StatusAsuhan.BERAKHIR, StatusAsuhan.DITOLAK, StatusAsuhan.KEDALUWARSA}
)
#: Proposed or accepted, and nothing was debited yet.
BELUM_DIDEBET = frozenset({StatusAsuhan.DIUSULKAN, StatusAsuhan.MENUNGGU_MANDAT, StatusAsuhan.SIAP})
#: Moves of one transaction differ by moments.
SEKEJAP = timedelta(minutes=1)

_KALIMAT = {
    StatusAsuhan.DIUSULKAN: "Pekerja tercatat untuk Anda. Verifikator memutuskannya bersama surat kuasa "
    "Anda.",
    StatusAsuhan.MENUNGGU_MANDAT: "Pekerja memenuhi syarat. Iuran dimulai setelah surat kuasa Anda "
    "berlaku dan pekerja terdaftar di BPJS Ketenagakerjaan.",
    StatusAsuhan.SIAP: "Siap didebet; iuran pertamanya belum tercatat.",
    StatusAsuhan.AKTIF: "Iuran pertama sudah tercatat.",
    StatusAsuhan.DIJEDA: "Dijeda; tidak ada potongan selama jeda.",
    StatusAsuhan.MENCARI_PENGGANTI: "Anda berhenti mengasuh pekerja ini.",
    StatusAsuhan.DIALIHKAN: "Dilanjutkan oleh ASN lain.",
    StatusAsuhan.BERAKHIR: "Sudah berakhir; tidak ada potongan untuk pekerja ini.",
    StatusAsuhan.DITOLAK: "Tidak dapat dilanjutkan. Anda dapat memilih pekerja lain dari daftar calon.",
    StatusAsuhan.KEDALUWARSA: "Masa pegang sudah lewat; pekerja kembali ke daftar calon.",
}
#: Why a successor is looked for, where it is not that the donor stopped.
_DICARI = {
    None: "Asuhan dibuka kembali.",
    "talangan_selesai": "Masa talangan Anda sudah selesai.",
    "masa_habis": ALASAN["masa_habis"],
}
#: Rooms to the right answer whether this worker waits on the board (the donor may not have wanted it), and
#: which of these sponsorships have no next debit day to be told: paused, or an earlier month is under way.
DICARIKAN: list[Callable[[uuid.UUID], bool]] = []
TANPA_TANGGAL: list[Callable[[Sequence[Asuhan]], set[uuid.UUID]]] = []


def kalimat(asuhan: Asuhan) -> str:
    """The present state in a sentence: what it means and what comes next."""
    if asuhan.status is StatusAsuhan.DITAHAN and asuhan.ditahan_sampai is not None:
        return (
            f"Anda memegang pekerja ini sampai {format_hari(asuhan.ditahan_sampai)}. Masukkan ke pendaftaran "
            "sebelum hari itu berakhir; sesudahnya pekerja kembali ke daftar calon."
        )
    if asuhan.status in DIUSULKAN_KE_ATAS and asuhan.pekerja.status is StatusPekerja.DUGA_DUPLIKAT:
        return "Data pekerja ini sedang diperiksa verifikator. Anda tidak perlu melakukan apa pun."
    if asuhan.status is StatusAsuhan.MENCARI_PENGGANTI:
        sebab = _DICARI.get(asuhan.alasan_akhir, _KALIMAT[asuhan.status])
        dicarikan = any(one(asuhan.pekerja_id) for one in DICARIKAN)
        return f"{sebab} Kami mencarikan pengganti bagi pekerja ini." if dicarikan else sebab
    if asuhan.status is StatusAsuhan.AKTIF and not _tercatat(asuhan):
        return "Asuhan ini berjalan."  # taken back (A12) before a first month was recorded
    return _KALIMAT[asuhan.status]


def _tercatat(asuhan: Asuhan) -> bool:
    """Has BPJS recorded a month that this donor pays?"""
    lunas, mulai = asuhan.pekerja.lunas_sampai, asuhan.bulan_pertama
    return lunas is not None and (mulai is None or lunas >= mulai)


#: A room to the right answers what its own machine did to these sponsorships, for many in a few queries.
Sumber = Callable[[Sequence[Asuhan]], Iterable[tuple[uuid.UUID, Kejadian]]]
_SUMBER: list[Sumber] = []


def add_sumber(sumber: Sumber) -> None:
    """Announce a room whose rows belong on the timeline (letters, verification, cards)."""
    if sumber not in _SUMBER:
        _SUMBER.append(sumber)


def list_peristiwa(rows: Iterable[Asuhan]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """The timeline of each sponsorship for ``components/garis_waktu.html``, from the history rows of every
    machine that touches its worker; the number of queries does not grow with the number of workers.

    For the donor's own page: "oleh Anda" is the donor, staff are named by role only.
    """
    by_id = {one.id: one for one in rows}
    found: dict[uuid.UUID, list[Kejadian]] = {one: [] for one in by_id}
    if not by_id:
        return {}
    rows = list(by_id.values())
    # Moves of one instant stand in the order of cause: the letter, then the worker, then the sponsorship.
    for sumber in _SUMBER:
        for asuhan_id, one in sumber(rows):
            found[asuhan_id].append(one)
    for asuhan_id, one in _pekerja(rows):
        found[asuhan_id].append(one)
    akhir: dict[uuid.UUID, datetime] = {}
    for step in list_langkah(MACHINE.nama, by_id.keys()):
        found[step.objek_id].append(kejadian(step, KALIMAT, ALASAN.get(step.alasan or "", "")))
        if by_id[step.objek_id].status in SELESAI:
            akhir[step.objek_id] = step.pada + SEKEJAP
    menunggu = [one for one in rows if one.status in BELUM_DIDEBET and one.bulan_pertama is not None]
    tunda = {asuhan_id for one in TANPA_TANGGAL if menunggu for asuhan_id in one(menunggu)}
    hasil: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for asuhan_id, asuhan in by_id.items():
        # What happens to the worker, the letter or the card after the sponsorship is no longer the donor's.
        batas = akhir.get(asuhan_id)
        tampil = [one for one in found[asuhan_id] if batas is None or one.pada <= batas]
        urut = sorted(tampil, key=lambda one: one.pada)
        hasil[asuhan_id] = [one.baris(milik_sendiri=True) for one in urut]
        if asuhan_id not in tunda:
            hasil[asuhan_id] += _next(asuhan)
    return hasil


def _pekerja(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The worker's cover, from the day this donor came: what was before is another's matter."""
    per_pekerja: dict[uuid.UUID, list[Asuhan]] = {}
    for one in rows:
        per_pekerja.setdefault(one.pekerja_id, []).append(one)
    for step in list_langkah(MESIN_PEKERJA.nama, per_pekerja.keys()):
        for asuhan in per_pekerja[step.objek_id]:
            if step.pada > asuhan.dibuat_pada:
                isi = PENJELASAN.get(step.langkah, "")
                yield asuhan.id, kejadian(step, KALIMAT_PEKERJA, isi)


def _next(asuhan: Asuhan) -> list[dict[str, Any]]:
    """What comes, as far as it is known."""
    if asuhan.status is StatusAsuhan.DITAHAN and asuhan.ditahan_sampai is not None:
        return [
            {
                "judul": "Hari terakhir masa pegang",
                "waktu": format_tanggal(asuhan.ditahan_sampai),
                "keadaan": "nanti",
            }
        ]
    if asuhan.status in BELUM_DIDEBET and asuhan.bulan_pertama is not None:
        # A first month whose list is closed by now is not debited any more: the next open one is.
        bulan = max(asuhan.bulan_pertama, bulan_pertama(today()))
        siap = asuhan.status is StatusAsuhan.SIAP
        return [
            {
                "judul": "Debet berikutnya paling cepat" if siap else "Debet pertama paling cepat",
                "waktu": format_tanggal(hari_debet(bulan)),
                "keadaan": "nanti",
                "isi": "" if siap else "Bila berkas Anda sudah disetujui sebelum batas berkas bulan itu.",
            }
        ]
    return []
