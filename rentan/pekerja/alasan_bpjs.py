"""Why BPJS refuses a worker (W9): its words become a code, a sentence for the donor, and whose turn it is.

The table is data (``seed/alasan_bpjs.csv``): the branch changes its words now and then. The first line one of
whose phrases occurs in BPJS's words holds; the last line takes what is left.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rentan.core.permissions import Peran

TABEL = Path(__file__).parent / "seed" / "alasan_bpjs.csv"


@dataclass(frozen=True)
class AlasanBpjs:
    """One reason. ``siapa`` can put it right; ``akhir``: nothing can be put right, the worker is not ours."""

    kode: str
    kata: tuple[str, ...]
    kalimat: str
    siapa: Peran
    akhir: bool


@cache
def list_alasan() -> tuple[AlasanBpjs, ...]:
    """All reasons, in the order in which they are tried."""
    with TABEL.open(encoding="utf-8", newline="") as source:
        return tuple(
            AlasanBpjs(
                row["kode"],
                tuple(filter(None, (_plain(one) for one in row["kata"].split("|")))),
                row["kalimat"],
                Peran(row["siapa"]),
                row["akhir"] == "ya",
            )
            for row in csv.DictReader(source, delimiter=";")
        )


def classify(keterangan: str) -> AlasanBpjs:
    """The reason behind BPJS's words; ``lain`` when none of the known phrases occurs in them."""
    text = _plain(keterangan)
    return next((one for one in list_alasan() if any(kata in text for kata in one.kata)), list_alasan()[-1])


def alasan_of(kode: str | None) -> AlasanBpjs:
    """The reason with this code; a code that is no longer in the table reads as ``lain``."""
    return next((one for one in list_alasan() if one.kode == kode), list_alasan()[-1])


def kode_giliran(peran: Peran) -> list[str]:
    """The reasons that only this role can settle. ``lain`` is nobody's alone: the donor reads BPJS's words
    and corrects the data, the verifikator looks at it."""
    return [one.kode for one in list_alasan() if one.siapa is peran and one is not list_alasan()[-1]]


def _plain(text: str) -> str:
    """Lower case, single blanks, nothing but letters, digits and dots: `` NAMA  tdk-sesuai`` is found."""
    return " ".join(re.sub(r"[^0-9a-z.]+", " ", text.casefold()).split())
