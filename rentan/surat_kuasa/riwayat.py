"""What each move of a letter means, in a sentence; and a letter's part in the way of each worker it names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.core.riwayat import Kalimat, Kejadian, kejadian, list_langkah
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import MACHINE

KALIMAT: Kalimat = {
    ("M1", "buat"): "Surat kuasa dibuat",
    ("M2", "cetak"): "Surat kuasa dicetak, menunggu tanda tangan",
    ("M3", "ubah"): "Surat kuasa diubah menjadi versi baru",
    ("M4", "unggah"): "Surat kuasa dikirim untuk diverifikasi",
    ("M5", "ambil"): "Berkas mulai diperiksa",
    ("M6", "lepas"): "Berkas kembali ke antrean verifikasi",
    ("M7", "minta_perbaikan"): "Perbaikan berkas diminta",
    ("M8", "kirim_ulang"): "Perbaikan dikirim, menunggu diperiksa lagi",
    ("M9", "setujui"): "Surat kuasa disetujui",
    ("M10", "tolak"): "Surat kuasa ditolak",
    ("M11", "masuk_paket"): "Surat kuasa dikirim ke bank",
    ("M12", "berlakukan"): "Surat kuasa diberlakukan",
    ("M13", "bank_menerima"): "Bank menerima surat kuasa; surat berlaku",
    ("M14", "bank_menolak"): "Bank menolak surat kuasa",
    ("M15", "perbaiki"): "Gambar berkas diminta diperbaiki karena ditolak bank",
    ("M15", "perbaiki_data"): "Versi baru surat kuasa dibuka karena ditolak bank",
    ("M16", "jeda"): "Potongan dijeda",
    ("M17", "lanjut"): "Jeda selesai, potongan berlanjut",
    ("M18", "cabut"): "Anda berhenti; pencabutan surat kuasa diterima",
    ("M19", "cabut_selesai"): "Pencabutan surat kuasa selesai",
    ("M20", "diganti"): "Surat kuasa diganti versi yang baru",
    ("M21", "habis_masa"): "Surat kuasa berakhir karena masanya habis",
    ("M22", "batal"): "Surat kuasa dibatalkan",
    ("M23", "basi"): "Surat kuasa berakhir karena permintaan perbaikan tidak dijawab",
}


#: M10: the final reasons, as the donor reads them.
ALASAN_DITOLAK: dict[str, str] = {
    "bukan_asn": "Menurut daftar pegawai, pemberi kuasa bukan ASN kota ini.",
    "rekening_orang_lain": "Rekening pada surat itu milik orang lain.",
    "palsu": "Tanda tangan atau berkasnya dinilai tidak asli.",
    "ditarik": "Pemberi kuasa menarik suratnya.",
}


#: M21, said to the donor.
ALASAN_HABIS = {
    "masa_kerja": " karena masa kerja Anda berakhir menurut daftar pegawai",
    "tanpa_debet": " karena sudah lama tidak ada potongan",
}
#: M22 by a verifikator, where the code alone tells the donor something.
ALASAN_DIBATALKAN = {"masa_kerja": "Menurut daftar pegawai masa kerja pemberi kuasa sudah berakhir."}


def alasan_ditolak(langkah: Riwayat) -> str:
    """M10: why, and what next. Notes of the verifikator are for colleagues."""
    sebab = ALASAN_DITOLAK.get(langkah.alasan or "", "")
    return f"{sebab} Surat yang baru dapat dibuat; bila putusan ini keliru, hubungi admin.".strip()


def _isi(langkah: Riwayat) -> str:
    if langkah.langkah == "M10":
        return alasan_ditolak(langkah)
    if langkah.langkah == "M22":
        return langkah.catatan or ALASAN_DIBATALKAN.get(langkah.alasan or "", "")
    return ""


#: What a move says to whoever is not the donor.
_BUKAN_PEMILIK = {("M18", "cabut"): "ASN berhenti; pencabutan surat kuasa diterima"}


def kejadian_surat(surat: SuratKuasa, *, milik_sendiri: bool) -> list[Kejadian]:
    """The letter's own timeline. Notes of a cancellation are shown, as they were written for the donor."""
    kalimat = KALIMAT if milik_sendiri else {**KALIMAT, **_BUKAN_PEMILIK}
    return [kejadian(one, kalimat, _isi(one)) for one in list_langkah(MACHINE.nama, [surat.id])]


#: These write one row for the version that ends and one for the version that begins: one event to the donor.
_DUA_BARIS = ("M3", "M15")


def sumber(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The moves of every letter that names these sponsorships."""
    query = select(SuratPekerja.surat_kuasa_id, SuratPekerja.asuhan_id).where(
        SuratPekerja.asuhan_id.in_([one.id for one in rows])
    )
    bernama: dict[uuid.UUID, list[uuid.UUID]] = {}
    for surat_id, asuhan_id in db.session.execute(query):
        bernama.setdefault(surat_id, []).append(asuhan_id)
    for langkah in list_langkah(MACHINE.nama, bernama.keys()):
        if langkah.dari is None and langkah.langkah in _DUA_BARIS:
            continue
        for asuhan_id in bernama[langkah.objek_id]:
            yield asuhan_id, kejadian(langkah, KALIMAT, _isi(langkah) if langkah.langkah == "M10" else "")
