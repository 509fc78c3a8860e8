"""Areas: lists for choosing, names back to codes, and who neighbours whom."""

from __future__ import annotations

from sqlalchemy import select

from rentan.ext import db, runtime
from rentan.util.teks import rapikan
from rentan.wilayah.models import Kecamatan, Kelurahan


def list_kecamatan() -> list[Kecamatan]:
    """All districts by name."""
    return list(db.session.scalars(select(Kecamatan).order_by(Kecamatan.nama, Kecamatan.kode)))


def list_kelurahan(kecamatan: frozenset[str] | None = None) -> list[Kelurahan]:
    """All wards (of these districts) by district and name: names repeat, so lists group them by district."""
    query = select(Kelurahan).join(Kecamatan)
    if kecamatan is not None:
        query = query.where(Kelurahan.kecamatan_kode.in_(kecamatan))
    return list(db.session.scalars(query.order_by(Kecamatan.nama, Kelurahan.nama, Kelurahan.kode)))


def find_kelurahan(kode: str | None) -> Kelurahan | None:
    """The ward with this Kemendagri code."""
    return db.session.get(Kelurahan, kode) if kode else None


def find_kecamatan_bernama(nama: str) -> Kecamatan | None:
    """The district of this name, as a district's office carries it: ``Kecamatan Gajahmungkur``."""
    return next((one for one in list_kecamatan() if nama_wilayah(one.nama) == nama_wilayah(nama)), None)


def nama_wilayah(text: str) -> str:
    """A name as people write it, made comparable: ``Kel. Gajah Mungkur`` and ``GAJAHMUNGKUR`` are equal."""
    kata = rapikan(text).casefold().replace(".", " ").split()
    if kata and kata[0] in ("kel", "kelurahan", "kec", "kecamatan"):
        kata = kata[1:]
    return "".join(kata)


def kelurahan_by_name() -> dict[str, list[Kelurahan]]:
    """Every ward by its comparable name; several under one name are namesakes in different districts."""
    found: dict[str, list[Kelurahan]] = {}
    for one in list_kelurahan():
        found.setdefault(nama_wilayah(one.nama), []).append(one)
    return found


def tetangga(kecamatan_kode: str) -> frozenset[str]:
    """Districts beside this one on the profile's tile map (``[peta] ubin``); none when there is no map."""
    at = {
        kode: (baris, kolom)
        for baris, isi in enumerate(runtime().profil.ubin)
        for kolom, kode in enumerate(isi)
        if kode
    }
    if kecamatan_kode not in at:
        return frozenset()
    baris, kolom = at[kecamatan_kode]
    return frozenset(kode for kode, (b, k) in at.items() if abs(b - baris) + abs(k - kolom) == 1)
