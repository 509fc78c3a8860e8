"""A hand-over day with its cards, for the tests of this room and of the browser."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.subject import seal
from rentan.ext import db, runtime
from rentan.kartu import acara as actions
from rentan.kartu.models import AcaraSerah, Kartu, UndanganSerah
from rentan.kartu.status import StatusKartu
from rentan.pekerja.status import StatusPekerja
from rentan.util.kode import make_kode
from tests import factories
from tests.cast import Orang

#: Wards of Joko's kecamatan, and one of Tini's.
NGALIYAN = ("33.74.15.1001", "33.74.15.1002", "33.74.15.1003")
TUGU = "33.74.16.1001"
AWALAN_KPJ = "26110"


def make_kartu(
    nama: str = "Slamet Rekaan",
    *,
    kelurahan: str = NGALIYAN[0],
    status: StatusKartu = StatusKartu.DITERIMA_KEC,
    asn: Orang | None = None,
    kpj: str | None = None,
    hp: str | None = "+6281234567890",
) -> Kartu:
    """A registered worker's card with its number sealed, in the hands of the ward's kecamatan."""
    pekerja = factories.make_pekerja(nama, kelurahan=kelurahan, status=StatusPekerja.TERDAFTAR)
    if hp:
        seal(pekerja, "hp", hp)
    kpj = kpj or f"{AWALAN_KPJ}{uuid.uuid4().int % 1_000_000:06d}"
    row = Kartu(
        id=uuid.uuid4(),
        pekerja_id=pekerja.id,
        pekerja=pekerja,
        kecamatan_kode=kelurahan[:8],
        status=status,
        kode=f"K{make_kode(7)}",
        sejak=now(),
        diterima_pada=now(),
    )
    if asn is not None:
        row.asuhan = Asuhan(
            id=uuid.uuid4(),
            asn_id=asn.asn.id,
            pekerja_id=pekerja.id,
            status=StatusAsuhan.AKTIF,
            program="JKK+JKM",
            penghasilan=1_000_000,
            bulan_pertama=today().replace(day=1),
            dibuat_pada=now(),
        )
    seal(row, "nomor", kpj)
    row.nomor_bi = runtime().keyring.blind_index("kpj", kpj)
    db.session.add(row)
    db.session.flush()
    return row


def make_acara(joko: Orang, banyak: int = 3, *, tanggal: date | None = None, **more: object) -> AcaraSerah:
    """A day of Joko's kecamatan with so many cards on its list, spread over three wards."""
    kartu = [
        make_kartu(f"Pekerja {n:02d} Rekaan", kelurahan=NGALIYAN[n % 3], **more)  # type: ignore[arg-type]
        for n in range(banyak)
    ]
    acara = actions.create_acara(
        nama="Penyerahan tahap satu", tempat="Aula kecamatan", tanggal=today(),
        kecamatan_kode=NGALIYAN[0][:8], by=joko.pelaku,
    )  # fmt: skip
    if kartu:
        actions.invite_kartu(acara, [one.id for one in kartu], by=joko.pelaku)
    if tanggal is not None:
        acara.tanggal = tanggal
    db.session.commit()
    return acara


def list_undangan(acara: AcaraSerah) -> list[UndanganSerah]:
    """The list in its order, read anew."""
    query = db.select(UndanganSerah).where(UndanganSerah.acara_id == acara.id)
    return list(db.session.scalars(query.order_by(UndanganSerah.urutan)))


BESOK = timedelta(days=1)
#: Bytes that begin like a picture: what stands for a cut line where nobody looks at it.
POTONGAN = b"\xff\xd8\xff\xe0 potongan baris"
