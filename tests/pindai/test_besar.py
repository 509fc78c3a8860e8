"""The measure of the whole: a shuffled stack of 120 pages as it comes out of a worn feeder.

What each page is, is known beforehand, so one reading proves that the order does not matter (that a sorted
stack gives the same tray is ``test_tumpukan``'s, the rule itself ``test_pilah``'s).
"""

from __future__ import annotations

import random
import uuid
from typing import Any

from rentan.berkas.status import JenisBerkas
from rentan.core.arsip import hash_of
from rentan.core.qr import parse_kode
from rentan.core.sandbox import memory_file
from rentan.pindai import baca
from rentan.pindai.pilah import SuratDikenal, Tempat, Terbaca, pilah
from rentan.pindai.status import HasilHalaman as H
from tests.pindai import kertas
from tests.pindai.test_pilah import SEMUA

HALAMAN = 120
LENGKAP = 44
JENIS = {"KTP": JenisBerkas.KTP, "BUKU": JenisBerkas.BUKU_REKENING}


def buat(acak: random.Random) -> tuple[list[tuple[H, Any]], dict[str, SuratDikenal]]:
    """(what it is, page) in order, and the letters: 44 letters' two sheets, doubles, blanks, empty sheets,
    unreadable ones, old versions, strangers."""
    pages: list[tuple[H, Any]] = []
    surat: dict[str, SuratDikenal] = {}

    def add(ref: str, newer: bool = False) -> dict[str, Any]:
        menunggu = frozenset() if newer else SEMUA
        surat[ref] = SuratDikenal(uuid.UUID(int=len(surat) + 1), 1, 2, menunggu, ada_lebih_baru=newer)
        return kertas.lembar_tempel(ref)

    for n in range(LENGKAP):
        sheets = add(f"SK-{n:04d}XYZ")
        pages += [(H.KTP, kertas.pindai(sheets["KTP"], acak)), (H.BUKU, kertas.pindai(sheets["BUKU"], acak))]
        if n < 8:
            pages.append((H.GANDA, kertas.pindai(sheets["KTP"], acak)))
        if 8 <= n < 12:
            pages.append((H.TANPA_KODE, kertas.tak_terbaca(sheets["BUKU"], acak)))
        if 12 <= n < 16:
            empty = kertas.lembar_tempel(f"SK-{n:04d}XYZ", isi=False)["KTP"]
            pages.append((H.TEMPEL_KOSONG, kertas.pindai(empty, acak)))
    for n in range(4):
        pages.append((H.VERSI_LAMA, kertas.pindai(add(f"LAMA-{n}", newer=True)["KTP"], acak)))
        pages.append((H.BUKAN_DI_SINI, kertas.pindai(kertas.lembar_tempel(f"ASING-{n}")["BUKU"], acak)))
    pages += [(H.KOSONG, kertas.kosong(acak)) for _ in range(HALAMAN - len(pages))]
    return pages, surat


def test_a_hundred_and_twenty_shuffled_pages() -> None:
    acak = random.Random(120)
    pages, surat = buat(acak)
    acak.shuffle(pages)
    assert len(pages) == HALAMAN
    with memory_file() as berkas:
        berkas.write(kertas.jadi_pdf([page for _, page in pages]))
        berkas.flush()
        total = baca.count_pages(berkas, 300)
        assert total == HALAMAN
        read = [
            page
            for start in range(1, total + 1, baca.SEKALI)
            for page in baca.read_pages(berkas, range(start, min(start + baca.SEKALI, total + 1)))
        ]
    found = pilah(
        [
            Terbaca(
                one.nomor, one.kode, one.tinta, hash_of(one.gambar or b""), one.kosong,
                one.gambar is None, one.tempel_kosong,
            )
            for one in read
        ],
        surat,
    )  # fmt: skip
    pairs = {frozenset((H.KTP, H.GANDA)): "one of two copies counts, whichever shows more"}
    for (wanted, _), one in zip(pages, read, strict=True):
        hasil = found[one.nomor].hasil
        assert hasil is wanted or frozenset((hasil, wanted)) in pairs, (one.nomor, wanted, hasil)
        if tempat := found[one.nomor].tempat:
            kode: Any = parse_kode(one.kode or "")
            assert tempat == Tempat(surat[kode.ref].id, JENIS[kode.jenis], 1)
    filled = [one.tempat for one in found.values() if one.tempat]
    assert len(filled) == len(set(filled)) == 2 * LENGKAP
    assert sum(one.hasil is H.GANDA for one in found.values()) == 8
