"""What became of one line of a remittance."""

from __future__ import annotations

from rentan.core.status import Status


class HasilSetor(Status):
    """``DIKELUARKAN``: taken out again before the batch was paid; the line stays as a trace."""

    MENUNGGU = "menunggu", "Menunggu catatan BPJS", "proses"
    TERCATAT = "tercatat", "Tercatat di BPJS", "baik"
    DITOLAK = "ditolak", "Ditolak BPJS", "bahaya"
    DIKELUARKAN = "dikeluarkan", "Dikeluarkan"
