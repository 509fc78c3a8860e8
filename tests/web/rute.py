"""Routes for the tests of the edge: each does one thing that a view may do, or must not do."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from rentan.core.audit import Peristiwa, record
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.web.access import pelaku, public, requires
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import after_reading, answered_before, finish
from tests import factories


def make_blueprint() -> Blueprint:
    bp = Blueprint("uji", __name__, url_prefix="/uji")

    @bp.get("/baca")
    @public
    def read() -> ResponseReturnValue:
        return str(db.session.scalar(text("SELECT count(*) FROM pekerja")))

    @bp.get("/tulis")
    @public
    def write_while_reading() -> ResponseReturnValue:
        db.session.execute(text("UPDATE opd SET nama = 'diubah'"))
        return "tertulis"

    @bp.get("/lihat")
    @requires(Permission.AKUN_SENDIRI)
    def look() -> ResponseReturnValue:
        record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="uji", jumlah=1)
        after_reading(lambda: db.session.execute(text("UPDATE opd SET nama = 'sesudah' WHERE kode = 'BKPP'")))
        return "terlihat"

    @bp.post("/simpan")
    @requires(Permission.AKUN_SENDIRI)
    def save() -> ResponseReturnValue:
        if answer := answered_before():
            return answer
        row = factories.make_pekerja(request.form["nama"])
        record(Peristiwa.PEKERJA_DICATAT, by=pelaku(), objek=row)
        return finish(f"/uji/hasil/{row.id}", "Tersimpan.")

    @bp.post("/lupa")
    @requires(Permission.AKUN_SENDIRI)
    def forget_to_commit() -> ResponseReturnValue:
        row = factories.make_pekerja("Terlupa")
        record(Peristiwa.PEKERJA_DICATAT, by=pelaku(), objek=row)
        return "lupa"

    @bp.post("/tolak/<jenis>")
    @requires(Permission.AKUN_SENDIRI)
    def refuse(jenis: str) -> ResponseReturnValue:
        row = factories.make_pekerja("Ditolak")
        record(Peristiwa.PEKERJA_DICATAT, by=pelaku(), objek=row)
        record(Peristiwa.AKSES_DITOLAK, by=pelaku(), hasil="ditolak", rute="uji.refuse")
        if jenis == "kembar":
            factories.make_pekerja("Kembar", digits="3374151705809001")
            factories.make_pekerja("Kembar", digits="3374151705809001")
        raise {
            "aturan": RuleError("Isi dahulu namanya, lalu kirim lagi."),
            "tiada": NotFound("Pekerja dengan nomor itu milik OPD lain."),
            "hak": Forbidden(),
            "usang": Stale(),
        }[jenis]

    @bp.get("/rusak")
    @public
    def broken() -> ResponseReturnValue:
        nik = "3374151705809001"
        raise ZeroDivisionError(f"rahasia {nik}")

    @bp.get("/admin")
    @requires(Permission.PENGATURAN_UBAH)
    def for_admins() -> ResponseReturnValue:
        return "admin"

    @bp.post("/isi")
    @public
    def body() -> ResponseReturnValue:
        return str(len(request.get_data()))

    @bp.post("/berkas")
    @public
    @body_limit(UPLOAD_BYTES)
    def upload() -> ResponseReturnValue:
        return str(sum(len(one.read()) for one in request.files.values()))

    return bp
