"""Headers, hosts, cross-site refusals and body limits on every answer (security.md HDR, HST, CSR, OPS-3)."""

from __future__ import annotations

from flask import Flask, Request, Response, abort, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature
from werkzeug.middleware.proxy_fix import ProxyFix

from rentan.config import Settings
from rentan.core.clock import now
from rentan.web.access import request_id

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FORM_BYTES = 256 * 1024
UPLOAD_BYTES = 6 * 1024 * 1024  # one paper of 5 MiB and its envelope
IMPORT_BYTES = 11 * 1024 * 1024
STACK_BYTES = 101 * 1024 * 1024  # one scanned stack of 100 MiB and its envelope
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def body_limit(kind: int):  # type: ignore[no-untyped-def]
    """Mark a view whose form carries files; all others take 256 KiB."""

    def mark(view):  # type: ignore[no-untyped-def]
        view.batas_isi = kind
        return view

    return mark


class SteadyCookies(SecureCookieSessionInterface):
    """Cookies from the future are good: when the clock steps back, nobody is signed out (TIM-1).

    Flask refuses them. Too old ones are refused here as there; the end of a session stands in its row anyway.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            found, signed_at = signer.loads(
                request.cookies.get(self.get_cookie_name(app), ""), return_timestamp=True
            )
        except BadSignature:
            return self.session_class()
        old = now() - signed_at > app.permanent_session_lifetime
        return self.session_class() if old else self.session_class(found)


def init_security(app: Flask, settings: Settings) -> None:
    """Configure hosts and proxies, and put the headers on every answer, errors and static files included."""
    app.session_interface = SteadyCookies()
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    app.config["MAX_CONTENT_LENGTH"] = IMPORT_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_BYTES
    app.config["MAX_FORM_PARTS"] = 500
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]

    @app.before_request
    def _limits() -> None:
        request_id()
        if (
            request.method not in SAFE
            and request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site"
        ):
            abort(403)
        view = app.view_functions.get(request.endpoint or "")
        request.max_content_length = getattr(view, "batas_isi", FORM_BYTES)

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.cookie_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.headers.pop("Server", None)
        return response
