"""The state of a card in a sentence: what it means, whose turn it is, what comes next."""

from __future__ import annotations

from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.util.tanggal import format_tanggal

S = StatusKartu

_KALIMAT = {
    S.DIMINTA: "Menunggu nomor kartu dari BPJS Ketenagakerjaan. Petugas BPJS mencatatnya setelah terbit.",
    S.TERBIT: "Nomor kartu sudah ada. Petugas BPJS memasukkannya ke daftar kirim kecamatan.",
    S.DICETAK: "Kartu sudah dicetak dan menunggu dikirim ke kecamatan.",
    S.DIKIRIM_KEC: "Kartu dalam perjalanan. Petugas kecamatan menghitungnya saat tiba.",
    S.DITERIMA_KEC: "Kartu ada di kecamatan. Petugas kecamatan menjadwalkan atau menyerahkannya.",
    S.DIJADWALKAN: "Pekerja diundang untuk menerima kartu dari petugas kecamatan.",
    S.DISERAHKAN: "Kartu sudah diserahkan. Perlindungan pekerja tidak bergantung pada kartu.",
    S.TIDAK_KETEMU: "Pekerja belum ditemui. Petugas kecamatan mengundang lagi, atau mengembalikan kartu.",
    S.HILANG: "Kartu dilaporkan hilang dan tidak dipakai lagi.",
    S.RUSAK: "Kartu dilaporkan rusak dan tidak dipakai lagi.",
    S.SALAH_DATA: "Data pada kartu keliru, sehingga kartu tidak dipakai lagi.",
    S.DIBATALKAN: "Kartu dibatalkan dan tidak dipakai lagi.",
}


def kalimat(kartu: Kartu) -> str:
    """What this state means and what comes next."""
    if kartu.status is S.DIKEMBALIKAN:
        if kartu.alamat_dijawab_pada is None:
            return (
                "Pekerja tidak ditemui, sehingga kartu kembali ke petugas BPJS. Alamat pekerja ditanyakan "
                "kepada donatur dan operator OPD; sesudah itu kartu dikirim ulang."
            )
        return (
            f"Alamat pekerja dijawab pada {format_tanggal(kartu.alamat_dijawab_pada)}. Petugas BPJS mengirim "
            "ulang kartu ke kecamatan alamat itu."
        )
    return _KALIMAT[kartu.status]
