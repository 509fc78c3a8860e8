"""Static files under addresses that carry their hash, so that browsers may keep them for ever (HDR-2).

``url_for("static", filename="css/rentan.css")`` gives ``/static/<hash>/css/rentan.css``. Bootstrap's sheet
comes out of the Bootstrap-Flask wheel by the same road, so nothing of it is copied into the repository. nginx
may serve our own folder itself: ``location ~ ^/static/[0-9a-f]{16}/(.+)$``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, make_response, request

FOREVER = "public, max-age=31536000, immutable"

#: Own table instead of ``mimetypes``: that one reads files of the host and differs between machines.
MIME = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}
PACKED = {".css", ".js", ".svg", ".txt"}

#: Bootstrap draws its arrows and ticks with these, and our policy has no ``data:``. Overriding them in our
#: own sheet is not enough: a page that is left before that sheet has come already asks for them.
DATA_IMAGES = re.compile(rb"""url\((["'])data:.*?\1\)""")

BOOTSTRAP = "vendor/bootstrap.min.css"


@dataclass(frozen=True)
class Isi:
    """One file as it is sent: its address hash, its bytes, and the packed bytes where packing helps."""

    hash: str
    data: bytes
    packed: bytes | None


@lru_cache(maxsize=256)
def _read(path: str, _mtime_ns: int, _size: int) -> Isi:
    data = Path(path).read_bytes()
    if Path(path).suffix == ".css":
        data = DATA_IMAGES.sub(b"none", data)
    # Time 0 in the gzip header: the same bytes from every process.
    packed = gzip.compress(data, 9, mtime=0) if Path(path).suffix in PACKED else None
    return Isi(hashlib.sha256(data).hexdigest()[:16], data, packed)


class StaticFiles:
    """The files of one folder plus single files from elsewhere, by their name in the address."""

    def __init__(self, folder: Path, extra: Mapping[str, Path]) -> None:
        self._files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.suffix in MIME}
        self._files.update(extra)

    def get(self, filename: str) -> Isi:
        """The file's content. Raises ``KeyError`` for a name unknown at start: no path is ever built."""
        path = self._files[filename]
        stat = path.stat()
        return _read(str(path), stat.st_mtime_ns, stat.st_size)


def init_static(app: Flask, folder: Path, extra: Mapping[str, Path] | None = None) -> None:
    """Serve ``folder`` and ``extra`` (name -> file, for instance the city's logo) as endpoint ``static``.

    Make the app with ``static_folder=None``, so that Flask adds no second route of that name.
    """
    bootstrap = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
    store = StaticFiles(folder, {BOOTSTRAP: bootstrap, **(extra or {})})

    def static(hash: str, filename: str) -> Response:
        try:
            isi = store.get(filename)
        except KeyError:
            abort(404)
        return _send(isi, MIME[Path(filename).suffix], fresh=hash == isi.hash)

    app.add_url_rule("/static/<string(length=16):hash>/<path:filename>", "static", static)

    @app.url_defaults
    def _add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "hash" not in values:
            values["hash"] = store.get(values["filename"]).hash


def _send(isi: Isi, mime: str, fresh: bool) -> Response:
    """A page from before an update asks with the old hash: it gets today's file, but may not keep it."""
    packed = isi.packed is not None and "gzip" in request.accept_encodings
    response = make_response(isi.packed if packed else isi.data)
    response.headers["Content-Type"] = mime
    response.headers["Cache-Control"] = FOREVER if fresh else "no-cache"
    response.vary.add("Accept-Encoding")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{isi.hash}-gz" if packed else isi.hash)
    response.make_conditional(request)
    return response
