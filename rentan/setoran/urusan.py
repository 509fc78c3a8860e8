"""Matters that a remittance leaves to people: refused months, and months that BPJS's answer does not name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.status import JenisUrusan, StatusBpjs
from rentan.paket.models import Paket
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor

#: The cell of the mirror: should be paid, the bank has it, BPJS does not.
SEL_BELUM_TERCATAT = "110"
TIDAK_DISEBUT = "BPJS tidak menyebut bulan ini dalam jawabannya. Tanyakan kepada kantor cabang."


def open_many(
    jenis: JenisUrusan,
    rows: Sequence[Iuran],
    keterangan: Mapping[uuid.UUID, str],
    *,
    pemilik: Peran,
    by: Pelaku,
    sel: str = "",
) -> int:
    """One open matter per sponsorship and month, set-based; those open already stay. How many are new."""
    known: set[tuple[uuid.UUID, object]] = set()
    for some in chunks(sorted({one.asuhan_id for one in rows})):
        query = select(Urusan.asuhan_id, Urusan.periode).where(
            Urusan.jenis == jenis, Urusan.asuhan_id.in_(some), Urusan.selesai_pada.is_(None)
        )
        known |= {(row.asuhan_id, row.periode) for row in db.session.execute(query)}
    moment = now()
    fresh = [
        {
            "id": uuid.uuid4(),
            "versi": 1,
            "jenis": jenis,
            "periode": one.periode,
            "iuran_id": one.id,
            "asuhan_id": one.asuhan_id,
            "sel": sel,
            "keterangan": keterangan[one.id],
            "pemilik": pemilik,
            "dibuat_pada": moment,
        }
        for one in rows
        if (one.asuhan_id, one.periode) not in known
    ]
    if fresh:
        db.session.execute(insert(Urusan), fresh)
        record(Peristiwa.URUSAN_DIBUKA, by=by, jenis=jenis.value, jumlah=len(fresh))
    return len(fresh)


def open_unanswered(paket: Paket, *, by: Pelaku) -> int:
    """B9: the lines that BPJS has not named, each as a matter of the liaison's."""
    query = (
        select(Iuran)
        .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
        .where(
            BarisSetor.paket_id == paket.id,
            BarisSetor.hasil == HasilSetor.MENUNGGU,
            Iuran.status_bpjs == StatusBpjs.DISETOR,
        )
        .order_by(Iuran.id)
    )
    rows = list(db.session.scalars(query))
    said = {one.id: TIDAK_DISEBUT for one in rows}
    return open_many(
        JenisUrusan.CERMIN, rows, said, pemilik=Peran.PETUGAS_BPJS, by=by, sel=SEL_BELUM_TERCATAT
    )
