"""Error pages: what happened, why, what next; an id instead of details (LOG-1)."""

from __future__ import annotations

import logging

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from rentan.core.audit import undo_changes
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.ext import login_manager
from rentan.web.access import request_id

logger = logging.getLogger(__name__)

TEXTS: dict[int, tuple[str, str]] = {
    400: (
        "Permintaan tidak dapat diproses",
        "Halaman ini mungkin sudah lama terbuka. Kembali, muat ulang halaman, lalu kirim lagi.",
    ),
    403: (
        "Anda tidak berhak membuka halaman ini",
        "Peran Anda tidak mencakup halaman atau tindakan ini. "
        "Bila menurut Anda seharusnya boleh, hubungi admin.",
    ),
    404: (
        "Halaman tidak ditemukan",
        "Alamat ini tidak ada, atau datanya bukan untuk Anda. Periksa alamatnya atau kembali ke beranda.",
    ),
    405: ("Cara membuka halaman ini keliru", "Kembali ke beranda, lalu buka halaman melalui menu."),
    409: (
        "Data sudah berubah",
        "Orang lain mengubah data ini sejak Anda membukanya. "
        "Kembali, muat ulang halaman, lalu periksa isinya.",
    ),
    413: (
        "Isian atau berkas terlalu besar",
        "Kiriman melebihi batas ukuran, sehingga tidak disimpan. Perkecil berkasnya, lalu kirim lagi.",
    ),
    422: ("Isian belum dapat diterima", "Kembali ke halaman sebelumnya dan periksa isian Anda."),
    429: ("Terlalu banyak percobaan", "Tunggu beberapa menit, lalu coba lagi."),
    500: (
        "Terjadi gangguan pada aplikasi",
        "Kesalahan ini tercatat dan tidak mengubah data. "
        "Coba lagi; bila berulang, sampaikan nomor di bawah kepada admin.",
    ),
    503: (
        "Layanan sedang tidak tersedia",
        "Basis data atau penyimpanan belum dapat dihubungi. Tidak ada yang hilang; coba lagi sebentar.",
    ),
    507: (
        "Ruang penyimpanan penuh",
        "Berkas belum tersimpan. Admin telah diberi tahu melalui catatan; coba lagi nanti.",
    ),
}

TEKS = {"Content-Type": "text/plain; charset=utf-8"}


def error_page(status: int, pesan: str | None = None) -> ResponseReturnValue:
    """The page (or, for htmx, the panel) of one refusal."""
    judul, bawaan = TEXTS.get(status, TEXTS[500] if status >= 500 else TEXTS[400])
    response = make_response(
        render_template(
            "galat/galat.html", judul=judul, pesan=pesan or bawaan, status=status, nomor=request_id()
        ),
        status,
    )
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def database_gone(failure: Exception) -> ResponseReturnValue:
    """503 (CRA-3). The page is a guest's: asking who is signed in would need the database again."""
    undo_changes()
    g._login_user = login_manager.anonymous_user()
    g.pop("pelaku", None)
    logger.error("database: %s", type(getattr(failure, "orig", failure)).__name__)
    return error_page(503)


def init_errors(app: Flask) -> None:
    """One handler per kind of refusal; unknown exceptions are logged without values and shown as 500."""

    @app.errorhandler(RuleError)
    def _rule(refused: RuleError) -> ResponseReturnValue:
        undo_changes()
        # AUZ-2: somebody else's row and a missing row give the same page, so the sentence is the general one.
        return error_page(refused.status, None if isinstance(refused, NotFound) else refused.pesan)

    @app.errorhandler(CSRFError)
    def _csrf(_refused: CSRFError) -> ResponseReturnValue:
        return error_page(400)

    @app.errorhandler(SecurityError)
    def _foreign_host(_refused: SecurityError) -> ResponseReturnValue:
        # HST-1: under a host that is not ours no address can be built, so this is no page of ours.
        return make_response("Alamat ini tidak dilayani. Buka aplikasi melalui alamat resminya.\n", 400, TEKS)

    @app.errorhandler(HTTPException)
    def _http(refused: HTTPException) -> ResponseReturnValue:
        if refused.code is None or refused.code < 400:
            return refused.get_response()
        return error_page(refused.code)

    @app.errorhandler(StaleDataError)
    def _stale(_refused: StaleDataError) -> ResponseReturnValue:
        undo_changes()
        return error_page(Stale.status)

    @app.errorhandler(IntegrityError)
    def _conflict(_refused: IntegrityError) -> ResponseReturnValue:
        undo_changes()
        return error_page(409)

    @app.errorhandler(DataError)
    def _no_such_value(failure: DataError) -> ResponseReturnValue:
        # PostgreSQL takes no NUL in a text: such a value in an address names nothing that exists.
        undo_changes()
        logger.error("database: %s", type(failure.orig).__name__, exc_info=failure)
        return error_page(404 if request.method in ("GET", "HEAD") else 422)

    app.register_error_handler(OperationalError, database_gone)
    app.register_error_handler(DBAPIError, database_gone)
    app.register_error_handler(PoolTimeout, database_gone)

    @app.errorhandler(Exception)
    def _unknown(failure: Exception) -> ResponseReturnValue:
        undo_changes()
        app.logger.error("unhandled", exc_info=failure)
        if app.testing:
            raise failure
        return error_page(500)
