"""Running numbers: no two alike, no gap after a rollback (CON-1, TIM-1)."""

from __future__ import annotations

import pytest
from flask import Flask

from rentan.core.numbering import next_number
from rentan.ext import db
from tests.threads import run_at_once

pytestmark = pytest.mark.kedua_basis


def test_each_series_and_year_counts_for_itself(app: Flask) -> None:
    assert [next_number("surat", 2026) for _ in range(3)] == [1, 2, 3]
    assert next_number("surat", 2027) == 1
    assert next_number("tanda_terima", 2026) == 1


def test_rollback_gives_the_number_back(app: Flask) -> None:
    assert next_number("surat", 2026) == 1
    db.session.commit()
    assert next_number("surat", 2026) == 2
    db.session.rollback()
    assert next_number("surat", 2026) == 2


def test_twenty_at_once_from_the_very_first_number(app: Flask) -> None:
    def take(_number: int) -> int:
        number = next_number("surat", 2026)
        db.session.commit()
        return number

    assert sorted(run_at_once(app, 20, take)) == list(range(1, 21))
