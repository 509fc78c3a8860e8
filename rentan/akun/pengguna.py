"""The signed-in person as Flask-Login and the page frame see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from rentan.akun.models import Akun, Sesi
from rentan.akun.queries import find_sesi, needs_totp, pelaku_of
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.permissions import Peran
from rentan.ext import runtime

#: A password or a code this recent counts as fresh (AUT-7).
SEGAR = timedelta(minutes=10)


@dataclass(eq=False)
class Pengguna:
    """An account inside one live session, with what Flask-Login asks of a user.

    ``get_id`` is the session's token: that is what the cookie carries.
    """

    is_authenticated = is_active = True
    is_anonymous = False

    token: str
    akun: Akun
    sesi: Sesi
    pelaku: Pelaku

    def get_id(self) -> str:
        return self.token

    @property
    def akun_id(self) -> uuid.UUID:
        return self.akun.id

    @property
    def sesi_id(self) -> uuid.UUID:
        return self.sesi.id

    @property
    def nama(self) -> str:
        return self.akun.nama

    @property
    def keterangan(self) -> str:
        """The roles in words, under the name in the page head."""
        return ", ".join(peran.label for peran in sorted(self.pelaku.peran)) or "Tanpa peran"

    @property
    def is_segar(self) -> bool:
        """Did the person prove who they are within the last ten minutes (AUT-7)?"""
        return now() - self.sesi.segar_pada <= SEGAR

    @property
    def must_enrol(self) -> bool:
        """A city-wide role without a second factor in this session: nothing opens before that (AUT-5)."""
        return self.sesi.totp_pada is None and needs_totp(self.pelaku.peran)


def is_over(sesi: Sesi, pelaku: Pelaku) -> bool:
    """Has this session run out, by its absolute end or by lying idle (SES-2)?"""
    batas, at = runtime().profil.batas, now()
    staff = bool(pelaku.peran - {Peran.ASN})
    idle = timedelta(minutes=batas.menit_diam_petugas if staff else batas.menit_diam_donatur)
    return at >= sesi.habis_pada or at - sesi.terakhir_pada > idle


def load_pengguna(token: str, *, permintaan_id: str = "", alamat: str = "") -> Pengguna | None:
    """Who holds this token, or ``None`` when the session ended, ran out, or the account is switched off."""
    found = find_sesi(token)
    if found is None:
        return None
    sesi, akun = found
    if sesi.dicabut_pada is not None or not akun.aktif:
        return None
    pelaku = pelaku_of(akun, permintaan_id=permintaan_id, alamat=alamat)
    return None if is_over(sesi, pelaku) else Pengguna(token, akun, sesi, pelaku)
