"""What the pages of the wizard share: blueprint, frame of a step, the answer to a stale page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from rentan.core.permissions import Permission
from rentan.pendaftaran.langkah import LANGKAH
from rentan.pendaftaran.queries import Keadaan, biaya_untuk, load_keadaan
from rentan.pendaftaran.simpan import require_open
from rentan.web.access import pelaku, requires
from rentan.web.forms import BaseForm, VersionedForm
from rentan.web.page import render_page

bp = Blueprint("pendaftaran", __name__, url_prefix="/pendaftaran")
own = requires(Permission.PENDAFTARAN_SENDIRI)


def closed(keadaan: Keadaan) -> Response | None:
    """Steps are closed while a sent letter is under way: the start page says so; a post is refused (422)."""
    if keadaan.surat_lain is None and not keadaan.terkunci:
        return None
    if request.method == "POST":
        require_open(keadaan)
    return redirect(url_for(".index" if keadaan.surat_lain else ".check"), 303)  # type: ignore[return-value]


def steps_shown(keadaan: Keadaan, kini: str) -> list[dict[str, Any]]:
    steps = [
        {
            "judul": one.judul,
            "url": url_for(one.endpoint),
            "keadaan": "kini" if one.kunci == kini else ("belum" if one.kurang(keadaan) else "selesai"),
        }
        for one in LANGKAH
    ]
    last = {"judul": "Periksa dan kirim", "keadaan": "kini" if kini == "periksa" else "belum"}
    return [*steps, last | {"url": url_for(".check") if keadaan.draf else None}]


def back_or(url: str) -> str:
    """``url``, or the check of the answers when that is where the donor came from."""
    return url_for(".check") if request.args.get("kembali") == "periksa" else url


def next_step(kunci: str) -> str:
    """Where the button leads: the next step, or back to the check."""
    keys = [one.kunci for one in LANGKAH]
    return back_or(url_for(LANGKAH[keys.index(kunci) + 1].endpoint))


def render_step(
    kunci: str,
    template: str,
    form: BaseForm,
    tersimpan: BaseForm | None = None,
    *,
    versi_kini: int | None = None,
    block: str = "formulir",
    **ctx: Any,
) -> Response:
    """One step's page; an out-of-date one (409) shows what is stored beside what was typed."""
    keadaan = load_keadaan(seen_by=pelaku())
    beda: list[dict[str, str]] = []
    if isinstance(form, VersionedForm):
        current = keadaan.isian.versi_langkah(kunci) if versi_kini is None else versi_kini
        beda = form.differences(tersimpan, current)
    return render_page(
        template,
        block,
        form=form,
        keadaan=keadaan,
        langkah=steps_shown(keadaan, kunci),
        beda=beda,
        kembali="periksa" if request.args.get("kembali") == "periksa" else None,
        **({"biaya": biaya_untuk(keadaan)} | ctx),
    )
