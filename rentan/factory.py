"""The application factory: settings, extensions, rooms, guards, commands, in this order."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from rentan import cli, models  # noqa: F401 (models: the metadata must be whole)
from rentan.config import Settings, load_settings
from rentan.core.clock import set_zone
from rentan.core.secrets import create_key_file, load_keyring
from rentan.core.storage import open_store
from rentan.core.subject import check_fingerprint
from rentan.ext import Runtime, db, login_manager, migrate
from rentan.profil import load_profil
from rentan.rooms import BLUEPRINTS
from rentan.web.access import init_access
from rentan.web.context import init_context
from rentan.web.errors import init_errors
from rentan.web.filters import init_filters
from rentan.web.logs import init_logs
from rentan.web.security import init_security
from rentan.web.static import init_static
from rentan.web.transaction import init_transactions

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """One application of one city; ``ConfigError``, ``ProfilError``, ``KeyFileError`` carry sentences."""
    settings = settings or load_settings()
    profil = load_profil(settings.profil_path)
    if settings.demo and not settings.kek_file.exists():
        with suppress(FileExistsError):  # another first start was quicker
            create_key_file(settings.kek_file)
    app = Flask(
        "rentan",
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.instance),
        root_path=str(ROOT / "rentan"),
    )
    set_zone(profil.zona_waktu)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=settings.cookie_name,
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The session itself is a row with its own end (SES-2). The cookie outlives it, so that a form sent
        # after that end is still known to be this person's and comes back after the next sign-in (CSR-2).
        PERMANENT_SESSION_LIFETIME=timedelta(hours=profil.batas.jam_sesi, days=3),
        SQLALCHEMY_DATABASE_URI=_database_url(settings.database_url),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.extensions["rentan"] = Runtime(
        settings=settings,
        profil=profil,
        keyring=load_keyring(settings.kek_file),
        store=open_store(settings.documents_url),
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "rentan" / "migrations"), render_as_batch=True)
    login_manager.init_app(app)
    login_manager.session_protection = None  # our sessions are rows in the database (SES-1)
    init_logs(app)
    init_security(app, settings)
    init_transactions(app)
    CSRFProtect(app)
    init_static(app, ROOT / "static", {f"kota/logo{profil.logo.suffix}": profil.logo})
    app.view_functions["static"].akses = "publik"  # type: ignore[union-attr]
    init_filters(app)
    init_context(app)
    init_errors(app)
    for bp in BLUEPRINTS:
        app.register_blueprint(bp)
    init_access(app)
    cli.init_cli(app)
    with app.app_context():
        check_fingerprint(settings.database_url)
    return app


def _database_url(url: str) -> str:
    """Plain ``postgresql://`` means psycopg 3 here."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _engine_options(url: str) -> dict[str, object]:
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 10}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 4,
        "pool_timeout": 5,
        "connect_args": {
            # A generic plan for ILIKE cost up to 700 ms (platform.md §1); the rest is CON-3.
            "prepare_threshold": None,
            "connect_timeout": 4,
            "options": "-c statement_timeout=15000 -c lock_timeout=5000 "
            "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
        },
    }
