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
    """One entry of the main menu: for people with one of ``izin`` and without ``kecuali``."""

    urutan: int
    label: str
    endpoint: str
    izin: frozenset[Permission]
    kecuali: Permission | None
    awalan: tuple[str, ...]


_MENU: list[ButirMenu] = []


def add_menu(
    label: str,
    endpoint: str,
    *izin: Permission,
    awalan: str | tuple[str, ...],
    urutan: int,
    kecuali: Permission | None = None,
) -> None:
    """A room announces its entry when its views are imported.

    ``urutan`` is its place: start page 0, figures and daily work 10-39, own sponsorship 40-59,
    registers 60-79, upkeep 80-99. ``kecuali`` hides it from people who have something better; it is
    active below ``awalan``, unless another entry names more of the address.
    """
    starts = (awalan,) if isinstance(awalan, str) else awalan
    _MENU.append(ButirMenu(urutan, label, endpoint, frozenset(izin), kecuali, starts))
    _MENU.sort(key=lambda one: one.urutan)


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
    shown = [one for one in _MENU if one.izin & mine and one.kecuali not in mine]
    active = max(shown, key=_matched, default=None)
    return [(one.label, url_for(one.endpoint), one is active and _matched(one) > 0) for one in shown]


def _matched(one: ButirMenu) -> int:
    """How much of this page's address the entry names: the closest entry is the one that is lit."""
    return max((len(start) for start in one.awalan if request.path.startswith(start)), default=0)
