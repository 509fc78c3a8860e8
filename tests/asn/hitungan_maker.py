"""ASN, sponsorships, covers and cards, each beside the counters that it changes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from rentan.asn import hitungan_dasar as dasar
from rentan.asn.hitungan import (
    pindah,
    tambah_pekerja,
    ubah_pekerja,
)
from rentan.asn.models import Asn, HitunganOpd, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from tests import factories

NOV = date(2026, 11, 1)


def join(kode: str, **more: Any) -> Asn:
    """A newly joined ASN, counted."""
    asn = factories.make_asn(di=factories.opd(kode), nip=f"{uuid.uuid4().int % 10**18:018d}", **more)
    db.session.scalars(select(Penempatan).where(Penempatan.asn_id == asn.id)).one().mulai = today()
    pindah(
        asn,
        opd_lama=None,
        opd_baru=asn.opd_id,
        status_lama=None,
        status_baru=asn.status_asn,
        aktif_lama=None,
        aktif_baru=asn.status_aktif,
    )
    return asn


def move(asn: Asn, opd_id: uuid.UUID, status: StatusAsn, aktif: StatusAktif) -> None:
    """A single edit by the admin: placement and counters in one transaction."""
    lama = db.session.scalars(
        select(Penempatan).where(Penempatan.asn_id == asn.id, Penempatan.sampai.is_(None))
    ).one()
    pindah(
        asn,
        opd_lama=asn.opd_id,
        opd_baru=opd_id,
        status_lama=asn.status_asn,
        status_baru=status,
        aktif_lama=asn.status_aktif,
        aktif_baru=aktif,
    )
    if lama.mulai >= today():
        lama.opd_id, lama.status_asn, lama.status_aktif = opd_id, status, aktif
    else:
        lama.sampai = today() - timedelta(days=1)
        db.session.flush()
        db.session.add(
            Penempatan(
                asn_id=asn.id,
                opd_id=opd_id,
                status_asn=status,
                status_aktif=aktif,
                jabatan="-",
                mulai=today(),
            )
        )
    asn.opd_id, asn.status_asn, asn.status_aktif = opd_id, status, aktif
    db.session.flush()


def history(mesin: str, row: Any, ke: str, urutan: int) -> None:
    db.session.add(
        Riwayat(
            mesin=mesin, objek_id=row.id, langkah="X", peristiwa="uji", dari=None, ke=ke, pelaku_id=None,
            peran="sistem", pada=now(), alasan=None, catatan=None, permintaan_id="", urutan=urutan,
        )
    )  # fmt: skip


def sponsor(asn: Asn, status: StatusAsuhan = StatusAsuhan.DIUSULKAN) -> Asuhan:
    pekerja = factories.make_pekerja(digits=f"{uuid.uuid4().int % 10**16:016d}")
    row = Asuhan(
        id=uuid.uuid4(), asn_id=asn.id, pekerja_id=pekerja.id, status=status, program="JKK+JKM",
        penghasilan=1_000_000, dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    history("asuhan", row, status.value, 1)
    tambah_pekerja(asn, 1, pekerja_id=pekerja.id)
    db.session.flush()
    return row


#: The counted columns that a worker's cover stands in.
COVER = {
    StatusPekerja.CALON: set(),
    StatusPekerja.LAYAK: set(),
    StatusPekerja.TERDAFTAR: {"pekerja_terdaftar"},
    StatusPekerja.AKTIF: {"pekerja_terdaftar", "pekerja_aktif"},
    StatusPekerja.TENGGANG_1: {"pekerja_terdaftar"},
    StatusPekerja.NONAKTIF: set(),
}


def cover(pekerja: Pekerja, status: StatusPekerja, urutan: int) -> None:
    """A move of the cover, with the counters that it changes."""
    lama, baru = COVER[pekerja.status], COVER[status]
    pekerja.status = status
    history("pekerja", pekerja, status.value, urutan)
    for kolom in sorted(lama ^ baru):
        ubah_pekerja(pekerja.id, kolom, 1 if kolom in baru else -1)
    db.session.flush()


def give_card(pekerja: Pekerja) -> Kartu:
    """A card handed over."""
    row = Kartu(
        id=uuid.uuid4(), pekerja_id=pekerja.id, kecamatan_kode=pekerja.kelurahan.kecamatan_kode,
        status=StatusKartu.DISERAHKAN, kode=f"K-{uuid.uuid4().hex[:8]}", nomor_enc=b"x",
        nomor_bi=uuid.uuid4().bytes, sejak=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    history("kartu", row, "diserahkan", 1)
    ubah_pekerja(pekerja.id, "pekerja_kartu", 1)
    db.session.flush()
    return row


def take_card(kartu: Kartu, urutan: int) -> None:
    """A hand-over reversed (K13)."""
    kartu.status = StatusKartu.DITERIMA_KEC
    history("kartu", kartu, "diterima_kec", urutan)
    ubah_pekerja(kartu.pekerja_id, "pekerja_kartu", -1)
    db.session.flush()


def counters(kode: str, bulan: date = NOV, status: StatusAsn = StatusAsn.PNS) -> dict[str, int]:
    """What the row of this month says, without the zeros."""
    row = db.session.get(HitunganOpd, (factories.opd(kode).id, bulan, status), populate_existing=True)
    return {} if row is None else {k: getattr(row, k) for k in dasar.KOLOM if getattr(row, k)}
