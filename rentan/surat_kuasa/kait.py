"""What rooms to the right do when a letter moves; they may not be imported here, so they announce it."""

from __future__ import annotations

from collections.abc import Callable

from rentan.core.actor import Pelaku
from rentan.surat_kuasa.models import SuratKuasa

#: After M22, in the same transaction: a packet that has not left drops the letter.
SETELAH_BATAL: list[Callable[[SuratKuasa, Pelaku], None]] = []
