"""Reopening a sponsorship that was ended by mistake (A16): one verifikator proposes, a second one decides."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from rentan.asuhan import putusan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now, to_local, today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat, check_move
from rentan.ext import db
from rentan.siaga.models import UsulBuka

#: A16: not later than so many days after the end.
HARI_BUKA = 30


def sejak() -> datetime:
    """Ends before this moment stay as they are."""
    return now() - timedelta(days=HARI_BUKA)


def hari_berakhir(asuhan: Asuhan) -> int:
    """Days since this sponsorship ended."""
    query = select(func.max(Riwayat.pada)).where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == asuhan.id,
        Riwayat.ke == StatusAsuhan.BERAKHIR.value,
    )
    ended = db.session.scalar(query)
    return HARI_BUKA + 1 if ended is None else (today() - to_local(ended).date()).days


def propose_reopen(asuhan: Asuhan, *, catatan: str, by: Pelaku) -> UsulBuka:
    """Ask a second verifikator to reopen. Raises ``RuleError`` for what A16 would refuse anyway."""
    facts: dict[str, Any] = {
        "hari_berakhir": hari_berakhir(asuhan),
        "diasuh_lain": putusan.diasuh_lain(asuhan),
    }
    check_move(MACHINE, asuhan, "buka_kembali", by=by, **facts)
    if not catatan.strip():
        raise RuleError("Tuliskan mengapa pengakhirannya keliru.", "catatan", kode="tanpa_catatan")
    if by.akun_id is None:
        raise Forbidden
    row = UsulBuka(
        id=uuid.uuid4(),
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        catatan=catatan.strip(),
        diusulkan_oleh=by.akun_id,
        diusulkan_pada=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RuleError("Pembukaan kembali ini sudah diusulkan.", kode="sudah_diusulkan") from None
    return row


def decide_reopen(usul: UsulBuka, *, setuju: bool, by: Pelaku) -> None:
    """The second verifikator's answer; on yes the sponsorship looks for a successor again (A16).

    Raises ``RuleError``: ``sudah_diputus``, ``penjaga_a16`` (the same person, too late, sponsored meanwhile).
    """
    if usul.diputus_pada is not None:
        raise RuleError("Usul ini sudah diputus. Muat ulang halaman.", kode="sudah_diputus")
    if usul.diusulkan_oleh == by.akun_id:
        raise RuleError(
            "Pembukaan kembali yang Anda usulkan harus diputus verifikator lain.", kode="penjaga_a16"
        )
    if setuju:
        putusan.buka_kembali(
            usul.asuhan,
            diusulkan_oleh=usul.diusulkan_oleh,
            hari_berakhir=hari_berakhir(usul.asuhan),
            by=by,
        )
    usul.diputus_oleh, usul.diputus_pada, usul.diterima = by.akun_id, now(), setuju
    db.session.flush()


def get_berakhir(asuhan_id: uuid.UUID, *, seen_by: Pelaku) -> Asuhan:
    """An ended sponsorship, for a verifikator and not the own one. Raises ``NotFound``."""
    row = db.session.get(Asuhan, asuhan_id) if seen_by.has(Peran.VERIFIKATOR) else None
    own = row is not None and seen_by.asn_id is not None and row.asn_id == seen_by.asn_id
    if row is None or own or row.status is not StatusAsuhan.BERAKHIR:
        raise NotFound
    return row


def get_usul(usul_id: uuid.UUID, *, seen_by: Pelaku) -> UsulBuka:
    """A proposal, held. Raises ``NotFound``."""
    query = select(UsulBuka).where(UsulBuka.id == usul_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or not seen_by.has(Peran.VERIFIKATOR) or row.asuhan.asn_id == seen_by.asn_id:
        raise NotFound
    return row
