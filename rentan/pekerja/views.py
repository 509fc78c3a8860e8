"""The lists of workers whom another programme covers."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response

from rentan.core.clock import today
from rentan.core.permissions import Permission
from rentan.pekerja import queries
from rentan.pekerja.impor import PENANGAN
from rentan.web.access import requires
from rentan.web.context import add_menu
from rentan.web.impor import HalamanImpor, add_import_routes
from rentan.web.page import render_page

bp = Blueprint("pekerja", __name__)
add_menu(
    "Pelindungan lain",
    "pekerja.list_lists",
    Permission.PELINDUNGAN_IMPOR,
    awalan="/pekerja/pelindungan",
    urutan=60,
)
add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=Permission.PELINDUNGAN_IMPOR,
        alamat="/pekerja/pelindungan/impor",
        asal="pekerja.list_lists",
        pengantar="Daftar pekerja yang iurannya sudah dibayar program lain, agar tidak dibayar dua kali.",
        kolom="NIK, NAMA, SUMBER (misalnya APBD atau DBHCHT), MULAI, SELESAI.",
    ),
)


@bp.get("/pekerja/pelindungan")
@requires(Permission.PELINDUNGAN_IMPOR)
def list_lists() -> Response:
    """How many workers each list covers now, and until when: counts only, no names."""
    found = queries.list_sumber()
    rows: dict[tuple[date, str], dict[str, int]] = {}
    # What ends next stands first, what is over stands last.
    for one in sorted(found, key=lambda one: (one.selesai < today(), one.selesai)):
        cells = rows.setdefault((one.selesai, one.keadaan), {})
        cells[one.sumber] = cells.get(one.sumber, 0) + one.jumlah
    return render_page(
        "pekerja/pelindungan.html",
        sumber=sorted({one.sumber for one in found}),
        baris=rows,
        jumlah=sum(one.jumlah for one in found),
        berlaku=sum(one.jumlah for one in found if one.mulai <= today() <= one.selesai),
    )
