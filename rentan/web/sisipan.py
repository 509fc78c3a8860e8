"""Pieces that a room puts on a page of a room to its left, which may not know it (one-way imports)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rentan.core.actor import Pelaku

#: Template variables for the page of this endpoint.
Piece = Callable[[Pelaku], dict[str, Any]]
_PIECES: dict[str, list[Piece]] = {}


def add_piece(endpoint: str, piece: Piece) -> Piece:
    """Announce a piece when the room's views are imported; the page's template shows what it finds."""
    _PIECES.setdefault(endpoint, []).append(piece)
    return piece


def pieces_of(endpoint: str, by: Pelaku) -> dict[str, Any]:
    """All variables that other rooms add to this page."""
    found: dict[str, Any] = {}
    for piece in _PIECES.get(endpoint, ()):
        found |= piece(by)
    return found
