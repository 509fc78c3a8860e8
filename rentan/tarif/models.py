"""Tariff and calendar as dated rows that an admin can add to; prices are computed in ``price.py``."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rentan.ext import Base, IdMixin, partial_unique

BERLAKU = "dicabut_pada IS NULL"


class DapatDicabut:
    """A row that was a mistake stays, marked by whom, when and why; nothing is priced with it any more."""

    dicabut_oleh: Mapped[uuid.UUID | None]
    dicabut_pada: Mapped[datetime | None]
    alasan_cabut: Mapped[str | None]


class TarifKelas(IdMixin, DapatDicabut, Base):
    """One income class of PP 44/2015 annex II from ``berlaku_mulai`` on; amounts: whole rupiah a month."""

    __tablename__ = "tarif_kelas"
    berlaku_mulai: Mapped[date]
    penghasilan_min: Mapped[int]
    penghasilan_maks: Mapped[int | None]
    dasar: Mapped[int]
    jkk: Mapped[int]
    jkm: Mapped[int]
    jht: Mapped[int]
    dasar_hukum: Mapped[str]
    __table_args__ = (
        partial_unique("uq_tarif_kelas_berlaku", "berlaku_mulai", "dasar", where=BERLAKU),
        CheckConstraint("dasar > 0 AND jkk > 0 AND jkm > 0 AND jht > 0", name="positif"),
    )


class TarifPotongan(IdMixin, DapatDicabut, Base):
    """A dated cut of one programme for one sector and funding (PP 50/2025), in percent of the full amount."""

    __tablename__ = "tarif_potongan"
    mulai: Mapped[date]
    sampai: Mapped[date | None]
    sektor: Mapped[str]
    pendanaan: Mapped[str]
    program: Mapped[str]
    persen: Mapped[int]
    dasar_hukum: Mapped[str]
    __table_args__ = (
        partial_unique("uq_tarif_potongan_berlaku", "mulai", "sektor", "pendanaan", "program", where=BERLAKU),
        CheckConstraint("persen > 0 AND persen <= 100", name="persen"),
    )


class HariKhusus(Base):
    """A day that the city's calendar treats otherwise than the holiday library: ``libur`` or ``kerja``."""

    __tablename__ = "hari_khusus"
    tanggal: Mapped[date] = mapped_column(primary_key=True)
    jenis: Mapped[str]
    nama: Mapped[str]
    __table_args__ = (CheckConstraint("jenis IN ('libur', 'kerja')", name="jenis"),)
