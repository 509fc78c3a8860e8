"""Real threads against one application, for everything that only one of many may win."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from rentan.ext import db


def run_at_once(app: Flask, count: int, work: Callable[[int], Any]) -> list[Any]:
    """Start ``work(0) … work(count - 1)`` at the same moment, each in an own context and database session.

    Answers what each returned or raised, in order. The caller's own transaction ends first: on SQLite it
    would keep everybody out.
    """
    db.session.commit()
    start = Barrier(count)

    def one(number: int) -> Any:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return work(number)
            except Exception as failure:
                return failure

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
