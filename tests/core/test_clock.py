"""Instants in UTC, dates in the city's zone (TIM-1)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

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


def test_what_is_told_of_another_day_ends_with_the_telling() -> None:
    past = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
    with clock.told_at(past):
        assert (clock.now(), clock.today()) == (past, date(2026, 6, 1))
    assert clock.now() > past
    with pytest.raises(ValueError, match="zone"), clock.told_at(datetime(2026, 6, 1)):  # noqa: DTZ001
        pass


def test_only_fictional_cities_tell_a_past() -> None:
    """A history written with another clock than the real one would be a forged one.

    The rehearsal tells in its copy alone (tests/gladi)."""
    rentan = Path(__file__).resolve().parents[2] / "rentan"
    users = {
        path.relative_to(rentan).parts[0]
        for path in rentan.rglob("*.py")
        if "told_at" in path.read_text("utf-8") and path.name != "clock.py"
    }
    assert users <= {"demo", "gladi"}
