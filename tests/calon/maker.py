"""Pool workers for the tests of this room."""

from __future__ import annotations

import uuid
from datetime import timedelta

from rentan.calon.models import Calon
from rentan.core.clock import now
from rentan.ext import db
from tests import factories

#: Wards of the demo city, by how near they are to Sari's office in these tests (Tambakaji, Ngaliyan).
KANTOR = "33.74.15.1001"
SEKECAMATAN = "33.74.15.1002"
TETANGGA = "33.74.16.1001"
JAUH = "33.74.05.1001"


def make_calon(nama: str = "Slamet Rekaan", *, kelurahan: str = KANTOR, hari: int = 10, **more) -> Calon:
    """A worker who has waited so many days in this ward."""
    pekerjaan = more.pop("pekerjaan", None)
    worker = factories.make_pekerja(nama, kelurahan=kelurahan, **more)
    if pekerjaan:
        worker.pekerjaan = pekerjaan
    row = Calon(
        id=uuid.uuid4(),
        pekerja_id=worker.id,
        pekerja=worker,
        kecamatan_kode=kelurahan[:8],
        kelurahan_kode=kelurahan,
        menunggu_sejak=now() - timedelta(days=hari),
        diusulkan_oleh=None,
    )
    db.session.add(row)
    db.session.flush()
    return row
