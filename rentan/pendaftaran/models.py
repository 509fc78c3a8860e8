"""The sign-up: a draft that survives the browser, then a receipt."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.pendaftaran.status import StatusPendaftaran


class Pendaftaran(IdMixin, VersionMixin, Base):
    """One sign-up of one ASN. ``isi_enc`` holds typed answers not yet in a table of their own (sealed JSON).

    Workers are rows of ``asuhan`` from the moment they are added, the letter is a row of ``surat_kuasa``.
    ``selesai`` counts the steps completed (0-4).
    """

    __tablename__ = "pendaftaran"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"), index=True)
    status: Mapped[StatusPendaftaran] = mapped_column(enum_column(StatusPendaftaran))
    selesai: Mapped[int] = mapped_column(default=0)
    isi_enc: Mapped[bytes | None]
    surat_kuasa_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    nomor: Mapped[str | None] = mapped_column(unique=True)
    dibuat_pada: Mapped[datetime]
    diubah_pada: Mapped[datetime]
    diajukan_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique("uq_pendaftaran_draf", "asn_id", where="status = 'draf'"),
        CheckConstraint(
            "(status = 'diajukan') = (diajukan_pada IS NOT NULL AND nomor IS NOT NULL)", name="diajukan"
        ),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.asn_id
