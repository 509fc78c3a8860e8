"""Where to go after signing in: only paths of ours (RED-1); and our own address for people to type."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import current_app, has_request_context, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from rentan.ext import runtime

AWAL = "/beranda"


def safe_path(teks: str | None) -> str:
    """``teks`` when it is a page of this application, else the start page.

    It must begin with a single ``/``, hold no backslash and no control character, also not percent-encoded,
    parse without scheme and host, and lead to a route that answers GET.
    """
    if not teks or not teks.startswith("/") or len(teks) > 2000:
        return AWAL
    for form in (teks, unquote(teks)):
        if form[1:2] in ("/", "\\") or "\\" in form or any(not c.isprintable() for c in form):
            return AWAL
    parts = urlsplit(teks)
    if parts.scheme or parts.netloc:
        return AWAL
    try:
        current_app.url_map.bind("").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return AWAL
    return teks


def base_url() -> str:
    """The address that people type, without a slash at the end: of this request, or from the settings."""
    if has_request_context():
        return request.url_root.rstrip("/")
    settings = runtime().settings
    if settings.demo:
        return f"http://{settings.host}:{settings.port}"
    scheme = "https" if settings.cookie_secure else "http"
    return f"{scheme}://{settings.trusted_hosts[0].lstrip('.')}"
