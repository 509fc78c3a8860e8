"""The sector behind a kind of work, for lists that do not name it: the sector decides the price (PP 50/2025)."""

from __future__ import annotations

from rentan.pekerja.status import Sektor
from rentan.util.teks import rapikan

#: Words for people who carry people or goods for a living; one of them in the kind of work is enough.
_TRANSPORTASI = frozenset(
    """
    ojek ojol sopir supir pengemudi driver kurir becak bentor bajaj angkot taksi delman dokar kusir pengantar
    kernet kondektur
    """.split()  # noqa: SIM905 -- a word list reads better than a page of quotes
)


def sektor_dari(pekerjaan: str) -> Sektor:
    """``tukang becak`` and ``kurir lepas`` are transport; what is not recognised is other work."""
    kata = rapikan(pekerjaan).casefold().replace("-", " ").replace("/", " ").split()
    return Sektor.TRANSPORTASI if _TRANSPORTASI.intersection(kata) else Sektor.LAIN
