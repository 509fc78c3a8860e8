"""The withdrawal of a mandate in force: its three dates and its letter (M18, M19)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.ext import Base, IdMixin, VersionMixin
from rentan.surat_kuasa.models import SuratKuasa


class Pencabutan(IdMixin, VersionMixin, Base):
    """Withdrawal signed, received by us, passed on to the bank: debits before the last day stay valid.

    A withdrawal through the application is signed and received at once; on paper the days differ.
    """

    __tablename__ = "pencabutan"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"), unique=True)
    surat: Mapped[SuratKuasa] = relationship(lazy="select")
    nomor: Mapped[str] = mapped_column(unique=True)
    ditandatangani_pada: Mapped[date]
    diterima_pada: Mapped[datetime]
    diteruskan_pada: Mapped[date | None]
    oleh: Mapped[uuid.UUID | None]
    berkas_cetak_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("berkas.id"))
    berkas_ttd_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("berkas.id"))
    cari_pengganti: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (
        CheckConstraint("diteruskan_pada IS NULL OR diteruskan_pada >= ditandatangani_pada", name="urut"),
    )
