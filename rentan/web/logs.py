"""A request id and one log line per request: route pattern, status, milliseconds, never the path (LOG-1)."""

import logging
import time
import uuid

from flask import Flask, Response, g, request
from flask.logging import default_handler

from rentan.core import logs

logger = logging.getLogger("rentan.web")


def init_logs(app: Flask) -> None:
    """Switch on JSON logs for the process and the request line for this application.

    Call it before other ``before_request`` hooks are registered, so that their lines carry the request id.
    """
    logs.configure()
    # Flask's own handler writes plain text with the path in it.
    app.logger.removeHandler(default_handler)
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(lambda _error: logs.unbind())


def request_id() -> str:
    """Id of the running request, shown on the error page so that its log line can be found."""
    return str(g.permintaan)


def _begin() -> None:
    # Made here, not taken from the client: a foreign id could forge or merge the lines of others.
    g.permintaan = uuid.uuid4().hex
    g.mulai = time.perf_counter()
    rule = request.url_rule
    logs.unbind()
    logs.bind(permintaan=g.permintaan, metode=request.method, rute=rule.rule if rule else None)


def _finish(response: Response) -> Response:
    if "mulai" in g:
        milliseconds = round((time.perf_counter() - g.mulai) * 1000, 1)
        logger.info("permintaan selesai", extra={"status": response.status_code, "ms": milliseconds})
        response.headers["X-Request-ID"] = g.permintaan
    return response
