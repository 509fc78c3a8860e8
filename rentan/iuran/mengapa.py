"""“Mengapa gaji saya (tidak) dipotong?”: sentences made of facts, so that they cannot disagree with them.

Pure: :class:`Fakta` in, sentences out; ``mengapa_fakta`` reads the facts from the rows. One table for the
state of a row, one for the reasons why there is no row; ``mengapa_debet`` tells what the next batch does with
it, ``mengapa_langkah`` has one sentence for each move on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import to_local
from rentan.iuran.mengapa_data import (
    Baris,
    Fakta,
    Kalimat,
    Penjelasan,
    alasan_terakhir,
    arti_kode,
    sebab_gagal,
)
from rentan.iuran.mengapa_debet import sesudah_gagal, terjadwal, tinggal
from rentan.iuran.mengapa_langkah import jalan
from rentan.iuran.status import StatusIuran
from rentan.iuran.tersetor import TIDAK_DITAGIH
from rentan.pekerja.masa import aman_sampai
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, format_hari, format_tanggal

S, A = StatusIuran, StatusAsuhan

# -- the answer, by the state of the row ------------------------------------------------------------------


def _ditahan(_f: Fakta, b: Baris) -> str:
    return f"Tidak dipotong. {b.alasan_tahan.label if b.alasan_tahan else 'Iuran ini sedang ditahan.'}"


def _dalam_batch(_f: Fakta, b: Baris) -> str:
    coba = b.terakhir
    kapan = f" dengan hari debet {format_hari(coba.tanggal)}" if coba and coba.tanggal else ""
    return f"Belum dipotong. Iuran {format_rupiah(b.tagihan)} sudah masuk paket debet{kapan}."


def _dikirim(_f: Fakta, b: Baris) -> str:
    coba = b.terakhir
    kapan = f" dengan hari debet {format_hari(coba.tanggal)}" if coba and coba.tanggal else ""
    return f"Menunggu jawaban bank atas permintaan potongan {format_rupiah(b.tagihan)}{kapan}."


def _tanpa_kabar(_f: Fakta, b: Baris) -> str:
    return (
        f"Belum pasti. Bank belum memberi kabar apakah {format_rupiah(b.tagihan)} sudah dipotong. Selama itu "
        "iuran ini tidak diminta lagi, supaya tidak terpotong dua kali."
    )


def _berhasil(_f: Fakta, b: Baris) -> str:
    kapan = f" pada {format_hari(b.dibayar_pada)}" if b.dibayar_pada else ""
    return f"Dipotong {format_rupiah(b.tagihan)}{kapan}."


def _gagal(_f: Fakta, b: Baris) -> str:
    coba = b.terakhir
    if _dibatalkan(b):
        return "Sempat dipotong, lalu debetnya dibatalkan bank."
    return f"Tidak dipotong: {sebab_gagal(coba.kode_hasil if coba else None, b.kelas_gagal)}."


def _dibatalkan(b: Baris) -> bool:
    """Is the failure that stands now a success which the bank took back (C15)?"""
    uang = [one.peristiwa for one in b.langkah if one.kode in ("C8", "C10", "C15")]
    return bool(uang) and uang[-1] == "terlambat_gagal"


def _dibayar_lain(_f: Fakta, b: Baris) -> str:
    if b.bayar is None:
        return "Tidak dipotong, karena sudah dibayar lewat jalan lain."
    return (
        f"Tidak dipotong, karena sudah dibayar {b.bayar.saluran.label.lower()} pada "
        f"{format_hari(b.bayar.tanggal)} (bukti {b.bayar.bukti})."
    )


def _dari_kredit(_f: Fakta, b: Baris) -> str:
    return f"Tidak dipotong, karena iuran {format_rupiah(b.jumlah)} dibayar dari kelebihan bayar."


def _dihapuskan(_f: Fakta, b: Baris) -> str:
    if any(one.peristiwa == "gugur" for one in b.langkah):
        return "Tidak dipotong, karena asuhan ini berhenti sebelum iurannya dibayar."
    return f"Tidak dipotong dan tidak ditagih lagi. Tagihan dihapuskan{alasan_terakhir(b, 'hapuskan')}."


def _dikembalikan(_f: Fakta, b: Baris) -> str:
    return f"Sudah dibayar, lalu uangnya dikembalikan{alasan_terakhir(b, 'kembalikan')}."


#: Every state of the money axis has its answer.
JAWABAN: dict[StatusIuran, Callable[[Fakta, Baris], str]] = {
    S.TERJADWAL: terjadwal,
    S.DITAHAN: _ditahan,
    S.DALAM_BATCH: _dalam_batch,
    S.DIKIRIM: _dikirim,
    S.TANPA_KABAR: _tanpa_kabar,
    S.BERHASIL: _berhasil,
    S.GAGAL: _gagal,
    S.DIBAYAR_LAIN: _dibayar_lain,
    S.DARI_KREDIT: _dari_kredit,
    S.DIHAPUSKAN: _dihapuskan,
    S.DIKEMBALIKAN: _dikembalikan,
}

# -- the answer where there is no row: the first reason that applies --------------------------------------

_BERHENTI = (A.MENCARI_PENGGANTI, A.DIALIHKAN, A.BERAKHIR)
_BELUM = (A.DITAHAN, A.DIUSULKAN, A.MENUNGGU_MANDAT)


def _mencakup(f: Fakta, sejak: date | None, sampai: date | None) -> bool:
    """Is the month within a pause of these first and last months?"""
    return (sejak is None or awal_bulan(sejak) <= f.bulan) and (sampai is None or f.bulan <= sampai)


def _dapat_diminta(f: Fakta) -> bool:
    """May the month still be scheduled, as far as the calendar goes?"""
    return f.bulan >= awal_bulan(f.hari_ini)


TANPA_BARIS: tuple[tuple[str, Callable[[Fakta], bool], Callable[[Fakta], str]], ...] = (
    (
        "tidak_jadi",
        lambda f: f.asuhan in (A.DITOLAK, A.KEDALUWARSA),
        lambda f: "Tidak ada potongan, karena pekerja ini tidak jadi diasuh.",
    ),
    (
        "berhenti",
        lambda f: f.asuhan in _BERHENTI,
        lambda f: (
            f"Tidak ada potongan, karena asuhan berhenti {format_tanggal(f.berhenti_pada)}."
            if f.berhenti_pada
            else "Tidak ada potongan, karena asuhan ini sudah berhenti."
        ),
    ),
    (
        "sementara_selesai",
        lambda f: f.sampai is not None and awal_bulan(f.sampai) < f.bulan,
        lambda f: f"Tidak ada potongan, karena asuhan sementara ini sampai {format_bulan(f.sampai)}.",  # type: ignore[arg-type]
    ),
    (
        "menunggu_surat",
        lambda f: f.asuhan in _BELUM and f.surat not in HIDUP,
        lambda f: "Belum ada potongan, karena surat kuasa belum berlaku.",
    ),
    (
        "menunggu_bpjs",
        lambda f: f.asuhan in _BELUM,
        lambda f: "Belum ada potongan, karena pekerja belum terdaftar di BPJS Ketenagakerjaan.",
    ),
    (
        "belum_mulai",
        lambda f: f.bulan_pertama is not None and f.bulan < awal_bulan(f.bulan_pertama),
        lambda f: f"Belum ada potongan. Iuran pertama adalah iuran {format_bulan(f.bulan_pertama)}.",  # type: ignore[arg-type]
    ),
    (
        "dijeda",
        lambda f: f.asuhan is A.DIJEDA and _mencakup(f, f.jeda_sejak, f.jeda_sampai),
        lambda f: (
            f"Tidak ada potongan, karena dijeda sampai {format_bulan(f.jeda_sampai)}."
            if f.jeda_sampai
            else "Tidak ada potongan, karena sedang dijeda."
        ),
    ),
    (
        "surat_ditangguhkan",
        lambda f: (
            f.surat is StatusSurat.DITANGGUHKAN and _mencakup(f, f.surat_jeda_sejak, f.surat_jeda_sampai)
        ),
        lambda f: "Tidak ada potongan, karena surat kuasa sedang ditangguhkan.",
    ),
    (
        "surat_tidak_berlaku",
        lambda f: f.surat not in HIDUP,
        lambda f: "Tidak ada potongan, karena tidak ada surat kuasa yang berlaku.",
    ),
    (
        "habis_masa",
        lambda f: f.masa is not None and f.masa < f.jadwal.debet,
        lambda f: f"Tidak ada potongan, karena masa kerja donatur berakhir {format_tanggal(f.masa)}.",  # type: ignore[arg-type]
    ),
    (
        "tidak_disebut",
        lambda f: not f.disebut and _dapat_diminta(f),
        lambda f: "Tidak ada potongan, karena surat kuasa tidak menyebut pekerja ini.",
    ),
    (
        "tidak_disetor",
        lambda f: _dapat_diminta(f) and tinggal(f) is not None,
        lambda f: f"Tidak ada potongan. {TIDAK_DITAGIH[alasan]}" if (alasan := tinggal(f)) else "",
    ),
    (
        "belum_dijadwalkan",
        lambda f: f.hari_ini < f.tempo.kandidat,
        lambda f: (
            f"Belum dijadwalkan. Daftar bulan ini disusun mulai {format_tanggal(f.tempo.kandidat)}; hari "
            f"debetnya {format_hari(f.tempo.debet)}."
        ),
    ),
    (
        "segera_dijadwalkan",
        lambda f: f.hari_ini <= f.tempo.kunci,
        lambda f: f"Belum dijadwalkan. Hari debet bulan ini {format_hari(f.tempo.debet)}.",
    ),
    (
        "tidak_ada",
        lambda f: True,
        lambda f: "Tidak ada tagihan untuk bulan ini, sehingga tidak ada potongan.",
    ),
)


# -- what comes next --------------------------------------------------------------------------------------


def _lanjutan(f: Fakta, b: Baris | None) -> list[Kalimat]:
    found = []
    if b is not None and b.status is S.GAGAL:
        kode = b.terakhir.kode_hasil if b.terakhir and not _dibatalkan(b) else None
        if kalimat := arti_kode(kode, b.kelas_gagal)[1]:
            found.append(Kalimat("sebab", kalimat))
        found.append(sesudah_gagal(f, b))
    if b is not None and b.kredit and b.status is not S.DARI_KREDIT:
        teks = f"{format_rupiah(b.kredit)} dari {format_rupiah(b.jumlah)} dibayar dari kelebihan bayar."
        found.append(Kalimat("kredit", teks))
    if b is not None and b.nomor_bukti and b.status in (S.BERHASIL, S.DIBAYAR_LAIN, S.DARI_KREDIT):
        found.append(Kalimat("bukti", f"Nomor kuitansi {b.nomor_bukti}."))
        if b.dibayar_pada and awal_bulan(b.dibayar_pada) < f.bulan:
            found.append(Kalimat("di_muka", f"Bulan ini dibayar di muka {format_tanggal(b.dibayar_pada)}."))
    if aman := kalimat_aman(f):
        found.append(aman)
    return found


def kalimat_aman(f: Fakta) -> Kalimat | None:
    """How long the worker is safe, as far as it is this donor's to know."""
    if f.asuhan not in (A.SIAP, A.AKTIF, A.DIJEDA, A.MENUNGGU_MANDAT):
        return None
    if f.lunas_sampai is None:
        if f.pekerja not in TERDAFTAR_DI_BPJS:
            return None
        return Kalimat("aman_belum", f"BPJS belum mencatat iuran untuk {f.nama}.")
    sampai = aman_sampai(f.lunas_sampai)
    if f.pekerja in (StatusPekerja.NONAKTIF, StatusPekerja.BERAKHIR) or sampai < f.hari_ini:
        return Kalimat(
            "aman_lewat",
            f"Iuran terakhir untuk {f.nama} yang tercatat di BPJS: {format_bulan(f.lunas_sampai)}.",
        )
    return Kalimat("aman", f"Perlindungan {f.nama} aman sampai {format_tanggal(sampai)}.")


def jelaskan(f: Fakta) -> Penjelasan:
    """The whole explanation for one worker and month."""
    if not f.baris:
        kode, _, teks = next(one for one in TANPA_BARIS if one[1](f))
        return Penjelasan(Kalimat(kode, teks(f)), (), tuple(_lanjutan(f, None)))
    baris = f.baris[-1]
    langkah: list[Kalimat] = []
    for one in f.baris:
        langkah += jalan(f, one)
    jawaban = Kalimat(baris.status.value, JAWABAN[baris.status](f, baris))
    return Penjelasan(jawaban, tuple(langkah), tuple(_lanjutan(f, baris)))


def hari_kalimat(satu: Kalimat) -> str:
    """The day of a sentence as people read it."""
    return format_hari(to_local(satu.pada).date()) if satu.pada else ""


def garis_waktu(langkah: Sequence[Kalimat]) -> list[dict[str, str]]:
    """For ``components/garis_waktu.html``."""
    return [{"judul": one.teks, "waktu": hari_kalimat(one)} for one in langkah]
