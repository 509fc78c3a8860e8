"""Answers: the page, or the block of it that htmx asked for; one template serves both (house habit 14)."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from jinja2_fragments.flask import render_block
from werkzeug.urls import iri_to_uri

#: Caches must never hand a fragment to somebody who wants the page (HTM-2).
VARY = ("HX-Request", "HX-History-Restore-Request")


def is_partial() -> bool:
    """Does htmx want a fragment? A history restore asks for the whole page."""
    return request.headers.get("HX-Request") == "true" and (
        request.headers.get("HX-History-Restore-Request") != "true"
    )


def render_page(template: str, block: str | None = None, status: int | None = None, **ctx: Any) -> Response:
    """The page; for htmx only its ``block``. Without ``status``, a refused ``ctx["form"]`` gives 422.

    Raises ``jinja2_fragments.BlockNotFoundError`` when the template has no such block.
    """
    if status is None:
        status = getattr(ctx.get("form"), "status", 200)
    ctx.setdefault("galat", status in (409, 422))
    if block is not None and is_partial():
        return _answer(render_block(template, block, **ctx), status)
    return _answer(render_template(template, **ctx), status)


def after_action(
    url: str, template: str | None = None, block: str | None = None, pesan: str | None = None, **ctx: Any
) -> Response:
    """The answer after a change: 303 to ``url``; for htmx the fresh block, or a redirect when there is none.

    ``pesan`` is a finished Indonesian sentence, shown and read out once (on the next page, or at once when a
    block is swapped).
    """
    if not is_partial():
        _remember(pesan)
        return _vary(make_response(redirect(url, 303)))
    if template is None or block is None:
        _remember(pesan)
        response = make_response("", 204)
        response.headers["HX-Redirect"] = iri_to_uri(url)  # header values are Latin-1, addresses need not be
        return _vary(response)
    response = _answer(render_block(template, block, **ctx), 200)
    if pesan:
        # ASCII JSON: header values cannot hold other characters. rentan.js puts it into the live region.
        response.headers["HX-Trigger"] = json.dumps({"kabar": {"pesan": pesan}})
    return response


def url_dengan(**changes: Any) -> str:
    """This page's address with some query values changed (``None`` removes one), for sort links and pages."""
    query: dict[str, Any] = request.args.to_dict(flat=False)
    query.update(changes)
    wanted = {name: value for name, value in query.items() if value not in (None, "", [""])}
    # Route parameters win over the same names in the query; underscored names would steer url_for itself.
    safe = {name: value for name, value in wanted.items() if not name.startswith("_")}
    return url_for(request.endpoint or "", **{**safe, **(request.view_args or {})})


def _remember(pesan: str | None) -> None:
    if pesan:
        flash(pesan)


def _answer(body: str, status: int) -> Response:
    return _vary(make_response(body, status))


def _vary(response: Response) -> Response:
    response.vary.update(VARY)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
