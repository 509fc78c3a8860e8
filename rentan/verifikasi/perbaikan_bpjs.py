"""Workers whom BPJS refused (states.md §3: W10): the corrected data is accepted, or the worker is let go."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import keluar
from rentan.asuhan.queries import find_terbuka
from rentan.asuhan.status import TERBUKA
from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound, RuleError
from rentan.core.workflow import Riwayat, Tawaran, check_version, offers
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja, suspect_if_doubtful
from rentan.pekerja.gerak import gerak
from rentan.pekerja.koreksi import data_of, list_perubahan, values_of
from rentan.pekerja.models import Pekerja, PerubahanPekerja
from rentan.pekerja.status import MACHINE, StatusPekerja
from rentan.verifikasi.banding import earlier
from rentan.verifikasi.perbaikan_queries import berubah, ditolak_pada

#: Why the sponsorship ended; the donor is asked for the next worker.
ALASAN = "ditolak_bpjs"


@dataclass(frozen=True)
class BarisBpjs:
    """A refused worker in the verifikator's list."""

    pekerja: Pekerja
    ditolak_pada: datetime
    diperbaiki: bool


def list_bpjs(*, banyak: int = 200) -> list[BarisBpjs]:
    """Refused workers: those corrected since come first (a verifikator's turn), then by day of refusal."""
    query = select(Pekerja).where(Pekerja.status == StatusPekerja.DITOLAK_BPJS)
    rows = db.session.scalars(query.options(db.joinedload(Pekerja.kelurahan)).order_by(Pekerja.id)).all()
    since: dict[uuid.UUID, datetime] = {}
    for start in range(0, len(rows), 500):
        since |= ditolak_pada([one.id for one in rows[start : start + 500]])
    found = [
        BarisBpjs(one, since.get(one.id, one.dicatat_pada), berubah(one, since.get(one.id))) for one in rows
    ]
    return sorted(found, key=lambda one: (not one.diperbaiki, one.ditolak_pada, one.pekerja.id))[:banyak]


def get_ditolak(pekerja_id: uuid.UUID) -> Pekerja:
    """A worker whom BPJS refused, for the verifikator. Raises ``NotFound`` for any other."""
    row = db.session.get(Pekerja, pekerja_id)
    if row is None or row.status is not StatusPekerja.DITOLAK_BPJS:
        raise NotFound
    return row


def find_penolakan(pekerja: Pekerja) -> Riwayat | None:
    """The last refusal (W9)."""
    query = select(Riwayat).where(
        Riwayat.mesin == MACHINE.nama, Riwayat.objek_id == pekerja.id, Riwayat.langkah == "W9"
    )
    return db.session.scalar(query.order_by(Riwayat.urutan.desc()).limit(1))


def data_saat_ditolak(pekerja: Pekerja) -> DataPekerja:
    """What stood here when BPJS refused, put together from the corrections since."""
    before: dict[str, object] = {}
    for one in _since(pekerja):
        before = values_of(one) | before  # the first correction of a column tells what stood there
    return earlier(data_of(pekerja), before)


def facts_perbaikan(pekerja: Pekerja) -> dict[str, bool]:
    """What W10 asks."""
    refused = find_penolakan(pekerja)
    return {"berubah": berubah(pekerja, refused.pada if refused else None)}


def list_tawaran(pekerja: Pekerja, by: Pelaku) -> dict[str, Tawaran]:
    """W10 as this person may make it, by event, each with the refusal in its way (G3)."""
    return {
        one.move.peristiwa: one
        for one in offers(MACHINE, pekerja, by, **facts_perbaikan(pekerja))
        if one.move.kode == "W10"
    }


def accept_correction(
    pekerja: Pekerja, *, catatan: str | None = None, by: Pelaku, versi: int | None = None
) -> None:
    """W10 "perbaiki": the worker goes to BPJS again with the next list; other doubts hold him first.

    Raises ``RuleError`` (nothing was corrected, ``ikut_terlibat``), ``Stale``.
    """
    _begin(pekerja, by, versi)
    gerak(pekerja, "perbaiki", by=by, catatan=catatan, **facts_perbaikan(pekerja))
    suspect_if_doubtful(pekerja.id)


def let_go(pekerja: Pekerja, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """W10 "tidak layak" and A14: this person cannot be covered; the donor is asked for the next worker.

    Raises ``RuleError`` (``tanpa_catatan``, ``ikut_terlibat``), ``Stale``.
    """
    _begin(pekerja, by, versi)
    if not (catatan or "").strip():
        raise RuleError("Tulis mengapa pekerja ini tidak memenuhi syarat.", "catatan", kode="tanpa_catatan")
    asuhan = find_terbuka(pekerja.id)
    if asuhan is not None:
        keluar(asuhan, alasan=ALASAN, by=by, catatan=catatan)
    gerak(pekerja, "tidak_layak", by=by, alasan=ALASAN, catatan=catatan)


def is_involved(pekerja: Pekerja, by: Pelaku) -> bool:
    """AUZ-5, G5: the own sponsorship, or data that this person corrected."""
    own = select(Asuhan.id).where(
        Asuhan.pekerja_id == pekerja.id, Asuhan.asn_id == by.asn_id, Asuhan.status.in_(TERBUKA)
    )
    if by.asn_id is not None and db.session.scalar(own.limit(1)) is not None:
        return True
    return by.akun_id is not None and any(one.oleh == by.akun_id for one in _since(pekerja))


def _since(pekerja: Pekerja) -> list[PerubahanPekerja]:
    """Corrections after the last refusal."""
    refused = find_penolakan(pekerja)
    return [one for one in list_perubahan(pekerja) if refused is None or one.pada > refused.pada]


def _begin(pekerja: Pekerja, by: Pelaku, versi: int | None) -> None:
    db.session.refresh(pekerja, with_for_update={"key_share": True})
    check_version(pekerja, versi)
    if is_involved(pekerja, by):
        raise RuleError(
            "Anda ikut terlibat dengan data pekerja ini, sehingga verifikator lain yang memutusnya.",
            kode="ikut_terlibat",
        )
