"""What an admin does with accounts: create, grant, revoke, switch off, reset. Never a password (AUT-6)."""

from __future__ import annotations

import re
import uuid
from datetime import date

from sqlalchemy.exc import IntegrityError

from rentan.akun.actions import end_sesi_of, make_tautan, normal_pengenal
from rentan.akun.models import Akun, PeranAkun
from rentan.akun.queries import in_force
from rentan.akun.totp import reset_totp
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import PERAN_KECAMATAN, PERAN_OPD, Peran, Permission
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.wilayah.models import Kecamatan

ADMIN_TERAKHIR = (
    "Ini admin terakhir yang dapat masuk. Beri peran admin kepada orang lain dan pastikan ia sudah dapat "
    "masuk, lalu ulangi."
)


def create_akun(pengenal: str, nama: str, *, by: Pelaku) -> tuple[Akun, str]:
    """An account for somebody without NIP, and the code of its first link. Raises ``RuleError`` when taken.

    An ASN activates with a slip instead, so a name that looks like a NIP is refused here.
    """
    _check_admin(by)
    pengenal = normal_pengenal(pengenal)
    if not re.fullmatch(r"[a-z][a-z0-9._@-]{2,99}", pengenal):
        raise RuleError(
            "Pengenal diawali huruf, lalu huruf kecil, angka, titik, garis, atau @; paling sedikit 3 "
            "karakter. ASN tidak dibuatkan akun di sini, melainkan mengaktifkan sendiri dengan slip.",
            "pengenal",
            kode="pengenal_salah",
        )
    akun = Akun(id=uuid.uuid4(), pengenal=pengenal, nama=nama, aktif=True, dibuat_pada=now())
    try:
        with db.session.begin_nested():
            db.session.add(akun)
            db.session.flush()
    except IntegrityError:
        raise RuleError(
            "Pengenal ini sudah dipakai akun lain. Pilih pengenal lain.", "pengenal", kode="pengenal_ada"
        ) from None
    record(Peristiwa.AKUN_DIBUAT, by=by, objek=akun)
    return akun, make_tautan(akun, by=by)


