"""Answers of a draft that have no table of their own yet, kept as sealed JSON (`Pendaftaran.isi_enc`)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from rentan.core.errors import Stale
from rentan.core.subject import reveal, seal
from rentan.pendaftaran.models import Pendaftaran


@dataclass
class Isian:
    """What the donor has answered so far; ``None``: not asked yet.

    ``kelurahan`` is a Kemendagri code, or ``LUAR_KOTA``; ``penghasilan`` the monthly income in rupiah;
    ``plafon`` rupiah a month (none: as proposed); ``versi`` counts the savings of each step, so that a stale
    tab is noticed (CON-5).
    """

    alamat: str | None = None
    kelurahan: str | None = None
    hp: str | None = None
    program: str | None = None
    penghasilan: int | None = None
    periode: int | None = None
    bulan_pertama: date | None = None
    nomor_rekening: str | None = None
    nama_rekening: str | None = None
    plafon: int | None = None
    ditandatangani_pada: date | None = None
    versi: dict[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Isian(…)"

    def versi_langkah(self, langkah: str) -> int:
        """How often this step has been saved."""
        return self.versi.get(langkah, 0)

    def save_langkah(self, langkah: str, versi: int | None, **answers: Any) -> None:
        """Take over the answers of one step. Raises ``Stale`` when the page was opened before a later saving,
        unless it asks for exactly what is stored."""
        changed = any(getattr(self, name) != value for name, value in answers.items())
        if changed and versi is not None and versi != self.versi_langkah(langkah):
            raise Stale(
                "Langkah ini sudah Anda simpan dari jendela atau komputer lain. Bandingkan, lalu simpan yang "
                "benar."
            )
        for name, value in answers.items():
            setattr(self, name, value)
        if changed or not self.versi_langkah(langkah):
            self.versi[langkah] = self.versi_langkah(langkah) + 1


#: The donor's home may lie outside the city, where we know no wards.
LUAR_KOTA = "luar"
_DATES = frozenset({"bulan_pertama", "ditandatangani_pada"})
_NAMES = frozenset(one.name for one in fields(Isian))


def load_isian(draf: Pendaftaran) -> Isian:
    """The draft's answers. Names that a later release dropped are left out."""
    sealed = reveal(draf, "isi")
    if sealed is None:
        return Isian()
    stored = {name: value for name, value in json.loads(sealed).items() if name in _NAMES}
    for name in _DATES & stored.keys():
        stored[name] = date.fromisoformat(stored[name]) if stored[name] else None
    return Isian(**stored)


def store_isian(draf: Pendaftaran, isian: Isian) -> None:
    """Seal the answers into the draft; the caller commits."""
    plain = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(isian).items()
    }
    seal(draf, "isi", json.dumps(plain, ensure_ascii=False))
