"""What verification adds to a worker's timeline beside the letter's moves: refusals of workers, reminders."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import and_, exists, or_, select

from rentan.asuhan.models import Asuhan
from rentan.core.permissions import Peran
from rentan.core.riwayat import Kejadian
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.surat_kuasa.models import SuratPekerja
from rentan.surat_kuasa.status import MACHINE
from rentan.verifikasi.models import PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan

#: With these moves a verifikator's verdicts reach the donor; before them they are a draft.
DIKIRIM = ("M7", "M9", "M10")


def sumber(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The sentence of the verifikator who refused the worker, and the reminders of an open request."""
    ids = [one.id for one in rows]
    # A letter without any worker left is cancelled by the verifikator (M22), which sends the verdicts too.
    tanpa_pekerja = and_(Riwayat.langkah == "M22", Riwayat.alasan == "tanpa_pekerja")
    terkirim = exists().where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == Putusan.surat_kuasa_id,
        Riwayat.pada >= Putusan.pada,
        or_(Riwayat.langkah.in_(DIKIRIM), tanpa_pekerja),
    )
    tolakan = select(Putusan.asuhan_id, Putusan.pada, Putusan.kalimat).where(
        Putusan.asuhan_id.in_(ids),
        Putusan.hasil != HasilPutusan.YA,
        Putusan.gugur_pada.is_(None),
        terkirim,
    )
    for row in db.session.execute(tolakan):
        yield (
            row.asuhan_id,
            Kejadian(row.pada, "Catatan tentang pekerja ini", Peran.VERIFIKATOR, row.kalimat or ""),
        )
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
