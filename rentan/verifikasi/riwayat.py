"""What verification adds to a worker's timeline beside the letter's moves: refusals of workers, reminders."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.core.permissions import Peran
from rentan.core.riwayat import Kejadian
from rentan.ext import db
from rentan.surat_kuasa.models import SuratPekerja
from rentan.verifikasi.models import PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan


def sumber(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The sentence of the verifikator who refused the worker, and the reminders of an open request."""
    ids = [one.id for one in rows]
    tolakan = select(Putusan.asuhan_id, Putusan.pada, Putusan.kalimat).where(
        Putusan.asuhan_id.in_(ids), Putusan.hasil != HasilPutusan.YA
    )
    for asuhan_id, pada, kalimat in db.session.execute(tolakan):
        yield asuhan_id, Kejadian(pada, "Catatan tentang pekerja ini", Peran.VERIFIKATOR, kalimat or "")
    pengingat = (
        select(
            SuratPekerja.asuhan_id,
            PermintaanPerbaikan.pengingat_1_pada,
            PermintaanPerbaikan.pengingat_2_pada,
        )
        .join(PermintaanPerbaikan, PermintaanPerbaikan.surat_kuasa_id == SuratPekerja.surat_kuasa_id)
        .where(SuratPekerja.asuhan_id.in_(ids), PermintaanPerbaikan.pengingat_1_pada.is_not(None))
    )
    for asuhan_id, *pada_pada in db.session.execute(pengingat):
        for ke, pada in enumerate(pada_pada, 1):
            if pada is not None:
                yield asuhan_id, Kejadian(pada, f"Pengingat ke-{ke}: perbaikan masih ditunggu")
