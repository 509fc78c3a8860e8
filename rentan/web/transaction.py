"""One transaction per request, ended at the edge (house habit 12).

A GET runs in a read-only transaction on both engines: it cannot change state even by mistake (CSR-1). What a
reading leaves behind (the trail's "seen" rows, the session's last use) is written after it, in a short
transaction of its own, before the answer leaves.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable

from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from rentan.core import audit
from rentan.core.idempotency import find_answer, remember_answer
from rentan.ext import db, runtime
from rentan.web.access import pelaku
from rentan.web.errors import database_gone
from rentan.web.page import after_action

READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: Not part of what was asked: tokens differ between two showings of the same form.
_NOT_BODY = frozenset({"csrf_token", "kunci_formulir"})


def init_transactions(app: Flask) -> None:
    """Read-only transactions for reading requests; their traces written afterwards."""

    @app.before_request
    def _begin() -> None:
        if request.method in READING and request.endpoint not in ("static", "health.alive"):
            db.session.connection(execution_options={"postgresql_readonly": True})

    @app.after_request
    def _traces(response: Response) -> Response:
        later: list[Callable[[], None]] = g.pop("sesudah_baca", [])
        if later or audit.pending():
            if request.method in READING:
                queued = db.session.info.pop("jejak", [])
                db.session.rollback()
                db.session.info["jejak"] = queued
            else:
                # A form commits by itself; what it did not commit must not stand in the trail as done.
                audit.undo_changes()
            try:
                for write in later:
                    write()
                db.session.commit()
            except SQLAlchemyError as failure:
                # What may not be seen without a trace is not shown when the trace cannot be written.
                return app.make_response(database_gone(failure))
        return response


def after_reading(write: Callable[[], None]) -> None:
    """Do this small write once the answer is ready, whatever the request changed or did not change."""
    g.setdefault("sesudah_baca", []).append(write)


def answered_before() -> Response | None:
    """The first answer to this very form, if it was sent before (CON-4); other contents: 409."""
    actor, key = pelaku(), _form_key()
    if actor.akun_id is None or key is None:
        return None
    answer = find_answer(actor.akun_id, key, _body_mac())
    return None if answer is None else after_action(answer)


def finish(url: str, pesan: str | None = None) -> Response:
    """Commit what the actions did, together with the form's one-time key, and go to ``url``.

    Of two equal forms sent at once, the second one's changes are rolled back and it gets the first answer.
    """
    actor, key = pelaku(), _form_key()
    if actor.akun_id is not None and key is not None:
        remember_answer(actor.akun_id, key, _body_mac(), url)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        again = answered_before()
        if again is None:
            raise
        return again
    return after_action(url, pesan=pesan)


def _form_key() -> str | None:
    """The one-time key as we make them; anything else is no key of ours."""
    try:
        return str(uuid.UUID(request.form.get("kunci_formulir", "")))
    except ValueError:
        return None


def _body_mac() -> bytes:
    """A keyed hash of the form as sent: contents can be compared later without being stored."""
    parts = [request.path]
    for name in sorted(request.form):
        if name not in _NOT_BODY:
            parts += [name, *request.form.getlist(name)]
    for name in sorted(request.files):
        for part in request.files.getlist(name):
            part.stream.seek(0)  # the view may have read it already
            digest = hashlib.file_digest(part.stream, "sha256").hexdigest()  # type: ignore[arg-type]
            part.stream.seek(0)
            parts += [name, digest]
    return hmac.new(runtime().keyring.kode, "\0".join(parts).encode(), hashlib.sha256).digest()
