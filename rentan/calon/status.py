"""The pool of workers without a donor, and the offers made to an ASN."""

from __future__ import annotations

from rentan.core.status import Status


class StatusTawaran(Status):
    MENUNGGU = "menunggu", "Menunggu jawaban", "perlu"
    DITERIMA = "diterima", "Diterima", "proses"
    DITOLAK = "ditolak", "Tidak diterima"
    KEDALUWARSA = "kedaluwarsa", "Lewat waktu"
