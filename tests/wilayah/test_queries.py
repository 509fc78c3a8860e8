"""Wards by name and code, and who neighbours whom on the profile's tile map."""

from __future__ import annotations

from pathlib import Path

import pytest

from rentan.ext import runtime
from rentan.profil import ProfilError, load_profil
from rentan.wilayah import queries

ASLI = Path(__file__).parent.parent / "kota_lain"


def test_neighbours_touch_on_the_map(app):
    assert queries.tetangga("33.74.15") == {"33.74.16", "33.74.14", "33.74.09"}
    assert queries.tetangga("33.74.10") == {"33.74.08"}
    assert queries.tetangga("99.99.99") == frozenset()


def test_the_map_names_every_kecamatan_once(app):
    shown = [one for row in runtime().profil.ubin for one in row if one]
    assert sorted(shown) == sorted(one.kode for one in queries.list_kecamatan())


def test_neighbours_are_mutual(app):
    for one in queries.list_kecamatan():
        assert all(one.kode in queries.tetangga(other) for other in queries.tetangga(one.kode))


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Kec. Gajah Mungkur", "GAJAHMUNGKUR"),
        ("Kel.Tambak Aji", "tambakaji"),
        ("  kelurahan   Candi ", "Candi"),
    ],
)
def test_names_are_compared_as_people_write_them(written, same):
    assert queries.nama_wilayah(written) == queries.nama_wilayah(same)


def test_repeated_names_stay_apart(app):
    found = queries.kelurahan_by_name()
    assert len(found["purwosari"]) == len(found["mangunharjo"]) == 2
    assert len(queries.list_kelurahan()) == 177
    assert {one.kecamatan_kode for one in queries.list_kelurahan(frozenset({"33.74.15"}))} == {"33.74.15"}


def other_city(tmp_path: Path, ubin: str) -> Path:
    for one in ASLI.iterdir():
        (tmp_path / one.name).write_bytes(one.read_bytes())
    path = tmp_path / "profil.toml"
    path.write_text(path.read_text("utf-8") + f"\n[peta]\n{ubin}\n", "utf-8")
    return path


def test_a_city_needs_no_map():
    assert load_profil(ASLI / "profil.toml").ubin == ()


@pytest.mark.parametrize(
    ("ubin", "sentence"),
    [
        ('ubin = [["99.99.99"]]', "tidak dikenal"),
        ('ubin = [["{0}", "{0}"]]', "lebih dari sekali"),
        ('ubin = [["{0}"], ["", ""]]', "sama panjang"),
        ('ubin = "peta"', "baris-baris kode"),
        ("ubin = [[1]]", "baris-baris kode"),
        ("ubn = []", "tidak dikenal"),
    ],
)
def test_a_wrong_map_is_said(tmp_path, ubin, sentence):
    kode = (ASLI / "kecamatan.csv").read_text("utf-8-sig").splitlines()[1].split(",")[0]
    with pytest.raises(ProfilError, match=sentence):
        load_profil(other_city(tmp_path, ubin.format(kode)))
