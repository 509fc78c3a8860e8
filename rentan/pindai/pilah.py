"""Where the pages of a stack belong: a pure function of what is on them, whatever their order.

The page that carries the code is the paper. Nothing is concluded from neighbours, so a page without a
readable code belongs nowhere until a person places it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from rentan.berkas.status import JenisBerkas
from rentan.core.qr import KodePemisah, KodeSurat, parse_kode
from rentan.pindai.status import HasilHalaman as H

_JENIS = {"KTP": (JenisBerkas.KTP, H.KTP), "BUKU": (JenisBerkas.BUKU_REKENING, H.BUKU)}


@dataclass(frozen=True)
class Terbaca:
    """What was read on one page: the text of its code, its ink, its picture's hash, or that it is blank."""

    nomor: int
    kode: str | None
    tinta: int
    sha256: str
    kosong: bool = False
    rusak: bool = False
    tempel_kosong: bool = False


@dataclass(frozen=True)
class SuratDikenal:
    """A letter of this OPD: ``menunggu`` are the papers it waits for; ``ada_lebih_baru``: a later version is
    under way or in force."""

    id: uuid.UUID
    versi: int
    halaman: int
    menunggu: frozenset[JenisBerkas]
    ada_lebih_baru: bool


@dataclass(frozen=True)
class Tempat:
    """A slot that one page can fill: page ``halaman`` of a letter, or its KTP or bank book (page 1)."""

    surat_id: uuid.UUID
    jenis: JenisBerkas
    halaman: int


@dataclass(frozen=True)
class Letak:
    """The outcome for one page; ``tempat`` is ``None`` when it belongs nowhere."""

    hasil: H
    tempat: Tempat | None = None


def pilah(
    halaman: Iterable[Terbaca], surat: Mapping[str, SuratDikenal], terisi: Set[Tempat] = frozenset()
) -> dict[int, Letak]:
    """Page number -> where it belongs. ``surat``: the OPD's letters by reference; ``terisi``: slots that are
    taken already. Of several pages for one slot the one with most ink is taken (the signed one), of equal
    ones the greater hash: never the first one."""
    letak: dict[int, Letak] = {}
    calon: dict[Tempat, list[tuple[Terbaca, H]]] = {}
    for satu in halaman:
        found = _by_code(satu, surat, terisi)
        if found.tempat is None:
            letak[satu.nomor] = found
        else:
            calon.setdefault(found.tempat, []).append((satu, found.hasil))
    for tempat, pages in calon.items():
        best = max(pages, key=lambda one: (one[0].tinta, one[0].sha256, -one[0].nomor))[0]
        for satu, hasil in pages:
            letak[satu.nomor] = Letak(hasil, tempat) if satu is best else Letak(H.GANDA)
    return letak


def _by_code(satu: Terbaca, surat: Mapping[str, SuratDikenal], terisi: Set[Tempat]) -> Letak:
    """What this page's own code says."""
    if satu.rusak:
        return Letak(H.RUSAK)
    if satu.kosong:
        return Letak(H.KOSONG)
    kode = parse_kode(satu.kode or "")
    if not isinstance(kode, KodeSurat | KodePemisah):
        return Letak(H.TANPA_KODE)
    milik = surat.get(kode.ref)
    if milik is None or kode.versi != milik.versi:
        return Letak(H.BUKAN_DI_SINI)
    if isinstance(kode, KodeSurat):
        if kode.jumlah != milik.halaman:
            return Letak(H.BUKAN_DI_SINI)
        jenis, hasil, nomor = JenisBerkas.SURAT_KUASA, H.SURAT, kode.halaman
    else:
        (jenis, hasil), nomor = _JENIS[kode.jenis], 1
    tempat = Tempat(milik.id, jenis, nomor)
    if tempat in terisi:
        return Letak(H.GANDA)
    if milik.ada_lebih_baru:
        return Letak(H.VERSI_LAMA)
    if jenis not in milik.menunggu:
        return Letak(H.TERLAMBAT)
    if satu.tempel_kosong:
        return Letak(H.TEMPEL_KOSONG)
    return Letak(hasil, tempat)
