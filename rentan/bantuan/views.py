"""Help: a page per role, and one for those who cannot sign in yet. Nothing in it is secret."""

from __future__ import annotations

from flask import Blueprint, Response

from rentan.bantuan import queries
from rentan.web.access import pelaku, public
from rentan.web.page import render_page

bp = Blueprint("bantuan", __name__, url_prefix="/bantuan")


@bp.get("")
@public
def index() -> Response:
    """All pages, those of the reader's own roles first."""
    own, others = queries.list_halaman(pelaku())
    return render_page("bantuan/daftar.html", sendiri=own, lain=others)


@bp.get("/<kunci>")
@public
def page(kunci: str) -> Response:
    """What to do, in one page."""
    halaman = queries.get_halaman(kunci)
    return render_page(f"bantuan/{halaman.kunci}.html", halaman=halaman, f=queries.fakta())
