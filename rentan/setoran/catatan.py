"""What follows from BPJS's record of a month: contribution, cover, sponsorship, batch (P4, P5, W11, W14, A8).

Lock order: batches, sponsorships, contributions, workers.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from rentan.asuhan.putusan import catat_iuran_pertama
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.imports_base import Impor
from rentan.core.massal import chunks, set_many
from rentan.core.permissions import Peran
from rentan.core.queue import lapor
from rentan.ext import db
from rentan.iuran import gerak
from rentan.iuran.models import Iuran
from rentan.iuran.status import JenisUrusan
from rentan.paket.actions import catat_hasil
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import StatusPaket
from rentan.pekerja.alasan_bpjs import alasan_of
from rentan.pekerja.gerak import gerak_banyak
from rentan.pekerja.masa import tertinggal
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja, SumberPerlindungan
from rentan.setoran.models import BarisSetor
from rentan.setoran.queries import hitung_lunas
from rentan.setoran.status import HasilSetor
from rentan.setoran.urusan import open_many

W = StatusPekerja
#: A record of BPJS confirms these; a lapse is not undone by it (W16 alone leads back).
DIPASTIKAN = (W.TERDAFTAR, W.AKTIF)
TENGGANG = (W.TENGGANG_1, W.TENGGANG_2)


@dataclass(frozen=True)
class Jawaban:
    """BPJS's word on one line: recorded, or refused with our code and its own words."""

    baris_id: uuid.UUID
    iuran_id: uuid.UUID
    tercatat: bool
    kode: str | None
    keterangan: str


def apply_answers(answers: Sequence[Jawaban], impor: Impor, *, by: Pelaku) -> None:
    """Everything that these answers bring about, in the caller's transaction."""
    if not answers:
        return
    said = {one.baris_id: one for one in answers}
    lines = _lines(said)
    batches = _hold_batches({line.paket_id for line in lines})
    recorded = {one.iuran_id for one in answers if one.tercatat}
    catat_iuran_pertama(_sponsorships(recorded))
    lapor(45)
    rows = _hold(Iuran, [one.iuran_id for one in answers])
    _close(lines, said, impor)
    lapor(55)
    gerak.catat_tercatat([one for one in rows if one.id in recorded], pada=today(), by=by)
    _refuse([one for one in rows if one.id not in recorded], answers, by)
    lapor(70)
    follow_cover({one.pekerja_id for one in rows if one.id in recorded}, impor=impor, by=by)
    lapor(95)
    _follow(batches, by)


def _lines(baris_ids: Collection[uuid.UUID]) -> list[BarisSetor]:
    found: list[BarisSetor] = []
    for some in chunks(sorted(baris_ids)):
        found += db.session.scalars(
            select(BarisSetor).where(BarisSetor.id.in_(some), BarisSetor.hasil == HasilSetor.MENUNGGU)
        )
    return found


def _hold_batches(paket_ids: Collection[uuid.UUID]) -> list[Paket]:
    query = select(Paket).where(Paket.id.in_(paket_ids)).order_by(Paket.id).with_for_update()
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _sponsorships(iuran_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    for some in chunks(sorted(iuran_ids)):
        found |= set(db.session.scalars(select(Iuran.asuhan_id).where(Iuran.id.in_(some))))
    return found


def _hold(model: Any, ids: Collection[uuid.UUID]) -> list[Any]:
    """Rows locked in the order of their ids."""
    found: list[Any] = []
    for some in chunks(sorted(ids)):
        query = select(model).where(model.id.in_(some)).order_by(model.id).with_for_update(key_share=True)
        found += db.session.scalars(query.execution_options(populate_existing=True))
    return found


def _close(lines: Sequence[BarisSetor], said: dict[uuid.UUID, Jawaban], impor: Impor) -> None:
    """What the lines keep of the answer."""
    moment = now()
    values = {
        line.id: {
            "hasil": HasilSetor.TERCATAT if said[line.id].tercatat else HasilSetor.DITOLAK,
            "kode_hasil": said[line.id].kode,
            "keterangan": said[line.id].keterangan or None,
            "dijawab_pada": moment,
            "impor_id": impor.id,
        }
        for line in lines
    }
    set_many(lines, values)


def _refuse(rows: Sequence[Iuran], answers: Sequence[Jawaban], by: Pelaku) -> None:
    """P5: refused months are the liaison's to settle, with whoever can put the data right."""
    if not rows:
        return
    said = {one.iuran_id: one for one in answers}
    gerak.tolak_bpjs(rows, alasan={one.id: said[one.id].kode for one in rows}, by=by)
    words = {one.id: _words(said[one.id]) for one in rows}
    open_many(JenisUrusan.DITOLAK_BPJS, rows, words, pemilik=Peran.PETUGAS_BPJS, by=by)


def _words(one: Jawaban) -> str:
    siapa = alasan_of(one.kode).siapa.label
    kata = f"Kata BPJS: “{one.keterangan}”. " if one.keterangan else ""
    return f"Iuran bulan ini ditolak BPJS. {kata}Yang dapat memperbaikinya: {siapa}."


# -- cover --------------------------------------------------------------------------------------------------


def follow_cover(
    pekerja_ids: Collection[uuid.UUID], *, impor: Impor | None, by: Pelaku, hari: date | None = None
) -> None:
    """``lunas_sampai`` and the moves W11 and W14 after months of these workers have been recorded."""
    workers: list[Pekerja] = _hold(Pekerja, pekerja_ids)
    if not workers:
        return
    hari = hari or today()
    lunas = hitung_lunas(workers)
    set_many(workers, {one.id: {"lunas_sampai": lunas[one.id]} for one in workers})
    current = [one for one in workers if one.lunas_sampai and tertinggal(one.lunas_sampai, hari) == 0]
    first = [one for one in current if one.status is W.TERDAFTAR]
    caught_up = [one for one in current if one.status in TENGGANG]
    sure = [one for one in workers if one.status in DIPASTIKAN] + caught_up
    source = {
        "sumber": SumberPerlindungan.DIKONFIRMASI,
        "sumber_pada": hari,
        "sumber_impor_id": impor.id if impor else None,
    }
    set_many(sure, {one.id: source for one in sure})
    gerak_banyak(first, "tercatat", by=by, tertinggal=0)
    gerak_banyak(caught_up, "terkejar", by=by, tertinggal=0)


# -- the batch ----------------------------------------------------------------------------------------------


def _follow(batches: Sequence[Paket], by: Pelaku) -> None:
    """B8: who read the answer, and whether a line still waits. A closed batch stays as it is."""
    db.session.flush()
    for paket in batches:
        if paket.status not in (StatusPaket.DIKIRIM, StatusPaket.HASIL_SEBAGIAN):
            continue
        uang = db.session.get(PaketUang, paket.id)
        if uang is not None:
            uang.pengimpor = by.akun_id
        waiting = select(BarisSetor.id).where(
            BarisSetor.paket_id == paket.id, BarisSetor.hasil == HasilSetor.MENUNGGU
        )
        catat_hasil(paket, lengkap=db.session.scalar(waiting.limit(1)) is None, by=by)
