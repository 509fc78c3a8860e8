"""A tiny application around the face (templates, static files, forms), without the rooms of the house."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from rentan.ext import db
from rentan.web.filters import init_filters
from rentan.web.static import init_static

ROOT = Path(__file__).resolve().parents[2]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)

PROFIL = SimpleNamespace(
    nama_aplikasi="rentan",
    nama_kota="Kota Contohan",
    nama_pemda="Pemerintah Kota Contohan",
    nama_gerakan="Gerakan ASN Peduli Pekerja Rentan",
)
MENU = [
    ("Beranda", "/", True),
    ("Pendaftaran", "/pendaftaran", False),
    ("Partisipasi", "/partisipasi", False),
]


def make_app(templates: dict[str, str] | None = None, csrf: bool = False) -> Flask:
    """The face with the given extra templates; ``csrf`` off lets tests post without a token."""
    app = Flask("wajah", static_folder=None)
    app.config.update(
        SECRET_KEY="kunci uji coba yang tidak dipakai di mana pun",
        TESTING=True,
        WTF_CSRF_ENABLED=csrf,
        SQLALCHEMY_DATABASE_URI="sqlite://",
    )
    folders = [ROOT / "templates", ROOT / "tests/web/templates"]
    app.jinja_env.loader = ChoiceLoader([DictLoader(templates or {}), FileSystemLoader(folders)])
    db.init_app(app)
    CSRFProtect(app)
    init_filters(app)
    init_static(app, ROOT / "static")

    @app.context_processor
    def _frame() -> dict[str, object]:
        pengguna = SimpleNamespace(nama="Sari Contoh", keterangan="Dinas Contoh")
        return {"profil": PROFIL, "menu": MENU, "demo": True, "pengguna": pengguna}

    @app.after_request
    def _headers(response):
        response.headers["Content-Security-Policy"] = CSP
        return response

    return app
