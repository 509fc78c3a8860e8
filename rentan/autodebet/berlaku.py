"""A letter comes into force, or the bank refuses it (states.md §1: M12, M13, M14, M20)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import date, timedelta

from sqlalchemy import or_, select

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.surat_kuasa.kesiapan import siapkan_asuhan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import find_hidup
from rentan.surat_kuasa.status import HIDUP, MACHINE
from rentan.tarif.queries import bulan_pertama
from rentan.util.tanggal import awal_bulan, tambah_bulan

#: After a letter has come into force, in the same transaction: a withdrawal that waited is carried out.
SETELAH_BERLAKU: list[Callable[[SuratKuasa, Pelaku], None]] = []


def lock_surat(surat_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, SuratKuasa]:
    """These letters and those in force of the same donors, held for this transaction and read anew.

    All at once and in the order of their ids: nobody who does the same can wait in a circle.
    """
    donatur = select(SuratKuasa.asn_id).where(SuratKuasa.id.in_(surat_ids))
    query = (
        select(SuratKuasa)
        .where(
            or_(SuratKuasa.id.in_(surat_ids), SuratKuasa.asn_id.in_(donatur) & SuratKuasa.status.in_(HIDUP))
        )
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in db.session.scalars(query)}


def berlakukan(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> None:
    """M12: in force without the bank's answer, only where the bank takes no letters (setting)."""
    _hidupkan(surat, "berlakukan", today(), by=by, versi=versi)


def terima_bank(surat: SuratKuasa, tanggal: date, *, by: Pelaku) -> None:
    """M13: the bank has registered the letter on ``tanggal``."""
    _hidupkan(surat, "bank_menerima", tanggal, by=by)


def tolak_bank(surat: SuratKuasa, *, kode: str, by: Pelaku) -> None:
    """M14: the bank refuses; the sponsorships go on waiting, the verifikator decides what to ask (M15)."""
    advance(MACHINE, surat, "bank_menolak", by=by, alasan=f"bank_{kode}")


def _hidupkan(
    surat: SuratKuasa, peristiwa: str, tanggal: date, *, by: Pelaku, versi: int | None = None
) -> None:
    """Effective = max(bank date, next cut-off); the version before ends the day before (M20)."""
    mulai = max(tanggal, bulan_pertama(today()))
    lama = find_hidup(surat.asn_id)
    if lama is not None:
        if lama.berlaku_mulai is not None and mulai <= lama.berlaku_mulai:
            # Both would begin with the same cut-off: the older one has its month, the newer one follows.
            mulai = tambah_bulan(awal_bulan(lama.berlaku_mulai), 1)
        advance(MACHINE, lama, "diganti", by=SISTEM, mulai_pengganti=mulai)
        lama.berlaku_sampai = mulai - timedelta(days=1)
    surat.berlaku_mulai = mulai
    advance(MACHINE, surat, peristiwa, by=by, versi=versi)
    siapkan_asuhan([satu.asuhan.pekerja_id for satu in surat.daftar])
    for ikut in SETELAH_BERLAKU:
        ikut(surat, by)
