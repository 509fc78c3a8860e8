"""Sessions and passwords: what changes when somebody signs in, leaves, or chooses a password."""

from __future__ import annotations

import secrets
from datetime import timedelta

from rentan.akun.models import Akun, Sesi
from rentan.akun.queries import list_sesi, token_hash
from rentan.akun.sandi import check_sandi, hash_sandi
from rentan.core.clock import now
from rentan.ext import db, runtime

__all__ = ["check_sandi", "hash_sandi", "open_sesi"]


def open_sesi(akun: Akun, *, alamat: str, perangkat: str, totp: bool) -> str:
    """Add a session row and answer its token, the only copy (SES-1); the oldest of more than five ends (SES-5).

    ``totp``: the second factor was used just now.
    """
    batas, at = runtime().profil.batas, now()
    for old in list_sesi(akun.id)[batas.sesi_per_akun - 1 :]:
        old.dicabut_pada = at
    token = secrets.token_urlsafe(32)
    db.session.add(
        Sesi(
            token_hash=token_hash(token),
            akun_id=akun.id,
            dibuat_pada=at,
            terakhir_pada=at,
            habis_pada=at + timedelta(hours=batas.jam_sesi),
            segar_pada=at,
            totp_pada=at if totp else None,
            alamat=alamat[:200],
            perangkat=perangkat[:200],
        )
    )
    akun.terakhir_masuk_pada = at
    return token
