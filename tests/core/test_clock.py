"""Instants in UTC, dates in the city's zone (TIM-1)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from rentan.core import clock


@pytest.fixture(autouse=True)
def jakarta() -> Iterator[None]:
    clock.set_zone("Asia/Jakarta")
    yield
    clock.set_zone("Asia/Jakarta")


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 10, 31, 17, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_changes_at_local_midnight(instant: datetime, expected: date) -> None:
    with time_machine.travel(instant, tick=False):
        assert clock.today() == expected
        assert clock.now() == instant
        assert clock.now().tzinfo is UTC


def test_another_zone_has_another_midnight() -> None:
    clock.set_zone("Asia/Jayapura")
    with time_machine.travel(datetime(2026, 10, 31, 15, 0, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 11, 1)


def test_to_local_refuses_a_naive_value() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.to_local(datetime(2026, 11, 1))  # noqa: DTZ001
