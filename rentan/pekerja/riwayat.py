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
    ("W11", "tercatat"): "Iuran tercatat di BPJS Ketenagakerjaan, pekerja terlindungi",
    ("W12", "tertinggal"): "Satu bulan berlalu tanpa iuran tercatat, perlindungan berisiko",
    ("W13", "tertinggal"): "Dua bulan berlalu tanpa iuran tercatat, perlindungan hampir terhenti",
    ("W14", "terkejar"): "Iuran yang tertunggak tercatat di BPJS, pekerja kembali terlindungi",
    ("W15", "terhenti"): "Tiga bulan berlalu tanpa iuran tercatat, perlindungan terhenti",
    ("W15", "konfirmasi"): "BPJS Ketenagakerjaan memastikan bahwa perlindungan terhenti",
    ("W16", "daftar_ulang"): "Pekerja didaftarkan ulang, masa kepesertaan mulai dari nol",
    ("W19", "usia65"): "Pekerja berusia 65 tahun dan tetap dapat dilanjutkan",
    ("W17", "meninggal"): "Pekerja meninggal dunia",
    ("W18", "keluar"): "Pekerja keluar dari kepesertaan",
}
#: What the donor should know at that moment.
PENJELASAN = {
    "W8": "Terdaftar belum berarti terlindungi: perlindungan berlaku setelah BPJS mencatat iuran pertama.",
    "W9": "Yang perlu diperbaiki tampil di halaman Perbaikan, bila Anda yang dapat memperbaikinya.",
    "W12": "Bulan yang belum tercatat masih dapat dibayar; bulan yang tertua lebih dahulu.",
    "W13": "Bila satu bulan lagi tidak tercatat, masa kepesertaan mulai dari nol.",
    "W15": "Pendaftaran ulang mensyaratkan usia di bawah 65 tahun, dan masa kepesertaan mulai dari nol.",
    "W19": "Bila iurannya terputus, pekerja tidak dapat didaftarkan kembali.",
}
