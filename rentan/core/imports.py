"""One record per uploaded list: preview first, then a one-use confirmation by the same person (IMP-4)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from rentan.core.status import Status
from rentan.ext import Base, IdMixin, VersionMixin, enum_column


class JenisImpor(Status):
    ROSTER = "roster", "Daftar ASN"
    PELINDUNGAN = "pelindungan", "Pekerja yang sudah dilindungi"
    CALON = "calon", "Calon pekerja"


class StatusImpor(Status):
    DIBACA = "dibaca", "Sedang dibaca", "proses"
    SIAP = "siap", "Menunggu konfirmasi", "perlu"
    DITERAPKAN = "diterapkan", "Diterapkan", "proses"
    DIBATALKAN = "dibatalkan", "Dibatalkan"
    GAGAL = "gagal", "Gagal dibaca", "bahaya"


class Impor(IdMixin, VersionMixin, Base):
    """The uploaded file waits encrypted in the document store; none of it is written before the confirmation.

    ``ringkasan`` holds counts, ``ditolak`` the refused rows (sheet, row, code, sentence; never cell values).
    """

    __tablename__ = "impor"
    jenis: Mapped[JenisImpor] = mapped_column(enum_column(JenisImpor))
    status: Mapped[StatusImpor] = mapped_column(enum_column(StatusImpor))
    sha256: Mapped[str]
    akhiran: Mapped[str]
    kunci_berkas: Mapped[str]
    pilihan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ringkasan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ditolak: Mapped[list[Any]] = mapped_column(default=list)
    kemajuan: Mapped[int] = mapped_column(default=0)
    galat: Mapped[str | None]
    dibuat_oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime] = mapped_column(index=True)
    token_hash: Mapped[bytes | None]
    kedaluwarsa_pada: Mapped[datetime]
    diterapkan_pada: Mapped[datetime | None]

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id
