"""Cards, hand-over ceremonies, invitations to them, and each hand-over with its receiver."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asuhan.models import Asuhan
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique
from rentan.kartu.status import (
    HIDUP_SQL,
    CaraSerah,
    HasilUndangan,
    Hubungan,
    Penerima,
    StatusAcara,
    StatusKartu,
)
from rentan.paket.models import Paket
from rentan.pekerja.models import Pekerja


class Kartu(IdMixin, VersionMixin, Base):
    """One card of one worker. ``kode`` is our short code on labels and sheets (no personal data); the printed
    card number (KPJ) is sealed, its blind index finds it when it is scanned.

    ``menggantikan_id`` is the lost, broken or wrong card that this one replaces. ``percobaan`` counts the
    invitations that nobody came to. ``sejak`` is the moment of the last move: the age of a waiting state.
    ``alamat_dijawab_pada``: donor or operator said where the worker lives, after the card came back (K9).
    """

    __tablename__ = "kartu"
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"), index=True)
    pekerja: Mapped[Pekerja] = relationship(lazy="select")
    asuhan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asuhan.id"), index=True)
    asuhan: Mapped[Asuhan | None] = relationship(lazy="select")
    kecamatan_kode: Mapped[str] = mapped_column(ForeignKey("kecamatan.kode"))
    status: Mapped[StatusKartu] = mapped_column(enum_column(StatusKartu))
    kode: Mapped[str] = mapped_column(unique=True)
    nomor_enc: Mapped[bytes | None]
    nomor_bi: Mapped[bytes | None] = mapped_column(index=True)
    paket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("paket.id"), index=True)
    paket: Mapped[Paket | None] = relationship(lazy="select")
    menggantikan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kartu.id"), unique=True)
    percobaan: Mapped[int] = mapped_column(default=0)
    sejak: Mapped[datetime]
    diterima_pada: Mapped[datetime | None]
    alamat_dijawab_pada: Mapped[datetime | None]
    catatan: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        partial_unique("uq_kartu_hidup", "pekerja_id", where=f"status IN ({HIDUP_SQL})"),
        Index("ix_kartu_kecamatan", "kecamatan_kode", "status"),
        CheckConstraint(
            "status IN ('belum', 'diminta', 'dibatalkan') OR nomor_bi IS NOT NULL", name="bernomor"
        ),
        CheckConstraint("percobaan >= 0", name="percobaan"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.pekerja_id


class AcaraSerah(IdMixin, VersionMixin, Base):
    """A hand-over day of a kecamatan; ``nomor_ba`` and ``sha256_ba`` belong to its berita acara."""

    __tablename__ = "acara_serah"
    kecamatan_kode: Mapped[str] = mapped_column(ForeignKey("kecamatan.kode"))
    kode: Mapped[str] = mapped_column(unique=True)
    nama: Mapped[str]
    tempat: Mapped[str]
    tanggal: Mapped[date]
    status: Mapped[StatusAcara] = mapped_column(enum_column(StatusAcara))
    dibuat_oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime]
    selesai_pada: Mapped[datetime | None]
    nomor_ba: Mapped[str | None] = mapped_column(unique=True)
    kunci_ba: Mapped[str | None]
    sha256_ba: Mapped[str | None]
    __table_args__ = (Index("ix_acara_serah_kecamatan", "kecamatan_kode", "tanggal"),)

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class UndanganSerah(IdMixin, Base):
    """A card on the list of one hand-over day, and how it went there; ``urutan`` is its line on the sheet.

    ``kunci_potongan``: the picture of that line in a scanned sheet, until somebody has read it by eye;
    ``bertanda``: ink was seen in its signature box.
    """

    __tablename__ = "undangan_serah"
    acara_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acara_serah.id"))
    acara: Mapped[AcaraSerah] = relationship(lazy="select")
    kartu_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kartu.id"), index=True)
    kartu: Mapped[Kartu] = relationship(lazy="select")
    urutan: Mapped[int]
    hasil: Mapped[HasilUndangan] = mapped_column(enum_column(HasilUndangan))
    alasan: Mapped[str | None]
    kunci_potongan: Mapped[str | None]
    sha256_potongan: Mapped[str | None]
    bertanda: Mapped[bool | None]
    __table_args__ = (
        UniqueConstraint("acara_id", "kartu_id"),
        UniqueConstraint("acara_id", "urutan"),
        CheckConstraint(
            "(kunci_potongan IS NULL) = (sha256_potongan IS NULL) "
            "AND (kunci_potongan IS NULL) = (bertanda IS NULL)",
            name="potongan",
        ),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.kartu.pekerja_id


class PenyerahanKartu(IdMixin, Base):
    """One hand-over; a reversed one stays with ``dibatalkan_pada`` (K13). At most one stands per card.

    ``kunci_bukti``: the crop of the signed line, sealed for the worker.
    """

    __tablename__ = "penyerahan_kartu"
    kartu_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kartu.id"))
    kartu: Mapped[Kartu] = relationship(lazy="select")
    acara_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("acara_serah.id"), index=True)
    tanggal: Mapped[date]
    penerima: Mapped[Penerima] = mapped_column(enum_column(Penerima))
    nama_wakil_enc: Mapped[bytes | None]
    hubungan: Mapped[Hubungan | None] = mapped_column(enum_column(Hubungan))
    alasan_wakil: Mapped[str | None] = mapped_column(Text)
    cara: Mapped[CaraSerah] = mapped_column(enum_column(CaraSerah))
    meja: Mapped[str | None]
    kunci_bukti: Mapped[str | None]
    sha256_bukti: Mapped[str | None]
    dicatat_oleh: Mapped[uuid.UUID | None]
    dicatat_pada: Mapped[datetime]
    dibatalkan_oleh: Mapped[uuid.UUID | None]
    dibatalkan_pada: Mapped[datetime | None]
    alasan_batal: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        partial_unique("uq_penyerahan_kartu_berlaku", "kartu_id", where="dibatalkan_pada IS NULL"),
        CheckConstraint(
            "penerima <> 'wakil' OR (nama_wakil_enc IS NOT NULL AND hubungan IS NOT NULL "
            "AND alasan_wakil IS NOT NULL)",
            name="wakil",
        ),
        CheckConstraint("(kunci_bukti IS NULL) = (sha256_bukti IS NULL)", name="bukti"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.kartu.pekerja_id
