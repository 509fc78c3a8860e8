"""What is shown for a moment only: the page leaves by itself, scripts or not (MSK-1)."""

from __future__ import annotations

from flask import Response

from rentan.ext import runtime


def show_sesaat(response: Response, url: str) -> Response:
    """Go on to ``url`` after ``detik_buka_nik`` seconds (at most 60), and stay out of every cache."""
    detik = min(60, int(runtime().profil.batas.detik_buka_nik))
    response.headers["Refresh"] = f"{detik}; url={url}"
    response.headers["Cache-Control"] = "no-store"
    return response
