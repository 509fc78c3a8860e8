"""What the bendahara's start page counts and lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from rentan.asn.models import Asn
from rentan.autodebet.mandat import ASLI_CUKUP
from rentan.autodebet.models import BarisMandat
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import HIDUP, StatusSurat


@dataclass(frozen=True)
class Ringkasan:
    """How many letters stand where; ``tertua``: since when the longest waiting accepted one has waited."""

    siap: int
    menunggu_asli: int
    dalam_paket: int
    di_bank: int
    ditolak: int
    berlaku: int
    dicabut_menunggu: int
    tertua: datetime | None


def ringkas() -> Ringkasan:
    """The counts of the whole city."""
    query = select(SuratKuasa.status, func.count().label("n")).group_by(SuratKuasa.status)
    jumlah = {row.status: row.n for row in db.session.execute(query)}
    taken = select(BarisMandat.surat_kuasa_id).where(BarisMandat.hasil == HasilBaris.MENUNGGU)
    diterima = SuratKuasa.status == StatusSurat.TERVERIFIKASI
    bebas = select(func.count()).select_from(SuratKuasa).where(diterima, SuratKuasa.id.not_in(taken))
    siap = db.session.scalar(bebas.where(SuratKuasa.asli_di.in_(ASLI_CUKUP))) or 0
    menunggu = db.session.scalar(bebas.where(SuratKuasa.asli_di.not_in(ASLI_CUKUP))) or 0
    return Ringkasan(
        siap=siap,
        menunggu_asli=menunggu,
        dalam_paket=jumlah.get(StatusSurat.TERVERIFIKASI, 0) - siap - menunggu,
        di_bank=jumlah.get(StatusSurat.DIAJUKAN_BANK, 0),
        ditolak=jumlah.get(StatusSurat.DITOLAK_BANK, 0),
        berlaku=sum(jumlah.get(one, 0) for one in HIDUP),
        dicabut_menunggu=jumlah.get(StatusSurat.DICABUT_MENUNGGU, 0),
        tertua=db.session.scalar(select(func.min(SuratKuasa.diputus_pada)).where(diterima)),
    )


def list_menunggu(*, seen_by: Pelaku, tanpa_asli: bool, banyak: int = 50) -> list[SuratKuasa]:
    """Accepted letters that wait in no packet, the longest waiting first: those whose paper is missing, or
    all of them (for M12)."""
    if not seen_by.has(Peran.BENDAHARA):
        return []
    taken = select(BarisMandat.surat_kuasa_id).where(BarisMandat.hasil == HasilBaris.MENUNGGU)
    query = (
        select(SuratKuasa)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status == StatusSurat.TERVERIFIKASI, SuratKuasa.id.not_in(taken))
    )
    if tanpa_asli:
        query = query.where(SuratKuasa.asli_di.not_in(ASLI_CUKUP))
    return list(db.session.scalars(query.order_by(SuratKuasa.diputus_pada, SuratKuasa.id).limit(banyak)))
