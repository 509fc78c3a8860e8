"""One comparable form for all the ways in which files write the name of an agency. Pure: knows no table."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rentan.util.teks import rapikan

_SINGKATAN = {"kec": "kecamatan", "kel": "kelurahan", "kab": "kabupaten", "bag": "bagian", "&": "dan"}


def _kata(text: str) -> list[str]:
    words = re.findall(r"\w+|&", rapikan(text).casefold())
    return [_SINGKATAN.get(word, word) for word in words]


def akhiran_kota(nama_kota: str, nama_pemda: str) -> tuple[tuple[str, ...], ...]:
    """What files add behind an agency's name: the city, its government, the government's short form."""
    pemda = _kata(nama_pemda)
    pendek = ["pemkot" if word == "pemerintah" else word for word in pemda if word != "kota"]
    found = {tuple(_kata(nama_kota)), tuple(pemda), tuple(pendek)}
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def normal(text: str, akhiran: Iterable[tuple[str, ...]]) -> str:
    """``Kec. Gajah Mungkur`` and ``KECAMATAN GAJAHMUNGKUR <city>`` give the same; blank text gives ``""``.

    Case, blanks, punctuation and common short forms do not count; one of ``akhiran`` (:func:`akhiran_kota`)
    behind the name is dropped, never the whole name.
    """
    words = _kata(text)
    for suffix in akhiran:
        if len(words) > len(suffix) and tuple(words[-len(suffix) :]) == suffix:
            words = words[: -len(suffix)]
            break
    return "".join(words)
