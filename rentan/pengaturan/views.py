"""The city's choices (product.md §6), shown with their reasons and changed by the admin."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.core.settings import SETTINGS, change_setting, get_setting
from rentan.ext import runtime
from rentan.pengaturan.forms import check_seen, in_words, setting_form, value_of
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

bp = Blueprint("pengaturan", __name__, url_prefix="/pengaturan")
add_menu("Pengaturan", "pengaturan.index", Permission.PENGATURAN_UBAH, awalan="/pengaturan", urutan=85)


@bp.get("")
@requires(Permission.PENGATURAN_UBAH)
def index() -> ResponseReturnValue:
    """Every setting with its value, the profile's value and its reason."""
    rows = [
        (one, in_words(get_setting(one.kunci)), in_words(runtime().profil.batas[one.kunci]))
        for one in SETTINGS.values()
    ]
    return render_page("pengaturan/daftar.html", baris=rows)


@bp.route("/<kunci>", methods=["GET", "POST"])
@requires(Permission.PENGATURAN_UBAH)
@fresh
def change(kunci: str) -> ResponseReturnValue:
    """Change one setting."""
    if kunci not in SETTINGS:
        raise NotFound
    pilihan = SETTINGS[kunci]
    form = setting_form(pilihan, get_setting(kunci))
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            check_seen(form, get_setting(kunci))
            change_setting(kunci, value_of(pilihan, form), by=pelaku())
            return finish(url_for(".index"), "Pengaturan sudah disimpan dan berlaku sekarang.")
    return render_page("pengaturan/ubah.html", form=form, pilihan=pilihan)
