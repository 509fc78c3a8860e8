"""Makers of many ASN in one go, with the facts that the reports read."""

from __future__ import annotations

import itertools
import uuid
from datetime import date

from rentan.asn.hitungan_dasar import TAHAP_SUDAH_IKUT
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn, NipRiwayat, Penempatan, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.util.nama import nama_urut
from tests import factories

_nomor = itertools.count(1)
MULAI = date(2026, 6, 1)


def isi_opd(
    opd: Opd,
    banyak: int,
    *,
    tahap: tuple[Tahap, ...] = (),
    status: StatusAsn = StatusAsn.PNS,
    aktif: StatusAktif = StatusAktif.AKTIF,
    unit: str = "Sekretariat",
    nama: str = "Orang",
    mulai: date = MULAI,
) -> list[uuid.UUID]:
    """``banyak`` ASN of one kind, by Core inserts; counters are left to ``selesai``."""
    unit_id, ids = factories.unit(opd, unit).id, []
    asn, riwayat, tempat, naik = [], [], [], []
    for _ in range(banyak):
        n, one = next(_nomor), uuid.uuid4()
        nip = f"19850302200901{1 + n % 2}{n:07d}"[-18:].zfill(18)
        sebutan = f"{nama} Rekaan {n:06d}"
        isi = {
            "opd_id": opd.id,
            "unit_id": unit_id,
            "status_asn": status,
            "status_aktif": aktif,
            "jabatan": "Penata",
        }
        ids.append(one)
        asn.append(
            isi
            | {
                "id": one,
                "versi": 1,
                "nip": nip,
                "nama": sebutan,
                "nama_urut": nama_urut(sebutan),
                "tanggal_lahir": date(1985, 3, 2),
                "ikut": any(t in TAHAP_SUDAH_IKUT for t in tahap),
                "tahap": max(tahap, key=list(Tahap).index, default=None),
            }
        )
        riwayat.append({"id": uuid.uuid4(), "asn_id": one, "nip": nip, "mulai": mulai, "sampai": None})
        tempat.append(isi | {"id": uuid.uuid4(), "asn_id": one, "mulai": mulai, "sampai": None})
        naik += [
            {"id": uuid.uuid4(), "asn_id": one, "tahap": t, "mulai": mulai, "sampai": None} for t in tahap
        ]
    db.session.flush()
    for model, rows in ((Asn, asn), (NipRiwayat, riwayat), (Penempatan, tempat), (Tahapan, naik)):
        if rows:
            db.session.execute(model.__table__.insert(), rows)
    return ids


def selesai(sejak: date = MULAI) -> None:
    """Count, and keep."""
    hitung_ulang(sejak)
    db.session.commit()
