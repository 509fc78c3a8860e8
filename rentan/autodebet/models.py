"""Letters on their way to the bank: the lines of a MANDAT batch (M11-M14)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.ext import Base, IdMixin, enum_column, partial_unique
from rentan.paket.models import Paket
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa.models import SuratKuasa


class BarisMandat(IdMixin, Base):
    """One letter in a packet; ``isi_enc`` is the frozen line of the file. The bank's answer closes it."""

    __tablename__ = "baris_mandat"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"))
    paket: Mapped[Paket] = relationship(lazy="select")
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"))
    surat: Mapped[SuratKuasa] = relationship(lazy="select")
    urutan: Mapped[int]
    isi_enc: Mapped[bytes | None]
    hasil: Mapped[HasilBaris] = mapped_column(enum_column(HasilBaris))
    kode_hasil: Mapped[str | None]
    keterangan: Mapped[str | None] = mapped_column(Text)
    berlaku_mulai: Mapped[date | None]
    dijawab_pada: Mapped[datetime | None]
    impor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("impor.id"))
    __table_args__ = (
        UniqueConstraint("paket_id", "surat_kuasa_id"),
        UniqueConstraint("paket_id", "urutan"),
        partial_unique("uq_baris_mandat_menunggu", "surat_kuasa_id", where="hasil = 'menunggu'"),
        CheckConstraint("(hasil IN ('menunggu', 'dikeluarkan')) = (dijawab_pada IS NULL)", name="dijawab"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.surat.asn_id
