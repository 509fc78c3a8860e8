"""Why a contribution is written off (C13) or given back (C14), and what is carried over paid out."""

from __future__ import annotations

from rentan.iuran.status import JenisUsul

#: Reason codes with the words that the donor reads.
HAPUSKAN = {
    "pekerja_meninggal": "Pekerja meninggal dunia",
    "donatur_meninggal": "Donatur meninggal dunia",
    "salah_kami": "Kesalahan pada pihak kami",
    "tidak_terlindungi": "Bulan itu tidak dapat lagi dilindungi",
    "dibayar_pihak_lain": "Bulan itu sudah dibayar pihak lain",
    "tidak_tertagih": "Tidak dapat ditagih lagi",
}
#: The bank has taken the money back already.
TAGIHAN_BALIK = "tagihan_balik"
KEMBALIKAN = {
    TAGIHAN_BALIK: "Bank menagih kembali uangnya",
    "sesudah_cabut": "Didebet sesudah surat kuasa dicabut",
    "salah_donatur": "Didebet dari donatur yang keliru",
    "pekerja_meninggal": "Pekerja meninggal dunia",
}
SISA = {
    "berhenti": "Donatur tidak lagi mengasuh pekerja",
    "donatur_meninggal": "Donatur meninggal dunia; dibayarkan kepada ahli waris",
    "pindah": "Donatur pindah ke luar pemerintah kota",
}
ALASAN: dict[JenisUsul, dict[str, str]] = {
    JenisUsul.HAPUSKAN: HAPUSKAN,
    JenisUsul.KEMBALIKAN: KEMBALIKAN,
    JenisUsul.SISA: SISA,
}
ALASAN_USUL = HAPUSKAN | KEMBALIKAN
