"""Answers that are files: headers that let a browser do nothing with them but show or save (UPL-4)."""

from __future__ import annotations

from flask import Response

MIME_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SANDBOX = "sandbox; default-src 'none'"


def kirim_berkas(data: bytes, mime: str, nama: str, *, lampiran: bool) -> Response:
    """``data`` as a file called ``nama`` (ours: ASCII, nobody's name); ``lampiran``: to be saved.

    No ranges, no conditions: each answer is whole, so that each look passes access check and trail.
    """
    response = Response(data, mimetype=mime)
    how = "attachment" if lampiran else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="{nama}"'
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Accept-Ranges"] = "none"
    response.headers["Cache-Control"] = "no-store"
    return response
