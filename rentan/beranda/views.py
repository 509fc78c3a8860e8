"""The start page: what waits for me."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from rentan.beranda import queries
from rentan.core.permissions import Permission
from rentan.web.access import pelaku, public, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page

bp = Blueprint("beranda", __name__)
add_menu("Beranda", "beranda.index", Permission.AKUN_SENDIRI, awalan=("/beranda", "/macet"), urutan=0)


@bp.get("/")
@public
def root() -> ResponseReturnValue:
    """The bare address: the start page, or the sign-in for guests."""
    return redirect(url_for("beranda.index" if current_user.is_authenticated else "akun.sign_in"), 303)


@bp.get("/beranda")
@requires(Permission.AKUN_SENDIRI)
def index() -> Response:
    """One part per role: how things stand, what waits, and one next step."""
    bagian = queries.list_bagian(pelaku())
    # One primary button: the first part in which something waits, else the first part that has a step.
    utama = next((one for one in bagian if one.mendesak and one.langkah), None)
    utama = utama or next((one for one in bagian if one.langkah), None)
    return render_page("beranda/beranda.html", bagian=bagian, utama=utama)
