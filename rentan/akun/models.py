"""Sign-ins: accounts, dated role grants, server-side sessions, counters of wrong tries, one-use codes."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rentan.core.permissions import Peran
from rentan.ext import Base, IdMixin, VersionMixin, enum_column, partial_unique


class Akun(IdMixin, VersionMixin, Base):
    """A sign-in. ``pengenal`` is the NIP of an ASN, or a chosen name of somebody without NIP (BPJS staff)."""

    __tablename__ = "akun"
    pengenal: Mapped[str] = mapped_column(unique=True)
    nama: Mapped[str]
    asn_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asn.id"), unique=True)
    sandi_hash: Mapped[str | None]
    sandi_diubah_pada: Mapped[datetime | None]
    aktif: Mapped[bool] = mapped_column(default=True)
    totp_enc: Mapped[bytes | None]
    totp_aktif_pada: Mapped[datetime | None]
    totp_langkah: Mapped[int] = mapped_column(default=0)
    dibuat_pada: Mapped[datetime]
    terakhir_masuk_pada: Mapped[datetime | None]

    __table_args__ = (Index("ix_akun_nama", "nama", "id"),)

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class PeranAkun(IdMixin, Base):
    """One grant of a role, with its place and dates; ended, never deleted."""

    __tablename__ = "peran_akun"
    akun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("akun.id"), index=True)
    peran: Mapped[Peran] = mapped_column(enum_column(Peran))
    opd_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("opd.id"))
    kecamatan_kode: Mapped[str | None] = mapped_column(ForeignKey("kecamatan.kode"))
    mulai: Mapped[date]
    selesai: Mapped[date | None]
    diberi_oleh: Mapped[uuid.UUID | None]
    diberi_pada: Mapped[datetime]
    dicabut_pada: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("(peran = 'operator_opd') = (opd_id IS NOT NULL)", name="opd_sesuai"),
        CheckConstraint(
            "(peran = 'petugas_kecamatan') = (kecamatan_kode IS NOT NULL)", name="kecamatan_sesuai"
        ),
        partial_unique(
            "uq_peran_akun_kota",
            "akun_id",
            "peran",
            where="dicabut_pada IS NULL AND opd_id IS NULL AND kecamatan_kode IS NULL",
        ),
        partial_unique(
            "uq_peran_akun_opd",
            "akun_id",
            "peran",
            "opd_id",
            where="dicabut_pada IS NULL AND opd_id IS NOT NULL",
        ),
        partial_unique(
            "uq_peran_akun_kecamatan",
            "akun_id",
            "peran",
            "kecamatan_kode",
            where="dicabut_pada IS NULL AND kecamatan_kode IS NOT NULL",
        ),
    )


class Sesi(IdMixin, Base):
    """A signed-in device. The browser holds a random token, the row only its hash (SES-1)."""

    __tablename__ = "sesi"
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    akun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("akun.id"), index=True)
    dibuat_pada: Mapped[datetime]
    terakhir_pada: Mapped[datetime]
    habis_pada: Mapped[datetime]
    segar_pada: Mapped[datetime]
    totp_pada: Mapped[datetime | None]
    dicabut_pada: Mapped[datetime | None]
    alamat: Mapped[str]
    perangkat: Mapped[str]


class PercobaanMasuk(IdMixin, Base):
    """A wrong try, counted in the database so that all processes agree (AUT-3); ``kunci`` is a keyed hash."""

    __tablename__ = "percobaan_masuk"
    jenis: Mapped[str]
    kunci: Mapped[bytes]
    pada: Mapped[datetime]
    __table_args__ = (Index("ix_percobaan_masuk_kunci", "jenis", "kunci", "pada"),)


class KodePemulihan(IdMixin, Base):
    """A one-use recovery code for a lost second factor (AUT-5)."""

    __tablename__ = "kode_pemulihan"
    akun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("akun.id"), index=True)
    kode_hash: Mapped[bytes]
    dipakai_pada: Mapped[datetime | None]


class TautanSandi(IdMixin, Base):
    """A one-use link with which a person chooses a password (first admin, reset), valid 24 hours (AUT-6)."""

    __tablename__ = "tautan_sandi"
    akun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("akun.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    dibuat_pada: Mapped[datetime]
    kedaluwarsa_pada: Mapped[datetime]
    dipakai_pada: Mapped[datetime | None]


class IsianTertunda(IdMixin, Base):
    """A form that arrived when its session had just run out; it comes back after the next sign-in (CSR-2).

    One per account, for half an hour; sealed, because it may hold anything that people type.
    """

    __tablename__ = "isian_tertunda"
    akun_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("akun.id"), unique=True)
    isi_enc: Mapped[bytes | None]
    dibuat_pada: Mapped[datetime]

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.akun_id
