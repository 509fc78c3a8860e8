"""Sorting: whatever the order of the pages, the same result; nothing is guessed."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.pindai.pilah import Letak, SuratDikenal, Tempat, Terbaca, pilah
from rentan.pindai.status import HasilHalaman as H

SEMUA = frozenset(WAJIB_UNGGAH)
A, B = uuid.UUID(int=1), uuid.UUID(int=2)
SURAT = {
    "AAAA": SuratDikenal(A, 1, 2, SEMUA, ada_lebih_baru=False),
    "BBBB": SuratDikenal(B, 3, 1, frozenset({JenisBerkas.KTP}), ada_lebih_baru=False),
    "LAMA": SuratDikenal(uuid.UUID(int=3), 1, 1, frozenset(), ada_lebih_baru=True),
}
KODE = [
    None,
    "bukan kode kami",
    "RENTAN:KT:KARTU1",
    *(f"RENTAN:SK:AAAA:1:{n}/2" for n in (1, 2)),
    *(
        f"RENTAN:PS:{ref}:{versi}:{jenis}"
        for ref, versi in (("AAAA", 1), ("BBBB", 3))
        for jenis in ("KTP", "BUKU")
    ),
    "RENTAN:SK:AAAA:1:1/3",
    "RENTAN:SK:AAAA:2:1/2",
    "RENTAN:SK:BBBB:3:1/1",
    "RENTAN:SK:LAMA:1:1/1",
    "RENTAN:SK:ASING:1:1/1",
]


def halaman(nomor: int, kode: str | None, **more: Any) -> Terbaca:
    return Terbaca(nomor, kode, **({"tinta": 1_000, "sha256": f"{nomor:064x}"} | more))


@st.composite
def tumpukan(draw: Any) -> list[Terbaca]:
    made = draw(
        st.lists(
            st.tuples(
                st.sampled_from(KODE), st.integers(0, 3), st.integers(0, 5), st.booleans(), st.booleans()
            ),
            max_size=30,
        )
    )
    return [
        Terbaca(n, kode, tinta, f"{sha:064x}", kosong=kode is None and kosong, tempel_kosong=kosong_tempel)
        for n, (kode, tinta, sha, kosong, kosong_tempel) in enumerate(made, 1)
    ]


def seen(pages: list[Terbaca], letak: dict[int, Letak]) -> tuple[Any, Any]:
    """The result without page numbers: which picture fills which slot, and how many of each outcome."""
    by = {one.nomor: one for one in pages}
    slots = {one.tempat: by[n].sha256 for n, one in letak.items() if one.tempat}
    return slots, Counter((by[n].kode, one.hasil) for n, one in letak.items())


@given(tumpukan(), st.randoms())
def test_order_does_not_matter(pages: list[Terbaca], acak: Any) -> None:
    shuffled = list(pages)
    acak.shuffle(shuffled)
    renumbered = [
        Terbaca(n, one.kode, one.tinta, one.sha256, one.kosong, one.rusak, one.tempel_kosong)
        for n, one in enumerate(shuffled, 1)
    ]
    assert seen(pages, pilah(pages, SURAT)) == seen(renumbered, pilah(renumbered, SURAT))


@given(tumpukan())
def test_every_page_once_every_slot_once(pages: list[Terbaca]) -> None:
    letak = pilah(pages, SURAT)
    assert letak.keys() == {one.nomor for one in pages}
    slots = [one.tempat for one in letak.values() if one.tempat]
    assert len(slots) == len(set(slots))
    assert all((one.tempat is not None) == (one.hasil in (H.SURAT, H.KTP, H.BUKU)) for one in letak.values())


@given(tumpukan())
def test_a_page_without_a_code_of_ours_belongs_nowhere(pages: list[Terbaca]) -> None:
    letak = pilah(pages, SURAT)
    for one in pages:
        if not (one.kode or "").startswith(("RENTAN:SK:", "RENTAN:PS:")):
            assert letak[one.nomor].tempat is None


def test_what_each_code_means() -> None:
    wanted = {
        "RENTAN:SK:AAAA:1:1/2": H.SURAT,
        "RENTAN:PS:AAAA:1:KTP": H.KTP,
        "RENTAN:PS:AAAA:1:BUKU": H.BUKU,
        "RENTAN:SK:AAAA:1:1/3": H.BUKAN_DI_SINI,  # a letter of two pages has no "1 of 3"
        "RENTAN:SK:AAAA:2:1/2": H.BUKAN_DI_SINI,  # each version has its own reference
        "RENTAN:SK:ASING:1:1/1": H.BUKAN_DI_SINI,
        "RENTAN:SK:LAMA:1:1/1": H.VERSI_LAMA,
        "RENTAN:SK:BBBB:3:1/1": H.TERLAMBAT,  # only its KTP is asked for again
        "RENTAN:PS:BBBB:3:KTP": H.KTP,
        "RENTAN:KT:KARTU1": H.TANPA_KODE,
    }
    for kode, hasil in wanted.items():
        assert pilah([halaman(1, kode)], SURAT)[1].hasil is hasil, kode


def test_an_empty_sheet_is_no_ktp_and_blank_or_broken_pages_are_nothing() -> None:
    letak = pilah(
        [
            halaman(1, "RENTAN:PS:AAAA:1:KTP", tempel_kosong=True),
            halaman(2, None, kosong=True),
            halaman(3, None, rusak=True),
        ],
        SURAT,
    )
    assert [letak[n].hasil for n in (1, 2, 3)] == [H.TEMPEL_KOSONG, H.KOSONG, H.RUSAK]


def test_of_two_equal_pages_the_signed_one_counts() -> None:
    unsigned, signed = halaman(1, KODE[3], tinta=900), halaman(2, KODE[3], tinta=1_200)
    letak = pilah([unsigned, signed], SURAT)
    assert (letak[1].hasil, letak[2].hasil) == (H.GANDA, H.SURAT)


def test_a_taken_slot_stays_taken() -> None:
    taken = {Tempat(A, JenisBerkas.KTP, 1)}
    assert pilah([halaman(1, "RENTAN:PS:AAAA:1:KTP")], SURAT, taken)[1].hasil is H.GANDA
