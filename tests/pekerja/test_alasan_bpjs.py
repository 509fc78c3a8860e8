"""BPJS's words become a code that somebody can act on."""

from __future__ import annotations

import pytest

from rentan.core.permissions import Peran
from rentan.pekerja.alasan_bpjs import alasan_of, classify, kode_giliran, list_alasan


@pytest.mark.parametrize(
    ("teks", "kode"),
    [
        ("Nama tidak sesuai dengan data Adminduk", "nama_beda"),
        ("Data tidak valid pada Dukcapil", "kependudukan_beda"),
        ("Sudah terdaftar di perusahaan lain", "sudah_pu"),
        ("NAMA  TIDAK SESUAI", "nama_beda"),
        ("Tgl. Lahir berbeda", "lahir_beda"),
        ("NIK tidak ditemukan", "nik_tidak_valid"),
        ("TK sudah terdaftar sebagai Penerima-Upah (PU)", "sudah_pu"),
        ("Sudah terdaftar BPU aktif", "sudah_bpu"),
        ("Peserta telah MENINGGAL dunia", "meninggal"),
        ("Usia di atas 65 tahun", "usia"),
        ("kode 77 gagal sistem", "lain"),
        ("", "lain"),
    ],
)
def test_words_to_code(teks: str, kode: str) -> None:
    assert classify(teks).kode == kode


def test_table_is_whole() -> None:
    reasons = list_alasan()
    assert len({one.kode for one in reasons}) == len(reasons)
    assert all(one.kalimat.endswith(".") for one in reasons)
    assert [one.kode for one in reasons if one.akhir] == ["sudah_pu"]
    assert reasons[-1].kode == "lain" and reasons[-1].kata == ()
    assert alasan_of("tidak_ada_lagi").kode == "lain" and alasan_of(None).siapa is Peran.VERIFIKATOR


def test_every_reason_is_somebodys_turn() -> None:
    alone = {peran: kode_giliran(peran) for peran in (Peran.ASN, Peran.VERIFIKATOR, Peran.PETUGAS_BPJS)}
    assert alone[Peran.PETUGAS_BPJS] == ["meninggal"] and "sudah_pu" in alone[Peran.VERIFIKATOR]
    shared = ["lain"]  # the donor corrects what BPJS names in words of its own, the verifikator looks at it
    assert sorted(sum(alone.values(), shared)) == sorted(one.kode for one in list_alasan())
