"""The letterhead of the city profile, as the prints want it."""

from __future__ import annotations

from rentan.core.cetak_data import Kop
from rentan.ext import runtime


def kop_kota(kantor: str | None = None) -> Kop:
    """The profile's lines, the last one as the address; ``kantor`` is another issuing office than theirs."""
    profil = runtime().profil
    baris = profil.kop[:-1] or profil.kop
    return Kop(
        baris=baris if kantor is None else (profil.kop[0], kantor.upper()),
        keterangan=profil.kop[-1] if len(profil.kop) > 1 else "",
        logo=profil.logo.read_bytes(),
        nama_logo=f"Lambang {profil.nama_pemda}",
    )
