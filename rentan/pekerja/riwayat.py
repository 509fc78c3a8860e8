"""What each move of a worker's cover means to the donor, in a sentence."""

from __future__ import annotations

from rentan.core.riwayat import Kalimat

KALIMAT: Kalimat = {
    ("W1", "catat"): "Data pekerja dicatat",
    ("W2", "layak"): "Pekerja memenuhi syarat menurut datanya",
    ("W2", "tidak_layak"): "Pekerja dinyatakan tidak memenuhi syarat",
    ("W3", "mirip"): "Data pekerja sedang diperiksa",
    ("W4", "beda"): "Pemeriksaan data pekerja selesai, pendaftaran berlanjut",
    ("W4", "sama"): "Pekerja ini sudah tercatat lebih dahulu, datanya digabung",
    ("W4", "tolak"): "Data pekerja tidak dapat diterima",
    ("W5", "tercakup"): "Pekerja sudah dilindungi program lain",
    ("W6", "masa_habis"): "Pelindungan program lain berakhir",
    ("W7", "kirim"): "Pekerja diajukan ke BPJS Ketenagakerjaan",
    ("W8", "terdaftar"): "Pekerja terdaftar di BPJS Ketenagakerjaan",
    ("W9", "ditolak"): "BPJS Ketenagakerjaan menolak data pekerja",
    ("W10", "perbaiki"): "Perbaikan data pekerja diterima, akan diajukan lagi ke BPJS",
    ("W10", "tidak_layak"): "Pekerja tidak dapat didaftarkan ke BPJS",
    ("W17", "meninggal"): "Pekerja meninggal dunia",
    ("W18", "keluar"): "Pekerja keluar dari kepesertaan",
}
#: What the donor should know at that moment.
PENJELASAN = {
    "W8": "Terdaftar belum berarti terlindungi: perlindungan berlaku setelah BPJS mencatat iuran pertama.",
    "W9": "Yang perlu diperbaiki tampil di halaman Perbaikan, bila Anda yang dapat memperbaikinya.",
}
