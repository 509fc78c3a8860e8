"""Scheduled jobs by name (``flask job NAME``): each safe to run twice and to catch up; it answers how many it did."""

from __future__ import annotations

from collections.abc import Callable

from rentan.calon.actions import kembalikan_pegangan
from rentan.core.idempotency import prune_answers
from rentan.core.imports import expire_imports
from rentan.pekerja.actions import segarkan_tercakup

JOBS: dict[str, Callable[[], int]] = {
    "kembalikan-pegangan": kembalikan_pegangan,
    "bersihkan-impor": expire_imports,
    "pangkas-permintaan": prune_answers,
    "segarkan-tercakup": segarkan_tercakup,
}
