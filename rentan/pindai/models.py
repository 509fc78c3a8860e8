"""Stacks and their pages. The PDF and the page pictures lie encrypted in the document store."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.berkas.models import Berkas
from rentan.berkas.status import JenisBerkas
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa


class Tumpukan(IdMixin, VersionMixin, Base):
    """One uploaded PDF of many letters. ``halaman`` pages in all, ``dibaca`` of them read so far.

    ``bagian``: keys of the PDF's encrypted pieces in their order; empty once every page has been read.
    """

    __tablename__ = "tumpukan"
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"))
    status: Mapped[StatusTumpukan] = mapped_column(enum_column(StatusTumpukan))
    sha256: Mapped[str]
    ukuran: Mapped[int]
    bagian: Mapped[list[Any]]
    halaman: Mapped[int | None]
    dibaca: Mapped[int] = mapped_column(default=0)
    galat: Mapped[str | None]
    dibuat_oleh: Mapped[uuid.UUID]
    dibuat_pada: Mapped[datetime]
    selesai_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique(
            "uq_tumpukan_isi", "opd_id", "sha256", where="status IN ('dibaca', 'siap', 'selesai')"
        ),
        Index("ix_tumpukan_opd", "opd_id", "dibuat_pada"),
        CheckConstraint("ukuran > 0", name="ukuran"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class HalamanPindai(IdMixin, VersionMixin, Base):
    """One page of a stack, upright, re-made. ``hasil`` is what its code says; ``surat_kuasa_id``, ``jenis``
    and ``halaman_surat`` where it belongs, by its code or because a person placed it (``ditempatkan_oleh``).

    ``kode`` is the text of its QR code, one of ours; ``tinta`` how much is drawn on it (per million of its
    area); ``tempel_kosong``: its frame for the pasted copy is empty. ``berkas_id`` is the paper it became
    part of; ``dibuang_pada`` says that a person put it aside. KTP and bank book are page 1 of themselves.
    """

    __tablename__ = "halaman_pindai"
    tumpukan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tumpukan.id"))
    tumpukan: Mapped[Tumpukan] = relationship(lazy="select")
    nomor: Mapped[int]
    hasil: Mapped[HasilHalaman] = mapped_column(enum_column(HasilHalaman))
    kode: Mapped[str | None]
    putaran: Mapped[int] = mapped_column(default=0)
    tinta: Mapped[int] = mapped_column(default=0)
    tempel_kosong: Mapped[bool] = mapped_column(default=False)
    lebar: Mapped[int] = mapped_column(default=0)
    tinggi: Mapped[int] = mapped_column(default=0)
    kunci_gambar: Mapped[str | None]
    sha256: Mapped[str | None]
    surat_kuasa_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("surat_kuasa.id"), index=True)
    surat: Mapped[SuratKuasa | None] = relationship(lazy="select")
    jenis: Mapped[JenisBerkas | None] = mapped_column(enum_column(JenisBerkas))
    halaman_surat: Mapped[int | None]
    ditempatkan_oleh: Mapped[uuid.UUID | None]
    ditempatkan_pada: Mapped[datetime | None]
    dibuang_pada: Mapped[datetime | None]
    berkas_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("berkas.id"))
    berkas: Mapped[Berkas | None] = relationship(lazy="select")
    __table_args__ = (
        UniqueConstraint("tumpukan_id", "nomor"),
        partial_unique(
            "uq_halaman_pindai_tempat",
            "tumpukan_id",
            "surat_kuasa_id",
            "jenis",
            "halaman_surat",
            where="surat_kuasa_id IS NOT NULL",
        ),
        CheckConstraint("putaran IN (0, 90, 180, 270)", name="putaran"),
        CheckConstraint("kunci_gambar IS NULL OR sha256 IS NOT NULL", name="gambar"),
        CheckConstraint(
            "(surat_kuasa_id IS NULL) = (jenis IS NULL) AND (jenis IS NULL) = (halaman_surat IS NULL)",
            name="tempat",
        ),
        CheckConstraint("berkas_id IS NULL OR surat_kuasa_id IS NOT NULL", name="tersimpan"),
        CheckConstraint("dibuang_pada IS NULL OR surat_kuasa_id IS NULL", name="dibuang"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        """Until it is filed it belongs to the stack, whose key goes with the stack."""
        return self.tumpukan_id
