"""Sessions and passwords: what changes when somebody signs in, leaves, or chooses a password."""

from __future__ import annotations

import re
import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import timedelta

from rentan.akun.models import Akun, Sesi, TautanSandi
from rentan.akun.percobaan import Percobaan, begin_try, forget_tries
from rentan.akun.queries import find_akun, list_sesi, token_hash
from rentan.akun.sandi import check_sandi, hash_sandi, is_sandi, needs_rehash
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.ext import db, runtime
from rentan.util.kode import group_kode, make_kode, read_kode

__all__ = [
    "begin_sign_in",
    "begin_try",
    "change_sandi",
    "check_sandi",
    "end_sesi",
    "end_sesi_of",
    "finish_sign_in",
    "forget_tries",
    "group_kode",
    "hash_sandi",
    "is_sandi",
    "make_kode",
    "make_tautan",
    "normal_pengenal",
    "open_sesi",
    "prune_sesi",
    "read_kode",
    "touch_sesi",
    "use_tautan",
]

# One sentence for an unknown name, a wrong password, a held account and one switched off (AUT-4).
GAGAL_MASUK = (
    "NIP atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi. Setelah beberapa kali keliru, masuk "
    "ditahan 15 menit. Lupa kata sandi? Minta tautan baru kepada admin."
)
TAUTAN_MATI = (
    "Kode tautan ini keliru, sudah dipakai, atau sudah lewat masa berlakunya. Minta tautan baru kepada admin."
)
PANJANG_TAUTAN = 24  # characters of five bits: 120 bits


@dataclass(frozen=True)
class Tebakan:
    """A sign-in whose password has not been checked yet; ``hash`` is ``None`` when it cannot succeed."""

    percobaan: Percobaan
    akun_id: uuid.UUID | None
    hash: str | None
    sebab: str


def normal_pengenal(teks: str) -> str:
    """A NIP as its digits, however grouped; another sign-in name in lower case."""
    plain = unicodedata.normalize("NFKC", teks).strip().casefold()
    digits = re.sub(r"[\s.'‘’-]", "", plain)
    return digits if re.fullmatch(r"[0-9]{8,}", digits) else plain


def begin_sign_in(pengenal: str, *, alamat: str) -> Tebakan:
    """First half: the try is counted. Then commit, check ``is_sandi(tebakan.hash, …)``, and finish.

    Hashing takes 40 ms and must not hold the only write lock of SQLite, hence the two halves.
    """
    percobaan = begin_try("masuk", pengenal, alamat=alamat)
    akun = find_akun(pengenal)
    if akun is None:
        return Tebakan(percobaan, None, None, "tidak_dikenal")
    if not percobaan.boleh:
        return Tebakan(percobaan, akun.id, None, "ditahan")
    if not akun.aktif or akun.sandi_hash is None:
        return Tebakan(percobaan, akun.id, None, "nonaktif" if not akun.aktif else "belum_aktivasi")
    return Tebakan(percobaan, akun.id, akun.sandi_hash, "sandi_salah")


def finish_sign_in(tebakan: Tebakan, sandi: str, *, cocok: bool, by: Pelaku, field: str = "nip") -> Akun:
    """Second half: the account, or the one refusal at ``field`` (AUT-4).

    A password that was checked against a hash changed meanwhile is refused.
    """
    akun = db.session.get(Akun, tebakan.akun_id) if tebakan.akun_id else None
    stored = akun.sandi_hash if akun is not None and akun.aktif else None
    if akun is None or stored is None or not cocok or stored != tebakan.hash:
        record(Peristiwa.MASUK_GAGAL, by=by, objek=akun, hasil="ditolak", sebab=tebakan.sebab)
        if tebakan.percobaan.terakhir and akun is not None:
            record(Peristiwa.AKUN_DITAHAN, by=by, objek=akun, hasil="ditolak")
        raise RuleError(GAGAL_MASUK, field, kode="masuk_gagal")
    forget_tries(tebakan.percobaan)
    if needs_rehash(stored):
        akun.sandi_hash = hash_sandi(sandi)
    return akun


