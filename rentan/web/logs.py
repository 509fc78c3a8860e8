"""One log line per request: request id, route pattern, status, milliseconds; never the path (LOG-1)."""

import logging
import time

from flask import Flask, Response, g, request
from flask.logging import default_handler

from rentan.core import logs
from rentan.web.access import request_id

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


def _begin() -> None:
    g.mulai = time.perf_counter()
    rule = request.url_rule
    logs.unbind()
    logs.bind(permintaan=request_id(), metode=request.method, rute=rule.rule if rule else None)


def _finish(response: Response) -> Response:
    if "mulai" in g:
        milliseconds = round((time.perf_counter() - g.mulai) * 1000, 1)
        logger.info("permintaan selesai", extra={"status": response.status_code, "ms": milliseconds})
        response.headers["X-Request-ID"] = request_id()
    return response
