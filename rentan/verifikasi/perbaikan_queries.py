"""What the donor, or the operator for the donor, reads about repairs: the open request, refusals of BPJS."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, or_, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import get_asuhan
from rentan.asuhan.status import TERBUKA
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import now, to_local
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.workflow import Riwayat
from rentan.ext import db, runtime
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import get_surat
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import StatusSurat, in_scope
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan
from rentan.verifikasi.queries import find_permintaan, list_hal
from rentan.verifikasi.status import HasilPutusan, Jawaban

#: How long an ended letter is still mentioned on the page of repairs.
HARI_DISEBUT = 90


def get_surat_diperbaiki(surat_id: uuid.UUID, *, seen_by: Pelaku) -> SuratKuasa:
    """A letter that this person may repair: the own one, or as operator one of the own OPD.

    Raises ``NotFound`` for every other: a verifikator sees letters elsewhere, but does not repair them.
    """
    surat = get_surat(surat_id, seen_by=seen_by)
    if not any(seen_by.has(one) and in_scope(surat, seen_by, one) for one in (Peran.ASN, Peran.OPERATOR_OPD)):
        raise NotFound
    return surat


def get_butir(butir_id: uuid.UUID, *, seen_by: Pelaku) -> ButirPerbaikan:
    """One point of a request, through the letter it belongs to. Raises ``NotFound``."""
    row = db.session.get(ButirPerbaikan, butir_id)
    if row is None:
        raise NotFound
    get_surat_diperbaiki(row.permintaan.surat_kuasa_id, seen_by=seen_by)
    return row


def find_surat_sendiri(by: Pelaku) -> SuratKuasa | None:
    """The own letter that waits for repair."""
    if by.asn_id is None or not by.has(Peran.ASN):
        return None
    query = select(SuratKuasa).where(
        SuratKuasa.asn_id == by.asn_id, SuratKuasa.status == StatusSurat.PERLU_PERBAIKAN
    )
    return db.session.scalar(query)


def find_terbuka(surat: SuratKuasa) -> PermintaanPerbaikan | None:
    """The request that can still be answered: open, and its letter waits for it."""
    return find_permintaan(surat.id) if surat.status is StatusSurat.PERLU_PERBAIKAN else None


def jenis_of(butir: ButirPerbaikan) -> JenisBerkas | None:
    """The kind of paper of a point; ``None`` when it is about a worker."""
    return butir.putusan.berkas.jenis if butir.putusan.berkas else None


def label_of(butir: ButirPerbaikan) -> str:
    """What the point is about: the paper, or the worker's name (for the donor's own pages only)."""
    jenis = jenis_of(butir)
    if jenis is not None:
        return jenis.label
    assert butir.putusan.asuhan is not None
    return f"Data {butir.putusan.asuhan.pekerja.nama}"


def facts_kirim(permintaan: PermintaanPerbaikan | None) -> dict[str, list[str]]:
    """What M8 asks."""
    waiting = [one for one in permintaan.butir if one.jawaban is Jawaban.MENUNGGU] if permintaan else []
    return {"belum_dijawab": [label_of(one) for one in waiting]}


def list_diterima(surat: SuratKuasa) -> list[str]:
    """What has been accepted and stays so."""
    return [one.label for one in list_hal(surat) if one.putusan and one.putusan.hasil is HasilPutusan.YA]


@dataclass(frozen=True)
class Jadwal:
    """The clock of an open request; ``berakhir`` is the first day on which it may end (M23)."""

    pengingat: tuple[date, date]
    berakhir: date


def jadwal_of(permintaan: PermintaanPerbaikan) -> Jadwal:
    """Reminders and end; both reminders come before the end, also when the admin shortens the whole."""
    dibuka = to_local(permintaan.dibuka_pada).date()
    basi = int(get_setting("hari_basi"))
    pertama, kedua = runtime().profil.batas.hari_pengingat[:2]
    hari = (min(pertama, basi - 2), min(kedua, basi - 1))
    return Jadwal(
        (dibuka + timedelta(days=hari[0]), dibuka + timedelta(days=hari[1])), dibuka + timedelta(days=basi)
    )


# -- refused by BPJS ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DitolakBpjs:
    """A sponsored worker whom BPJS refused; ``diperbaiki``: the data changed since, a verifikator looks."""

    asuhan: Asuhan
    alasan: str | None
    ditolak_pada: datetime
    diperbaiki: bool


def ditolak_pada(pekerja_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When BPJS last refused each of these workers (W9)."""
    query = (
        select(Riwayat.objek_id, db.func.max(Riwayat.pada))
        .where(Riwayat.mesin == PEKERJA.nama, Riwayat.langkah == "W9", Riwayat.objek_id.in_(pekerja_ids))
        .group_by(Riwayat.objek_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def berubah(pekerja: Pekerja, sejak: datetime | None) -> bool:
    """W10: was the data corrected after that refusal?"""
    return pekerja.data_diubah_pada is not None and (sejak is None or pekerja.data_diubah_pada > sejak)


def _mine(by: Pelaku, *, opd: bool) -> ColumnElement[bool]:
    """The own sponsorships, with ``opd`` also those of the operator's OPD."""
    reach: ColumnElement[bool] = false()
    if by.asn_id is not None and by.has(Peran.ASN):
        reach = or_(reach, Asn.id == by.asn_id)
    if opd and by.has(Peran.OPERATOR_OPD):
        reach = or_(reach, Asn.opd_id.in_(by.opd_ids))
    return reach


def list_ditolak_bpjs(by: Pelaku, *, asn_id: uuid.UUID | None = None) -> list[DitolakBpjs]:
    """Workers whom BPJS refused: own ones, or those of one ASN whom the operator looks after."""
    query = (
        select(Asuhan)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(Asuhan.status.in_(TERBUKA), Pekerja.status == StatusPekerja.DITOLAK_BPJS)
        .where(_mine(by, opd=asn_id is not None))
        .options(db.joinedload(Asuhan.pekerja))
    )
    if asn_id is not None:
        query = query.where(Asuhan.asn_id == asn_id)
    rows = db.session.scalars(query.order_by(Asuhan.dibuat_pada, Asuhan.id)).all()
    since = ditolak_pada([one.pekerja_id for one in rows])
    return [
        DitolakBpjs(
            one,
            one.pekerja.alasan_bpjs,
            since.get(one.pekerja_id, one.dibuat_pada),
            berubah(one.pekerja, since.get(one.pekerja_id)),
        )
        for one in rows
    ]


def get_asuhan_diperbaiki(asuhan_id: uuid.UUID, *, seen_by: Pelaku) -> tuple[Asuhan, ButirPerbaikan | None]:
    """A sponsorship whose worker's data is asked for, with the point that asks (``None``: BPJS refused it).

    Raises ``NotFound`` when nobody asks for it now, or for a foreign one.
    """
    asuhan = get_asuhan(asuhan_id, seen_by=seen_by)
    own = seen_by.has(Peran.ASN) and seen_by.asn_id == asuhan.asn_id
    if not own and not (seen_by.has(Peran.OPERATOR_OPD) and asuhan.asn.opd_id in seen_by.opd_ids):
        raise NotFound
    butir = find_butir_pekerja(asuhan)
    if butir is None and not (
        asuhan.status in TERBUKA and asuhan.pekerja.status is StatusPekerja.DITOLAK_BPJS
    ):
        raise NotFound
    return asuhan, butir


def find_butir_pekerja(asuhan: Asuhan) -> ButirPerbaikan | None:
    """The open point that asks for this worker's data."""
    query = (
        select(SuratKuasa)
        .where(SuratKuasa.asn_id == asuhan.asn_id, SuratKuasa.status == StatusSurat.PERLU_PERBAIKAN)
        .order_by(SuratKuasa.id)
    )
    surat = db.session.scalar(query)
    permintaan = find_terbuka(surat) if surat else None
    points = permintaan.butir if permintaan else []
    return next((one for one in points if one.putusan.asuhan_id == asuhan.id), None)


# -- lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BarisPerbaikan:
    """A letter of the operator's OPD that waits for repair, or whose time ran out."""

    surat: SuratKuasa
    butir: int
    dijawab: int
    sejak: datetime
    pengingat: int
    berakhir: date | None


def list_perbaikan_opd(by: Pelaku, *, banyak: int = 200) -> list[BarisPerbaikan]:
    """Letters of the own OPD that wait for repair, the oldest request first."""
    if not by.has(Peran.OPERATOR_OPD):
        return []
    query = (
        select(PermintaanPerbaikan)
        .join(SuratKuasa, SuratKuasa.id == PermintaanPerbaikan.surat_kuasa_id)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(
            PermintaanPerbaikan.ditutup_pada.is_(None),
            SuratKuasa.status == StatusSurat.PERLU_PERBAIKAN,
            Asn.opd_id.in_(by.opd_ids),
        )
        .options(
            db.joinedload(PermintaanPerbaikan.surat).joinedload(SuratKuasa.asn),
            db.selectinload(PermintaanPerbaikan.butir),
        )
        .order_by(PermintaanPerbaikan.dibuka_pada, PermintaanPerbaikan.id)
        .limit(banyak)
    )
    return [
        BarisPerbaikan(
            one.surat,
            len(one.butir),
            sum(point.jawaban is not Jawaban.MENUNGGU for point in one.butir),
            one.dibuka_pada,
            sum(when is not None for when in (one.pengingat_1_pada, one.pengingat_2_pada)),
            jadwal_of(one).berakhir,
        )
        for one in db.session.scalars(query).unique()
    ]


def list_bpjs_opd(by: Pelaku, *, banyak: int = 200) -> list[Asuhan]:
    """Sponsorships of the own OPD whose worker BPJS refused and nobody has corrected yet."""
    if not by.has(Peran.OPERATOR_OPD):
        return []
    query = (
        select(Asuhan)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(
            Asuhan.status.in_(TERBUKA),
            Pekerja.status == StatusPekerja.DITOLAK_BPJS,
            Asn.opd_id.in_(by.opd_ids),
        )
        .options(db.joinedload(Asuhan.pekerja), db.joinedload(Asuhan.asn))
        .order_by(Asuhan.dibuat_pada, Asuhan.id)
        .limit(banyak)
    )
    rows = list(db.session.scalars(query))
    since = ditolak_pada([one.pekerja_id for one in rows])
    return [one for one in rows if not berubah(one.pekerja, since.get(one.pekerja_id))]


def list_basi(by: Pelaku, *, banyak: int = 50) -> list[tuple[SuratKuasa, datetime]]:
    """Letters, own or of the own OPD, that ended because nobody repaired them (M23), newest first."""
    query = (
        select(SuratKuasa, Riwayat.pada)
        .join(Riwayat, Riwayat.objek_id == SuratKuasa.id)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(
            Riwayat.mesin == SURAT.nama,
            Riwayat.langkah == "M23",
            Riwayat.pada > now() - timedelta(days=HARI_DISEBUT),
            _mine(by, opd=True),
        )
        .options(db.joinedload(SuratKuasa.asn))
        .order_by(Riwayat.pada.desc(), SuratKuasa.id)
        .limit(banyak)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]
