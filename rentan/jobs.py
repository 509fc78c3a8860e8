"""Scheduled jobs by name (``flask job NAME``): each safe to run twice and to catch up; it answers how many it did."""

from __future__ import annotations

from collections.abc import Callable

from rentan.core.idempotency import prune_answers

JOBS: dict[str, Callable[[], int]] = {
    "pangkas-permintaan": prune_answers,
}
