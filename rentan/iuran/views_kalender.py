"""The admin's calendar: all dates of a year, and the days that differ from the holiday library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.iuran.forms_tarif import TAHUN, HariForm
from rentan.iuran.views_konfirmasi import seen, sign
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.tarif import actions
from rentan.tarif.queries import hari_khusus, jadwal_bulan, list_hari_khusus
from rentan.util.kalender import libur_nasional
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.web.access import fresh, pelaku, requires
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish

bp = Blueprint("kalender", __name__, url_prefix="/tarif")
P = Permission


@bp.get("/hari")
@requires(P.TARIF_UBAH)
def calendar() -> Response:
    """All dates of a year's months, and the days that the city treats otherwise than the holiday library."""
    tahun = request.args.get("tahun", today().year, type=int)
    if tahun not in TAHUN:
        raise NotFound
    return render_page(
        "tarif/hari.html",
        tahun=tahun,
        tahun_lain=[one for one in (tahun - 1, tahun + 1) if one in TAHUN],
        jadwal=[jadwal_bulan(date(tahun, n, 1)) for n in range(1, 13)],
        khusus=list_hari_khusus(tahun),
        libur=[one for one in sorted(libur_nasional(tahun).items()) if one[0].weekday() < 5],
        kini=awal_bulan(today()),
    )


@bp.route("/hari/ubah", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
def change_day() -> ResponseReturnValue:
    """Add or take back a special day, after seeing which months' dates move."""
    form = HariForm()
    judul = "Ubah hari kerja"
    if not form.accepts():
        return render_page("tarif/ubah.html", form=form, judul_halaman=judul)
    if answer := answered_before():
        return answer
    tanggal, jenis = form.tanggal.data, form.jenis.data
    khusus: dict[str, frozenset[date]] | None = None
    with form.rules():
        if tanggal.year not in TAHUN:
            raise RuleError(f"Isi tanggal antara tahun {TAHUN[0]} dan {TAHUN[-1]}.", "tanggal", kode="tahun")
        khusus = actions.plan_hari(tanggal, jenis)
    if khusus is None:
        return render_page("tarif/ubah.html", form=form, judul_halaman=judul)
    geser = _geseran(tanggal, khusus)
    angka = {one["bulan"]: [one["lama"], one["baru"]] for one in geser}
    if form.token.data:
        with form.rules():
            if seen(form) != angka:
                raise Stale(
                    "Kalender berubah sejak pratinjau ini dibuat, sehingga belum ada yang disimpan. Periksa "
                    "tanggal yang baru, lalu setujui lagi."
                )
            actions.change_hari(tanggal, jenis, form.nama.data or "", by=pelaku())
            return finish(url_for(".calendar", tahun=tanggal.year), "Kalender sudah disimpan.")
    form.token.data = sign(form, angka)
    return render_page(
        "tarif/hari_pratinjau.html",
        form=form,
        judul_halaman=judul,
        tanggal=tanggal,
        geser=geser,
        menjadi=form.label_of("jenis"),
    )


def _geseran(tanggal: date, khusus: Mapping[str, frozenset[date]]) -> list[dict[str, Any]]:
    """The dates that move, of the months around that day; ``jalan``: the month's list is frozen already,
    by its date or by a batch that was locked earlier."""
    found = []
    batch = select(Paket.periode).where(
        Paket.jenis == JenisPaket.DEBET, Paket.status.not_in((StatusPaket.DISUSUN, StatusPaket.DIBATALKAN))
    )
    beku = set(db.session.scalars(batch))
    for n in range(-2, 3):
        bulan = tambah_bulan(awal_bulan(tanggal), n)
        lama, baru = jadwal_bulan(bulan, hari_khusus()), jadwal_bulan(bulan, khusus)
        if lama == baru:
            continue
        a, b = asdict(lama), asdict(baru)
        found.append(
            {
                "bulan": bulan.isoformat(),
                "pada": bulan,
                "jalan": lama.kunci <= today() or bulan in beku,
                "tanggal": [(LANGKAH[k], a[k], b[k]) for k in LANGKAH if a[k] != b[k]],
                "lama": {k: a[k].isoformat() for k in LANGKAH},
                "baru": {k: b[k].isoformat() for k in LANGKAH},
            }
        )
    return found


#: The dates of a month in the order of the work (states.md §6).
LANGKAH = {
    "kandidat": "Daftar calon debet",
    "kunci": "Batas berkas",
    "setuju": "Disetujui",
    "kirim": "Dikirim ke bank",
    "debet": "Hari debet",
    "hasil": "Jawaban bank",
    "ulang": "Debet ulang",
    "setor": "Disetor ke BPJS",
    "jawab": "Jawaban BPJS",
}
