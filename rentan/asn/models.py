"""The roster with its history: who served where in which month, and how far each one has come."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique


class Asn(IdMixin, VersionMixin, Base):
    """A civil servant as the last roster shows them. The id is for life, the NIP is not.

    ``opd_id unit_id status_asn status_aktif`` repeat the open ``Penempatan``, and ``ikut tahap`` the open
    ``Tahapan``: the participation page of 50 rows reads one table through one index (platform.md §5).
    """

    __tablename__ = "asn"
    nip: Mapped[str] = mapped_column(unique=True)
    nama: Mapped[str]
    nama_urut: Mapped[str]
    jabatan: Mapped[str]
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit_kerja.id"), index=True)
    status_asn: Mapped[StatusAsn] = mapped_column(enum_column(StatusAsn))
    status_aktif: Mapped[StatusAktif] = mapped_column(enum_column(StatusAktif))
    tanggal_lahir: Mapped[date]
    hp_enc: Mapped[bytes | None]
    email: Mapped[str | None]
    alamat_enc: Mapped[bytes | None]
    kelurahan_kode: Mapped[str | None] = mapped_column(ForeignKey("kelurahan.kode"))
    tmt: Mapped[date | None]
    akhir_kontrak: Mapped[date | None]
    tmt_pensiun: Mapped[date | None]
    ikut: Mapped[bool] = mapped_column(default=False)
    tahap: Mapped[Tahap | None] = mapped_column(enum_column(Tahap))
    __table_args__ = (
        Index("ix_asn_halaman", "opd_id", "ikut", "nama_urut", "id"),
        Index("ix_asn_lahir", "tanggal_lahir"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class NipRiwayat(IdMixin, Base):
    """Every NIP a person has had; one NIP never belongs to two people."""

    __tablename__ = "nip_riwayat"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"), index=True)
    nip: Mapped[str] = mapped_column(unique=True)
    mulai: Mapped[date]
    sampai: Mapped[date | None]


class Penempatan(IdMixin, Base):
    """Where an ASN served from ``mulai`` through ``sampai`` (open: until now), and as what.

    A move closes one and opens the next.
    """

    __tablename__ = "penempatan"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit_kerja.id"))
    status_asn: Mapped[StatusAsn] = mapped_column(enum_column(StatusAsn))
    status_aktif: Mapped[StatusAktif] = mapped_column(enum_column(StatusAktif))
    jabatan: Mapped[str]
    mulai: Mapped[date]
    sampai: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("sampai IS NULL OR sampai >= mulai", name="urut"),
        Index("ix_penempatan_opd", "opd_id", "mulai", "sampai"),
        Index("ix_penempatan_asn", "asn_id", "mulai"),
        partial_unique("uq_penempatan_terbuka", "asn_id", where="sampai IS NULL"),
    )


class Tahapan(IdMixin, Base):
    """An ASN stood on this rung from ``mulai`` through ``sampai`` (open: still stands)."""

    __tablename__ = "tahapan"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    tahap: Mapped[Tahap] = mapped_column(enum_column(Tahap))
    mulai: Mapped[date]
    sampai: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("sampai IS NULL OR sampai >= mulai", name="urut"),
        Index("ix_tahapan_asn", "asn_id", "tahap"),
        partial_unique("uq_tahapan_terbuka", "asn_id", "tahap", where="sampai IS NULL"),
    )


class HitunganOpd(Base):
    """Counters per OPD, month and ASN status: how many stood where at the end of that month (or stand now).

    A month without a row has the values of the last month before it. They change in the transaction of the
    move that changes them, and ``flask periksa`` recounts them.
    """

    __tablename__ = "hitungan_opd"
    opd_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("opd.id"), primary_key=True)
    bulan: Mapped[date] = mapped_column(primary_key=True)
    status_asn: Mapped[StatusAsn] = mapped_column(enum_column(StatusAsn), primary_key=True)
    roster: Mapped[int] = mapped_column(default=0)
    di_luar: Mapped[int] = mapped_column(default=0)
    aktivasi: Mapped[int] = mapped_column(default=0)
    diajukan: Mapped[int] = mapped_column(default=0)
    terverifikasi: Mapped[int] = mapped_column(default=0)
    didebit: Mapped[int] = mapped_column(default=0)
    pekerja: Mapped[int] = mapped_column(default=0)
    pekerja_terdaftar: Mapped[int] = mapped_column(default=0)
    pekerja_aktif: Mapped[int] = mapped_column(default=0)
    pekerja_kartu: Mapped[int] = mapped_column(default=0)


class KodeAktivasi(IdMixin, Base):
    """A one-use activation code on a printed slip; only its keyed hash is stored."""

    __tablename__ = "kode_aktivasi"
    asn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("asn.id"))
    kode_hash: Mapped[bytes]
    dicetak_oleh: Mapped[uuid.UUID | None]
    dicetak_pada: Mapped[datetime]
    kedaluwarsa_pada: Mapped[datetime]
    dipakai_pada: Mapped[datetime | None]
    dibatalkan_pada: Mapped[datetime | None]
    __table_args__ = (
        partial_unique(
            "uq_kode_aktivasi_hidup", "asn_id", where="dipakai_pada IS NULL AND dibatalkan_pada IS NULL"
        ),
    )
