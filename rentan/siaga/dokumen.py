"""The letter that tells a worker that nobody pays any more (A13)."""

from __future__ import annotations

from rentan.core.cetak_siaga import SuratAkhir
from rentan.core.clock import today
from rentan.core.kop import kop_kota
from rentan.ext import runtime
from rentan.siaga.queries import Dicari


def susun_surat_akhir(dicari: Dicari) -> SuratAkhir:
    """The letter as of today for a sponsorship that found no successor."""
    profil, pekerja = runtime().profil, dicari.asuhan.pekerja
    return SuratAkhir(
        kop=kop_kota(),
        tempat=profil.tempat,
        tanggal=today(),
        nama=pekerja.nama,
        alamat=f"{pekerja.alamat}, {pekerja.kelurahan.label}",
        sejak=dicari.lanjut,
        aman=dicari.aman,
        bantuan=profil.kontak_bantuan,
    )
