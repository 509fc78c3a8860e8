"""Passwords: hashing (AUT-1) and what may be chosen (AUT-2)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rentan.core.errors import RuleError
from rentan.ext import runtime
from rentan.util.nama import nama_inti

# 19 MiB, two passes, one lane: 41 ms here; the library's default takes 64 MiB for each login (AUT-1).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Verified when there is no account, so that the answer takes as long as for one that exists (AUT-4).
_DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$9xa1fOWkYElswArKaxyZhQ$Ug1s8IOIEd5hD59PTVYqWOLguTiVxRODqDAkqlZU06s"
#: What people hang on a common password to make it longer: ``password2026!``.
_BUNTUT = "0123456789 .,!?@#*-_"
_DAFTAR_UMUM = Path(__file__).parent / "sandi_umum.txt"


def hash_sandi(sandi: str) -> str:
    """The Argon2id hash to store; takes about 40 ms, so call it before the transaction's first query."""
    return _HASHER.hash(_normal(sandi))


def is_sandi(hash_: str | None, sandi: str) -> bool:
    """Does the password fit? Without a hash (no such account) the same work is done for nothing (AUT-4)."""
    if len(sandi) > runtime().profil.batas.sandi_maksimum:
        sandi, hash_ = "", None
    try:
        return _HASHER.verify(hash_ or _DUMMY, _normal(sandi)) and hash_ is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(hash_: str) -> bool:
    """Was the hash made with weaker parameters than today's? It is renewed at the next sign-in (AUT-1)."""
    return _HASHER.check_needs_rehash(hash_)


def check_sandi(sandi: str, *, pribadi: tuple[str, ...] = (), field: str = "sandi") -> None:
    """Refuse what AUT-2 refuses, at ``field``; ``pribadi`` are the person's NIP, name and sign-in name.

    Any Unicode and any composition is fine; no rule about capitals or digits.
    """
    batas = runtime().profil.batas
    if len(sandi) < batas.sandi_minimum:
        raise RuleError(
            f"Kata sandi paling sedikit {batas.sandi_minimum} karakter. Beberapa kata acak sudah cukup.",
            field,
            kode="sandi_pendek",
        )
    if len(sandi) > batas.sandi_maksimum:
        raise RuleError(
            f"Kata sandi paling banyak {batas.sandi_maksimum} karakter.", field, kode="sandi_panjang"
        )
    kecil = _normal(sandi).casefold()
    if kecil in _umum() or kecil.rstrip(_BUNTUT) in _umum():
        raise RuleError(
            "Kata sandi ini termasuk yang paling sering dipakai orang dan mudah ditebak. Pilih yang lain.",
            field,
            kode="sandi_umum",
        )
    if len(set(kecil)) < 4 or (kecil + kecil).find(kecil, 1) < len(kecil):  # "abc" or "kopi kopi " throughout
        raise RuleError(
            "Kata sandi ini hanya mengulang hal yang sama. Pilih yang lain.", field, kode="sandi_berulang"
        )
    if any(kata in kecil for kata in _terlarang(pribadi)):
        raise RuleError(
            "Kata sandi tidak boleh memuat nama, NIP, nama kota, atau nama aplikasi. Pilih yang lain.",
            field,
            kode="sandi_pribadi",
        )


def _normal(sandi: str) -> str:
    """NFC: the same characters typed on two keyboards are the same password."""
    return unicodedata.normalize("NFC", sandi)


def _terlarang(pribadi: tuple[str, ...]) -> set[str]:
    """Words of four letters and more out of the person's own data, and the city profile's list."""
    words = set(runtime().profil.kata_sandi_terlarang)
    for teks in pribadi:
        words.add(teks.casefold())
        words.update(nama_inti(teks).casefold().split())
    return {word for word in words if len(word) >= 4}


@cache
def _umum() -> frozenset[str]:
    """The commonest passwords (decision 2026-11-21-common-passwords), lower case."""
    return frozenset(_DAFTAR_UMUM.read_text(encoding="utf-8").splitlines())
