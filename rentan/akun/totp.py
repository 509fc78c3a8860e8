"""The second factor (AUT-5): a time-based code that works once, and ten recovery codes."""

from __future__ import annotations

import pyotp
from sqlalchemy import update

from rentan.akun.models import Akun, KodePemulihan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.subject import reveal, seal
from rentan.ext import db, runtime
from rentan.util.kode import group_kode, make_kode, read_kode

LANGKAH = 30  # seconds a code is current
TOLERANSI = 1  # steps that a phone's clock may be off, either way
JUMLAH_PEMULIHAN = 10
PANJANG_PEMULIHAN = 10  # characters of five bits
KODE_SALAH = (
    "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi pengaman Anda, lalu isi lagi. "
    "Setelah beberapa kali keliru, pengisian ditahan 15 menit."
)


def start_totp(akun: Akun) -> None:
    """Make and seal a new seed; it counts only after its first code was typed (:func:`activate_totp`)."""
    if akun.totp_aktif_pada is not None:
        raise RuleError("Kode pengaman kedua sudah aktif. Lepaskan dahulu sebelum memasang di ponsel lain.")
    seal(akun, "totp", pyotp.random_base32())


def totp_uri(akun: Akun) -> str:
    """What the QR code of the enrolment says; it names the application and the sign-in, not the person."""
    return pyotp.TOTP(totp_seed(akun)).provisioning_uri(
        name=akun.pengenal, issuer_name=runtime().profil.nama_aplikasi
    )


def totp_seed(akun: Akun) -> str:
    """The seed, to be typed where no camera is. Raises ``RuleError`` when enrolment has not begun."""
    seed = reveal(akun, "totp")
    if seed is None:
        raise RuleError("Pemasangan kode pengaman belum dimulai. Tekan Mulai pasang.")
    return seed


def activate_totp(akun: Akun, kode: str, *, by: Pelaku) -> list[str]:
    """The phone shows the right code: switch the factor on. Returns the recovery codes, shown this once."""
    if akun.totp_aktif_pada is not None:
        raise RuleError("Kode pengaman kedua sudah aktif.", "kode")
    if not _use_step(akun, kode):
        raise RuleError(KODE_SALAH, "kode", kode="kode_salah")
    akun.totp_aktif_pada = now()
    record(Peristiwa.TOTP_DIAKTIFKAN, by=by, objek=akun)
    return renew_pemulihan(akun, by=by)


def renew_pemulihan(akun: Akun, *, by: Pelaku) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    db.session.execute(db.delete(KodePemulihan).where(KodePemulihan.akun_id == akun.id))
    codes = [make_kode(PANJANG_PEMULIHAN) for _ in range(JUMLAH_PEMULIHAN)]
    record(Peristiwa.KODE_PEMULIHAN_DIBUAT, by=by, objek=akun, jumlah=len(codes))
    db.session.add_all(KodePemulihan(akun_id=akun.id, kode_hash=_hash(akun, kode)) for kode in codes)
    return [group_kode(kode, 5) for kode in codes]


def count_pemulihan(akun: Akun) -> int:
    """How many recovery codes are left."""
    query = db.select(db.func.count()).where(
        KodePemulihan.akun_id == akun.id, KodePemulihan.dipakai_pada.is_(None)
    )
    return db.session.scalar(query) or 0


def use_kode(akun: Akun, kode: str, *, by: Pelaku) -> None:
    """Accept a current code of the phone or a recovery code, each once; else ``RuleError``."""
    if akun.totp_aktif_pada is not None and (_use_step(akun, kode) or _use_pemulihan(akun, kode, by=by)):
        return
    record(Peristiwa.MASUK_GAGAL, by=by, objek=akun, hasil="ditolak", sebab="kode_salah")
    raise RuleError(KODE_SALAH, "kode", kode="kode_salah")


def reset_totp(akun: Akun, *, by: Pelaku) -> None:
    """Take the second factor off (lost phone, new phone); the person enrols again."""
    akun.totp_enc, akun.totp_aktif_pada = None, None
    db.session.execute(db.delete(KodePemulihan).where(KodePemulihan.akun_id == akun.id))
    record(Peristiwa.TOTP_DIRESET, by=by, objek=akun)


def _use_step(akun: Akun, kode: str) -> bool:
    """Is it the code of a step not used before? pyotp accepts a code twice, so the last step is stored."""
    digits = "".join(kode.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    totp, here = pyotp.TOTP(totp_seed(akun)), int(now().timestamp()) // LANGKAH
    for step in range(here - TOLERANSI, here + TOLERANSI + 1):
        if step > akun.totp_langkah and pyotp.utils.strings_equal(totp.at(step * LANGKAH), digits):
            # The database decides between two that use the same code at once.
            claimed = db.session.execute(
                update(Akun)
                .where(Akun.id == akun.id, Akun.totp_langkah < step)
                .values(totp_langkah=step)
                .execution_options(synchronize_session=False)
            )
            db.session.refresh(akun, ["totp_langkah"])
            return claimed.rowcount == 1  # type: ignore[attr-defined]
    return False


def _use_pemulihan(akun: Akun, kode: str, *, by: Pelaku) -> bool:
    plain = read_kode(kode)
    if len(plain) != PANJANG_PEMULIHAN:
        return False
    claimed = db.session.execute(
        update(KodePemulihan)
        .where(
            KodePemulihan.akun_id == akun.id,
            KodePemulihan.kode_hash == _hash(akun, plain),
            KodePemulihan.dipakai_pada.is_(None),
        )
        .values(dipakai_pada=now())
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    record(Peristiwa.KODE_PEMULIHAN_DIPAKAI, by=by, objek=akun, sisa=count_pemulihan(akun))
    return True


def _hash(akun: Akun, kode: str) -> bytes:
    return bytes(runtime().keyring.code_hash("pemulihan", f"{akun.id}:{kode}"))
