"""Writing down lines of an answer that a person must look at; the same matter is written once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from rentan.core.clock import now
from rentan.core.imports_base import Impor, JenisImpor
from rentan.core.subject import seal_values
from rentan.ext import db
from rentan.paket.models import Pengecualian

MAKS_CONTOH = 100  # exceptions listed in a preview
#: (code, blind index of the number): what makes a matter the same.
Kunci = tuple[str, bytes]


@dataclass(frozen=True)
class Temuan:
    """One line that fits nowhere. ``nilai`` is the number it is about, ``nilai_bi`` its blind index;
    ``pesan`` says what happened and what next, without the number.
    """

    lembar: str
    baris: int
    kode: str
    pesan: str
    nilai: str
    nilai_bi: bytes
    paket_id: uuid.UUID | None = None

    @property
    def kunci(self) -> Kunci:
        return self.kode, self.nilai_bi


def known(jenis: JenisImpor, nilai_bi: Collection[bytes]) -> set[Kunci]:
    """(code, number) of matters that have been written down before, whether open or closed."""
    wanted, found = sorted(nilai_bi), set()
    for start in range(0, len(wanted), 500):
        query = select(Pengecualian.kode, Pengecualian.nilai_bi).where(
            Pengecualian.jenis == jenis, Pengecualian.nilai_bi.in_(wanted[start : start + 500])
        )
        found |= {(row.kode, row.nilai_bi) for row in db.session.execute(query)}
    return found


def note(temuan: Temuan, written: set[Kunci]) -> bool:
    """Is this a matter that nobody has written down? From now on it is (``written``: see :func:`known`)."""
    if temuan.kunci in written:
        return False
    written.add(temuan.kunci)
    return True


def contoh(temuan: Sequence[Temuan]) -> list[list[Any]]:
    """The table of the preview: where the lines stand and what happened. The first ones; the exception list
    has all of them afterwards."""
    rows = [[one.lembar, one.baris, one.pesan] for one in temuan[:MAKS_CONTOH]]
    return [["Lembar", "Baris", "Yang terjadi"], *rows]


def add_all(temuan: Sequence[Temuan], impor: Impor) -> None:
    """Set-based; ``temuan`` are new matters (see :func:`known`), each once."""
    if not temuan:
        return
    ids = [uuid.uuid4() for _ in temuan]
    sealed = seal_values(
        "pengecualian", "nilai", [(key, key, one.nilai) for key, one in zip(ids, temuan, strict=True)]
    )
    moment = now()
    db.session.execute(
        insert(Pengecualian),
        [
            {
                "id": key,
                "versi": 1,
                "jenis": impor.jenis,
                "impor_id": impor.id,
                "paket_id": one.paket_id,
                "lembar": one.lembar,
                "baris": one.baris,
                "kode": one.kode,
                "pesan": one.pesan,
                "nilai_enc": sealed[key],
                "nilai_bi": one.nilai_bi,
                "dibuat_pada": moment,
            }
            for key, one in zip(ids, temuan, strict=True)
        ],
    )
