"""The debit mandate, one row per version, and the way of its paper original."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.surat_kuasa.status import BERJALAN_SQL, HIDUP_SQL, AsliDi, StatusSurat


class SuratKuasa(IdMixin, VersionMixin, Base):
    """One version of an ASN's letter. After printing, ``isi_enc`` is the frozen content and ``sha256`` the
    hash of the PDF; a later change makes version + 1. ``plafon`` is the ceiling in whole rupiah a month for
    all workers. While it is a draft, ``isi_enc`` holds the address and phone number that will be printed.

    ``diperiksa_oleh`` and ``_sejak`` are the claim of a verifikator (M5); ``diputus_pada`` is the day of M9
    or M10. From ``berlaku_mulai`` through ``berlaku_sampai`` the letter is in force (M12, M13, M18, M20);
    ``jeda_sejak`` and ``jeda_sampai`` are the first and last month of a pause (M16), ``None``: open end.

    ``ref`` is the short code inside the QR (no personal data); ``nomor`` the letter number people quote.
    """

    __tablename__ = "surat_kuasa"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    asn: Mapped[Asn] = relationship(lazy="select")
    nomor: Mapped[str | None]
    ref: Mapped[str] = mapped_column(unique=True)
    urutan_versi: Mapped[int]
    status: Mapped[StatusSurat] = mapped_column(enum_column(StatusSurat))
    asli_di: Mapped[AsliDi] = mapped_column(enum_column(AsliDi))
    dibantu: Mapped[bool] = mapped_column(default=False)
    plafon: Mapped[int | None]
    rekening_enc: Mapped[bytes | None]
    rekening_bi: Mapped[bytes | None] = mapped_column(index=True)
    nama_rekening: Mapped[str | None]
    bulan_pertama: Mapped[date | None]
    isi_enc: Mapped[bytes | None]
    sha256: Mapped[str | None]
    halaman: Mapped[int | None]
    dicetak_pada: Mapped[datetime | None]
    ditandatangani_pada: Mapped[date | None]
    diunggah_pada: Mapped[datetime | None]
    diperiksa_oleh: Mapped[uuid.UUID | None]
    diperiksa_sejak: Mapped[datetime | None]
    diputus_pada: Mapped[datetime | None]
    berlaku_mulai: Mapped[date | None]
    berlaku_sampai: Mapped[date | None]
    jeda_sejak: Mapped[date | None]
    jeda_sampai: Mapped[date | None]
    alasan_jeda: Mapped[str | None]
    dibuat_pada: Mapped[datetime]
    daftar: Mapped[list[SuratPekerja]] = relationship(
        back_populates="surat", order_by="SuratPekerja.urutan", cascade="all, delete-orphan"
    )
    __table_args__ = (
        UniqueConstraint("asn_id", "urutan_versi"),
        UniqueConstraint("nomor", "urutan_versi"),
        partial_unique("uq_surat_kuasa_berjalan", "asn_id", where=f"status IN ({BERJALAN_SQL})"),
        partial_unique("uq_surat_kuasa_hidup", "asn_id", where=f"status IN ({HIDUP_SQL})"),
        Index("ix_surat_kuasa_antre", "status", "diunggah_pada"),
        CheckConstraint("plafon IS NULL OR plafon > 0", name="plafon"),
        CheckConstraint(
            "status IN ('draf', 'dibatalkan') OR (sha256 IS NOT NULL AND dicetak_pada IS NOT NULL "
            "AND plafon IS NOT NULL AND nomor IS NOT NULL AND isi_enc IS NOT NULL)",
            name="tercetak",
        ),
        CheckConstraint(
            "status <> 'diunggah' OR (diunggah_pada IS NOT NULL AND ditandatangani_pada IS NOT NULL)",
            name="terunggah",
        ),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.asn_id


class SuratPekerja(IdMixin, Base):
    """A worker named in a letter, with the highest monthly price that the ceiling must carry (M2)."""

    __tablename__ = "surat_pekerja"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"))
    surat: Mapped[SuratKuasa] = relationship(back_populates="daftar")
    asuhan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asuhan.id"), index=True)
    asuhan: Mapped[Asuhan] = relationship(lazy="select")
    urutan: Mapped[int]
    harga_tertinggi: Mapped[int]
    __table_args__ = (
        UniqueConstraint("surat_kuasa_id", "asuhan_id"),
        CheckConstraint("harga_tertinggi > 0", name="harga"),
    )


class PerpindahanAsli(IdMixin, Base):
    """One hand-over of the paper original; append-only. ``urutan`` lets two at once collide, not overtake."""

    __tablename__ = "perpindahan_asli"
    surat_kuasa_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surat_kuasa.id"))
    urutan: Mapped[int]
    dari: Mapped[AsliDi] = mapped_column(enum_column(AsliDi, nama="dari"))
    ke: Mapped[AsliDi] = mapped_column(enum_column(AsliDi, nama="ke"))
    oleh: Mapped[uuid.UUID | None]
    pada: Mapped[datetime]
    catatan: Mapped[str | None]
    __table_args__ = (UniqueConstraint("surat_kuasa_id", "urutan"),)