def open_sesi(akun: Akun, *, alamat: str, perangkat: str, totp: bool) -> str:
    """Add a session row and answer its token, the only copy (SES-1); the oldest of more than five ends.

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


def end_sesi(sesi: Sesi) -> None:
    """This device is out, in every process, from its next request on (SES-3)."""
    if sesi.dicabut_pada is None:
        sesi.dicabut_pada = now()


def end_sesi_of(akun: Akun) -> int:
    """All devices of this account are out; returns how many."""
    living = list_sesi(akun.id)
    for sesi in living:
        end_sesi(sesi)
    return len(living)


def touch_sesi(sesi_id: uuid.UUID) -> None:
    """Note that the session is in use; called after the answer is ready, at most once a minute."""
    db.session.execute(
        db.update(Sesi).where(Sesi.id == sesi_id, Sesi.dicabut_pada.is_(None)).values(terakhir_pada=now())
    )


def prune_sesi() -> int:
    """Forget sessions that ended more than thirty days ago (nightly job); returns how many."""
    result = db.session.execute(db.delete(Sesi).where(Sesi.habis_pada < now() - timedelta(days=30)))
    return int(result.rowcount)  # type: ignore[attr-defined]


def change_sandi(akun: Akun, sandi: str, *, hash_baru: str, by: Pelaku, field: str = "sandi_baru") -> None:
    """Store a new password and end every session of the account (SES-3).

    ``hash_baru`` was made of ``sandi`` before the transaction began. Raises ``RuleError`` at ``field`` for a
    password that AUT-2 refuses.
    """
    check_sandi(sandi, pribadi=(akun.nama, akun.pengenal), field=field)
    akun.sandi_hash, akun.sandi_diubah_pada = hash_baru, now()
    end_sesi_of(akun)
    record(Peristiwa.SANDI_DIUBAH, by=by, objek=akun)


def make_tautan(akun: Akun, *, by: Pelaku) -> str:
    """The code of a one-use link with which the person chooses a password; earlier links die (AUT-6).

    Only its hash is stored: whoever asked for it sees it once, and never learns the password.
    """
    batas, at = runtime().profil.batas, now()
    db.session.execute(
        db.update(TautanSandi)
        .where(TautanSandi.akun_id == akun.id, TautanSandi.dipakai_pada.is_(None))
        .values(dipakai_pada=at)
    )
    kode = make_kode(PANJANG_TAUTAN)
    db.session.add(
        TautanSandi(
            akun_id=akun.id,
            token_hash=runtime().keyring.code_hash("tautan", kode),
            dibuat_pada=at,
            kedaluwarsa_pada=at + timedelta(hours=batas.jam_tautan),
        )
    )
    record(Peristiwa.SANDI_DIRESET, by=by, objek=akun)
    return group_kode(kode)


def use_tautan(kode: str, sandi: str, *, hash_baru: str, by: Pelaku) -> Akun:
    """Choose a password with a one-use code; the code dies with it, and so do all sessions.

    Raises ``RuleError`` for a code that is wrong, used or too old (one sentence for all), or a bad password.
    """
    at = now()
    row = db.session.scalar(
        db.select(TautanSandi).where(
            TautanSandi.token_hash == runtime().keyring.code_hash("tautan", read_kode(kode)),
            TautanSandi.dipakai_pada.is_(None),
            TautanSandi.kedaluwarsa_pada > at,
        )
    )
    akun = db.session.get(Akun, row.akun_id) if row else None
    if row is None or akun is None or not akun.aktif:
        record(Peristiwa.MASUK_GAGAL, by=by, hasil="ditolak", sebab="tautan_mati")
        raise RuleError(TAUTAN_MATI, "kode", kode="tautan_mati")
    change_sandi(akun, sandi, hash_baru=hash_baru, by=by, field="sandi")
    used = db.session.execute(
        db.update(TautanSandi)
        .where(TautanSandi.id == row.id, TautanSandi.dipakai_pada.is_(None))
        .values(dipakai_pada=at)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise RuleError(TAUTAN_MATI, "kode", kode="tautan_mati")
    return akun
