"""Fill an empty instance with the fictional city, and tell how to sign in to it."""

from __future__ import annotations

from flask import Flask


def ensure_demo(app: Flask) -> list[tuple[str, str, str]]:
    """Fill the city when the database is empty; the sign-ins to try as (peran, pengenal, sandi)."""
    return []
