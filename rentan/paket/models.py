"""Batches: what leaves the building as one frozen list, and the lines of answers that fit nowhere."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rentan.core.imports_base import JenisImpor
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.paket.status import KEADAAN_KARTU, TERBUKA_SQL, JenisPaket, StatusPaket


class Paket(IdMixin, VersionMixin, Base):
    """One batch. ``lingkup`` is the place it goes to (a kecamatan code, or empty), ``periode`` its month.

    From the lock on, ``sha256`` and ``kunci_berkas`` are the frozen file's: every download gives those bytes.
    ``jumlah`` is the number of lines at the lock. ``urutan_berkas`` counts the files made: a reopened batch
    gets a new file and number (B4).
    """

    __tablename__ = "paket"
    jenis: Mapped[JenisPaket] = mapped_column(enum_column(JenisPaket))
    status: Mapped[StatusPaket] = mapped_column(enum_column(StatusPaket))
    nomor: Mapped[str | None] = mapped_column(unique=True)
    periode: Mapped[date]
    lingkup: Mapped[str] = mapped_column(default="")
    jumlah: Mapped[int] = mapped_column(default=0)
    urutan_berkas: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None]
    kunci_berkas: Mapped[str | None]
    nama_berkas: Mapped[str | None]
    dibuat_oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime]
    dikunci_oleh: Mapped[uuid.UUID | None]
    dikunci_pada: Mapped[datetime | None]
    disetujui_oleh: Mapped[uuid.UUID | None]
    disetujui_pada: Mapped[datetime | None]
    dikirim_pada: Mapped[datetime | None]
    tanda_terima: Mapped[str | None]
    __table_args__ = (
        partial_unique("uq_paket_terbuka", "jenis", "periode", "lingkup", where=f"status IN ({TERBUKA_SQL})"),
        Index("ix_paket_jenis", "jenis", "status", "dibuat_pada"),
        CheckConstraint(
            "status IN ('disusun', 'dibatalkan') OR (sha256 IS NOT NULL AND kunci_berkas IS NOT NULL "
            "AND nomor IS NOT NULL AND dikunci_pada IS NOT NULL)",
            name="terkunci",
        ),
        CheckConstraint("disetujui_oleh IS NULL OR disetujui_oleh <> dibuat_oleh", name="dua_orang"),
        CheckConstraint(
            "status IN ('disusun', 'dikunci', 'dibatalkan') OR disetujui_pada IS NOT NULL", name="disetujui"
        ),
    )

    @property
    def keadaan(self) -> str:
        """The status in the words of this kind."""
        words = KEADAAN_KARTU if self.jenis is JenisPaket.KARTU else {}
        return words.get(self.status, self.status.label)

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class Pengecualian(IdMixin, VersionMixin, Base):
    """A line of an answer that a person must look at: unknown number, unknown code, another name.

    ``pesan`` says what and what next, without the number; ``nilai_enc`` keeps the number for who may see it.
    """

    __tablename__ = "pengecualian"
    jenis: Mapped[JenisImpor] = mapped_column(enum_column(JenisImpor, nama="pengecualian_jenis"))
    impor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("impor.id"))
    paket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("paket.id"), index=True)
    lembar: Mapped[str]
    baris: Mapped[int]
    kode: Mapped[str]
    pesan: Mapped[str] = mapped_column(Text)
    nilai_enc: Mapped[bytes | None]
    nilai_bi: Mapped[bytes | None]
    dibuat_pada: Mapped[datetime]
    selesai_oleh: Mapped[uuid.UUID | None]
    selesai_pada: Mapped[datetime | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("impor_id", "lembar", "baris"),
        # The same file twice (or the same unknown number in two files) is one matter.
        partial_unique("uq_pengecualian_terbuka", "jenis", "kode", "nilai_bi", where="selesai_pada IS NULL"),
        CheckConstraint("(selesai_pada IS NULL) = (catatan IS NULL)", name="selesai"),
        Index("ix_pengecualian_terbuka", "jenis", "selesai_pada", "dibuat_pada"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id
