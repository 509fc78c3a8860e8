"""The sign-up itself is only draf -> diajukan | dibatalkan (states.md); approval lives with the mandate."""

from __future__ import annotations

from rentan.core.status import Status


class StatusPendaftaran(Status):
    DRAF = "draf", "Draf", "perlu"
    DIAJUKAN = "diajukan", "Terkirim", "proses"
    DIBATALKAN = "dibatalkan", "Dibatalkan"
