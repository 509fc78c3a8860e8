"""Where rooms to the right take part in what happens to a debit batch, inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rentan.core.actor import Pelaku
from rentan.iuran.models import Iuran
from rentan.paket.models import Paket

#: After C6: the file of this batch is at the bank. M19: a withdrawn letter of which it has no line has ended.
SETELAH_KIRIM_DEBET: list[Callable[[Paket, Pelaku], None]] = []

#: After C7 or C10: these contributions of this batch were debited. M19: one that should not have been.
SETELAH_DEBET_BERHASIL: list[Callable[[Sequence[Iuran], Paket, Pelaku], None]] = []

#: After C15: the bank took these debits of this batch back; who lists them for remittance lets go of them.
SETELAH_DEBET_DIBATALKAN: list[Callable[[Sequence[Iuran], Paket, Pelaku], None]] = []
