"""``/hidup`` (the process answers) and ``/siap`` (it can work), without details for strangers (OPS-1)."""

from __future__ import annotations

import shutil

from flask import Blueprint, Response, make_response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rentan.core.subject import Sidik
from rentan.ext import db, runtime
from rentan.web.access import public

bp = Blueprint("health", __name__)
FREE_BYTES = 500 * 1024 * 1024


@bp.get("/hidup")
@public
def alive() -> Response:
    """No database, no disk: the process answers."""
    return _plain("hidup", 200)


@bp.get("/siap")
@public
def ready() -> Response:
    """Database reachable, keys fit it, half a gigabyte free."""
    try:
        db.session.execute(text("SELECT 1"))
        fits = db.session.scalar(db.select(Sidik.sidik)) == runtime().keyring.sidik
    except SQLAlchemyError:
        db.session.rollback()
        fits = False
    free = shutil.disk_usage(runtime().settings.instance).free >= FREE_BYTES
    return _plain("siap", 200) if fits and free else _plain("belum siap", 503)


def _plain(body: str, status: int) -> Response:
    response = make_response(body + "\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response
