"""Matters that a remittance leaves to people: refused months, and months that BPJS's answer does not name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import JenisUrusan, StatusBpjs
from rentan.iuran.urusan import UrusanBaru, buka_banyak
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
    """A matter for each of these contributions, with its words by row id; how many are new."""
    return buka_banyak(
        [
            UrusanBaru(jenis, one.asuhan_id, one.periode, keterangan[one.id], pemilik, one.id, sel)
            for one in rows
        ],
        by=by,
    )


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
