"""City agencies (OPD), their sub-units, and the spellings under which files name them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rentan.ext import Base, IdMixin, VersionMixin


class Opd(IdMixin, VersionMixin, Base):
    """A reporting unit. ``induk_id`` joins a secretariat's parts to it; each part counts itself."""

    __tablename__ = "opd"
    kode: Mapped[str] = mapped_column(unique=True)
    nama: Mapped[str]
    singkatan: Mapped[str]
    jenis: Mapped[str]
    induk_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("opd.id"), index=True)
    kelurahan_kode: Mapped[str | None] = mapped_column(ForeignKey("kelurahan.kode"))
    urutan: Mapped[int]
    berlaku_mulai: Mapped[date | None]
    berlaku_sampai: Mapped[date | None]


class EjaanOpd(Base):
    """A spelling that the admin mapped once; ``ejaan`` is normalised."""

    __tablename__ = "ejaan_opd"
    ejaan: Mapped[str] = mapped_column(primary_key=True)
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"), index=True)
    dipetakan_oleh: Mapped[uuid.UUID | None]
    dipetakan_pada: Mapped[datetime]


class UnitKerja(IdMixin, Base):
    """A school, puskesmas, bidang or kelurahan office inside an OPD, as the roster names it."""

    __tablename__ = "unit_kerja"
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"))
    nama: Mapped[str]
    __table_args__ = (UniqueConstraint("opd_id", "nama"),)
