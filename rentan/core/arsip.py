"""Bytes that belong to a row: encrypted for its person, kept in the document store, read back and compared.

The object lies on disk before the row is committed (UPL-5): a crash leaves at worst an object without a row,
which a sweep removes after two days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from rentan.core.clock import now
from rentan.core.secrets import decrypt, encrypt
from rentan.core.storage import new_key, sweep_orphans
from rentan.core.subject import dek_for
from rentan.ext import runtime

#: An object without a row may belong to a transaction that is still being committed (UPL-5).
UMUR_YATIM = timedelta(hours=48)


class PaperDamaged(RuntimeError):
    """The stored bytes are not those that were stored: a defect or an attack, never a person's mistake."""


def simpan(row: Any, column: str, data: bytes, *, prefix: str) -> str:
    """Store the bytes of ``row.<column>`` and answer their key; the row has its id and subject already."""
    key = new_key(prefix)
    sealed = encrypt(dek_for(row.subjek_id), data, table=row.__tablename__, column=column, row=row.id)
    runtime().store.put(key, sealed)
    return key


def baca(row: Any, column: str, key: str, sha256: str) -> bytes:
    """The bytes again. Raises ``PaperDamaged``, ``InvalidTag`` or ``MissingObject``, each an incident."""
    sealed = runtime().store.get(key)
    plain = decrypt(dek_for(row.subjek_id), sealed, table=row.__tablename__, column=column, row=row.id)
    if hash_of(plain) != sha256:
        raise PaperDamaged(str(row.id))
    return plain


def hash_of(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sapu(prefix: str, known: Iterable[str]) -> int:
    """Delete objects under ``prefix`` that no row knows and that are older than two days; how many."""
    return len(sweep_orphans(runtime().store, prefix, set(known), now() - UMUR_YATIM))
