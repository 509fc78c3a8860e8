"""The house plan, checked on the syntax trees (house.md): who may import whom, named by file and line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Import only what stands to your left. A new room gets its place here.
ORDER = (
    "util", "profil", "config", "ext", "core", "web",
    "wilayah", "opd", "akun", "asn", "aktivasi", "jejak", "pengaturan", "tarif", "pekerja", "asuhan", "calon",
    "berkas", "surat_kuasa", "verifikasi", "pindai", "paket", "iuran", "autodebet", "setoran",
    "kepesertaan", "kartu", "pencabutan", "perlindungan", "siaga", "cermin", "gladi", "pendaftaran",
    "laporan", "beranda", "bantuan",
    "models", "reference", "migrations", "demo", "jobs", "rooms", "cli", "factory", "server", "app",
)  # fmt: skip
FIRST_ROOM, LAST_ROOM = ORDER.index("wilayah"), ORDER.index("bantuan")
#: Files of a room that only their own room may use; ``rooms.py`` collects the blueprints out of them.
OWN_ROOM_ONLY = ("views", "forms", "web")
#: Within a room: each file imports only what stands before it. Files with other names are free.
FURNITURE = ("status", "models", "queries", "actions", "forms", "views")
#: Who may know Flask. ``ext`` and ``rooms`` are glue: extensions and blueprints.
FLASK_FILES = ("views", "forms", "web")
FLASK_PLACES = ("web", "cli", "factory", "ext", "rooms", "app")


def parts_of(path: str) -> tuple[str, ...]:
    """``rentan/asn/models.py`` -> ``("asn", "models")``."""
    parts = Path(path).with_suffix("").parts
    parts = parts[1:] if parts[0] == "rentan" else parts
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def imports_of(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported, ``from x import y`` as ``x.y``, relative names resolved."""
    package = Path(path).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            if node.level:
                base = [*package[: len(package) - node.level + 1], *base]
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def breaches(path: str, source: str) -> list[str]:
    """Every breach of the plan in one file, as ``path:line: sentence``."""
    tree = ast.parse(source, path)
    here = parts_of(path)
    if here[0] not in ORDER:
        return [f"{path}:1: {here[0]} has no place in ORDER (tests/test_architecture.py)"]
    found = [f"{path}:{line}: import inside function {name}" for line, name in imports_inside_functions(tree)]
    for line, name in imports_of(path, tree):
        top, *rest = name.split(".")
        if top == "flask" or top.startswith("flask_"):
            if here[0] not in FLASK_PLACES and not here[-1].startswith(FLASK_FILES):
                found.append(f"{path}:{line}: {here[-1]} may not know {top}")
        elif top == "rentan" and rest and rest[0] != here[0]:
            found += [f"{path}:{line}: {why}" for why in _between_rooms(here, rest)]
        elif top == "rentan" and len(rest) > 1:
            found += [f"{path}:{line}: {why}" for why in _within_room(here, rest)]
        elif top in ("tests", "app"):
            found.append(f"{path}:{line}: {top} may not be imported here")
    return found


def _between_rooms(here: tuple[str, ...], there: list[str]) -> Iterator[str]:
    if there[0] not in ORDER:
        yield f"rentan.{there[0]} has no place in ORDER"
    elif ORDER.index(there[0]) > ORDER.index(here[0]):
        yield f"{here[0]} may not import {there[0]}, which stands to its right"
    elif (
        here[0] != "rooms"
        and FIRST_ROOM <= ORDER.index(there[0]) <= LAST_ROOM
        and len(there) > 1
        and there[1].startswith(OWN_ROOM_ONLY)
    ):
        yield f"{there[1]} of {there[0]} belongs to that room alone"


def _within_room(here: tuple[str, ...], there: list[str]) -> Iterator[str]:
    if not FIRST_ROOM <= ORDER.index(here[0]) <= LAST_ROOM or len(here) < 2:
        return
    mine, other = here[1], there[1]
    if mine in FURNITURE and other in FURNITURE and FURNITURE.index(other) > FURNITURE.index(mine):
        yield f"{mine} may not import {other} of its own room"
    if mine not in FURNITURE and not mine.startswith(OWN_ROOM_ONLY) and other.startswith("views"):
        yield f"{mine} may not import {other}: views are the outermost files"


def imports_inside_functions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno, getattr(node, "name", "lambda")


def source_files() -> list[str]:
    found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "rentan").rglob("*.py")]
    return sorted(path for path in found if "/versions/" not in path and path != "rentan/__init__.py")


def test_imports_run_one_way() -> None:
    found = [breach for path in source_files() for breach in breaches(path, (ROOT / path).read_text("utf-8"))]
    assert not found, "\n" + "\n".join(found)


def test_app_is_the_only_module_at_the_top() -> None:
    assert [path.name for path in ROOT.glob("*.py")] == ["app.py"]
    assert not list(imports_inside_functions(ast.parse((ROOT / "app.py").read_text("utf-8"))))


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        (
            "rentan/asn/models.py",
            "x = 1\nfrom rentan.calon.models import Calon",
            ":2: asn may not import calon",
        ),
        ("rentan/asn/models.py", "from rentan import calon", "asn may not import calon"),
        ("rentan/asn/models.py", "from ..calon import models", "asn may not import calon"),
        ("rentan/core/audit.py", "import rentan.web.page", "core may not import web"),
        ("rentan/util/nik.py", "from rentan.core.clock import today", "util may not import core"),
        (
            "rentan/calon/actions.py",
            "from rentan.asn import views",
            "views of asn belongs to that room alone",
        ),
        (
            "rentan/calon/forms.py",
            "from rentan.asn.forms import F",
            "forms of asn belongs to that room alone",
        ),
        ("rentan/asn/actions.py", "from flask import request", "actions may not know flask"),
        ("rentan/asn/queries.py", "import flask_login", "queries may not know flask_login"),
        ("rentan/asn/queries.py", "from rentan.asn.actions import join", "queries may not import actions"),
        ("rentan/asn/hitungan.py", "from rentan.asn import views", "views are the outermost files"),
        ("rentan/asn/views.py", "def f():\n    import json", ":2: import inside function f"),
        ("rentan/asn/views.py", "class A:\n  async def f(self):\n    from json import loads", ":3: import"),
        ("rentan/anyar/models.py", "", "anyar has no place in ORDER"),
        ("rentan/asn/models.py", "import rentan.anyar", "rentan.anyar has no place in ORDER"),
        ("rentan/asn/actions.py", "from tests.cast import Cast", "tests may not be imported"),
    ],
)
def test_checker_finds_planted_breach(path: str, source: str, said: str) -> None:
    found = breaches(path, source)
    assert len(found) == 1
    assert found[0].startswith(path)
    assert said in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "rentan/calon/actions.py",
            "from rentan.asn import models, queries\nfrom rentan.pekerja.status import S",
        ),
        (
            "rentan/asn/views.py",
            "import flask\nfrom rentan.web.page import render_page\nfrom rentan.asn import forms",
        ),
        ("rentan/rooms.py", "from flask import Blueprint\nfrom rentan.asn import views"),
        ("rentan/cli/asn.py", "import flask\nfrom rentan.asn import actions"),
    ],
)
def test_checker_accepts_the_plan(path: str, source: str) -> None:
    assert breaches(path, source) == []
