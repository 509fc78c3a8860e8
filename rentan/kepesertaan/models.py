"""Workers on their way to BPJS: the lines of a DAFTAR batch (W7-W9)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asuhan.models import Asuhan
from rentan.ext import Base, IdMixin, enum_column, partial_unique
from rentan.paket.models import Paket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pekerja


class BarisDaftar(IdMixin, Base):
    """One worker in a batch; ``isi_enc`` is the frozen row of BPJS's form. ``kode_hasil`` is our code for the
    reason, ``keterangan`` BPJS's own words.
    """

    __tablename__ = "baris_daftar"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"))
    paket: Mapped[Paket] = relationship(lazy="select")
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    pekerja: Mapped[Pekerja] = relationship(lazy="select")
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"))
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    urutan: Mapped[int]
    isi_enc: Mapped[bytes | None]
    hasil: Mapped[HasilBaris] = mapped_column(enum_column(HasilBaris))
    kode_hasil: Mapped[str | None]
    keterangan: Mapped[str | None] = mapped_column(Text)
    dijawab_pada: Mapped[datetime | None]
    impor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("impor.id"))
    __table_args__ = (
        UniqueConstraint("paket_id", "pekerja_id"),
        UniqueConstraint("paket_id", "urutan"),
        partial_unique("uq_baris_daftar_menunggu", "pekerja_id", where="hasil = 'menunggu'"),
        CheckConstraint("(hasil IN ('menunggu', 'dikeluarkan')) = (dijawab_pada IS NULL)", name="dijawab"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.pekerja_id
