"""A14 by a verifikator, after a letter was accepted: its worker moved away, was never who the data says, …

Of a member of BPJS the cover ends as well (W18), as with the liaison; who is not registered yet goes no
further. states.md asks for no second person here: a mistake is taken back by two (A16).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import keluar
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.baca import after, get_one
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Permission
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.kepesertaan.actions import AlasanKeluar, check_bukti, end_cover
from rentan.pekerja.gerak import gerak
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import DAPAT_DIASUH, TERDAFTAR_DI_BPJS, StatusPekerja

#: W17 is the liaison's: the claim comes first.
ALASAN = tuple(one for one in AlasanKeluar if one is not AlasanKeluar.MENINGGAL)
#: These make the worker unfit for any donor (W2, W10); who moved away or does not want to stays free.
TIDAK_LAYAK = (AlasanKeluar.JADI_PU, AlasanKeluar.DATA_PALSU)
#: Accepted with the letter; before that the verdict on the letter decides (A6).
DITERIMA = (*DIUSULKAN_KE_ATAS[1:], StatusAsuhan.MENCARI_PENGGANTI)


def _query(seen_by: Pelaku) -> Select[Asuhan]:
    if not seen_by.can(Permission.VERIFIKASI):
        raise NotFound
    query = select(Asuhan).join(Pekerja, Pekerja.id == Asuhan.pekerja_id).where(Asuhan.status.in_(DITERIMA))
    return query if seen_by.asn_id is None else query.where(Asuhan.asn_id != seen_by.asn_id)


def list_diterima(
    *, seen_by: Pelaku, cari: str = "", sesudah: uuid.UUID | None = None, banyak: int = 50
) -> Sequence[Asuhan]:
    """Accepted sponsorships of others by the worker's name, optionally those that contain ``cari``."""
    query = _query(seen_by)
    if cari:
        query = query.where(Pekerja.nama_inti.contains(cari.upper(), autoescape=True))
    if sesudah is not None:
        # The list is ordered by the worker, who is read through his sponsorship.
        query = after(query, _worker_of(sesudah), Pekerja.nama_inti, Pekerja.id)
    query = query.options(db.contains_eager(Asuhan.pekerja), db.joinedload(Asuhan.asn))
    return db.session.scalars(query.order_by(Pekerja.nama_inti, Pekerja.id, Asuhan.id).limit(banyak)).all()


def _worker_of(asuhan_id: uuid.UUID) -> uuid.UUID | None:
    return db.session.scalar(select(Asuhan.pekerja_id).where(Asuhan.id == asuhan_id))


def get_diterima(asuhan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Asuhan:
    """One of them. Raises ``NotFound`` for a missing one, the own one, and one that is not accepted."""
    query = _query(seen_by).where(Asuhan.id == asuhan_id)
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


def drop_worker(
    asuhan: Asuhan, alasan: AlasanKeluar, *, pada: date, catatan: str, by: Pelaku, versi: int | None = None
) -> None:
    """A14 with W18, W2 or W10 for the worker. ``pada`` is the day it happened, not after today.

    Raises ``RuleError`` (``alasan``, ``di_bpjs``: BPJS has the worker in hand, ``tanggal``, ``bukti``),
    ``Stale``.
    """
    check_version(asuhan, versi)
    pekerja = asuhan.pekerja
    if alasan not in ALASAN:
        raise RuleError("Pilih alasannya.", "alasan", kode="alasan")
    if pekerja.status is StatusPekerja.DIAJUKAN_BPJS:
        raise RuleError(
            "Pekerja ini sedang diajukan ke BPJS. Putuskan setelah jawaban BPJS dibaca petugas BPJS.",
            kode="di_bpjs",
        )
    if pekerja.status in TERDAFTAR_DI_BPJS:
        end_cover(pekerja, alasan, pada=pada, catatan=catatan, by=by)
        return
    keterangan = check_bukti(pekerja, alasan, pada, catatan)
    keluar(asuhan, alasan=alasan.value, by=by, catatan=keterangan)
    if alasan in TIDAK_LAYAK and pekerja.status in (*DAPAT_DIASUH[:2], StatusPekerja.DITOLAK_BPJS):
        gerak(pekerja, "tidak_layak", by=by, alasan=alasan.value, catatan=keterangan)
