"""The table of steps: what each one is called, where it is, and what is still missing in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rentan.core.clock import today
from rentan.pendaftaran.queries import Keadaan
from rentan.surat_kuasa.queries import plafon_usulan
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import bulan_pertama
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan


@dataclass(frozen=True)
class Langkah:
    """One step of the wizard; ``kurang`` answers finished sentences, empty when the step is complete."""

    kunci: str
    judul: str
    endpoint: str
    kurang: Callable[[Keadaan], list[str]]


def _data_diri(keadaan: Keadaan) -> list[str]:
    isian = keadaan.isian
    if keadaan.draf is None or not (isian.alamat and isian.kelurahan and isian.hp):
        return ["Periksa dan lengkapi data diri Anda."]
    return []


def _pekerja(keadaan: Keadaan) -> list[str]:
    return [] if keadaan.pekerja else ["Tambahkan paling sedikit satu pekerja."]


def _iuran(keadaan: Keadaan) -> list[str]:
    isian = keadaan.isian
    if not (isian.program and isian.nomor_rekening and isian.bulan_pertama):
        return ["Pilih program dan periode, lalu isi rekening."]
    if keadaan.terkunci:
        return []
    if isian.bulan_pertama < bulan_pertama(today()):
        return [
            f"Daftar debet {format_bulan(isian.bulan_pertama)} sudah ditutup. Pilih bulan pertama yang lain."
        ]
    least = plafon_usulan(keadaan.pekerja, keadaan.bulan_pertama)
    if keadaan.plafon < least:
        return [
            f"Batas tertinggi {format_rupiah(keadaan.plafon)} kurang untuk {len(keadaan.pekerja)} pekerja. "
            f"Isi paling sedikit {format_rupiah(least)}."
        ]
    return []


def _berkas(keadaan: Keadaan) -> list[str]:
    if keadaan.terkunci:
        return []
    if keadaan.surat is None or keadaan.surat.status is not StatusSurat.DICETAK:
        return ["Cetak surat kuasa, lalu tandatangani."]
    if keadaan.cetakan_usang:
        return ["Daftar pekerja berubah sejak surat dicetak. Buat surat versi baru, lalu cetak lagi."]
    missing = [f"Unggah {_in_sentence(one.label)}." for one in keadaan.berkas_kurang]
    if keadaan.isian.ditandatangani_pada is None:
        missing.append("Isi tanggal tanda tangan surat kuasa.")
    return missing


def _in_sentence(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


LANGKAH = (
    Langkah("data_diri", "Data diri", "pendaftaran.own_data", _data_diri),
    Langkah("pekerja", "Pekerja", "pendaftaran.list_workers", _pekerja),
    Langkah("iuran", "Iuran dan rekening", "pendaftaran.contribution", _iuran),
    Langkah("berkas", "Surat dan berkas", "pendaftaran.papers", _berkas),
)


def kekurangan(keadaan: Keadaan) -> list[tuple[Langkah, str]]:
    """Everything that still stands between this draft and its sending, in page order."""
    return [(one, kalimat) for one in LANGKAH for kalimat in one.kurang(keadaan)]


def first_open(keadaan: Keadaan) -> Langkah | None:
    """The step where the donor goes on; ``None`` when only the check is left."""
    return next((one for one in LANGKAH if one.kurang(keadaan)), None)


def count_done(keadaan: Keadaan) -> int:
    """How many steps are complete (0-4)."""
    return sum(not one.kurang(keadaan) for one in LANGKAH)
