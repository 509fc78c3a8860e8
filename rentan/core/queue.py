"""Work that outlasts a request: huey on SQLite or Redis, one consumer thread beside the server.

``enqueue`` waits for the commit of the transaction it stands in, so a job never looks for rows that are not
there and a rolled-back change leaves no job. A job is a function of words and numbers, safe to run twice: a
process that is stopped in the middle loses the job, and :func:`at_start` functions queue it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from rentan.ext import application, db, runtime

log = logging.getLogger(__name__)

IMMEDIATE = "segera:"
#: Work on more rows than this is done here instead of while a page waits for it.
BANYAK = 1_000
_QUEUED = "antrean"
_TASKS: dict[str, Callable[..., Any]] = {}
_AT_START: list[Callable[[], None]] = []
_HOURLY: list[str] = []
_kunci_kemajuan: ContextVar[str | None] = ContextVar("kunci_kemajuan", default=None)
Task = TypeVar("Task", bound=Callable[..., Any])
Start = TypeVar("Start", bound=Callable[[], None])


def task(name: str) -> Callable[[Task], Task]:
    """Announce a job under its name. It gets keyword arguments that are JSON values, and commits by itself or
    leaves the commit to the queue."""

    def announce(function: Task) -> Task:
        _TASKS[name] = function
        return function

    return announce


def every_hour(name: str) -> None:
    """Do this job when a server starts and once an hour while it runs.

    With several servers it runs once in each, which is why a job must be safe to run twice.
    """
    _HOURLY.append(name)


def at_start(function: Start) -> Start:
    """Run this whenever a consumer starts: it queues again what a stopped process left undone."""
    _AT_START.append(function)
    return function


def enqueue(name: str, **args: Any) -> None:
    """Do this job once the transaction in progress is committed. ``LookupError``: unknown name."""
    if name not in _TASKS:
        raise LookupError(name)
    db.session.info.setdefault(_QUEUED, []).append((name, args))


@event.listens_for(Session, "after_commit")
def _send_queued(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for name, args in session.info.pop(_QUEUED, ()):
        _send(name, args)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if previous.parent is None:
        session.info.pop(_QUEUED, None)


def _send(name: str, args: dict[str, Any]) -> None:
    """Hand over to the queue. When it cannot be reached, the change stands and the next start catches up."""
    app = application()
    if runtime().settings.queue_url == IMMEDIATE:
        run_task(app, name, args)
        return
    try:
        _huey_of(app)[1](name, args)
    except Exception as failure:
        log.error("queue unreachable: %s not queued (%s)", name, type(failure).__name__)


@contextmanager
def reporting(key: str) -> Iterator[None]:
    """Inside, :func:`lapor` notes the progress that is asked for by this key (:func:`get_progress`)."""
    mark = _kunci_kemajuan.set(key)
    try:
        yield
    finally:
        _kunci_kemajuan.reset(mark)


def lapor(persen: int) -> None:
    """The job in progress has come so far, 0 to 100; outside of one this does nothing."""
    if (key := _kunci_kemajuan.get()) is not None:
        _set_progress(key, persen)


def _set_progress(key: str, persen: int) -> None:
    """Beside the queue: the job's own transaction may hold the database."""
    if runtime().settings.queue_url == IMMEDIATE:
        return
    try:
        _huey_of(application())[0].put(f"kemajuan:{key}", persen)
    except Exception as failure:  # only a bar on a page: the job goes on
        log.warning("progress not noted (%s)", type(failure).__name__)


def get_progress(key: str) -> int:
    """0 to 100; 0 also when nothing is known."""
    if runtime().settings.queue_url == IMMEDIATE:
        return 0
    try:
        return int(_huey_of(application())[0].get(f"kemajuan:{key}", peek=True) or 0)
    except Exception as failure:
        log.warning("progress not read (%s)", type(failure).__name__)
        return 0


def run_task(app: Any, name: str, args: dict[str, Any]) -> None:
    """Run a job in an application context (and so a database session) of its own."""
    with app.app_context():
        try:
            _TASKS[name](**args)
            db.session.commit()
        except Exception as failure:
            db.session.rollback()
            log.error("job %s failed: %s", name, type(failure).__name__, exc_info=failure)


def _huey_of(app: Any) -> tuple[Huey, Callable[..., Any]]:
    """The application's queue and the one function that huey knows of."""
    found: tuple[Huey, Callable[..., Any]] | None = app.extensions.get("rentan-antrean")
    if found is None:
        huey = open_queue(app.extensions["rentan"].settings.queue_url)

        def jalankan(name: str, args: dict[str, Any]) -> None:
            run_task(app, name, args)

        found = app.extensions["rentan-antrean"] = (huey, huey.task(name="jalankan")(jalankan))
    return found


def open_queue(url: str) -> Huey:
    """The queue at ``sqlite:///path`` or a Redis address. Results are not kept: they would hold nothing."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("rentan", filename=str(path), results=False, fsync=True)
    return RedisHuey("rentan", url=url, results=False)


class _Consumer(Consumer):
    def _set_signal_handlers(self) -> None:
        """Signals belong to the server."""


def start_consumer(app: Any) -> Callable[[], None]:
    """Begin working on the queue in a thread of this process; the answer stops it after the running job."""
    with app.app_context():
        if runtime().settings.queue_url == IMMEDIATE:
            return lambda: None
        huey, jalankan = _huey_of(app)
        for name in _HOURLY:
            huey.periodic_task(crontab(minute="7"), name=f"tiap-jam-{name}")(
                lambda name=name: jalankan(name, {})
            )
            jalankan(name, {})
        # Before the first job: one that waited in the queue must not run beside the note that it was lost.
        for start in _AT_START:
            start()
        db.session.commit()
        consumer = _Consumer(huey, workers=1, periodic=bool(_HOURLY), max_delay=1.0, shutdown_timeout=20)
        consumer.start()
    return lambda: consumer.stop(graceful=True)
