"""The only place that reads the clock (TIM-1): instants are UTC, dates are decided in the city's zone.

Tests move time with ``time_machine``; nothing else in the code calls ``datetime.now`` or ``date.today``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# One process serves one city, so its zone is set once at start and only read afterwards.
_zone = ZoneInfo("Asia/Jakarta")
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def set_zone(name: str) -> None:
    """Decide business dates in this IANA zone (the city profile's ``zona_waktu``) from now on.

    Raises ``zoneinfo.ZoneInfoNotFoundError`` for a name that the time-zone data does not know.
    """
    global _zone
    _zone = ZoneInfo(name)


def now() -> datetime:
    """This instant, aware, in UTC: what is stored in every ``…_pada`` column."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def told_at(instant: datetime) -> Iterator[None]:
    """Tell what follows as of this instant: the demo city's past is made with the application's own moves.

    Only ``rentan.demo`` and the copies of ``rentan.gladi`` may use it (a test says so). Raises ``ValueError``
    for a naive value.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone: pass an aware datetime")
    token = _told.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def to_local(instant: datetime) -> datetime:
    """The same instant on the city's clock. Raises ``ValueError`` for a naive value: its zone is a guess."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone: pass an aware datetime")
    return instant.astimezone(_zone)


def today() -> date:
    """The calendar date in the city: 31 October 17:00 UTC is already 1 November in Semarang."""
    return to_local(now()).date()


def start_of_day(day: date) -> datetime:
    """The instant at which this calendar date begins in the city, in UTC: bounds of ``…_pada`` columns."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone).astimezone(UTC)
