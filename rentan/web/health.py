"""``/hidup`` (the process answers) and ``/siap`` (it can work), without details for strangers (OPS-1)."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, make_response
from sqlalchemy.exc import SQLAlchemyError

from rentan.core.subject import Sidik
from rentan.ext import db, runtime
from rentan.web.access import public

bp = Blueprint("health", __name__)
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
FREE_BYTES = 500 * 1024 * 1024


@bp.get("/hidup")
@public
def alive() -> Response:
    """No database, no disk: the process answers."""
    return _plain("hidup", 200)


@bp.get("/siap")
@public
def ready() -> Response:
    """Database reachable and of this release, keys fit it, half a gigabyte free."""
    try:
        newest = set(MigrationContext.configure(db.session.connection()).get_current_heads()) == _heads()
        fits = newest and db.session.scalar(db.select(Sidik.sidik)) == runtime().keyring.sidik
    except SQLAlchemyError:
        db.session.rollback()
        fits = False
    free = shutil.disk_usage(runtime().settings.instance).free >= FREE_BYTES
    return _plain("siap", 200) if fits and free else _plain("belum siap", 503)


@cache
def _heads() -> frozenset[str]:
    """The newest revision that this release brings; the files do not change while it runs."""
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def _plain(body: str, status: int) -> Response:
    response = make_response(body + "\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
