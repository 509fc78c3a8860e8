"""What the pure helpers say about input: refusals (``TidakSah``) and warnings (``Peringatan``).

Neither ever repeats the value it speaks about: sentences end up on pages, in reports and in logs.
"""

from dataclasses import dataclass


class TidakSah(ValueError):
    """The input cannot be what it claims to be.

    ``kode`` is a stable word for tests, imports and the audit trail (``nip_invalid_date``); ``pesan`` is a
    finished Indonesian sentence: what, why, what next.
    """

    def __init__(self, kode: str, pesan: str) -> None:
        super().__init__(kode, pesan)
        self.kode = kode
        self.pesan = pesan

    def __str__(self) -> str:
        return self.pesan


@dataclass(frozen=True, slots=True)
class Peringatan:
    """Odd but legal: shown, and accepted with a reason (product.md §3 Identity)."""

    kode: str
    pesan: str
