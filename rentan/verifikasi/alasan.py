"""Closed lists of the verifikator: what to look at, and the reasons with the sentence that the donor reads.

At most nine reasons per list: each has a key from 1 to 9 (delight.md 13). An empty ``kalimat`` asks the
verifikator for words of his own.
"""

from __future__ import annotations

from dataclasses import dataclass

from rentan.berkas.status import JenisBerkas
from rentan.verifikasi.status import HasilPutusan


@dataclass(frozen=True)
class Alasan:
    """One reason. ``hasil``: repair or (workers only) refusal; ``tidak_layak``: the person cannot be covered
    by anybody (W2), not only in this sponsorship (A6)."""

    kode: str
    label: str
    kalimat: str
    hasil: HasilPutusan = HasilPutusan.PERBAIKI
    tidak_layak: bool = False


LAIN = Alasan("lain", "Lainnya, tulis sendiri", "")
T = HasilPutusan.TOLAK

ALASAN_BERKAS: dict[JenisBerkas, tuple[Alasan, ...]] = {
    JenisBerkas.SURAT_KUASA: (
        Alasan(
            "tanpa_tanda_tangan",
            "Tanda tangan tidak ada",
            "Surat kuasa belum Anda tandatangani. Tandatangani di tempat yang tersedia, lalu unggah kembali.",
        ),
        Alasan(
            "meterai",
            "Meterai tidak ada atau tidak terkena tanda tangan",
            "Meterai belum ditempel atau belum terkena tanda tangan. Tempelkan meterai, tandatangani hingga "
            "mengenai meterai, lalu unggah kembali.",
        ),
        Alasan(
            "tanda_tangan_beda",
            "Tanda tangan berbeda dari KTP",
            "Tanda tangan pada surat berbeda dari tanda tangan pada KTP Anda. Tandatangani ulang sesuai KTP.",
        ),
        Alasan(
            "halaman_kurang",
            "Halaman tidak lengkap",
            "Halaman surat kuasa tidak lengkap. Pindai semua halaman ke dalam satu PDF, lalu unggah kembali.",
        ),
        Alasan(
            "terpotong",
            "Ada bagian yang terpotong",
            "Ada bagian surat yang terpotong. Pindai ulang hingga keempat tepi kertas terlihat.",
        ),
        Alasan(
            "buram",
            "Tidak terbaca",
            "Tulisan pada gambar surat tidak terbaca. Pindai atau potret ulang di tempat terang.",
        ),
        Alasan(
            "coretan",
            "Ada coretan atau tulisan tambahan",
            "Ada coretan atau tulisan tambahan pada surat. Cetak ulang surat yang sama, tandatangani, lalu "
            "unggah kembali.",
        ),
        Alasan(
            "surat_lain",
            "Bukan surat ini atau versi lama",
            "Berkas yang diunggah bukan surat kuasa versi ini. Unggah surat dengan nomor dan versi yang sama "
            "dengan yang tercantum pada halaman ini.",
        ),
        LAIN,
    ),
    JenisBerkas.KTP: (
        Alasan(
            "buram",
            "Tidak terbaca",
            "Tulisan pada gambar KTP tidak terbaca. Potret ulang di tempat terang tanpa kilau.",
        ),
        Alasan(
            "terpotong",
            "Ada bagian yang terpotong",
            "Ada bagian KTP yang terpotong. Potret ulang hingga keempat sudutnya terlihat.",
        ),
        Alasan(
            "bukan_ktp",
            "Bukan KTP",
            "Berkas yang diunggah bukan KTP. Unggah KTP Anda yang masih berlaku.",
        ),
        Alasan(
            "orang_lain",
            "KTP orang lain",
            "KTP yang diunggah bukan KTP Anda. Unggah KTP atas nama Anda sendiri.",
        ),
        Alasan(
            "nama_beda",
            "Nama berbeda dari daftar pegawai",
            "Nama pada KTP berbeda dari nama Anda di daftar pegawai. Unggah KTP yang sesuai, atau jelaskan "
            "perbedaannya melalui sanggahan.",
        ),
        Alasan(
            "lahir_beda",
            "Tanggal lahir berbeda dari NIP",
            "Tanggal lahir pada KTP berbeda dari tanggal lahir dalam NIP Anda. Jelaskan perbedaannya melalui "
            "sanggahan, atau unggah KTP yang benar.",
        ),
        LAIN,
    ),
    JenisBerkas.BUKU_REKENING: (
        Alasan(
            "buram",
            "Tidak terbaca",
            "Tulisan pada gambar buku rekening tidak terbaca. Potret ulang di tempat terang.",
        ),
        Alasan(
            "terpotong",
            "Ada bagian yang terpotong",
            "Ada bagian yang terpotong. Potret ulang hingga nomor rekening dan nama pemilik terlihat.",
        ),
        Alasan(
            "nomor_beda",
            "Nomor rekening berbeda dari surat",
            "Nomor rekening pada buku berbeda dari nomor dalam surat kuasa. Unggah buku rekening yang sesuai "
            "dengan surat kuasa.",
        ),
        Alasan(
            "nama_beda",
            "Nama pemilik berbeda",
            "Nama pemilik pada buku rekening berbeda dari nama Anda. Unggah buku rekening atas nama Anda "
            "sendiri.",
        ),
        Alasan(
            "halaman_salah",
            "Bukan halaman depan",
            "Gambar yang diunggah bukan halaman depan buku rekening. Unggah halaman yang memuat nomor dan "
            "nama pemilik.",
        ),
        Alasan(
            "bank_lain",
            "Rekening bank lain",
            "Buku rekening ini dari bank lain. Unggah buku rekening dari bank yang tercantum dalam surat "
            "kuasa.",
        ),
        LAIN,
    ),
}

