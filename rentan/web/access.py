"""Who may enter: every route says so, silence stops the start (AUZ-1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.urls import iri_to_uri

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.permissions import Permission
from rentan.web.page import is_partial

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "publik"


def requires(*permissions: Permission) -> Callable[[View], View]:
    """The signed-in person needs at least one of these permissions; which rows, the queries decide."""

    def mark(view: View) -> View:
        view.akses = frozenset(permissions)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anybody may enter, signed in or not."""
    view.akses = PUBLIC  # type: ignore[attr-defined]
    return view


def polling(view: View) -> View:
    """A fragment that the page asks for by itself: it does not keep an idle session alive (SES-2)."""
    view.tanpa_sentuh = True  # type: ignore[attr-defined]
    return view


def fresh(view: View) -> View:
    """Opens after a password or code of the last ten minutes (AUT-7); the room ``akun`` sees to it."""
    view.perlu_segar = True  # type: ignore[attr-defined]
    return view


def pelaku() -> Pelaku:
    """Who asks, with the roles in force at this request; a guest has none."""
    if "pelaku" not in g:
        g.pelaku = getattr(current_user, "pelaku", None) or Pelaku(
            akun_id=None, permintaan_id=request_id(), alamat=request.remote_addr or ""
        )
    found: Pelaku = g.pelaku
    return found


def request_id() -> str:
    """One id per request: it stands in the log, in the trail, and on the error page."""
    if "permintaan_id" not in g:
        g.permintaan_id = uuid.uuid4().hex[:16]
    found: str = g.permintaan_id
    return found


def access_of(app: Flask, endpoint: str) -> Any:
    """What the route declared: ``PUBLIC`` or a set of permissions. ``LookupError`` when it is silent."""
    declared = getattr(app.view_functions[endpoint], "akses", None)
    if declared is None:
        raise LookupError(f"route {endpoint} declares no permission: add @requires(…) or @public")
    return declared


def init_access(app: Flask) -> None:
    """Refuse to start with an undeclared route, and guard each request by its declaration."""
    for endpoint in app.view_functions:
        access_of(app, endpoint)

    @app.before_request
    def _guard() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        declared = access_of(app, request.endpoint)
        if declared == PUBLIC:
            return None
        if not current_user.is_authenticated:
            return to_sign_in()
        if not pelaku().permissions & declared:
            record(Peristiwa.AKSES_DITOLAK, by=pelaku(), hasil="ditolak", rute=request.endpoint)
            abort(403)
        return None


def to_sign_in() -> ResponseReturnValue:
    """Send a guest to the sign-in page; htmx by a header, never as a fragment in a table cell (HTM-2)."""
    target = request.full_path.rstrip("?") if request.method == "GET" and not is_partial() else ""
    address = url_for("akun.sign_in", next=target or None)
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = iri_to_uri(address)
        return response
    return redirect(address, 303)
