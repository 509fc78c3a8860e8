"""Activation codes: printed on slips, used once."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.exc import IntegrityError

from rentan.aktivasi.queries import Penerima, find_asn
from rentan.akun.actions import check_sandi, group_kode, make_kode, read_kode
from rentan.akun.models import Akun, PeranAkun
from rentan.asn.hitungan import naik
from rentan.asn.models import Asn, KodeAktivasi
from rentan.asn.status import Tahap
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import Cetakan, render_dokumen
from rentan.core.cetak_data import KelompokSlip, Slip, SlipAktivasi
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran, Permission
from rentan.core.settings import get_setting
from rentan.ext import db, runtime
from rentan.opd.models import Opd

PANJANG_KODE = 12  # characters of five bits: 60 bits
# One sentence for an unknown NIP, a wrong, used, void or expired code, and too many tries (AUT-4).
GAGAL = (
    "NIP atau kode aktivasi tidak cocok, atau kodenya sudah dipakai atau kedaluwarsa. Periksa keduanya pada "
    "slip Anda. Setelah beberapa kali keliru, pengisian ditahan 15 menit. Slip baru ada di "
    "sekretariat OPD Anda."
)


def make_codes(people: list[Penerima]) -> dict[uuid.UUID, str]:
    """A fresh code for each of these people; nothing is stored yet."""
    return {one.asn_id: make_kode(PANJANG_KODE) for one in people}


def expiry() -> datetime:
    """When a slip printed now stops working."""
    return now() + timedelta(days=get_setting("hari_kode_aktivasi"))


def render_slips(
    nama_opd: str, people: list[Penerima], codes: dict[uuid.UUID, str], *, sampai: datetime, alamat: str
) -> Cetakan:
    """The slips as PDF, each sub-unit on pages of its own. ``alamat``: where people open the application."""
    groups = tuple(
        KelompokSlip(
            unit=unit,
            slip=tuple(
                Slip(nama=one.nama, nip=one.nip, kode=group_kode(codes[one.asn_id]), berlaku_sampai=sampai)
                for one in rows
            ),
        )
        for unit, rows in groupby(people, key=lambda one: one.unit)
    )
    profil = runtime().profil
    dokumen = SlipAktivasi(
        opd=nama_opd,
        gerakan=profil.nama_gerakan,
        alamat=f"{alamat}/aktivasi",
        bantuan=profil.kontak_bantuan,
        kelompok=groups,
    )
    return render_dokumen(dokumen, waktu=now())


def issue_codes(opd: Opd, codes: dict[uuid.UUID, str], *, sampai: datetime, by: Pelaku) -> None:
    """Put printed codes into force: older slips of the same people stop working.

    Raises ``Forbidden`` outside one's OPD, ``RuleError`` when somebody else printed for them at this moment.
    """
    may = by.is_system or by.has(Peran.ADMIN) or (by.can(Permission.AKTIVASI_CETAK) and opd.id in by.opd_ids)
    if not may:
        raise Forbidden
    at, keyring = now(), runtime().keyring
    ids = sorted(codes)
    for start in range(0, len(ids), 500):
        db.session.execute(
            db.update(KodeAktivasi)
            .where(
                KodeAktivasi.asn_id.in_(ids[start : start + 500]),
                KodeAktivasi.dipakai_pada.is_(None),
                KodeAktivasi.dibatalkan_pada.is_(None),
            )
            .values(dibatalkan_pada=at)
            .execution_options(synchronize_session=False)
        )
    rows = [
        {
            "id": uuid.uuid4(),
            "asn_id": asn_id,
            "kode_hash": keyring.code_hash("aktivasi", f"{asn_id}:{codes[asn_id]}"),
            "dicetak_oleh": by.akun_id,
            "dicetak_pada": at,
            "kedaluwarsa_pada": sampai,
            "dipakai_pada": None,
            "dibatalkan_pada": None,
        }
        for asn_id in ids
    ]
    try:
        with db.session.begin_nested():
            db.session.execute(db.insert(KodeAktivasi), rows)
    except IntegrityError:
        raise RuleError(
            "Orang lain baru saja mencetak slip untuk unit ini. Muat ulang halaman, lalu periksa.",
            kode="bersamaan",
        ) from None
    record(Peristiwa.SLIP_DICETAK, by=by, objek=opd, jumlah=len(ids))


def activate(nip: str, kode: str, sandi: str, *, hash_baru: str, boleh: bool, by: Pelaku) -> Akun:
    """Use a code: the account gets this password and the role ASN, and the ASN stands on the first rung.

    ``boleh``: the try was within the limits. ``hash_baru`` was made of ``sandi`` before. Raises ``RuleError``
    with one sentence for every way a code can be wrong, or at ``sandi`` for a password that AUT-2 refuses
    (the code stays usable then).
    """
    asn = find_asn(nip) if boleh else None
    row = None if asn is None else _live_code(asn, read_kode(kode))
    akun = None if asn is None else db.session.scalar(db.select(Akun).where(Akun.asn_id == asn.id))
    if asn is None or row is None or (akun is not None and akun.sandi_hash is not None):
        raise _refused(by)
    check_sandi(sandi, pribadi=(asn.nama, asn.nip))
    claimed = db.session.execute(
        db.update(KodeAktivasi)
        .where(
            KodeAktivasi.id == row.id,
            KodeAktivasi.dipakai_pada.is_(None),
            KodeAktivasi.dibatalkan_pada.is_(None),
        )
        .values(dipakai_pada=now())
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise _refused(by)
    akun = _open_akun(asn, akun, hash_baru, by=by)
    naik(asn, Tahap.AKTIVASI, pada=today())
    record(Peristiwa.AKTIVASI, by=by, objek=akun)
    return akun


def _live_code(asn: Asn, kode: str) -> KodeAktivasi | None:
    return db.session.scalar(
        db.select(KodeAktivasi).where(
            KodeAktivasi.asn_id == asn.id,
            KodeAktivasi.kode_hash == runtime().keyring.code_hash("aktivasi", f"{asn.id}:{kode}"),
            KodeAktivasi.dipakai_pada.is_(None),
            KodeAktivasi.dibatalkan_pada.is_(None),
            KodeAktivasi.kedaluwarsa_pada > now(),
        )
    )


def _open_akun(asn: Asn, akun: Akun | None, hash_baru: str, *, by: Pelaku) -> Akun:
    """The account of this ASN with its role; two activations at once: the database lets one through."""
    try:
        with db.session.begin_nested():
            if akun is None:
                akun = Akun(id=uuid.uuid4(), asn_id=asn.id, dibuat_pada=now(), aktif=True)
                db.session.add(akun)
            akun.pengenal, akun.nama = asn.nip, asn.nama
            akun.sandi_hash, akun.sandi_diubah_pada = hash_baru, now()
            db.session.flush()
    except IntegrityError:
        raise _refused(by) from None
    held = db.select(PeranAkun.id).where(
        PeranAkun.akun_id == akun.id, PeranAkun.peran == Peran.ASN, PeranAkun.dicabut_pada.is_(None)
    )
    if db.session.scalar(held) is None:
        db.session.add(
            PeranAkun(akun_id=akun.id, peran=Peran.ASN, mulai=today(), diberi_oleh=None, diberi_pada=now())
        )
        record(Peristiwa.PERAN_DIBERI, by=by, objek=akun, peran=Peran.ASN)
    return akun


def _refused(by: Pelaku) -> RuleError:
    record(Peristiwa.AKTIVASI_GAGAL, by=by, hasil="ditolak")
    return RuleError(GAGAL, "kode", kode="aktivasi_gagal")
