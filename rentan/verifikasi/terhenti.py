"""Workers whose cover has lapsed: registered anew when a donor still pays and age allows it (W16)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.pekerja.gerak import gerak
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import lahir_sesudah, tercakup
from rentan.pekerja.status import StatusPekerja
from rentan.tarif.queries import debet_pertama

BANYAK = 100


@dataclass(frozen=True)
class Terhenti:
    """A lapsed worker with the donor who still pays; ``halangan`` is why a new registration is refused."""

    pekerja: Pekerja
    asuhan: Asuhan
    halangan: str


def list_terhenti(*, seen_by: Pelaku, banyak: int = BANYAK) -> list[Terhenti]:
    """Lapsed workers with an open sponsorship, by name."""
    _in_scope(seen_by)
    query = _query().order_by(Pekerja.nama_inti, Pekerja.id).limit(banyak)
    return [_standing(row.Pekerja, row.Asuhan, seen_by) for row in db.session.execute(query)]


def get_terhenti(pekerja_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Terhenti:
    """One of them. Raises ``NotFound``, also for a worker in another state."""
    _in_scope(seen_by)
    if untuk_diubah:
        held = select(Pekerja).where(Pekerja.id == pekerja_id).with_for_update(key_share=True)
        db.session.scalar(held.execution_options(populate_existing=True))
    row = db.session.execute(_query().where(Pekerja.id == pekerja_id)).first()
    if row is None:
        raise NotFound
    return _standing(row.Pekerja, row.Asuhan, seen_by)


def register_again(satu: Terhenti, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """W16: the worker takes the road to BPJS once more; the membership and its clocks begin at nothing.

    Raises ``RuleError`` (``terhalang``, ``tanpa_catatan``), ``Stale``.
    """
    pekerja = satu.pekerja
    check_version(pekerja, versi)
    if not by.has(Peran.VERIFIKATOR):
        raise Forbidden
    if satu.halangan:
        raise RuleError(satu.halangan, kode="terhalang")
    if not catatan.strip():
        raise RuleError(
            "Tuliskan siapa yang memastikan bahwa pekerja masih bekerja.", "catatan", kode="tanpa_catatan"
        )
    gerak(pekerja, "daftar_ulang", by=by, catatan=catatan.strip(), terlalu_tua=_too_old(pekerja))
    pekerja.mulai_masa = pekerja.terdaftar_pada = pekerja.lunas_sampai = None
    pekerja.sumber = pekerja.sumber_pada = pekerja.sumber_impor_id = None
    pekerja.alasan_bpjs, pekerja.usia65 = None, False
    db.session.flush()


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(Pekerja, Asuhan)
        .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .where(Pekerja.status == StatusPekerja.NONAKTIF, Asuhan.status.in_(DIUSULKAN_KE_ATAS))
        .options(db.joinedload(Pekerja.kelurahan), db.joinedload(Asuhan.asn))
    )


def _standing(pekerja: Pekerja, asuhan: Asuhan, by: Pelaku) -> Terhenti:
    halangan = ""
    if by.asn_id is not None and asuhan.asn_id == by.asn_id:
        halangan = "Pekerja ini asuhan Anda sendiri, sehingga verifikator lain yang memutuskannya."
    elif _too_old(pekerja):
        halangan = (
            "Pekerja sudah berusia 65 tahun pada debet pertama, sehingga tidak dapat didaftarkan ulang."
        )
    elif tercakup(pekerja.nik_bi, debet_pertama(today())):
        halangan = "Pekerja ini sudah dilindungi program lain."
    return Terhenti(pekerja, asuhan, halangan)


def _too_old(pekerja: Pekerja) -> bool:
    """The age limit counts again, on the day of the next first debit."""
    return pekerja.tanggal_lahir <= lahir_sesudah(debet_pertama(today()))


def _in_scope(seen_by: Pelaku) -> None:
    if not seen_by.has(Peran.VERIFIKATOR):
        raise NotFound
