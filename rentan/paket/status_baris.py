"""What became of one line of a batch; every kind of batch uses the same four words."""

from __future__ import annotations

from rentan.core.status import Status


class HasilBaris(Status):
    """``DIKELUARKAN``: taken out again before the batch was sent; the line stays as a trace."""

    MENUNGGU = "menunggu", "Menunggu jawaban", "proses"
    DITERIMA = "diterima", "Diterima", "proses"
    DITOLAK = "ditolak", "Ditolak", "bahaya"
    DIKELUARKAN = "dikeluarkan", "Dikeluarkan", "netral"
