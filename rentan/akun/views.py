"""Signing in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, request

from rentan.akun.pengguna import Pengguna, load_pengguna
from rentan.ext import login_manager
from rentan.web.access import request_id

bp = Blueprint("akun", __name__)


@login_manager.user_loader
def _load(token: str) -> Pengguna | None:
    return load_pengguna(token, permintaan_id=request_id(), alamat=request.remote_addr or "")
