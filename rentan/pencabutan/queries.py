"""Reads of withdrawals, through the same eyes as their letters."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.baca import get_one
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.pencabutan.models import Pencabutan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import get_surat, visible
from rentan.surat_kuasa.status import StatusSurat, in_scope

#: Whose business a withdrawal is (M18); a verifikator or an admin reads letters, but nobody's withdrawal.
PIHAK = (Peran.ASN, Peran.OPERATOR_OPD, Peran.BENDAHARA)


def find_pencabutan(surat_id: uuid.UUID) -> Pencabutan | None:
    """The letter's withdrawal; the database allows one."""
    return db.session.scalar(select(Pencabutan).where(Pencabutan.surat_kuasa_id == surat_id))


def get_surat_berhenti(surat_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> SuratKuasa:
    """One letter for whoever may stop it: the own, one of the own OPD, or for the bendahara one at the bank.

    Raises ``NotFound`` for anybody else, who may see the letter for another reason (AUZ-2).
    """
    surat = get_surat(surat_id, seen_by=seen_by, untuk_diubah=untuk_diubah)
    if not any(seen_by.has(one) and in_scope(surat, seen_by, one) for one in PIHAK):
        raise NotFound
    return surat


def get_pencabutan(pencabutan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Pencabutan:
    """One withdrawal of a letter that the viewer sees. Raises ``NotFound``."""
    query = visible(
        select(Pencabutan)
        .join(SuratKuasa, SuratKuasa.id == Pencabutan.surat_kuasa_id)
        .where(Pencabutan.id == pencabutan_id),
        seen_by,
    )
    return get_one(query, untuk_diubah=untuk_diubah)


def list_pencabutan(*, seen_by: Pelaku, selesai: bool = False, banyak: int = 100) -> list[Pencabutan]:
    """For the bendahara: withdrawals the bank has not acknowledged, the oldest first; or finished ones."""
    if not seen_by.has(Peran.BENDAHARA):
        return []
    query = (
        select(Pencabutan)
        .join(SuratKuasa, SuratKuasa.id == Pencabutan.surat_kuasa_id)
        .where(
            SuratKuasa.status == StatusSurat.DICABUT
            if selesai
            else SuratKuasa.status.in_((StatusSurat.DICABUT_MENUNGGU, StatusSurat.DIAJUKAN_BANK))
        )
    )
    urutan = (Pencabutan.diterima_pada.desc() if selesai else Pencabutan.diterima_pada, Pencabutan.id)
    return list(db.session.scalars(query.order_by(*urutan).limit(banyak)))
