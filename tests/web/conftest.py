"""The application with a few more routes, to show what the edge does around a view."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.rute import make_blueprint


@pytest.fixture
def uji(second_app: Callable[..., Flask]) -> Flask:
    """An application on the test's database with the routes of ``tests/web/rute.py``."""
    made = second_app()
    made.register_blueprint(make_blueprint())
    return made
