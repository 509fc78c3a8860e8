"""Workers who wait for a donor, longest first; an offer reserves one for an ASN who may accept or decline."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.calon.status import StatusTawaran
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.pekerja.models import Pekerja


class Calon(IdMixin, Base):
    """A worker in the pool. Free = no open sponsorship, cover ``layak``, and not taken out."""

    __tablename__ = "calon"
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"), unique=True)
    pekerja: Mapped[Pekerja] = relationship(lazy="joined", innerjoin=True)
    kecamatan_kode: Mapped[str] = mapped_column(ForeignKey("kecamatan.kode"))
    kelurahan_kode: Mapped[str] = mapped_column(ForeignKey("kelurahan.kode"))
    menunggu_sejak: Mapped[datetime]
    diusulkan_oleh: Mapped[uuid.UUID | None]
    keluar_pada: Mapped[datetime | None]
    alasan_keluar: Mapped[str | None]
    __table_args__ = (
        Index("ix_calon_antre", "keluar_pada", "kelurahan_kode", "menunggu_sejak"),
        CheckConstraint("(keluar_pada IS NULL) = (alasan_keluar IS NULL)", name="keluar"),
    )


class Tawaran(IdMixin, VersionMixin, Base):
    """A worker offered to an ASN by an admin or the ASN's operator; nobody is enrolled without accepting."""

    __tablename__ = "tawaran"
    calon_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("calon.id"))
    calon: Mapped[Calon] = relationship(lazy="joined", innerjoin=True)
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"), index=True)
    asn: Mapped[Asn] = relationship(lazy="select")
    status: Mapped[StatusTawaran] = mapped_column(enum_column(StatusTawaran))
    ditawarkan_oleh: Mapped[uuid.UUID | None]
    ditawarkan_pada: Mapped[datetime]
    berlaku_sampai: Mapped[date]
    dijawab_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique("uq_tawaran_menunggu", "calon_id", where="status = 'menunggu'"),
        Index("ix_tawaran_waktu", "status", "berlaku_sampai"),
    )