def grant_peran(
    akun: Akun,
    peran: Peran,
    *,
    by: Pelaku,
    opd_id: uuid.UUID | None = None,
    kecamatan_kode: str | None = None,
    selesai: date | None = None,
) -> PeranAkun:
    """Give a role with its place, until ``selesai`` (inclusive) or without end; the person's sessions end.

    Nobody changes the own roles: whoever grants is never the one who gains (AUZ-5).
    """
    _check_admin(by)
    if by.akun_id == akun.id:
        raise RuleError(
            "Anda tidak dapat memberi peran kepada diri sendiri. Minta admin lain.",
            "peran",
            kode="diri_sendiri",
        )
    _check_tempat(peran, opd_id, kecamatan_kode)
    if peran is Peran.ASN and akun.asn_id is None:
        raise RuleError("Peran ASN hanya untuk orang dalam daftar ASN.", "peran", kode="bukan_asn")
    if selesai is not None and selesai < today():
        raise RuleError("Tanggal selesai sudah lewat. Isi hari ini atau sesudahnya.", "selesai", kode="lewat")
    _close_expired(akun)
    row = PeranAkun(
        akun_id=akun.id,
        peran=peran,
        opd_id=opd_id if peran in PERAN_OPD else None,
        kecamatan_kode=kecamatan_kode if peran in PERAN_KECAMATAN else None,
        mulai=today(),
        selesai=selesai,
        diberi_oleh=by.akun_id,
        diberi_pada=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise RuleError(
            "Orang ini sudah memegang peran tersebut di tempat yang sama. Cabut dahulu bila hendak mengubah "
            "tanggalnya.",
            "peran",
            kode="peran_ada",
        ) from None
    record(
        Peristiwa.PERAN_DIBERI,
        by=by,
        objek=akun,
        peran=peran,
        opd=opd_id,
        kecamatan=kecamatan_kode,
        selesai=selesai,
    )
    end_sesi_of(akun)
    return row


def revoke_peran(row: PeranAkun, *, by: Pelaku) -> None:
    """End a role now; the person's sessions end. The last admin stays (AUZ-5)."""
    _check_admin(by)
    if row.dicabut_pada is not None:
        raise RuleError("Peran ini sudah dicabut.", kode="sudah_dicabut")
    akun = db.session.get_one(Akun, row.akun_id)
    if row.peran is Peran.ADMIN:
        _keep_an_admin(akun)
    row.dicabut_pada = now()
    record(
        Peristiwa.PERAN_DICABUT,
        by=by,
        objek=akun,
        peran=row.peran,
        opd=row.opd_id,
        kecamatan=row.kecamatan_kode,
    )
    end_sesi_of(akun)


def switch_akun(akun: Akun, aktif: bool, *, by: Pelaku) -> None:
    """Let somebody sign in again, or not any more; the roles stay as they are. The last admin stays on."""
    _check_admin(by)
    if akun.aktif == aktif:
        return
    if not aktif:
        if by.akun_id == akun.id:
            raise RuleError("Anda tidak dapat menonaktifkan akun sendiri.", kode="diri_sendiri")
        _keep_an_admin(akun)
        end_sesi_of(akun)
    akun.aktif = aktif
    record(Peristiwa.AKUN_DIAKTIFKAN if aktif else Peristiwa.AKUN_DINONAKTIFKAN, by=by, objek=akun)


def reset_sandi(akun: Akun, *, by: Pelaku) -> str:
    """Start a reset: the code of a one-use link. The old password holds until the new one is chosen."""
    _check_admin(by)
    if not akun.aktif:
        raise RuleError("Akun ini nonaktif. Aktifkan dahulu, lalu buat tautannya.", kode="nonaktif")
    return make_tautan(akun, by=by)


def reset_pengaman(akun: Akun, *, by: Pelaku) -> None:
    """The phone is lost: take the second factor off and end the sessions; the person enrols again (AUT-5)."""
    _check_admin(by)
    if by.akun_id == akun.id:
        raise RuleError("Lepaskan kode pengaman Anda sendiri melalui halaman akun Anda.", kode="diri_sendiri")
    reset_totp(akun, by=by)
    end_sesi_of(akun)


def sign_out_everywhere(akun: Akun, *, by: Pelaku) -> int:
    """End all sessions: one's own, or by an admin anybody's. Returns how many."""
    if by.akun_id != akun.id:
        _check_admin(by)
    ended = end_sesi_of(akun)
    record(Peristiwa.KELUAR_SEMUA, by=by, objek=akun, jumlah=ended)
    return ended


def _check_admin(by: Pelaku) -> None:
    if not (by.is_system or by.can(Permission.AKUN_KELOLA)):
        raise Forbidden


def _check_tempat(peran: Peran, opd_id: uuid.UUID | None, kecamatan_kode: str | None) -> None:
    if peran in PERAN_OPD and (opd_id is None or db.session.get(Opd, opd_id) is None):
        raise RuleError("Pilih OPD tempat operator bertugas.", "opd", kode="tanpa_opd")
    if peran in PERAN_KECAMATAN and (
        kecamatan_kode is None or db.session.get(Kecamatan, kecamatan_kode) is None
    ):
        raise RuleError("Pilih kecamatan tempat petugas bertugas.", "kecamatan", kode="tanpa_kecamatan")


def _close_expired(akun: Akun) -> None:
    """A grant whose end date has passed gives room for a new one."""
    for row in db.session.scalars(
        db.select(PeranAkun).where(
            PeranAkun.akun_id == akun.id, PeranAkun.dicabut_pada.is_(None), PeranAkun.selesai < today()
        )
    ):
        row.dicabut_pada = now()


def _keep_an_admin(akun: Akun) -> None:
    """Refuse when no other admin could sign in. The rows are locked: two admins cannot remove each other."""
    admins = db.session.execute(
        db.select(PeranAkun, Akun)
        .join(Akun, Akun.id == PeranAkun.akun_id)
        .where(PeranAkun.peran == Peran.ADMIN, in_force(today()), Akun.aktif, Akun.sandi_hash.is_not(None))
        .order_by(PeranAkun.id)
        .with_for_update()
    ).all()
    ids = {one.id for _, one in admins}
    if ids == {akun.id}:
        raise RuleError(ADMIN_TERAKHIR, kode="admin_terakhir")
