"""What a random walk over a machine needs to know about it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from rentan.core.actor import Pelaku
from rentan.core.workflow import Machine


@dataclass
class Jalan:
    """One machine on its walk. ``sempurna(nomor, facts)``: what the guard must have seen to let it pass."""

    mesin: Machine
    tabel: str
    awal: tuple[Any, ...]
    buat: Callable[[random.Random, Any], Any]
    fakta: Callable[[random.Random, Any], dict[str, Any]]
    sempurna: Callable[[str, Any, Pelaku, dict[str, Any]], bool]
    milik: Callable[[Any], uuid.UUID | None]
    #: Steps of the random walk.
    langkah: int = 10_000
    #: The column that holds the state.
    kolom: str = "status"
    sesudah: Callable[[Any, str, Pelaku, random.Random], None] = lambda row, peristiwa, by, acak: None


nomor = count(1)
KELURAHAN = "33.74.15.1001"
#: A few accounts, so that "the same person" happens often.
AKUN = [uuid.UUID(int=n) for n in range(1, 5)]


def mungkin(acak: random.Random, baik: Any, buruk: Any) -> Any:
    """Mostly the good fact: long walks need it."""
    return baik if acak.random() < 0.85 else buruk
