"""Batches: what leaves the building as one frozen list, and the lines of answers that fit nowhere."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.core.imports_base import JenisImpor
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.paket.status import (
    KEADAAN_KARTU,
    KEADAAN_SETOR,
    KEADAAN_UANG,
    TERBUKA_SQL,
    JenisPaket,
    StatusPaket,
)


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
    uang: Mapped[PaketUang | None] = relationship(back_populates="paket", lazy="select")
    __table_args__ = (
        partial_unique("uq_paket_terbuka", "jenis", "periode", "lingkup", where=f"status IN ({TERBUKA_SQL})"),
        # One debit batch a month (CON-1): what did not succeed follows in batches of the kind ULANG.
        partial_unique(
            "uq_paket_debet", "periode", "lingkup", where="jenis = 'debet' AND status <> 'dibatalkan'"
        ),
        Index("ix_paket_jenis", "jenis", "status", "dibuat_pada"),
        CheckConstraint(
            "status IN ('disusun', 'dibatalkan') OR (sha256 IS NOT NULL AND kunci_berkas IS NOT NULL "
            "AND nomor IS NOT NULL AND dikunci_pada IS NOT NULL)",
            name="terkunci",
        ),
        # Written out, because a comparison with nobody is unknown and passes.
        CheckConstraint(
            "disetujui_oleh IS NULL OR (disetujui_oleh <> dibuat_oleh AND disetujui_oleh <> dikunci_oleh)",
            name="dua_orang",
        ),
        CheckConstraint(
            "status IN ('disusun', 'dikunci', 'dibatalkan') OR disetujui_pada IS NOT NULL", name="disetujui"
        ),
    )

    @property
    def keadaan(self) -> str:
        """The status in the words of this kind."""
        words = {
            JenisPaket.KARTU: KEADAAN_KARTU,
            JenisPaket.SETOR: KEADAAN_SETOR,
            JenisPaket.DEBET: KEADAAN_UANG,
            JenisPaket.ULANG: KEADAAN_UANG,
        }.get(self.jenis, {})
        return words.get(self.status, self.status.label)

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class PaketUang(Base):
    """What a batch of money has beside its lines: control totals, comparison, approvals, reconciliation.

    Amounts are whole rupiah. ``banding_*`` are those of the batch of the month before; where the difference
    is more than a fifth, a second approver is needed (B5a). ``kredit_bank`` is what the bank credited (of a
    SETOR batch: what was paid to BPJS); ``selisih`` lists the differences with their reasons (B10).
    """

    __tablename__ = "paket_uang"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"), primary_key=True)
    paket: Mapped[Paket] = relationship(back_populates="uang", lazy="select")
    tanggal: Mapped[date]
    layout: Mapped[str] = mapped_column(default="")
    jumlah_rupiah: Mapped[int] = mapped_column(default=0)
    banding_baris: Mapped[int | None]
    banding_rupiah: Mapped[int | None]
    perlu_kedua: Mapped[bool] = mapped_column(default=False)
    setuju_pertama_oleh: Mapped[uuid.UUID | None]
    setuju_pertama_pada: Mapped[datetime | None]
    ditolak_bank: Mapped[str | None] = mapped_column(Text)
    pengimpor: Mapped[uuid.UUID | None]
    kredit_bank: Mapped[int | None]
    selisih: Mapped[list[Any]] = mapped_column(default=list)
    nomor_bukti: Mapped[str | None]
    kunci_bukti: Mapped[str | None]
    sha256_bukti: Mapped[str | None]
    rekonsiliasi_oleh: Mapped[uuid.UUID | None]
    rekonsiliasi_pada: Mapped[datetime | None]
    ditutup_oleh: Mapped[uuid.UUID | None]
    ditutup_pada: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("jumlah_rupiah >= 0", name="jumlah"),
        CheckConstraint("kredit_bank IS NULL OR kredit_bank >= 0", name="kredit_bank"),
        CheckConstraint(
            "ditutup_oleh IS NULL OR pengimpor IS NULL OR ditutup_oleh <> pengimpor", name="penutup"
        ),
        CheckConstraint("(kunci_bukti IS NULL) = (sha256_bukti IS NULL)", name="bukti"),
    )


class TugasPaket(IdMixin, Base):
    """A long step of a batch that runs in the background: how far it is, and how it ended.

    ``peristiwa`` is the step's name, ``kemajuan`` 0 to 100. One at a time per batch; one that a stop of the
    machine cut off did nothing at all, because each step is one transaction.
    """

    __tablename__ = "tugas_paket"
    paket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paket.id"), index=True)
    peristiwa: Mapped[str]
    pilihan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    oleh: Mapped[uuid.UUID | None]
    mulai_pada: Mapped[datetime]
    kemajuan: Mapped[int] = mapped_column(default=0)
    selesai_pada: Mapped[datetime | None]
    pesan: Mapped[str | None] = mapped_column(Text)
    galat: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        partial_unique("uq_tugas_paket_berjalan", "paket_id", where="selesai_pada IS NULL"),
        CheckConstraint("kemajuan BETWEEN 0 AND 100", name="kemajuan"),
    )


class Pengecualian(IdMixin, VersionMixin, Base):
    """A line of an answer that a person must look at: unknown number, unknown code, another name.

    ``pesan`` says what and what next, without the number; ``nilai_enc`` keeps the number for who may see it.
    ``pemilik_id`` and ``tenggat``: who has taken it and until when (B11).
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
    pemilik_id: Mapped[uuid.UUID | None]
    tenggat: Mapped[date | None]
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
