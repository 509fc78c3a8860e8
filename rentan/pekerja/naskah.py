"""What a worker is told about the use of the own data (UU 27/2022); its version is stored with the worker."""

from __future__ import annotations

from rentan.ext import runtime

#: Change the words, change the version: rows name the version that was read out.
VERSI = "2026-11"

_NASKAH = {
    "2026-11": (
        "{pemda} mencatat nama, NIK, tanggal lahir, alamat, nomor HP, dan pekerjaan Anda untuk mendaftarkan "
        "Anda sebagai peserta BPJS Ketenagakerjaan yang iurannya ditanggung seorang ASN.",
        "Data diteruskan hanya kepada BPJS Ketenagakerjaan dan petugas kecamatan yang menyerahkan kartu. ASN "
        "yang menanggung iuran melihat nama, pekerjaan, dan alamat Anda.",
        "Anda boleh menolak, meminta perbaikan data, atau berhenti kapan saja melalui kantor kecamatan.",
    ),
}


def naskah(versi: str = VERSI) -> tuple[str, ...]:
    """The paragraphs of that version, with the city's name. Raises ``KeyError`` for an unknown version."""
    return tuple(one.format(pemda=runtime().profil.nama_pemda) for one in _NASKAH[versi])
