"""Uploaded and printed papers; the bytes lie encrypted in the document store under names we made."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rentan.berkas.status import JenisBerkas
from rentan.ext import Base, IdMixin, enum_column, partial_unique


class Berkas(IdMixin, Base):
    """One paper of one ASN. ``kunci_asal`` is the file as received (evidence), ``kunci_bersih`` the re-made
    copy that browsers get. A newer upload of the same kind replaces an older one, which stays.

    ``halaman_dikenal``: pages of a signed letter whose QR code we could read; ``None`` on other papers.
    """

    __tablename__ = "berkas"
    jenis: Mapped[JenisBerkas] = mapped_column(enum_column(JenisBerkas))
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    surat_kuasa_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("surat_kuasa.id"))
    kunci_asal: Mapped[str | None]
    kunci_bersih: Mapped[str]
    mime: Mapped[str]
    halaman: Mapped[int]
    halaman_dikenal: Mapped[int | None]
    ukuran_asal: Mapped[int]
    ukuran: Mapped[int]
    sha256_asal: Mapped[str]
    sha256: Mapped[str]
    diunggah_oleh: Mapped[uuid.UUID | None]
    diunggah_pada: Mapped[datetime]
    diganti_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique("uq_berkas_kini", "surat_kuasa_id", "jenis", where="diganti_pada IS NULL"),
        Index("ix_berkas_surat", "surat_kuasa_id", "jenis"),
        Index("ix_berkas_harian", "diunggah_oleh", "diunggah_pada"),
        Index("ix_berkas_asn", "asn_id", "jenis"),
        CheckConstraint("mime IN ('application/pdf', 'image/jpeg')", name="mime"),
        CheckConstraint("ukuran > 0 AND halaman > 0", name="ukuran"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.asn_id
