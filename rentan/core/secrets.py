"""Encryption of personal data, blind index and key checks (security.md KEY-1, 2, 3, 5).

A key file holds the key-encrypting keys (KEK) by version, the blind-index key, the audit key and the code
key. Each person (row of ``kunci_subjek``) has an own data key, wrapped by the KEK; each ciphertext is bound
to table, column and row, so that it fails when moved. Reading many rows costs one unwrap and one decryption
each.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets as token_source
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class KeyFileError(RuntimeError):
    """The key file is missing, damaged or of another city: nothing may start or be written."""


@dataclass(frozen=True)
class Keyring:
    """The opened key file; never printed, never stored."""

    kek: dict[int, bytes]
    aktif: int
    indeks: bytes
    jejak: bytes
    kode: bytes

    def __repr__(self) -> str:
        return f"Keyring(versi={sorted(self.kek)})"

    @property
    def sidik(self) -> str:
        """Fingerprint of all keys: the database remembers it and a wrong file is noticed (KEY-5)."""
        keks = b"".join(self.kek[number] for number in sorted(self.kek))
        whole = keks + self.indeks + self.jejak + self.kode
        return hashlib.sha256(b"rentan-sidik\0" + whole).hexdigest()

    def new_dek(self, subjek_id: uuid.UUID) -> tuple[bytes, int]:
        """A fresh data key of one person: (wrapped key, KEK version)."""
        return self.wrap(token_source.token_bytes(32), subjek_id), self.aktif

    def wrap(self, dek: bytes, subjek_id: uuid.UUID) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.kek[self.aktif]).encrypt(nonce, dek, _dek_aad(subjek_id, self.aktif))

    def unwrap(self, wrapped: bytes, subjek_id: uuid.UUID, versi: int) -> bytes:
        if versi not in self.kek:
            raise KeyFileError(f"Kunci versi {versi} tidak ada dalam berkas kunci.")
        return AESGCM(self.kek[versi]).decrypt(wrapped[:NONCE], wrapped[NONCE:], _dek_aad(subjek_id, versi))

    def blind_index(self, ruang: str, digits: str) -> bytes:
        """HMAC-SHA-256 of a normalised number inside a name space ("nik", "rekening"); UNIQUE goes on it."""
        return hmac.new(self.indeks, f"{ruang}\0{digits}".encode(), hashlib.sha256).digest()

    def code_hash(self, ruang: str, code: str) -> bytes:
        """Keyed hash of a one-use code with entropy enough of its own (slips, sessions, recovery codes)."""
        return hmac.new(self.kode, f"{ruang}\0{code}".encode(), hashlib.sha256).digest()

    def chain_mac(self, message: bytes) -> bytes:
        return hmac.digest(self.jejak, message, "sha256")


def _dek_aad(subjek_id: uuid.UUID, versi: int) -> bytes:
    return f"kunci_subjek|dek|{subjek_id}|{versi}".encode()


def encrypt(dek: bytes, plain: bytes, *, table: str, column: str, row: uuid.UUID) -> bytes:
    """AES-256-GCM with a fresh nonce; the associated data name table, column and row (KEY-1)."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(dek).encrypt(nonce, plain, f"{table}|{column}|{row}|1".encode())


def decrypt(dek: bytes, sealed: bytes, *, table: str, column: str, row: uuid.UUID) -> bytes:
    """The plain bytes; a ciphertext from another place, or a changed one, raises ``InvalidTag``."""
    return AESGCM(dek).decrypt(sealed[:NONCE], sealed[NONCE:], f"{table}|{column}|{row}|1".encode())


def create_key_file(path: Path) -> None:
    """Write a new key file (0400); ``FileExistsError`` when one is there: it is never touched."""
    body = {
        "aktif": 1,
        "kek": {"1": _b64(token_source.token_bytes(32))},
        "indeks": _b64(token_source.token_bytes(32)),
        "jejak": _b64(token_source.token_bytes(32)),
        "kode": _b64(token_source.token_bytes(32)),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or absent: of two first starts at once, the second must not read half a file.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            json.dump(body, stream)
            stream.flush()
            os.fchmod(handle, 0o400)
            os.fsync(handle)
        os.link(draft, path)
    finally:
        os.unlink(draft)


def load_keyring(path: Path) -> Keyring:
    """Open the key file; raises :class:`KeyFileError` with a sentence for the operator."""
    try:
        body = json.loads(path.read_text(encoding="ascii"))
        keyring = Keyring(
            kek={int(number): _unb64(value) for number, value in body["kek"].items()},
            aktif=int(body["aktif"]),
            indeks=_unb64(body["indeks"]),
            jejak=_unb64(body["jejak"]),
            kode=_unb64(body["kode"]),
        )
    except FileNotFoundError:
        raise KeyFileError(f"Berkas kunci {path} tidak ada. Pulihkan dari tempat simpan kunci.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise KeyFileError(f"Berkas kunci {path} tidak dapat dibaca atau rusak.") from None
    keys = (*keyring.kek.values(), keyring.indeks, keyring.jejak, keyring.kode)
    if keyring.aktif not in keyring.kek or any(len(key) != 32 for key in keys):
        raise KeyFileError(f"Berkas kunci {path} tidak lengkap.")
    return keyring


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


__all__ = [
    "InvalidTag",
    "KeyFileError",
    "Keyring",
    "create_key_file",
    "decrypt",
    "encrypt",
    "load_keyring",
]
