"""Vulnerable workers, the lists of those covered elsewhere, doubtful duplicates and accepted warnings."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rentan.asn.models import Asn
from rentan.ext import Base, IdMixin, VersionMixin, enum_column
from rentan.pekerja.status import (
    AsalPekerja,
    JenisKelamin,
    PutusanDuplikat,
    Sektor,
    StatusPekerja,
    SumberPerlindungan,
)
from rentan.wilayah.models import Kelurahan


class Pekerja(IdMixin, VersionMixin, Base):
    """One worker, once: the blind index of the NIK is unique (CON-1). ``status``: the cover, states.md §3.

    ``nama_inti`` (titles and case removed) and the birth date find doubtful duplicates; ``digabung_ke`` is
    the older record of the same person (W4). ``terdaftar_pada`` is the day BPJS answered "Y" (W8),
    ``mulai_masa`` the start of unbroken membership, ``alasan_bpjs`` the code of its last refusal (W9),
    ``data_diubah_pada`` when what BPJS is told about the worker last changed (W10).

    ``lunas_sampai`` is the first day of the last month that BPJS has recorded without a gap. ``sumber`` says
    whether the cover is computed by us or confirmed by BPJS (G6), ``sumber_pada`` and ``sumber_impor_id`` on
    which day and by which file. ``keluar_pada`` is the day on which the worker died or left (W17, W18), not
    that of its recording. ``usia65``: the worker has turned 65 (W19) and may go on, but not come back.
    """

    __tablename__ = "pekerja"
    nik_enc: Mapped[bytes]
    nik_bi: Mapped[bytes] = mapped_column(unique=True)
    nama: Mapped[str]
    nama_inti: Mapped[str]
    tanggal_lahir: Mapped[date]
    jenis_kelamin: Mapped[JenisKelamin] = mapped_column(enum_column(JenisKelamin, 1))
    hp_enc: Mapped[bytes | None]
    pekerjaan: Mapped[str]
    sektor: Mapped[Sektor] = mapped_column(enum_column(Sektor))
    lokasi_kerja: Mapped[str | None]
    alamat: Mapped[str]
    kelurahan_kode: Mapped[str] = mapped_column(ForeignKey("kelurahan.kode"))
    kelurahan: Mapped[Kelurahan] = relationship(lazy="select")
    status: Mapped[StatusPekerja] = mapped_column(enum_column(StatusPekerja))
    asal: Mapped[AsalPekerja] = mapped_column(enum_column(AsalPekerja))
    dicatat_oleh: Mapped[uuid.UUID | None]
    dicatat_pada: Mapped[datetime]
    diberi_tahu_pada: Mapped[date | None]
    naskah_pemberitahuan: Mapped[str | None]
    kpj_enc: Mapped[bytes | None]
    kpj_bi: Mapped[bytes | None]
    mulai_masa: Mapped[date | None]
    terdaftar_pada: Mapped[date | None]
    alasan_bpjs: Mapped[str | None]
    data_diubah_pada: Mapped[datetime | None]
    digabung_ke: Mapped[uuid.UUID | None]
    lunas_sampai: Mapped[date | None]
    sumber: Mapped[SumberPerlindungan | None] = mapped_column(enum_column(SumberPerlindungan))
    sumber_pada: Mapped[date | None]
    sumber_impor_id: Mapped[uuid.UUID | None]
    keluar_pada: Mapped[date | None]
    usia65: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("ix_pekerja_mirip", "tanggal_lahir", "nama_inti"),
        Index("ix_pekerja_kelurahan", "kelurahan_kode", "status"),
        Index("ix_pekerja_status", "status"),
        Index("uq_pekerja_kpj", "kpj_bi", unique=True),
        CheckConstraint("(diberi_tahu_pada IS NULL) = (naskah_pemberitahuan IS NULL)", name="pemberitahuan"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class Pelindungan(IdMixin, Base):
    """A line of a dated list of workers whom another programme covers (APBD, DBHCHT, PU, SERTAKAN)."""

    __tablename__ = "pelindungan"
    nik_bi: Mapped[bytes]
    nik_enc: Mapped[bytes]
    nama: Mapped[str]
    sumber: Mapped[str]
    mulai: Mapped[date]
    selesai: Mapped[date]
    impor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("impor.id"), index=True)
    dicatat_pada: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("nik_bi", "sumber", "mulai"),
        CheckConstraint("selesai >= mulai", name="urut"),
        Index("ix_pelindungan_selesai", "selesai"),
    )

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


class DugaDuplikat(IdMixin, Base):
    """Two records that may be one person; a verifier decides, and the decision is remembered."""

    __tablename__ = "duga_duplikat"
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    mirip_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pekerja.id"), index=True)
    mirip_asn_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("asn.id"), index=True)
    pekerja: Mapped[Pekerja] = relationship(foreign_keys="DugaDuplikat.pekerja_id", lazy="select")
    mirip: Mapped[Pekerja | None] = relationship(foreign_keys="DugaDuplikat.mirip_id", lazy="select")
    mirip_asn: Mapped[Asn | None] = relationship(lazy="select")
    kemiripan: Mapped[int]
    putusan: Mapped[PutusanDuplikat] = mapped_column(enum_column(PutusanDuplikat))
    alasan: Mapped[str | None] = mapped_column(Text)
    dibuat_pada: Mapped[datetime]
    diputus_oleh: Mapped[uuid.UUID | None]
    diputus_pada: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("pekerja_id", "mirip_id"),
        UniqueConstraint("pekerja_id", "mirip_asn_id"),
        CheckConstraint("(mirip_id IS NULL) <> (mirip_asn_id IS NULL)", name="satu_pembanding"),
        CheckConstraint("(putusan = 'menunggu') = (diputus_pada IS NULL)", name="putusan"),
        Index("ix_duga_duplikat_antrean", "putusan", "dibuat_pada"),
    )


class PeringatanDiterima(IdMixin, Base):
    """A warning about a legal but odd number, kept with the reason for accepting it (PP 40/2019)."""

    __tablename__ = "peringatan_diterima"
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"), index=True)
    kode: Mapped[str]
    alasan: Mapped[str] = mapped_column(Text)
    diterima_oleh: Mapped[uuid.UUID | None]
    diterima_pada: Mapped[datetime]


class PerubahanPekerja(IdMixin, Base):
    """One correction of a worker's data: what stood there before, sealed, for who decides about it (W10).

    ``kolom`` names what changed; ``sebelum_enc`` holds the earlier values as JSON.
    """

    __tablename__ = "perubahan_pekerja"
    pekerja_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pekerja.id"))
    kolom: Mapped[list[Any]] = mapped_column(default=list)
    sebelum_enc: Mapped[bytes]
    oleh: Mapped[uuid.UUID | None]
    pada: Mapped[datetime]
    __table_args__ = (Index("ix_perubahan_pekerja", "pekerja_id", "pada"),)

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.pekerja_id
