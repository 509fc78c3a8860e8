"""Contributions on their way to BPJS: the lines of a SETOR batch."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.ext import Base, IdMixin, enum_column, partial_unique
from rentan.iuran.models import Iuran
from rentan.setoran.status import HasilSetor


class BarisSetor(IdMixin, Base):
    """One contribution in a remittance; ``isi_enc`` is the frozen row of BPJS's form, ``jumlah`` its rupiah.

    ``kode_hasil`` is our code for BPJS's reason, ``keterangan`` its own words.
    """

    __tablename__ = "baris_setor"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"))
    iuran_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("iuran.id"), index=True)
    iuran: Mapped[Iuran] = relationship(lazy="select")
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    urutan: Mapped[int]
    jumlah: Mapped[int]
    isi_enc: Mapped[bytes | None]
    hasil: Mapped[HasilSetor] = mapped_column(enum_column(HasilSetor))
    kode_hasil: Mapped[str | None]
    keterangan: Mapped[str | None] = mapped_column(Text)
    dijawab_pada: Mapped[datetime | None]
    impor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("impor.id"))
    __table_args__ = (
        UniqueConstraint("paket_id", "urutan"),
        partial_unique("uq_baris_setor_baris", "paket_id", "iuran_id", where="hasil <> 'dikeluarkan'"),
        partial_unique("uq_baris_setor_menunggu", "iuran_id", where="hasil IN ('menunggu', 'tercatat')"),
        CheckConstraint("jumlah > 0", name="jumlah"),
        CheckConstraint("(hasil IN ('menunggu', 'dikeluarkan')) = (dijawab_pada IS NULL)", name="dijawab"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.pekerja_id