ALASAN_PEKERJA: tuple[Alasan, ...] = (
    Alasan(
        "nik_salah",
        "NIK tidak cocok dengan data diri",
        "NIK pekerja tidak cocok dengan nama atau tanggal lahirnya. Periksa KTP pekerja, lalu perbaiki "
        "datanya.",
    ),
    Alasan(
        "nama_salah",
        "Nama keliru",
        "Nama pekerja tampaknya keliru. Tulis nama lengkap sesuai KTP pekerja.",
    ),
    Alasan(
        "lahir_salah",
        "Tanggal lahir keliru",
        "Tanggal lahir pekerja tampaknya keliru. Tulis tanggal lahir sesuai KTP pekerja.",
    ),
    Alasan(
        "pekerjaan_tidak_jelas",
        "Pekerjaan atau tempat kerja tidak jelas",
        "Pekerjaan atau tempat kerja belum jelas. Tulis pekerjaan sehari-hari dan tempat bekerjanya.",
    ),
    Alasan(
        "alamat_tidak_jelas",
        "Alamat tidak jelas",
        "Alamat pekerja belum jelas. Tulis nama jalan, nomor, RT, RW, dan kelurahannya.",
    ),
    Alasan(
        "penerima_upah",
        "Sudah bekerja pada pemberi kerja (ditolak)",
        "Pekerja ini menerima upah dari pemberi kerja, sehingga jaminannya menjadi kewajiban pemberi kerja "
        "itu. Pilih pekerja lain.",
        T,
        tidak_layak=True,
    ),
    Alasan(
        "usia",
        "Usia melewati batas (ditolak)",
        "Usia pekerja melewati batas pada hari debet pertama. Pilih pekerja lain.",
        T,
        tidak_layak=True,
    ),
    Alasan(
        "data_palsu",
        "Data tidak benar (ditolak)",
        "Data pekerja ini tidak benar, sehingga tidak dapat didaftarkan. Pilih pekerja lain.",
        T,
        tidak_layak=True,
    ),
    Alasan(
        "menolak",
        "Pekerja tidak bersedia (ditolak)",
        "Pekerja ini menyatakan tidak bersedia didaftarkan. Pilih pekerja lain.",
        T,
    ),
)

#: M10: final reasons only (states.md): code and label.
ALASAN_TOLAK_SURAT: dict[str, str] = {
    "bukan_asn": "Pemberi kuasa bukan ASN kota ini",
    "rekening_orang_lain": "Rekening milik orang lain",
    "palsu": "Tanda tangan atau berkas palsu",
    "ditarik": "Pemberi kuasa menarik suratnya",
}

#: M22 by a verifikator.
ALASAN_BATAL: dict[str, str] = {
    "duplikat": "Surat ganda",
    "salah_orang": "Bukan surat orang ini",
    "tanpa_pekerja": "Semua pekerja ditolak",
    "masa_kerja": "Tidak lagi bertugas menurut daftar pegawai",
}

#: What to look at, per paper and for a worker.
YANG_DIPERIKSA: dict[str, tuple[str, ...]] = {
    JenisBerkas.SURAT_KUASA: (
        "Semua halaman ada, versinya benar, tanpa coretan",
        "Ditandatangani di atas meterai",
        "Nama, nomor rekening, dan pekerja sama dengan data",
    ),
    JenisBerkas.KTP: (
        "KTP milik ASN ini dan terbaca",
        "Nama dan tanggal lahir cocok dengan NIP",
        "Tanda tangan sama dengan pada surat kuasa",
    ),
    JenisBerkas.BUKU_REKENING: (
        "Halaman depan, terbaca",
        "Nomor rekening sama dengan surat kuasa",
        "Nama pemilik sama dengan daftar pegawai",
    ),
    "pekerja": (
        "NIK cocok dengan tanggal lahir dan jenis kelamin",
        "Bekerja sendiri, tidak menerima upah",
        "Pekerjaan dan alamat jelas",
    ),
}


def list_alasan(jenis: JenisBerkas | None) -> tuple[Alasan, ...]:
    """The reasons for one kind of paper; ``None``: for a worker."""
    return ALASAN_PEKERJA if jenis is None else ALASAN_BERKAS[jenis]


def find_alasan(jenis: JenisBerkas | None, kode: str | None) -> Alasan | None:
    """The reason of this code, if it is on the list."""
    return next((one for one in list_alasan(jenis) if one.kode == kode), None)
