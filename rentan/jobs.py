"""Scheduled jobs by name (``flask job NAME``): each safe to run twice and to catch up; it answers how many it did."""

from __future__ import annotations

from collections.abc import Callable

from rentan.akun.actions import prune_sesi
from rentan.akun.percobaan import prune_tries
from rentan.akun.tertunda import prune_isian
from rentan.berkas.actions import sapu_berkas
from rentan.calon.actions import kembalikan_pegangan
from rentan.core.idempotency import prune_answers
from rentan.core.imports import expire_imports
from rentan.pekerja.actions import segarkan_tercakup

JOBS: dict[str, Callable[[], int]] = {
    "kembalikan-pegangan": kembalikan_pegangan,
    "bersihkan-impor": expire_imports,
    "pangkas-isian-tertunda": prune_isian,
    "pangkas-percobaan": prune_tries,
    "pangkas-sesi": prune_sesi,
    "pangkas-permintaan": prune_answers,
    "sapu-berkas": sapu_berkas,
    "segarkan-tercakup": segarkan_tercakup,
}
