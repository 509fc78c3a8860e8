"""What the next batch does with a month that is not paid, in the words of the donor; pure.

The same questions in the same order as ``autodebet.debet_isi`` asks them of the rows.
"""

from __future__ import annotations

from datetime import date

from rentan.asuhan.status import TERBUKA
from rentan.iuran.jadwal import MUNDUR
from rentan.iuran.mengapa_data import Baris, Fakta, Kalimat
from rentan.iuran.status import AlasanTahan, HasilCoba, KelasGagal
from rentan.iuran.tersetor import SELAMANYA, TIDAK_DITAGIH, AlasanTinggal, tak_tersetor
from rentan.paket.status import JenisPaket
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, format_hari, tambah_bulan

_JALAN_LAIN = "Iuran ini dapat dibayar tunai atau transfer."
_PERBAIKI = Kalimat(
    "perbaiki_rekening", "Tidak dicoba lagi sebelum rekeningnya diperbaiki dengan surat kuasa versi baru."
)


def tinggal(f: Fakta, b: Baris | None = None) -> AlasanTinggal | None:
    """Why the month cannot go to BPJS now: nothing is collected for it meanwhile."""
    if b is None:
        return tak_tersetor(f.bulan, f.pekerja, f.mulai_masa, f.lunas_sampai)
    return tak_tersetor(f.bulan, f.pekerja, f.mulai_masa, f.lunas_sampai, bpjs=b.status_bpjs)


def bulan_paket(f: Fakta) -> date:
    """The month of the batches that are about this contribution now."""
    return max(f.tempo.bulan, awal_bulan(f.hari_ini))


def terjadwal(f: Fakta, b: Baris) -> str:
    """Of a scheduled month: what stands in its way, else the day while the file of that day is open."""
    paket = bulan_paket(f)
    if alasan := tinggal(f, b):
        return f"Belum dipotong. {TIDAK_DITAGIH[alasan]}"
    if f.bulan < tambah_bulan(paket, -MUNDUR):
        return f"Tidak dipotong lagi, karena sudah lebih dari dua bulan. {_JALAN_LAIN}"
    if tahan := b.halangan.get(paket):
        return f"Belum dipotong. {tahan.label}"
    if f.hari_ini < f.tempo.kirim and not f.paket_dikunci:
        return f"Akan dipotong {format_rupiah(b.tagihan)} pada {format_hari(f.tempo.debet)}."
    return f"Belum dipotong. Iuran {format_rupiah(b.tagihan)} menunggu paket debet berikutnya."


def sesudah_gagal(f: Fakta, b: Baris) -> Kalimat:
    """Of a month that failed: whether, and from when on, the bank is asked again."""
    if alasan := tinggal(f, b):
        kata = "Tidak" if alasan in SELAMANYA else "Belum"
        return Kalimat("tidak_disetor", f"{kata} dicoba lagi. {TIDAK_DITAGIH[alasan]}")
    if b.kelas_gagal not in (KelasGagal.COBA_LAGI, KelasGagal.PERBAIKI_DATA):
        return Kalimat("tidak_dicoba", f"Tidak dicoba lagi. {_JALAN_LAIN}")
    if f.asuhan not in TERBUKA and not f.talangan_selesai:
        return Kalimat("asuhan_berhenti", "Tidak dicoba lagi, karena asuhan ini sudah berhenti.")
    paket = bulan_paket(f)
    lewat = [one for one in b.coba if one.hasil is not HasilCoba.DIKELUARKAN and one.bulan == paket]
    habis = len(lewat) >= f.maks_coba
    if habis:
        paket = tambah_bulan(paket, 1)
    if f.bulan < tambah_bulan(paket, -MUNDUR):
        return Kalimat("terlalu_lama", f"Tidak dicoba lagi, karena sudah lebih dari dua bulan. {_JALAN_LAIN}")
    if b.kelas_gagal is KelasGagal.PERBAIKI_DATA:
        return _PERBAIKI
    if tahan := b.halangan.get(paket):
        return _tertahan(tahan)
    if habis:
        teks = f"Sudah dicoba {len(lewat)} kali; dapat dicoba lagi mulai {format_bulan(paket)}."
        return Kalimat("bulan_depan", teks)
    if (
        paket == f.tempo.bulan
        and f.hari_ini <= f.tempo.ulang
        and all(one.jenis is not JenisPaket.ULANG for one in lewat)
    ):
        return Kalimat("dicoba_lagi", f"Direncanakan dicoba lagi {format_hari(f.tempo.ulang)}.")
    return Kalimat("dapat_dicoba", "Dapat dicoba lagi pada paket debet ulang berikutnya.")


def _tertahan(tahan: AlasanTahan) -> Kalimat:
    if tahan is AlasanTahan.REKENING:
        return _PERBAIKI
    if tahan is AlasanTahan.JEDA:
        return Kalimat("dijeda", "Belum dicoba lagi selama potongan dijeda.")
    return Kalimat("tanpa_surat", f"Tidak dicoba lagi tanpa surat kuasa yang berlaku. {_JALAN_LAIN}")
