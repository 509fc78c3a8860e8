"""What every page shows: city profile, menu of the signed-in person, demo banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_login import current_user

from rentan.core.permissions import Permission
from rentan.ext import runtime
from rentan.web.access import pelaku


@dataclass(frozen=True)
class ButirMenu:
    """One entry of the main menu: shown to people with one of ``izin``; active below ``awalan``."""

    label: str
    endpoint: str
    izin: frozenset[Permission]
    awalan: str


_MENU: list[ButirMenu] = []


def add_menu(label: str, endpoint: str, *izin: Permission, awalan: str, pertama: bool = False) -> None:
    """A room announces its entry when its views are imported; the start page's stands first (``pertama``)."""
    _MENU.insert(0 if pertama else len(_MENU), ButirMenu(label, endpoint, frozenset(izin), awalan))


def init_context(app: Flask) -> None:
    """Give every template the frame's variables."""

    @app.context_processor
    def _frame() -> dict[str, Any]:
        profil, settings = runtime().profil, runtime().settings
        return {
            "profil": profil,
            "demo": settings.demo,
            "menu": _menu() if current_user.is_authenticated else [],
            "pengguna": current_user if current_user.is_authenticated else None,
            "url_logo": url_for("static", filename=f"kota/logo{profil.logo.suffix}"),
            "boleh": pelaku().can,
            "Izin": Permission,
        }


def _menu() -> list[tuple[str, str, bool]]:
    mine = pelaku().permissions
    return [
        (one.label, url_for(one.endpoint), request.path.startswith(one.awalan))
        for one in _MENU
        if not one.izin or one.izin & mine
    ]
