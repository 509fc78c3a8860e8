"""Who stands by to pay for a worker for a while, which workers were offered to whom; reminders of an end of
service; proposals to reopen a sponsorship."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.siaga.status import StatusTalangan
from rentan.surat_kuasa.models import SuratKuasa


class DonaturSiaga(Base):
    """An ASN who stands by to pay for one more worker, at most two months, asked each time."""

    __tablename__ = "donatur_siaga"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"), primary_key=True)
    asn: Mapped[Asn] = relationship(lazy="select")
    sejak: Mapped[datetime]
    berhenti_pada: Mapped[datetime | None]


class Talangan(IdMixin, VersionMixin, Base):
    """One worker offered to one stand-in for the months ``bulan_mulai`` through ``bulan_sampai``.

    ``asuhan_id`` is the sponsorship that looks for a successor, ``pengganti_id`` the stand-in's own.
    """

    __tablename__ = "talangan"
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"))
    asuhan: Mapped[Asuhan] = relationship(foreign_keys="Talangan.asuhan_id", lazy="select")
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    asn: Mapped[Asn] = relationship(lazy="select")
    status: Mapped[StatusTalangan] = mapped_column(enum_column(StatusTalangan))
    bulan_mulai: Mapped[date]
    bulan_sampai: Mapped[date]
    ditawarkan_pada: Mapped[datetime]
    jawab_sebelum: Mapped[date]
    dijawab_pada: Mapped[datetime | None]
    pengganti_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asuhan.id"))
    __table_args__ = (
        partial_unique("uq_talangan_asuhan", "asuhan_id", where="status = 'ditawarkan'"),
        Index("ix_talangan_asn", "asn_id", "status"),
        CheckConstraint("bulan_sampai >= bulan_mulai", name="urut"),
        CheckConstraint("(status = 'diterima') = (pengganti_id IS NOT NULL)", name="pengganti"),
    )


class PengingatMasa(IdMixin, Base):
    """The donor was told, so many days before, that the letter ends with the service (M21); once each."""

    __tablename__ = "pengingat_masa"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"))
    surat: Mapped[SuratKuasa] = relationship(lazy="select")
    hari: Mapped[int]
    berakhir: Mapped[date]
    dikirim_pada: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("surat_kuasa_id", "hari", "berakhir"),
        CheckConstraint("hari IN (30, 90)", name="hari"),
    )


class UsulBuka(IdMixin, Base):
    """A verifikator proposes to reopen an ended sponsorship (A16); a second one decides."""

    __tablename__ = "usul_buka"
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"))
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    catatan: Mapped[str] = mapped_column(Text)
    diusulkan_oleh: Mapped[uuid.UUID]
    diusulkan_pada: Mapped[datetime]
    diputus_oleh: Mapped[uuid.UUID | None]
    diputus_pada: Mapped[datetime | None]
    diterima: Mapped[bool | None]
    __table_args__ = (
        partial_unique("uq_usul_buka_asuhan", "asuhan_id", where="diputus_pada IS NULL"),
        CheckConstraint("(diputus_pada IS NULL) = (diterima IS NULL)", name="putusan"),
        CheckConstraint("diputus_oleh IS NULL OR diputus_oleh <> diusulkan_oleh", name="dua_orang"),
    )
