"""Single changes to the roster by the admin; lists go through the import."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from sqlalchemy import select

from rentan.asn.hitungan import pindah
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn, Penempatan
from rentan.asn.status import StatusAktif
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.util.tanggal import awal_bulan, format_tanggal


def change_status_aktif(
    asn: Asn, *, status: StatusAktif, sejak: date, by: Pelaku, versi: int | None = None
) -> None:
    """From ``sejak`` on the person is at work, on leave, retired, dead or gone; the placement shows it.

    The counters of the running month move along; a date in an earlier month counts those months again.
    Raises ``RuleError`` for a future date, for one before the present placement, and for no change.
    """
    check_version(asn, versi)
    terbuka = db.session.scalars(
        select(Penempatan).where(Penempatan.asn_id == asn.id, Penempatan.sampai.is_(None)).with_for_update()
    ).one()
    _check(asn, terbuka, status, sejak)
    lama = asn.status_aktif
    asn.status_aktif = status
    if terbuka.mulai == sejak:
        terbuka.status_aktif = status
    else:
        terbuka.sampai = sejak - timedelta(days=1)
        db.session.flush()  # the open one must be closed before the next may be open
        db.session.add(_sambung(terbuka, status, sejak))
    db.session.flush()
    if sejak >= awal_bulan(today()):
        pindah(
            asn,
            opd_lama=asn.opd_id,
            opd_baru=asn.opd_id,
            status_lama=asn.status_asn,
            status_baru=asn.status_asn,
            aktif_lama=lama,
            aktif_baru=status,
        )
    else:
        hitung_ulang(awal_bulan(sejak))
    record(Peristiwa.ASN_DIUBAH, by=by, objek=asn, dari=lama, ke=status, sejak=sejak)


def _check(asn: Asn, terbuka: Penempatan, status: StatusAktif, sejak: date) -> None:
    if status is asn.status_aktif:
        raise RuleError(
            f"Status orang ini sudah “{status.label}”. Tidak ada yang perlu diubah.",
            "status_aktif",
            kode="status_sama",
        )
    if sejak > today():
        raise RuleError(
            "Tanggal tidak boleh sesudah hari ini. Catat pada hari berlakunya.", "sejak", kode="masa_depan"
        )
    if sejak < terbuka.mulai:
        raise RuleError(
            f"Data terakhir orang ini berlaku mulai {format_tanggal(terbuka.mulai)}. Isikan tanggal itu atau "
            "sesudahnya.",
            "sejak",
            kode="sebelum_penempatan",
        )


def _sambung(terbuka: Penempatan, status: StatusAktif, sejak: date) -> Penempatan:
    return Penempatan(
        id=uuid.uuid4(),
        asn_id=terbuka.asn_id,
        opd_id=terbuka.opd_id,
        unit_id=terbuka.unit_id,
        status_asn=terbuka.status_asn,
        status_aktif=status,
        jabatan=terbuka.jabatan,
        mulai=sejak,
    )
