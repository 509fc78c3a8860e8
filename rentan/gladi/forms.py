"""The shape of the one form: which batch gives the size, and which faults the bank's double has."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField

from rentan.gladi.bank import SELURUH, Salah
from rentan.gladi.folder import CONTOH
from rentan.gladi.latihan import PALING_BANYAK
from rentan.web.forms import BaseForm, BilanganField, Optional, UuidSelectField

AWALAN = "salah_"


class GladiForm(BaseForm):
    """``salah()`` are the faults that were asked for; a field for each stands below the class."""

    paket = UuidSelectField("Ukuran paket", [Optional()], kosong=f"Contoh dengan {CONTOH} baris")

    def salah(self) -> dict[Salah, int]:
        """How many lines have each fault; 1 for a fault of the whole file."""
        return {one: int(self[AWALAN + one.value].data or 0) for one in Salah}

    def isian(self, *, seluruh: bool) -> list[Any]:
        """The fields of the faults of the whole file, or of single lines."""
        return [self[AWALAN + one.value] for one in Salah if (one in SELURUH) == seluruh]


for satu in Salah:
    isian = (
        BooleanField(satu.label)
        if satu in SELURUH
        else BilanganField(satu.label, [Optional()], besar=PALING_BANYAK)
    )
    setattr(GladiForm, AWALAN + satu.value, isian)
